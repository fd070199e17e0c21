r"""Mutexes: names beside the word, arguments of the calls that make them, rows and lists headed so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cybersecqwen.detect.text.matches import Match

from .interface import Looker
from .nearby import Span, ahead, behind, is_name, is_odd, listed, named, quoted, quoted_before, token

_CUE = re.compile(r"mut(?:ex|ant)")
_AFTER = re.compile(r"mut(?:ex(?:es|s|a|w)?|ants?)(?:\(\))?(?![a-z])['’]?s?")
# CreateMutexW(NULL, TRUE, L"name"), new Mutex(true, @"name", out first)
_CALL = re.compile(r"mutex(?:ex)?[aw]?\(([^\n\"'“]{0,80}+)(?=[\"'“])")
# What may stand between the word and a name that it announces
_STRONG = re.compile(
    r"\s?(?:(?:object|string|handle|value|created|used)s?\b)?\s?(?:,\s)?"
    r"(?:which is |that is |is |was |are |were )?(?:named|called|(?:with|by|using|under|of) (?:the |a )?"
    r"(?:[\w-]{1,14} )?(?:name|value|string)s?(?: of)?"
    r"|names?\s?(?:is|was|of|are)?|known as|titled|labell?ed)\s{0,2}[:=]?\s{0,3}"
    r"|\s?(?:(?:object|string|handle|value|created|used|observed|found|seen|name)s?\b)?(?: \([\w ]{1,30}\))?"
    r"\s{0,2}[:=\t|\u2013\u2192]\s{0,3}(?:[-*\u2022] ?)?"
)
_WEAK = re.compile(
    r"\s?(?:(?:object|string|value|handle)s?\b)?\s?(?:,\s)?"
    r"(?:is |was |of |such as |like |e\.g\.,? |\(|as )?(?:the |a )?\s?"
)
_NAMESPACE = re.compile(
    r"(?:\\{0,2}(?:Sessions\\{1,2}[0-9]{1,3}\\{1,2})?BaseNamedObjects\\{1,2}|(?:Global|Local|Session)\\{1,2})"
    r"[^\s\"'`“”‘’«»<>|,;()\[\]*?]{1,200}",
    re.IGNORECASE,
)
# Further on in the sentence: "a mutex that makes sure that it runs once: Local\x"
_NAMESPACED = re.compile(r"(?<![\w\\/%:.])(?:Global|Local)\\{1,2}[^\s\"'`“”‘’«»<>|,;()\[\]*?\\]{3,200}(?!\\)")
_GUID = re.compile(r"\{?[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\}?(?![\w-])")
_BETWEEN = re.compile(
    r"(?:\s(?:as|for|is|was))?(?:\s(?:a|an|the|its|their|this))?(?:\s(?:named|unique|global|system|windows|hard-?coded|string|name))?\s\Z"
)
_LAST = re.compile(r"(?<![^\s(])[^\s\"'`“”‘’«»<>|,;()]{3,220}\Z")
_CELL_BEFORE = re.compile(r"(?<![^\t\n])([^\t\n]{3,200})\t\Z")
_HEADING = re.compile(
    r"[\W_]{0,8}(?:names? of |created |observed |related |malware |associated )?mut(?:ex(?:es)?|ants?)"
    r"(?: objects?| names?| created| values?| strings?| observed| used)?[\W_]{0,8}"
)
_ITEM = re.compile(r"[ \t]{0,12}(?:[-*\u2022\u25e6\u25cf\u00b7]|[0-9]{1,2}[.)])?[ \t]{0,4}")
_HASH = re.compile(r"(?:[0-9A-Fa-f]{2}){16,64}\Z")
_OTHER = re.compile(
    r"https?:|hxxps?:|[\w-]+(?:\[?\.\]?[\w-]+)*\[?\.\]?[A-Za-z]{2,6}\Z|[A-Za-z]:\\|HK|[0-9.]+\Z"
)


def find_mutexes(text: str, low: str) -> Iterator[Match]:
    """Names of mutexes; see `interface.Looker`."""
    reached = 0
    for cue in _CUE.finditer(low):
        for start, end in sorted(_around(text, low, cue.start())):
            if start >= reached:
                reached = end
                yield Match(type="mutex", value=_value(text[start:end]), start=start, end=end)


def _value(raw: str) -> str:
    return raw.replace("\\\\", "\\")


def _around(text: str, low: str, at: int) -> list[Span]:
    call = _CALL.match(low, at)
    if call:
        span = quoted(text, call.end(), ahead(text, call.end(), 220, 0))
        return [span] if span else []
    word = _AFTER.match(low, at)
    called = low.endswith(("create", "open"), max(0, at - 6), at)
    if not word or (not called and at and (low[at - 1].isalnum() or low[at - 1] in "_-\\/")):
        return []
    before = _before(text, low, at)
    if before:
        return [before]
    under = list(_under_heading(text, low, at, word.end()))
    if under:
        return under
    end = ahead(text, word.end(), 400)
    first = _after(text, low, word.end(), end)
    if first:
        return [first, *(span for span in listed(text, first, end) if _is_one(text[slice(*span)]))]
    return []


def _before(text: str, low: str, at: int) -> Span | None:
    r"""The "x" mutex; Global\x as a mutex; x in the cell before."""
    start = behind(text, at, 240)
    cell = _CELL_BEFORE.search(text, start, at)
    if cell and low[ahead(text, at, 12, 0) - 1 : at : -1].strip("tneaxus") == "":
        return _lone(text, cell.start(1), cell.end(1))
    gap = _BETWEEN.search(low, max(start, at - 40), at)
    if not gap:
        return None
    span = quoted_before(text, start, gap.start())
    if span:
        return span if _is_one(text[slice(*span)]) else None
    last = _LAST.search(text, max(start, gap.start() - 220), gap.start())
    if last and (_NAMESPACE.fullmatch(last.group()) or _GUID.fullmatch(last.group())):
        return last.span()
    return None


def _after(text: str, low: str, at: int, end: int) -> Span | None:
    strong = _STRONG.match(low, at, end)
    if strong:
        span = _framed(text, strong.end(), end) or named(text, strong.end(), end)
        if span:
            word = text[slice(*span)]
            announced = low[at : strong.end()].strip()
            plain = announced in ("", ":", "|", "=", "\u2013", "\u2192")
            if _is_one(word) and (not plain or is_odd(word) or text[span[0] - 1] in "\"“'‘`"):
                return span
    weak = _WEAK.match(low, at, end)
    if weak:
        span = _framed(text, weak.end(), end)
        if span and text[span[0] - 1] in "\"“”„'‘`" and " " in text[slice(*span)]:
            return None
        if not span and weak.end() > at:
            span = token(text, weak.end(), end)
            span = span if span and _telling(text[slice(*span)]) else None
        if span and _is_one(text[slice(*span)]):
            return span
    later = _NAMESPACED.search(text, at, min(end, ahead(text, at, 200)))
    return (later.start(), later.start() + len(later.group().rstrip(".;,"))) if later else None


def _framed(text: str, at: int, end: int) -> Span | None:
    """A name that shows its own bounds: a namespace, a GUID, quotation marks."""
    match = _NAMESPACE.match(text, at, end) or _GUID.match(text, at, end)
    if match:
        return at, at + len(match.group().rstrip(".;,"))
    return quoted(text, at, end)


def _under_heading(text: str, low: str, at: int, after: int) -> Iterator[Span]:
    """Lines of one name each under a heading, until a line is something else."""
    start, end = behind(text, at, 40), ahead(text, after, 40, 0)
    if not _HEADING.fullmatch(low, start, end):
        return
    for count in range(21):
        start = end + 1
        end = ahead(text, start, 240, 0)
        if start >= len(text) or (end < len(text) and text[end] != "\n"):
            return
        item = _ITEM.match(text, start, end)
        begin = item.end() if item else start
        if not text[begin:end].strip():
            if count:
                return
            continue
        span = _lone(text, begin, end)
        if not span:
            return
        yield span


def _lone(text: str, start: int, end: int) -> Span | None:
    """The one name that a line or cell consists of."""
    raw = text[start:end]
    start += len(raw) - len(raw.lstrip())
    end = start + len(raw.strip())
    span = _framed(text, start, end)
    if span:
        return span if end - span[1] <= 1 and _is_one(text[slice(*span)], True) else None
    raw = text[start:end]
    odd = " " not in raw and "\t" not in raw and not raw.endswith(":") and is_odd(raw) and _is_one(raw, True)
    return (start, end) if odd else None


def _telling(word: str) -> bool:
    """Whether a bare word right after "mutex" is its name: "the mutex Screen#77", not "the mutex UUID"."""
    telling = any(c.isdigit() or c in "_#\\" for c in word)
    return is_odd(word) and telling and len(word) > 4 and not _HASH.match(word)


def _is_one(name: str, listed: bool = False) -> bool:
    """Whether it is no other thing; under a heading, a hash may be the next kind of indicator."""
    if listed and _HASH.match(name):
        return False
    return is_name(name) and not _OTHER.match(name) and not name.lower().startswith(("mutex", "mutant"))


MUTEX = Looker(find=find_mutexes, needles=("mutex", "mutant"), lines_after=22)
"""The lines after are for lists under a heading."""
