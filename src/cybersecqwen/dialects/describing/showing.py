"""Names, values and lists of them in words: on one line, without what cannot be seen, cut where long."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from cybersecqwen.dialects.wording import MOST, duration, joined

TOLD, BY, WIDE = 230, 120, 280
"""Characters of what is told of groups, of what makes the groups, and of other lists in a sentence."""
_VALUE = 80
"""Characters of a value or a name."""

_INVISIBLE = frozenset(("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"))
_PLAIN = re.compile(r"[^\s“”,;]+")
_NAME = re.compile(r"[\w@$<>*#:.\-/\[\]{}]+")


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
    return shown if _PLAIN.fullmatch(shown) and any(c.isalnum() for c in shown) else _quoted(shown)


def _quoted(text: str) -> str:
    return f"“{text.replace('“', '').replace('”', '')}”"


def names(texts: Iterable[str], word: str = "and", most: int = 12) -> str:
    """Several names: "a, b and c", "a, b and 3 more"."""
    every = list(texts)
    return some([name(text) for text in every[:most]], word, most, total=len(every))


def values(texts: Iterable[str], word: str = "or") -> str:
    """Several values: "a, b or c", "a, b or 7 more"."""
    every = list(texts)
    return some([value(text) for text in every[:MOST]], word, MOST, total=len(every))


def some(
    parts: Sequence[str],
    word: str,
    most: int = 12,
    wide: int = WIDE,
    more: str = "more",
    total: int = 0,
) -> str:
    """The first of several, as many as have room, and how many more there are of `total`."""
    kept: list[str] = []
    room = wide
    for part in parts[:most]:
        room -= len(part) + 2
        if kept and room < 0:
            break
        kept.append(part)
    left = max(total, len(parts)) - len(kept)
    if left:
        kept.append(f"{left:,} {more if left > 1 else more.removesuffix('s')}")
    if len(kept) > 1 and any(", " in part for part in kept):
        return f"{'; '.join(kept[:-1])}; {word} {kept[-1]}"
    if len(kept) > 1 and any(f" {word} " in part for part in kept):
        return f"{', '.join(kept[:-1])}, {word} {kept[-1]}"
    return joined(kept, word)


def sign_words(sign: str, left: str, right: str) -> str:
    """Two values and a sign of arithmetic between them."""
    return f"{left} {_SIGNS.get(sign, sign)} {right}"


_SIGNS = {"+": "plus", "-": "less", "*": "times", "/": "divided by", "%": "modulo"}


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
