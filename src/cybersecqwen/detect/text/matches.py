"""What an extractor yields, and the order in which they claim text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(unsafe_hash=True, kw_only=True, slots=True)
class Match:
    """An indicator in a text, with exact offsets.

    Nobody changes one. It is not frozen all the same, for then its constructor would
    take twice as long.
    """

    type: str
    """As in `records.Indicator.type`."""
    value: str
    """Normalised: refanged, lower case where case does not matter."""
    start: int
    """Offset of its first character."""
    end: int
    """Offset after its last character."""
    note: str = ""
    """Why it is set apart; empty for one worth searching for."""
    claims: bool = True
    """Whether later extractors leave this stretch alone."""
    port: int = 0
    """Port that is written with an address or host name; 0 where none."""


Extractor = Callable[[str, str], Iterator[Match]]
"""(text, text.lower()) → matches from left to right. Never raises, linear in the text."""


def words(text: str) -> frozenset[str]:
    """The blank-separated words of a table."""
    return frozenset(text.split())


_BRACKETED = r" ?\.?[\[({<] ?(?:\.|[dD][oO][tT]) ?[\])}>] ?"
DOT = rf"(?:\.|{_BRACKETED}|\[\.|\.\]|\\\.)"
"""A dot as reports write it. From: the forms in use in public reports; there is no standard."""
AT = r"(?:@| ?[\[({<] ?(?:@|[aA][tT]) ?[\])}>] ?)"
"""An at sign as reports write it."""

_DEFANGED_DOT = re.compile(rf"{_BRACKETED}| dot |\[\.|\.\]|\\\.", re.IGNORECASE)
_DEFANGED_AT = re.compile(r" ?[\[({<] ?(?:at|@) ?[\])}>] ?", re.IGNORECASE)
_DEFANGED_MARK = re.compile(r"[\[({](:|/|://|//)[\])}]")
_SPECIAL = re.compile(r"[\[\](){}<> \\]|[^\x00-\x7f]")
"""A character that another form of disarming may hold, or one that ignoring case may take for a letter."""


def over(pattern: re.Pattern[str], text: str, starts: Iterable[int] | None) -> Iterator[re.Match[str]]:
    """The matches of a pattern from left to right, none inside another.

    Args:
        pattern: What is searched for.
        text: The whole text; look-behinds see it.
        starts: Ascending offsets at which alone a match may begin; None for all of them. A search over all
            offsets that a match can begin at finds the same as one without.
    """
    if starts is None:
        yield from pattern.finditer(text)
        return
    reached = 0
    at = pattern.match
    for start in starts:
        if start >= reached:
            match = at(text, start)
            if match is not None:
                reached = match.end()
                yield match


def is_defanged(low: str) -> bool:
    """Whether a text may hold a defanged form: the slower patterns are only needed then."""
    return (
        "[" in low
        or "hxx" in low
        or "dot" in low
        or ".)" in low
        or ". )" in low
        or ".}" in low
        or ".>" in low
        or "\\." in low
        or "@)" in low
        or "at)" in low
        or "at}" in low
        or "at>" in low
        or "]" in low
    )


def refanged(raw: str) -> str:
    """What is written as it really is: dots, at signs, colons and slashes without brackets."""
    if raw.isascii() and not (
        "[" in raw or "(" in raw or "{" in raw or "\\" in raw or "]" in raw or " " in raw or "<" in raw
    ):
        return raw
    if "[.]" in raw:  # the form of most; the patterns are for all others
        text = raw.replace("[.]", ".").replace("[@]", "@").replace("[at]", "@").replace("[:]", ":")
        if not (_SPECIAL.search(text) or ".." in text):
            return text
    text = _DEFANGED_DOT.sub(".", raw)
    text = _DEFANGED_AT.sub("@", text)
    return _DEFANGED_MARK.sub(r"\1", text)
