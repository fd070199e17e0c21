"""Whether an expression can be shown never to hold.

What is shown here is certain; what is not shown may still never hold. Two different values of one field
contradict each other, unless the field may hold lists.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from cybersecqwen.detect.sigma.model import Expression, Op, Test
from cybersecqwen.detect.sigma.plain import holds, pattern
from cybersecqwen.detect.sigma.values import compared, number_of

from .ways import Need, all_ways

_MOST_WAYS = 256
_TEXT = frozenset((Op.EQUALS, Op.CONTAINS, Op.STARTS, Op.ENDS))
_BOUNDS = frozenset((Op.LESS, Op.AT_MOST, Op.GREATER, Op.AT_LEAST))


def impossible(expression: Expression, types: Mapping[str, str]) -> bool:
    """Whether no record can satisfy the expression; False where that is not shown."""
    ways = all_ways(expression, _MOST_WAYS)
    return ways is not None and all(contradictory(way, types) for way in ways)


def clashing(expression: Expression, types: Mapping[str, str]) -> tuple[str, ...]:
    """The fields because of which each way in which the expression could hold is impossible."""
    ways = all_ways(expression, _MOST_WAYS) or ()
    return tuple(dict.fromkeys(name for way in ways for name in clashes(way, types)[:1]))


def contradictory(needs: Sequence[Need], types: Mapping[str, str]) -> bool:
    """Whether the needs of some field exclude each other."""
    return bool(clashes(needs, types))


def clashes(needs: Sequence[Need], types: Mapping[str, str]) -> list[str]:
    """The fields whose needs exclude each other; "" for the whole text."""
    by_field: dict[str, list[Need]] = {}
    for need in needs:
        by_field.setdefault(need.test.field, []).append(need)
    return [
        name
        for name, found in by_field.items()
        if _clash(found, several=not name or types.get(name) == "dynamic")
    ]


def _clash(needs: Sequence[Need], *, several: bool) -> bool:
    wanted = [need.test for need in needs if need.holds]
    unwanted = [need.test for need in needs if not need.holds]
    missing = any(test.op is Op.NULL for test in wanted) or any(test.op is Op.PRESENT for test in unwanted)
    present = any(test.op is not Op.NULL for test in wanted) or any(test.op is Op.NULL for test in unwanted)
    if missing and present:
        return True
    wanted = [test for test in wanted if test.values and test.op is not Op.SAME_AS]
    if any(_within(test, other) for test in wanted for other in unwanted):
        return True
    if several:
        return False
    if any(_only_values(test, [*wanted, *unwanted], len(wanted)) for test in wanted if test.op is Op.EQUALS):
        return True
    return _no_number(wanted) or _no_network(wanted) or _no_edge(wanted)


def _within(test: Test, other: Test) -> bool:
    """Whether a value for which a test holds always satisfies the other one too."""
    if test.part != other.part:
        return False
    if (test.op, test.cased) == (other.op, other.cased) and set(test.values) <= set(other.values):
        return bool(test.values)
    if test.op is Op.CIDR and other.op is Op.CIDR:
        return all(any(_subnet(one, two) for two in other.values) for one in test.values)
    if test.op not in _TEXT or other.op not in _TEXT or other.cased or test.part:
        return False
    return all(any(_follows(test.op, one, other.op, two) for two in other.values) for one in test.values)


def _follows(op: Op, value: str, other: Op, wanted: str) -> bool:
    """Whether text that has the value at one place has the wanted text at another."""
    value = value.lower()
    if other is Op.CONTAINS:
        return wanted in value
    if other is Op.STARTS:
        return op in (Op.STARTS, Op.EQUALS) and value.startswith(wanted)
    if other is Op.ENDS:
        return op in (Op.ENDS, Op.EQUALS) and value.endswith(wanted)
    return op is Op.EQUALS and value == wanted


def _only_values(test: Test, others: Sequence[Test], positive: int) -> bool:
    """Whether each of the values that are asked for fails another test, however its letters are written."""
    if test.part:
        return False
    return all(
        any(
            _refuted(value, test.cased, other, wanted=at < positive)
            for at, other in enumerate(others)
            if other is not test and not other.part
        )
        for value in test.values
    )


def _refuted(value: str, cased: bool, other: Test, *, wanted: bool) -> bool:
    if other.op is Op.SAME_AS:
        return False
    fixed = cased or value.lower() == value.upper()
    loose = other
    if not fixed and (other.cased or other.op is Op.REGEX):
        if not wanted:
            return False  # Some way of writing it may escape.
        loose = _folded(other)
    return holds(loose, value, lambda _: None) is not wanted


def _folded(test: Test) -> Test:
    """The test without regard to case."""
    if test.op is Op.REGEX:
        folded = tuple(f"(?i){value}" for value in test.values)
        return replace(test, values=folded) if all(map(pattern, folded)) else test
    return replace(test, cased=False, values=tuple(value.lower() for value in test.values))


def _no_number(tests: Sequence[Test]) -> bool:
    """Whether bounds leave no number between them."""
    least, most = float("-inf"), float("inf")
    for test in tests:
        number = number_of(test.values[0]) if _bounds(test) else None
        if number is None:
            continue
        if test.op in (Op.GREATER, Op.AT_LEAST):
            least = max(least, number)
        else:
            most = min(most, number)
    if least != most:
        return least > most
    return not all(compared(test.op, least, float(test.values[0])) for test in tests if _bounds(test))


def _bounds(test: Test) -> bool:
    return test.op in _BOUNDS and not test.part and len(test.values) == 1


def _no_network(tests: Sequence[Test]) -> bool:
    networks = [test for test in tests if test.op is Op.CIDR]
    return any(
        not any(_overlap(a, b) for a in one.values for b in two.values)
        for one, two in combinations(networks, 2)
    )


def _no_edge(tests: Sequence[Test]) -> bool:
    """Whether text must begin, or end, in two ways of which neither is part of the other."""
    return any(
        not any(_same_edge(op, a.lower(), b.lower()) for a in one.values for b in two.values)
        for op in (Op.STARTS, Op.ENDS)
        for one, two in combinations([test for test in tests if test.op is op and not test.part], 2)
    )


def _same_edge(op: Op, one: str, other: str) -> bool:
    long, short = (one, other) if len(one) >= len(other) else (other, one)
    return long.startswith(short) if op is Op.STARTS else long.endswith(short)


def _overlap(one: str, other: str) -> bool:
    return _subnet(one, other) or _subnet(other, one)


def _subnet(inner: str, outer: str) -> bool:
    one, other = ipaddress.ip_network(inner), ipaddress.ip_network(outer)
    return one.version == other.version and one.subnet_of(other)  # type: ignore[arg-type]
