r"""Terms: what `has` and its like look for, as regular expressions and back.

A term is a run of letters and digits (https://learn.microsoft.com/kusto/query/datatypes-string-operators,
"What is a term?"). `has "x"` holds where x stands in the text and neither a letter nor a digit stands right
before it, nor right behind; at an end of x that is itself no letter or digit nothing is asked for.
"""

from __future__ import annotations

import re

_BEFORE, _BEHIND = r"(?:^|[^\pL\pN])", r"(?:[^\pL\pN]|$)"
_SPECIAL = re.compile(r"[^A-Za-z0-9_\x80-\U0010ffff]")
_PLACES = {"has": (True, True), "hasprefix": (True, False), "hassuffix": (False, True)}
_ESCAPED = re.compile(r"\\x([0-9a-f]{2})|\\(.)|(.)", re.DOTALL)


def escaped(text: str) -> str:
    """A text as a regular expression that matches it alone."""
    return _SPECIAL.sub(lambda found: "\\x00" if found[0] == "\0" else "\\" + found[0], text)


def term_pattern(text: str, *, word: str = "has", cased: bool = False) -> str:
    """The regular expression, to be searched for, that holds where `has` does (or hasprefix, hassuffix)."""
    before, behind = _PLACES[word]
    start = _BEFORE if before and text[:1].isalnum() else ""
    end = _BEHIND if behind and text[-1:].isalnum() else ""
    return f"{'' if cased else '(?i)'}{start}{escaped(text)}{end}"


def term_of(pattern: str) -> tuple[str, str, bool] | None:
    """(text, word, cased) of a pattern that `term_pattern` gave; None for any other."""
    cased = not pattern.startswith("(?i)")
    inner = pattern.removeprefix("(?i)")
    before, behind = inner.startswith(_BEFORE), inner.endswith(_BEHIND)
    if not before and not behind:
        return None
    inner = inner.removeprefix(_BEFORE).removesuffix(_BEHIND)
    text = "".join(
        chr(int(code, 16)) if code else escaped_ or plain for code, escaped_, plain in _ESCAPED.findall(inner)
    )
    for word in _PLACES:
        if text and term_pattern(text, word=word, cased=cased) == pattern:
            return text, word, cased
    return None


def boundaries(text: str) -> tuple[bool, bool]:
    """Whether a term boundary is asked for before and behind a text."""
    return text[:1].isalnum(), text[-1:].isalnum()
