"""What the words between two names state: verb, direction and tier."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from cybersecqwen.records.intel import Tier

from . import phrases
from .ends import HEAD, TAIL, Run
from .verbs import lexicon


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
        active=re.compile(
            rf"{phrases.SUBJECT_TAIL}(?P<verb>{active})\s(?P<head>{phrases.OBJECT_HEAD})", flags
        ),
        passive=re.compile(
            rf"{TAIL}(?:\s?\([^()]{{0,80}}\)|\s?\[[^\[\]]{{0,16}}\])?(?:{phrases.APPOSITIVE})?(?P<aux>"
            rf"(?:,?\s(?:{phrases.AUX}|{phrases.ADVERB}|which|that)){{0,6}}),?\s"
            rf"(?P<verb>{passive})(?:\s{phrases.ADVERB})?\sby\s(?P<head>{phrases.BY_HEAD})",
            flags,
        ),
        hosted=re.compile(
            rf"{TAIL}(?P<aux>(?:,?\s(?:{phrases.AUX}|{phrases.ADVERB})){{0,4}})\s(?P<verb>hosted"
            rf"|downloaded|served"
            rf"|retrieved|fetched|delivered)\s(?:on|at|from|via)\s(?P<head>{phrases.OBJECT_HEAD})",
            flags,
        ),
        noun_before=re.compile(rf"\b(?P<verb>{nouns})\sof\s{HEAD}\Z", flags),
        noun_after=re.compile(rf"{TAIL}\sby\s(?P<head>{phrases.BY_HEAD})", flags),
        genitive=re.compile(
            rf"['’]s?\s(?:\w+\s)?(?P<verb>{nouns})\sof\s(?P<head>{phrases.OBJECT_HEAD})", flags
        ),
        verbs=re.compile(rf"\b(?:{active}|{passive})\b", flags),
    )


def has_verb(words: str) -> bool:
    """Whether words hold any form of any verb of the lexicon."""
    return _forms().verbs.search(words) is not None


def said(gap: str, before: str, after: str, one: Run, other: Run) -> tuple[str, bool, Tier] | None:
    """What the words between two neighbouring lists of a sentence state; None where they state nothing.

    Args:
        gap: The words between them.
        before: Up to 100 characters of the sentence before the first.
        after: Up to 30 characters of it after the second.
        one: The first list.
        other: The second.

    Returns:
        A verb of the lexicon, whether the second is the one who does it, and how sure that is.
    """
    forms, words = _forms(), lexicon()
    if phrases.AFTER_OBJECT.match(after) or (
        other.stix[0] in ("malware", "tool") and phrases.OTHER_THING.search(gap)
    ):
        return None
    if one.stix[0] == "malware" and other.stix[0] == "address" and phrases.SERVER.fullmatch(gap):
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
    where = one.stix[0] in ("identity", "location") and other.stix[0] in (
        "intrusion-set",
        "campaign",
        "malware",
    )
    if match and where and phrases.ATTACK_ON.search(before) and not forms.verbs.search(match["head"]):
        return "targets", True, Tier.HIGH
    match = forms.hosted.fullmatch(gap)
    if match and other.stix[0] == "address" and not forms.verbs.search(match["head"]):
        return "hosts", True, Tier.HIGH
    if (
        one.stix[0] == "intrusion-set"
        and other.stix[0] in ("malware", "tool")
        and phrases.GENITIVE.fullmatch(gap)
    ):
        return "uses", False, Tier.MODERATE
    match = forms.active.fullmatch(gap)
    if match and not forms.verbs.search(match["head"]):
        return _active(match, before, one, other)
    return _by_what_they_are(gap, before, after, one, other)


def _by_what_they_are(
    gap: str, before: str, after: str, one: Run, other: Run
) -> tuple[str, bool, Tier] | None:
    """Forms that only hold between ends of certain types."""
    first, second = one.stix[0], other.stix[0]
    if first == "intrusion-set" and second == "address" and phrases.OWNED.fullmatch(gap):
        return "related-to", False, Tier.MODERATE
    if first == "malware" and second == "file" and phrases.SAMPLE.fullmatch(gap):
        return "related-to", False, Tier.MODERATE
    if first == "file" and second == "malware" and phrases.IS_SAMPLE.fullmatch(gap):
        return "related-to", True, Tier.MODERATE
    acts = first in ("intrusion-set", "campaign") or phrases.PEOPLE.match(gap) is not None
    opens = (
        first == "malware" and re.search(r"(?:\A|, |\.\s|;)(?:the\s)?\Z", before, re.IGNORECASE) is not None
    )
    if (
        second in ("malware", "tool", "vulnerability")
        and (acts or opens)
        and not phrases.PREPOSITION.search(before)
    ):
        means = phrases.MEANS.fullmatch(gap)
        if means and phrases.DOES.match(means["tail"] + " ") and not phrases.NOT_MEANS.search(means["tail"]):
            head = means["head"]
            if re.fullmatch(phrases.OBJECT_HEAD, head) and not _forms().verbs.search(head):
                verb = "exploits" if means["verb"].lower() == "exploiting" else "uses"
                return verb, False, Tier.MODERATE
    if second == "attack-pattern" and (acts or opens) and not phrases.PREPOSITION.search(before):
        does = phrases.DOES.match(gap)
        if (
            does
            and phrases.TECHNIQUE_HEAD.fullmatch(gap)
            and not re.search(r"[;.]\s|\b(?:victims?|defenders?|we|researchers|organizations should)\b", gap)
        ):
            return None if phrases.BE.search(does["aux"] or "") else ("uses", False, Tier.MODERATE)
    if (
        first == "attack-pattern"
        and second in ("malware", "intrusion-set")
        and phrases.ROW_HEAD.fullmatch(gap)
    ):
        return ("uses", True, Tier.MODERATE) if phrases.DOES.match(after) else None
    return None


def _active(match: re.Match[str], before: str, one: Run, other: Run) -> tuple[str, bool, Tier] | None:
    form = _plain(match["verb"])
    verb = lexicon().active[form]
    aux = match["aux"] or ""
    be = phrases.BE.search(aux) is not None
    if verb not in phrases.NO_BE and be and not form.split()[0].endswith("ing"):
        return None  # "was used …" without "by"
    if phrases.USED_TO.search(aux):
        return (verb, False, Tier.HIGH) if verb in ("delivers", "drops", "downloads") else None
    if re.search(r"\bto\s*\Z", aux) and not re.search(
        r"\b(?:known|continues?|continued|attempt\w*|tried|likely|appears|believed|thought|able"
        r"|seen|observed|began|started) to\s*\Z",
        aux,
    ):
        return None  # "Mimikatz to deploy …"
    software = one.stix[0] in ("malware", "tool", "address", "file", "attack-pattern")
    if form.split()[0] in phrases.LOOSE and software and not aux.strip(" ,") and not match["rel"]:
        return None  # "deployed Cobalt Strike using PsExec" says nothing of Cobalt Strike
    prepositional = (
        phrases.PREPOSITION.search(before) is not None and phrases.SUBJECT_OF.search(before) is None
    )
    if prepositional and not match["rel"] and not (form.endswith("ing") and before.rstrip().endswith(" by")):
        return None
    if (
        software
        and not match["rel"]
        and _forms().verbs.search(before[-30:])
        and form.endswith("ing")
        and not aux.strip()
    ):
        return None  # "used Emotet dropping …": who drops it is not said
    tier = Tier.HIGH if len(match["head"]) <= 60 else Tier.MODERATE
    return verb, False, tier


def _plain(form: str) -> str:
    return " ".join(form.lower().split())
