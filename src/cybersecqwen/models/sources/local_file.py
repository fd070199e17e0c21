"""Weights that are already on this machine: copied, or linked where the disk is the same."""

from __future__ import annotations

import os
from pathlib import Path

from cybersecqwen.errors import WeightsError
from cybersecqwen.models.portfolio import Origin

from .interface import Fetched, Progress, WeightsSource, disk_errors, need_space

_CHUNK = 4 << 20


class LocalFile(WeightsSource):
    """A file; `origin.pattern` is its path."""

    kind = "file"

    def __init__(self, *, link: bool = False) -> None:
        self._link = link

    def fetch(self, origin: Origin, target: Path, *, total: int, progress: Progress) -> Fetched:
        """See `WeightsSource.fetch`. An earlier try is not continued: a copy is quick."""
        path = Path(origin.pattern)
        if not path.is_file():
            raise WeightsError(f"There is no file {path}.")
        with disk_errors(target):
            size = path.stat().st_size
            target.unlink(missing_ok=True)
            if not (self._link and _linked(path, target)):
                need_space(target.parent, size)
                _copy(path, target, size, progress)
        progress(size, size)
        return Fetched(origin=f"file {path.name}")


def _linked(path: Path, target: Path) -> bool:
    try:
        os.link(path.resolve(), target)
    except OSError:  # another disk, or a file system without links
        return False
    return True


def _copy(path: Path, target: Path, size: int, progress: Progress) -> None:
    done = 0
    with path.open("rb") as source, target.open("wb") as out:
        while chunk := source.read(_CHUNK):
            out.write(chunk)
            done += len(chunk)
            progress(done, size)
        out.flush()
        os.fsync(out.fileno())
