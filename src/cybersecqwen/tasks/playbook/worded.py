"""Whether what a model wrote beside its sentences may stand: a message in other words, a criterion.

Both are held to words: of the text that it was shown, of a short list that promises and orders nothing, and
no others. So no name, number, identifier, link or command gets in that was not there before.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from cybersecqwen.verify.form import is_repetition
from cybersecqwen.verify.playbooks import is_harmful
from cybersecqwen.verify.vocabulary import ARTICLES, LIMITS, listed, stem, words

PLACE = re.compile(r"\[[A-Z][A-Z ]{0,30}\]")
_PLAIN = re.compile(r"[A-Za-z0-9 ,.;:()'’\[\]-]+")
_CRITERION = re.compile(r"(?:The|A|An|All|Its|Their|Each|Every) [A-Za-z' -]{3,100} can be ([a-z]{3,20})\.")
_NUMBER = re.compile(r"\d+")
_SHORTEST, _LONGEST = 0.6, 1.3
"""Of a message, in characters of ours."""
_KEPT = 0.85
"""Share of our words that a message must keep: it may leave out what is small, not what is asked."""
_NEAR = 2
_FREE = ARTICLES | listed(
    """and also so then which who we our us you your i is are was were be been being has have had do does did
    will to of in on at for from by with until if as into about"""
)
_COURTESY = frozenset(
    stem(word)
    for word in listed(
        """please thank thanks kindly currently now today team colleagues everyone dear hello sincerely
        important remember make sure help working continue keep ask asking need needed"""
    )
)
"""Words that may be added: none of them is a thing, a number or a deed that does harm."""
_SAME = {
    stem(word): stem(first)
    for first, *others in (
        ("begin", "start", "started"),
        ("handle", "deal", "manage", "managing", "respond", "responding"),
        ("report", "tell", "inform"),
        ("odd", "strange", "unusual", "suspicious"),
        ("computer", "device", "machine"),
        ("unavailable", "down"),
        ("affected", "hit", "impacted"),
        ("send", "forward"),
        ("note", "record", "write"),
        ("message", "email"),
        ("everybody", "everyone", "anyone"),
        ("may", "might"),
    )
    for word in others
}
"""Words that say the same in these messages."""
DONE = (
    *(
        "restored",
        "reached",
        "replaced",
        "tested",
        "confirmed",
        "spared",
        "stopped",
        "copied",
        "found",
        "rebuilt",
    ),
    *("informed", "postponed", "monitored", "moved", "undone", "verified", "isolated", "reopened", "reset"),
    *("reconnected", "renewed", "traced", "logged", "scheduled"),
)
"""What a criterion may say that can be done."""
_THINGS = frozenset(
    stem(word)
    for word in listed(
        """service services system systems owner owners users user people work business team backup backups
        copy copies evidence memory image logs log data account accounts host network segment change
        access time outage window way way-in other another place before after later without within by from
        safely first out hours need needed affected responsible clean trusted same own"""
    )
)
"""Words of a criterion beside those of its step."""


def refusal_of_message(text: str, ours: str) -> str:
    """Why a message in other words may not stand, as the end of "it …"; "" where it may."""
    text, ours = _spread(text), _spread(ours)
    return _form(text, ours) or _places(text, ours) or _words(text, ours) or _turns(text, ours)


def refusal_of_criterion(text: str, shown: str, others: Sequence[str]) -> str:
    """Why a criterion may not stand, as the end of "it …"; "" where it may.

    Args:
        text: The criterion.
        shown: What the model read about the step, without names of reports.
        others: Criteria that there are already.
    """
    found = _CRITERION.fullmatch(text)
    if found is None:
        return "is not of the form that is asked for"
    if is_harmful(text):
        return "speaks of what does harm or says that all is over"
    if any(low in LIMITS for word in words(text) if (low := word.lower())):
        return "turns or bounds what can be done"
    if found[1] not in DONE:
        return "says nothing that a person could check"
    known = {*_stems(shown), *_THINGS, *map(stem, DONE)}
    new = [one for one in _stems(text) if one not in known and one != "can"]
    if new:
        return f"says what the step does not say: {' '.join(new)[:60]!r}"
    if is_repetition(text, others):
        return "repeats another"
    return ""


def _form(text: str, ours: str) -> str:
    if not text or _PLAIN.fullmatch(text) is None or not text.endswith("."):
        return "is not plain text"
    if not _SHORTEST * len(ours) <= len(text) <= _LONGEST * len(ours):
        return "is too short or too long"
    if Counter(_NUMBER.findall(text)) != Counter(_NUMBER.findall(ours)):
        return "changes a number"
    if _bare(text) == _bare(ours):
        return "says the same in the same words"
    return ""


def _spread(text: str) -> str:
    """The text with its "not" as a word of its own: "don't", "change nothing" → "not change anything"."""
    text = re.sub(r"n['’]t\b", " not", text)
    return re.sub(r"\b([A-Za-z]+) nothing\b", r"not \1 anything", text)


def _bare(text: str) -> list[str]:
    return [one for one in words(text.lower()) if one not in ARTICLES]


def _places(text: str, ours: str) -> str:
    """Places to fill in: each is there, none is new, and each stands beside a word that it stood beside."""
    if set(PLACE.findall(text)) != set(PLACE.findall(ours)):
        return "loses or adds a place to fill in"
    if "[" in PLACE.sub("", text) or "]" in PLACE.sub("", text):
        return "holds brackets of its own"
    before, now = _beside(ours), _beside(text)
    if len(now) > len(before):
        return "repeats a place to fill in"
    for place, near in now:
        if not any(near & nearby for name, nearby in before if name == place):
            return "moves a place to fill in"
    return ""


def _beside(text: str) -> list[tuple[str, set[str]]]:
    """Each place to fill in, as often as it stands there, with the words before and after it."""
    found = []
    for match in PLACE.finditer(text):
        before = _stems(PLACE.sub(" ", text[: match.start()]))[-_NEAR:]
        after = _stems(PLACE.sub(" ", text[match.end() :]))[:_NEAR]
        found.append((match[0], {*before, *after}))
    return found


def _words(text: str, ours: str) -> str:
    """Our words, each as often as it stands in ours at most, nearly all of them, and polite ones."""
    had, now = Counter(_stems(PLACE.sub(" ", ours))), Counter(_stems(PLACE.sub(" ", text)))
    new = [one for one in now if now[one] > had[one] and one not in _COURTESY]
    if new:
        return f"adds words: {' '.join(new)[:60]!r}"
    if sum((now & had).values()) < _KEPT * sum(had.values()):
        return "leaves out what is said to people"
    return ""


def _turns(text: str, ours: str) -> str:
    """What bounds a word bounds it still: "do not delete" is not "delete"."""
    return "" if _bound(text) == _bound(ours) else "turns what is said into something else"


def _bound(text: str) -> Counter[tuple[str, str]]:
    low = [word.lower().replace("’", "'") for word in words(PLACE.sub(" ", text))]
    kept = [one for one in low if one in LIMITS or one not in _FREE]
    pairs = pairwise(kept)
    return Counter((first, _one(then)) for first, then in pairs if first in LIMITS)


def _stems(text: str) -> list[str]:
    return [_one(word) for word in words(text) if word.lower() not in _FREE]


def _one(word: str) -> str:
    found = stem(word)
    return _SAME.get(found, found)
