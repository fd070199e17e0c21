"""How far a "not" reaches: over the complement of its own verb, and not over the phrase behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .words import word_list

_PREPOSITION = (
    r"(?:from|to|into|onto|via|by|with|without|on|in|at|under|for|through|against|over|inside|within|"
    r"towards?|using|targeting)"
)
_STATES = word_list("states")
_NOUNS = word_list("event_nouns")
_STATE = rf"(?:{'|'.join(sorted(_STATES, key=len, reverse=True))})"
_PARTICIPLE = rf"(?:(?!{_STATE}\b)[a-z]{{2,20}}(?:ed|ing)|run|written|sent|made|set|built)"
_LEAD = re.compile(
    rf"(?:\s+(?:the|an?|any|all|our|their|its|those|ones|either|been|being|be|yet|also|only|"
    rf"(?:that|which|who|when|where)(?: (?:is|are|was|were|has|have|had))?|"
    rf"{'|'.join(sorted(_NOUNS))}|{_PREPOSITION}|{_PARTICIPLE})(?![\w.\\/:@*-]))*",
    re.IGNORECASE,
)
"""What stands between a "not" and what it is about: "not [started by] explorer.exe"."""
_DOING = (
    r"(?:load|connect|start|spawn|launch|access|open|writ|creat|execut|runn|us|modif|chang|delet|read|call|"
    r"resolv|send|download|dropp|inject|dump|talk|communicat|mak)"
)
_OPENS = re.compile(
    rf"(?<=[\s,(])(?:(?:{_PARTICIPLE}\s+)?{_PREPOSITION}|(?:that|which|who|whose|where|when|while|but)|"
    rf"{_DOING}ing|and(?= (?:also )?(?:has|have|had|is|are|was|were|contains?|uses?|runs|loads|"
    r"connects|writes)\b)"
    rf"|and(?= (?:the |its |their |whose )?(?:\w{{2,20}} ){{1,2}}"
    rf"(?:is|are|was|were|has|have|contains|ends|starts)\b))(?=[\s(\"'`])",
    re.IGNORECASE,
)
"""What begins a phrase of its own: "from", "started by", "running from", "loading"."""
_DOES = re.compile(
    r"(?<=[\w)\"'`]) (?:\w+ly )?(?:connects|starts|spawns|launches|loads|accesses|opens|writes|creates|"
    r"executes|runs|uses|modifies|changes|deletes|calls|sends|downloads|drops|injects|dumps)\b(?! by\b)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[\w-]+")
_RULES = re.compile(rf"{_PREPOSITION}|{_PARTICIPLE}", re.IGNORECASE)
_JOINED = re.compile(r"\b(or|nor|and)\s*$", re.IGNORECASE)
_QUOTES = re.compile(r"\"[^\"\n]*\"|`[^`\n]*`")
_TAKEN = frozenset(("by", "with"))
"""What a state takes: "signed by", "signed with"; every other preposition begins something new."""
_SAYS_WHAT_IS = re.compile(r"\b(?:is|are|was|were) not$|n't$", re.IGNORECASE)
_DOES_NOT = re.compile(r"(?:does|do|did)\b", re.IGNORECASE)


def reach(text: str, word: str, start: int, end: int, things: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """(Where the clause of a "not" ends, where a phrase begins that may belong to it or not; -1 for none).

    Args:
        text: The question.
        word: The words that exclude: "that are not", "not from".
        start: Where these words end.
        end: Where the clause ends at the latest.
        things: Places of values and programs, which are more than words.
    """
    last = _last(word)
    led = start if last in _STATES else _LEAD.match(text, start, end).end()  # type: ignore[union-attr]
    lead = [last, *_WORD.findall(text[start:led].lower())]
    ruling = [found for found in lead if _RULES.fullmatch(found)]
    of_noun = any(found in _NOUNS for found in lead[: lead.index(ruling[0]) if ruling else None])
    is_ruled = bool(ruling) or bool(_DOES_NOT.match(word))
    for match in _opened(text, start, led, end, things):
        at, opener = match.start(), match[0].lower().split()
        joined = _JOINED.search(text, led, at)
        if joined is not None and (joined[1].lower() != "and" or "".join(opener) in ruling):
            continue  # "not from one or from the other"
        content = text[led : joined.start() if joined else at]
        before = _last(content) or last
        if not content.strip() and before not in _STATES:
            continue
        if before in _STATES and len(opener) == 1 and opener[0] in _TAKEN:
            is_ruled = True
            continue
        unclear = at if any(s < at and e > led for s, e in things) else -1
        if of_noun or (before in _NOUNS and not is_ruled):  # "not logons from": what follows tells which
            return end, unclear
        if (
            opener[0] == "and"
            or is_ruled
            or not _STATES.isdisjoint((before, *_WORD.findall(content.lower())))
        ):
            return at, -1
        return (at, unclear) if _SAYS_WHAT_IS.search(word) else (end, at)
    return end, -1


def unclear_behind(text: str, start: int, end: int, things: Sequence[tuple[int, int]]) -> int:
    """Where a phrase begins behind what is left out by name, "excluding SYSTEM from"; -1 for none."""
    led = _LEAD.match(text, start, end).end()  # type: ignore[union-attr]
    for match in _opened(text, start, led, end, things):
        content, opener = text[led : match.start()], match[0].lower().split()
        governed = _last(content) in _STATES and len(opener) == 1 and opener[0] in _TAKEN
        if content.strip() and not governed and _JOINED.search(content) is None:
            return match.start()
    return -1


def _opened(
    text: str, start: int, led: int, end: int, things: Sequence[tuple[int, int]]
) -> Iterator[re.Match[str]]:
    """What begins phrases behind the lead, in order, and not within a value or quotes."""
    kept = [*things, *(match.span() for match in _QUOTES.finditer(text, start, end))]
    found = [*_OPENS.finditer(text, led, end), *_DOES.finditer(text, led, end)]
    for match in sorted(found, key=lambda one: one.start()):
        if not any(s < match.start() < e for s, e in kept):
            yield match


def _last(text: str) -> str:
    """The last word of a text, in small letters; "" for none."""
    found = _WORD.findall(text)
    return found[-1].lower() if found else ""
