"""Where detection rules stand in a text: names of files and keys in them are what a rule looks for.

By the guidelines (tests/data/intel/guidelines.md) a rule is one indicator, and of what it holds only hashes,
addresses, domains, URLs and mail addresses are indicators, too.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

from cybersecqwen.detect.text.matches import Extractor, Match

from . import lookers_sigma, lookers_suricata, lookers_yara
from .lookers_sigma import SIGMA
from .lookers_suricata import SURICATA
from .lookers_yara import YARA
from .shaped import Finder

# What every rule of a kind holds, what finds such rules, and characters before and behind to look through
_KINDS: tuple[tuple[tuple[str, ...], Extractor, int], ...] = (
    (YARA.needles, YARA.find, lookers_yara.LONGEST_RULE),
    (SIGMA.needles, SIGMA.find, lookers_sigma.LONGEST_RULE),
    (SURICATA.needles, SURICATA.find, 2 * lookers_suricata.LONGEST_RULE),
)


def outside_rules(find: Finder) -> Finder:
    """A finder that leaves out what stands in a YARA, Sigma or Suricata rule."""

    def find_outside(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
        spans: tuple[tuple[int, int], ...] | None = None
        for match in find(text, low, starts):
            spans = _spans(text, low) if spans is None else spans
            at = bisect_right(spans, (match.start, len(text))) - 1
            if at < 0 or match.end > spans[at][1]:
                yield match

    return find_outside


_TYPES = frozenset({"yara", "sigma", "suricata"})
_last: tuple[str, tuple[tuple[int, int], ...]] = ("", ())


def _spans(text: str, low: str) -> tuple[tuple[int, int], ...]:
    """Start and end of the rules in a text; kept for the lookers that ask one after the other.

    Threads that read different texts search again, and get the same: what is kept goes with its own text.
    """
    global _last
    known, spans = _last
    if known is not text:
        spans = tuple(_joined(sorted(_rules(text, low))))
        _last = text, spans
    return spans


def remember(text: str, found: Iterable[Match]) -> None:
    """Takes the rules that the lookers for them found in a text: they need not be searched for again."""
    global _last
    rules = sorted((match.start, match.end) for match in found if match.type in _TYPES)
    _last = text, tuple(_joined(rules))


def forget() -> None:
    """Lets go of the last text: a text of 100 MB would stay in memory until the next one is read."""
    global _last
    _last = "", ()


def _rules(text: str, low: str) -> Iterator[tuple[int, int]]:
    """The rules in a text, searched for in the lines within reach of what every one of a kind holds."""
    for cues, find, reach in _KINDS:
        for start, end in [*_joined(sorted(_around(low, cues, reach)))]:
            window = text[start:end]
            for match in find(window, low[start:end]):
                yield match.start + start, match.end + start


def _around(low: str, cues: tuple[str, ...], reach: int) -> Iterator[tuple[int, int]]:
    """The lines within reach of one of some words."""
    for cue in cues:
        at = low.find(cue)
        while at >= 0:
            end = low.find("\n", at + reach)
            end = end if end >= 0 else len(low)
            yield low.rfind("\n", 0, max(0, at - reach)) + 1, end
            # what stands earlier has nothing within reach that this one has not: the time stays linear
            at = low.find(cue, max(at + len(cue), end - reach + 1))


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
