"""Where URLs begin: schemes before a separator."""

from __future__ import annotations

import re

import numpy as np

from cybersecqwen.detect.text.urls import SCHEMES

from .folding import Offsets

_BEHIND = re.compile(rf"(?:{SCHEMES})\Z", re.IGNORECASE)
_LONGEST = 12
"""Characters of a scheme."""


# Those of nearly all URLs, told without a search: in none of them does another scheme begin earlier
_FREQUENT = {"http": 4, "hxxp": 4, "ttps": 5, "xxps": 5}


def scheme_starts(text: str, separators: Offsets) -> Offsets:
    """First characters of schemes.

    Args:
        text: The whole text.
        separators: Offsets of colons before a character that can belong to a separator, and of "__".
    """
    found = set()
    for close in separators.tolist():
        if text[close - 1] in "[({ ":  # no scheme ends in one of these
            limit = max(0, close - 4)
            while close > limit and text[close - 1] in "[({ ":
                close -= 1
        back = _FREQUENT.get(text[close - 4 : close]) if close > 4 else None
        if back and (back == 4 or text[close - 5] == "h"):
            found.add(close - back)
        else:
            scheme = _BEHIND.search(text, max(0, close - _LONGEST), close)
            if scheme:
                found.add(scheme.start())
    return np.array(sorted(found), dtype=np.intp)
