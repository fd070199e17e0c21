"""Text of a report that gives orders to whoever reads it. Nothing follows it; the reader is told.

The patterns are narrow, because honest reports recommend things in every other sentence: they name orders
about reading, judging and reporting, not about defending.
"""

from __future__ import annotations

import re

from cybersecqwen.verify.claims import spaced

_THINGS = (
    r"(?:indicators?|iocs?|domains?|address(?:es)?|ips?|urls?|hash(?:es)?|files?|samples?|artefacts?|artifacts?"
    r"|findings?|alerts?|reports?|documents?|techniques?|results?|entries|items|hosts?|of them|these|this|it"
    r"|everything)"
)
_MILD = (
    r"(?:benign|safe|clean|legitimate|harmless|trusted|allowed|approved|whitelisted|informational|low|resolved"
    r"|closed|false positives?|not malicious|non malicious|tlp clear|tlp white|no threat)"
)
_READER = (
    r"(?:ai|llm|language models?|assistants?|chatbots?|analyst bot"
    r"|(?:automated|automatic) (?:analysts?|systems?|tools?|readers?))"
)
_SET = r"(?:tag|mark|classify|label|treat|rate|score|report|consider|list|record|set|declare)"
_ORDERS = re.compile(
    r"\b(?:"
    r"(?:ignore|disregard|forget|override|bypass) (?:\w+ ){0,3}?"
    r"(?:instructions?|prompts?|rules|guidelines|directions|checks|context|above|previous|training)"
    rf"|{_SET} (?:\w+ ){{0,6}}?{_THINGS} (?:\w+ ){{0,3}}?(?:as|to) (?:\w+ ){{0,2}}?{_MILD}"
    rf"|(?:do not|don t|never|stop) (?:extract|report|flag|list|include|analy[sz]e|output|return|tag) "
    rf"(?:\w+ ){{0,5}}?{_THINGS}"
    rf"|(?:you are|act as|pretend to be|behave as) (?:now )?(?:an? |the )?(?:\w+ ){{0,2}}?{_READER}"
    rf"|(?:note|attention|message|instructions?|important) (?:to|for) (?:the |any |all )?(?:\w+ )?{_READER}"
    r"|system prompt|new instructions?"
    r"|end of (?:the )?(?:report|document|instructions)(?= (?:system|user|assistant))"
    r"|respond only with|reply only with|output only|answer only with"
    r")\b"
)


def gives_orders(text: str) -> bool:
    """Whether a sentence tells its reader what to judge or to report."""
    return _ORDERS.search(spaced(text)) is not None
