"""Whom and what a report says the activity concerns: sectors, countries, regions, platforms.

A place counts as high where its sentence states the targeting ("targeted government agencies in Ukraine",
"victims in the energy sector") and as low for a bare mention. Countries that the actor comes from are not
targets; `origins` has them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from cybersecqwen.records.intel import Place, Target, Tier
from cybersecqwen.specialists.sentences import sentences

from .gazetteer import Hit, ambiguous, hits, lower, skipped
from .interface import LONGEST_CONTEXT, Passage

MOST_PLACES = 50
"""Places of one target that are kept."""
MOST_SENTENCES = 100_000
"""Sentences of one text that are read."""
_FAR = 300  # characters between the words that state the targeting and what is targeted

_ORGANISATIONS = (
    r"(?:organi[sz]ations?|entit(?:y|ies)|compan(?:y|ies)|individuals|users|customers|institutions?|agenc(?:y|ies)"
    r"|firms|businesses|people|targets|victims|banks|governments?|computers|systems|devices|machines|servers"
    r"|sectors?|industr(?:y|ies)|networks)"
)
# Each of these, followed by nothing but nouns, names whom the activity concerns
_STATES = re.compile(
    r"\b(?:target(?:s|ed|ing)?(?! (?:file|folder|directory|process|path))|attack(?:s|ed|ing)?(?: \w+)? (?:on|against|in|at)"
    r"|attack(?:ed|ing)|against|victims?|victimology|victimi[sz](?:e|es|ed|ing)|aimed (?:at|against)|focus(?:ed|es|ing)?"
    r" (?:\w+ )?on|compromis(?:e[sd]?|ing)(?: of)?|infect(?:s|ed|ing|ions?)|breach(?:e[sd]|ing)?(?: of)?|hit(?:s|ting)?"
    r"|affect(?:s|ed|ing)?|impact(?:s|ed|ing)?|intrusions? (?:at|into|in|of)|directed (?:at|against|toward)"
    r"|campaigns? (?:against|in|on|across)|espionage (?:on|in)|spy(?:ing)? on|interest in|prey(?:ed|ing|s)? on"
    r"|disrupt(?:s|ed|ing)?|spear-?phish(?:ed|ing)(?: emails)? (?:to|against)|went after|going after|goes after"
    r"|ransom(?:s|ed|ing)|operations (?:against|in|across))\b",
    re.IGNORECASE,
)
# "organizations in Ukraine" states it only in a sentence that is about an attack
_MEMBERS = re.compile(rf"\b{_ORGANISATIONS} (?:\w+ )?(?:in|across|throughout|within)\b", re.IGNORECASE)
_ATTACK = re.compile(
    r"\b(?:attack|target|victim|compromis|campaign|infect|phish|espionage|intrusion|breach)", re.IGNORECASE
)
_PASSIVE = re.compile(
    rf"(?:[ ,]+(?:{_ORGANISATIONS}|and|or|[A-Z][a-z]+|sector|in|the|that|which)){{0,5}} (?:was|were|are|is|has been|have been"
    r"|being|been) (?:\w+ly |also |then |the )?(?:targeted|targets?\b|attacked|hit|compromised|affected|impacted|breached"
    r"|infected|victimi[sz]ed|(?:main|primary) targets?)"
)
_BREAKS = re.compile(
    r";|\b(?:by|using|via|with|that|which|who|whose|after|while|because|since|through|but|other than|except|outside"
    r"|attributed|linked|used|uses|to|from|hosted|based on|similar|like|when|if|then|located on|leverag\w+|exploit\w+"
    r"|deploy\w+|according|said|reported|where|as part|on behalf|sponsored|is|are|was|were|has|have|had)\b"
    r"|\.\s",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"\A(?: (?:that|who|which))?(?: (?:are|were|was|is|have been|has been|include|included|including|from|located|based|where))?"
    r"(?: (?:located|based))?(?: (?:in|to be|primarily|mainly|mostly))?:?(?= )",
    re.IGNORECASE,
)
_DENIES = re.compile(
    r"(?:\bnot|n['’]t|\bnever|\bavoid\w*|\bno longer|\bexclud\w*|\bexcept\w*|\brefrain\w*|\bwithout|\brather than|\binstead of"
    r"|\bdefen[ds]\w*|\bprotect\w*|\bguard\w*|\bsanction\w*|\bcharg\w+|\bindict\w*|\bsecur(?:e|ing)|\bno evidence"
    r"|\bother than|\boutside)\b[^.;]{0,30}\Z",
    re.IGNORECASE,
)
_LANGUAGE = re.compile(
    r"\b(?:keyboard|languages?|locales?|layouts?|geofenc\w+|time ?zone|allow-?list|whitelist|strings?)\b",
    re.IGNORECASE,
)
_SPARED = re.compile(r"\b(?:avoid|exclud|except|terminat|exits?|skip|does not|do not|will not|won['’]t)", re.IGNORECASE)

# After a country: what makes it the actor's
_ACTOR = (
    r"(?:threat|hack\w+|APTs?\b|APT ?-?[0-9]|advanced persistent|cyber[- ]?(?:espionage|actors?|spies|crim\w+|units?|operat\w+|threat"
    r"|attack\w*|intrusion|program|army|activit\w+|war\w*)|adversar\w+|intelligence|GRU|FSB|SVR|MSS|MOIS|IRGC|RGB|PLA\b"
    r"|Ministry of (?:State|Intelligence|Public)|General Staff|Main Intelligence|Foreign Intelligence"
    r"|Federal Security|Islamic Revolutionary|Reconnaissance General|People['’]s Liberation|military unit|military hack"
    r"|nation[- ]state|state[- ](?:actors?|hack\w+|spons\w+|backed|affil\w+|owned)|operatives|actors?\b|groups?\b|gangs?\b"
    r"|espionage|ransomware (?:gang|group|operat)|(?:mal)?ware (?:author|developer|operator)|attackers?|malicious|crime|underground"
    r"|criminals?|operators|national)"
)
_ORIGIN_AFTER = re.compile(
    r"(?:['’]s)?(?: ?\([A-Z]{2,5}\)(?:['’]s)?)?(?:[- ](?:government|state|regime|military|governmental|nation[- ]state))?(?:['’]s)?"
    r"[- \u2010-\u2015]{1,2}(?:(?:sponsored|backed|nexus|linked|aligned|affiliated|speaking|associated|supported|directed|led|run|origin"
    rf"|language)\b|(?:[A-Za-z-]{{2,20}} )?(?:{_ACTOR})|based (?:{_ACTOR}))"
)
_ORIGIN_BEFORE = re.compile(
    r"(?:\b(?:attributed|attribution|link(?:s|ed)?|ties|tied|connected|connections?) (?:\w+ )?(?:to|with)|\b(?:sponsored|backed|supported|directed|employed)"
    r" by|\bon behalf of|\b(?:affiliated|associated|aligned|affiliation) with|\boriginat\w+ (?:in|from|out of)|\boperat\w+ (?:out of|from)"
    r"|\bemanat\w+ from|\binterests? of|\b(?:actors?|groups?|hackers?|attackers?|gang|operators?|adversar\w+) (?:\w+ ){0,2}(?:in|from|out of)"
    r"|\b(?:working|works?) for|\b(?:likely|believed to be|possibly|allegedly) (?:from|of|in)|-nexus|\bnation-states?,? (?:such as|like|including))"
    r" (?:the )?(?:(?:government|interests?|state|regime|country|nation) of )?(?:the )?\Z",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[,.;)/]| (?:and|or|&|in|across|as well)\b|\Z")
_SPEAKERS = re.compile(r"[- ](?:speaking|language) (?!\w*-?(?:threat|actor|hack|cyber|crim|forum|group|gang|dark|under))")
_WEAK_ORIGIN = re.compile(r"[- ](?:speaking|language)\b")
# Authorities that warn or prosecute, money, and addresses: neither target nor origin
_NOT_TARGET_AFTER = re.compile(
    r"(?:['’]s)? (?:Department|Cyber|Treasury|Attorney|Secret Service|CERT|Federal|National|Justice|District|Dollars?|dollars?|Homeland"
    r"|Intelligence Community|Computer Emergency|Postal|Code|citizens? and|Embassy|Congress|[Ii]ndict|law enforcement|authorities)"
    r"|-CERT|\$|[- ]based (?:compan|firm|security|cyber|research|IP|server|hosting)|\.? ?(?:Gov|Cert)|[- ](?:IP|hosting|servers?|VPS|registr|domain|keyboard)"
)
_INFRASTRUCTURE = re.compile(
    r"\b(?:hosted|hosting|servers?|IP address(?:es)?|registered|provider|infrastructure|geolocat\w+|nodes?|VPS|written|lang\w*)"
    r" (?:\w+ ){0,3}(?:in|from|by|to|at) (?:the )?\Z",
    re.IGNORECASE,
)
_CALLED_SECTOR = re.compile(
    r"(?:(?:,? and|,? or|,|/| &) ?[\w-]{2,20}(?: [\w-]{2,20})?(?=[,/ ])){0,8}(?:[ ,/](?:and |or )?[\w-]{2,20})?"
    r" (?:sectors?|industr(?:y|ies)|verticals?|compan(?:y|ies)|organi[sz]ations?|institutions?|entit(?:y|ies)|firms?"
    r"|providers?|agenc(?:y|ies)|facilities|operators|businesses|enterprises|contractors?|targets|victims|officials|networks)\b",
    re.IGNORECASE,
)
_PLATFORM_AFTER = re.compile(
    r"(?:-based|[- ]focused)? (?:\w+ )?(?:malware|backdoors?|ransomware|variants?|versions?|botnets?|trojans?|implants?|samples?|spyware"
    r"|rootkits?|encryptors?|payloads?|victims?|users?|hosts?|machines?|systems?|servers?|devices?|endpoints?)\b",
    re.IGNORECASE,
)
_MALICE = re.compile(r"\A(?:malware|backdoor|ransomware|variant|botnet|trojan|implant|spyware|rootkit|encryptor|victim)", re.IGNORECASE)
_PLACE_BEFORE = re.compile(r"(?:\b(?:in|against|across|from|of|and|or|including|the|for|like|as|targeting|targeted)|,) \Z")
_PLACE_AFTER = re.compile(r"(?:['’]s)?[- ](?:govern|organi[sz]|compan|militar|bank|users|victims|entit|ministr|based|media|target)")
_SURNAME = re.compile(r" [A-Z][a-z]")


_ORDER = {tier: index for index, tier in enumerate(Tier)}


class Mentioned(NamedTuple):
    """One mention, judged."""

    hit: Hit
    sentence: tuple[int, int]
    tier: Tier
    origin: bool


def find(passage: Passage, place: Callable[[int, int], Place]) -> tuple[Target, ...]:
    """What the text says the activity concerns; surest and most frequent first. Linear; never raises.

    Args:
        passage: The text; code is left out.
        place: Makes a place of offsets in the text.

    Returns:
        One record for each sector, country, region and platform, with up to 50 places, the sure ones first.
    """
    return _records((one for one in mentions(passage) if not one.origin), place, passage.text)


def origins(passage: Passage, place: Callable[[int, int], Place]) -> tuple[Target, ...]:
    """Countries that the text gives as the actor's ("Russian state-sponsored", "China-nexus").

    The tier is low where only a language is named ("Russian-speaking"). Arguments as in `find`.
    """
    return _records((one for one in mentions(passage) if one.origin), place, passage.text)


def mentions(passage: Passage) -> Iterator[Mentioned]:
    """Every mention that is a target or an origin, judged in its sentence, from left to right."""
    text = passage.text
    low = lower(text)
    code = skipped(passage)
    found = hits(text, low)
    hit = next(found, None)
    for start, end in sentences(text, MOST_SENTENCES):
        inside: list[Hit] = []
        while hit is not None and hit.end <= end:
            if hit.start >= start:
                inside.append(hit)
            hit = next(found, None)
        while code and code[0][1] <= start:
            code.pop(0)
        if inside and not (code and code[0][0] < end):
            yield from _judged(text, (start, end), inside)


def _judged(text: str, span: tuple[int, int], inside: list[Hit]) -> Iterator[Mentioned]:
    start, end = span
    sentence = text[start:end]
    stated = [match.span() for match in _STATES.finditer(sentence)]
    if _ATTACK.search(sentence):
        stated = sorted(stated + [match.span() for match in _MEMBERS.finditer(sentence)], key=lambda s: s[1])
    spared = _LANGUAGE.search(sentence) is not None
    for hit in inside:
        entry = hit.entry
        at, past = hit.start - start, hit.end - start
        before, after = sentence[max(0, at - 80) : at], sentence[past : past + 160]
        if entry.kind in ("country", "region") and not _is_place(hit, before, after):
            continue
        if entry.kind == "country":
            if _SPEAKERS.match(after):
                continue
            if _ORIGIN_AFTER.match(after) or (_ORIGIN_BEFORE.search(before) and entry.kind == "country"):
                tier = Tier.LOW if _WEAK_ORIGIN.match(after) else Tier.HIGH
                yield Mentioned(hit, span, tier, True)
                continue
            if _NOT_TARGET_AFTER.match(after) or _INFRASTRUCTURE.search(before):
                continue
            if spared or (_SPARED.search(sentence) and "CIS" in sentence):
                continue
        tier_found = _tier(sentence, at, past, stated, after, entry.kind)
        if tier_found is None:
            continue
        called = entry.sure or _CALLED_SECTOR.match(after) is not None
        if not called and (tier_found is Tier.LOW or not _ENDS.match(after)):
            continue  # "banking trojan", "financial information", "defense-in-depth"
        yield Mentioned(hit, span, tier_found, False)


def _is_place(hit: Hit, before: str, after: str) -> bool:
    """Whether a word that is often something else is a country here."""
    written = lower(hit.entry.written)
    if written not in ambiguous() or written in ("us", "u.s."):
        return True
    if _SURNAME.match(after) and not _PLACE_AFTER.match(after):
        return False
    return _PLACE_AFTER.match(after) is not None or _PLACE_BEFORE.search(before) is not None


def _tier(
    sentence: str, at: int, past: int, stated: list[tuple[int, int]], after: str, kind: str
) -> Tier | None:
    """High, low, or None where the sentence says that it is no target."""
    if kind == "platform":
        shown = _PLATFORM_AFTER.match(after)
        if shown and _MALICE.match(shown[0].rpartition(" ")[2]):
            return Tier.HIGH
    if _PASSIVE.match(after):
        return None if _DENIES.search(sentence[max(0, at - 60) : at]) else Tier.HIGH
    for cue_start, cue_end in reversed(stated):
        if cue_end > at:
            continue
        if at - cue_end > _FAR:
            break
        between = cue_end
        opened = _OPENS.match(sentence[cue_end : at])
        if opened:
            between += opened.end()
        if _BREAKS.search(sentence, between, at):
            break
        if _DENIES.search(sentence[max(0, cue_start - 60) : cue_start]):
            return None
        return Tier.HIGH
    return Tier.LOW


def _records(
    found: Iterator[Mentioned], place: Callable[[int, int], Place], text: str
) -> tuple[Target, ...]:
    groups: dict[tuple[str, str], list[Mentioned]] = {}
    for one in found:
        groups.setdefault((one.hit.entry.kind, one.hit.entry.name), []).append(one)
    records = []
    for (kind, name), every in groups.items():
        best = sorted(every, key=lambda one: _ORDER[one.tier])
        places = tuple(place(one.hit.start, one.hit.end) for one in best[:MOST_PLACES])
        start, end = best[0].sentence
        record = Target(
            kind=kind,
            name=name,
            code=best[0].hit.entry.code,
            tier=best[0].tier,
            places=places,
            count=len(every),
            documents=tuple(dict.fromkeys(one.document for one in places)),
            context=text[start : min(end, start + LONGEST_CONTEXT)],
        )
        records.append(record)
    return tuple(sorted(records, key=lambda one: (_ORDER[one.tier], -one.count, one.name)))
