"""A value of one field that satisfies all that is asked of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from cybersecqwen.detect.sigma.model import Op, Test
from cybersecqwen.detect.sigma.plain import holds
from cybersecqwen.detect.sigma.values import number_of

from .model import MISSING
from .sampling import samples
from .texts import UNRELATED, addresses, between, filled, moments, numbers, pad, recased
from .ways import Need

_BOUNDS = frozenset((Op.LESS, Op.AT_MOST, Op.GREATER, Op.AT_LEAST))
_TRIES, _MANY = 10, 100
"""Texts that are tried; tests of one field above which only two are."""
_OPEN = "(?s).*"
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,6})?")
"""How a number is written of which the type is not known."""


class Unfilled(Exception):
    """No value was hit upon."""

    def __init__(self, test: Test) -> None:
        super().__init__(test.field)
        self.test = test
        """A test that it failed at."""


def fill(needs: Sequence[Need], kind: str, rng: Random, now: float, *, present: bool = False) -> Any:
    """A value for which every need is met, or MISSING; comparisons with other fields are left out.

    Raises Unfilled where none was found within the tries.
    """
    needs = [need for need in needs if need.test.op is not Op.SAME_AS]
    wanted = [need.test for need in needs if need.holds and need.test.values]
    made = _made(wanted, kind, rng, now) if wanted else _free(needs, kind, rng, present=present)
    for value in made:
        if meets(needs, value):
            return value
    raise Unfilled((wanted or [need.test for need in needs])[0])


def meets(needs: Sequence[Need], value: Any) -> bool:
    """Whether all needs hold of a value; comparisons with other fields are passed over."""
    bare = None if value is MISSING else value
    return all(
        holds(need.test, bare, lambda _: None) is need.holds
        for need in needs
        if need.test.op is not Op.SAME_AS
    )


def _free(needs: Sequence[Need], kind: str, rng: Random, *, present: bool) -> Iterator[Any]:
    """Values where nothing but what must not hold is known."""
    if not present and rng.random() < 0.5:
        yield MISSING
    for _ in range(_TRIES):
        yield unrelated(kind, rng)
    yield from ("", "zq" * 9, 8_765_432) if needs else ()
    if not present:
        yield MISSING


def unrelated(kind: str, rng: Random) -> Any:
    """A value of a type that no test knows of."""
    if kind == "number":
        return rng.choice((0, 3, 17, 4_096, 99.5))
    if kind == "bool":
        return rng.random() < 0.5
    if kind == "time":
        return f"2023-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}T0{rng.randint(0, 9)}:00:00Z"
    return rng.choice(UNRELATED)


def _made(wanted: Sequence[Test], kind: str, rng: Random, now: float) -> Iterator[Any]:
    tries = _TRIES if len(wanted) <= _MANY else 2
    for attempt in range(tries):
        for text in _texts(wanted, rng, now, plain=attempt >= tries - 3):
            yield from typed(text, kind)
    if kind == "dynamic":
        # A field that holds lists satisfies each test by an element of its own.
        for _ in range(_TRIES):
            parts = [next(_texts([test], rng, now, plain=False), "") for test in wanted]
            yield list(dict.fromkeys(parts))


def typed(text: str, kind: str) -> Iterator[Any]:
    """The text as a value of a type: as a number or truth value where it is one, then as it is."""
    folded = text.lower()
    if kind == "bool" and folded in ("true", "false"):
        yield folded == "true"
    elif kind == "number" and (number := number_of(text)) is not None:
        yield int(number) if number.is_integer() else number
    elif not kind and _NUMBER.fullmatch(text):
        yield float(text) if "." in text else int(text)
    yield text


def _texts(wanted: Sequence[Test], rng: Random, now: float, *, plain: bool) -> Iterator[str]:
    timed = [test for test in wanted if test.part]
    if timed:
        yield from moments(timed[0], rng, now)
        return
    by_op: dict[Op, list[Test]] = {}
    for test in wanted:
        by_op.setdefault(test.op, []).append(test)
    if Op.EQUALS in by_op:
        exact = by_op[Op.EQUALS][0]
        text = exact.values[0]
        yield text if plain or exact.cased else recased(text, rng)
        yield from (text.upper(), text.title()) if plain and not exact.cased else ()
    elif not _BOUNDS.isdisjoint(by_op):
        yield from numbers(wanted, rng)
    elif Op.CIDR in by_op:
        for network in by_op[Op.CIDR]:
            yield from addresses(network.values[0], rng)
    else:
        yield _composed(by_op, rng, plain=plain)


def _composed(by_op: dict[Op, list[Test]], rng: Random, *, plain: bool) -> str:
    """Text put together from beginnings, ends, pieces, patterns."""

    def written(test: Test) -> str:
        return test.values[0] if plain or test.cased else recased(test.values[0], rng)

    begins = max(map(written, by_op.get(Op.STARTS, ())), key=len, default="")
    ends = max(map(written, by_op.get(Op.ENDS, ())), key=len, default="")
    inner = [written(test) for test in by_op.get(Op.CONTAINS, ())]
    rng.shuffle(inner)
    for test in by_op.get(Op.REGEX, ()):
        inner = [*inner, *samples(test.values[0], rng, fillers=inner)]
    whole = []
    for test in by_op.get(Op.GLOB, ()):
        glob = test.values[0]
        if glob.startswith(_OPEN) and glob.endswith(".*"):
            inner.append(recased_if(filled(glob, rng), test, rng, plain=plain))
        else:
            whole.append(test)
    if whole:
        text = filled(whole[0].values[0], rng, [part for part in (begins, *inner, ends) if part])
        for test in whole[1:]:
            text = filled(test.values[0], rng, [text])
        return recased_if(text, whole[0], rng, plain=plain)
    text = begins
    for piece in inner:
        if piece.lower() not in text.lower():
            text += ("" if plain else between(rng) if text else pad(rng) if not begins else "") + piece
    if Op.REGEX in by_op and not begins and not ends:
        return _unanchored(text, rng, plain=plain)
    if not ends:
        return text if plain else text + pad(rng)
    if plain and text.lower().endswith(ends.lower()):
        return text
    return ("" if begins or plain else pad(rng)) * (not text) + text + ("" if plain else between(rng)) + ends


def _unanchored(text: str, rng: Random, *, plain: bool) -> str:
    """What stands around a match; where the expression is anchored, the plain tries come to nothing else."""
    return text if plain or rng.random() < 0.5 else text + pad(rng, 1)


def recased_if(text: str, test: Test, rng: Random, *, plain: bool) -> str:
    """In other letters' case where the test does not look at it."""
    return text if plain or test.cased else recased(text, rng)
