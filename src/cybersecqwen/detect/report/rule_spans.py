"""Where detection rules stand in a text: names of files and keys in them are what a rule looks for.

By the guidelines (tests/data/intel/guidelines.md) a rule is one indicator, and of what it holds only hashes,
addresses, domains, URLs and mail addresses are indicators, too.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache

from cybersecqwen.detect.text.matches import Match

from .lookers_sigma import find_sigma
from .lookers_suricata import find_suricata
from .lookers_yara import find_yara
from .shaped import Finder

_CUES = (("condition", find_yara), ("logsource:", find_sigma), ("sid", find_suricata))


def outside_rules(find: Finder) -> Finder:
    """A finder that leaves out what stands in a YARA, Sigma or Suricata rule."""

    def find_outside(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
        spans: tuple[tuple[int, int], ...] | None = None
        for match in find(text, low, starts):
            spans = _spans(text) if spans is None else spans
            at = bisect_right(spans, (match.start, len(text))) - 1
            if at < 0 or match.end > spans[at][1]:
                yield match

    return find_outside


@lru_cache(maxsize=1)
def _spans(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end of the rules in a text; kept for the lookers that ask one after the other."""
    low = text.lower() if text.isascii() else text
    found = []
    for cue, find in _CUES:
        if cue in low:
            found += [(match.start, match.end) for match in find(text, low)]
    return tuple(_joined(sorted(found)))


def _joined(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans that overlap as one."""
    start, end = -1, -1
    for first, last in spans:
        if first > end:
            if end >= 0:
                yield start, end
            start, end = first, last
        end = max(end, last)
    if end >= 0:
        yield start, end
