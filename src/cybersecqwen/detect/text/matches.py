"""What an extractor yields, and the order in which they claim text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """An indicator in a text, with exact offsets."""

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


DOT = r"(?:\.|\[\.\]?|\(\.\)|\{\.\}|\.\]|\s?\[dot\]\s?|\s?\(dot\)\s?|\s?\{dot\}\s?|\\\.)"
"""A dot as reports write it. From: the forms in use in public reports; there is no standard."""
AT = r"(?:@|\[@\]|\(@\)|\s?\[at\]\s?|\s?\(at\)\s?)"
"""An at sign as reports write it."""

_DEFANGED_DOT = re.compile(r"\s?[\[({]\s?(?:dot|\.)\s?[\])}]\s?|\[\.|\.\]|\\\.", re.IGNORECASE)
_DEFANGED_AT = re.compile(r"\s?[\[(]\s?(?:at|@)\s?[\])]\s?", re.IGNORECASE)
_DEFANGED_COLON = re.compile(r"\[:\]|\[:|:\]|\[/\]|\[://\]")
_SCHEME = re.compile(r"h(?:xx|tt|XX|\*\*)p(s?)(?=[:\[_])|f(?:x|t)p(?=[:\[])", re.IGNORECASE)


def is_defanged(low: str) -> bool:
    """Whether a text holds any defanged form: the slower patterns are only needed then."""
    return (
        "[" in low
        or "hxx" in low
        or "dot" in low
        or "(.)" in low
        or "{.}" in low
        or "\\." in low
        or "(@)" in low
    )


def refanged(raw: str) -> str:
    """The indicator as it really is."""
    text = _DEFANGED_DOT.sub(".", raw)
    text = _DEFANGED_AT.sub("@", text) if "@" not in text else text.replace("[@]", "@").replace("(@)", "@")
    text = text.replace("[://]", "://").replace("[:]", ":").replace("[/]", "/").replace("[:", ":")
    text = _SCHEME.sub(lambda m: "http" + m[1].lower() if m[1] is not None else "ftp", text, count=1)
    return re.sub(r"\A(https?|ftp)(?:\[?:\]?//|:?__|:\\\\)", r"\1://", text)
