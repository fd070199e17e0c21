"""The Traffic Light Protocol label that a document carries: its banner, header, footer or own statement.

The strictest label that marks the document wins, so nothing in its text can lower it. Not markings:

- a legend, which explains three levels or more one after another ("TLP:RED is for the eyes and ears of …");
- talk in running prose ("we share under TLP:AMBER in the portal"), unless the sentence speaks of this
  document or says that it is marked, classified or to be handled so.

Letters that only look like others, full-width letters and invisible characters are folded first.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter, deque
from enum import Enum
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from cybersecqwen.records.intel import Tlp

MOST = 2_000
"""Labels of one text that are judged, half from its beginning and half from its end.

Of those between, the first of each level counts as a marking: many labels cannot hide a strict one.
"""

# From: TLP 2.0 (https://www.first.org/tlp/) and TLP 1.0 (its WHITE is CLEAR in 2.0)
_LEVELS = {
    "CLEAR": Tlp.CLEAR,
    "WHITE": Tlp.CLEAR,
    "GREEN": Tlp.GREEN,
    "AMBER": Tlp.AMBER,
    "RED": Tlp.RED,
}


def _spaced(word: str) -> str:
    """A word whose letters may stand apart, as banners set them."""
    return " ?".join(word)


_COLOURS = "|".join(_spaced(word) for word in _LEVELS)
_LABEL = re.compile(
    r"(?<![A-Za-z0-9])"
    rf"(?:Traffic[ -]Light[ -]Protocol(?:\s\(TLP\))?|{_spaced('TLP')})"
    r"(?:[ _]?v?[12](?:\.[0-9])?|\s(?:level|label|marking|classification|designation|colou?r))?"
    r"[\s:;=_/\-\u2010-\u2015(\[\"'*]{1,6}"
    rf"({_COLOURS})(?![A-Za-z0-9])(\s?[+_\-&]?\s?{_spaced('STRICT')}(?![A-Za-z0-9]))?",
    re.IGNORECASE,
)

_MAY_BE = re.compile(r"[Tt] ?[Ll] ?[Pp]|[Tt][Rr][Aa][Ff][Ff][Ii][Cc][ -][Ll][Ii][Gg]")

# What a legend says of a level; TLP 1.0 and 2.0 and the sheets of CERTs use these words
_DEFINES = re.compile(
    r"\b(?:eyes and ears|recipients?|disclos(?:ure|ed)|sources may|may (?:be )?(?:share|distribut|spread)"
    r"|need-to-know|limited to|restricted to|when information|is (?:for|used|intended)|means|no limit"
    r"|(?:within|inside) (?:their|the) (?:community|organi[sz]ation)|publicly|freely)",
    re.IGNORECASE,
)
_STATES = re.compile(
    r"\b(?:share this|(?:this|the (?:present|following|attached|enclosed)) (?:\w+ ){0,3}"
    r"(?:report|document|advisory|alert"
    r"|bulletin|paper|publication|product|information|message|e-?mail|notice|briefing|material|analysis)"
    r"|(?:is|are|be|been|was) (?:marked|classified|labell?ed|designated)"
    r"|marked|classified as|handl(?:e|ed|ing)|treat(?:ed)?(?: this| it)? as|distribut(?:ed|ion)"
    r"|classification|sensitivity|marking|dissemination)\b",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\b(?:report|document|advisory|alert|bulletin|paper|attachment|briefing|notice)s? [(\[]\Z", re.IGNORECASE
)
_PROSE = re.compile(r"\b[a-z]{2,20} ?\Z")
_LINE_WORDS = 8  # words besides the label in a line that is a banner
_APART = 400  # characters between two levels of one legend
_EDGE_LINES = 3

# Capital and small letters of other scripts that are drawn like these; after NFKD of single characters.
# From: Unicode Technical Standard 39, confusables (the pairs that the words of the labels need)
_ALIKE = str.maketrans(
    "АВСЕНІКМОРТХЅԌԚԜЅѕасеіорстхһԁԛԝмвнкΑΒΕΗΙΚΜΝΟΡΤΧΖαενιορτκτꓣꓐꓔꓡꓑꓮꓟꓖꓢꓚꓲꓰꓦꓪꓧꓳꓓҺᎡᎢᏢᏞᎬᎪᎷᏴᏀᏟᏚ"
    "ᎳᎻᎥᴀʙᴄᴅᴇɢʜɪʟᴍɴᴘʀᴛᴡⅽⅾⅼⅿℓ",
    "ABCEHIKMOPTXSGQWSsaceiopctxhdqwmbhkABEHIKMNOPTXZaevioptktRBTLPAMGSCIEVWHODhRTPLEAMBGCS"
    "WHiABCDEGHILMNPRTWcdlml",
)


_COLONS = frozenset("\ua789\u02d0\u2236\u0589\u05c3\ufe55\uff1a\u1803\u205a")


class _Beside(Enum):
    """How a label stands to a legend."""

    NOTHING = 0
    LEGEND = 1
    """Beside one: only a banner counts."""
    EXPLAINED = 2
    """It is what the legend explains."""


class _Hit(NamedTuple):
    level: Tlp
    start: int
    """In the folded text."""
    end: int
    line: tuple[int, int]


def read(text: str) -> tuple[Tlp, int, int] | None:
    """The strictest marking of a text with its offsets (the first of its level), or None. Never raises."""
    return max(all(text), key=lambda found: (found[0].rank, -found[1]), default=None)


def all(text: str) -> tuple[tuple[Tlp, int, int], ...]:
    """Every label that marks the text, with its offsets, in order. Linear; never raises."""
    folded, moved = _fold(text)
    hits, between = _hits(folded)
    if not hits:
        return ()
    legend = _legends(folded, hits)
    edges = _edges(folded)
    marks = [
        hit
        for index, hit in enumerate(hits)
        if _marks(folded, hit, legend.get(index, _Beside.NOTHING), edges)
    ]
    marks = sorted([*marks, *between], key=lambda hit: hit.start)
    return tuple((hit.level, moved(hit.start), moved(hit.end - 1) + 1) for hit in marks)


def _hits(text: str) -> tuple[list[_Hit], list[_Hit]]:
    """The labels to be judged, and the first of each level between the first and the last of them."""
    if not _MAY_BE.search(text):
        return [], []
    first: list[_Hit] = []
    last: deque[_Hit] = deque()
    between: dict[Tlp, _Hit] = {}
    for match in _LABEL.finditer(text):
        hit = _hit(text, match)
        if len(first) < MOST // 2:
            first.append(hit)
            continue
        if len(last) == MOST // 2:
            passed = last.popleft()
            between.setdefault(passed.level, passed)
        last.append(hit)
    return [*first, *last], list(between.values())


def _hit(text: str, match: re.Match[str]) -> _Hit:
    word = match[1].replace(" ", "").upper()
    level = _LEVELS[word]
    if match[2] and level is Tlp.AMBER:
        level = Tlp.AMBER_STRICT
    start = text.rfind("\n", max(0, match.start() - 400), match.start()) + 1
    if not start:
        start = max(0, match.start() - 400)
    end = text.find("\n", match.end(), match.end() + 400)
    return _Hit(level, match.start(), match.end(), (start, end if end >= 0 else match.end() + 400))


def _marks(text: str, hit: _Hit, beside: _Beside, edges: tuple[int, int]) -> bool:
    """Whether this label marks the document."""
    start, end = hit.line
    line = text[start : min(end, len(text))]
    if (hit.start < edges[0] or hit.start >= edges[1]) and len(line.split()) <= 4:
        return True
    if beside is _Beside.EXPLAINED:
        return False
    if _banner(text, hit):
        return True
    if beside is _Beside.LEGEND:
        return False
    return _STATES.search(line) is not None or _ABOUT.search(text, start, hit.start) is not None


def _banner(text: str, hit: _Hit) -> bool:
    """Whether the label stands in a line or cell with little else, or begins its line."""
    before = text[hit.line[0] : hit.start]
    after = text[hit.end : min(hit.line[1], len(text))]
    before = before.rpartition("\t")[2].rpartition("|")[2]
    after = after.partition("\t")[0].partition("|")[0]
    if not before.strip(" *_#>[](){}<\"'-"):
        return True
    # "shared under TLP:AMBER" is talk; "Classification: TLP:RED" and "Page 3 TLP:RED" are not
    return len(before.split()) + len(after.split()) <= _LINE_WORDS and not _PROSE.search(before)


def _legends(text: str, hits: list[_Hit]) -> dict[int, _Beside]:
    """The labels, by index, that stand in or beside an explanation of three levels or more."""
    runs: list[list[int]] = [[0]]
    for index, (one, other) in enumerate(pairwise(hits), 1):
        if other.start - one.end > _APART:
            runs.append([])
        runs[-1].append(index)
    found: dict[int, _Beside] = {}
    for run in runs:
        explained = [index for index in run if _explains(text, hits, index)]
        if len({hits[index].level for index in explained}) < 3:
            continue
        found.update((index, _Beside.LEGEND) for index in run)
        found.update((index, _Beside.EXPLAINED) for index in explained)
        # A level that stands alone in a line more often than the others is a banner inside the legend
        alone = Counter(hits[i].level for i in explained if _lone(text, hits[i]))
        least = min(alone.get(hits[index].level, 0) for index in explained)
        for level, count in alone.items():
            if count > max(least, 1):
                found.update((i, _Beside.LEGEND) for i in explained if hits[i].level is level)
    return found


def _explains(text: str, hits: list[_Hit], index: int) -> bool:
    """Whether a definition follows the label, in its line or the next, before the next label."""
    following = hits[index + 1].start if index + 1 < len(hits) else len(text)
    break_ = text.find("\n", hits[index].end, hits[index].end + 250)
    end = text.find("\n", break_ + 1, break_ + 250) if break_ >= 0 else hits[index].end + 250
    end = end if end >= 0 else break_ + 250
    return _DEFINES.search(text, hits[index].end, min(end, following, len(text))) is not None


def _lone(text: str, hit: _Hit) -> bool:
    line = text[hit.line[0] : min(hit.line[1], len(text))]
    return len(line.strip()) <= hit.end - hit.start + 4


def _edges(text: str) -> tuple[int, int]:
    """End of the first lines and start of the last ones that hold anything."""
    first, at = 0, 0
    for _ in range(_EDGE_LINES):
        found = re.compile(r"\S").search(text, at)
        if not found:
            return len(text), 0
        at = text.find("\n", found.start())
        if at < 0:
            return len(text), 0
        first = at
    last = len(text.rstrip())
    for _ in range(_EDGE_LINES):
        last = max(text.rfind("\n", 0, last), 0)
        while last > 0 and text[last - 1].isspace():
            last -= 1
        if not last:
            break
    return first, last


class _Moved:
    """From an offset in the folded text to that in the original."""

    def __init__(self, gone: list[int]) -> None:
        # offset in the folded text at which each dropped character would stand
        self._gone = [at - index for index, at in enumerate(gone)]

    def __call__(self, offset: int) -> int:
        return offset + bisect_right(self._gone, offset)


def _fold(text: str) -> tuple[str, _Moved]:
    """Look-alike letters as ASCII, invisible characters dropped; the way back of offsets."""
    if text.isascii():
        return text, _Moved([])
    strange = {char for char in set(text) if ord(char) > 127}
    table = {ord(char): folded for char in strange if (folded := _plain(char)) != char}
    if not table:
        return text, _Moved([])
    gone = {char for char in strange if table.get(ord(char)) == ""}
    dropped: list[int] = []
    if gone:
        pattern = re.compile("[" + "".join(map(re.escape, sorted(gone))) + "]")
        dropped = [match.start() for match in pattern.finditer(text)]
    return text.translate(table), _Moved(dropped)


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    """One character as one ASCII character where it looks like it, "" where it is invisible."""
    category = unicodedata.category(char)
    if category in ("Cf", "Mn", "Me") or char in "\u115f\u1160\u3164\uffa0\u2800":
        return ""
    if char == "\x85" or category == "Zl" or category == "Zp":
        return "\n"
    if category == "Zs":
        return " "
    alike = char.translate(_ALIKE)
    if alike != char:
        return alike
    if char in _COLONS:
        return ":"
    parts = [part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part)]
    first = parts[0].translate(_ALIKE) if len(parts) == 1 else char
    return first if first.isascii() else char
