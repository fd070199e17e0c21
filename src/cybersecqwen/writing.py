"""Files written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from .errors import OutputError


def write_whole(path: Path, data: bytes, *, mode: int | None = None) -> None:
    """Put a content in place of a file's. Raises OutputError; then what was there stays.

    The file that is written first has a name that nobody can know before: in a folder of others' a link of a
    name that is known could lead the content into any file of the user's.

    Args:
        path: The file. A link is replaced, not followed.
        data: Its content.
        mode: Permissions; those of the file that was there, else those of a new file, where left out.
    """
    fresh: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".csq-", suffix=".new")
        fresh = Path(name)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            os.fchmod(stream.fileno(), _mode(path) if mode is None else mode)
        fresh.replace(path)
    except BaseException as error:
        if fresh is not None:
            with suppress(OSError):
                fresh.unlink()
        if isinstance(error, (OSError, ValueError)):
            said = getattr(error, "strerror", None) or error
            raise OutputError(f"{str(path)!r} cannot be written: {said}.") from error
        raise


def _mode(path: Path) -> int:
    with suppress(OSError):
        if not path.is_symlink():
            return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
