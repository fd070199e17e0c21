"""Hashes, CVE numbers and ATT&CK identifiers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from . import known
from .matches import Match, over

TYPES = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
"""Length in hex digits to type (RFC 1321; FIPS 180-4)."""

_HASH = re.compile(r"(?<![\w-])([0-9a-fA-F]{128}|[0-9a-fA-F]{64}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32})(?![\w-])")
_DASH = r"[-\u2010-\u2015\u2212]"
_CVE = re.compile(
    rf"(?<![\w-])CVE(?:{_DASH}|[ _:]|{_DASH} )((?:19|20)[0-9]{{2}})(?:{_DASH}|[ _])"
    r"([0-9]{4,7})(?![0-9A-Za-z])",
    re.IGNORECASE,
)
# "CVE-2021-44228/45046", "CVE-2021-34473, -34523": the year is that of the first
_MORE_CVES = re.compile(rf" ?(?:/|, ?{_DASH}|/ ?{_DASH}) ?([0-9]{{4,6}})(?![\w]|{_DASH}|[.][0-9])")
TECHNIQUE_PATTERN = r"(?<![\w.-])T(?:[01][0-9]{3}(?:[./][0-9]{3})?|A0[0-9]{3})(?![\w-]|[./][0-9])"
"""A technique, sub-technique or tactic of ATT&CK."""
_TECHNIQUE = re.compile(r"T(?:[01][0-9]{3}(?:[./][0-9]{3})?|A0[0-9]{3})(?![\w-]|[./][0-9])")
_OBJECT = re.compile(r"(?:[SGCM]|D(?:S|ET))[0-9]{4}(?![\w-]|\.[0-9])")
# What a number as long as a hash is when one of these words stands before it
_NO_FILE = re.compile(
    r"(?P<git>\bcommit(?:s| id| hash)?|\brevision)|(?P<serial>\bserial(?: number| no\.?| #)?)"
    r"|(?P<imphash>\bimp-?hash)|(?P<key>\b(?:key|iv|nonce|salt|secret|token|password))"
)
_NO_FILE_NOTES = {
    "git": "git commit",
    "serial": "serial number of a certificate",
    "imphash": "import hash",
    "key": "key or secret",
}
_NO_FILE_GAP = re.compile(r"[\s\"'`=:(\[|]{0,4}(?:is |of |in )?[\"'`(]?\Z")


def find_hashes(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
    """MD5, SHA-1, SHA-256 and SHA-512 by their length; see `matches.Extractor` and `matches.over`."""
    if len(text) < 32:
        return
    for match in over(_HASH, text, starts):
        value = match[1].lower()
        if (value.isdigit() and len(set(value)) > 1) or (value.isalpha() and 1 < len(set(value)) < 4):
            continue  # a long number
        start = match.start()
        note = known.hash_note(value)
        if not note and len(value) <= 40:
            note = _no_file(low, start, len(value))
        # "5f4d….exe": the name is an indicator, too
        names = (
            text[match.end() : match.end() + 1] == "." and text[match.end() + 1 : match.end() + 2].isalnum()
        )
        yield Match(
            type=TYPES[len(value)], value=value, start=start, end=match.end(), note=note, claims=not names
        )


def _no_file(low: str, start: int, length: int) -> str:
    """Why a hexadecimal number is not the hash of a file; "" where nothing says so."""
    before = low[max(0, start - 24) : start].rpartition("\n")[2]
    if not before.strip():
        return ""
    gap = _NO_FILE_GAP.search(before)
    head = before[: gap.start()] if gap else before
    for found in _NO_FILE.finditer(head):
        if found.end() == len(head):
            kind = found.lastgroup or ""
            if kind == "git" and length != 40:
                return ""
            return _NO_FILE_NOTES[kind]
    return ""


def find_cves(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
    """CVE numbers, also those of which only the last part is repeated; see `matches.Extractor`."""
    if "cve" not in low:
        return
    for match in over(_CVE, text, starts):
        year, end = match[1], match.end()
        yield Match(type="cve", value=f"CVE-{year}-{match[2]}", start=match.start(), end=end)
        for _ in range(20 if text[end : end + 1] in (" ", "/", ",") else 0):
            more = _MORE_CVES.match(text, end)
            if more is None or (1999 <= int(more[1]) <= 2099 and len(more[1]) == 4):
                break
            end = more.end()
            yield Match(type="cve", value=f"CVE-{year}-{more[1]}", start=more.start(1), end=end)


def find_attack(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
    """ATT&CK techniques and tactics; software, groups and the like where ATT&CK is named."""
    if "T" in text:
        for match in over(_TECHNIQUE, text, starts):
            if _stands_alone(text, match.start()):
                value = match.group().replace("/", ".")
                yield Match(type="attack", value=value, start=match.start(), end=match.end())
    if "att&ck" in low or "mitre" in low:
        for match in over(_OBJECT, text, starts):
            if _stands_alone(text, match.start()):
                yield Match(type="attack", value=match.group(), start=match.start(), end=match.end())


def _stands_alone(text: str, start: int) -> bool:
    """Cheaper than a look-behind, before which the search cannot skip to a first letter."""
    before = text[start - 1] if start else " "
    return not (before.isalnum() or before in "_.-")
