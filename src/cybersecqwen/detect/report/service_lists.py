"""Lists of services after the plural: "stops the services A, B and c"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .nearby import Span, is_name, is_odd, listed, quoted, token

# "stops the services A, B and c"; "services created by the intruder: A and B"
_DONE_TO = re.compile(
    r"\b(?:stop|kill|terminat|disabl|delet|creat|install|start|restart|enabl|remov)[a-z]{0,3}"
    r" (?:the |these |its |their )?(?:following )?(?:windows |system )?\Z"
)
_DONE = re.compile(
    r" (?:created|installed|registered|stopped|added|disabled|deleted|terminated|killed)"
    r"(?: [a-z]{1,20}){0,4}: {1,2}"
)
_STOPS = re.compile(r"[,.;:)\n\r]|\Z")
_AND = re.compile(r"(?:, (?:and |or )?| and | or )")
_CLOSING = frozenset("\"“”»'‘’`")


def plural(text: str, low: str, at: int, end: int, before: str) -> Iterator[Span]:
    """A list after the plural: of odd names, a plain last one only where the sentence stops behind it."""
    done = _DONE.match(low, at, end)
    if done:
        span = quoted(text, done.end(), end) or token(text, done.end(), end)
        if span and (is_odd(text[slice(*span)]) or text[span[0] - 1] in _CLOSING):
            yield span
            yield from listed(text, span, end)
        return
    if not _DONE_TO.search(before[-64:]) or text[at : at + 1] != " ":
        return
    spans: list[Span] = []
    begin = at + 1
    for _ in range(20):
        span = token(text, begin, end)
        raw = text[slice(*span)] if span else ""
        plain = not (is_odd(raw) or (raw.isupper() and len(raw) > 2))
        if not span or not is_name(raw) or "/" in raw or (plain and not _STOPS.match(text, span[1])):
            break
        if plain and not spans:
            break
        spans.append(span)
        more = _AND.match(low, span[1], end)
        if not more:
            break
        begin = more.end()
    if len(spans) > 1:
        yield from spans
