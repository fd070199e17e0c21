"""Stretches of text around a cue word, bounded by characters and lines, and the names in them.

A looker decides by nothing that stands further away, so that it finds the same in a window as in a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cybersecqwen.detect.text.matches import words

Span = tuple[int, int]
"""Start and end."""

_QUOTED = re.compile(
    r"[\"“”„«]([^\"“”„«»\r\n]{1,200})[\"“”»]|['‘’]([^'‘’\"“”\r\n]{1,200})['‘’](?!\w)|`{1,2}+([^`\r\n]{1,200})`{1,2}+"
)
_QUOTED_BEFORE = re.compile(
    r"(?:[\"“”„«]([^\"“”„«»\r\n]{1,200})[\"“”»]|(?<!\w)['‘’]([^'‘’\"“”\r\n]{1,200})['‘’]|`([^`\r\n]{1,200})`{1,2}+)\Z"
)
_TOKEN = re.compile(r"[^\s\"'`“”„‘’«»<>|,()\[\]{}=:*]{2,120}+(?![(\[{:=])")
_CAPITALISED = re.compile(r"[A-Z][\w.-]{0,60}+(?: [A-Z0-9][\w.-]{0,60}+){0,5}+")
_ODD = re.compile(r"[0-9_#@$%&~+\\{]|[a-z][A-Z]|[A-Z]{2,}[a-z]{2}|.[!.-].")
_NEXT = re.compile(r"\s{0,2}+(?:,\s?+(?:(?:and|or)\s)?|;|(?:and|or)\s|/|&|\u2022)\s{0,2}+")
_PLACEHOLDER = re.compile(
    r"[<%\[$]|\{(?![0-9A-Fa-f]{8}-)|(?:x{3,}|\.{2,}|\u2026|n/?a|none|null|true|false|unknown|redacted)\Z",
    re.IGNORECASE,
)

FUNCTION_WORDS = words(
    """
        a about above across after again against all also although among an and another any are around as at
        be because been before being below between both but by can could did do does due during each either
        every few first following for from had has have having he her here his how however if in inside into
        is it its itself just known last later like located made many may might more most must named new next
        no nor not of off on once one only onto or other our out over own per prior process running same
        second set several she should similar similarly since so some still such than that the their them
        then there these they this those through thus to too two under unless until up upon used using
        various versus via was we were what when where whether which while who whose will with within without
        would yet you your
        based chosen composed configured consisting containing created derived found generated hidden hide
        listed malicious matching mentioned picked randomly resembling selected set shown starting taken
        """
)
"""Words that are never what a thing is named, however clear the cue: "a task named after …"."""


def ahead(text: str, at: int, most: int, breaks: int = 1) -> int:
    """Where the stretch after `at` ends: at most so many characters and line breaks on."""
    limit = min(at + most, len(text))
    end = at - 1
    for _ in range(breaks + 1):
        end = text.find("\n", end + 1, limit)
        if end < 0:
            return limit
    return end


def behind(text: str, at: int, most: int, breaks: int = 0) -> int:
    """Where the stretch before `at` begins: at most so many characters and line breaks back."""
    limit = max(at - most, 0)
    start = at
    for _ in range(breaks + 1):
        start = text.rfind("\n", limit, start)
        if start < 0:
            return limit
    return start + 1


def quoted(text: str, at: int, end: int) -> Span | None:
    """What stands in quotation marks or backticks at `at`, without them and the comma put inside."""
    match = _QUOTED.match(text, at, end)
    return _inner(match) if match else None


def quoted_before(text: str, start: int, at: int) -> Span | None:
    """What stands in quotation marks or backticks that end right before `at`."""
    piece = text[max(start, at - 204) : at]
    if not piece or piece[-1] not in "\"“”»'‘’`":
        return None
    for begin in range(len(piece) - 3, -1, -1):  # the nearest opening mark
        if piece[begin] in "\"“”„«'‘’`":
            match = _QUOTED_BEFORE.match(piece, begin)
            inner = _inner(match) if match else None
            return (inner[0] + at - len(piece), inner[1] + at - len(piece)) if inner else None
    return None


def token(text: str, at: int, end: int) -> Span | None:
    """A run without blanks and marks at `at`, without the punctuation of the sentence."""
    match = _TOKEN.match(text, at, end)
    if not match:
        return None
    name = match.group().rstrip(".;,?/")
    return (at, at + len(name)) if len(name) > 1 else None


def named(text: str, at: int, end: int) -> Span | None:
    """A name after a word that says that one follows: quoted, capitalised words, or one word."""
    span = quoted(text, at, end)
    if span:
        return span
    match = _CAPITALISED.match(text, at, end)
    if match and " " in match.group():
        name = match.group().rstrip(".-")
        return (at, at + len(name))
    span = token(text, at, end)
    return span if span and is_name(text[span[0] : span[1]]) else None


def listed(text: str, span: Span, end: int) -> Iterator[Span]:
    """The names that go on a list after one: quoted ones and odd ones, at most 20."""
    at = span[1]
    for _ in range(20):
        while at < end and text[at] in "\"“”»'‘’`":
            at += 1
        more = _NEXT.match(text, at, end)
        if not more:
            return
        following = quoted(text, more.end(), end)
        if not following:
            following = token(text, more.end(), end)
            if not following or not is_odd(text[following[0] : following[1]]):
                return
        yield following
        at = following[1]


def is_name(word: str) -> bool:
    """Whether a word can be what something is named: no function word, no placeholder."""
    return word.lower() not in FUNCTION_WORDS and not _PLACEHOLDER.match(word)


def is_odd(word: str) -> bool:
    """Whether a run of letters looks like no word of a sentence: digits, underscores, inner capitals."""
    return len(word) > 3 and bool(_ODD.search(word)) and is_name(word)


def _inner(match: re.Match[str]) -> Span | None:
    start, end = match.span(match.lastindex or 0)
    raw = match.string[start:end]
    start += len(raw) - len(raw.lstrip())
    raw = raw.strip().rstrip(".,;").rstrip()
    if len(raw) < 2 or not is_name(raw):
        return None
    return start, start + len(raw)
