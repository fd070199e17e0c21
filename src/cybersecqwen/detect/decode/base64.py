"""Base64 (RFC 4648 §4 and §5): options, decode calls, pipes, PEM bodies and bare runs."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from . import plausible
from .interface import Found, View

BARE_CHARS = 20
"""Shortest run that is tried where nothing announces base64: 15 bytes, see `plausible`."""
_PREFIX_CHARS = 32

# From: about_PowerShell.exe; the parser takes every prefix, and -ec as an alias.
# https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_powershell_exe
_OPTIONS = frozenset("encodedcommand"[:n] for n in range(1, 15)) | {"ec"}
_BODY = r"([A-Za-z0-9+/_-]{4,}+={0,2})"
_OPTION = re.compile(
    rf"[-/\u2013\u2014\u2015](e[a-z]{{0,13}})[\"']?[\s:=]{{1,8}}[\"']?{_BODY}", re.IGNORECASE
)

# Calls whose literal is certainly base64: .NET, JavaScript, Python, PHP, Ruby
_CALL = re.compile(
    r"(?:frombase64string|frombase64|atob|b64decode|base64_decode|decode64|decodebase64|base64decode"
    r"|base64\.decode\w{0,6})\s{0,4}[(\s]\s{0,4}\(?b?\\?[\"'`]?" + _BODY,
    re.IGNORECASE,
)
# Shells: echo … | base64 -d, printf … | openssl base64 -d, base64 -d <<< …
_PIPE = re.compile(rf"(?:<<<|\becho|\bprintf)\s{{1,4}}(?:-\w{{1,3}}\s{{1,4}})?[\"']?{_BODY}", re.IGNORECASE)
_WORDS = ("base64", "b64", "atob", "decode64")

_LONG_RUN = re.compile(r"[A-Za-z0-9+/_-]{16,}+={0,2}")
_PEM = re.compile(r"-----BEGIN [A-Z0-9 ]{1,40}-----([A-Za-z0-9+/=\s]*+)-----END")
_SPACE = re.compile(r"\s")
_WRAPPED = re.compile(r"\s{1,4}([A-Za-z0-9+/]{1,}+={0,2})")
_HEX = re.compile(r"[0-9a-fA-F]*\Z")
_URL_SAFE = str.maketrans("-_", "+/")


def find(view: View) -> Iterator[Found]:
    """Base64 stretches that could hold a text; see `interface.Decoder`."""
    taken: set[int] = set()  # where announced runs begin
    if "-e" in view.low or "/e" in view.low or not view.text.isascii():
        for match in _OPTION.finditer(view.text):
            if match[1].lower() in _OPTIONS:
                taken.add(match.start(2))
                yield from _found(match[2], "-EncodedCommand base64", match.start(2), match.end(2), sure=True)
    named = any(word in view.low for word in _WORDS)
    if named or "-----begin" in view.low:
        for run, begin, end in _announced(view.text):
            taken.add(begin)
            yield from _found(run, "base64", begin, end, sure=True)
    least = 16 if named else BARE_CHARS
    if not plausible.has_run(view.text, least):
        return
    for match in _LONG_RUN.finditer(view.text):
        if match.end() - match.start() >= least and match.start() not in taken:
            yield from _bare(view, match.group(), match.start(), match.end())


def _announced(text: str) -> Iterator[tuple[str, int, int]]:
    """Runs that a call, a pipe or PEM armour announces, wrapped lines put together."""
    for pattern in (_CALL, _PIPE):
        reached = 0
        for match in pattern.finditer(text):
            if match.start() < reached or (pattern is _PIPE and not _read_by_base64(text, match)):
                continue
            run, reached = _continued(text, match[1], match.end())
            yield run, match.start(1), reached
    for match in _PEM.finditer(text):
        yield _SPACE.sub("", match[1]), match.start(1), match.end(1)


def _read_by_base64(text: str, match: re.Match[str]) -> bool:
    if match.group().startswith("<<<"):
        return "base64" in text[max(0, match.start() - 60) : match.start()]
    after = text[match.end() : match.end() + 80]
    return after.lstrip("\"' ").startswith("|") and ("base64" in after or "openssl" in after)


def _continued(text: str, run: str, end: int) -> tuple[str, int]:
    """The run with its following lines, where it was wrapped at 60 characters or more."""
    parts = [run]
    while len(parts[-1]) >= 60 and parts[-1][-1] != "=":
        match = _WRAPPED.match(text, end)
        if not match:
            break
        parts.append(match[1])
        end = match.end()
    return "".join(parts), end


def _bare(view: View, run: str, begin: int, end: int) -> Iterator[Found]:
    """A run that nothing announces: no hash, promising from its first bytes on."""
    if _HEX.match(run):
        return
    # what is deflated or under XOR looks like nothing yet
    blind = "deflate" in view.low or "inflate" in view.low or "xor" in view.low
    if blind or _promises(run):
        yield from _found(run, "base64", begin, end, sure=False)
    elif "/" in run:  # a path or URL with an encoded part
        at = begin
        for part in run.split("/"):
            if len(part) >= BARE_CHARS and not _HEX.match(part) and _promises(part):
                yield from _found(part, "base64", at, at + len(part), sure=False)
            at += len(part) + 1


def _promises(run: str) -> bool:
    raw = _bytes(run[:_PREFIX_CHARS].rstrip("="))
    return raw is not None and plausible.promising(raw)


def _found(run: str, how: str, begin: int, end: int, *, sure: bool) -> Iterator[Found]:
    raw = _bytes(run)
    if raw:
        yield Found(data=raw, how=how, start=begin, end=end, sure=sure)


def _bytes(run: str) -> bytes | None:
    """The bytes of a run; missing padding and a cut last group are tolerated, logs truncate."""
    body = run.rstrip("=")
    if "-" in body or "_" in body:
        body = body.translate(_URL_SAFE)
    if len(body) % 4 == 1:
        body = body[:-1]
    try:
        return binascii.a2b_base64(body + "=" * (-len(body) % 4))
    except (binascii.Error, ValueError):
        return None
