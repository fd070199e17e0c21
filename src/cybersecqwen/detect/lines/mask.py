r"""Masks: what in a word of a line is sure to be a parameter.

Works on words of shapes (every run of digits is one "0"). Numbers, hexadecimal numbers, addresses, UUIDs,
hashes, times, paths, URLs, dotted names of three parts and more (hosts, packages) and the value behind "="
become `<*>`; neighbours that are parameters alone become one. No pattern goes back over what it has read:
repetitions are possessive and starts are tied down, so every one is linear in the word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import eq
from typing import Any

from .shape import WILD, WORD_CHARS

_MEMO_BYTES = 24 * 1024 * 1024
_ENTRY = 200
"""Bytes of a remembered word beside its characters: two objects and the place in the table."""

_PATH = re.compile(
    r"(?<![^=:(\[{'\",<>@])(?:[A-Za-z]:)?[\\/][^\s,;()\"'\[\]=<>]*+"
    r"|(?<![A-Za-z0+.\-])[A-Za-z][A-Za-z0+.\-]*+://[^\s,;\"'()<>]*+"
)
_UUID = re.compile(r"(?<![A-Za-z0])[A-Fa-f0]++(?:-[A-Fa-f0]++){4}+(?![A-Za-z0])")
_COLONS = re.compile(r"(?<![A-Za-z0:])[A-Fa-f0]++(?:::?[A-Fa-f0]++){3,}+(?![A-Za-z0])")
_DOTTED = re.compile(r"(?<![\w.@\-])[A-Za-z0\-]++(?:\.[A-Za-z0\-]++){2,}+(?!\w)")
_VALUE = re.compile(r"(?<==)[^\s,;()=]++(?=$|[\s,;)])")
_DIGITS = re.compile(r"(?<![A-Za-z0])[A-Za-z]*+0[A-Za-z0]*+")
_ZEROS = re.compile(r"0++")
_JOINED = re.compile(r"[-+#]?<\*>(?:[.:,/_\-+*x@%~#]*+<\*>)*+")
_WHOLE = re.compile(
    r"(?:[A-Za-z]:)?[\\/][^\s,;()\"'\[\]=<>]*+"
    r"|[A-Za-z0\-]++(?:\.[A-Za-z0\-]++){2,}+(?::0)?+"
    r"|(?=[A-Fa-f]*+0)[A-Fa-f0]++"
    r"|[A-Fa-f0]++(?:-[A-Fa-f0]++){4}+"
)
"""Words that the patterns above make one parameter, seen at once: paths, hosts with port, hexadecimal."""
_HEX = frozenset("abcdefABCDEF0")
_MONTHS = frozenset(("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"))
_DATES = _MONTHS | frozenset(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))
_UNITS = {
    f"{before}{unit}{after}": before + after
    for unit in ("B", "KB", "kB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB")
    for before in ("", "(")
    for after in ("", ",", ".", ";", ":", ")", "),", ").", "];", "]", "],")
}
"""Units of size as words, with what is left of the word without the unit."""
_SPECIAL = _DATES | _UNITS.keys()
_AROUND = "()[]{},;:.'\""


class Masker:
    """Masks the words of lines; remembers words, within bounds."""

    def __init__(self) -> None:
        self._memo: dict[str, str] = {}
        self._bytes = 0

    def mask(self, words: Sequence[str]) -> tuple[str, ...]:
        """Each word masked by itself."""
        memo = self._memo
        masked: list[Any] = list(map(memo.get, words))
        if None in masked:
            at, chars, new = -1, 0, masked.count(None)
            for _ in range(new):
                at = masked.index(None, at + 1)
                word = words[at]
                chars += len(word)
                masked[at] = memo[word] = word if word.isalpha() else _mask(word)
            self._bytes += 2 * chars + _ENTRY * new
            if self._bytes > _MEMO_BYTES:
                memo.clear()
                self._bytes = 0
        return tuple(masked)


def _mask(word: str) -> str:
    if _WHOLE.fullmatch(word) is not None or len(word) > WORD_CHARS:
        return WILD
    out = word
    if "/" in out or "\\" in out:
        out = _PATH.sub(WILD, out)
    if out.count(".") >= 2:
        out = _DOTTED.sub(WILD, out)
    if "=" in out:
        out = _VALUE.sub(WILD, out)
    if "0" in out:
        if out.count("-") >= 4:
            out = _UUID.sub(WILD, out)
        if out.count(":") >= 3:
            out = _COLONS.sub(WILD, out)
        out = _DIGITS.sub(_digits, out)
    return _JOINED.sub(WILD, out) if WILD in out else out


def _digits(found: re.Match[str]) -> str:
    """A run of letters with digits among them: hexadecimal and mixed ones are one parameter."""
    run = found[0]
    if len(run) == 1 or run[:2] in ("0x", "0X") or _HEX.issuperset(run):
        return WILD
    changes = 2 * run.count("0") - run.startswith("0") - run.endswith("0")
    return WILD if changes >= 2 else _ZEROS.sub(WILD, run)


def join_parameters(words: Sequence[str]) -> list[str]:
    """One parameter for what belongs together: lists of parameters, dates in words, a size with its unit."""
    if _SPECIAL.isdisjoint(words) and not any(map(eq, words, words[1:])):
        return list(words)
    out: list[str] = []
    last = len(words) - 1
    for at, word in enumerate(words):
        if word in _DATES and (
            (out and out[-1] == WILD) or (at < last and (words[at + 1] in _DATES or _bare(words[at + 1])))
        ):
            word = WILD
        if out:
            before = out[-1]
            if before == word and _bare(word):
                continue
            if before.endswith(WILD) and word in _UNITS:
                out[-1] = before + _UNITS[word]
                continue
        out.append(word)
    return out


def _bare(word: str) -> bool:
    """Whether a masked word is a parameter and nothing else but punctuation."""
    return word == WILD or (WILD in word and word.strip(_AROUND) == WILD)
