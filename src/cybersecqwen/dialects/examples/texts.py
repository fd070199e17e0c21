"""Texts: other letters' case, padding, what wildcards stand for, addresses, numbers, moments."""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from random import Random

from cybersecqwen.detect.sigma.model import Op, Test
from cybersecqwen.detect.sigma.values import number_of, part_of
from cybersecqwen.dialects.globs import ANY, ONE, pieces, wildcards

_WORDS = (
    "alpha",
    "notes",
    "x",
    "7",
    "Quarterly Report",
    "data_01",
    "a-b",
    "é",
    "C:\\Temp\\",
    "/tmp/",
    "q=1&r=2",
)
_BETWEEN = ("", " ", "_", " and ", "--")
UNRELATED = ("unrelated", "0", "Budget 2023.xlsx", "zeta-9", "-", "Ørsted", "host42.example.org")
"""Values that have nothing to do with any test."""
_FARTHEST = 1e15
"""Beyond this whole numbers are no longer exact."""


def pad(rng: Random, most: int = 2) -> str:
    """Some words, often none."""
    return "".join(rng.choice(_WORDS) + rng.choice(_BETWEEN) for _ in range(rng.randint(0, most)))


def between(rng: Random) -> str:
    """What may stand between two pieces of text."""
    return rng.choice(_BETWEEN) + pad(rng, 1)


def recased(text: str, rng: Random) -> str:
    """The text in other letters' case; as it is where its folding would then differ."""
    made = rng.choice((str, str.upper, str.title, _alternating, str))(text)
    return made if made.lower() == text.lower() else text


def _alternating(text: str) -> str:
    return "".join(c.upper() if at % 2 else c.lower() for at, c in enumerate(text))


def filled(glob: str, rng: Random, inner: Sequence[str] = ()) -> str:
    """A text that a pattern of `Op.GLOB` takes whole; `inner` is put where anything may stand."""
    parts = pieces(wildcards(glob))
    open_ = [at for at, part in enumerate(parts) if part == ANY]
    extra: dict[int, list[str]] = {}
    for number, text in enumerate(inner):
        if open_:
            extra.setdefault(open_[min(number, len(open_) - 1)], []).append(text)
    out = []
    for at, part in enumerate(parts):
        if part == ANY:
            out.append(pad(rng, 1) if at not in extra else between(rng).join(extra[at]))
        else:
            out.append(rng.choice("aZ5-") if part == ONE else part)
    return "".join(out)


def addresses(network: str, rng: Random) -> Iterator[str]:
    """Addresses of a network: one by chance, the first, the last."""
    net = ipaddress.ip_network(network)
    yield str(net[rng.randrange(min(net.num_addresses, 1 << 62))])
    yield str(net[0])
    yield str(net[-1])


def outside(network: str) -> Iterator[str]:
    """The addresses next to a network, and one far away."""
    net = ipaddress.ip_network(network)
    first, last, top = int(net[0]), int(net[-1]), (1 << net.max_prefixlen) - 1
    if last < top:
        yield str(net[-1] + 1)
    if first > 0:
        yield str(net[0] - 1)
    yield "198.51.100.77" if net.version == 4 else "2001:db8:ffff::77"


def numbers(tests: Sequence[Test], rng: Random) -> Iterator[str]:
    """Numbers within the bounds of tests: beside each bound, in the middle, far beyond."""
    least = max((n for n in _bounds(tests, Op.GREATER, Op.AT_LEAST)), default=-math.inf)
    most = min((n for n in _bounds(tests, Op.LESS, Op.AT_MOST)), default=math.inf)
    if math.isinf(least) and math.isinf(most):
        return
    near = most if math.isinf(least) else least
    width = 1_000.0 if math.isinf(most - least) else most - least
    step = 1.0 if width >= 2 else width / 4
    sign = -1.0 if math.isinf(least) else 1.0
    made = [near + sign * step, near, near + sign * round(width * rng.random(), 3), near + sign * width / 2]
    if math.isinf(most - least):
        made.append(near + sign * 1_000_000.0)
    rng.shuffle(made)
    yield from map(number_text, made)


def _bounds(tests: Sequence[Test], *ops: Op) -> Iterator[float]:
    for test in tests:
        if test.op in ops and not test.part and (number := number_of(test.values[0])) is not None:
            yield number


def number_text(number: float) -> str:
    """A number as it is written: whole ones without a fraction."""
    return str(int(number)) if number.is_integer() and abs(number) < _FARTHEST else repr(number)


_TOP = {"minute": 60, "hour": 24, "day": 31, "week": 53, "month": 12}


def moments(test: Test, rng: Random, now: float, *, hold: bool = True) -> Iterator[str]:
    """Times as ISO 8601 text of which the part that a test compares satisfies it, or does not."""
    wanted = int(float(test.values[0]))
    years = 366 * 86_400
    for _ in range(60):
        at = now - rng.random() * years
        moment = datetime.fromtimestamp(at, UTC).replace(microsecond=0)
        if test.part == "year":
            moment = moment.replace(day=1, year=min(9_998, max(2, wanted + rng.randint(-1, 1))))
        elif test.part in ("minute", "hour") and 0 <= wanted < _TOP[test.part] and rng.random() < 0.5:
            moment = moment.replace(**{test.part: wanted})  # type: ignore[arg-type]
        text = moment.isoformat().replace("+00:00", "Z")
        part = part_of(text, test.part)
        if part is not None and _compared(test, part) is hold:
            yield text


def _compared(test: Test, part: float) -> bool:
    bound = float(test.values[0])
    return {
        Op.LESS: part < bound,
        Op.AT_MOST: part <= bound,
        Op.GREATER: part > bound,
        Op.AT_LEAST: part >= bound,
    }.get(test.op, part == bound)
