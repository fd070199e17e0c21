"""The files of a folder, in the order of names, without leaving it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from cybersecqwen.records import Damage, Source


def walk(folder: str) -> Iterator[tuple[Path, Damage | None]]:
    """Every file below a folder, with a damage instead where it cannot or must not be read.

    Links are followed only to files inside the folder; devices, pipes and sockets are never opened,
    because reading them could wait for ever.
    """
    root = Path(folder).resolve()
    unreadable: list[OSError] = []
    for at, below, files in os.walk(folder, onerror=unreadable.append):
        below.sort()  # the walk goes on in this order; it does not follow links
        for name in sorted(below):
            path = Path(at, name)
            if path.is_symlink():
                yield path, _damage(path, "It is a link to a folder; it was not followed.")
        for name in sorted(files):
            path = Path(at, name)
            reason = reason_not_to_read(path, root)
            yield path, _damage(path, reason) if reason else None
    for error in unreadable:
        yield Path(error.filename), _damage(error.filename, f"The folder cannot be read: {error.strerror}.")


def reason_not_to_read(path: Path, root: Path) -> str:
    """Why a file below a folder is not opened, a sentence, or "".

    Args:
        path: The file.
        root: The folder, resolved.
    """
    try:
        if not path.resolve().is_relative_to(root):
            return "It is a link that leads out of the folder; it was not followed."
        if not stat.S_ISREG(path.stat().st_mode):
            return "It is a device, pipe or socket, not a file."
    except OSError as error:
        return f"It cannot be read: {error.strerror or error}."
    except RuntimeError:  # pathlib's word for links that form a loop
        return "It is a link that leads to itself."
    return "" if os.access(path, os.R_OK) else "It may not be read."


def _damage(path: Path | str, reason: str) -> Damage:
    return Damage(source=Source(path=str(path)), reason=reason)
