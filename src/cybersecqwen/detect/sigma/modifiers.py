"""Modifiers: what stands behind a field's name, `CommandLine|base64offset|contains`.

Those that change values work on lists of values; those that say how to compare set the operation.
Names and meanings: Sigma specification 2.1, appendix "Modifiers".
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product

from cybersecqwen.errors import RuleError

from .model import Op

ANY, ONE = "\ue000", "\ue001"
"""Stand for `*` and `?` in a value while it is changed: private use characters, which no rule has."""

Value = str | int | float | bool | None
_MOST_VALUES = 50_000


@dataclass(frozen=True, slots=True)
class Reading:
    """How far the reading of one field's values has come."""

    values: tuple[Value, ...]
    """Text has its wildcards as `ANY` and `ONE`."""
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
    found: list[Value] = []
    for value in reading.values:
        if isinstance(value, str):
            found += change(value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found += change(str(value))
        else:
            raise RuleError("A modifier for text stands at a value that is none.")
        if len(found) > _MOST_VALUES:
            raise RuleError(f"A list of values grows beyond {_MOST_VALUES:,}.")
    return replace(reading, values=tuple(dict.fromkeys(found)))


def _contains(reading: Reading) -> Reading:
    return replace(reading, op=Op.CONTAINS)


def _starts(reading: Reading) -> Reading:
    return replace(reading, op=Op.STARTS)


def _ends(reading: Reading) -> Reading:
    return replace(reading, op=Op.ENDS)


def _plain(value: str) -> str:
    if ANY in value or ONE in value:
        raise RuleError("A value that is encoded has a wildcard in it.")
    return value


def _bytes_of(value: str) -> bytes:
    """The bytes that a value stands for: those that `wide` and its like gave, else its UTF-8."""
    if all(ord(c) < 256 for c in value) and value.startswith(_RAW):
        return value[len(_RAW) :].encode("latin-1")
    return _plain(value).encode()


_RAW = "\x01raw\x01"  # before text that holds bytes as characters


def _encode(codec: str) -> Callable[[Reading], Reading]:
    def change(reading: Reading) -> Reading:
        return _texts(reading, lambda v: (_RAW + _plain(v).encode(codec).decode("latin-1"),))

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


def _regex(reading: Reading) -> Reading:
    return replace(reading, op=Op.REGEX)


def _flag(flag: str) -> Callable[[Reading], Reading]:
    def change(reading: Reading) -> Reading:
        if reading.op is not Op.REGEX:
            raise RuleError(f"The modifier {flag!r} stands without re before it.")
        return replace(reading, flags=reading.flags + flag)

    return change


def _compare(op: Op) -> Callable[[Reading], Reading]:
    def change(reading: Reading) -> Reading:
        for value in reading.values:
            try:
                float(value)  # type: ignore[arg-type]
            except (TypeError, ValueError):
                raise RuleError(f"{value!r} is compared as a number and is none.") from None
        return replace(reading, op=op)

    return change


def _exists(reading: Reading) -> Reading:
    if len(reading.values) != 1 or not isinstance(reading.values[0], bool):
        raise RuleError("The modifier exists takes true or false.")
    return replace(reading, op=Op.PRESENT if reading.values[0] else Op.NULL, values=())


def _expand(reading: Reading) -> Reading:
    names = ", ".join(str(value) for value in reading.values)[:200]
    raise RuleError(f"It needs values for the placeholder {names}, which only your organisation knows.")


def _part(part: str) -> Callable[[Reading], Reading]:
    return lambda reading: replace(reading, part=part)


MODIFIERS: dict[str, Callable[[Reading], Reading]] = {
    "contains": _contains,
    "startswith": _starts,
    "endswith": _ends,
    "all": lambda reading: replace(reading, every=True),
    "cased": lambda reading: replace(reading, cased=True),
    "neq": lambda reading: replace(reading, negated=True),
    "windash": _windash,
    "base64": _base64,
    "base64offset": _base64offset,
    "wide": _encode("utf-16-le"),
    "utf16le": _encode("utf-16-le"),
    "utf16be": _encode("utf-16-be"),
    "utf16": lambda reading: _texts(
        reading, lambda v: (_RAW + "ÿþ" + _plain(v).encode("utf-16-le").decode("latin-1"),)
    ),
    "re": _regex,
    "i": _flag("i"),
    "m": _flag("m"),
    "s": _flag("s"),
    "cidr": lambda reading: replace(reading, op=Op.CIDR),
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

WILD = {"re"}
"""Modifiers whose values have no wildcards: backslashes and stars belong to the expression."""


def without_raw(value: str) -> str:
    """A value that was encoded and then compared as it is (wide without base64), as readable text."""
    return value[len(_RAW) :] if value.startswith(_RAW) else value
