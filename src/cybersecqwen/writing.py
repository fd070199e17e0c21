"""Files written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
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


def _mode(path: Path) -> int:
    with suppress(OSError):
        if not path.is_symlink():
            return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
