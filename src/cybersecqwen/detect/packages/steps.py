"""The way to a version without known problems, and what that step may break."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    left: frozenset[str] = frozenset()
    """Ids of what is known against it all the same."""


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


class Ladder:
    """The fixed versions of one package, and what is still known against each."""

    def __init__(
        self, ecosystem: str, advisories: Sequence[Advisory], problems: Mapping[str, Affected]
    ) -> None:
        self.ecosystem = ecosystem
        self._problems = problems
        self._fixed = candidates(ecosystem, advisories)
        self._left: dict[str, frozenset[str]] = {}
        self._above: dict[str, list[tuple[str, frozenset[str]]]] = {}

    def step(self, version: str, id: str) -> Step:
        """The nearest version above of which least is known, if it is free of this, else the nearest that is.

        Where there is a version that nothing is known against, that is it.
        """
        above = self._above.get(version)
        if above is None:
            above = self._above[version] = list(self._over(version))
        best = min(above, key=lambda rung: len(rung[1]), default=("", frozenset({id})))
        if id not in best[1]:
            return Step(*best)
        return next((Step(*rung) for rung in above if id not in rung[1]), Step())

    def _over(self, version: str) -> Iterator[tuple[str, frozenset[str]]]:
        """Each fixed version above this one, lowest first, up to the first that nothing is known against.

        Pre-releases are no cure, but for those who have one installed.
        """
        own = key(self.ecosystem, version)
        early = is_prerelease(self.ecosystem, version)
        for candidate in self._fixed:
            place = key(self.ecosystem, candidate)
            if place is None or (own is not None and not own < place):
                continue
            if is_prerelease(self.ecosystem, candidate) and not early:
                continue
            left = self._known_against(candidate)
            yield candidate, left
            if not left:
                return

    def _known_against(self, candidate: str) -> frozenset[str]:
        left = self._left.get(candidate)
        if left is None:
            # What cannot be decided is counted as known: "nothing is known against it" must be true.
            left = self._left[candidate] = frozenset(
                id for id, problem in self._problems.items() if problem.judge(candidate).affected is not False
            )
        return left


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
