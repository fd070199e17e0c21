"""Files written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import OutputError


def write_whole(path: Path, data: bytes, *, mode: int | None = None, folder_mode: int | None = None) -> None:
    """Put a content in place of a file's. Raises OutputError; then what was there stays.

    The file that is written first has a name that nobody can know before: in a folder of others' a link of a
    name that is known could lead the content into any file of the user's. It is on the disk before it takes
    the place of the other.

    Args:
        path: The file. A link is replaced, not followed.
        data: Its content.
        mode: Permissions; those of the file that was there, else those of a new file, where left out.
        folder_mode: Permissions of its folder, which is made where it is missing; where left out, it is not.
    """
    write_together({path: data}, mode=mode, folder_mode=folder_mode)


def write_together(
    contents: Mapping[Path, bytes], *, mode: int | None = None, folder_mode: int | None = None
) -> None:
    """As `write_whole`, for files that belong together: none is replaced before all are written."""
    fresh: dict[Path, Path] = {}
    at = next(iter(contents), Path())
    try:
        for at, data in contents.items():
            if folder_mode is not None:
                at.parent.mkdir(parents=True, exist_ok=True, mode=folder_mode)
            handle, name = tempfile.mkstemp(dir=at.parent, prefix=".csq-", suffix=".new")
            fresh[at] = Path(name)
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                os.fchmod(stream.fileno(), _mode(at) if mode is None else mode)
                stream.flush()
                os.fsync(stream.fileno())
        for at, written in fresh.items():
            written.replace(at)
    except BaseException as error:
        for written in fresh.values():
            with suppress(OSError):
                written.unlink()
        if isinstance(error, (OSError, ValueError)):
            said = getattr(error, "strerror", None) or error
            raise OutputError(f"{str(at)!r} cannot be written: {said}.") from error
        raise


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A file to fill in place of `path`, for what is too large for memory; it takes its place at the end.

    Folders are made. Raises OutputError where the disk does not take it; then, as after any error in between,
    what was there stays and nothing else is left.
    """
    fresh: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".csq-", suffix=".new")
        os.close(handle)
        fresh = Path(name)
        yield fresh
        fresh.chmod(_mode(path))
        with fresh.open("rb") as stream:
            os.fsync(stream.fileno())
        fresh.replace(path)
    except OSError as error:
        raise OutputError(f"{str(path)!r} cannot be written: {error.strerror or error}.") from error
    finally:
        if fresh is not None:
            fresh.unlink(missing_ok=True)


def _mode(path: Path) -> int:
    with suppress(OSError):
        if not path.is_symlink():
            return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
