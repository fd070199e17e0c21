"""Identifiers of ATT&CK in reports: what a text says elsewhere decides about bare ones.

"T1057" is also a flight, "S0154" a form and "G0046" a gate: a technique with a sub-technique or a tactic is
not. Where a text has two identifiers of techniques, or names ATT&CK, its other objects are read, too; also
where it calls one of two by its kind ("mitigation M1036").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from cybersecqwen.detect.text import codes
from cybersecqwen.detect.text.matches import Match, over

from .anchors import Anchors

_SURE = re.compile(r"(?<![\w.-])T(?:[01][0-9]{3}[./][0-9]{3}|A00[0-9]{2})(?![\w-]|[./][0-9])")
_BARE = re.compile(r"(?<![\w.-])T[01][0-9]{3}(?![\w-]|[./][0-9])")
_OBJECT = re.compile(r"(?<![\w.-])(?:[SGCM]|D(?:S|ET))[0-9]{4}(?![\w-]|\.[0-9])")
_SMALL = re.compile(r"t1(?<![\w.-]t1)[0-9]{3}\.[0-9]{3}(?![\w-]|[./][0-9])")
_NAMED = ("att&ck", "mitre", "technique", "tactic", " ttp")
_CUE = re.compile(r"(?:technique|tactic|att&ck|mitre|ttps?)(?:[ \t:#(]| id){0,4}\Z")
# What else has a letter and four digits: the noun before it says so
_THING = re.compile(
    r"\b(?:lenovo|thinkpad|boeing|airbus|dell|hp|canon|epson|nikon|samsung|flights?|models?|rooms?|gates?|parts?|forms?|lines?|trains?"
    r"|tractors?|printers?|routers?|boards?|chips?|bolts?|visas?|seats?|routes?|buses|bus|aircraft|series|type)"
    r"[ \t]{1,2}\Z"
)
# "the T1200 lathe": what a sentence says of a product and of no technique
_ARTICLE = re.compile(r"\b(?:the|an?|its|our|your|new|old|der|die|das|el|la|le)[ \t]{1,2}\Z")
_NOUN = re.compile(
    r"[ \t](?!techni|tactic|sub-?techn|id\b|is\b|was\b|and\b|or\b|in\b|for\b|by\b|via\b|as\b)"
    r"[a-z]{3,}"
)
_KIND_CUES = {
    "S": re.compile(r"\b(?:software|malware|tools?|famil(?:y|ies)|backdoors?)[ \t]{1,2}(?:id[ \t])?\Z"),
    "G": re.compile(r"\b(?:groups?|intrusion sets?|actors?|adversar(?:y|ies))[ \t]{1,2}(?:id[ \t])?\Z"),
    "C": re.compile(r"\bcampaigns?[ \t]{1,2}(?:id[ \t])?\Z"),
    "M": re.compile(r"\bmitigations?[ \t]{1,2}(?:id[ \t])?\Z"),
    "D": re.compile(r"\b(?:data sources?|detection strateg(?:y|ies))[ \t]{1,2}(?:id[ \t])?\Z"),
}
_ENOUGH = 2
"""Different techniques in a text that make it one about techniques."""


def find_identifiers(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
    """Techniques, tactics, software, groups, mitigations, campaigns; see `shaped.Finder`."""
    starts = starts if starts is None else list(starts)
    told = objects = sure = asked = False
    for match in over(_ANY, text, starts):
        if not asked:  # this may read the whole text
            asked = True
            told, objects, sure = _about(text, low, starts)
        raw = match.group()
        if raw[0] == "t":
            if not sure and not _CUE.search(text[max(0, match.start() - 24) : match.start()].lower()):
                continue
        elif raw[0] != "T":
            if not objects or _is_thing(text, match.start()):
                continue
        elif len(raw) == 5 and (
            not _is_told(text, match, told)
            or _is_thing(text, match.start())
            or (not told and _is_product(text, match))
        ):
            continue  # without a sub-technique
        value = raw.replace("/", ".").upper()
        yield Match(type="attack", value=value, start=match.start(), end=match.end())


def _about(text: str, low: str, starts: list[int] | None) -> tuple[bool, bool, bool]:
    """Whether a text is about techniques, whether other objects are read in it, whether one is sure."""
    named = any(word in low for word in _NAMED)
    sure = {match.group() for match in islice(over(_SURE, text, starts), 4)}
    bare = {match.group() for match in islice(over(_BARE, text, starts), 8)}
    told = named or bool(sure) or len(bare) >= _ENOUGH
    objects = "att&ck" in low or "mitre" in low or (bool(sure) and len(sure | bare) >= _ENOUGH)
    return told, objects or _calls_kinds(text, starts), bool(sure)


def _calls_kinds(text: str, starts: list[int] | None) -> bool:
    """Whether a text has two objects and calls one by its kind."""
    seen: set[str] = set()
    called = False
    for match in islice(over(_OBJECT, text, starts), 32):
        raw = match.group()
        seen.add(raw)
        before = text[max(0, match.start() - 28) : match.start()]
        called = called or bool(_KIND_CUES[raw[0]].search(before.lower()))
        if called and len(seen) >= _ENOUGH:
            return True
    return False


_ANY = re.compile(f"{codes.TECHNIQUE_PATTERN}|{_OBJECT.pattern}|{_SMALL.pattern}")


def _is_thing(text: str, start: int) -> bool:
    """Whether the noun before an identifier says that it is something else."""
    before = text[max(0, start - 24) : start]
    return before[-1:] in (" ", "\t") and bool(_THING.search(before.lower()))


def _is_product(text: str, match: re.Match[str]) -> bool:
    """Whether an article stands before a number and a noun after it."""
    before = text[max(0, match.start() - 8) : match.start()]
    return bool(_NOUN.match(text, match.end())) and bool(_ARTICLE.search(before.lower()))


def _is_told(text: str, match: re.Match[str], told: bool) -> bool:
    """Whether the text is about techniques, the number is one of theirs, or it stands alone.

    From: ATT&CK 17: enterprise and mobile techniques begin at T1001, those for control systems at T0800.
    """
    if told or match.group()[1:3] == "08" or 1001 <= int(match.group()[1:5]) < 1700:
        return True
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    return before in ("", "(", "[", "\n", "\t", "|", '"', "'", "`") and (
        not after or after in ")]\n\r\t|\"',;`:"
    )


def identifier_starts(anchors: Anchors) -> Any:
    """First letters of identifiers."""
    return anchors.techniques
