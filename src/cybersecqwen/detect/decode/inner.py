"""Commands quoted inside commands: powershell -c "…", cmd /c "…", bash -c '…', javascript:… ."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .interface import Found, View

_STARTER = re.compile(
    r"(?:^|[\s\\/\"'(&|;,=^])(?:powershell|pwsh|cmd|bash|dash|zsh|sh|ksh|python3?|perl|ruby|php|node|mshta)(?:\.exe)?(?![\w.\\/])",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r"\b(?:javascript|vbscript):", re.IGNORECASE)
_LITERAL = re.compile(r"'([^']*+(?:''[^']*+)*+)'")
_RUNS_LITERAL = ("iex", "invoke-e", "invoke(", "create(", "-c ", "-command")
_RUNS = (
    "iex",
    "invoke-expression",
    "scriptblock",
    "-c",
    "/c",
    "/k",
    "/r",
    "-e",
    "start",
    "javascript:",
    "vbscript:",
    "create",
    "''",
)
STARTERS = 16
"""Programs of one line whose quoted argument is looked at."""
LONGEST = 1 << 17
"""Characters of an inner command."""


def find(view: View) -> Iterator[Found]:
    """Quoted commands, as the inner program will see them; see `interface.Decoder`."""
    if not ('"' in view.text or "'" in view.text) or not any(word in view.low for word in _RUNS):
        return
    ends = {quote: view.text.rfind(quote) for quote in "\"'"}
    taken = 0
    for count, match in enumerate(_STARTER.finditer(view.text)):
        if count == STARTERS:
            break
        if match.start() < taken:  # inside a command that is handed on whole
            continue
        for found in _quoted(view.text, match.end(), ends):
            taken = found.end
            yield found
    script = _SCRIPT.search(view.text)
    if script and script.end() < len(view.text):
        body = view.text[script.end() :].rstrip("\"' ")
        yield _inner(body, script.end(), script.end() + len(body))
    if "''" in view.text and any(word in view.low for word in _RUNS_LITERAL):
        yield from _doubled(view.text)


def _quoted(text: str, after: int, ends: dict[str, int]) -> Iterator[Found]:
    """From the first quote after the program's name to the last one of its kind."""
    at = after
    if text[at : at + 1] in ('"', "'"):  # closes the quoted path of the program itself
        at += 1
    opening = min((p for p in (text.find('"', at), text.find("'", at)) if p >= 0), default=-1)
    between = text[at:opening] if 0 <= opening <= at + 300 else "\n"
    if "\n" in between or (between and between[-1] not in " \t=,("):  # prose, or an apostrophe
        return
    quote = text[opening]
    closing = ends[quote]
    if closing - opening < 4:
        return
    body = text[opening + 1 : closing]
    if not any(c in body for c in " ('`$&|;"):
        return
    body = body.replace('\\"', '"').replace('""', '"') if quote == '"' else body.replace("''", "'")
    yield _inner(body, opening + 1, closing)


def _doubled(text: str) -> Iterator[Found]:
    """Single-quoted literals with doubled quotes inside: scripts that are handed to iex."""
    for match in _LITERAL.finditer(text):
        if len(match[1]) >= 16 and "''" in match[1]:
            yield _inner(match[1].replace("''", "'"), match.start(1), match.end(1))


def _inner(body: str, start: int, end: int) -> Found:
    return Found(data=body[:LONGEST], how="inner command", start=start, end=end, counts=False)
