"""Constant expressions: strings that are written so that no search finds them.

    ('{1}{0}' -f 'ex','i')  →  'iex'        $env:ComSpec[4,24,25]-join''  →  'iex'
    [char]73+[char]69       →  'IE'         "a" & Chr(98)                 →  'ab'

Here stands the decision whether a text is worth a parse; `folding` does it.
"""

from __future__ import annotations

import re

from .folding import fold
from .interface import Cleaned, View

LONGEST = 1 << 17
"""Characters of a text that is folded; fields are bounded to half of that."""

_CONVERSIONS = (
    "[char",
    "chr(",
    "chrw(",
    "fromcharcode",
    "revers",
    "righttoleft",
    "unescape(",
    "[-1..",
    "'][",
)
_INDEXED = ("$pshome[", "$shellid[", "$env:comspec[", "$env:public[", "preference.tostring()[")
# What ordinary scripts hardly have: an operator between literals, a method of a literal, a variable
# that is run. A full parse costs about 2 µs a character, these searches a fiftieth of it; each is only
# made where the words before it stand in the text.
_WORTH: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = (
    (
        ("+", "&", "-f ", "-f'", '-f"', "-f("),
        re.compile(r"['\"]\)*+\s*+(?:\+|-f|&)\s*+\(*+\\?['\"]", re.IGNORECASE),
    ),
    (
        ("replace", "split", "substr", "tochar", "concat", "charat", "join"),
        re.compile(
            r"['\"]\)*+\s*+(?:\.\s*+['\"]?(?:replace|split|substr|tochar|concat|charat|join)"
            r"|-[ci]?(?:replace|split|join))"
            r"|(?:-join|::join\(|::concat\()\s*+\(*+['\"\[]",
            re.IGNORECASE,
        ),
    ),
    (("::format",), re.compile(r"::format\(\s*+\(*+['\"]", re.IGNORECASE)),
    (
        ("$", "eval", "execute"),
        re.compile(
            r"[&.]\s*+\(\s*+\$|(?:iex|expression|string|eval|execute)[\s(]++\$?\w++\s*+(?:\+|[);]|\Z)"
            r"|-e\w{0,13}\s++\(?\$|\$\w++\s*+\+\s*+\$",
            re.IGNORECASE,
        ),
    ),
)


def clean(view: View) -> Cleaned | None:
    """Replace constant expressions by their value; see `interface.Cleaner`."""
    if len(view.text) > LONGEST or not _worth_it(view):
        return None
    text, names = fold(view.text, view.room)
    return Cleaned(text=text, how=", ".join(names)) if names and text != view.text else None


def _worth_it(view: View) -> bool:
    low = view.low
    if "$" in low and any(trigger in low for trigger in _INDEXED):
        return True
    if "'" not in low and '"' not in low:
        return any(word in low for word in _CONVERSIONS)
    if any(word in low for word in _CONVERSIONS):
        return True
    return any(pattern.search(view.text) for words, pattern in _WORTH if any(word in low for word in words))
