"""How long the text of a field is: "a command line longer than 1,000 characters"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Test
from cybersecqwen.errors import UnsayableError

_MORE = (
    r"longer than|more than|over|above|exceed(?:s|ing)?|greater than|larger than|at least|no less than"
    r"|no shorter than|>=|>"
)
_LESS = r"shorter than|less than|fewer than|under|below|at most|no more than|no longer than|up to|<=|<"
_SAID = re.compile(
    r"(?<![\w.])(?P<field>[A-Za-z][\w.-]{1,60}(?: [a-z]{2,12})?)"
    r"(?: (?:of|with|that|which|whose|is|are|was|were|has|have|having|a|length|size)){0,4}"
    rf" ?(?P<how>{_MORE}|{_LESS}) ?(?P<number>\d{{1,3}}(?:,\d{{3}})+|\d{{1,7}})"
    r" ?(?:characters?|chars?|letters|bytes|symbols)\b(?P<long> (?:long|in length))?",
    re.IGNORECASE,
)
_LENGTH = re.compile(
    r"(?<![\w.])(?P<field>[A-Za-z][\w.-]{1,60}(?: [a-z]{2,12})?)(?:'s)? (?:length|size)(?: is| of)?"
    rf" ?(?P<how>{_MORE}|{_LESS}) ?(?P<number>\d{{1,3}}(?:,\d{{3}})+|\d{{1,7}})\b",
    re.IGNORECASE,
)
_MOST = 1_000
"""Characters that can be counted: no language repeats a pattern more often."""
_INCLUDED = frozenset(("at least", "no less than", "no shorter than", ">=", "less than", "shorter than",
                       "fewer than", "under", "below", "<"))  # fmt: skip
"""Bounds that say the first length which is (not) long enough, rather than the last that is not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Length:
    """A bound on the length of a field."""

    start: int
    end: int
    words: str
    field: str
    """The words for the field."""
    least: int
    """Characters from which on a text is long enough, or too long."""
    longer: bool
    """Whether texts of that length are asked for; those that are shorter else."""


def lengths(text: str) -> list[Length]:
    """Every bound on a length, in order and apart."""
    found: list[Length] = []
    for match in sorted([*_SAID.finditer(text), *_LENGTH.finditer(text)], key=lambda m: m.start()):
        if found and match.start() < found[-1].end:
            continue
        how, number = match["how"].lower(), int(match["number"].replace(",", ""))
        found.append(
            Length(
                start=match.start(),
                end=match.end(),
                words=match[0],
                field=match["field"],
                least=number + (how not in _INCLUDED),
                longer=re.fullmatch(_MORE, how) is not None,
            )
        )
    return found


def length_test(one: Length, field: str) -> Expression:
    """The expression for a bound. Raises UnsayableError where it is longer than can be asked for."""
    if one.least > _MOST + 1:
        raise UnsayableError(
            f"A text of {one.least:,} characters cannot be asked for: query languages repeat a pattern at "
            f"most {_MOST:,} times.",
            what="a length beyond 1,000 characters",
            hint=f"Ask for more than {_MOST:,} characters.",
        )
    whole, rest = min(one.least, _MOST), one.least - _MOST
    long = Test(field, Op.REGEX, ("(?s)^" + f".{{{whole}}}" + ("." if rest > 0 else ""),))
    if one.longer:
        return long
    return And((Test(field, Op.REGEX, ("(?s)^.",)), Not(long)))
