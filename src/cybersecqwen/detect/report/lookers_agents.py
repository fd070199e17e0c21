"""User agents: header lines, strings by the grammar of the header, quoted ones after the words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cybersecqwen.detect.text.matches import Match

from .interface import Looker
from .nearby import Span, ahead, behind, quoted

_CLIENTS = (
    "curl", "wget", "python-requests", "python-urllib", "go-http-client", "okhttp", "libwww-perl", "aiohttp",
    "postmanruntime", "winhttp loader",
)  # fmt: skip
_PIECE = r"[A-Za-z][\w!#$&'*.^~+-]{0,40}+/[\w+-]{1,60}+(?:\.[\w+-]{1,40}+){0,8}+(?:/[\w+.-]{0,30}\w)?"
_COMMENT = r"\((?:[^()\n\"“”]|\([^()\n\"“”]{0,120}+\)){1,400}+\)"
_GAP = r"(?:[ \xa0+]{1,2}+|[ ]?\n[ ]?)"
# From: RFC 9110 §10.1.5, products and comments; "like Gecko" and "Mobile" are what browsers add besides
_STRING = re.compile(
    rf"(?:{_PIECE})(?:{_GAP}(?:(?!Mozilla/){_PIECE}|{_COMMENT}|like Gecko\b|Mobile\b"
    r"|\[[^\]\n]{1,80}\]|;))*+"
)
_MOZILLA = re.compile(r"mozilla/[0-9](?:(?<![\w/.]mozilla/[0-9])|(?<=agentmozilla/[0-9]))")
_CLIENT = re.compile(rf"(?<![\w/.@-])(?:{'|'.join(_CLIENTS)})/[0-9]")
_WORD = re.compile(r"(?<![a-z])user[ _-]?agents?")
_HEADER = re.compile(r"[\"'`]?(?:\]|\|)?\s{0,2}[:=]\s{0,3}")
_ANNOUNCED = re.compile(
    r"(?:[ -]?(?:strings?|headers?|fields?|values?|names?))*+"
    r"(?: used| observed| seen)?(?: in [\w ]{1,30})?[\"'`”]?"
    r"(?:\s?[:=|\t(\u2013-]{1,2}\s{0,2}"
    r"|,? (?:named|called|is|was|of|to|being|such as|set to|like|as|e\.g\.,?|with|are|were|value"
    r"|contains?|which is|that is)"
    r"(?: set)?(?: to)?(?: the)?(?: following)?(?: string| value)?:?\s{1,2}|\s{1,2})"
)
_START = re.compile(r"(?:\A|\n)[\s\-*>|\u2022\"'`]{0,8}(?:-H\s?[\"'])?\Z")
_CUT = re.compile(
    r"(?:\\r|\\n|(?:Accept|Host|Connection|Content|Cookie|Referer|Cache-Control|Pragma|Authorization|X-[A-Z]|Upgrade|Origin|Sec-)"
    r"[\w-]{0,30}:)"
)
_PLACEHOLDER = re.compile(
    r"[<{%$*\[|]|(?:null|none|true|false|string|unknown|undefined|n/?a|-|header|\W{1,3})?\Z", re.IGNORECASE
)
_CLOSE = {'"': '"', "“": "”", "'": "'", "‘": "’", "`": "`", "„": "“"}
_SHAPE = re.compile(r"[\w.-]/[\w(]|[A-Z0-9]|[\w] ?\(")
_LONGEST = 500


def find_agents(text: str, low: str) -> Iterator[Match]:
    """User agents; see `interface.Looker`."""
    spans = [*_bare(text, low), *_cued(text, low)]
    reached = 0
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= reached:
            reached = end
            value = re.sub(r" ?\n ?", " ", text[start:end])
            yield Match(type="user-agent", value=value, start=start, end=end)


def _bare(text: str, low: str) -> Iterator[Span]:
    """Strings that are user agents wherever they stand."""
    for match in _MOZILLA.finditer(low):
        start = match.start()
        span = _string(text, start)
        if span and span[1] - start > 20:
            yield span
    for match in _CLIENT.finditer(low):
        span = _string(text, match.start())
        if span:
            yield span


def _string(text: str, start: int) -> Span | None:
    """A user agent at `start`: to the closing quotation mark, else as far as the grammar goes."""
    inside = _inside_quotes(text, start)
    if inside:
        return inside
    match = _STRING.match(text, start, ahead(text, start, _LONGEST, 2))
    return _cut(text, match.start(), match.end()) if match else None


def _inside_quotes(text: str, start: int) -> Span | None:
    close = _CLOSE.get(text[start - 1 : start])
    if not close:
        return None
    end = text.find(close, start, ahead(text, start, _LONGEST, 0))
    return _cut(text, start, end) if end > start + 2 else None


def _cued(text: str, low: str) -> Iterator[Span]:
    for word in _WORD.finditer(low):
        header = _HEADER.match(text, word.end())
        if header and "\n" not in header.group():
            span = _value(text, low, word.start(), header.end())
            if span:
                yield span
                continue
        end = ahead(text, word.end(), 120)
        announced = _ANNOUNCED.match(low, word.end(), end)
        if not announced:
            continue
        at = announced.end()
        span = quoted(text, at, ahead(text, at, 304, 0))
        if span:
            raw = text[slice(*span)]
            if not _PLACEHOLDER.match(raw) and _SHAPE.search(raw):
                yield _cut(text, *span)
            continue
        match = _STRING.match(text, at, ahead(text, at, _LONGEST, 2))
        if match and "://" not in text[match.end() - 6 : match.end() + 3]:
            yield _cut(text, match.start(), match.end())


def _value(text: str, low: str, word: int, at: int) -> Span | None:
    """The value of a header: the rest of the line where the line is the header."""
    end = ahead(text, at, _LONGEST, 0)
    span = quoted(text, at, end)
    if span:
        raw = text[slice(*span)]
        return None if _PLACEHOLDER.match(raw) else _cut(text, *span)
    mark = text[word - 1 : word]
    close = _CLOSE.get(mark)
    stop = text.find(close, at, end) if close else -1
    if stop > at:
        end = stop
    elif not _START.search(text, behind(text, word, 40, 1), word) or " " in low[word : word + 10].strip(" "):
        match = _STRING.match(text, at, end)
        return _cut(text, match.start(), match.end()) if match else None
    raw = text[at:end]
    tab = re.search(r"\t| \| |  ", raw)
    span = _cut(text, at, at + (tab.start() if tab else len(raw)))
    return span if not _PLACEHOLDER.match(text[slice(*span)]) else None


def _cut(text: str, start: int, end: int) -> Span:
    """Without the next header where line breaks were lost, and without blanks and marks at the end."""
    following = _CUT.search(text, start, min(end + 1, len(text)))
    raw = text[start : following.start() if following else end].rstrip(" \t\r\xa0\"'`”;,")
    if not raw.endswith("..."):
        raw = raw.rstrip(".")
    return start, start + len(raw)


AGENT = Looker(
    find=find_agents,
    needles=(
        "user-agent",
        "user agent",
        "useragent",
        "user_agent",
        "mozilla/",
        *(f"{name}/" for name in _CLIENTS),
    ),
    lines_after=3,
)
