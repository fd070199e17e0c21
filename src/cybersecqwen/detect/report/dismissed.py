"""Vulnerabilities that a report names only to say that they were not used, or that they affect nothing here.

"Our product is not affected by CVE-2021-44228" gives nobody a reason to patch. Where it is said of some
versions, of a time or a setting alone, or a sentence beside it says that something else is affected, the
vulnerability counts as before: a warning too many costs less than one too few.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .alternatives import any_of
from .surroundings import beside, sentence_around

if TYPE_CHECKING:
    from cybersecqwen.detect.text.matches import Match

LOOKED_AT = 12
"""Mentions of one vulnerability that are read; of one that is named more often a report says more than no."""
BEFORE = 200
"""Characters of the sentence that are read before a mention."""
AFTER = 160
"""Characters of the sentence that are read behind it."""
LONGEST_TITLE = 120
"""Characters of a line that may be a title."""
BESIDE = 300
"""Characters around the sentence in which another may say that something is affected."""

_NOT = r"(?:\b(?:not|never|neither|nor)|n't)(?! (?:only|just|merely|solely|simply|all|every|yet)\b)"
_CVE = r"CVE-[0-9]{4}-[0-9]{4,7}(?: \([^()]{1,40}\))?"
_NAME = r"(?-i:[A-Z][\w.-]{1,24})"
# What leads up to an identifier, "the critical Log4j vulnerability", and the earlier ones of a list
_LEAD_IN = any_of(
    "the,an?,any,either,both,of,by,for,in,to,as,called,known,tracked,critical,recent,so-called,exploits?"
    ",vulnerabilit(?:y|ies),flaws?,bugs?,issues?,weakness(?:es)?,remote,code,execution"
)
_LIST = rf"(?:{_CVE}(?:, (?:and |or |nor )?| (?:and|or|nor) )){{0,8}}"
_UP_TO = rf"(?:(?:{_LEAD_IN}|{_NAME}) ){{0,8}}{_LIST}[\"'(\[]?\Z"
_ADVERB = r"(?:\w{3,14}ly )?"
_FILLER = any_of("be,being,been,believed,known,considered,thought,appear,seem,to,directly,themselves,itself")
_QUALIFIED = rf"(?:(?:{_FILLER}|\w{{3,14}}ly) ){{0,5}}"
_AFFECTED = any_of("affected,impacted,vulnerable,exploitable,susceptible,exposed,subject,prone")
_WHO = (
    r"(?:\b"
    + any_of(
        "attackers?,intruders?,adversar(?:y|ies),hackers?,criminals,actors?,operators?,group,gang,they,attacks?"
        ",intrusions?,campaigns?,incidents?,breach,malware,ransomware,worm,implant,nobody"
    )
    + r"\b|(?-i:\b[A-Z][A-Z]+[0-9]+\b))"
)
_USE = any_of(
    "us(?:e|ed|ing),exploit(?:s|ed|ing)?,abus(?:e|ed|ing),leverag(?:e|ed|ing),try,tried,attempt(?:ed)?"
    ",target(?:ed)?,involve[sd]?"
)
_USE_OF = r"(?: (?:the |an? |any )?(?:exploitation|abuse|use) of)?"
_SIGN = r"no (?:\w+ )?(?:evidence|indications?|signs?|proof|traces?)"
_AFFECTS = re.compile(
    rf"(?:{_NOT} {_QUALIFIED}{_AFFECTED} (?:by|to)"
    rf"|\b(?:none of|no) (?:[\w-]+ ){{1,5}}(?:is|are|was|were) {_QUALIFIED}{_AFFECTED} (?:by|to)"
    rf"|\b(?:un(?:affected|impacted) by|(?:immune|invulnerable) (?:to|against))) {_UP_TO}",
    re.IGNORECASE,
)
_USED = re.compile(
    rf"(?:{_WHO}(?: [\w-]+){{0,3}}? (?:(?:did|do|does|have|has|had)(?: not|n't)|never) {_ADVERB}"
    rf"{_USE}(?: to {_USE})?"
    rf"|\b{_SIGN} (?:of|that) (?:[\w'-]+ ){{0,3}}?{_WHO}(?: \w+)? {_USE}"
    rf"|{_NOT} {_QUALIFIED}(?:related|linked|connected|due|attributable) to{_USE_OF}"
    rf"|\bunrelated to{_USE_OF}|\bnothing to do with{_USE_OF}"
    r"|(?<!not )(?<!cannot )(?<!n't )\b(?:rul(?:e|es|ed|ing) out|exclud(?:e|es|ed|ing))"
    rf"{_USE_OF}) {_UP_TO}",
    re.IGNORECASE,
)
_ITS = r"(?: \([^()]{1,60}\))?(?:,? (?:which|that))? "
_AFFECTS_NOTHING = re.compile(
    rf"{_ITS}(?:(?:do|does|did)(?: not|n't) {_ADVERB}(?:affect|impact|apply to|concern|pertain to)"
    r"(?! (?:all|every)\b)|(?:has|have|had) no (?:\w+ )?(?:impact|effect|bearing|relevance)"
    r"|(?:is|are) of no (?:concern|relevance)"
    rf"|(?:is|are|was|were)(?: not|n't) {_ADVERB}(?:applicable|relevant|present|reachable|exploitable)\b)"
    # a cell or a note behind it: "CVE-2021-44228 | Log4Shell | not affected"
    r"|(?: ?[|:;–—-] ?[^|:;.]{1,40}){0,2}? ?[|:;–—-]? ?(?:status:? )?"
    r"(?:not[ _](?:affected|vulnerable|impacted|applicable)|unaffected|known_not_affected)\b",
    re.IGNORECASE,
)
_NOT_USED = re.compile(
    rf"{_ITS}(?:(?:is|are|was|were|has|have)(?: not|n't| never) (?:been )?{_ADVERB}"
    r"(?:(?:used|exploited|abused|leveraged|involved)"
    r" (?:here\b|(?:in|during|for) (?:this|the|that|these|those|our)\b(?! wild)|by (?:the|these|those)\b"
    r"|against us\b)"
    r"|(?:part of|the (?:cause|vector|entry point|way in))\b)"
    r"|(?:plays|played) no (?:part|role)\b|(?:has|have|had) nothing to do with\b)",
    re.IGNORECASE,
)
# What makes it true of a part, a time or a setting alone
_IN_PART = re.compile(
    r"\b"
    + any_of(
        "versions?,releases?,builds?,v?[0-9]+\\.[0-9]+,patched,updated,upgraded,fixed,if,unless,once,until,when,where"
        ",while,only,some,most,those,longer,later,newer,earlier,older,default,configured,yet,so_far,currently,now"
        ",today,to_date,at_th(?:is|e)_(?:time|moment|point),but_(?:in|on|at|against|later|then)"
    )
    + r"\b",
    re.IGNORECASE,
)
# "…, our firewalls are": something else is; not "…, which is a flaw of Log4j" or "and no action is needed"
_CONTRAST = re.compile(
    r"\b(?:but|whereas|unlike|however|except)\b"
    r"|(?:[,;]|\band) (?!(?:and|which|that|this|it|they|no|none|neither)\b)(?:[\w'-]+ ){1,5}"
    r"(?:is|are|was|were)\b(?! not|n't)",
    re.IGNORECASE,
)
_REASON = re.compile(r"\b(?:since|because|as (?:it|they|we|none|no))\b", re.IGNORECASE)
_AFFIRMED = re.compile(
    r"\b(?:(?:is|are|was|were|remains?) (?:still |also |both |all |known to be )?"
    r"(?:affected|impacted|vulnerable|exploitable)"
    r"|affects|(?:actively|widely) exploited|exploited in the wild"
    r"|(?:must|should|please) (?:patch|update|upgrade))\b",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"\b(?:no|not|none|neither|nor|nothing)\b|n't\b", re.IGNORECASE)
_LOUD = re.compile(
    r"\b(?:exploit|attack|affect|vulnerable|abus|zero-day|0-day|patch|fix|upgrade|critical|urgent|warn|alert"
    r"|act now|use|hit)|\bin the wild\b|[|\t]",
    re.IGNORECASE,
)
_OTHER = re.compile(r"\bCVE-[0-9]", re.IGNORECASE)


def find(text: str, found: Iterable[Match]) -> dict[str, str]:
    """Vulnerabilities all of whose mentions are denials, with the words of the first one.

    Args:
        text: The whole text.
        found: Its matches; those of type cve are read.
    """
    mentions: dict[str, list[Match]] = {}
    for one in found:
        if one.type == "cve":
            mentions.setdefault(one.value, []).append(one)
    told = {}
    for value, some in mentions.items():
        if len(some) <= LOOKED_AT:
            words = [_denial(text, one.start, one.end) for one in some]
            silent = [one for one, said in zip(some, words, strict=True) if not said]
            if len(silent) < len(some) and all(_is_title(text, one.start, one.end) for one in silent):
                told[value] = next(filter(None, words))
    return told


def _denial(text: str, start: int, end: int) -> str:
    """The words by which the sentence of a mention says that it is of no concern; "" where it does not."""
    before, after = beside(text, start, end, BEFORE, AFTER)
    used = _USED.search(before) or _NOT_USED.match(after)
    said = used or _AFFECTS.search(before) or _AFFECTS_NOTHING.match(after)
    if said is None:
        return ""
    reason = _REASON.search(after)  # what comes behind it limits nothing: "since it does not use 2.x of it"
    if _IN_PART.search(before) or _IN_PART.search(after[: reason.start()] if reason else after):
        return ""
    if used is None and (_CONTRAST.search(after) or _affirmed(text, *sentence_around(text, start, end))):
        return ""
    return said.group().rpartition(") ")[2].strip(" |:;-(")


def _is_title(text: str, start: int, end: int) -> bool:
    """Whether the line of a mention only says what the text is about: "Acme on Log4Shell (CVE-…)"."""
    first = text.rfind("\n", max(0, start - LONGEST_TITLE), start) + 1
    last = text.find("\n", end, end + LONGEST_TITLE)
    line = text[first:last].strip()
    return (
        (first > 0 or start < LONGEST_TITLE)
        and last > 0
        and len(line) <= LONGEST_TITLE
        and not line.endswith((".", ":", ";", "!", "?", "|"))
        and _LOUD.search(line) is None
    )


def _affirmed(text: str, first: int, last: int) -> bool:
    """Whether a sentence beside one says that something is affected, and by no vulnerability of its own."""
    for low, high in ((max(0, first - BESIDE), first), (last, min(len(text), last + BESIDE))):
        for said in _AFFIRMED.finditer(text, low, high):
            start, end = sentence_around(text, said.start(), said.end())
            sentence = text[max(start, low) : min(end, high)]
            if not _NEGATED.search(sentence) and not _OTHER.search(sentence):
                return True
    return False
