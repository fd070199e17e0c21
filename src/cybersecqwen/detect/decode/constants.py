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
# An operator between literals, or a variable that is run: what ordinary scripts hardly have. A full
# parse costs about 2 µs a character, this search a fiftieth of it.
_WORTH = re.compile(
    r"['\"]\)*+\s*+(?:\+|-f|&)\s*+\(*+\\?['\"]"
    r"|['\"]\)*+\s*+(?:\.\s*+['\"]?(?:replace|split|substr|tochar|concat|charat|join)|-[ci]?(?:replace|split|join))"
    r"|(?:-join|::join\(|::concat\(|::format\()\s*+\(*+['\"\[]"
    r"|[&.]\s*+\(\s*+\$|(?:iex|expression|string|eval|execute)[\s(]++\$?\w++\s*+(?:\+|[);]|\Z)|-e\w{0,13}\s++\(?\$"
    r"|\$\w++\s*+\+\s*+\$",
    re.IGNORECASE,
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
    return any(word in low for word in _CONVERSIONS) or _WORTH.search(view.text) is not None
