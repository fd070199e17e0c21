"""Modifiers: what stands behind a field's name, `CommandLine|base64offset|contains`.

Those that change values work on lists of values; those that say how to compare set the operation.
Names and meanings: Sigma specification 2.1, appendix "Modifiers".
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product

from cybersecqwen.errors import RuleError

from .model import Op

ANY, ONE = "\ue000", "\ue001"
"""Stand for `*` and `?` in a value while it is changed: characters for private use (see `RESERVED`)."""

_RAW = "\ue002"  # before text that holds bytes as characters
RESERVED = frozenset((ANY, ONE, _RAW))
"""A value that holds one of these itself is refused."""

Value = str | int | float | bool | None
_MOST_VALUES = 50_000
_MOST_CHARS = 4_000_000  # that the values of one field may grow to


@dataclass(frozen=True, slots=True)
class Reading:
    """How far the reading of one field's values has come."""

    values: tuple[tuple[Value, ...], ...]
    """For each value the forms that it may take; text has its wildcards as `ANY` and `ONE`."""
    op: Op | None = None
    """None for what plain values ask for."""
    every: bool = False
    """All values must hold, not one."""
    cased: bool = False
    flags: str = ""
    """Of a regular expression: i, m, s."""
    part: str = ""
    negated: bool = False
    reference: bool = False
    """The values are names of other fields."""


def _texts(reading: Reading, change: Callable[[str], Iterable[str]]) -> Reading:
    made: list[tuple[Value, ...]] = []
    count = size = 0
    for forms in reading.values:
        found: dict[Value, None] = {}
        for value in forms:
            if isinstance(value, bool) or not isinstance(value, str | int | float):
                raise RuleError("A modifier for text stands at a value that is none.")
            for text in change(str(value)):
                found[text] = None
                size += len(text)
                if len(found) + count > _MOST_VALUES or size > _MOST_CHARS:
                    raise RuleError(f"A list of values grows beyond {_MOST_VALUES:,}, or too long.")
        count += len(found)
        made.append(tuple(found))
    return replace(reading, values=tuple(made))


_PLACES = {"contains": Op.CONTAINS, "startswith": Op.STARTS, "endswith": Op.ENDS}
_ANCHORS = {Op.CONTAINS: "{}", Op.STARTS: r"\A(?:{})", Op.ENDS: r"(?:{})\z"}


def _place(op: Op) -> Callable[[Reading], Reading]:
    """Where in the value the text stands; of an expression, where that begins or ends."""

    def change(reading: Reading) -> Reading:
        if reading.op is Op.REGEX:
            return _texts(reading, lambda v: (_ANCHORS[op].format(v),))
        return _asked(reading, op)

    return change


def _asked(reading: Reading, op: Op) -> Reading:
    if reading.op not in (None, op):
        raise RuleError(f"The modifiers for {reading.op} and {op} do not go together.")
    return replace(reading, op=op)


def _plain(value: str) -> str:
    if ANY in value or ONE in value:
        raise RuleError("A value that is encoded has a wildcard in it.")
    return value


def _bytes_of(value: str) -> bytes:
    """The bytes that a value stands for: those that `wide` and its like gave, else its UTF-8."""
    if value.startswith(_RAW):
        return value[len(_RAW) :].encode("latin-1")
    return _plain(value).encode()


def _encode(codec: str, mark: str = "") -> Callable[[Reading], Reading]:
    def change(reading: Reading) -> Reading:
        def coded(value: str) -> tuple[str]:
            if value.startswith(_RAW):
                raise RuleError("A value is put into UTF-16 twice.")
            return (_RAW + mark + _plain(value).encode(codec).decode("latin-1"),)

        return _texts(reading, coded)

    return change


def _base64(reading: Reading) -> Reading:
    return _texts(reading, lambda v: (base64.b64encode(_bytes_of(v)).decode(),))


def _base64offset(reading: Reading) -> Reading:
    """The three ways a text can stand inside a longer one that was encoded.

    Characters that depend on what stands before or behind are left out: 0, 2 or 3 at the start for an
    offset of 0, 1 or 2 bytes, and at the end as many as the last incomplete group mixes.
    """

    def three(value: str) -> Iterator[str]:
        data = _bytes_of(value)
        for offset in range(3):
            coded = base64.b64encode(b"\x00" * offset + data).decode()
            tail = (len(data) + offset) % 3
            yield coded[(0, 2, 3)[offset] : len(coded) - (0, 3, 2)[tail]]

    return _texts(reading, three)


_DASHES = "-/–—―"


def _windash(reading: Reading) -> Reading:
    """A dash or slash before an option, in all forms that Windows programs take for it.

    Each of several options may have a form of its own; beyond three they change together.
    """

    def change(value: str) -> Iterator[str]:
        places = [
            at
            for at, c in enumerate(value[:-1])
            if c in "-/" and not (at and _in_word(value[at - 1])) and _in_word(value[at + 1])
        ]
        if len(places) <= 3:
            forms = list(product(_DASHES, repeat=len(places)))
        else:
            forms = [(dash,) * len(places) for dash in _DASHES]
        yield value
        for form in forms:
            changed = list(value)
            for at, dash in zip(places, form, strict=True):
                changed[at] = dash
            yield "".join(changed)

    return _texts(reading, change)


def _in_word(c: str) -> bool:
    return c.isalnum() or c == "_"


def _flag(flag: str) -> Callable[[Reading], Reading]:
    def change(reading: Reading) -> Reading:
        if reading.op is not Op.REGEX:
            raise RuleError(f"The modifier {flag!r} stands without re before it.")
        return replace(reading, flags=reading.flags.replace(flag, "") + flag)

    return change


def number_text(value: Value) -> str:
    """A number of a rule as text that `float` reads; RuleError for anything else, infinity included."""
    try:
        if not isinstance(value, bool) and abs(float(value)) < float("inf"):  # type: ignore[arg-type]
            return str(value).strip()
    except (TypeError, ValueError, OverflowError):
        pass
    raise RuleError(f"{str(value)[:60]!r} is compared as a number and is none.") from None


def _compare(op: Op) -> Callable[[Reading], Reading]:
    def change(reading: Reading) -> Reading:
        for forms in reading.values:
            for value in forms:
                number_text(value)
        return _asked(reading, op)

    return change


def _exists(reading: Reading) -> Reading:
    if len(reading.values) != 1 or not isinstance(reading.values[0][0], bool):
        raise RuleError("The modifier exists takes true or false.")
    return _asked(reading, Op.PRESENT if reading.values[0][0] else Op.NULL)


_PLACEHOLDER = re.compile(r"(?<!\\)%\w+%")
_WRITTEN = str.maketrans({ANY: "*", ONE: "?", _RAW: None})


def _expand(reading: Reading) -> Reading:
    """Placeholders are refused by name; a percent sign behind a backslash is one and no more."""
    texts = [value for forms in reading.values for value in forms if isinstance(value, str)]
    names = [text.translate(_WRITTEN) for text in texts if _PLACEHOLDER.search(text)]
    if names:
        told = ", ".join(names)[:200]
        raise RuleError(f"It needs values for the placeholder {told}, which only your organisation knows.")
    return _texts(reading, lambda value: (value.replace("\\%", "%"),))


def _part(part: str) -> Callable[[Reading], Reading]:
    return lambda reading: replace(reading, part=part)


MODIFIERS: dict[str, Callable[[Reading], Reading]] = {
    **{name: _place(op) for name, op in _PLACES.items()},
    "all": lambda reading: replace(reading, every=True),
    "cased": lambda reading: replace(reading, cased=True),
    "neq": lambda reading: replace(reading, negated=True),
    "windash": _windash,
    "base64": _base64,
    "base64offset": _base64offset,
    "wide": _encode("utf-16-le"),
    "utf16le": _encode("utf-16-le"),
    "utf16be": _encode("utf-16-be"),
    "utf16": _encode("utf-16-le", "ÿþ"),
    "re": lambda reading: _asked(reading, Op.REGEX),
    "i": _flag("i"),
    "ignorecase": _flag("i"),
    "m": _flag("m"),
    "multiline": _flag("m"),
    "s": _flag("s"),
    "dotall": _flag("s"),
    "cidr": lambda reading: _asked(reading, Op.CIDR),
    "lt": _compare(Op.LESS),
    "lte": _compare(Op.AT_MOST),
    "gt": _compare(Op.GREATER),
    "gte": _compare(Op.AT_LEAST),
    "exists": _exists,
    "fieldref": lambda reading: replace(reading, reference=True),
    "expand": _expand,
    **{part: _part(part) for part in ("minute", "hour", "day", "week", "month", "year")},
}
"""Name to what it does."""

BEFORE_REGEX = frozenset(("all", "cased", "neq"))
WITH_REGEX = BEFORE_REGEX | set("ims") | {"ignorecase", "multiline", "dotall", "re", *_PLACES, "expand"}
"""Modifiers that may stand before `re`, and beside it: the others are for text or numbers."""


def without_raw(value: str) -> str:
    """A value that was encoded and then compared as it is (wide without base64), as readable text."""
    return value[len(_RAW) :] if value.startswith(_RAW) else value
