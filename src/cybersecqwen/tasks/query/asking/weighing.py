"""Of mentions that say the same twice, or cannot both be meant, only those that say it best."""

from __future__ import annotations

from collections.abc import Sequence

from cybersecqwen.detect.sigma.model import Expression, Test

from .asked import Sure
from .mentions import Kind, Mention
from .places import Placed, is_group
from .vocabulary import lexicon

VAGUE = "suspicious folders"
"""The place that only the asker can tell."""

_ONE_VALUE = frozenset(
    ("EventID", "eventName", "properties.message", "operationName", "action", "eventtype", "LogonType")
)
"""Fields that say what an event is: two concepts that name different ones cannot both be meant."""


def without_general(found: Sequence[Placed]) -> list[Placed]:
    """Without groups where programs are named for the same place: "a remote access tool such as AnyDesk"."""
    named = {one.slot for one in found if one.mention.kind is Kind.PROGRAM and not one.mention.group}
    return [one for one in found if not (is_group(one.mention) and one.slot in named)]


def without_repeated(found: Sequence[Placed], *, out: bool = False) -> list[Placed]:
    """Without what the lexicon says of words that are a value themselves, and without vague places.

    Which folders are unusual only the asker knows: they are asked for alone, never beside something else.
    `out` says that all of them are left out, of which there may be several events.
    """
    stated = [one.mention for one in found if one.mention.kind not in (Kind.CONCEPT, Kind.PLACE)]
    kept = [
        one
        for one in found
        if one.mention.kind is not Kind.CONCEPT
        or one.sure is not Sure.KNOWN
        or is_default(one.mention)
        or not any(m.kind is not Kind.PROGRAM and _covers(m, one.mention) for m in stated)
    ]
    plain = [one for one in kept if one.mention.values != (VAGUE,)] or kept
    return _without_parts(plain) if out else _without_weaker(plain)


def said_otherwise(found: Sequence[Placed], tests: Sequence[Expression]) -> list[Placed]:
    """Without what concepts say the event is where the question compares that very field."""
    stated = {test.field for test in tests if isinstance(test, Test)} & _ONE_VALUE
    return [one for one in found if one.mention.kind is not Kind.CONCEPT or _field(one) not in stated]


def _field(one: Placed) -> str:
    return one.expression.field if isinstance(one.expression, Test) else ""


def _without_parts(found: Sequence[Placed]) -> list[Placed]:
    """Without concepts whose words are part of a heavier one: "interactive logon" of a remote one."""
    return [
        one
        for one in found
        if _field(one) not in _ONE_VALUE
        or not any(
            _field(other) == _field(one) and _rank(other) > _rank(one) and _covers(one.mention, other.mention)
            for other in found
        )
    ]


def _without_weaker(found: Sequence[Placed]) -> list[Placed]:
    """Of concepts that say what the event is only the one with most words; none where the event is named.

    Of two that say it with as many words the first: both together no event can be.
    """
    best: dict[str, Placed] = {}
    for one in found:
        name = _field(one)
        if name in _ONE_VALUE and (name not in best or _rank(one) > _rank(best[name])):
            best[name] = one
    return [
        one
        for one in found
        if not (isinstance(one.expression, Test) and one.expression.field in best)
        or _rank(one) == float("inf")
        or one.expression == best[one.expression.field].expression
    ]


def _rank(one: Placed) -> float:
    if one.mention.kind is not Kind.CONCEPT:
        return float("inf")
    return -1.0 if is_default(one.mention) else one.mention.weight


def is_default(one: Mention) -> bool:
    """Whether a mention only says what an event is where nothing else does."""
    concept = lexicon().concepts.get(one.values[0]) if one.kind is Kind.CONCEPT else None
    return concept is not None and concept.default


def _covers(one: Mention, other: Mention) -> bool:
    """Whether one of two mentions stands within the other, or nearly so: a concept ends where a word does."""
    return (one.start >= other.start and one.end <= other.end + 1) or (
        other.start >= one.start and other.end <= one.end + 1
    )
