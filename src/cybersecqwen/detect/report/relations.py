"""Relations that one sentence states between two things it names.

A sentence is cut into its mentions and the words between them. Only a few forms of these words state a
relation: subject, verb, object ("APT29 used Mimikatz"), the passive ("was delivered by"), the genitive
("APT29's WellMess"), nouns ("use of Mimikatz by APT29"), and a server that is named as a family's. Anything
else states nothing here: a wrong arrow costs more than a missing one. Denied sentences and comparisons give
none; what may, can or could be has the lowest tier.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from cybersecqwen.detect.text.matches import Match
from cybersecqwen.records.intel import End, Place, Relation, Target, Tier
from cybersecqwen.specialists.sentences import sentences

from . import ends, tables
from .ends import HEAD, NOUN, TAIL, Mention, Run
from .gazetteer import skipped
from .interface import LONGEST_CONTEXT, NameFound, Passage, RoleOf
from .verbs import allowed, lexicon

MOST = 2_000
"""Relations of one text."""
MOST_MEMBERS = 12
"""Members of one list that are related."""
_MOST_SENTENCES = 100_000
_LONGEST_GAP = 220

_MAYBE = re.compile(
    r"\b(?:may|might|could|can|would|should|possibl[ey]|probabl[ey]|potential(?:ly)?|likely|perhaps|suspected|believed?|alleged(?:ly)?|purported(?:ly)?"
    r"|assess\w*|appears?|appeared|seems?|seemed|suggest\w*|claim\w*|rumou?red|attempt\w*|tried|tries|try|if|plan\w*|unclear|low confidence|think|thought|reportedly|ability"
    r"|capab\w+|able|unconfirmed|hypothe\w+)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:not|never|no|without|neither|nor|none|cannot|unlike|rather than|instead of|unable|fail(?:s|ed)? to|unrelated|no longer|refut\w+|den(?:y|ies|ied)|false(?:ly)?)\b"
    r"|n['’]t\b|\?\s*\Z",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"\b(?:similar(?:ly|ity|ities)?|resembl\w+|reminiscent|compar\w+|same|overlap\w*|mimic\w*|imitat\w+|masquerad\w+|disguis\w+|impersonat\w+|pretend\w*|pos(?:es|ing) as|inspired|detect(?:s|ed|ion)? (?:for|as))\b",
    re.IGNORECASE,
)
_ADVERB = r"(?:also|then|often|frequently|typically|commonly|usually|primarily|mainly|recently|previously|currently|heavily|now|first|initially|subsequently|later|still|actively|successfully|repeatedly|historically|regularly|directly|reportedly|likely|possibly|ultimately|eventually|widely|exclusively|mostly|consistently|in turn|\w{3,14}ly)"
_AUX = r"(?:has|have|had|is|are|was|were|be|been|being|may|might|could|can|would|will|did|do|does|to|known to|known for|seen|observed|spotted|caught|found|reported|continues? to|continued to|began|started|believed to|suspected of|thought to|able to|attempt(?:s|ed|ing)? to|tried to|likely to|appears to|not|never)"
_APPOSITIVE = rf"(?:,\s(?:a|an|the|one of the|another)\s(?:[\w'’/-]+\s){{0,6}}?(?:[\w'’/-]+)(?:,|(?=\s(?:that|which|who|used)\b)))"
_SUBJECT_TAIL = rf"{TAIL}(?:\s?\([^()]{{0,80}}\)|\s?\[[^\[\]]{{0,16}}\])?(?:{_APPOSITIVE})?(?P<rel>,?\s(?:which|that|who)(?=\s))?(?P<aux>(?:,?\s(?:{_AUX}|{_ADVERB}),?){{0,6}})\s"
_BREAKS = r"to|by|from|via|through|against|that|which|who|whose|when|while|after|before|if|because|but|not|instead|than|like|similar|with|without|for|during|under|into|onto|using|upon|is|are|was|were|has|have|had|then|where|since|until|as part|used|targeted|between"
_OBJECT_HEAD = rf"(?:(?:such\sas|known\sas|(?:{NOUN}|(?!(?:{_BREAKS}|as)\b)[\w'’&+.-]+(?<![.!?]))),?\s){{0,9}}[\"“'‘(\[*`]{{0,3}}"
_BY_HEAD = rf"(?:the\s|a\s|an\s)?(?:[\w'’/-]+\s){{0,5}}?{HEAD}"
_SERVER = re.compile(
    r"(?:['’]s)?(?:\s(?:malware|backdoor|ransomware|primary|main|new|known|trojan|botnet|RAT|beacon|loader))?\s(?:C2|C&C|CnC|command[- ]and[- ]control)"
    r"(?:\s(?:servers?|domains?|address(?:es)?|IPs?|infrastructure|hosts?|URLs?|IP address(?:es)?)){0,2}(?:\s(?:is|are|was|were|at|located at|include|includes|hosted at)){0,2}\s?[:=(\[-]?\s?",
    re.IGNORECASE,
)
_GENITIVE = re.compile(rf"['’](?:s)?\s{HEAD}", re.IGNORECASE)
_PREPOSITION = re.compile(
    r"\b(?:of|by|with|from|to|in|against|on|for|like|than|via|using|through|as|into|between|at|including|similar to|unlike|and|or|,)\s(?:the\s|a\s|an\s|its\s|their\s)?[\"“'‘(]?\Z",
    re.IGNORECASE,
)
_SUBJECT_OF = re.compile(
    r"(?:\b(?:operators?|actors?|variants?|versions?|samples?|groups?|affiliates?|campaigns?|developers?|gang|members|family|malware|ransomware|named|called)\s(?:of|behind|known as|named|called|using|like|such as|dubbed|tracked as)"
    r"|\A|[.:]\s|\bthat|\b(?:when|while|where|as|if|which|because|since|although|and|in which))\s?(?:the\s|a\s)?[\"“'‘(]?\Z",
    re.IGNORECASE,
)
_AFTER_OBJECT = re.compile(r"-(?:like|style|derived|based|related|themed|linked)|['’]s?\s(?:victims?|code|source)", re.IGNORECASE)
_BE = re.compile(r"\b(?:is|are|was|were|be|been|being)\b(?:\s\w+ly|\salso|\sthen|\soften)?\s*\Z", re.IGNORECASE)
_LOOSE = frozenset("using leveraging employing utilizing utilising deploying exploiting abusing relying on".split())
_NO_BE = frozenset({"attributed-to", "variant-of", "related-to"})


class _Stated(NamedTuple):
    source: Run
    said: str
    target: Run
    tier: Tier
    span: tuple[int, int]


class _Forms(NamedTuple):
    active: re.Pattern[str]
    passive: re.Pattern[str]
    hosted: re.Pattern[str]
    noun_before: re.Pattern[str]
    noun_after: re.Pattern[str]
    genitive: re.Pattern[str]
    verbs: re.Pattern[str]


@lru_cache(maxsize=1)
def _forms() -> _Forms:
    words = lexicon()
    active, passive, nouns = (words.alternatives(part) for part in ("active", "passive", "nouns"))
    flags = re.IGNORECASE
    return _Forms(
        active=re.compile(rf"{_SUBJECT_TAIL}(?P<verb>{active})\s(?P<head>{_OBJECT_HEAD})", flags),
        passive=re.compile(
            rf"{TAIL}(?:\s?\([^()]{{0,80}}\)|\s?\[[^\[\]]{{0,16}}\])?(?:{_APPOSITIVE})?(?P<aux>(?:,?\s(?:{_AUX}|{_ADVERB}|which|that)){{0,6}}),?\s"
            rf"(?P<verb>{passive})(?:\s{_ADVERB})?\sby\s(?P<head>{_BY_HEAD})",
            flags,
        ),
        hosted=re.compile(rf"{TAIL}(?P<aux>(?:,?\s(?:{_AUX}|{_ADVERB})){{0,4}})\s(?P<verb>hosted|downloaded|served|retrieved|fetched|delivered)\s(?:on|at|from|via)\s(?P<head>{_OBJECT_HEAD})", flags),
        noun_before=re.compile(rf"\b(?P<verb>{nouns})\sof\s{HEAD}\Z", flags),
        noun_after=re.compile(rf"{TAIL}\sby\s(?P<head>{_BY_HEAD})", flags),
        genitive=re.compile(rf"['’]s?\s(?:\w+\s)?(?P<verb>{nouns})\sof\s(?P<head>{_OBJECT_HEAD})", flags),
        verbs=re.compile(rf"\b(?:{active}|{passive})\b", flags),
    )


def find(
    passage: Passage,
    names: Sequence[NameFound],
    found: Sequence[Match],
    targets: Sequence[Target],
    place: Callable[[int, int], Place],
    roles: Mapping[tuple[str, str], RoleOf],
) -> tuple[Relation, ...]:
    """What single sentences and rows of tables state, each relation once: where it stands surest, then first.

    Args:
        passage: The text; code is left out.
        names: Groups, software, campaigns, vulnerabilities with their offsets.
        found: Indicators with their offsets.
        targets: What `targets.find` gave; only what is sure of it counts.
        place: Makes a place of offsets in the text.
        roles: What `roles.assign` gave; links to read on, victims and legitimate services are no ends.

    Returns:
        Relations in order of appearance, at most `MOST`; both ends stand in the stretch that `place` names.
        Linear in the text; never raises.
    """
    text = passage.text
    mentions = ends.of(names, found, targets, roles)
    best: dict[tuple[End, str, End], Relation] = {}
    for stated in _every(passage, mentions):
        start, end = stated.span
        record_place: Place | None = None
        for source, source_type in zip(stated.source.members, stated.source.stix, strict=True):
            for target, target_type in zip(stated.target.members, stated.target.stix, strict=True):
                how = allowed(source_type, stated.said, target_type)
                if how is None or source == target:
                    continue
                one, other = (target, source) if how.turned else (source, target)
                key = (one, how.verb, other)
                known = best.get(key)
                if known is not None and _ORDER[known.tier] <= _ORDER[stated.tier]:
                    continue
                if known is None and len(best) >= MOST:
                    continue
                record_place = record_place or place(start, end)
                best[key] = Relation(
                    source=one, verb=how.verb, target=other, place=record_place, sentence=text[start:end], tier=stated.tier,
                )  # fmt: skip
    return tuple(sorted(best.values(), key=lambda relation: relation.place.start))


_ORDER = {tier: index for index, tier in enumerate(Tier)}


def _every(passage: Passage, mentions: list[Mention]) -> Iterator[_Stated]:
    text = passage.text
    code = skipped(passage)
    yield from (
        _Stated(one, "communicates-with", other, Tier.HIGH, span)
        for one, other, span in tables.servers(passage, mentions)
    )
    if len(mentions) < 2:
        return
    at = 0
    for start, end in sentences(text, _MOST_SENTENCES):
        while at < len(mentions) and mentions[at].start < start:
            at += 1
        first = at
        while at < len(mentions) and mentions[at].end <= end:
            at += 1
        while code and code[0][1] <= start:
            code.pop(0)
        if at - first < 2 or (code and code[0][0] < end):
            continue
        if text.find("\t", start, end) >= 0:
            continue  # a row of a table is no sentence
        together = [run for run in ends.runs(text, mentions[first:at])]
        for one, other in pairwise(together):
            stated = _between(text, (start, end), one, other)
            if stated is not None:
                yield stated


def _between(text: str, sentence: tuple[int, int], one: Run, other: Run) -> _Stated | None:
    """What the words between two neighbouring lists state; None where they state nothing."""
    gap = text[one.end : other.start]
    if not 1 <= len(gap) <= _LONGEST_GAP:
        return None
    one, other = (run._replace(members=run.members[:MOST_MEMBERS], stix=run.stix[:MOST_MEMBERS]) for run in (one, other))
    before = text[max(sentence[0], one.start - 60) : one.start]
    after = text[other.end : min(sentence[1], other.end + 30)]
    said = _said(gap, before, after, one, other)
    if said is None:
        return None
    verb, turned, tier = said
    near = before[-45:].rpartition(";")[2] + gap
    if _DENIED.search(near) or _DENIED.search(text[max(sentence[0], sentence[1] - 3) : sentence[1]]) or _COMPARED.search(gap):
        return None
    if _MAYBE.search(near):
        tier = Tier.LOW
    span = _window(sentence, one.start, other.end)
    if span is None:
        return None
    return _Stated(other, verb, one, tier, span) if turned else _Stated(one, verb, other, tier, span)


def _said(gap: str, before: str, after: str, one: Run, other: Run) -> tuple[str, bool, Tier] | None:
    """Verb, whether the second is the one who does it, and tier."""
    forms, words = _forms(), lexicon()
    if _AFTER_OBJECT.match(after):
        return None
    if one.stix[0] == "malware" and other.stix[0] == "address" and _SERVER.fullmatch(gap):
        return "communicates-with", False, Tier.HIGH
    match = forms.passive.fullmatch(gap)
    if match and not forms.verbs.search(match["head"]):
        return words.passive[_plain(match["verb"])], True, Tier.HIGH
    match = forms.genitive.fullmatch(gap)
    if match and not forms.verbs.search(match["head"]):
        return words.nouns[_plain(match["verb"])], False, Tier.HIGH
    match = forms.noun_after.fullmatch(gap)
    noun = forms.noun_before.search(before) if match else None
    if match and noun and not forms.verbs.search(match["head"]):
        return words.nouns[_plain(noun["verb"])], True, Tier.HIGH
    match = forms.hosted.fullmatch(gap)
    if match and other.stix[0] == "address" and not forms.verbs.search(match["head"]):
        return "hosts", True, Tier.HIGH
    if one.stix[0] == "intrusion-set" and other.stix[0] in ("malware", "tool") and _GENITIVE.fullmatch(gap):
        return "uses", False, Tier.MODERATE
    match = forms.active.fullmatch(gap)
    if match and not forms.verbs.search(match["head"]):
        return _active(match, before, one, other)
    return None


def _active(match: re.Match[str], before: str, one: Run, other: Run) -> tuple[str, bool, Tier] | None:
    form = _plain(match["verb"])
    verb = lexicon().active[form]
    aux = match["aux"] or ""
    be = _BE.search(aux) is not None
    if verb not in _NO_BE and be and not form.split()[0].endswith("ing"):
        return None  # "was used …" without "by"
    if re.search(r"\bto\s*\Z", aux) and not re.search(r"\b(?:known|continues?|continued|attempt\w*|tried|likely|appears|believed|thought|able|seen|observed|began|started) to\s*\Z", aux):
        return None  # "Mimikatz to deploy …"
    software = one.stix[0] in ("malware", "tool", "address", "file", "attack-pattern")
    if form.split()[0] in _LOOSE and software and not aux.strip(" ,") and not match["rel"]:
        return None  # "deployed Cobalt Strike using PsExec" says nothing of Cobalt Strike
    prepositional = _PREPOSITION.search(before) is not None and _SUBJECT_OF.search(before) is None
    if prepositional and not match["rel"] and not (form.endswith("ing") and before.rstrip().endswith(" by")):
        return None
    if software and not match["rel"] and _forms().verbs.search(before[-30:]) and form.endswith("ing") and not aux.strip():
        return None  # "used Emotet dropping …": who drops it is not said
    tier = Tier.HIGH if len(match["head"]) <= 60 else Tier.MODERATE
    return verb, False, tier


def _plain(form: str) -> str:
    return " ".join(form.lower().split())


def _window(sentence: tuple[int, int], first: int, last: int) -> tuple[int, int] | None:
    """The sentence, or as much of it around both ends as may be quoted."""
    start, end = sentence
    if end - start <= LONGEST_CONTEXT:
        return sentence
    if last - first > LONGEST_CONTEXT:
        return None
    start = max(start, last - LONGEST_CONTEXT, first - (LONGEST_CONTEXT - (last - first)) // 2)
    return start, min(end, start + LONGEST_CONTEXT)
