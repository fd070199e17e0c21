"""Who does what to whom: which program starts the other, which one acts, which one is acted on."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .mentions import Kind, Mention

_SPAWN = re.compile(
    r"\b(?:spawn(?:s|ed|ing)?|start(?:s|ing)?|launch(?:es|ing)?|creat(?:es|ing)|"
    r"execut(?:es|ing)|run(?:s|ning)?|"
    r"fork(?:s|ing)?|invok(?:es|ing))\b(?! (?:a )?(?:file|service|task))",
    re.IGNORECASE,
)
_STRONG_SPAWN = re.compile(r"\b(?:spawn(?:s|ed|ing)?|start(?:s|ing)|launch(?:es|ing))\b", re.IGNORECASE)
_PASSIVE = re.compile(
    r"\b(?:spawn(?:ed|ing)?|start(?:ed)?|launched|created|executed|run|invoked|forked|"
    r"opened|initiated|called|execution|running)"
    r" (?:\w+ )?(?:by|from|under|out of|via)\b|"
    r"\bchild(?:ren)?(?: process(?:es)?)? (?:of|from|spawned by|by)\b|\b(?:with|has|have|"
    r"having) (?:a |an |the )?(?:\w+ )?parent(?: process| image)?(?: of| is| named)?\b|"
    r"\bparent(?: process| image)? (?:is|was|being|named)\b|\bsub-?process(?:es)? (?:of|"
    r"spawned by|from)\b|\bas (?:a )?child of\b",
    re.IGNORECASE,
)
_CHILD = re.compile(r"\bchild(?:ren)? ?process(?:es)?\b|\bsub-?process(?:es)?\b|\bchildren\b", re.IGNORECASE)
_PARENT_AFTER = re.compile(
    r"^[\"'`)]*(?: process)? (?:\w+ ){0,2}?(?:(?:spawn(?:s|ed|ing)?|starts?|starting|"
    r"launch(?:es|ing))(?! (?:with|up|without|from|by|as|in|at|on)\b)"
    r" (?:\w+ ){0,3}(?:process|processes|child|shell|shells|command|commands|program|"
    r"programs|binary|binaries|executable)|as (?:a |the )?parent|is (?:a |the )?parent)\b"
    r"|^[\"'`]* (?:suspicious |unusual |uncommon )?(?:child|sub-?process)",
    re.IGNORECASE,
)
_ACTOR = re.compile(
    r"\b(?:by|from|initiated by|created by|made by|written by|dropped by|loaded by|"
    r"loads by)\s+(?:the |a |an )?(?:\w+ ){0,4}[\"'`]?$",
    re.IGNORECASE,
)
_TARGET = re.compile(
    r"\b(?:access(?:es|ed|ing)? (?:to|of)|opening|opens|open|into|to|on|of|target(?:s|"
    r"ing)?|against|inject\w* (?:in|into)|in|handle to|dump\w*)\s+(?:the |a |"
    r"an )?(?:\w+ ){0,2}[\"'`]?$",
    re.IGNORECASE,
)
_LOOK = 90


def parents(text: str, programs: Sequence[Mention]) -> set[int]:
    """Places of the programs that start others."""
    found: set[int] = set()
    for one in programs:
        before = text[max(0, one.start - _LOOK) : one.start]
        after = text[one.end : one.end + _LOOK]
        passive = list(_PASSIVE.finditer(before)) or list(_BY.finditer(before))
        end = one.start - len(before) + passive[-1].end() if passive else 0
        if (passive and _of_verb(text, end, one, programs) and _has_child(end, passive[-1], programs)) or (
            _PARENT_AFTER.match(after) and not _PASSIVE.match(after.lstrip("\"'` "))
        ):
            found.add(one.start)
    spawn = [m for m in _SPAWN.finditer(text) if not _PASSIVE.match(text, m.start())]
    for verb in spawn:
        left = [m for m in programs if m.end <= verb.start() and _joined(text, m.end, verb.start())]
        right = [m for m in programs if m.start >= verb.end() and _joined(text, verb.end(), m.start)]
        if left and right:
            found.update(m.start for m in left)
    acting = {one.values for one in programs if one.start not in found and one.values}
    found = {one.start for one in programs if one.start in found and one.values not in acting}
    return (
        found
        if len(found) < len(programs)
        or _CHILD.search(text)
        or _STRONG_SPAWN.search(text)
        or _PASSIVE.search(text)
        else set()
    )


_BY = re.compile(r"(?<=[\w\"'`)]) by\b", re.IGNORECASE)


def _has_child(verb: int, passive: re.Match[str], programs: Sequence[Mention]) -> bool:
    """Whether a "by" without a verb stands right behind a program: "powershell by winword.exe"."""
    return passive.re is not _BY or any(one.end == verb - len(passive[0]) for one in programs)


_LISTED = re.compile(
    r"(?:[\s,\"'`()/]|\b(?:and|or|nor|but|not|neither|either|by|from|also|as well as|the|an?|any|"
    r"process(?:es)?|programs?|binary|binaries|executables?)\b)*",
    re.IGNORECASE,
)


def _of_verb(text: str, start: int, one: Mention, programs: Sequence[Mention]) -> bool:
    """Whether a verb that ends at `start` is about this program, alone or as one of a list.

    "Started by explorer.exe and not by svchost.exe" is about both, "started by explorer.exe, running
    svchost.exe" about the first.
    """
    between = text[start : one.start]
    others = [other for other in programs if other.start >= start and other.end <= one.start]
    if not others:
        return not re.search(r"[.;]", between) and _near(between) and not _SPAWN.search(between)
    for other in sorted(others, key=lambda m: -m.start):
        between = between[: other.start - start] + between[other.end - start :]
    return _LISTED.fullmatch(between) is not None


def _near(between: str) -> bool:
    """Whether only words of a list stand between a preposition and a program."""
    return len(between.split()) <= _FEW


_FEW = 10


def _joined(text: str, start: int, end: int) -> bool:
    between = text[start:end]
    return len(between) < _LOOK and not re.search(r"[.;]\s", between)


def acts(text: str, one: Mention, *, alone: bool) -> bool:
    """Whether the sentence says that this program does what happens.

    `alone` says that nothing else can be meant by a program that is named without its ending.
    """
    before = text[max(0, one.start - _LOOK) : one.start]
    if _ACTOR.search(before):
        return True
    if one.group == "shells":
        return False
    return alone and (one.group != "" or "." not in "".join(one.values))


def is_target(text: str, one: Mention) -> bool:
    """Whether something is done to this program."""
    if one.kind is Kind.PROGRAM and any("lsass" in value for value in one.values):
        return True
    return bool(_TARGET.search(text[max(0, one.start - _LOOK) : one.start]))
