"""Fingerprints of files and of TLS: ssdeep, TLSH, imphash, JA3, JA4.

JA3, imphash and TLSH are hex digits of which only the words beside them tell what they are; they come
before hashes, which would claim them by their length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cybersecqwen.detect.text.matches import Match

from .columns import in_column
from .interface import Looker
from .nearby import ahead, behind

# From: ssdeep, fuzzy.c: block size (three times a power of two), up to 64 and up to 32 digits (64 where the
# second half is not cut)
_SSDEEP = re.compile(r":[A-Za-z0-9+/]{3,64}+:[A-Za-z0-9+/]{1,64}+(?![A-Za-z0-9+/:])")
_BLOCK = re.compile(r"(?<![\w+/:.])[1-9][0-9]{0,9}\Z")
_BLOCKS = frozenset(str(3 << power) for power in range(31))
# From: TLSH 4, "T1" and 35 bytes in hex
_TLSH = re.compile(r"T1[0-9A-Fa-f]{70}(?![0-9A-Za-z])")
_TLSH_CUED = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{70}(?![0-9a-z])")
_HEX32 = re.compile(r"(?<![0-9a-z])[0-9a-f]{32}(?![0-9a-z])")
_JA3 = re.compile(r"ja3(?<![a-z0-9]ja3)(?![a-z0-9])")
_IMPHASH = re.compile(r"imp[ -]?hash|import hash")
_TLSH_WORD = re.compile(r"tlsh")
# Names of other hashes end what one cue speaks of
_OTHER = re.compile(
    r"md5|sha-?[1235]|imp[ -]?hash|ssdeep|tlsh|(?<![a-z0-9])ja[34]s?(?![a-z0-9])|jarm"
    r"|file ?hash|authentihash|vhash"
)
_INTRODUCED = re.compile(r"\s?(?:is |as |was )?(?:an? |the |its )?[ \t(\[:|,=\u2013-]{0,3}")
_BETWEEN = re.compile(r"[\s,;:|/&=()\"'`\u2022*-]|and|or|\[|\]")
# From: FoxIO's technical details of JA4+ (https://github.com/FoxIO-LLC/ja4)
_JA4 = re.compile(
    r"(?<![\w-])(?:[tqd](?:[0-9]{2}|s[0-9]|d[0-9])[di][0-9]{4}[a-z0-9]{2}_[0-9a-f]{12}_[0-9a-f]{12}"  # JA4
    r"|[tqd](?:[0-9]{2}|s[0-9]|d[0-9])[0-9]{2}[a-z0-9]{2}_[0-9a-f]{4}_[0-9a-f]{12}"  # JA4S
    r"|[a-z]{2}[0-9]{2}[cn][rn][0-9]{2}[a-z0-9]{4}_[0-9a-f]{12}_[0-9a-f]{12}_[0-9a-f]{12}"  # JA4H
    r"|[0-9a-f]{12}_[0-9a-f]{12}_[0-9a-f]{12}"  # JA4X
    r"|c[0-9]{1,4}s[0-9]{1,4}_c[0-9]{1,4}s[0-9]{1,4}_c[0-9]{1,4}s[0-9]{1,4}"  # JA4SSH
    r"|[0-9]{2,5}_[0-9]{1,3}(?:-[0-9]{1,3}){1,15}_[0-9]{2,5}_[0-9]{1,2}"
    r"(?:_[0-9]{1,3}(?:-[0-9]{1,3}){0,15})?"  # JA4T
    r")(?![\w-])"
)
# How JA4 of TLS 1.0 to 1.3 and of QUIC begins: these need no word beside them
_PLAIN = tuple(f"{kind}{name}" for kind in ("t10", "t11", "t12", "t13", "q13") for name in "di")


def find_ssdeep(text: str, low: str) -> Iterator[Match]:
    """Digests of ssdeep: block size, digest, digest of twice the block size; see `interface.Looker`."""
    for match in _SSDEEP.finditer(text):
        block = _BLOCK.search(text, max(0, match.start() - 11), match.start())
        if not block or block.group() not in _BLOCKS:
            continue
        _, first, second = match.group().split(":")
        cued = "ssdeep" in low[behind(low, block.start(), 120, 1) : block.start()]
        if _is_digest(first, second, cued) and not text.startswith("://", match.end() - 1):
            start, end = block.start(), match.end()
            yield Match(type="ssdeep", value=text[start:end], start=start, end=end)


def _is_digest(first: str, second: str, cued: bool) -> bool:
    if cued:
        return len(second) <= len(first) + 32
    both = first + second
    mixed = any(c.islower() for c in both) and any(c.isupper() for c in both)
    return mixed and len(first) >= 8 and 4 <= len(second) <= len(first) + 8 and len(set(both)) > 8


def find_tlsh(text: str, low: str) -> Iterator[Match]:
    """TLSH digests with "T1", and without it after the word; see `interface.Looker`."""
    spans = [m.span() for m in _TLSH.finditer(text) if not m.start() or not text[m.start() - 1].isalnum()]
    if "tlsh" in low:
        spans += _cued(low, _TLSH_WORD, _TLSH_CUED)
    for start, end in sorted(spans):
        yield Match(type="tlsh", value=text[start:end].upper(), start=start, end=end)


def find_ja3(text: str, low: str) -> Iterator[Match]:
    """JA3 fingerprints of clients: 32 hex digits near their name, JA3S not; see `interface.Looker`."""
    del text
    for start, end in _cued(low, _JA3, _HEX32):
        yield Match(type="ja3", value=low[start:end], start=start, end=end)


def find_imphashes(text: str, low: str) -> Iterator[Match]:
    """Hashes of import tables: 32 hex digits near their name; see `interface.Looker`."""
    del text
    for start, end in _cued(low, _IMPHASH, _HEX32):
        yield Match(type="imphash", value=low[start:end], start=start, end=end)


def find_ja4(text: str, low: str) -> Iterator[Match]:
    """JA4, JA4S, JA4H; JA4X, JA4SSH and JA4T where JA4 is named; see `interface.Looker`."""
    for match in _JA4.finditer(low):
        start, end = match.span()
        if not text[start:end].isascii():
            continue
        named = "ja4" in low[behind(low, start, 400, 3) : ahead(low, end, 40, 0)]
        if named or match.group().startswith(_PLAIN):
            yield Match(type="ja4", value=match.group(), start=start, end=end)


def _cued(low: str, cue: re.Pattern[str], value: re.Pattern[str]) -> list[tuple[int, int]]:
    """Values after a word that says what they are, with those that go on a list, and one in front of it."""
    found: dict[int, int] = {}
    for word in cue.finditer(low):
        column = [*in_column(low, word.start(), word.end(), value)]
        if column:
            found.update(column)
            continue
        end = ahead(low, word.end(), 160, 2)
        other = _OTHER.search(low, word.end(), end)
        first = value.search(low, word.end(), other.start() if other else end)
        if not first:
            start = behind(low, word.start(), 90)
            for match in value.finditer(low, start, word.start()):
                if _INTRODUCED.fullmatch(low, match.end(), word.start()):
                    found[match.start()] = match.end()
            continue
        at = first.end()
        found[first.start()] = at
        for _ in range(20):
            gap_end = at
            while gap_end < at + 8 and (between := _BETWEEN.match(low, gap_end)):
                gap_end = between.end()
            more = value.match(low, gap_end) if gap_end > at else None
            if not more or low.count("\n", word.end(), more.start()) > 20:
                break
            at = more.end()
            found[more.start()] = at
    return sorted(found.items())


SSDEEP = Looker(find=find_ssdeep)
"""Without needles: its first digits are those of a time of day."""
TLSH = Looker(find=find_tlsh)
"""Without needles: "T1" is also how techniques begin."""
JA3 = Looker(find=find_ja3, needles=("ja3",), lines_after=22)
IMPHASH = Looker(
    find=find_imphashes, needles=("imphash", "imp hash", "imp-hash", "import hash"), lines_after=22
)
JA4 = Looker(
    find=find_ja4,
    needles=("ja4", *_PLAIN),
    lines_after=3,
)
