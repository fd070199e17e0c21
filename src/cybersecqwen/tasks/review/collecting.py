"""What there is to review: the files of the paths, or those that a change touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cybersecqwen.inputs.source.files import walk_sources
from cybersecqwen.inputs.source.naming import Root
from cybersecqwen.records.review import Skipped

MOST_FILES = 1_000_000
_SHOWN = 200
"""Skipped files that are named one by one; the rest are counted by their reason."""


@dataclass(slots=True)
class Collected:
    """Files to look at, and what was left out."""

    root: Path
    """Folder that they are named from."""
    paths: list[Path] = field(default_factory=list)
    """Below the root, which is how they are named; in the order of their names within what was asked for."""
    skipped: list[Skipped] = field(default_factory=list)


def collect(asked: Sequence[str], root: Root) -> Collected:
    """The files below all paths, each once. Raises InputError for a path that is not there."""
    found = Collected(root.path)
    seen: set[Path] = set()
    for path in asked:
        name = root.name(Path(path).resolve() if Path(path).is_dir() else path)
        for one in walk_sources(path):
            if isinstance(one, Skipped):
                found.skipped.append(replace(one, path=_below(name, Path(one.path), path).as_posix()))
                continue
            named = _below(name, one, path)
            if named in seen:
                continue
            seen.add(named)
            found.paths.append(named)
            if len(found.paths) >= MOST_FILES:
                found.skipped.append(Skipped(path=name, reason=f"There are more than {MOST_FILES:,} files."))
                return found
    return found


def _below(name: str, file: Path, top: str) -> Path:
    """The name of a file that was found below a path of some name."""
    return Path(name, file.relative_to(top))


def summed(skipped: Sequence[Skipped]) -> Iterator[Skipped]:
    """The first ones by name, the rest counted by their reason."""
    yield from skipped[:_SHOWN]
    more = Counter(one.reason for one in skipped[_SHOWN:] for _ in range(one.count))
    for reason, count in more.most_common():
        yield Skipped(path="", reason=reason, count=count)
