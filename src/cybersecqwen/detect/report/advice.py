"""Sentences of a report about what defenders should do: they name techniques that nobody carried out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cybersecqwen.specialists.sentences import Span

_SHOULD = re.compile(
    r"\b(?:organi[sz]ations?|users?|administrators?|admins|defenders|customers|enterprises|companies"
    r"|businesses|agencies|employees|teams|readers|victims|you|we) (?:should|must|need to|ought to"
    r"|can protect|are (?:advised|encouraged|urged|recommended))\b"
    r"|\bwe (?:strongly |highly )?(?:recommend|advise|suggest|encourage|urge)\b"
    r"|\b(?:it is|are) (?:strongly |highly )?(?:recommended|advised)\b"
    r"|\brecommend(?:s|ed)? (?:that|the following)\b"
    r"|\bbest practices?\b|\bshould be (?:enabled|disabled|blocked|restricted|monitored|applied|implemented"
    r"|reviewed|updated|patched|limited|audited)\b"
    r"|\b(?:mitigat(?:e|es|ed|ing)|remediat(?:e|es|ed|ing)) (?:this|these|the|against)\b",
    re.IGNORECASE,
)
_BID = re.compile(
    r"\W{0,6}(?:(?:Regularly|Always|Never|Also|Please|Carefully|Where possible,) )?"
    r"(?:Apply|Audit|Avoid|Back up|Block|Change|Check|Configure|Consider|Deploy|Disable|Do not|Don['’]t"
    r"|Educate|Employ|Enable|Enforce|Ensure|Establish|Exercise|Harden|Identify|Implement|Inspect|Install|Isolate|Keep"
    r"|Limit|Maintain|Make sure|Monitor|Patch|Prevent|Prioriti[sz]e|Protect|Require|Restrict|Review|Scan"
    r"|Search for|Segment|Set|Train|Turn on|Update|Use|Validate|Verify|Look for|Hunt for|Investigate)\b",
)


def is_advice(sentence: str) -> bool:
    """Whether a sentence tells defenders what to do: it bids ("Enable …") or recommends."""
    return _BID.match(sentence) is not None or _SHOULD.search(sentence[:600]) is not None


def without_advice(text: str, spans: Sequence[Span]) -> str:
    """The text with blanks where it gives advice; every other character keeps its place."""
    pieces: list[str] = []
    at = 0
    for start, end in spans:
        if is_advice(text[start:end]):
            pieces += (text[at:start], " " * (end - start - 1), ".")
            at = end
    return "".join([*pieces, text[at:]])
