"""What a question leaves out, and what it limits itself to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .complements import reach, unclear_behind
from .words import word_list

_EXCLUDING = re.compile(
    r"\b(?:but not|and not|not (?:on|by|from|in|for|within|under|signed|to|with|started|"
    r"run|launched|when|if|including|containing|involving|spawned|related|located|via)|"
    r"exclud(?:e|es|ing)|except(?:ing)?(?: for| from| when| if| by| on)?|"
    r"ignor(?:e|ing)|unless|other than|apart from|aside from|leaving out|leave out|"
    r"outside of|outside|rather than|(?:does|do|did)(?: not|n't) (?:contain|have|include|"
    r"end|start|match|belong|come)\w*|"
    r"filter(?:ing)? out|that (?:is|are|was|were) not|which (?:is|are|was|were) not|"
    r"without|(?:does|do|did)n't|non(?=-(?:interactive|network)\b)|is not|are not|isn't|aren't|wasn't|"
    r"weren't|not)\b(?! only\b)",
    re.IGNORECASE,
)
_END = re.compile(
    r"[.;]\s|[.;]$|,\s*(?:and then|then|which|that|but only|in the|over|within|since|"
    r"grouped)\b|\b(?:in the (?:last|past)|since|within the last|per|grouped by|"
    r"followed by|"
    r"but only|only on|only by|in order|to bypass|that could|which could|this|so that)\b",
    re.IGNORECASE,
)
_ONLY = re.compile(
    r"\b(?:only|just|solely|exclusively) (?:on|by|from|in|for|with)\b|\b(?:on|by|from) only\b", re.IGNORECASE
)
_PLACE_WORD = (
    r"(?:servers?|hosts?|machines?|computers?|workstations?|systems?|controllers?|laptops?|"
    r"desktops?|nodes?|devices?|endpoints?|clients?|agents?)"
)
_HOSTS = re.compile(
    rf"\b(?:on|from|for|excluding|except|ignoring|in) (?:the |our |any |all |"
    rf"known )?((?:[a-z0-9]+[ -]){{1,2}}?)({_PLACE_WORD})\b",
    re.IGNORECASE,
)
_NO_GROUP = word_list("no_host_kinds")
_NEGATES = re.compile(r"\bnot\b(?! (?:when|if)$)|n't\b|^without$", re.IGNORECASE)
"""Of the words that exclude those that negate what follows at once, and not a thing with all that it has."""
_DO = re.compile(r"\b(?:does|do|did) $", re.IGNORECASE)
_VERB = re.compile(r" ([a-z]+)", re.IGNORECASE)
_ONE_WORD = re.compile(r"-?\w*")
_LONGEST = 200
_NEAR = 30
"""Characters that a bare "not" is about."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Clause:
    """A part of the question that says what not to look at, or that nothing else is."""

    start: int
    end: int
    only: bool = False
    """Whether it limits instead of leaving out."""
    place: bool = False
    """Whether only places can be meant: "outside of System32"."""
    behind: int = 0
    """Where the words that exclude end."""
    doubt: tuple[int, int] = (0, 0)
    """Place of words of which it is not clear whether they belong to the clause."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hosts:
    """A kind of computers that only the asker knows."""

    start: int
    end: int
    words: str
    name: str
    """The word that tells them: "build"."""


def clauses(text: str, things: Sequence[tuple[int, int]] = ()) -> list[Clause]:
    """The parts that leave something out or limit, in order and apart; `things` are places of values."""
    found: list[Clause] = []
    for match in _EXCLUDING.finditer(text):
        if found and match.start() < found[-1].end:
            continue
        word = match[0].lower()
        end, doubt = _end(text, match.end()), (0, 0)
        if word == "not":
            end = min(end, match.end() + _NEAR)
        elif word in _OTHERS:
            end = _before_verb(text, match.end(), end)
        start = match.end()
        if word == "not" and (doing := _DO.search(text, max(0, match.start() - 6), match.start())):
            word = f"{doing[0].lower()}not"
        if word.startswith("d") and word.endswith(("not", "n't")):
            start = _verb_end(text, start)
        if word == "non":
            end = match.end() + len(_ONE_WORD.match(text, match.end())[0])  # type: ignore[index]
        elif _NEGATES.search(word):
            following = _EXCLUDING.search(text, match.end(), end)
            most = following.start() if following else end
            end, unclear = reach(text, word, min(start, most), most, things)
            doubt = (unclear, most) if unclear >= 0 else doubt
        elif not word.startswith("outside"):
            unclear = unclear_behind(text, match.end(), end, things)
            doubt = (unclear, end) if unclear >= 0 else doubt
        found.append(
            Clause(
                start=match.start(),
                end=end,
                place=word.startswith("outside"),
                behind=match.end(),
                doubt=doubt,
            )
        )
    found += [
        Clause(start=match.start(), end=_end(text, match.end()), only=True) for match in _ONLY.finditer(text)
    ]
    return sorted(found, key=lambda one: one.start)


def _verb_end(text: str, start: int) -> int:
    """Where the verb of a "did not" ends, so that what follows is its complement; a state has none."""
    verb = _VERB.match(text, start)
    return verb.end() if verb and verb[1].lower() not in _STATES else start


_STATES = word_list("states")
_OTHERS = frozenset(("other than", "apart from", "aside from", "rather than"))
_DOES = re.compile(
    r"(?<=[\w)\"'`]) (?!and\b|or\b)(?:which |that )?(?:\w+ly )?(?:connect|start|spawn|launch|load"
    r"|access|open|writ|creat|mak|execut|runs|running|us(?:es|ing)\b|modif|chang|delet|reads|reading|call|quer|resolv|send|download"
    r"|drop|inject|dump|log(?:s|ging)|talk|communicat|set(?:s|ting)|add(?:s|ing)|attempt|tr(?:ies|ying))\w*"
    r"(?! by\b)",
    re.IGNORECASE,
)
_THOSE = re.compile(
    r"\b(?:those|ones|any|processes|programs|files|connections|it|them|is|are|was|were)$", re.I
)


def _before_verb(text: str, start: int, end: int) -> int:
    """Where something is said of all but what was named: "a process other than X connecting to Y"."""
    for match in _DOES.finditer(text, start, end):
        if text[start : match.start()].strip() and not _THOSE.search(text, start, match.start()):
            return match.start()
    return end


def _end(text: str, start: int) -> int:
    match = _END.search(text, start, min(len(text), start + _LONGEST))
    return min(match.start() if match else len(text), start + _LONGEST)


def host_kinds(text: str) -> list[Hosts]:
    """Kinds of computers that are named by what they are for: "build servers"."""
    found = []
    for match in _HOSTS.finditer(text):
        words = [word for word in re.split(r"[ -]", match[1].strip().lower()) if word]
        telling = [word for word in words if word not in _NO_GROUP]
        if telling and len(telling) == len(words):
            name = (
                "dc" if telling[-1] == "domain" and match[2].lower().startswith("controller") else telling[-1]
            )
            found.append(
                Hosts(
                    start=match.start(1), end=match.end(), words=text[match.start(1) : match.end()], name=name
                )
            )
    return found
