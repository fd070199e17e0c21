"""Which sentences of a long text ask for something, and which only explain."""

from __future__ import annotations

import re

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'])|\n+")
_DESCRIBES = re.compile(
    r"^\W*(?:this (?:rule|query|detection|analytic|search)\b.{0,20})?(?:detect|identif|look|alert|monitor|attempts to detect|catch|trigger|hunt|find|flag|search)",
    re.IGNORECASE,
)
_LONG = 200


def focus(text: str) -> list[tuple[int, int]]:
    """Places of the sentences that ask: all of a short text, else the first and those that say "detects"."""
    cuts = [match.span() for match in _SENTENCE.finditer(text)]
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(text)]
    found = [(s, e) for s, e in zip(starts, ends, strict=True) if text[s:e].strip()]
    if len(found) < 2 or (len(text) < _LONG and not any(_DESCRIBES.match(text[s:e]) for s, e in found)):
        return found or [(0, len(text))]
    asking = [
        one
        for at, one in enumerate(found)
        if _DESCRIBES.match(text[one[0] : one[1]]) or (at == 0 and not _DESCRIBES.match(text[found[1][0] :]))
    ]
    titled = _DESCRIBES.match(text[found[1][0] :]) and not _DESCRIBES.match(text[found[0][0] :])
    return sorted({*asking[:3], *(found[:1] if titled else ())}) or found[:1]
