"""Values of no known format whose names say that they are secret (password, api_key)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from re import Pattern

from cybersecqwen.records.review import Confidence

from .context import chosen_by_hand, is_placeholder, words
from .kinds import compiled
from .randomness import changes, classes, is_random

UNQUOTED = frozenset(("text", "shell", "dockerfile", "kubernetes", "github"))
"""Languages in which a value needs no quotes."""
_WORD = (
    r"(?:passw(?:or)?d|passphrase|pass|pwd|secret|token|api[_.-]?key|access[_.-]?key|auth[_.-]?key|private[_.-]?key"
    r"|encryption[_.-]?key|signing[_.-]?key|master[_.-]?key|account[_.-]?key|credentials?)"
)
_NAME = rf"([A-Za-z0-9_.$-]*(?i:{_WORD})[A-Za-z0-9_.-]*)"
_UNQUOTED_VALUE = r"([^\s\"\x27`;,<>{}()\[\]$%&*#|\\][^\s\"\x27`,<>{}]*)"
_LONGEST_NAME, _LONGEST = 80, 500


@dataclass(frozen=True, slots=True)
class Named:
    """A value and where it stands; offsets in characters."""

    start: int
    end: int
    confidence: Confidence


@cache
def _patterns() -> tuple[Pattern[bytes], Pattern[bytes]]:
    between = r"[\"\x27\]]{0,2}\s{0,4}(?::\s{0,3}[\w\[\]|., ?]*=|:=|=>|={1,3}|:|,|\s+value=|>)\s{0,4}"
    quoted = compiled(
        _NAME + between + r"[rbuf@]{0,2}(?:\"([^\"\n\\]+)\"|\x27([^\x27\n\\]+)\x27|`([^`\n\\]+)`)"
    )
    bare = compiled(_NAME + r"[\"\x27]?[ \t]{0,8}(?:=|:|>)[ \t]{0,8}" + _UNQUOTED_VALUE)
    return quoted, bare


@cache
def _any() -> Pattern[bytes]:
    return compiled(f"(?i){_WORD}")


def named_in(data: bytes, language: str) -> Iterator[Named]:
    """The values in a text that their names say are secret and that look it; offsets in order, apart."""
    if not _any().search(data):
        return
    quoted, bare = _patterns()
    for found in quoted.finditer(data):
        group = next(one for one in (2, 3, 4) if found.start(one) >= 0)
        # A comma joins a name and a value only in a call: put("password", "…").
        between = data[found.end(1) : found.start(group)].lstrip(b"\"'] \t")
        if between.startswith(b",") and data[max(0, found.start(1) - 2) : found.start(1) - 1] != b"(":
            continue
        yield from _judged(data, found, group, language)
    if language in UNQUOTED:
        for found in bare.finditer(data):
            yield from _judged(data, found, 2, language)


def _judged(data: bytes, found: re.Match[bytes], group: int, language: str) -> Iterator[Named]:
    start, end = found.span(group)
    name = data[max(found.start(1), found.end(1) - _LONGEST_NAME) : found.end(1)].decode("latin-1")
    value = data[start : min(end, start + _LONGEST)].decode("latin-1")
    what = meaning(name)
    if not what or len(value) < 6 or end - start > _LONGEST:
        return
    confidence = _confidence(value, what, language)
    if confidence is not None and not is_placeholder(value) and value.lower() not in name.lower():
        yield Named(start, end, confidence)


_PASSWORD = re.compile(r"(?i)passw(?:or)?d|passphrase|pwd")
_KEY = re.compile(f"(?i){_WORD.replace('|pass|', '|')}")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def meaning(name: str) -> str:
    """What a name says that its value is: "password", "key", or "" for neither."""
    parts = [part.lower() for part in _PARTS.findall(name)]
    if not parts or parts[-1] in words("names", "last") or words("names", "any").intersection(parts):
        return ""
    if _PASSWORD.search(name) or _ends_in_pass(parts):
        return "password"
    return "key" if _KEY.search(name) else ""


def _ends_in_pass(parts: list[str]) -> bool:
    """Whether the last part of a name says so: `DB_PASS` and `smtpPass2`, not `bypass` or `pass_rate`."""
    named = list(parts)
    while len(named) > 1 and (named[-1].isdigit() or named[-1] in words("names", "stages")):
        named.pop()
    if named[-1] != "pass":
        return named[-1] in words("names", "passes")
    return not words("names", "passing").intersection(named)


_UUID = re.compile(r"(?i)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_HASHED = re.compile(r"(?i)(?:sha\d+|md5|blake2?b?|sri)[:=-].*|\$(?:2[aby]|argon2\w*|pbkdf2\S*|[156])\$.*")


def _confidence(value: str, what: str, language: str) -> Confidence | None:
    """How sure it is that a value is secret; None for not at all."""
    if _UUID.fullmatch(value) or _HASHED.fullmatch(value):
        return None
    if is_random(value):
        return Confidence.MEDIUM
    if what == "key" or any(map(str.isspace, value)) or not chosen_by_hand(value):
        return None
    # In code a text beside such a name is mostly a message or another name; in a configuration, the value.
    mixed = any(map(str.isdigit, value)) or changes(value) >= 4
    if len(value) >= 8 and classes(value) >= 3 and mixed:
        return Confidence.MEDIUM
    if language in UNQUOTED and len(value) >= 8 and any(map(str.isdigit, value)):
        return Confidence.LOW
    return None
