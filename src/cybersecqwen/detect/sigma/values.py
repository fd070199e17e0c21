"""Values of records as the text that tests compare: the one place where their meaning is decided."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime
from typing import Any

import orjson

from cybersecqwen.inputs.text import KEY
from cybersecqwen.inputs.times import parse_time

from .model import Op
from .parse import text_of

_DEEPEST = 100
"""Levels of lists and mappings in a value; what nests deeper is taken for no text."""
_DECODED = ("CommandLine", "proctitle")
"""What auditd writes in hexadecimal, or in several records."""
_MOST = 2_000
"""Elements of a list, or values of a record, that are looked at."""


def texts_of(value: Any) -> list[str]:
    """The texts of one value: none for null, one for a scalar, one for each element of a list.

    A mapping, which no field of a rule names by itself, is its JSON. A test holds for a list where it
    holds for one of its elements.
    """
    if value is None:
        return []
    if value.__class__ is list or value.__class__ is tuple:
        out: list[str] = []
        _elements(value, out, 0)
        return out
    return [_single(value)]


def _elements(value: Any, out: list[str], depth: int) -> None:
    for item in value[:_MOST]:
        if item.__class__ is list or item.__class__ is tuple:
            if depth < _DEEPEST:
                _elements(item, out, depth + 1)
        elif item is not None:
            out.append(_single(item))


def _single(value: Any) -> str:
    try:
        if value.__class__ is dict:
            try:
                return orjson.dumps(value).decode()
            except (TypeError, ValueError):  # lone surrogates, foreign types, too many levels
                return str(value)
        return text_of(value)
    except (RecursionError, ValueError):  # numbers of thousands of digits
        return ""


def whole_text(raw: Any) -> str:
    """What keywords are looked for in: all values of a record, a line each, in their order.

    Of a record that was read from a line of text that line, and what had to be decoded to be readable: its
    other values are stretches of the line.
    """
    if raw.__class__ is dict and (line := raw.get(KEY)).__class__ is str:
        for name in _DECODED:
            value = raw.get(name)
            if value.__class__ is str and value not in line:
                line = f"{line}\n{value}"
        return str(line)
    out: list[str] = []
    _collect(raw, out, 0)
    return "\n".join(out)


def _collect(value: Any, out: list[str], depth: int) -> None:
    if value is None or len(out) >= _MOST or depth > _DEEPEST:
        return
    if value.__class__ is str:
        out.append(value)
    elif value.__class__ is dict:
        for inner in value.values():
            _collect(inner, out, depth + 1)
    elif value.__class__ is list or value.__class__ is tuple:
        for inner in value:
            _collect(inner, out, depth + 1)
    else:
        out.append(_single(value))


def number_of(text: str) -> float | None:
    """A text as a number; None where it is none ("nan" and "inf" are none)."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None  # False for nan as well


def compared(op: Op, number: float, bound: float) -> bool:
    """Whether a number is less than a bound, at most, greater, at least, equal to it or (any other) not."""
    if op is Op.LESS:
        return number < bound
    if op is Op.AT_MOST:
        return number <= bound
    if op is Op.GREATER:
        return number > bound
    if op is Op.AT_LEAST:
        return number >= bound
    return (number == bound) is (op is Op.EQUALS)


def part_of(text: str, part: str) -> float | None:
    """The minute, hour, day (of the month), ISO week, month or year of a time in UTC; None for no time."""
    moment = parse_time(text)
    if moment is None:
        return None
    try:
        at = datetime.fromtimestamp(moment, UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return float(at.isocalendar().week if part == "week" else getattr(at, part))


def address_of(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address, also in brackets, with a zone, or an IPv4 one written as IPv6; None for anything else."""
    text = text.strip().strip("[]").partition("%")[0]
    if not 2 <= len(text) <= 45:
        return None
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped if mapped is not None else address
