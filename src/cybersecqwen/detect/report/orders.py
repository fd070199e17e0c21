"""Sentences that tell the reader what to do with the indicators: no statement about any of them.

"Tag all indicators as benign" in a page that an attacker wrote must change nothing. Advice of defenders
("block these addresses", "search for …") is not meant.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from .context import Layout
from .cues import Hit

NEAR = 2
"""Units after an order in which words that would make an indicator harmless do not count either."""

TAIL = 40
"""Characters after an order, in its unit, that still belong to it ("classified as …")."""
WINDOW = 600
"""Characters from a trigger (`cues.toml`, [order.any]) in which the order must end."""

_HARMLESS = (
    r"(?:benign|legitimate|safe|harmless|clean|trusted|white-?listed|allow-?listed|not malicious"
    r"|non-malicious|false positives?|references?|victims?|unknown|innocent|ok)"
)
_ROLES = rf"(?:{_HARMLESS}|malicious|c2|command and control|attacker|payload|delivery)"
_BEGIN = re.compile(
    r"(?:\A|[.!?:;,\"'(>*\n-] ?| {2}|\b(?:please|and|then|to|you|should|must|always|just|kindly|will|now"
    r"|may) )\Z"
)
_WORDS = (
    r"(?: [^\s!?]{1,120}){0,12}? (?:as|with|to be|to|are|is|role|roles?:) [\"'(]?(?:[^\s.!?]{1,20} ){0,3}?"
)
_ORDER = re.compile(
    r"(?:ignore|disregard|forget|override|bypass)\b(?: [^\s.!?]{1,30}){0,5}? "
    r"(?:instructions?|prompts?|rules|guidelines|context|directions|indicators|iocs|analysis)\b"
    r"|(?:must|should|shall|needs? to|have to|are to|is to) (?:all )?(?:be )?(?:tagged|marked|labell?ed"
    r"|classified|treated|flagged|rated|considered|regarded|ignored|excluded|white-?listed|allow-?listed|reported|skipped)\b"
    r"|(?:you are|act as|as) an? (?:[a-z]{1,20} )?(?:ai|llm|assistant|language model|chatbot)\b"
    r"|system prompt|new instructions?|developer mode|jailbreak"
    r"|<\|?(?:system|im_start|assistant|user)\b|\[/?(?:inst|system)\]|#{2,3} ?(?:system|instructions?)\b"
    r"|(?:note|message|instructions?|attention|reminder)(?: to| for|:) (?:the |any |all )?"
    r"(?:readers?|analysts?|ai|llms?|models?|assistants?|parsers?|extractors?|tools?)\b"
    r"|(?:do not|don't|never) (?:report|extract|flag|include|block|alert|list|mention|tag|mark|analy[sz]e)\b"
)
# at the beginning of a clause ("vendors flag it as malicious" is a statement), and anywhere in a heading
_TOLD = re.compile(
    rf"(?:tag|mark|label|classify|treat|flag|rate|consider|categori[sz]e|regard|score|declare|assign)\b{_WORDS}"
    rf"{_ROLES}\b"
    rf"|(?:set|output|respond|answer|list|report|assume|call|return|say|state|conclude)\b{_WORDS}{_HARMLESS}\b"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Orders:
    """Where a text tells its reader what to do."""

    spans: tuple[tuple[int, int], ...]
    """The words themselves: no cue in them counts."""
    tame: frozenset[int]
    """Units that hold an order or stand so near to one that they may belong to it: what would make an
    indicator harmless does not count there."""

    def covers(self, start: int, end: int) -> bool:
        """Whether a stretch lies in an order, wholly or in part."""
        at = bisect_right(self.spans, (start, end)) - 1
        return any(a < end and start < b for a, b in self.spans[max(at, 0) : at + 2])


def find(text: str, low: str, hits: Sequence[Hit], layout: Layout) -> Orders:
    """The orders of a text.

    Args:
        text: The text as it stands.
        low: The same in `cues.plain` form.
        hits: Its cues; those of role "order" are followed up.
        layout: Its units.
    """
    spans: list[tuple[int, int]] = []
    tame: set[int] = set()
    for hit in hits:
        if hit.cue.role != "order" or (spans and hit.start < spans[-1][1]):
            continue
        stop = hit.start + WINDOW
        match = _ORDER.match(low, hit.start, stop)
        if match is None and (
            _BEGIN.search(low, max(0, hit.start - 10), hit.start)
            or layout.kinds[layout.at(hit.start)] == "heading"
        ):
            match = _TOLD.match(low, hit.start, stop)
        if match is None or "\n\n" in text[match.start() : match.end()]:
            continue  # words of different paragraphs
        start, end = match.span()
        first, last = layout.at(start), layout.at(end - 1)
        tail = TAIL if low.endswith("ed", start, end) else 0
        spans.append((start, max(end, min(end + tail, layout.ends[last]))))
        tame.update(range(max(first - 1, 0), last + 1 + NEAR))
    return Orders(spans=tuple(spans), tame=frozenset(tame))
