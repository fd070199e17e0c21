"""Whether a version, or every version of a range, is one that an advisory is about.

Follows OSV's evaluation (https://ossf.github.io/osv-schema/#evaluation): a version is affected where it is
named, or where the last event that it has reached is an "introduced". Events are turned into spans between
cuts; a cut stands before a version or behind it, so that open and closed ends need no cases of their own.
What cannot be read is said, and is never taken for "not affected".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cybersecqwen.knowledge.advisories.interface import (
    FIXED,
    INTRODUCED,
    LAST_AFFECTED,
    LIMIT,
    Extent,
    Range,
)

from .orders import Key, key, known


@dataclass(frozen=True, slots=True)
class Cut:
    """A place between versions."""

    at: Key | None
    """The version that it stands beside; None before or behind all of them."""
    side: int
    """-1 before it, 1 behind it; before or behind all versions where there is none."""

    def __lt__(self, other: Cut) -> bool:
        if self.at is None or other.at is None:
            mine = 0 if self.at is not None else self.side
            return mine < (0 if other.at is not None else other.side)
        return self.at < other.at or (not other.at < self.at and self.side < other.side)


BEFORE_ALL, BEHIND_ALL = Cut(None, -1), Cut(None, 1)

Span = tuple[Cut, Cut]
"""From a cut to another behind it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question."""

    affected: bool | None
    """None where it cannot be told."""
    reason: str = ""
    """Why it cannot be told, one sentence."""


_AFFECTED, _UNAFFECTED = Answer(True), Answer(False)


@dataclass(frozen=True, slots=True)
class Spans:
    """Where the affected versions lie."""

    spans: tuple[Span, ...]
    reason: str = ""
    """Why they are perhaps not all; "" where they are."""


class Affected:
    """The affected versions of one problem, made ready to be asked about many versions."""

    def __init__(self, ecosystem: str, extents: Iterable[Extent]) -> None:
        self.ecosystem = ecosystem
        self._parts = tuple(_Part(ecosystem, extent) for extent in extents)

    def judge(self, version: str) -> Answer:
        """Whether the version is affected by any of the records."""
        doubt = ""
        plain = _plain(version)
        for part in self._parts:
            answer = part.judge(version, plain)
            if answer.affected:
                return answer
            doubt = doubt or answer.reason
        return Answer(None, doubt) if doubt else _UNAFFECTED


class _Part:
    """What one record says."""

    def __init__(self, ecosystem: str, extent: Extent) -> None:
        self.ecosystem = ecosystem
        self.extent = extent
        self.named = frozenset(map(_plain, extent.versions))
        self.ordered = [found for found in extent.ranges if found.kind in ("SEMVER", "ECOSYSTEM")]
        self._spans: list[Spans] | None = None

    def judge(self, version: str, plain: str) -> Answer:
        if plain in self.named:
            return _AFFECTED
        if not self.ordered:
            return _among_named(self.ecosystem, version, self.extent)
        if not known(self.ecosystem):
            return Answer(None, f"The order of versions of {self.ecosystem} is not known.")
        place = key(self.ecosystem, version)
        if place is None:
            return Answer(None, f"{version[:60]!r} is no version of {self.ecosystem} that can be read.")
        if self._spans is None:
            self._spans = [spans_of(self.ecosystem, found) for found in self.ordered]
        before, behind = Cut(place, -1), Cut(place, 1)
        doubt = ""
        for where in self._spans:
            if any(not before < start and not end < behind for start, end in where.spans):
                return _AFFECTED
            doubt = doubt or where.reason
        return Answer(None, doubt) if doubt else _UNAFFECTED


def judge(ecosystem: str, version: str, extents: Iterable[Extent]) -> Answer:
    """Whether a version is affected by any of the extents."""
    return Affected(ecosystem, extents).judge(version)


def _among_named(ecosystem: str, version: str, extent: Extent) -> Answer:
    """Versions are only named one by one: the same one may be written in another way (1.0 and 1.0.0)."""
    if not extent.versions:
        if any(found.kind == "GIT" for found in extent.ranges):
            return Answer(None, f"{extent.record} names commits alone, no versions.")
        if _whole(extent):
            return _AFFECTED
        return Answer(None, f"{extent.record} says nothing of versions.")
    if not known(ecosystem):
        return _UNAFFECTED
    place = key(ecosystem, version)
    if place is None:
        return Answer(None, f"{version[:60]!r} is no version of {ecosystem} that can be read.")
    for named in extent.versions:
        other = key(ecosystem, named)
        if other is not None and not other < place and not place < other:
            return _AFFECTED
    return _UNAFFECTED


def _plain(version: str) -> str:
    return version.strip().lower().removeprefix("v")


def _whole(extent: Extent) -> bool:
    """Whether the package is affected as a whole: a malicious one of which no versions are told."""
    return extent.record.startswith("MAL-") and not extent.ranges and not extent.versions


@lru_cache(maxsize=1 << 14)
def spans_of(ecosystem: str, found: Range) -> Spans:
    """Where the affected versions of one range lie."""
    # A range of semantic versions in another ecosystem is read in that one's own order: what is installed is
    # a version of it, and two orders cannot be mixed. Semantic versions mean the same in all of them.
    steps: list[tuple[str, Cut]] = []
    doubt = ""
    for kind, version in found.events:
        cut = _cut(ecosystem, kind, version)
        if cut is None:
            doubt = (
                f"{version[:60]!r}, which an advisory names, is no version of {ecosystem} that can be read."
            )
        else:
            steps.append((kind, cut))
    if doubt:
        return Spans((), doubt)
    limits = [cut for kind, cut in steps if kind == LIMIT]
    end = max(limits) if limits else BEHIND_ALL
    # Events at one version keep the document's order; a last affected version stands behind the others.
    steps.sort(key=lambda step: step[1])
    spans: list[Span] = []
    start: Cut | None = None
    for kind, cut in steps:
        if kind == INTRODUCED:
            start = start or cut
        elif kind in (FIXED, LAST_AFFECTED) and start is not None:
            spans.append((start, cut))
            start = None
    if start is not None:
        spans.append((start, BEHIND_ALL))
    return Spans(tuple((a, b if b < end else end) for a, b in spans if a < b and a < end))


def _cut(ecosystem: str, kind: str, version: str) -> Cut | None:
    """Where an event stands: behind the last affected version, else before the version that it names."""
    if kind == INTRODUCED and version == "0":
        return BEFORE_ALL
    if kind == LIMIT and version == "*":
        return BEHIND_ALL
    place = key(ecosystem, version)
    return None if place is None else Cut(place, 1 if kind == LAST_AFFECTED else -1)


def judge_all(ecosystem: str, wanted: Sequence[Span], extents: Iterable[Extent]) -> Answer:
    """Whether every version of the spans `wanted` is affected by the extents taken together."""
    spans: list[Span] = []
    doubt = ""
    for extent in extents:
        for found in extent.ranges:
            if found.kind in ("SEMVER", "ECOSYSTEM"):
                where = spans_of(ecosystem, found)
                spans += where.spans
                doubt = doubt or where.reason
        if _whole(extent):
            spans.append((BEFORE_ALL, BEHIND_ALL))
    if wanted and all(_covered(span, spans) for span in wanted):
        return Answer(True)
    return Answer(None, doubt) if doubt else Answer(False)


def _covered(wanted: Span, spans: Sequence[Span]) -> bool:
    at, end = wanted
    for start, stop in sorted(spans, key=lambda span: span[0]):
        if at < start:
            break
        if at < stop:
            at = stop
        if not at < end:
            return True
    return not at < end
