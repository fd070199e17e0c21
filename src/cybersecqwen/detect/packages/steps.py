"""The way to a version without known problems, and what that step may break."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cmp_to_key

from cybersecqwen.knowledge.advisories import Advisory
from cybersecqwen.knowledge.advisories.interface import FIXED

from .orders import Key, is_prerelease, key, numbers
from .ranges import Affected

_CANDIDATES = 2_000  # versions that one package's advisories call fixed; 260 is the most seen


@dataclass(frozen=True, slots=True)
class Step:
    """Where to go from a version."""

    version: str = ""
    """"" where no fixed version is known."""
    clean: bool = False
    """Nothing at all is known against it."""


def candidates(ecosystem: str, advisories: Iterable[Advisory]) -> tuple[str, ...]:
    """Every version that any of the advisories calls fixed, lowest first, each once."""
    named = {
        version
        for advisory in advisories
        for extent in advisory.extents
        for found in extent.ranges
        if found.kind in ("SEMVER", "ECOSYSTEM")
        for kind, version in found.events
        if kind == FIXED
    }
    readable: list[tuple[Key, str]] = [
        (place, version) for version in sorted(named) if (place := key(ecosystem, version)) is not None
    ]
    readable.sort(key=cmp_to_key(_compared))
    return tuple(version for _, version in readable[:_CANDIDATES])


def _compared(a: tuple[Key, str], b: tuple[Key, str]) -> int:
    return -1 if a[0] < b[0] else 1 if b[0] < a[0] else 0


def cures(
    ecosystem: str, fixed: Sequence[str], problems: Mapping[str, Affected], version: str
) -> tuple[tuple[str, frozenset[str]], ...]:
    """Each fixed version above this one, lowest first, with the ids of what is still known against it.

    Pre-releases are no cure, but for those who have one installed. The list ends with the first that nothing
    is known against.
    """
    own = key(ecosystem, version)
    early = is_prerelease(ecosystem, version)
    found: list[tuple[str, frozenset[str]]] = []
    for candidate in fixed:
        place = key(ecosystem, candidate)
        if place is None or (own is not None and not own < place):
            continue
        if is_prerelease(ecosystem, candidate) and not early:
            continue
        left = frozenset(
            id for id, problem in problems.items() if problem.judge(candidate).affected is not False
        )
        found.append((candidate, left))
        if not left:
            break
    return tuple(found)


def step(cures: Sequence[tuple[str, frozenset[str]]], id: str) -> Step:
    """The nearest version that nothing is known against, else the nearest that is free of this problem."""
    if cures and not cures[-1][1]:
        return Step(cures[-1][0], clean=True)
    return next((Step(version) for version, left in cures if id not in left), Step())


def is_breaking(ecosystem: str, old: str, new: str) -> bool:
    """Whether the step changes the part of the version that promises compatibility.

    The first number; where it is 0 the second (and where that is 0 too, for npm and Cargo, the third): so
    Semantic Versioning, section 4, and the caret of both. Numbers that are years promise nothing.
    """
    before, after = (*numbers(old), 0, 0, 0)[:3], (*numbers(new), 0, 0, 0)[:3]
    if before[0] >= 1990 and after[0] >= 1990:
        return False
    if before[0] or after[0]:
        return before[0] != after[0]
    if before[1] or after[1] or ecosystem not in ("npm", "crates.io"):
        return before[1] != after[1]
    return before != after
