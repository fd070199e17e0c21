"""Which sentences of a long text ask for something, and which only explain."""

from __future__ import annotations

import re

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'])|\n+")
_DESCRIBES = re.compile(
    r"^\W*(?:this (?:rule|query|detection|analytic|search)\b.{0,20})?(?:detect|identif|"
    r"look|alert|monitor|attempts to detect|catch|trigger|hunt|find|flag|search)",
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


_ASIDE = re.compile(
    r"\b(?:in order to|which (?:is|are|was|were|can|could|may|might|indicates?|has|have|"
    r"allows?|then)|that (?:is|are|can|could|may|might|allows?|enables?) |used (?:to|by|"
    r"for|in)|"
    r"(?:can|could|may|might|would) (?:be|indicate|allow|lead|help)|to (?:bypass|evade|"
    r"avoid|hide|gain|achieve|escalate|maintain|establish|dump|download|load|perform|"
    r"exfiltrate|steal|leverage|prevent|circumvent|spawn|inject)\b|"
    r"often|commonly|as (?:seen|described|reported|documented|used|part)|similar to|"
    r"a (?:tool|utility|program|binary|technique|method|vulnerability)|an? \w+ (?:tool|"
    r"utility)|such behav|this|leading to|resulting|based on)",
    re.IGNORECASE,
)


def asides(text: str) -> list[tuple[int, int]]:
    """Places of what is said by the way in the sentences that ask: what for, what it could mean."""
    asking = focus(text)
    if len(text) < _LONG and not any(_DESCRIBES.match(text[start:end]) for start, end in asking):
        return []
    found = []
    for start, end in asking:
        match = _ASIDE.search(text, start, end)
        if match:
            found.append((match.start(), end))
    return found
