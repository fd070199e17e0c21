"""Grounding: every word of a sentence is glue, a name or number of the report, or one of our own words.

Three questions, each refused when in doubt: does every token stand in the report; do the names belong
together (events or findings connect them); and are the words left over a finding's own, in its order and
with what bounds them? Better a true sentence lost than a false one kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from .allowed import Allowed, Statement
from .identifiers import mentions
from .names import Name
from .passages import check_against
from .quotes import quoted
from .relations import Reading, Word, governing, read
from .stated import check_stated
from .vocabulary import (
    KIND_NOUNS,
    LIMITS,
    LINKING,
    NUMBER_WORDS,
    QUANTIFIERS,
    THINGS,
    is_glue,
    listed,
    stem,
)

_LABELLED = re.compile(
    r"\b(port|pid|process id|event id|event code|event|logon type)\s+(\d{1,6})\b", re.IGNORECASE
)
_TRIM = ".,;:()!?\"'`“”‘’"
_MAX_NAMES = 12
AROUND = frozenset({"host", "user", "time"})
"""Kinds of names that all sorts of events share."""


@dataclass(slots=True)
class Parsed:
    """A sentence in pieces."""

    words: list[Word] = field(default_factory=list)
    names: dict[str, Name] = field(default_factory=dict)
    """Names of the report that it uses."""
    identifiers: list[str] = field(default_factory=list)
    plain: str = ""
    """The whole sentence in small letters without signs."""
    counted: list[tuple[str, int]] = field(default_factory=list)
    """(Stem of a noun, number) that it states, each of which is right for the report as a whole."""
    quotations: list[str] = field(default_factory=list)
    """What it quotes that is no name, in small letters."""
    used: list[Statement] = field(default_factory=list)
    """Statements of ours that its other words repeat."""
    reason: str = ""


def check(sentence: str, allowed: Allowed) -> str:
    """Every word, number, name and relation of the sentence stands in the report."""
    if allowed.joined:
        return check_stated(sentence, allowed.passages)
    if allowed.passages:
        return check_against(sentence, allowed.passages, whole=allowed.whole)
    return parse(sentence, allowed).reason


def events_of(sentence: str, allowed: Allowed) -> tuple[str, ...]:
    """The events that a sentence speaks about, as far as its names and statements tell."""
    if allowed.passages or allowed.joined:
        return ()
    parsed = parse(sentence, allowed)
    around = [name.events for name in parsed.names.values() if name.kinds & AROUND]
    sets = [name.events for name in parsed.names.values() if not name.kinds & AROUND]
    sets += [set(statement.events) for statement in parsed.used if statement.events]
    sets = sets or around
    counts = Counter(event for events in sets for event in events)
    shared = {event for event, count in counts.items() if count > 1} or set(counts)
    for events in around:
        shared = shared & events or shared
    return tuple(sorted(shared, key=_number_of))[:50]


def _number_of(event: str) -> tuple[int, str]:
    digits = event.lstrip("e")
    return (int(digits) if digits.isdigit() else 0, event)


def parse(sentence: str, allowed: Allowed) -> Parsed:
    """Read a sentence against the report; `reason` says what is wrong with it."""
    parsed = Parsed(plain=plainly(sentence))
    if own := [s for s in allowed.statements if s.stems and plainly(s.text) == parsed.plain]:
        parsed.used = own[:1]  # our own words, and nothing but these
        return parsed
    parsed.words = _tokens(sentence, allowed, parsed)
    if parsed.reason:
        return parsed
    reading = read(parsed.words, allowed.relations)
    parsed.reason = reading.reason or _kinds(parsed, allowed) or _quotes(parsed, allowed)
    parsed.reason = parsed.reason or _bound(parsed, reading)
    if parsed.reason:
        return parsed
    left = _left_over(parsed.words, reading.proven, allowed, parsed)
    if not parsed.reason and left:
        parsed.used = _support(left, parsed, allowed, reading.open)
        if not parsed.used:
            parsed.reason = f"says what no finding says: {' '.join(left)[:80]!r}"
    if not parsed.reason:
        parsed.reason = _connected(parsed) or _matched(parsed, allowed) or _counted(parsed, allowed)
    if not parsed.reason and not (
        parsed.names or parsed.used or parsed.identifiers or parsed.counted or _rates(sentence)
    ):
        parsed.reason = "says nothing about this report"
    return parsed


def _rates(sentence: str) -> bool:
    return bool(
        re.search(r"\b(?:benign|suspicious|malicious|needs review|severity)\b", sentence, re.IGNORECASE)
    )


# ---- tokens ------------------------------------------------------------------------------------


def _tokens(sentence: str, allowed: Allowed, parsed: Parsed) -> list[Word]:
    """Words in order; names and quotations as one piece each; identifiers and known numbers taken out."""
    text, held = _hold(sentence, allowed, parsed)
    found: list[Word] = []
    for raw in re.sub(r"([,;:])(?=\s)", r" \1 ", text).split():
        if raw in ",;:":
            found.append(Word(raw))
            continue
        token = raw.strip(_TRIM)
        if token.startswith("\x00"):
            found.append(Word(held[int(token.strip("\x00"))], is_name=True))
            continue
        token = token.removesuffix("'s").removesuffix("’s")
        if not token or token in "–—-…":
            continue
        low = token.lower()
        if re.fullmatch(r"\d{1,3}(,\d{3})+|\d{1,9}", low):
            found.append(Word(low.replace(",", "")))
        elif not _is_word(token):
            name = allowed.names.get(low)
            if name is None:
                parsed.reason = f"{token[:60]!r} does not stand in the report"
                return []
            _use(low, name, parsed)
            found.append(Word(low, is_name=True))
        elif low in allowed.names and _is_proper(low, token, allowed):
            _use(low, allowed.names[low], parsed)
            found.append(Word(low, is_name=True))
        else:
            found += [Word(part) for part in low.split("-") if part]
    return found


def _is_word(token: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z][A-Za-z'’]*(?:-[A-Za-z]+)*", token))


def _is_proper(low: str, token: str, allowed: Allowed) -> bool:
    """Whether a plain word is meant as a name: it is one of the report's and no ordinary word."""
    return not is_glue(low) and low not in LIMITS and low not in QUANTIFIERS and low not in NUMBER_WORDS


def _use(low: str, name: Name, parsed: Parsed) -> None:
    parsed.names[low] = name


def _hold(sentence: str, allowed: Allowed, parsed: Parsed) -> tuple[str, list[str]]:
    """The sentence with long names, quotations, identifiers and labelled numbers held back."""
    held: list[str] = []
    text = sentence

    def hold(piece: str, low: str) -> None:
        nonlocal text
        text = text.replace(piece, f" \x00{len(held)}\x00 ", 1)
        held.append(low)

    text = text.replace("\x00", " ")
    found = mentions(text, allowed)
    parsed.identifiers += [mention.id for mention in found]
    for mention in reversed(found):
        text = f"{text[: mention.start]} {text[mention.end :]}"
    for match in list(_LABELLED.finditer(text)):
        label = {"process id": "pid", "event": "event id", "event code": "event id"}.get(
            match[1].lower(), match[1].lower()
        )
        key = f"{label} {match[2]}"
        if key in allowed.names:
            _use(key, allowed.names[key], parsed)
            text = text.replace(match[0], " ", 1)
    low = text.lower()
    for name in sorted((n for n in allowed.names if " " in n and n in low), key=len, reverse=True):
        place = text.lower().find(name)
        if place >= 0 and allowed.names[name].kinds != {"number"}:
            _use(name, allowed.names[name], parsed)
            hold(text[place : place + len(name)], name)
    for quotation in quoted(text):
        piece = quotation.strip().lower()
        if piece in allowed.names:
            _use(piece, allowed.names[piece], parsed)
        elif "\x00" not in piece:
            parsed.quotations.append(piece)
        if "\x00" not in piece and " " in quotation.strip():
            hold(quotation, piece)
    return text, held


# ---- what is said of the names ---------------------------------------------------------------------


def _kinds(parsed: Parsed, allowed: Allowed) -> str:
    """What "user X" calls a user is one; nothing is said to be a name, and no name to be a thing."""
    sentence = parsed.words
    for at, word in enumerate(sentence):
        if not word.is_name:
            continue
        kinds = allowed.names[word.text].kinds if word.text in allowed.names else {"quotation"}
        for near in (at - 1, at + 1):
            if 0 <= near < len(sentence) and not sentence[near].is_name:
                kind = KIND_NOUNS.get(sentence[near].text)
                if kind and near < at and kind not in kinds:
                    return f"{word.text} is not a {sentence[near].text}"
        if _equates(sentence, at):
            return f"equates {word.text} with something"
        if _is_predicate(sentence, at, kinds):
            return f"says that something is {word.text}"
        if not kinds & (_SOLID | {"quotation"}) and _is_linked(sentence, at, kinds):
            return f"links something with {word.text}"
        if governing(sentence, at) == "as" and not kinds & {"user", "quotation"}:
            return f"says that something is {word.text}"
    return ""


_COPULA = listed("is was are were called named")
_BEFORE_NOUN = listed("a an the as also called named")
_LEVELS = listed("informational low medium high critical")
_SOLID = frozenset({"process", "host", "ip", "domain", "file", "hash", "service", "task", "share", "pipe"})
"""Kinds of names that an event records as what they are; an account, or a word of a command, is not."""
_LINKS = frozenset(
    stem(word) for word in listed("associate relate link identify match correspond map name call")
)


def _equates(sentence: Sequence[Word], at: int) -> bool:
    """Whether "X is (a/the …) Y" stands here, with two names or a name and a kind of thing."""
    rest = sentence[at + 1 : at + 7]
    if not rest or rest[0].is_name or rest[0].text not in _COPULA:
        return False
    for word in rest[1:]:
        if word.is_name or word.text in KIND_NOUNS:
            return True
        if word.text not in _BEFORE_NOUN:
            return word.text in THINGS or word.text in _LEVELS
    return False


def _is_predicate(sentence: Sequence[Word], at: int, kinds: set[str]) -> bool:
    """Whether "… is (a) NAME" stands here: whoever chose the name would choose what is said.

    "The host is WS01" says what the name is, and may stand.
    """
    place = at - 1
    while place >= 0 and sentence[place].text in _BEFORE_NOUN and not sentence[place].is_name:
        place -= 1
    if place < 0 or sentence[place].is_name or sentence[place].text not in _TO_BE:
        return False
    noun = sentence[place - 1].text if place else ""
    return KIND_NOUNS.get(noun) not in kinds


_TO_BE = listed(
    "is was are were be been being has have had appear appears appeared seem seems seemed remain remains"
)


def _is_linked(sentence: Sequence[Word], at: int, kinds: set[str]) -> bool:
    """Whether "associated with NAME", "shows NAME" or the like stands here.

    "Involves alice@x.example" and "involves the user alice" say that it is an account, a bare word does not.
    """
    if governing(sentence, at) not in ("", "with", "to", "of"):
        return False
    stems = {stem(word.text) for word in sentence[max(0, at - 5) : at] if not word.is_name}
    if stems & _LINKS:
        return True
    told = at > 0 and KIND_NOUNS.get(sentence[at - 1].text) in kinds
    account = "user" in kinds and (told or not sentence[at].text.isalnum())
    return bool(stems & LINKING) and not account


_QUOTES_AFTER = listed(
    """contain contains line lines command commands named called name include includes text path file process
    user host service task pipe share account"""
)


def _quotes(parsed: Parsed, allowed: Allowed) -> str:
    """A quotation stands where text is spoken of, and in an event in which each name of the sentence acts."""
    for at, word in enumerate(parsed.words):
        if not word.is_name or word.text in allowed.names:
            continue
        before = [one.text for one in parsed.words[:at] if one.text not in ("the", ",", ":")]
        if not before or before[-1] not in _QUOTES_AFTER:
            return f"quotes {word.text[:60]!r} where no text is spoken of"
    for quotation in parsed.quotations:
        where = allowed.holding(quotation)
        if not where:
            continue  # in what the report says of no single event
        for low, name in parsed.names.items():
            holds = name.acting if name.kinds & {"process", "user"} else name.events
            if not holds & where:
                return f"no event of {low!r} holds {quotation[:60]!r}"
    return ""


def _bound(parsed: Parsed, reading: Reading) -> str:
    """Host, account, moment, port and the like are those of an event that records what is told."""
    for low, name in parsed.names.items() if reading.events else ():
        if (name.kinds & AROUND or name.kinds == {"number"}) and not name.events & reading.events:
            return f"no event that says so holds {low!r}"
    return ""


def _matched(parsed: Parsed, allowed: Allowed) -> str:
    """A technique is said of names only that take part in what matched it."""
    for id in parsed.identifiers:
        about = [one for one in allowed.statements if one.about == id and one.events]
        called = {word for one in about for word in plainly(one.text).split()}
        for low, name in parsed.names.items() if about else ():
            # "PowerShell (T1059.001)" is the technique, whatever program is called so as well.
            if low not in called and not any(_takes_part(low, name, one) for one in about):
                return f"{low} has no part in what matched {id}"
    return ""


def _counted(parsed: Parsed, allowed: Allowed) -> str:
    """A number of the whole report is not said of one name of it."""
    for noun, number in parsed.counted:
        for low, name in parsed.names.items():
            if noun == "event":
                right = not allowed.cut and len(name.events) == number
            else:
                right = "host" in name.kinds and allowed.counts.get("host") == frozenset({1})
            if not right:
                return f"{number} {noun} is not a number of {low}"
    return ""


def _left_over(
    sentence: Sequence[Word], proven: frozenset[int], allowed: Allowed, parsed: Parsed
) -> list[str]:
    """The words that claim something and are not settled yet, as stems; numbers are settled here."""
    left: list[str] = []
    for at, word in enumerate(sentence):
        if word.is_name or at in proven:
            continue
        text = word.text
        noun = stem(sentence[at + 1].text) if at + 1 < len(sentence) else ""
        if text.isdecimal() or (text in NUMBER_WORDS and noun in allowed.counts):
            number = NUMBER_WORDS[text] if text in NUMBER_WORDS else int(text)
            if number not in allowed.counts.get(noun, ()):
                parsed.reason = f"{text} {noun} is not a number of this report"
                return []
            parsed.counted.append((noun, number))
        elif text in ",;:":
            continue
        elif (
            text in LIMITS or text in QUANTIFIERS or not (is_glue(text) or _is_computed(at, parsed, allowed))
        ):
            left.append(stem(text))
    return left


def _is_computed(at: int, parsed: Parsed, allowed: Allowed) -> bool:
    """The computed verdict and severity may be said; `claims` has refused all others by now.

    The level of severity is said beside the word alone: "a critical system" is another statement.
    """
    text = parsed.words[at].text
    if text == "severity":
        return True
    if text == allowed.severity.label:
        return any(word.text == "severity" for word in parsed.words[max(0, at - 3) : at + 2])
    verdict = allowed.verdict.value
    return text in verdict.split() and f" {verdict} " in parsed.plain


# ---- whose words they are ---------------------------------------------------------------------------


def _support(
    left: list[str], parsed: Parsed, allowed: Allowed, doers: Sequence[tuple[str, str]]
) -> list[Statement]:
    """One statement that says all the words, or two that say them one after the other; [] if none do."""
    usable = [s for s in allowed.statements if s.stems and _fits_names(s, parsed)]
    usable = [s for s in usable if not s.general or plainly(s.text) in parsed.plain]
    usable = [s for s in usable if all(_fits_doer(s, doer, verb, allowed) for doer, verb in doers)]
    text_limits = {word.text for word in parsed.words if word.text in LIMITS}
    for statement in usable:
        if _says(statement, left, text_limits):
            return [statement]
    for cut in range(1, len(left)):
        firsts = [s for s in usable if _says(s, left[:cut], text_limits)]
        if not firsts:
            continue
        for second in usable:
            if _says(second, left[cut:], text_limits):
                for first in firsts:
                    apart = first is not second and first.limits | second.limits >= text_limits
                    if apart and _are_joined(first, second, parsed.plain):
                        return [first, second]
    return []


def _are_joined(first: Statement, second: Statement, plain: str) -> bool:
    """Whether a comma or "and" alone stands between two statements that are repeated word for word.

    "A log was cleared by an Office program" would make one deed of two.
    """
    one, other = plainly(first.text), plainly(second.text)
    if not (first.general and second.general) or one not in plain or other not in plain:
        return True
    between = plain[plain.index(one) + len(one) : plain.rindex(other)].split()
    return not between or between[-1] == "and"


def plainly(text: str) -> str:
    """Words alone, with one blank around each: what is ours is repeated word for word or not at all.

    "Clearing a log by hand removes what came before" must not become "the log was cleared by hand". A program
    is the same with its extension and without.
    """
    found = re.findall(r"[^\W_]+", text.lower().replace(".exe", ""))
    return f" {' '.join(found)} "


def _says(statement: Statement, left: Sequence[str], limits: set[str]) -> bool:
    """Whether the words stand in the statement, in its order, and enough of it is repeated."""
    if not statement.limits <= limits:
        return False
    if len(left) < max(1, statement.share * len(statement.stems)):
        return False
    rest = iter(statement.stems)
    return all(any(stem == other for other in rest) for stem in left)


def _fits_names(statement: Statement, parsed: Parsed) -> bool:
    """A statement about events may be said of names only where they act in those events."""
    if not parsed.names:
        return True
    if not statement.events:
        return False
    return all(_takes_part(low, name, statement) for low, name in parsed.names.items()) and not any(
        _is_acted_on(at, parsed.words) and not _stands_in(word.text, statement)
        for at, word in enumerate(parsed.words)
        if word.text in parsed.names
    )


_ACTED_ON = listed("of to for with from into")


def _is_acted_on(at: int, sentence: Sequence[Word]) -> bool:
    """Whether "of NAME", "to NAME" … stands here: that is no place for who did it."""
    return sentence[at].is_name and governing(sentence, at) in _ACTED_ON


def _takes_part(low: str, name: Name, statement: Statement) -> bool:
    if not name.events & statement.events:
        return False
    if not name.kinds & {"process", "user", "host"}:
        return True
    return bool(name.acting & statement.events) or _stands_in(low, statement)


def _stands_in(low: str, statement: Statement) -> bool:
    """Whether a name is a value of the finding's own evidence."""
    return any(value == low or value.endswith(("\\" + low, "/" + low)) for value in statement.names)


def _fits_doer(statement: Statement, doer: str, verb: str, allowed: Allowed) -> bool:
    """Whether a name can be the subject of a statement's verb: for "start" the parent, else the actor."""
    name = allowed.names.get(doer)
    if name is None or not statement.events:
        return False
    if verb != "start":
        return bool(name.acting & statement.events)
    children = (other for family, parent, other in allowed.relations if (family, parent) == ("start", doer))
    return any(allowed.names[child].acting & statement.events for child in children if child in allowed.names)


def _connected(parsed: Parsed) -> str:
    """Names of one sentence hang together, through events that hold two of them at a time.

    A host, an account or a moment holds nothing together: all sorts of things share it. It has to share
    an event with each of the other names instead.
    """
    if len(parsed.names) > _MAX_NAMES:
        return "names too many things at once"
    around = {low: name for low, name in parsed.names.items() if name.kinds & AROUND}
    waiting = {low: name for low, name in parsed.names.items() if low not in around}
    for low, name in around.items():
        for other_low, other in parsed.names.items():
            if not name.events & other.events:
                return f"no event holds {low!r} together with {other_low!r}"
    reached: set[str] = set()
    while waiting:
        near = [low for low, name in waiting.items() if not reached or name.events & reached]
        if not near:
            return f"no event holds {min(waiting)!r} together with the others"
        reached |= waiting.pop(near[0]).events
    return ""
