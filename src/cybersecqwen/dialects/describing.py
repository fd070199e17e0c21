"""Sentences about the steps of a query: what the dialects' own `describe` put together.

Everything that comes from a query is shown on one line, without control characters, and cut where it is
long; sentences and their number are bounded, so that a hostile query cannot fill the screen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from cybersecqwen.detect.sigma.model import Op

from .wording import MOST, VERBS, duration, joined

SENTENCES = 40
"""Sentences that are said of a query."""
LONGEST = 400
"""Characters of a sentence."""
DEEPEST = 6
"""Levels of expressions, and of queries in queries, that are told."""
_WIDE = 280
"""Characters of a list in a sentence."""
_VALUE = 80
"""Characters of a value or a name."""

_INVISIBLE = frozenset(("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"))
_PLAIN = re.compile(r"[^\s“”,;]+")
_NAME = re.compile(r"[\w@$<>*#:.\-/\[\]{}]+")

_NOT = {
    Op.EQUALS: "is not",
    Op.CONTAINS: "does not contain",
    Op.STARTS: "does not begin with",
    Op.ENDS: "does not end with",
    Op.GLOB: "does not look like",
    Op.REGEX: "does not match the pattern",
    Op.CIDR: "is no address in",
    Op.LESS: "is not less than",
    Op.AT_MOST: "is more than",
    Op.GREATER: "is not greater than",
    Op.AT_LEAST: "is less than",
}


def clean(text: str, most: int = _VALUE) -> str:
    """A text of a query on one line, without what cannot be seen, cut where it is longer than `most`."""
    seen = "".join(
        " " if c in "\t\n\r" else c
        for c in text[: 4 * most]
        if c in "\t\n\r" or unicodedata.category(c) not in _INVISIBLE
    )
    line = " ".join(seen.split())
    return line if len(line) <= most and len(text) <= 4 * most else line[: most - 1].rstrip() + "…"


def name(text: str) -> str:
    """A name of a field or a table; in quotation marks where it could be taken for other words."""
    shown = clean(text)
    return shown if _NAME.fullmatch(shown) else _quoted(shown)


def value(text: str) -> str:
    """A value; in quotation marks where it has spaces or commas, "empty" for the empty text."""
    shown = clean(text)
    if not shown:
        return "empty" if not text.strip() else "“…”"
    return shown if _PLAIN.fullmatch(shown) else _quoted(shown)


def _quoted(text: str) -> str:
    return f"“{text.replace('“', '').replace('”', '')}”"


def names(texts: Iterable[str], word: str = "and", most: int = 12) -> str:
    """Several names: "a, b and c", "a, b and 3 more"."""
    return some([name(text) for text in texts], word, most)


def values(texts: Iterable[str], word: str = "or") -> str:
    """Several values: "a, b or c", "a, b or 7 more"."""
    return some([value(text) for text in texts], word, MOST)


def some(parts: Sequence[str], word: str, most: int = 12, wide: int = _WIDE, more: str = "more") -> str:
    """The first of several, as many as have room, and how many more there are."""
    kept: list[str] = []
    room = wide
    for part in parts[:most]:
        room -= len(part) + 2
        if kept and room < 0:
            break
        kept.append(part)
    left = len(parts) - len(kept)
    return joined([*kept, f"{left:,} {more}"] if left else kept, word)


def compared(subject: str, op: Op, shown: Sequence[str], *, negated: bool = False) -> str:
    """A comparison with values that are already in words: "Image ends with cmd.exe"."""
    verb = (_NOT if negated else VERBS)[op]
    if len(shown) > 1 and op is Op.EQUALS:
        verb = "is none of" if negated else "is one of"
    return f"{subject} {verb} {some(shown, 'or', MOST)}"


def sign_words(sign: str, left: str, right: str) -> str:
    """Two values and a sign of arithmetic between them."""
    return f"{left} {_SIGNS.get(sign, sign)} {right}"


_SIGNS = {"+": "plus", "-": "less", "*": "times", "/": "divided by", "%": "modulo"}

ORDER = {"<": Op.LESS, "<=": Op.AT_MOST, ">": Op.GREATER, ">=": Op.AT_LEAST}
"""Signs of an order."""


def length(seconds: float) -> str:
    """A length of time with its number: "1 hour", "90 minutes"."""
    shown = duration(seconds)
    return shown if shown[:1].isdigit() else f"1 {shown}"


def ordinal(number: int) -> str:
    """The place of something that is counted from 0: "first", "2nd", "last" for -1."""
    if number in (0, -1):
        return "first" if number == 0 else "last"
    if number < 0:
        return f"{-number}{_ending(-number)} from the end"
    return f"{number + 1}{_ending(number + 1)}"


def _ending(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def split_up(kept: Sequence[str], dropped: Sequence[str], what: str) -> Iterator[str]:
    """What is kept and what is left out by conditions in words."""
    if kept:
        yield f"Keeps {what} where {some(kept, 'and', 20, more='more conditions')}"
    if dropped:
        yield f"Leaves out {what} where {some(dropped, 'or', 20, more='more conditions')}"


def inside(prefix: str, sentences: Iterable[str]) -> Iterator[str]:
    """The sentences about a query in a query: "For the second side: looks at …"."""
    for sentence in sentences:
        begins = sentence[:1].lower() if not sentence[:2].isupper() else sentence[:1]
        yield f"{prefix}: {begins}{sentence[1:]}"


def finished(sentences: Iterable[str]) -> tuple[str, ...]:
    """Sentences with their full stops, none too long, and not too many."""
    found = [_ended(one) for one in sentences]
    if len(found) > SENTENCES:
        left = len(found) - SENTENCES + 1
        found = [*found[: SENTENCES - 1], f"… and {left:,} more steps."]
    return tuple(found)


def _ended(sentence: str) -> str:
    line = " ".join(sentence.split()).rstrip(".")
    return f"{line}." if len(line) < LONGEST else f"{line[: LONGEST - 2].rstrip()}…."
