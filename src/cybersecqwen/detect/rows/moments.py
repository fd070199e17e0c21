"""Times of many records: `inputs.times.parse_time` with a memory for what repeats.

Logs write the same second many times and the same fraction too, so both are remembered on their own and a
time costs two look-ups.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from cybersecqwen.inputs.times import parse_time

_BOUND = 20_000
_HEAD = re.compile(
    r"(?:19[1-9][0-9]|20[0-9]{2}|21[0-8][0-9])-[0-9]{2}-[0-9]{2}[T ](?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}"
)
_TAIL = re.compile(r"(?:\.[0-9]{1,9})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])?")
_SAMPLE = "2000-01-01T00:00:00"
_SAMPLE_S = 946_684_800

_heads: dict[str, int] = {}
"""Date and second to microseconds since 1970."""
_tails: dict[str, int] = {}
"""Fraction and zone to the microseconds that they add."""


def moments(values: Iterable[Any]) -> list[float | None]:
    """`parse_time` of each value."""
    heads, tails = _heads, _tails
    found: list[float | None] = []
    for value in values:
        try:
            found.append((heads[value[:19]] + tails[value[19:]]) / 1e6)
        except (KeyError, TypeError):
            found.append(moment(value))
    return found


def moment(value: Any) -> float | None:
    """`parse_time` of one value."""
    if value.__class__ is not str:
        return parse_time(value)
    head, tail = value[:19], value[19:]
    if head not in _heads and not _learn_head(head):
        return parse_time(value)
    if tail not in _tails and not _learn_tail(tail):
        return parse_time(value)
    return (_heads[head] + _tails[tail]) / 1e6


def _learn_head(head: str) -> bool:
    seconds = parse_time(head) if _HEAD.fullmatch(head) else None
    if seconds is None:
        return False
    if len(_heads) >= _BOUND:
        _heads.clear()
    _heads[head] = round(seconds) * 1_000_000
    return True


def _learn_tail(tail: str) -> bool:
    seconds = parse_time(_SAMPLE + tail) if _TAIL.fullmatch(tail) else None
    if seconds is None:
        return False
    if len(_tails) >= _BOUND:
        _tails.clear()
    _tails[tail] = round((seconds - _SAMPLE_S) * 1e6)
    return True
