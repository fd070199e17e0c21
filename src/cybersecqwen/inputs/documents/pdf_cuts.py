"""Where the width of a column has cut what has no space: hashes, paths, registry keys, addresses.

Layout engines cut inside a word only where it is longer than its line; then the word begins its line, and
fills it up to where one character more would not have found room. Both must hold, and what the word is must
speak for more of it: a hash by its length, a path or an address by what the next line begins with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from .pdf_segments import Segment

HASHES = frozenset((32, 40, 56, 64, 96, 128))
"""Hexadecimal digits of MD5, SHA-1 and SHA-2."""
_HEX_END = re.compile(r"(?:^|[\s\"'(\[:=,])([0-9A-Fa-f]{1,128})$")
_HEX_LAST = re.compile(r"[0-9A-Fa-f]{4}$")
_HEX_BEGIN = re.compile(r"([0-9A-Fa-f]{1,128})(?=$|[\s\"'),.;:>\]])")
_LABEL = re.compile(r"\b(?:(md5)|sha-?_?(1|224|256|384|512))\b", re.I)
_LENGTHS = {"1": 40, "224": 56, "256": 64, "384": 96, "512": 128}

_PATH = re.compile(
    r"[\"'(<\[]?(?:[A-Za-z]:[\\/]|\\\\|%\w{1,40}%|HK(?:CU|LM|CR|U|CC|EY_[A-Z_]{0,24})(?:[:\\]|$)"
    r"|~?/(?:[\w.-]{1,64}/))"
)
_ADDRESS = re.compile(r"(?:h(?:xx|XX|tt|\*\*)ps?|s?ftps?)\[?:|\[\.\]|\[dot\]|\(\.\)|[\"'(<\[]?www\.", re.I)
_MAIL = re.compile(r"[\w.+-]{1,64}\[?@\]?[\w-]")
_HOST = re.compile(r"[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,63}){1,8}")
_BEGINS = re.compile(
    r"[\"'(<\[]?(?:[A-Za-z]:\\|\\\\|%[A-Za-z]{2,40}%|HK(?:CU|LM|CR|U|CC|EY_)|www\.)"
    r"|[\"'(<\[]?[A-Za-z*]{1,8}\[?:\]?//|[•●▪■◦‣∙·○–*]"
)
_LIKE_MORE = re.compile(r"[^\s]{0,200}(?:[\\/_=&?%@~$#{}\d]|\[?\.\]?\w|[a-z][A-Z])")
_ENDS = tuple(",;)\"'>!?”’")
_BARE = "\"'(),;:.!?<>[]”’"
_SUFFIXES = """
    7z aspx bat bin bmp cab chm cmd com conf cpl csv dat db dll dmp doc docm docx elf eml exe gif gz hta
    htm html img ini iso jar jpg jpeg js jse json jsp jspx key lnk log lua msi ocx one pdf php pl png
    ppt pptx ps1 psm1 py rar reg rtf scr sct sh so sql sys tar tmp txt url vbe vbs vhd vhdx war wsf xls
    xlsm xlsx xml yaml yml zip
"""
_EXTENSIONS = frozenset(_SUFFIXES.split())
_EVERYDAY = """
    a about after against all also an and any are as at be because been before being both but by can
    could did do does during each either every file files folder for from had has have he her his how if
    in into is it its key later like made may more most much must no nor not now of on one only or other
    our out over per she should since so some such than that the their them then there these they this
    those through to too two under until up upon use used uses using value via was we were what when
    where whether which while who will with within without would you your
"""
_COMMON = frozenset(_EVERYDAY.split())


class Piece(NamedTuple):
    """One line of a column or of a cell."""

    text: str
    x1: float
    size: float
    mono: bool
    edge: float
    """Of the column, as far as its lines tell."""
    sure: bool
    """Other text says that the column ends there."""
    far: bool
    """The next one stands in another column or on another page."""

    def full(self, after: str) -> bool:
        """Whether the next character found no room at the end of this line."""
        width = 0.62 if self.mono else _width(after[:1])
        return self.x1 + width * self.size + 0.6 > self.edge


def _width(char: str) -> float:
    """Ems that a character takes at most, in usual fonts."""
    if char in "ijlI.,:;'|![]()/\\tf":
        return 0.36
    if char in "mwMW@%":
        return 1.02
    return 0.78 if char.isupper() else 0.62


def piece(segment: Segment, edge: float, *, sure: bool, far: bool = False) -> Piece:
    """A segment as a piece of a column that ends at `edge`."""
    return Piece(segment.text, segment.x1, segment.size, segment.mono, edge, sure, far)


def may_be_cut(text: str) -> bool:
    """Whether a line may end in the middle of a hash, a path or an address; quick, and often wrong."""
    if " " not in text:
        return len(text) >= 4
    return _HEX_LAST.search(text) is not None


def cuts(pieces: Sequence[Piece], known: Callable[[str], bool], label: str = "") -> set[int]:
    """Indexes of pieces that go on in the next one with nothing between.

    `known` says whether a word of lower-case letters is one of the text; `label` is text that may name the
    hash (of the row, of the lines before).
    """
    found: set[int] = set()
    at = 0
    while at + 1 < len(pieces):
        hashes = _hash(pieces, at, label)
        if hashes:
            found |= hashes
            at = max(hashes) + 1
            continue
        end = _name(pieces, at, known)
        found.update(range(at, end))
        at = max(end, at + 1)
    return found


def ends_hash(text: str, after: str) -> bool:
    """Whether hexadecimal digits stand at the end of a line, and at the beginning of the next."""
    return _HEX_LAST.search(text) is not None and _HEX_BEGIN.match(after) is not None


def _hash(pieces: Sequence[Piece], at: int, label: str) -> set[int]:
    """Boundaries inside the hash or the hashes that begin at the end of a piece."""
    match = _HEX_END.search(pieces[at].text)
    if match is None or (at and len(match[1]) == len(pieces[at].text) < 4):
        return set()
    lengths = [len(match[1])]
    end = at
    while end + 1 < len(pieces) and len(lengths) < 400:
        after = pieces[end + 1].text
        more = _HEX_BEGIN.match(after)
        if more is None or not pieces[end].full(after):
            break
        if end > at and lengths[-1] < 0.8 * max(lengths[1:]):
            break  # full, as the others are: it must have about as many digits
        lengths.append(len(more[1]))
        end += 1
        if len(more[1]) < len(after):
            break
    if len(lengths) == 1:
        return set()
    before = "\n".join([label, *(one.text for one in pieces[max(at - 3, 0) : at + 1])])
    wanted = _labelled(before, "\n".join(one.text for one in pieces[end : end + 1]))
    total = sum(lengths)
    if wanted:
        groups = _groups(lengths, wanted)
        if groups is not None:
            return {at + one for one in groups}
    if total in HASHES and not all(one in HASHES for one in lengths):
        return set(range(at, end))
    if all(one in HASHES for one in lengths):
        return set()
    fits = [found for size in sorted(HASHES) if (found := _groups(lengths, size)) is not None]
    return {at + one for one in fits[0]} if len(fits) == 1 else set()


def _labelled(before: str, behind: str) -> int:
    """Digits of the kind of hash that is named, the nearest before; 0 where none is."""
    found = list(_LABEL.finditer(before)) or list(_LABEL.finditer(behind))[:1]
    return (32 if found[-1][1] else _LENGTHS[found[-1][2]]) if found else 0


def _groups(lengths: Sequence[int], size: int) -> list[int] | None:
    """Boundaries inside of groups where all make groups of this size, else None."""
    inside, total = [], 0
    for at, length in enumerate(lengths):
        total += length
        if total > size:
            return None
        if total == size:
            total = 0
        else:
            inside.append(at)
    return inside if total == 0 else None


def _name(pieces: Sequence[Piece], at: int, known: Callable[[str], bool]) -> int:
    """Index of the piece that a path, key or address which begins at this one ends in."""
    first = pieces[at].text
    if " " in first or "\t" in first or len(first) < 4:
        return at
    whole, end = first, at
    while end + 1 < len(pieces) and end - at < 40:
        one, after = pieces[end], pieces[end + 1].text
        word = after.split(None, 1)[0]
        if one.far or not one.full(word) or not _goes_on(whole, word, known):
            break
        end += 1
        whole += word
        if len(word) < len(after):
            break
    if end == at + 1 and not pieces[at].sure:
        return at
    return end


def _goes_on(whole: str, word: str, known: Callable[[str], bool]) -> bool:
    """Whether a word of the next line is more of what was cut."""
    path, address = _PATH.match(whole), _ADDRESS.search(whole)
    if word[0] in ",;)" and (path or address or _MAIL.match(whole)):
        return True
    if whole.endswith(_ENDS) or _BEGINS.match(word):
        return False
    if not path and not address:
        return _host_goes_on(whole, word, known)
    if address and "[.]" in word and re.search(r"\[?\.\]?\w[^\s/]{0,300}/", whole.partition("//")[2]):
        return False  # behind the host: another one
    bare = word.strip(_BARE)
    extension = whole.rpartition(".")[2].lower()
    longer = (whole + bare).rpartition(".")[2].lower()
    if longer in _EXTENSIONS and (extension not in _EXTENSIONS or not _is_word(bare, known)):
        return True
    if whole.endswith("."):
        return bool(_LIKE_MORE.match(bare)) and not bare[:1].isupper()
    if _LIKE_MORE.match(bare):
        return extension not in _EXTENSIONS or word[0] in "?&#/\\.-_%"
    return bool(bare) and extension not in _EXTENSIONS and not _is_word(bare, known)


def _is_word(bare: str, known: Callable[[str], bool]) -> bool:
    lower = bare.lower()
    return lower in _COMMON or known(lower)


def _host_goes_on(whole: str, word: str, known: Callable[[str], bool]) -> bool:
    bare = word.strip(_BARE)
    if _MAIL.match(whole):
        host = re.split(r"\[?@\]?", whole)[-1]
        return bool(bare) and "." not in host and ("." in bare or not _is_word(bare, known))
    if _HOST.fullmatch(whole) and "[.]" in word:
        last = whole.rpartition(".")[2]
        return len(last) > 6 or not last.isalpha()
    return False
