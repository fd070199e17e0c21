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
_OPTION = re.compile(r"[-/\u2013\u2014\u2015]([a-zA-Z]{1,14})[\"']?[\s:=]{1,8}[\"']?$")

# What stands directly before a literal that is certainly base64: .NET, JavaScript, Python, PHP, Ruby,
# and shell pipes. Matched against the 60 characters before the run.
_CALL = re.compile(
    r"(?:frombase64string|frombase64|atob|b64decode|base64_decode|decode64|decodebase64|base64\.decode\w{0,6}"
    r"|base64decode)\s{0,4}[(\s]\s{0,4}\(?b?\\?[\"'`]?$"
    r"|(?:<<<|\becho|\bprintf)\s{0,4}(?:-\w{1,3}\s{1,4})?[\"']?$"
)
_SHELL_AFTER = re.compile(r"[\"']?\s{0,4}\|\s{0,4}[^|]{0,40}base64|[\"']?\s{0,4}\|\s{0,4}openssl")
_WORDS = ("base64", "b64", "atob", "decode64", "certutil", "openssl")

_RUN = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{4,}+={0,2}")
_LONG_RUN = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}+={0,2}")
_PEM = re.compile(r"-----BEGIN [A-Z0-9 ]{1,40}-----([A-Za-z0-9+/=\s]*+)-----END")
_SPACE = re.compile(r"\s")
_HEX = re.compile(r"[0-9a-fA-F]*\Z")
_URL_SAFE = str.maketrans("-_", "+/")


def find(view: View) -> Iterator[Found]:
    """Base64 stretches that could hold a text; see `interface.Decoder`."""
    named = any(word in view.low for word in _WORDS)
    option = _may_have_option(view.low)
    runs = _RUN if named or option else _LONG_RUN
    start = 0
    if "-----begin" in view.low:
        for match in _PEM.finditer(view.text):
            yield from _found(_SPACE.sub("", match[1]), "base64", match.start(1), match.end(1), sure=True)
            start = match.end()
    for run, begin, end in _joined(view.text, runs, start):
        yield from _examine(view, run, begin, end, named=named, option=option)


def _may_have_option(low: str) -> bool:
    return "-e" in low or "/e" in low or "\u2013e" in low or "\u2014e" in low or "\u2015e" in low


def _joined(text: str, runs: re.Pattern[str], start: int) -> Iterator[tuple[str, int, int]]:
    """Runs, with the lines of wrapped base64 (60 characters or more each) put together."""
    parts: list[str] = []
    begin = end = start
    for match in runs.finditer(text, start):
        wrapped = parts and len(parts[-1]) >= 60 and len(parts[-1]) % 4 == 0 and parts[-1][-1] != "="
        if wrapped and match.start() - end <= 4 and text[end : match.start()].isspace():
            parts.append(match.group())
            end = match.end()
            continue
        if parts:
            yield "".join(parts), begin, end
        parts, begin, end = [match.group()], match.start(), match.end()
    if parts:
        yield "".join(parts), begin, end


def _examine(view: View, run: str, begin: int, end: int, *, named: bool, option: bool) -> Iterator[Found]:
    before = view.text[max(0, begin - 60) : begin].lower() if named or option else ""
    if option:
        match = _OPTION.search(before)
        if match and match[1] in _OPTIONS:
            yield from _found(run, "-EncodedCommand base64", begin, end, sure=True)
            return
    if named and _announced(view, before, end):
        yield from _found(run, "base64", begin, end, sure=True)
        return
    if len(run) >= (16 if named else BARE_CHARS):
        yield from _bare(view, run, begin, end)


def _announced(view: View, before: str, end: int) -> bool:
    match = _CALL.search(before)
    if not match:
        return False
    call = match.group()
    if "64" in call or "atob" in call or "<<<" in call:
        return True
    return bool(_SHELL_AFTER.match(view.text, end))  # echo and printf only where base64 reads them


def _bare(view: View, run: str, begin: int, end: int) -> Iterator[Found]:
    """A run that nothing announces: no hash, promising from its first bytes on."""
    if _HEX.match(run):
        return
    blind = "flate" in view.low or "xor" in view.low  # such bytes do not look like anything yet
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
