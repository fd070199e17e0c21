"""What there is to review: the files of the paths, or those that a change touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cybersecqwen.inputs.source.files import walk_sources
from cybersecqwen.records.review import Skipped

MOST_FILES = 1_000_000
_SHOWN = 200
"""Skipped files that are named one by one; the rest are counted by their reason."""


@dataclass(slots=True)
class Collected:
    """Paths to look at, in the order of their names, and what was left out."""

    paths: list[Path] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def collect(roots: Sequence[str]) -> Collected:
    """The files below all roots, each once. Raises InputError for a root that is not there."""
    found = Collected()
    seen: set[Path] = set()
    for root in roots:
        for one in walk_sources(_from_here(root)):
            if isinstance(one, Skipped):
                found.skipped.append(one)
            elif one not in seen:
                seen.add(one)
                found.paths.append(one)
                if len(found.paths) >= MOST_FILES:
                    found.skipped.append(
                        Skipped(path=root, reason=f"There are more than {MOST_FILES:,} files.")
                    )
                    return found
    return found


def _from_here(root: str) -> str:
    """A whole path below the current folder as one from there: marks of findings and code hosts go by it."""
    path, here = Path(root), Path.cwd()
    if path.is_absolute() and path.is_relative_to(here):
        return str(path.relative_to(here))
    return root


def summed(skipped: Sequence[Skipped]) -> Iterator[Skipped]:
    """The first ones by name, the rest counted by their reason."""
    yield from skipped[:_SHOWN]
    more = Counter(one.reason for one in skipped[_SHOWN:] for _ in range(one.count))
    for reason, count in more.most_common():
        yield Skipped(path="", reason=reason, count=count)
