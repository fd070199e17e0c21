"""Small changes to a value after which one test no longer holds of it."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from cybersecqwen.detect.sigma.model import Op, Test
from cybersecqwen.detect.sigma.values import number_of, texts_of

from .model import MISSING
from .texts import UNRELATED, moments, number_text, outside
from .wording import named, said, sentence

_BOUNDS = frozenset((Op.LESS, Op.AT_MOST, Op.GREATER, Op.AT_LEAST))
_OTHERS = "qzx7_kJ"


def changes(test: Test, value: Any, rng: Random, now: float, kind: str = "") -> Iterator[tuple[Any, str]]:
    """(value that may fail the test, what is different); whether it fails is for the caller to see.

    The closest ones come first, the missing field last.
    """
    name = named(test.field)
    for changed, about in _changes(test, value, name, rng, now):
        yield from ((one, sentence(about)) for one in _alike(changed, value, kind))


def _alike(changed: Any, value: Any, kind: str) -> Iterator[Any]:
    """What was changed, in the type of the field; nothing where it cannot be."""
    if kind == "bool":
        yield not value if isinstance(value, bool) and changed is not MISSING else changed
    elif not isinstance(changed, str):
        yield changed
    elif (number := number_of(changed)) is not None and (kind == "number" or _is_number(value)):
        yield int(number) if number.is_integer() else number
    elif kind != "number":
        yield changed


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _changes(test: Test, value: Any, name: str, rng: Random, now: float) -> Iterator[tuple[Any, str]]:
    if test.op is Op.NULL:
        yield from ((other, f"{name} is there.") for other in UNRELATED[:2])
        return
    texts = texts_of(value)
    text = texts[0] if texts else ""
    if test.op is Op.PRESENT:
        pass
    elif test.part:
        yield from ((one, f"The {test.part} of {name} is another.") for one in _times(test, rng, now))
    elif test.op in _BOUNDS:
        yield from ((one, f"{name} is just not {said(test)}.") for one in _beyond(test, value))
    elif test.op is Op.CIDR:
        yield from (
            (one, f"{name} is an address outside {test.values[0]}.") for one in outside(test.values[0])
        )
    else:
        yield from _of_text(test, text, name, rng)
    if test.op is not Op.SAME_AS or rng.random() < 0.5:
        yield MISSING, f"{name} is missing."


def _times(test: Test, rng: Random, now: float) -> Iterator[str]:
    for number, one in enumerate(moments(test, rng, now, hold=False)):
        if number < 3:
            yield one


def _beyond(test: Test, value: Any) -> Iterator[Any]:
    """The bound itself, or what lies a step on its other side; as number or text, as the value is."""
    bound = number_of(test.values[0]) or 0.0
    step = 1.0 if bound.is_integer() else 0.001
    sign = 1.0 if test.op in (Op.LESS, Op.AT_MOST) else -1.0
    for number in (bound, bound + sign * step):
        if isinstance(value, str):
            yield number_text(number)
        else:
            yield int(number) if number.is_integer() else number


def _of_text(test: Test, text: str, name: str, rng: Random) -> Iterator[tuple[Any, str]]:
    wanted = said(test)
    if test.cased and test.op is not Op.REGEX and text.swapcase() != text:
        yield text.swapcase(), f"{name} is in other letters' case, and is not {wanted}."
    for changed in _one_character(test, text, rng):
        yield changed, f"One character of {name} is changed: it is not {wanted}."
    if test.op in (Op.EQUALS, Op.ENDS, Op.GLOB):
        yield text + "x", f"{name} has a character more at its end: it is not {wanted}."
    if test.op in (Op.EQUALS, Op.STARTS, Op.GLOB):
        yield "x" + text, f"{name} has a character more at its beginning: it is not {wanted}."
    for other in rng.sample(UNRELATED, 3):
        yield other, f"{name} is another value, not {wanted}."
    yield "", f"{name} is empty."


def _one_character(test: Test, text: str, rng: Random) -> Iterator[str]:
    """The text with one character of what is looked for changed, wherever it stands; digits become digits."""
    if not text:
        return
    piece = test.values[0].lower() if test.op in (Op.EQUALS, Op.CONTAINS, Op.STARTS, Op.ENDS) else ""
    folded = text.lower()
    at = folded.rfind(piece) if piece and len(folded) == len(text) else -1
    first, last = (at, at + len(piece)) if at >= 0 else (0, len(text))
    for place in rng.sample(range(first, last), min(6, last - first)):
        new = _other(text[place], rng)
        changed = text[:place] + new + text[place + 1 :]
        if at >= 0 and test.op is Op.CONTAINS:
            # It may stand there more than once.
            old = text[first:last]
            changed = text.replace(old, old[: place - first] + new + old[place - first + 1 :])
        yield changed


def _other(c: str, rng: Random) -> str:
    if c.isdigit():
        return rng.choice([other for other in "0123456789" if other != c])
    return rng.choice([other for other in _OTHERS if other.lower() != c.lower()])
