"""Claims that only the computed result may make: verdict, severity, certainty, blame, instructions.

The patterns run over the whole sentence with signs turned into blanks, so that "benign" inside a file
name or a quotation counts too: a name that an attacker chose can be a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from cybersecqwen.records import Severity, Verdict

from .identifiers import find, fold
from .vocabulary import listed

if TYPE_CHECKING:
    from .allowed import Allowed

# Which words state which verdict.
VERDICT_WORDS: Mapping[Verdict, str] = MappingProxyType(
    {
        Verdict.BENIGN: (
            r"benign|legitimate(?:ly)?|legit|harmless|safe(?:ly)?|innocuous|innocent|authori[sz]ed|approved"
            r"|trusted|trustworthy|clean|unremarkable|normal(?:ly)?|routine(?:ly)?|expected|intended"
            r"|non malicious|false positives?|false alarms?|no (?:threat|risk|danger|concern|issue|problem)s?"
            r"|acceptable|permitted|whitelisted|allow ?listed|good|okay"
        ),
        Verdict.NEEDS_REVIEW: r"needs? (?:a )?review|inconclusive|ambiguous|undecided",
        Verdict.SUSPICIOUS: r"suspicious(?:ly)?|suspect",
        Verdict.MALICIOUS: (
            r"malicious(?:ly)?|malware|ransomware|compromised?|breached?|hacked|infected|infection|intrusion"
            r"|hostile|an attack|the attack|under attack|cyber ?attack|true positives?"
        ),
    }
)

# A verdict is about the whole: "the activity … is malicious", "malicious activity"; never about a name.
_WHOLE = "activity|behavior|behaviour|incident|case|story|sequence|chain|verdict"
_JUDGED = (
    rf"(?:{_WHOLE})(?: \w+){{0,12}}? (?:is|was|as|be|appears|seems)(?: considered| rated| judged)? (?:SAID)"
    rf"|(?:SAID) (?:{_WHOLE})"
)

_CERTAIN = (
    r"definite(?:ly)?|certain(?:ly)?|clearly|undoubtedly|obvious(?:ly)?|prov(?:e|es|en|ed|ing)|proof"
    r"|confirm(?:s|ed|ing)?|guarantee[sd]?|sure(?:ly)?|always|never|impossible|without (?:a )?doubt"
    r"|evidently|unquestionabl[ey]|absolute(?:ly)?|undeniabl[ey]"
)
_BLAME = (
    r"attribution|attributed?|attributes"
    r"|threat actors?|the attackers?|an attacker|the adversary|an adversary|the intruder"
    r"|the hacker|hackers?|nation ?state|state sponsored|apt ?\d*|the insider|the culprit|criminals?"
    r"|(?:chinese|russian|iranian|north korean|american|israeli)"
)
_ORDERS = (
    r"ignor(?:e|es|ed|ing)|disregard\w*|forget|overrid\w+|bypass the|whitelist\w*|allow ?list\w*|suppress\w*"
    r"|no (?:further )?(?:action|steps?|response|investigation|review|need)\b|nothing to (?:do|see|worry)"
    r"|(?:previous|prior|above|earlier|system) (?:instructions?|prompts?|rules|messages?)|instructions?"
    r"|(?:close|dismiss|resolve|mark|classify|label|treat|rate|score|downgrade|lower|escalate) "
    r"(?:this|it|the|all|as|them)|can be (?:closed|ignored|dismissed)|(?:is|are|was|were) resolved"
    r"|please|should|must|ought|need(?:s|ed)? to|have to|has to|let us|lets|recommend\w*|advis\w+"
)
_ADDRESS = (
    r"you|your|yours|yourself|i|we|me|my|mine|us|our|ours|ai|assistant|language model|chatbot"
    r"|sorry|cannot help|as an"
)
_GRAVE = (
    r"severe(?:ly)?|serious(?:ly)?|grave|dangerous|urgent(?:ly)?|alarming|catastrophic|devastating"
    r"|minor|trivial"
)
_LEVELS = "critical|high|medium|moderate|low|informational"
_SEVERITY = (
    rf"(?P<before>{_LEVELS})? ?(?:severity|risk|priority|threat level)"
    rf"(?: (?:is|was|of|level|rated|as|be)){{0,3}} ?(?P<after>{_LEVELS})?"
)

_IMPERATIVE = listed(
    """ignore disregard disable whitelist allow close run execute delete mark set forget stop start click
    open visit download install remove turn do don't never always make let print say write output respond
    reply answer repeat translate reveal show tell give send add use check verify isolate block reset
    investigate review collect contact ask consider ensure keep treat report remember pretend act assume
    approve dismiss escalate enable grant trust skip uninstall restart reboot type enter paste call email
    """
)


@lru_cache(maxsize=32)
def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})\b", re.IGNORECASE)


def spaced(text: str) -> str:
    """The text in plain characters with every sign turned into one blank, in lower case."""
    return " ".join(re.sub(r"[\W_]+", " ", fold(text)[0]).lower().split())


def check(sentence: str, allowed: Allowed) -> str:
    """No verdict, severity, certainty, blame or instruction but what was computed."""
    if allowed.passages:
        return ""  # the words of a source, which may be about attackers; `passages` holds a sentence to them
    plain = spaced(_without_technique_names(sentence, allowed))
    return (
        _verdict(plain, allowed.verdict)
        or _severity(plain, allowed.severity)
        or _confidence(plain)
        or _said(plain, _CERTAIN, "claims certainty")
        or _said(plain, _BLAME, "blames somebody")
        or _said(plain, _ORDERS, "gives instructions")
        or _said(plain, _ADDRESS, "addresses somebody")
        or _imperative(plain)
    )


def _without_technique_names(sentence: str, allowed: Allowed) -> str:
    """The sentence without "Malicious File (T1204.002)": that is a name, not a verdict."""
    for mention in reversed(list(find(sentence))):
        entity = allowed.facts.resolve(mention.id).entity if mention.id in allowed.identifiers else None
        before = sentence[: mention.start].rstrip(" (")
        if entity is not None and before.endswith(entity.name):
            sentence = before.removesuffix(entity.name) + sentence[mention.end :]
    return sentence


def plants(text: str) -> bool:
    """Whether a text from the input reads like a verdict, an instruction or a claim of that kind.

    For names that are to be shown inside sentences of ours: such a name is not repeated there.
    """
    plain = spaced(text)
    patterns = (*VERDICT_WORDS.values(), _ORDERS)
    return any(_pattern(pattern).search(plain) for pattern in patterns)


def orders(text: str) -> bool:
    """Whether a text from the input reads like an instruction or plays down what it is about.

    For titles of alerts, which say "malicious" for good reasons, but never "benign" or "ignore".
    """
    plain = spaced(text)
    return any(_pattern(pattern).search(plain) for pattern in (VERDICT_WORDS[Verdict.BENIGN], _ORDERS))


def blames(text: str) -> bool:
    """Whether a text names an attacker, a nation or a culprit."""
    return _pattern(_BLAME).search(spaced(text)) is not None


def _verdict(plain: str, computed: Verdict) -> str:
    for verdict, said in VERDICT_WORDS.items():
        found = _pattern(said).search(plain)
        if found and verdict is not computed:
            return f"says {found[0]!r} where the verdict is {computed.value}"
        if found and not _pattern(_JUDGED.replace("SAID", said)).search(plain):
            return f"says {found[0]!r} of something else than the activity"
    return ""


def _severity(plain: str, computed: Severity) -> str:
    for found in _pattern(_SEVERITY).finditer(plain):
        said = {level for level in (found["before"], found["after"]) if level}
        if said != {computed.label}:
            return f"speaks of severity or risk other than {computed.label!r}"
    if _pattern("critical").search(plain) and computed is not Severity.CRITICAL:
        return f"says 'critical' where the severity is {computed.label}"
    return _said(plain, _GRAVE, "rates the gravity in its own words")


def _confidence(plain: str) -> str:
    return _said(plain, r"confiden\w+|probab\w+|likel\w+|chances?|odds|percent", "rates how sure it is")


def _said(plain: str, words: str, reason: str) -> str:
    found = _pattern(words).search(plain)
    return f"{reason} ({found[0]!r})" if found else ""


def _imperative(plain: str) -> str:
    first = plain.partition(" ")[0]
    return f"begins with a command ({first!r})" if first in _IMPERATIVE else ""
