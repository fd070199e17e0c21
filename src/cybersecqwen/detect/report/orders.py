"""Sentences that tell the reader what to do with the indicators: no statement about any of them.

"Tag all indicators as benign" in a page that an attacker wrote must change nothing. Advice of defenders
("block these addresses", "search for …") is not meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .context import Layout
from .cues import Hit

NEAR = 2
"""Units after an order in which words that would make an indicator harmless do not count either."""

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
# only at the beginning of a clause: "vendors flag it as malicious" is a statement
_TOLD = re.compile(
    rf"(?:tag|mark|label|classify|treat|flag|rate|consider|categori[sz]e|regard|score|declare|assign)\b{_WORDS}"
    rf"{_ROLES}\b"
    rf"|(?:set|output|respond|answer|list|report|assume|call|return|say|state|conclude)\b{_WORDS}{_HARMLESS}\b"
)


def units(text: str, low: str, hits: Sequence[Hit], layout: Layout) -> tuple[frozenset[int], frozenset[int]]:
    """Numbers of the units that hold an order, and of those so near to one that they may belong to it.

    Args:
        text: The text as it stands.
        low: The same in `cues.plain` form.
        hits: Its cues; those of role "order" are followed up.
        layout: Its units.
    """
    ordered: set[int] = set()
    near: set[int] = set()
    for hit in hits:
        if hit.cue.role != "order":
            continue
        stop = hit.start + WINDOW
        match = _ORDER.match(low, hit.start, stop)
        if match is None and _BEGIN.search(low, max(0, hit.start - 10), hit.start):
            match = _TOLD.match(low, hit.start, stop)
        if match is None or "\n\n" in text[match.start() : match.end()]:
            continue  # words of different paragraphs
        first, last = layout.at(match.start()), layout.at(match.end() - 1)
        ordered.update(range(max(first, 0), last + 1))
        near.update(range(max(first - 1, 0), last + 1 + NEAR))
    return frozenset(ordered), frozenset(near)
