"""Certificates: fingerprints (thumbprints), where the words say so.

Serial numbers are none: they tell a certificate only together with its issuer (RFC 5280 §4.1.2.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cybersecqwen.detect.text.matches import Match

from .interface import Looker
from .nearby import Span, ahead, behind

_PAIRS = r"[0-9a-f]{2}(?::[0-9a-f]{2}){31}|[0-9a-f]{2}(?::[0-9a-f]{2}){19}|[0-9a-f]{2}(?::[0-9a-f]{2}){15}"
_SPACED = r"[0-9a-f]{2}(?: [0-9a-f]{2}){31}|[0-9a-f]{2}(?: [0-9a-f]{2}){19}"
_DIGEST = re.compile(
    rf"(?<![0-9a-z:])(?:{_PAIRS}|{_SPACED}|[0-9a-f]{{64}}|[0-9a-f]{{40}}|[0-9a-f]{{32}})(?![0-9a-z:])"
)
_PAIRED = re.compile(rf"(?<![0-9a-z:])(?:{_PAIRS})(?![0-9a-z:])")
# Right after the word, where the line break of a table was lost
_GLUED = re.compile(r"(?:[0-9a-f]{64}|[0-9a-f]{40})(?![0-9a-z])")
_PRINT = re.compile(r"(?<![./@-])(?:thumb|finger)prints?(?!\.[a-z])(?=[^a-z]|[0-9a-f]{40})")
_CERTIFICATE = re.compile(
    r"(?<![a-z])(?:certificates?|certs?|ssl|tls|x\.?509|code[- ]sign\w*|issuer|authenticode)(?![a-z])"
)
_NOT = re.compile(
    r"(?<![a-z])(?:pgp|gpg|openpgp|ssh|rsa key|host key|public key|ja[34]\w*|jarm|browser|device)(?![a-z])"
)
# "certificate SHA-1: …", "Certificate: [66:f7:…]"
_LABEL = re.compile(
    r"cert(?:ificate)?s?(?:(?:['’]s)?(?: \([\w -]{1,20}\))?"
    r"(?:[ _](?:md5|sha-?1|sha-?256|hash(?:es)?|with|the|of|has|having)){1,5}\s{0,2}(?:[:=(]|is|of)?\s{0,2}"
    r"|\s?[:=]\s{0,3}\[?\s?)"
)
_HEADS = re.compile(r"[ \t]?\)?[ \t]?:?[ \t]{0,4}\r?\n")
_ITEM = re.compile(r"[ \t]{0,8}(?:[-*\u2022]|[0-9]{1,2}[.)])?[ \t]{0,4}")
# Of a setting "cert = …": as long as SHA-1 and SHA-256 are
_SETTING = re.compile(r"(?:[0-9a-f]{64}|[0-9a-f]{40})(?![0-9a-z:])")
_NEXT = re.compile(r"[\s,;&|\u2022\"'`”“*-]{1,6}(?:and |or )?[\"'`“]?")
# Other hashes that a line names end what the cue speaks of
_OTHER = re.compile(r"file ?hash|ssdeep|imphash|(?<![a-z])ja3")
_LONGEST = 96


def find_certificates(text: str, low: str) -> Iterator[Match]:
    """Fingerprints of certificates; see `interface.Looker`."""
    del text
    spans = [*_prints(low), *_labelled(low)]
    reached = 0
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= reached:
            reached = end
            value = low[start:end].removeprefix("0x").replace(":", "").replace(" ", "")
            yield Match(type="certificate", value=value, start=start, end=end)


def _prints(low: str) -> Iterator[Span]:
    """What follows "thumbprint" or "fingerprint"."""
    if "thumbprint" not in low and "fingerprint" not in low:
        return
    for word in _PRINT.finditer(low):
        start, end = behind(low, word.start(), 160, 1), ahead(low, word.end(), 160, 2)
        around = low[start : word.start()]
        match = _GLUED.match(low, word.end(), end) or _DIGEST.search(low, word.end(), end)
        if not match or _OTHER.search(low, word.end(), match.start()):
            continue
        gap = low[word.end() : match.start()]
        paired = ":" in match.group() and len(match.group()) > 47
        if _NOT.search(around[-60:] + gap):
            continue
        if word.group().startswith("thumb") or paired or _CERTIFICATE.search(around + gap):
            yield match.span()
            yield from _more(low, match.end(), _DIGEST)
            if word.group().endswith("s") and _HEADS.match(low, word.end(), end):
                yield from _lines(low, match.end())


def _lines(low: str, at: int) -> Iterator[Span]:
    """Those that begin the lines of a list, whatever stands behind them."""
    for _ in range(12):
        at = low.find("\n", at, at + 240) + 1
        if not at:
            return
        item = _ITEM.match(low, at)
        match = _DIGEST.match(low, item.end()) if item else None
        if not match:
            return
        at = match.end()
        yield match.span()


def _labelled(low: str) -> Iterator[Span]:
    """What follows "certificate SHA-1" and the like; pairs with colons right after "certificate:"."""
    for label in _LABEL.finditer(low):
        if label.start() and low[label.start() - 1].isalpha():
            continue
        pattern = (
            _DIGEST
            if label.group().rstrip(" :=(\n[")[-4:] not in ("cate", "ates", "cert", "erts")
            else _PAIRED
        )
        if pattern is _PAIRED and "=" in label.group():
            pattern = _SETTING
        match = pattern.match(low, label.end(), ahead(low, label.end(), _LONGEST + 8))
        if match:
            yield match.span()
            yield from _more(low, match.end(), pattern)


def _more(low: str, at: int, pattern: re.Pattern[str]) -> Iterator[Span]:
    """Those that go on the list."""
    limit = ahead(low, at, 1_200, 12)
    for _ in range(12):
        gap = _NEXT.match(low, at, limit)
        match = pattern.match(low, gap.end(), limit) if gap else None
        if not match:
            return
        at = match.end()
        yield match.span()


CERTIFICATE = Looker(
    find=find_certificates,
    needles=("thumbprint", "fingerprint", "certificate", "cert ", "cert:"),
    lines_before=2,
    lines_after=14,
)
