"""What files are called: one file has one name, wherever the program is started and however it is asked.

Marks of findings, baselines and code hosts go by names, so a name is the path below one folder, the root of
the repository. Whoever reads a page opens files from where the program was started: see `Review.opened`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Root:
    """The folder that files are named from."""

    path: Path
    """Whole and without links."""

    @classmethod
    def of(cls, paths: Sequence[str]) -> Root:
        """The root of the work tree that all paths are in.

        Where there is none the current folder, or else the nearest folder that holds them all. Git itself
        is not asked: it need not be installed, and refuses repositories of others.
        """
        tops = [one if one.is_dir() else one.parent for one in map(Path, paths)]
        common = Path(os.path.commonpath([os.path.realpath(one) for one in tops]))
        for folder in (common, *common.parents):
            if _is_work_tree(folder):
                return cls(folder)
        here = Path.cwd()
        folder = here if common.is_relative_to(here) else common
        # What a workflow is, is known by the folders that it lies in.
        return cls(next((one.parent for one in (folder, *folder.parents) if one.name == ".github"), folder))

    def name(self, path: str | Path) -> str:
        """The name of a file or folder, with / between folders; the whole path of what lies elsewhere.

        Links on the way are followed. A link has a name of its own: it is not what it leads to.
        """
        folder, last = os.path.split(path)
        if last in ("", os.curdir, os.pardir):
            folder, last = os.fspath(path), ""
        real = Path(os.path.realpath(folder), last)
        return real.relative_to(self.path).as_posix() if real.is_relative_to(self.path) else real.as_posix()

    def from_here(self, paths: Sequence[str]) -> tuple[str, str]:
        """(the root as it is reached from the current folder, the current folder below it).

        Both are "" in the root, the second is "" outside of it, too. Outside it is reached by a whole path
        where one was asked for.
        """
        here = Path.cwd()
        if here == self.path:
            return "", ""
        if here.is_relative_to(self.path):
            return Path(os.path.relpath(self.path, here)).as_posix(), here.relative_to(self.path).as_posix()
        whole = any(map(os.path.isabs, paths)) and not self.path.is_relative_to(here)
        return (self.path if whole else Path(os.path.relpath(self.path, here))).as_posix(), ""


def _is_work_tree(folder: Path) -> bool:
    """Whether a repository's work tree begins here; of linked ones and submodules .git is a file."""
    own = folder / ".git"
    # pathlib raises where a folder on the way may not be looked into.
    return os.path.isfile(own) or os.path.lexists(own / "HEAD")  # noqa: PTH113
