r"""Comparisons that a question spells out: a field, how it is compared, and a value.

"TargetUserName = bob", "the image ends with \svchost.exe", "user agent containing sqlmap".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cybersecqwen.detect.sigma.model import Op, Test

from .known import known_fields, own_field
from .places import Place
from .words import COMMON, SMALL, word_list

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
    (r"is|are|was", Op.EQUALS, False),
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
    quoted: bool = False
    op_is_said: bool = True
    """Whether the words can only compare; "is" can say anything."""


def comparisons(text: str) -> Iterator[Compared]:
    """Every stretch that reads like a comparison; whether its field is one is for `tested`."""
    exact = list(_exactly(text))
    yield from exact
    kept = [(one.start, one.end) for one in exact]
    for one in (*_logons(text), *_besides(text), *_spelled_out(text)):
        if not any(one.start < end and one.end > start for start, end in kept):
            yield one


def _spelled_out(text: str) -> Iterator[Compared]:
    for match in _COMPARED.finditer(text):
        if match["op"].lower().startswith("start") and match["field"].lower().split()[-1] in _STARTING:
            continue
        value = match["value"].strip("\"'").rstrip(".").lower()
        op, negated = _operator(match["op"])
        plain = match["value"] == match["value"].strip("\"'")
        bare = match["op"].lower() in _BARE
        if bare and not _OVER.match(text, match.end()):
            continue
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
            quoted=not plain,
            op_is_said=not bare,
        )


_BARE = frozenset(("is", "are", "was"))
_OVER = re.compile(r"\s*(?:$|[,.;)]|(?:and|or|but|in|on|since|within|from|by|not|with|for)\b)", re.IGNORECASE)
"""What may follow a value after a bare "is": in other sentences more is said there."""


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


_EXACTLY = re.compile(
    r"(?<![\w.])(?P<field>[A-Za-z][\w.-]{1,60}(?: [a-z]{2,12})?) (?:is |was |are |equals )?"
    r"(?P<no>not )?(?:exactly|precisely)(?: (?:equals?|equal to|matches|is))?"
    r"(?: the (?:text|string|word|value))? ?:? ?"
    r"(?P<value>\"[^\"\n]{1,500}\"|'[^'\n]{1,500}'|`[^`\n]{1,500}`"
    r"|(?!\d+(?: |$)(?!\S*[\\/.]))[^,;\"'\n]{1,500}?(?=\s*(?:$|[,;]|\.(?:\s|$)|\n|\s{2}"
    r"| (?:and|or|but|not|on host|by user|started by|spawned by|launched by|run by|followed by)\b)))",
    re.IGNORECASE,
)
"""A field and all of its value, with blanks: "command line exactly whoami /all"."""


def _exactly(text: str) -> Iterator[Compared]:
    for match in _EXACTLY.finditer(text):
        value = match["value"].strip()
        if value:
            yield Compared(
                start=match.start(),
                end=match.end("value"),
                words=match[0],
                field=match["field"],
                op=Op.EQUALS,
                negated=match["no"] is not None,
                value=value.strip("\"'`").lower(),
                quoted=value[0] in "\"'`",
            )


_WORD = re.compile(
    r"(?:exactly|precisely|is|are|was|were|has|have|equals?|contain\w*|includ\w*|start\w*|begin\w*|end\w*|match\w*|in|of|from|to"
    r"|by|for|with|without|that|which|used|and|or|not|longer|shorter|like|set|on|at|values?"
    r"|pass\w*|chang\w*|differ\w*|exist\w*|appear\w*|seem\w*|look\w*|show\w*|suppl\w*|provid\w*|given|specif\w*"
    r"|did|does|do|should|can|could|may|might|will|would|must|please|everything|anything|something|only|also)",
    re.IGNORECASE,
)
"""What goes on about a field, rather than being its value."""

_LOGON = re.compile(
    r"\blog[io]ns?\b[^.;\n]{0,40}?\b(?P<said>types? ?(?:of |is |= ?|: ?)?"
    r"(?P<out>other than |not |!= ?|<> ?)?(?P<number>\d{1,2}))\b"
    r"|\blogontypes? ?(?:of |is |= ?|: ?)?(?P<other>\d{1,2})\b",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\bnot (?:of |by |with |in )?(?:the )?(?:logon )?$|n't (?:of )?(?:logon )?$", re.IGNORECASE
)
_LOOK = 30
_STARTING = frozenset(("process", "processes", "service", "services", "program", "task", "session"))
"""What starts rather than has a beginning, where "starts with" follows."""


def _logons(text: str) -> Iterator[Compared]:
    for match in _LOGON.finditer(text):
        # The word before belongs to what happens: "failed logon" of this type.
        start = match.start("said") if match["said"] else match.start()
        yield Compared(
            start=start,
            end=match.end(),
            words=text[start : match.end()],
            field="logon type",
            op=Op.EQUALS,
            negated=bool(match["out"]) != bool(_NOT.search(text[max(0, start - _LOOK) : start])),
            value=match["number"] or match["other"],
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
    name = field_named(one.field, place)
    if not name or (not one.op_is_said and not _is_value(one, name)):
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


def _is_value(one: Compared, name: str) -> bool:
    """Whether what follows a bare "is" is a value: the field is written as such, and no verb follows."""
    if one.quoted:
        return True
    humps = re.search(r"[a-z][A-Z]", name) is not None
    written = one.field.split()
    if name not in written and not (humps and name.lower() in map(str.lower, written)):
        return False
    told = humps or re.search(r"[\d\\/._*]", one.value) is not None
    return told or not (one.value in _PLAIN or one.value.endswith(("ed", "ing")))


_PLAIN = SMALL | COMMON | word_list("asking")


def field_named(words: str, place: Place) -> str:
    """The field of a logsource that words name, or of the asker's schema; "" for none.

    A name of its own goes before what it is called.
    """
    if own := own_field(words, place):
        return own
    by_name = {name.lower(): name for name in sorted(known_fields(place))}
    low = words.lower()
    for said in (low, low.rpartition(" ")[2]):
        if said in by_name:
            return by_name[said]
        for one in place.lexicon.fields.values():
            if said in one["words"] and (name := str(one.get(place.key, one[""]))):
                return name
    return ""
