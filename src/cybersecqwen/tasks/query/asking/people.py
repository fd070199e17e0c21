"""Users and computers that a question names: what is a name, and what only stands behind "user" or "host"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from .asked import Sure
from .catalogue import is_of_an_event
from .library import Library
from .mentions import Kind, Mention
from .vocabulary import Lexicon, Token
from .words import COMMON, SMALL, stem, word_list

_NOUN = r"(?:users?|accounts?|hosts?|computers?|machines?|servers?|workstations?)"
_NAMED = re.compile(rf"\b(?P<kind>{_NOUN}) (?P<name>[A-Za-z][\w.$\\-]{{1,60}})(?!\w)", re.IGNORECASE)
_QUOTED = re.compile(
    rf"\b(?P<kind>{_NOUN})(?: named| called)? (?:\"(?P<name>[^\"\n]{{1,60}})\"|'(?P<other>[^'\n]{{1,60}})')",
    re.IGNORECASE,
)
_LIKE_A_NAME = re.compile(r"\b(?:svc|adm|sa)[_-]\w[\w.-]{1,40}\b|\b(?:DC|WS|SRV|PC)-?\d{1,6}\b")
_WRITTEN = re.compile(r"[\d_.$\\-]")
"""What is in a name and in no plain word."""
_EXPLICIT = re.compile(r"\b(?:named|called|name is)\b|[=:]", re.IGNORECASE)
_BEHIND_NOUN = re.compile(rf"\b(?P<kind>{_NOUN}) (?P<name>[\w.$\\-]+)$", re.IGNORECASE)
_WHOSE = re.compile(r"^(?:by|from|as)\b", re.IGNORECASE)
"""Before a user: nothing but a name follows. "For user" may go on with what happens: "for user logoffs"."""
_JOINED = re.compile(r" ?,| and | or ", re.IGNORECASE)
_ENDINGS = (
    "s",
    "ing",
    "ed",
    "ion",
    "ment",
    "ance",
    "ence",
    "ity",
    "ure",
    "out",
    "off",
    "over",
    "ness",
    "age",
)
"""Of words for many, or for what is done. A name that has one is written in quotes."""
_FEW = 100
"""Rules of a library that is too small to tell a name from a word."""
_WORDS = word_list("asking") | SMALL | COMMON
_HAPPENINGS = frozenset(map(stem, word_list("happenings")))
_ACCOUNTS = word_list("account_names")


Phrase = tuple[int, int, frozenset[str]]
"""A part of the text that means something, and its words without endings."""


def phrases_in(found: Sequence[Token], lexicon: Lexicon) -> tuple[Phrase, ...]:
    """The phrases of the lexicon in a text: no word of theirs is a name."""
    return tuple(
        {
            (start, end, phrases.words(meaning))
            for phrases in (lexicon.phrases, lexicon.hints)
            for meaning, start, end in phrases.find(found)
        }
    )


def named(text: str, phrases: Sequence[Phrase], library: Library) -> Iterator[Mention]:
    """Users and computers by a name that no rule has: "user bob", "svc_backup", "DC01"."""
    for match in _QUOTED.finditer(text):
        name = match["name"] or match["other"]
        yield _mention(match["kind"], match.start(), match.end(), match[0], name)
    for match in _NAMED.finditer(text):
        name = match["name"].rstrip(".-")
        kind, start = match["kind"], match.start("name")
        written = _WRITTEN.search(name) is not None
        if written:
            yield _mention(kind, start, start + len(name), name, name)
            continue
        if kind.lower().endswith("s") and not _JOINED.match(text, match.end()):
            continue  # "users escalate"
        account = kind.lower()[0] in "ua" and name.lower() in _ACCOUNTS
        if not account and (library.knows(name.lower()) or len(library.rules) < _FEW):
            continue
        if account or is_plain_name(name, start, phrases):
            made = _mention(kind, start, start + len(name), name, name)
            yield replace(made, sure=Sure.ASSUMED)
    for match in _LIKE_A_NAME.finditer(text):
        yield _mention("user" if match[0][:2].islower() else "host", *match.span(), match[0], match[0])


def without_words(mentions: Iterable[Mention], phrases: Sequence[Phrase]) -> Iterator[Mention]:
    """Without words that only stand behind "user" or "host"; plain ones that may be names are assumed."""
    for one in mentions:
        behind = _BEHIND_NOUN.search(one.words) if one.kind in (Kind.USER, Kind.HOST) else None
        if behind is None or _EXPLICIT.search(one.words) or _WRITTEN.search(behind["name"]):
            yield one
            continue
        start = one.start + behind.start("name")
        whose = one.kind is Kind.USER and _WHOSE.match(one.words) is not None
        account = one.kind is Kind.USER and behind["name"].lower() in _ACCOUNTS
        if account or is_plain_name(behind["name"], start, phrases, whose=whose):
            yield replace(one, sure=Sure.ASSUMED)


def is_plain_name(name: str, start: int, phrases: Sequence[Phrase], *, whose: bool = False) -> bool:
    """Whether a plain word may be a name: it means nothing else, and is not built like what is done.

    `whose` says that the words before leave room for nothing but a name.
    """
    low = name.lower()
    if low in _WORDS or stem(low) in _HAPPENINGS or is_of_an_event(low):
        return False
    if low.endswith(_ENDINGS) and not (whose and low.endswith("s") and not low.endswith("ions")):
        return False
    return not any(first <= start < end and stem(low) in said for first, end, said in phrases)


def _mention(kind: str, start: int, end: int, words: str, name: str) -> Mention:
    made = Kind.USER if kind.lower()[0] in "ua" else Kind.HOST
    return Mention(kind=made, start=start, end=end, words=words, values=(name.lower(),))
