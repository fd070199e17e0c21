"""Where URLs begin: schemes before a separator."""

from __future__ import annotations

import re

import numpy as np

from cybersecqwen.detect.text.urls import SCHEMES

from .folding import Offsets

_BEHIND = re.compile(rf"(?:{SCHEMES})\Z", re.IGNORECASE)
_LONGEST = 8
"""Characters of a scheme."""


def scheme_starts(text: str, separators: Offsets) -> Offsets:
    """First characters of schemes.

    Args:
        text: The whole text.
        separators: Offsets of colons before a character that can belong to a separator, and of "__".
    """
    found = set()
    for end in separators.tolist():
        stop = end
        while stop > 0 and text[stop - 1] in "[({ " and end - stop < 4:
            stop -= 1
        for close in {end, stop}:
            scheme = _BEHIND.search(text[max(0, close - _LONGEST) : close])
            if scheme:
                found.add(max(0, close - _LONGEST) + scheme.start())
    return np.array(sorted(found), dtype=np.intp)
