"""For each field that a query compares: values that some comparison holds for, and values beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_network
from random import Random
from typing import Any

from cybersecqwen.detect.sigma.model import Op, Test
from cybersecqwen.detect.sigma.values import number_of
from cybersecqwen.dialects.evaluating import seconds_of
from cybersecqwen.dialects.globs import ANY, ONE, test_of
from cybersecqwen.dialects.interface import Atom

from .changes import changes
from .model import MISSING
from .sampling import takes
from .texts import recased
from .values import Unfilled, fill, unrelated
from .ways import Need

_MOST_VALUES = 40
"""Values of the comparisons of one field that pools are made from."""
_COMBINED = 6
"""Tries at a value that several comparisons of one field hold for."""
_LONGEST_JOINT = 200
_LARGE = re.compile(r"\{[0-9]*,?[0-9]{3}")
"""A repetition of a hundred or more."""
_AT_ONCE = 10
"""Comparisons that are tried at once."""
_NARROW, _WIDE = 2, 120
"""Values that are made of the comparisons of a field: at least two of each."""
_SHARED = ("alice", "203.0.113.7")
"""Values that many fields have, one of them an address."""
_LIST = "{}"
"""What SPL writes in a path for the elements of a list."""
_MANY = 0.3
"""Share of the fields that are only named that have many values."""
_BOUNDS = frozenset((Op.LESS, Op.AT_MOST, Op.GREATER, Op.AT_LEAST))


@dataclass(frozen=True, kw_only=True, slots=True)
class Pool:
    """What a field is drawn from."""

    near: list[Any] = field(default_factory=list)
    """Values that some comparison holds for."""
    beside: list[Any] = field(default_factory=list)
    """Changed ones, ones that have nothing to do with it, none."""


def pools(
    atoms: Sequence[Atom], types: Mapping[str, str], rng: Random, now: float, *, wide: bool = False
) -> dict[str, Pool]:
    """A pool for each field that is compared with values; a wide one has many values of each comparison."""
    made = _WIDE if wide else _NARROW
    by_field: dict[str, list[Test]] = {}
    for atom in atoms:
        if atom.op is Op.SAME_AS:
            by_field.setdefault(atom.field, [])
            by_field.setdefault(atom.values[0], []) if atom.values else None
        else:
            by_field.setdefault(atom.field, []).extend(_tests(atom))
    found = {
        name: _pool(tests, types.get(name, ""), rng, now, made) for name, tests in by_field.items() if name
    }
    return {name: _listed(pool, rng) if _LIST in name else pool for name, pool in found.items()}


def key_pool(name: str, kind: str, rng: Random, *, wide: bool = False) -> Pool:
    """For a field that is only named, such as one of a join or a group.

    By chance few values of which one stands in most events, so that groups are large, or many, so that they
    are told apart by it.
    """
    short = name.rsplit(".", 1)[-1]
    if kind == "bool":
        return Pool(near=[True, True, False], beside=[MISSING])
    many = rng.random() < (2 * _MANY if wide else _MANY)
    count = 120 if many else 4
    made: list[Any]
    if kind == "number":
        made = [0, 1, 50, 1_000, *range(2, count)]
    elif kind == "time":
        made = [unrelated("time", rng) for _ in range(count)]
    else:
        made = [f"{short}-{number}" for number in range(1, count + 1)]
        # What fields of other names have too: joins ask for values that are equal.
        made[1:1] = _SHARED
        if kind != "text":
            made += [2, 300]
    pool = Pool(near=made if many else [*made, *made[:1] * 2 * len(made)], beside=[MISSING])
    return _listed(pool, rng) if _LIST in name else pool


def _listed(pool: Pool, rng: Random) -> Pool:
    """The values as elements of lists, as a path through a list has them."""
    lists = [rng.choices(pool.near, k=rng.randint(1, 6)) for _ in range(len(pool.near) + 8)]
    near = [[value for value in one if value is not MISSING and value is not None] for one in lists]
    return Pool(near=[*pool.near, *near], beside=pool.beside)


def _tests(atom: Atom) -> Iterator[Test]:
    """One test for each value, in the letters' case of the query; what cannot be tested is left out."""
    if atom.op in (Op.NULL, Op.PRESENT):
        yield Test(atom.field, atom.op)
    for value in atom.values:
        if atom.op is Op.CIDR:
            try:
                yield Test(atom.field, Op.CIDR, (str(ip_network(value.strip(), strict=False)),))
            except ValueError:
                continue
        elif atom.op is Op.REGEX:
            if takes(value):
                yield Test(atom.field, Op.REGEX, (value,), cased=True)
        elif atom.op is Op.GLOB:
            if value.startswith("(?s)") and takes(value):
                yield Test(atom.field, Op.GLOB, (value,), cased=True)
            elif not value.startswith("(?s)"):
                made = test_of(atom.field, value.replace("*", ANY).replace("?", ONE), cased=True)
                if isinstance(made, Test):
                    yield made
        elif atom.op is Op.DIFFERS:
            yield Test(atom.field, Op.EQUALS, (value,), cased=True)
        else:
            yield Test(atom.field, atom.op, (value,), cased=True)


def _pool(tests: Sequence[Test], kind: str, rng: Random, now: float, count: int) -> Pool:
    chosen = list(dict.fromkeys(tests))
    if chosen and all(test.op in (Op.PRESENT, Op.NULL) for test in chosen):
        free = key_pool(chosen[0].field, kind, rng, wide=count == _WIDE)
        return Pool(near=free.near, beside=[MISSING, MISSING, None])
    if not kind and chosen and all(test.op in _BOUNDS for test in chosen):
        kind = "number"
    if len(chosen) > _MOST_VALUES:
        chosen = rng.sample(chosen, _MOST_VALUES)
    pool = Pool()
    for test in chosen:
        few = _NARROW if test.op is Op.REGEX else max(_NARROW, count // len(chosen))
        made = list(_near(test, kind, rng, now, few))
        pool.near.extend(made)
        pool.beside.extend(_beside(test, made, kind, rng, now))
    joint = [test for test in chosen if _goes_together(test)]
    for _ in range(_COMBINED if len(joint) > 1 else 0):
        pool.near.extend(_together(rng.sample(joint, min(_AT_ONCE, len(joint))), kind, rng, now))
    pool.near.extend(_spaced(chosen, kind, rng))
    pool.near.extend([unrelated(kind, rng) for _ in range(3)] if not pool.near else ())
    pool.beside.extend(unrelated(kind, rng) for _ in range(3))
    # A null now and then, and no field often: both are common in records.
    pool.beside.extend((MISSING, MISSING, None))
    return pool


def _near(test: Test, kind: str, rng: Random, now: float, count: int) -> Iterator[Any]:
    """Values that a comparison holds for, one of them in other letters' case."""
    if test.op in (Op.NULL, Op.PRESENT):
        yield MISSING if test.op is Op.NULL else unrelated(kind, rng)
        return
    moment = seconds_of(test.values[0]) if number_of(test.values[0]) is None else None
    if test.op in _BOUNDS and moment is not None:
        yield from (_iso(moment + shift) for shift in (-3_600, -1, 0, 1, 3_600))
        return
    if test.op in _BOUNDS and number_of(test.values[0]) is None:
        # Text compared by its order.
        yield from (test.values[0], test.values[0] + "a", "a", "z")
        return
    found = [value for _ in range(count) for value in _filled([test], kind, rng, now)]
    yield from found
    if test.op is Op.EQUALS and kind in ("", "text", "dynamic"):
        # Often as it is written: in many languages the letters' case counts.
        yield from (test.values[0],) * 4
    yield from (recased(value, rng) for value in found[-1:] if isinstance(value, str))


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat().replace("+00:00", "Z")


def _filled(tests: Sequence[Test], kind: str, rng: Random, now: float) -> Iterator[Any]:
    try:
        yield fill([Need(test, True) for test in tests], kind, rng, now, present=True)
    except Unfilled:
        return


def _goes_together(test: Test) -> bool:
    """Whether a test is tried beside others: long expressions take too long on long texts."""
    if test.op is Op.REGEX:
        return len(test.values[0]) <= _LONGEST_JOINT and not _LARGE.search(test.values[0])
    return test.op not in _BOUNDS or number_of(test.values[0]) is not None


def _together(tests: Sequence[Test], kind: str, rng: Random, now: float) -> list[Any]:
    """Values that as many of the tests hold for as go together, taken in their order."""
    taken: list[Test] = []
    found: list[Any] = []
    for test in tests:
        made = list(_filled([*taken, test], kind, rng, now))
        if made:
            taken.append(test)
            found = made
    return found if len(taken) > 1 else []


def _spaced(tests: Sequence[Test], kind: str, rng: Random) -> Iterator[str]:
    """Text in which what is looked for stands between spaces: some languages look for whole words."""
    words = [test.values[0] for test in tests if test.op is Op.CONTAINS]
    if kind not in ("", "text", "dynamic") or not words:
        return
    for count in (1, 1, 2, _AT_ONCE, _AT_ONCE):
        yield " ".join(["x", *rng.sample(words, min(count, len(words))), "y"])


def _beside(test: Test, made: Sequence[Any], kind: str, rng: Random, now: float) -> Iterator[Any]:
    if test.op in _BOUNDS and number_of(test.values[0]) is None:
        return
    for value in made[:1]:
        for number, (changed, _) in enumerate(changes(test, value, rng, now, kind)):
            if changed is not MISSING:
                yield changed
            if number >= 3:
                break
