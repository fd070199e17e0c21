"""Names of malware, groups and campaigns that the store has not, where a report introduces them.

Three ways of writing count: designations of trackers (UNC1234, Storm-0123), introductions ("a backdoor
called X", "the group, tracked as X") and a name before its kind ("X ransomware"). A name of one plain
capitalised word needs more than one that has inner capitals or digits. Everything is looked for around
literal words, with bounded patterns, so that the time is linear in the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from .name_shapes import LONGEST, TOKEN, Ordinary, Shape, is_first, tokens

MOST = 200
"""Different names of one text."""

# From: how vendors number and name what they track, as their public naming pages say (Mandiant UNC, FIN, APT,
# TEMP; Microsoft DEV, Storm and weather; Proofpoint TA; Unit 42 CL-STA, CL-CRI; CERT-UA UAC; Talos UAT;
# Recorded Future TAG; IBM ITG; Elastic REF; CrowdStrike animals; Secureworks metals).
_DESIGNATION = re.compile(
    r"(?<![\w.-])(?:UNC[0-9]{3,5}|DEV-[0-9]{4}|Storm-[0-9]{4}|TA[1-9][0-9]{2,3}|APT-C-[0-9]{1,3}"
    r"|APT[ -]?[0-9]{1,3}|FIN[ -]?[0-9]{1,2}"
    r"|(?:TEMP|Temp|temp)\.[A-Z][A-Za-z]{2,20}|CL-(?:STA|CRI|UNK)-[0-9]{4}|UAC-[0-9]{4}"
    r"|UAT-?[0-9]{4}|TAG-[0-9]{2,3}|ITG[0-9]{2}|REF[0-9]{4}|TGR-STA-[0-9]{4}"
    r"|[A-Z][a-z]{2,15} (?:Typhoon|Sandstorm|Blizzard|Sleet|Tempest|Tsunami|Cyclone)"
    r"|(?:[A-Z]{4,14} (?:PANDA|BEAR|KITTEN|SPIDER|CHOLLIMA|JACKAL|BUFFALO|LEOPARD))"
    r"|(?:[A-Z][a-z]{3,13} (?:Panda|Kitten|Chollima|Spider))"
    r"|(?:GOLD|IRON|BRONZE|COBALT|NICKEL|TIN|ALUMINUM) [A-Z]{4,14})(?![\w-])"
)
_SOFTWARE = (
    r"backdoors?|banking trojans?|bankers?|bootkits?|botnets?|clippers?|crypters?|crypto-?miners?"
    r"|downloaders?|droppers?|exploit kits?|implants?|info-?stealers?|information stealers?"
    r"|keyloggers?|loaders?"
    r"|malware(?: famil(?:y|ies))?"
    r"|ransomware(?: famil(?:y|ies))?|remote access (?:trojans?|tools?)|RATs?"
    r"|rootkits?|spyware|stealers?|trojans?|web ?shells?|wipers?|worms?"
)
_GROUP = (
    r"threat actors?|threat groups?|hacking groups?|hacker groups?|APT groups?|APTs?|intrusion sets?"
    r"|ransomware (?:groups?|gangs?|operators?|operations?)|activity (?:groups?|clusters?)"
    r"|cyber-?crime (?:groups?|gangs?)"
    r"|(?:cyber-?)?espionage (?:groups?|actors?)|extortion (?:groups?|gangs?)|gangs?|collectives?"
)
_LOOSE = r"actors?|groups?|adversar(?:y|ies)|clusters?"
_KIND = re.compile(
    rf"(?<![\w-])(?:(?P<group>{_GROUP})|(?P<software>{_SOFTWARE})|(?P<loose>{_LOOSE})|(?P<campaign>campaigns?))"
    r"(?![\w-])",
    re.IGNORECASE,
)
_GENERIC = frozenset(
    {"malware", "loader", "dropper", "downloader", "worm", "implant", "banker", "gang", "collective"}
)
_NAME = rf"{TOKEN}(?: {TOKEN}){{0,2}}"
_BEFORE = re.compile(rf"(?:(?<=\s)|(?<=[\"“'‘(])|\A)(?P<name>{_NAME})[\"”'’]?[ \n]\Z")
_SAID = (
    r"(?:dubbed|code-?named|nicknamed|called|named|known as|tracked(?: internally)? as|referred to as"
    r"|identified as"
    r"|we (?:have )?(?:call|called|named|dubbed|track as|refer to as))"
)
_AFTER = re.compile(
    rf"(?: famil(?:y|ies)| variants?| strains?| tools?| programs?| groups?)?[,(]? ?\(?"
    rf"(?:(?:that|which|it|is|was|were|has been|also|internally|being|commonly|the|researchers|they) ){{0,3}}"
    rf"{_SAID} (?:the )?(?P<quote>[\"“'‘]?)(?P<name>{_NAME})",
)
_DUBBED = re.compile(
    rf"(?<![\w-])(?:dubbed|code-?named|nicknamed|tracked as|tracks as|track as)"
    rf" (?P<quote>[\"“'‘]?)(?P<name>{_NAME})"
)
_OPERATION = re.compile(
    r"(?<![\w-])Operation (?P<name>[A-Z][A-Za-z0-9]{2,20}(?: [A-Z][A-Za-z0-9]{2,20})?)(?![\w-])"
)
_LED = re.compile(r"\b(?:[Tt]he|[Aa]) \Z")
_NAMED = re.compile(rf" [\"“'‘]?({TOKEN})(?![\w-])")
_STOP = re.compile(r"[.!?](?=\s)|\n")


@dataclass(frozen=True, kw_only=True, slots=True)
class Introduced:
    """A name, and how a report introduces it."""

    name: str
    type: str
    """group, software or campaign."""
    kind: str
    """The word that says what it is: "ransomware"; "" for a designation."""
    start: int


def introduced(text: str, ordinary: Ordinary) -> list[Introduced]:
    """Each name once, in order of appearance, at most 200."""
    found: dict[str, Introduced] = {}
    votes: dict[str, list[tuple[Introduced, bool]]] = {}
    for one, alone in _candidates(text, ordinary):
        votes.setdefault(one.name, []).append((one, alone))
    for name, every in votes.items():
        sure = [one for one, enough in every if enough]
        if sure or len(every) > 1:
            found[name] = (sure or [one for one, _ in every])[0]
    people = _people(text)
    for name, one in found.items():
        if one.type == "software" and one.kind in _GENERIC and people[name] > 0:
            found[name] = _made(name, "group", "group", one.start)
    for name in list(found):
        bare, _, last = name.rpartition(" ")
        if bare in found and _KIND.fullmatch(last):
            found[name] = _made(bare, found[name].type, found[name].kind, found[name].start)
    chosen = sorted(found.values(), key=lambda one: one.start)
    return chosen[:MOST]


def _people(text: str) -> Counter[str]:
    """Of names of one word, how often they stand beside a word for people, less those for software."""
    beside: Counter[str] = Counter()
    for kind in _KIND.finditer(text):
        if kind.lastgroup == "campaign":
            continue
        weight = -1 if kind.lastgroup == "software" else 1
        words = text[max(0, kind.start() - 60) : kind.start()].split(" ")
        if len(words) > 2 and not words[-1]:  # "LampDog group", "LampDog mining group"
            at = -3 if words[-2].islower() else -2
            beside[words[at].strip("\"“”'‘’")] += weight
        if weight > 0 and _LED.search(text, max(0, kind.start() - 5), kind.start()):
            after = _NAMED.match(text, kind.end(), kind.end() + 80)
            if after is not None:
                beside[after[1]] += weight
    return beside


def _candidates(text: str, ordinary: Ordinary) -> Iterator[tuple[Introduced, bool]]:
    """Introductions, each with whether it is enough alone."""
    for match in _DESIGNATION.finditer(text):
        yield Introduced(name=match.group(), type="group", kind="", start=match.start()), True
    for match in _OPERATION.finditer(text):
        words = tokens(match["name"])
        while words and words[-1] in ordinary:
            words.pop()
        if words and not is_first(text, match.start()):
            yield _made(f"Operation {' '.join(words)}", "campaign", "operation", match.start()), True
    for match in _KIND.finditer(text):
        yield from _around(text, match, ordinary)
    for match in _DUBBED.finditer(text):
        kind = _kind_before(text, match.start())
        name = _cut(text, match, ordinary) if kind is not None else ""
        if kind is not None and name:
            yield _made(name, _type(kind), kind.group().lower(), match.start("name")), True


def _around(text: str, kind: re.Match[str], ordinary: Ordinary) -> Iterator[tuple[Introduced, bool]]:
    said = kind.group().lower()
    after = _AFTER.match(text, kind.end(), kind.end() + 160)
    if after is not None:
        name = _cut(text, after, ordinary)
        if name:
            yield _made(name, _type(kind), said, after.start("name")), True
    if kind.lastgroup in ("loose", "campaign"):
        return
    before = _BEFORE.search(text, max(0, kind.start() - LONGEST - 2), kind.start())
    if before is None or _opens_sentence(kind.group()):
        return
    words: list[tuple[int, str]] = []
    at = before.end("name")
    for word in reversed(tokens(before["name"])):
        at = text.rfind(word, 0, at)
        if ordinary.shape(word) is Shape.NONE:
            break
        words.insert(0, (at, word))
    if not words:
        return
    start, name = words[0][0], text[words[0][0] : before.end("name")]
    shape = ordinary.best(tokens(name))
    if shape is Shape.WEAK and (_is_title(text, start) or ordinary.count(name) < 2):
        return
    general = said.removesuffix("s").removesuffix(" family") in _GENERIC
    sure = shape is Shape.STRONG or (shape is Shape.WEAK and not general and not is_first(text, start))
    if shape is not Shape.NONE:
        yield _made(name, _type(kind), said, start), sure


def _opens_sentence(kind: str) -> bool:
    """Whether a capital stands in its first word alone: "Threat actors", which is no title either."""
    first, _, rest = kind.partition(" ")
    return first[0].isupper() and not first.isupper() and bool(rest) and rest.islower()


def _cut(text: str, match: re.Match[str], ordinary: Ordinary) -> str:
    """The name that an introduction gives: its leading words that are written like one; "" for none."""
    words: list[str] = []
    raw = match["name"]
    if match["quote"]:
        closed = re.match(
            r"[^\"”'’\n]{1,40}(?=[\"”'’])", text[match.start("name") : match.start("name") + 41]
        )
        raw = closed.group().rstrip(" ,.") if closed is not None else raw
        if tokens(raw) and " ".join(tokens(raw)) == raw and ordinary.best(tokens(raw)) is not Shape.NONE:
            return raw
        return ""
    at = 0
    for word in raw.split(" "):
        if not (word[0].isupper() or ordinary.shape(word) is Shape.STRONG) or (
            word in ordinary and not words
        ):
            break
        if words and word in ordinary and word.lower() in _SMALL:
            break
        words.append(word)
        at += len(word) + 1
    name = " ".join(words)
    follows = text[match.start("name") + len(name) : match.start("name") + len(name) + 2]
    if follows[:1] in (".", "_", "/", "\\", "@", ":") and follows[1:].strip():
        return ""  # a file, a host, a path
    return name if words and ordinary.best(words) is not Shape.NONE else ""


_SMALL = frozenset(
    {"and", "or", "the", "in", "by", "is", "was", "as", "for", "on", "to", "with", "has", "we"}
)


def _kind_before(text: str, at: int) -> re.Match[str] | None:
    """The last word of the sentence before that says what is named."""
    start = max(0, at - 120)
    for stop in _STOP.finditer(text, start, at):
        start = stop.end()
    kinds = list(_KIND.finditer(text, start, at))
    return kinds[-1] if kinds else None


def _is_title(text: str, at: int) -> bool:
    """Whether most words around have a capital: in a headline a capital says nothing."""
    around = [word for word in tokens(text[max(0, at - 60) : at + 60]) if len(word) > 3]
    return sum(word[0].isupper() for word in around) > 0.7 * len(around)


def _type(kind: re.Match[str]) -> str:
    return "group" if kind.lastgroup == "loose" else str(kind.lastgroup)


def _made(name: str, type: str, kind: str, start: int) -> Introduced:
    return Introduced(name=name, type=type, kind=kind, start=start)
