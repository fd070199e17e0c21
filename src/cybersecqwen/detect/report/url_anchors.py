"""Where URLs begin: schemes before a separator."""

from __future__ import annotations

import re

import numpy as np

from cybersecqwen.detect.text.urls import SCHEMES

from .folding import Offsets

_BEHIND = re.compile(rf"(?:{SCHEMES})\Z", re.IGNORECASE)
_LONGEST = 8
"""Characters of a scheme."""


def scheme_starts(text: str, colons: Offsets) -> Offsets:
    """First characters of schemes.

    Args:
        text: The whole text.
        colons: Offsets of colons before a character that can belong to a separator.
    """
    ends = colons.tolist()
    at = text.find("__")
    while at >= 0:
        if at and text[at - 1] in "pPsS":
            ends.append(at)
        at = text.find("__", at + 1)
    found = set()
    for end in ends:
        stop = end
        while stop > 0 and text[stop - 1] in "[({ " and end - stop < 4:
            stop -= 1
        for close in {end, stop}:
            scheme = _BEHIND.search(text[max(0, close - _LONGEST) : close])
            if scheme:
                found.add(max(0, close - _LONGEST) + scheme.start())
    return np.array(sorted(found), dtype=np.intp)
