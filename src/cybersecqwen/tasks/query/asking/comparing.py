r"""Comparisons that a question spells out: a field, how it is compared, and a value.

"TargetUserName = bob", "the image ends with \svchost.exe", "user agent containing sqlmap".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cybersecqwen.detect.sigma.model import Logsource, Op, Test

from .library import Library
from .places import Place
from .vocabulary import Lexicon
from .words import SMALL

_OPERATORS = (
    (r"is not equal to|does not equal|is not|isn't|!=|<>", Op.EQUALS, True),
    (r"does not contain|doesn't contain|not containing", Op.CONTAINS, True),
    (r"does not (?:start|begin) with|doesn't (?:start|begin) with|not starting with", Op.STARTS, True),
    (r"does not end (?:with|in)|doesn't end (?:with|in)|not ending (?:with|in)", Op.ENDS, True),
    (r"contains?|containing|includes?|including|has the (?:text|string|word)", Op.CONTAINS, False),
    (r"(?:starts?|starting|begins?|beginning) with", Op.STARTS, False),
    (r"(?:ends?|ending) (?:with|in)", Op.ENDS, False),
    (r"(?:is )?(?:greater|more|higher) than or equal to|>=", Op.AT_LEAST, False),
    (r"(?:is )?(?:less|lower) than or equal to|<=", Op.AT_MOST, False),
    (r"(?:is )?(?:greater|more|higher) than|>", Op.GREATER, False),
    (r"(?:is )?(?:less|lower) than|<", Op.LESS, False),
    (r"is equal to|equals?|==?|is exactly|matches", Op.EQUALS, False),
)
_ANY = "|".join(f"(?:{pattern})" for pattern, _, _ in _OPERATORS)
_COMPARED = re.compile(
    rf"(?<![\w.])(?P<field>[A-Za-z][\w.-]{{1,60}}(?: [a-z]{{2,12}})?) ?(?:names? |values? )?"
    rf"(?P<op>{_ANY})(?:(?<=[=<>])|(?!\w)) ?(?:the (?:text|string|word|value) )?"
    r"(?P<value>\"[^\"\n]{1,200}\"|'[^'\n]{1,200}'|[^\s,;\"']{1,200})",
    re.IGNORECASE,
)
_NUMBERS = frozenset((Op.AT_LEAST, Op.AT_MOST, Op.GREATER, Op.LESS))


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """A comparison in words."""

    start: int
    end: int
    words: str
    field: str
    """The words for the field."""
    op: Op
    negated: bool
    value: str
    """Small letters, without quotes."""


def comparisons(text: str) -> Iterator[Compared]:
    """Every stretch that reads like a comparison; whether its field is one is for `tested`."""
    yield from _logons(text)
    yield from _besides(text)
    for match in _COMPARED.finditer(text):
        if match["op"].lower().startswith("start") and match["field"].lower().split()[-1] in _STARTING:
            continue
        value = match["value"].strip("\"'").rstrip(".").lower()
        op, negated = _operator(match["op"])
        plain = match["value"] == match["value"].strip("\"'")
        if not value or (plain and value in SMALL) or (op in _NUMBERS and not _is_number(value)):
            continue
        yield Compared(
            start=match.start(),
            end=match.end(),
            words=match[0],
            field=match["field"],
            op=op,
            negated=negated,
            value=value,
        )


_BESIDE = re.compile(
    r"\b(?P<field>user[- ]agents?|command lines?|arguments?|parameters?|flags?|query names?|service names?"
    r"|task names?|pipe names?) (?:named |called )?"
    r"(?P<value>\"[^\"\n]{1,200}\"|'[^'\n]{1,200}'|[^\s,;\"']{2,200})",
    re.IGNORECASE,
)
"""A field with its value right behind it: "user agent sqlmap"."""


def _besides(text: str) -> Iterator[Compared]:
    for match in _BESIDE.finditer(text):
        plain = match["value"].strip("\"'").rstrip(".")
        quoted = match["value"][0] in "\"'"
        if not quoted and (plain.lower() in SMALL or _WORD.fullmatch(plain)):
            continue
        yield Compared(
            start=match.start(),
            end=match.end(),
            words=match[0],
            field=match["field"].rstrip("s"),
            op=Op.CONTAINS,
            negated=False,
            value=plain.lower(),
        )


_WORD = re.compile(
    r"(?:is|are|was|were|has|have|equals?|contain\w*|includ\w*|start\w*|begin\w*|end\w*|match\w*|in|of|from|to"
    r"|by|for|with|without|that|which|used|and|or|not|longer|shorter|like|set|passed|on|at|changed|values?)",
    re.IGNORECASE,
)
"""What goes on about a field, rather than being its value."""

_LOGON = re.compile(r"\blogon ?types? ?(?:of |is |= ?|: ?)?(\d{1,2})\b", re.IGNORECASE)
_STARTING = frozenset(("process", "processes", "service", "services", "program", "task", "session"))
"""What starts rather than has a beginning, where "starts with" follows."""


def _logons(text: str) -> Iterator[Compared]:
    for match in _LOGON.finditer(text):
        yield Compared(
            start=match.start(),
            end=match.end(),
            words=match[0],
            field="logon type",
            op=Op.EQUALS,
            negated=False,
            value=match[1],
        )


def _operator(text: str) -> tuple[Op, bool]:
    for pattern, op, negated in _OPERATORS:
        if re.fullmatch(pattern, text, re.IGNORECASE):
            return op, negated
    return Op.EQUALS, False  # the pattern that found it has no other


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(?:\.\d+)?", text) is not None


def tested(one: Compared, place: Place) -> Test | None:
    """The test of a comparison, where its words name a field of the logsource; None else."""
    name = _field(one.field, place.key, place.logsource, place.lexicon, place.library)
    if not name:
        return None
    if one.op is Op.EQUALS and name in _FILES and _BARE_FILE.fullmatch(one.value):
        mark = "/" if place.logsource.product in ("linux", "macos") else "\\"
        return Test(name, Op.ENDS, (f"{mark}{one.value}",))
    return Test(name, one.op, (one.value,))


_FILES = frozenset(
    ("Image", "ParentImage", "SourceImage", "TargetImage", "ImageLoaded", "TargetFilename", "ProcessName")
)
"""Fields that hold a file with its folder: a bare name is its end."""
_BARE_FILE = re.compile(r"[\w-]+(?:\.[\w-]+)+")


def _field(words: str, key: str, source: Logsource, lexicon: Lexicon, library: Library) -> str:
    entry = lexicon.sources.get(key)
    known = {role.partition("|")[0] for role in entry.roles.values()} if entry else set()
    known |= set(library.fields[source]) if source in library.fields else set()
    by_name = {name.lower(): name for name in known if name}
    low = words.lower()
    for said in (low, low.rpartition(" ")[2]):
        if said in by_name:
            return by_name[said]
    for said in (low, low.rpartition(" ")[2]):
        for one in lexicon.fields.values():
            if said in one["words"] and (name := str(one.get(key, one[""]))):
                return name
    return ""
