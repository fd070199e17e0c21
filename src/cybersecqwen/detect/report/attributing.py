"""What the sentence of a name says of it: the activity is its, is not its, or it is only spoken of.

At most `BEFORE` characters of the sentence before a name are read and `AFTER` behind it, so that the cost of
one mention is bounded whatever the text.
"""

from __future__ import annotations

import re
from enum import Enum

from .alternatives import any_of
from .interface import NameFound
from .surroundings import beside, lead

BEFORE = 200
"""Characters of the sentence that are read before a name."""
AFTER = 120
"""Characters of the sentence that are read behind a name."""


class Bearing(Enum):
    """What a sentence says of a name that stands in it."""

    ATTRIBUTED = "attributed"
    """The activity is its."""
    TAKEN_BACK = "taken back"
    """It was held to be its, before or by mistake."""
    DENIED = "denied"
    """It is not its, or there is no basis to say so."""
    ASIDE = "aside"
    """It is compared with, left open, or what a talk or a training is about."""
    PLAIN = "plain"
    """Nothing of these."""


# What leads up to a name, "the Russian group", "threat actors known as", and the earlier names of a list
_LEAD_IN = any_of(
    "the,an?,any,of,by,that,this,those,known,tracked,so-called,infamous,notorious,russian,chinese,iranian,north"
    ",korean,state-sponsored,state-backed,espionage,threat,hacking,cybercrime,ransomware,apt,groups?,actors?"
    ",gangs?,collective,team,crew,operators?,hackers?,members,campaigns?,operations?,activity,activities"
    ",attacks?,intrusions?,incidents?,called,named,dubbed,as,either,both"
)
_WORDS = rf"(?:{_LEAD_IN} ){{0,6}}"
_NAME = r"(?-i:[A-Z][\w.-]{1,20}(?: [A-Z][\w.-]{1,20})?)(?: \([^()]{1,40}\))?"
_LIST = rf"(?:(?:{_NAME}, ){{0,4}}{_NAME},? (?:and|or|nor) (?:to |with |by |of )?{_WORDS})?"
_UP_TO = rf"{_WORDS}{_LIST}[\"'(]?\Z"

# "not only", "no doubt" and the like deny nothing
_NOT = (
    r"(?:\b(?:not|never|no longer|neither|nor|cannot|hardly)|n't)"
    r"(?!,? (?:only|just|merely|solely|simply|alone|until|surprising|unlikely|to mention))"
)
_SIGN = r"no (?:\w+ )?(?:evidence|indications?|signs?|traces?|proof|hints?)"
_NO_BASIS = (
    r"\b(?:no (?:\w+ )?(?:evidence|basis|reason|grounds?|proof|data|way)"
    r"|(?:not enough|insufficient|too little|lack of|without) (?:\w+ )?(?:evidence|data|information|proof)"
    r"|too early|premature|impossible|unable|unwilling|reluctant"
    r"|refus(?:e|es|ed|ing)|declin(?:e|es|ed|ing)|hesitat(?:e|es|ed|ing)|fail(?:s|ed)?)\b"
)
# What may stand between a "not" and what it denies; another verb or "and" ends its reach
_FILLER = any_of(
    "an?,the,this,that,these,those,it,they,we,you,one,be,been,being,is,are,was,were,has,have,had,do,does,did,can"
    ",could,would,to,yet,now,currently,able,possible,want,wish,in_any_way,so_far,to_date,directly"
    ",at_(?:this|the|that)_(?:time|moment|point|stage),with_(?:\\w+ )?(?:confidence|certainty)"
    ",believed,thought,considered,found,said,known,shown,seem,appear,seen,believe,think,suspect,assess,conclude"
    ",say,claim,attacks?,campaigns?,incidents?,intrusions?,operations?,activity,activities,breach,compromise"
    ",malware,which"
)
_REACH = rf"(?:(?:{_FILLER}|\w{{3,14}}ly),? ){{0,9}}"
_ATTRIBUTES = (
    r"(?:(?:we |is |are |was |were |be |been |can be |confidently )?attribut(?:ed|e|es|ing)\b"
    r"(?:(?!attribut).){0,80}?\bto|operated by"
    r"|(?:conducted|carried out|orchestrated|perpetrated|launched|developed|run) by"
    r"|(?:the )?work of|activity of)"
)
_ATTRIBUTED = re.compile(rf"\b{_ATTRIBUTES} (?:the |a |an |an? \w+ )?[\"']?\Z", re.IGNORECASE)
_NOT_ATTRIBUTED = re.compile(rf"(?:{_NOT}|{_NO_BASIS}),? {_REACH}{_ATTRIBUTES} {_UP_TO}", re.IGNORECASE)
_PUBLISHED = re.compile(
    r"[\"']?(?: \w+)? in (?:a|an|our|the) (?:\w+ ){0,2}"
    r"(?:blog|post|blog ?post|report|article|paper|publication)\b"
)
_TAKEN_BACK = re.compile(
    r"\b(?:(?P<once>originally|initially|at first)|wrongly|mistakenly|erroneously|incorrectly|falsely)"
    r" (?:been )?(?:linked|attributed|ascribed|connected|tied|credited) (?:\w+ )?to (?:the )?[\"']?\Z",
    re.IGNORECASE,
)

_TIES = any_of(
    "links?,ties?,connections?,relations?,relationships?,overlaps?,associations?,affiliations?,involvement"
    ",attributions?,participation,presence"
)
_BETWEEN = r"between (?:[\w'-]+ ){1,5}and"
_LINKED = any_of(
    "related,linked,connected,tied,associated,affiliated,attributable,relate,link,tie,connect,associate,ascribe"
    ",ascribed,belong(?:s|ing)?,points?,pointing,leads?"
)
_UNTIED = (
    # "unrelated to", "is not linked to", "do not tie this activity to"
    r"\bun(?:related|connected|affiliated|linked|tied) (?:to|with)",
    rf"{_NOT},? {_REACH}{_LINKED}(?: \w+){{0,3}}? (?:back )?(?:to|with)",
    # "no link to", "no signs of", "no evidence of ties with", "nothing that points to"
    rf"\bno (?:\w+ ){{0,2}}{_TIES} (?:to|with|of|by|from|{_BETWEEN})",
    rf"\b{_SIGN} (?:of|for)(?: (?:(?:an?|any|the|direct) )?{_TIES} (?:to|with|of|by|from|{_BETWEEN}))?",
    rf"\b(?:{_SIGN}|nothing) (?:(?:that|which|to) )?(?:(?:link|connect|point)(?:s|ed|ing)?"
    r"|(?:tie|associate|relate)[sd]?|tying|associating|relating)(?: [\w'-]+){0,5}? (?:to|with)",
    # "is not the work of", "was not APT28", "by Turla rather than"
    rf"{_NOT} (?:the (?:work|doing|handiwork|activity) of|by|from)",
    r"(?:\b(?:is|was|are|were|been) (?:not|neither)|\b(?:is|was)n't|,(?: and| but)? not|\bbut not)",
    r"\b(?:speak|argue)s? (?:\w+ )?against",
    r"\b(?:rather than|instead of)(?: by| to| from| with)?",
)
_DENIED = re.compile(rf"(?:{'|'.join(_UNTIED)}) {_UP_TO}", re.IGNORECASE)
_RULED_OUT = re.compile(
    r"(?P<open>(?:\b(?:not|cannot|never|hard to|difficult to|impossible to|without)|n't) (?:\w+ ){0,2})?"
    r"\b(?:rul(?:e|es|ed|ing) out|(?:exclud|refut|exonerat)(?:e|es|ed|ing)|discount(?:s|ed|ing)?) "
    rf"(?:(?:the |an? )?(?:\w+ )?(?:{_TIES}|roles?|hypothesis|theory|possibility|idea|claims?)"
    rf" (?:of|by|to|with|that) )?(?:that )?(?:(?:it|this) (?:is|was) )?{_UP_TO}",
    re.IGNORECASE,
)
# A name with what belongs to it: "APT28 (Fancy Bear), also known as Sofacy,"
_ITSELF = (
    r"[\"')]{0,2}(?:'s?)?(?: \([^()]{1,60}\))?(?:, [^,.;]{1,60},)?"
    r"(?: (?:group|gang|actors?|hackers?|operators?|itself|involvement|participation))?"
    r"(?:,? (?:which|who|that))?"
)
_CULPRIT = any_of("actor,group,culprit,perpetrator,attacker,author,source,one")
_BEHIND = (
    rf"(?:behind|responsible|involved|implicated|to blame|the (?:\w+ )?{_CULPRIT}s?|connected|linked|tied"
    r"|associated|related|part of (?:this|the|that|it))\b"
)
_DID = (
    r"(?:(?:conduct|carry out|launch|orchestrate|perpetrate|commit) (?:it|(?:this|the|that|these|those)"
    r" (?:\w+ )?(?:attacks?|campaigns?|operations?|intrusions?|breach|incidents?|activity))"
    r"|take part|participate)\b"
)
_NOT_ITS = re.compile(
    rf"{_ITSELF} (?:(?:is|are|was|were|be)(?:n't| not| never) {_REACH}{_BEHIND}"
    rf"|(?:do|does|did)(?:n't| not) (?:(?:seem|appear) {_REACH}{_BEHIND}|{_DID})"
    r"|(?:has|have|had|played|plays|took) (?:nothing to do with"
    rf"|no (?:\w+ )?(?:part|role|hand|{_TIES})\b)"
    r"|(?:can be|could be|is|was|are|were|has been|have been|had been)(?: \w+ly)? (?:ruled out|excluded"
    r"|dismissed|exonerated|unrelated|unconnected)\b"
    rf"|(?:is|are|was|were)(?: \w+)? unlikely to {_REACH}{_BEHIND})",
    re.IGNORECASE,
)
_LEFT_OPEN = re.compile(
    rf"{_ITSELF} (?:can|could)(?:not| not|n't|'t) (?:\w+ )?be (?:\w+ )?(?:ruled out|excluded|dismissed)\b",
    re.IGNORECASE,
)
# Two halves of one denial: "no evidence that … was involved", "neither … nor Turla is behind"
_HALF = re.compile(
    rf"(?:\b(?:{_SIGN}|no reason to (?:believe|think|assume))"
    rf"|{_NOT} (?:\w+ly )?(?:believe|think|suspect|assess|see|find|mean|suggest|say|claim)"
    rf"|{_NOT} have (?:\w+ )?evidence|(?<!no )(?<!little )(?<!without )\bdoubt(?:s|ed|ful)?"
    rf"|(?<!not )\bunlikely|\bdisproves?|\bdisput(?:e|es|ed)"
    rf"|\b(?:unclear|unknown|uncertain|not known|not clear|no way to tell))"
    rf" (?:that |if |whether )?{_UP_TO}|\bneither {_UP_TO}",
    re.IGNORECASE,
)
_OTHER_HALF = re.compile(
    rf"{_ITSELF}(?: (?:n?or|and) {_WORDS}{_NAME})?"
    r" (?:(?:is|are|was|were|be|has been|have been|had been|may be|might be|could be) )?"
    rf"{_REACH}(?:{_BEHIND}|(?:conducted|carried out|launched|orchestrated|perpetrated|did|took part)\b)",
    re.IGNORECASE,
)
# "It is not APT28's first attack" says that it is APT28's
_ONE_OF_MORE = re.compile(
    r"-\w|'s? (?:only|first|second|last|latest|usual|typical|main)\b| (?:alone|only|itself)\b", re.IGNORECASE
)
# "An attribution to APT28 could not be confirmed"
_TIED = re.compile(rf"\b{_TIES} (?:to|with) {_UP_TO}", re.IGNORECASE)
_UNCONFIRMED = re.compile(
    r"[\"')]{0,2} (?:(?:could|can|has|was|is)(?:n't| not|not) (?:yet )?(?:be |been )?"
    r"(?:confirmed|supported|verified|justified|proven|possible)"
    r"|(?:is|was|proved|turned out)(?: to be)?"
    r" (?:wrong|false|mistaken|incorrect|premature|unfounded|refuted|withdrawn))\b",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"\b(?:similar(?:ly)? to|similarit(?:y|ies) (?:to|with)|unlike|compar(?:ed|able) (?:to|with)"
    r"|reminiscent of|in contrast to|resembl(?:es|ing|ed)|overlaps? with|as seen (?:in|with)|like|just like"
    r"|other (?:groups|actors|families|malware|botnets|ransomware)\b.{0,30}"
    r"|other than|apart from|(?:distinct|different|separate|differs?|differed) from"
    r"|(?:previously|formerly|historically) (?:used|seen|associated)\b.{0,40}"
    r"|(?:like|as|e\.g\.,?) in (?:the|a|an|its|their|our|that) (?:\w+ ){0,3}"
    r"(?:alerts?|advisor(?:y|ies)|reports?|cases?|attacks?|incidents?|campaigns?|warnings?) (?:\w+ )?"
    r"(?:regarding|about|on|of|by|concerning|from|involving)"
    r"|(?:cop(?:y|ies|ied|ying)|mimic(?:s|ked|king|ry)?|imitat\w+|impersonat\w+|emulat\w+)(?: of)?"
    r"|not (?:to be confused with|related to)|competitors?\b.{0,20}|rivals?\b.{0,20}) ?"
    r"(?:the |that of )?[\"']?\Z",
    re.IGNORECASE,
)
# What is told of a group where nobody was attacked: lessons, talks, books
_LESSON = any_of(
    "talks?,lectures?,keynotes?,webinars?,workshops?,trainings?,courses?,lessons?,classes,podcasts?,books?,novels?"
    ",films?,documentar(?:y|ies),exhibitions?,quiz,panels?,curriculum,museum,exercises?"
)
_TELLS = any_of(
    "about,on,covers?,covered,covering,discuss(?:es|ed|ing)?,deals?_with,dealing_with,dealt_with"
    ",explain(?:s|ed|ing)?,tells?,told,telling,features?,featuring,modelled_on,modeled_on,based_on"
)
_TAUGHT = re.compile(
    rf"\b{_LESSON} (?:[\w'-]+ ){{0,3}}?{_TELLS} (?:(?:of |the |an? ){{0,2}}(?:\w+ )?"
    r"(?:history|story|rise|past|tools|methods|tactics|tradecraft|ways) of )?(?:the )?[\"']?\Z",
    re.IGNORECASE,
)


def bearing(text: str, one: NameFound) -> tuple[Bearing, str]:
    """What the sentence of a name says of it, and the words that say so ("" for `Bearing.PLAIN`)."""
    before, after = beside(text, one.start, one.end, BEFORE, AFTER)
    taken_back = _TAKEN_BACK.search(before)
    if taken_back is not None and (not taken_back["once"] or one.start < lead(text)):
        return Bearing.TAKEN_BACK, taken_back.group()
    out = _RULED_OUT.search(before)
    left_open = _LEFT_OPEN.match(after) or (out if out is not None and out["open"] else None)
    if left_open is not None:
        return Bearing.ASIDE, left_open.group()
    denied = out or _denial(before, after)
    if denied is not None:
        return Bearing.DENIED, denied.group()
    said = _ATTRIBUTED.search(before)
    if said is not None and not _PUBLISHED.match(after):
        return Bearing.ATTRIBUTED, said.group()
    told = _COMPARED.search(before[-100:]) or _TAUGHT.search(before)
    return (Bearing.ASIDE, told.group()) if told is not None else (Bearing.PLAIN, "")


def _denial(before: str, after: str) -> re.Match[str] | None:
    """The words that deny that the activity is that of the name between two stretches of its sentence."""
    behind = _NOT_ITS.match(after)
    if behind is not None:
        return behind
    if _OTHER_HALF.match(after) and (half := _HALF.search(before)) is not None:
        return half
    if _UNCONFIRMED.match(after) and (tied := _TIED.search(before)) is not None:
        return tied
    if _ONE_OF_MORE.match(after):
        return None
    return _NOT_ATTRIBUTED.search(before) or _DENIED.search(before)
