"""Of mentions that say the same twice, or cannot both be meant, only those that say it best."""

from __future__ import annotations

from collections.abc import Sequence

from cybersecqwen.detect.sigma.model import Test

from .asked import Sure
from .mentions import Kind, Mention
from .places import Placed, is_group

VAGUE = "suspicious folders"
"""The place that only the asker can tell."""

_ONE_VALUE = frozenset(("EventID", "eventName", "properties.message", "operationName", "action", "eventtype"))
"""Fields that say what an event is: two concepts that name different ones cannot both be meant."""


def without_general(found: Sequence[Placed]) -> list[Placed]:
    """Without groups where programs are named for the same place: "a remote access tool such as AnyDesk"."""
    named = {one.slot for one in found if one.mention.kind is Kind.PROGRAM and not one.mention.group}
    return [one for one in found if not (is_group(one.mention) and one.slot in named)]


def without_repeated(found: Sequence[Placed]) -> list[Placed]:
    """Without what the lexicon says of words that are a value themselves, and without vague places.

    Which folders are unusual only the asker knows: they are asked for alone, never beside something else.
    """
    stated = [one.mention for one in found if one.mention.kind not in (Kind.CONCEPT, Kind.PLACE)]
    kept = [
        one
        for one in found
        if one.mention.kind is not Kind.CONCEPT
        or one.sure is not Sure.KNOWN
        or not any(m.kind is not Kind.PROGRAM and _covers(m, one.mention) for m in stated)
    ]
    plain = [one for one in kept if one.mention.values != (VAGUE,)] or kept
    return _without_weaker(plain)


def _without_weaker(found: Sequence[Placed]) -> list[Placed]:
    """Of concepts that say what the event is only the one with most words; none where the event is named."""
    best: dict[str, Placed] = {}
    for one in found:
        name = one.expression.field if isinstance(one.expression, Test) else ""
        if name in _ONE_VALUE and (name not in best or _rank(one) > _rank(best[name])):
            best[name] = one
    return [
        one
        for one in found
        if not (isinstance(one.expression, Test) and one.expression.field in best)
        or _rank(one) == _rank(best[one.expression.field])
    ]


def _rank(one: Placed) -> float:
    return one.mention.weight if one.mention.kind is Kind.CONCEPT else float("inf")


def _covers(one: Mention, other: Mention) -> bool:
    """Whether one of two mentions stands within the other, or nearly so: a concept ends where a word does."""
    return (one.start >= other.start and one.end <= other.end + 1) or (
        other.start >= one.start and other.end <= one.end + 1
    )
