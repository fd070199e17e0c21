"""From what is needed of each field to a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from cybersecqwen.detect.sigma.model import Op, Test
from cybersecqwen.detect.sigma.plain import holds
from cybersecqwen.detect.sigma.values import texts_of

from .model import MISSING
from .texts import between
from .values import Unfilled, fill, meets, unrelated
from .ways import Need

_CARRIER = "message"
"""Field that holds the words of a search over the whole text, where no other is known."""


@dataclass(kw_only=True, slots=True)
class Work:
    """How many more records are tried: large expressions are slow to try."""

    left: int = 4_000

    def spent(self) -> bool:
        """Take one try; whether there was none left."""
        self.left -= 1
        return self.left < 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Making:
    """What records are made with."""

    rng: Random
    types: Mapping[str, str] = field(default_factory=dict)
    """Type of a field where it is known."""
    now: float = 1_700_000_000.0
    """Seconds since 1970 UTC."""
    time_field: str = ""
    """Field that holds the time of a record."""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    """Values that are settled: those by which records belong together."""
    work: Work = field(default_factory=Work)
    """Tries that are left."""


def build(needs: Sequence[Need], making: Making, others: Sequence[str] = ()) -> dict[str, Any]:
    """Values by field that meet the needs, and now and then something in the other fields named.

    Raises Unfilled where none was found. Whether the record as a whole does what it should is for the
    caller to see: needs may bear upon each other.
    """
    by_field: dict[str, list[Need]] = {}
    for need in needs:
        by_field.setdefault(need.test.field, []).append(need)
    pairs = [need for need in needs if need.test.op is Op.SAME_AS]
    wanted = {name for need in pairs if need.holds for name in (need.test.field, need.test.values[0])}
    values: dict[str, Any] = {}
    for name in dict.fromkeys([*by_field, *wanted]):
        if name:
            values[name] = _value(name, by_field.get(name, []), making, present=name in wanted)
    for need in pairs:
        _settle(need, by_field, values, making)
    for name in others:
        if name and name not in values and making.rng.random() < 0.3:
            values[name] = unrelated(making.types.get(name, ""), making.rng)
    words = [need for need in by_field.get("", []) if need.holds and need.test.values]
    if words:
        carrier = _carrier(values, making)
        values[carrier] = fill(words, "text", making.rng, making.now)
    return {name: value for name, value in values.items() if value is not MISSING}


def _value(name: str, needs: Sequence[Need], making: Making, *, present: bool) -> Any:
    if name in making.fixed:
        if not meets(needs, making.fixed[name]):
            raise Unfilled(needs[0].test)
        return making.fixed[name]
    return fill(needs, making.types.get(name, ""), making.rng, making.now, present=present)


def _carrier(values: Mapping[str, Any], making: Making) -> str:
    free = [name for name, kind in making.types.items() if kind == "text" and name not in values]
    return making.rng.choice(free[:20]) if free else _CARRIER


def _settle(
    need: Need, by_field: Mapping[str, Sequence[Need]], values: dict[str, Any], making: Making
) -> None:
    """Make two fields agree, or differ, as a comparison of both asks."""
    name, (other, op) = need.test.field, need.test.values
    if _agree(need.test, values) is need.holds:
        return
    for mine, theirs in _pairs(Op(op), values.get(name), values.get(other), need, making.rng):
        tried = {name: mine, other: theirs}
        if (
            meets(by_field.get(name, ()), mine)
            and meets(by_field.get(other, ()), theirs)
            and _agree(need.test, tried) is need.holds
        ):
            values.update(tried)
            return
    raise Unfilled(need.test)


def _agree(test: Test, values: Mapping[str, Any]) -> bool:
    def get(name: str) -> Any:
        value = values.get(name)
        return None if value is MISSING else value

    return holds(test, get(test.field), get)


def _pairs(op: Op, mine: Any, theirs: Any, need: Need, rng: Random) -> list[tuple[Any, Any]]:
    """Pairs of values to be tried, made of those that the fields have."""
    if not need.holds:
        return [(mine, MISSING), (MISSING, theirs), (mine, "unlike"), ("unlike", theirs)]
    first, second = _text(mine), _text(theirs)
    if op is Op.EQUALS:
        return [(theirs, theirs), (mine, mine), (second, second), (first, first)]
    space = between(rng)
    joined = {
        Op.STARTS: [(second + space + first, theirs), (mine, first[: max(1, len(first) // 2)])],
        Op.ENDS: [(first + space + second, theirs), (mine, first[len(first) // 2 :])],
    }
    return [*joined.get(op, [(first + space + second, theirs), (mine, first[1:-1])]), (second, theirs)]


def _text(value: Any) -> str:
    texts = [] if value is MISSING else texts_of(value)
    return texts[0] if texts else ""


def as_record(values: Mapping[str, Any], types: Mapping[str, str]) -> dict[str, Any]:
    """The values in the form of a record: a path below a field that has parts becomes a mapping."""
    record: dict[str, Any] = {}
    for name, value in values.items():
        parts = name.split(".")
        if len(parts) == 1 or types.get(parts[0]) != "dynamic":
            # What a path has made of a field stays.
            if not isinstance(record.get(name), dict):
                record[name] = value
            continue
        inner = record
        for part in parts[:-1]:
            found = inner.setdefault(part, {})
            if not isinstance(found, dict):
                found = inner[part] = {}
            inner = found
        inner[parts[-1]] = value
    return record
