"""What stands around an occurrence of an indicator and speaks for a role, with a score.

A cue counts more the nearer it stands, on its own side, without another role's cue in between; indicators
that are listed together ("from a.example, b.example and c.example") are as near as the first of them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import replace

from cybersecqwen.detect.text.matches import Match

from . import cues, orders, references, warning_lists
from .context import LONGEST_HEADING, Heading, Layout
from .cues import ATTACK, Evidence, Hit
from .hostile import REACH, STEPS, Hostile
from .interface import LONGEST_CONTEXT, Found, Passage
from .spans import Spans

WINDOW = 360
"""Characters on either side of an occurrence in which cues are looked for, within its unit."""
NEAR = 1_000
"""The same as `REACH` for one that would set apart what stands below it, or gives it to the attacker."""
LONGEST_LABEL = 60
"""Characters of a line that may be a note to the one beside it."""
LONGEST_QUOTE = 80
"""Characters of words quoted in a reason."""
OWN = 1.6
"""Score from which the words of a unit itself halve what its heading says."""
OUTRIGHT = 2.4
"""Weight of words from which they say what malware does with a link."""
READ_ON = 1.0
"""Score of words from which a link is one to read on, whatever else stands there."""
NEXT = 40
"""Characters before a link in which such words stand."""

_NOT = re.compile(
    r"(?:\b(?:not|never|no|without|neither|nor|no longer|rather than|instead of|unlike)|n't)"
    r"(?: (?:a|an|the|any|been|be|used|known|as|observed|directly|itself)\b)*+ ?\Z"
)
_JOINS = re.compile(r"\b(?:and|or|und|as well as)\b|[^\w]+")
_CLAUSE = re.compile(
    r"; |\. |, (?:while|whereas|but|which then|then)\b| (?:while|whereas|but) |, and (?:then )?\w+s "
)
_CELL = re.compile(r"[\t|]")
_SILENT = frozenset({"none", "type", "order", "hostile"})
_UNTITLED = _SILENT | {"origin"}
_REACHES = {"legitimate": 60, "victim": 24, "origin": 24}  # characters; words of these roles stand near
_HARMLESS = frozenset({"legitimate", "victim", "reference"})


class Reading:
    """A passage with its units, cues and matches, made ready for questions about single matches."""

    def __init__(self, passage: Passage, found: Found) -> None:
        self.text = passage.text
        self.low = cues.plain(passage.text)
        self.layout = Layout.of(passage)
        self._spans = Spans(found)
        hits = [
            hit
            for hit in cues.hits(self.low)
            if not self._spans.touch(hit.start, hit.end) and self._whole(hit)
        ]
        self._orders = orders.find(self.text, self.low, hits, self.layout)
        self._hits = [hit for hit in hits if self._counts(hit)]
        self._at = [hit.start for hit in self._hits]
        self._heads = [heading.start for heading in self.layout.headings]
        self._links = references.Links(passage, found)
        self.hostile = Hostile(self.low, self.layout, self._spans, self._hits, self._negated)
        self._row, self._marks = -1, list[int]()
        self._known: dict[int, tuple[Evidence, ...]] = {}
        self._hints: dict[int, tuple[Evidence, ...] | None] = {}

    def of(self, match: Match) -> tuple[Evidence, ...]:
        """What speaks for a role of this occurrence; a host in a URL has what the URL has."""
        at = self._spans.at(match.start)
        if at < 0:
            return ()
        known = self._known.get(at)
        if known is None:
            known = self._known[at] = tuple(self._judge(at))
        start, end = self._spans.starts[at], self._spans.ends[at]
        if references.is_defanged(self.text[start:end]):
            known = tuple(
                one if one.role != "reference" else replace(one, score=one.score * 0.35, plain=False)
                for one in known
            )
        hostile = self._is_hostile(at, known)
        if not hostile and self._links.is_whole(start, end):
            known = tuple(
                one if one.role in _HARMLESS else replace(one, score=one.score * 0.6) for one in known
            )
        return (*known, *self._links.of(match, start, end, hostile=hostile))

    def _is_hostile(self, at: int, known: Iterable[Evidence]) -> bool:
        """Whether what is said of a link, or where it stands, outweighs that it can be followed."""
        start, end = self._spans.starts[at], self._spans.ends[at]
        raw = self.text[start:end]
        if not raw.startswith("https://"):
            return False
        unit = self.layout.at(start)
        if references.is_program(raw):
            return not references.is_offered(self.text, self.layout.starts[unit])
        if warning_lists.own(warning_lists.host_of(raw))[0] or any(
            one.role == "reference" and one.score >= READ_ON for one in known
        ):
            return False  # links into what many use are there to read on, whatever stands around them
        return (
            self.layout.kinds[unit] == "row" or self._is_object(unit, start) or self._is_listed(unit, start)
        )

    def _is_object(self, unit: int, start: int) -> bool:
        """Whether words right before a link say what malware does with it: "beacons to https://…"."""
        first = max(self.layout.starts[unit], start - NEXT)
        for hit in self._hits[bisect_left(self._at, first) : bisect_left(self._at, start)]:
            gap = self.low[hit.end : start]
            if hit.cue.side == "before" and hit.cue.weight >= OUTRIGHT and not self._negated(hit):
                role = self._of_fetched(hit, "url")
                if role in ATTACK - {"payload", "artefact"} and "(" not in gap and len(gap) <= NEXT // 2:
                    return True
        return False

    def _is_listed(self, unit: int, start: int) -> bool:
        """Whether a link stands in a list of indicators, by the nearest heading that says something."""
        a, b = self.layout.starts[unit], self.layout.ends[unit]
        if self.layout.kinds[unit] not in ("item", "code") and 2 * self._spans.length(a, b) < b - a:
            return False
        at = bisect_left(self._heads, a) - 1
        for step in range(at, max(at - STEPS, -1), -1):
            heading = self.layout.headings[step]
            if start - heading.end > (REACH if heading.named else NEAR):
                return False
            hint = self._hint(step, heading)
            if hint:
                told = heading.named or self.text[heading.end - 1] == ":" or hint[0].role == "listed"
                return told and hint[0].role in ATTACK
            if hint is None and (heading.named or self.text[heading.end - 1] == ":"):
                return False
        return False

    def _of_fetched(self, hit: Hit, kind: str) -> str:
        """The role of a cue; what malware downloads by a link is delivered by it, but "download" advises."""
        if kind == "url" and hit.cue.role == "payload" and hit.cue.side == "before":
            words = self.low[hit.start : hit.end]
            return "delivery" if words.startswith("download") and words != "download" else "payload"
        return hit.cue.role

    def _judge(self, at: int) -> Iterator[Evidence]:
        start, end = self._spans.starts[at], self._spans.ends[at]
        unit = self.layout.at(start)
        if unit < 0:
            return
        a, b = self.layout.starts[unit], max(self.layout.ends[unit], end)
        kind = self.layout.kinds[unit]
        noted = False
        listed = kind in ("item", "row", "code") or 2 * self._spans.length(a, b) >= b - a
        row = kind == "row"
        own = list(self._around(start, end, max(a, start - WINDOW), min(b, end + WINDOW), row))
        yield from own
        if start - a > WINDOW:
            yield from self._lead(a, start)
        if row:
            yield from self._column(unit, start)
        elif listed:
            noted = self._is_noted(unit)
            yield from self._neighbours(unit, noted)
        said = max((one.score for one in own), default=0.0) >= OWN  # its own words outweigh a heading
        yield from self._above(unit - noted, start, 0.5 if said else 1.0, listed)

    def _around(self, start: int, end: int, lo: int, hi: int, row: bool) -> Iterator[Evidence]:
        """The cues of the unit itself, nearest first on each side."""
        first, last = bisect_left(self._at, lo), bisect_left(self._at, hi)
        middle = bisect_left(self._at, start)
        linked = "://" in self.text[start : start + 10]
        for hits, before in (
            (reversed(self._hits[first:middle]), True),
            (iter(self._hits[middle:last]), False),
        ):
            nearer = ""
            for hit in hits:
                cue = hit.cue
                if hit.end > hi or cue.role in _SILENT or (cue.side == "heading" and not row):
                    continue
                if cue.side == ("after" if before else "before"):
                    continue
                if self._negated(hit):
                    continue
                score = cue.weight * self._nearness(hit, start, end, before, row)
                if nearer and nearer != cue.role:
                    score *= 0.45
                elif cue.weight >= 2.4 or cue.role == "origin":
                    nearer = cue.role
                side = "before" if before else "after"
                why = f"{self._quoted(hit.start, hit.end)} stands {side} it"
                said = cues.said(hit, score, why)
                role = self._of_fetched(hit, "url" if before and linked else "")
                yield said if role == cue.role else replace(said, role=role)

    def _nearness(self, hit: Hit, start: int, end: int, before: bool, row: bool) -> float:
        """1 beside the indicator down to 0.3 at the end of a long sentence."""
        a, b = (hit.end, start) if before else (end, hit.start)
        between = self._spans.length(a, b)
        gap = b - a
        if between:
            rest = self._spans.without(self.low, a, b)
            words = _JOINS.sub("", rest)
            gap = len(words) if len(words) < 12 else gap - between
            if len(words) >= 12 and not row:
                gap += 40
        near = 1.0 if gap <= 24 else 0.85 if gap <= 60 else 0.6 if gap <= 130 else 0.35
        if row:
            return max(near, 0.8)
        if gap > 12 and _CLAUSE.search(self.low, a, b):
            near *= 0.5
        if gap > _REACHES.get(hit.cue.role, gap):
            near *= 0.5
        if not before and hit.cue.side == "any":
            near *= 0.85  # a noun mostly stands before what it names
        return near

    def _lead(self, a: int, start: int) -> Iterator[Evidence]:
        """Words at the beginning of a unit that is too long to be searched whole."""
        stop = min(self._spans.next(a, start), a + LONGEST_CONTEXT, start - WINDOW)
        for hit in self._hits[bisect_left(self._at, a) : bisect_left(self._at, stop)]:
            if hit.cue.side in ("any", "before") and hit.cue.role not in _SILENT:
                why = f"{self._quoted(hit.start, hit.end)} stands at the beginning of its list"
                yield replace(cues.said(hit, hit.cue.weight * 0.6, why), plain=False)

    def _column(self, unit: int, start: int) -> Iterator[Evidence]:
        """The head of the column that a cell stands in."""
        first = self.layout.tables[unit]
        if first < 0 or first == unit:
            return
        a, b = self.layout.starts[first], min(self.layout.ends[first], self.layout.starts[first] + 2_000)
        if self._spans.length(a, b):
            return
        if self._row != unit:  # the marks of a row are looked for once, however many indicators it has
            row = self.layout.starts[unit], self.layout.ends[unit]
            self._row, self._marks = unit, [mark.start() for mark in _CELL.finditer(self.text, *row)]
        column = bisect_left(self._marks, start)
        marks = [a - 1, *(mark.start() for mark in _CELL.finditer(self.text, a, b)), b]
        if column + 1 >= len(marks):
            return
        a, b = marks[column] + 1, marks[column + 1]
        for hit in self._hits[bisect_left(self._at, a) : bisect_left(self._at, b)]:
            if hit.cue.role not in _SILENT:
                why = f"in the column {self._quoted(a, b)}"
                yield cues.said(hit, hit.cue.weight * 1.1, why)

    def _neighbours(self, unit: int, noted: bool) -> Iterator[Evidence]:
        """The lines beside one that holds nothing but indicators: cells of a table that lost its shape."""
        for other, share in ((unit + 1, 1.0 if noted else 0.75), (unit - 1, 0.0 if noted else 0.5)):
            if share and self._is_label(other):
                a, b = self.layout.starts[other], self.layout.ends[other]
                if other > unit and self.low[b - 1] in "s:":
                    continue  # it stands above what comes next
                for hit in self._told(a, b):
                    why = f"{self._quoted(a, b)} stands beside it"
                    yield replace(cues.said(hit, hit.cue.weight * share, why), plain=True)

    def _is_noted(self, unit: int) -> bool:
        """Whether a line's note stands below it, as in a table of two columns that was written line by line.

        Above stands the note of the indicator before; it is no heading then. A plural or a colon makes one.
        """
        if not (self._is_label(unit + 1) and self._is_label(unit - 1)):
            return False
        a, b = self.layout.starts[unit + 1], self.layout.ends[unit + 1]
        return self.low[b - 1] not in "s:" and bool(self._told(a, b))

    def _is_label(self, unit: int) -> bool:
        if not 0 <= unit < len(self.layout.starts):
            return False
        a, b = self.layout.starts[unit], self.layout.ends[unit]
        return b - a <= LONGEST_LABEL and not self._spans.length(a, b)

    def _told(self, a: int, b: int) -> list[Hit]:
        """Nouns of a stretch that say something."""
        hits = self._hits[bisect_left(self._at, a) : bisect_left(self._at, b)]
        return [hit for hit in hits if hit.cue.side == "any" and hit.cue.role not in _SILENT]

    def _above(self, unit: int, start: int, share: float, listed: bool) -> Iterator[Evidence]:
        """The nearest heading above that says something."""
        at = bisect_left(self._heads, self.layout.starts[unit]) - 1
        for step in range(at, max(at - STEPS, -1), -1):
            heading = self.layout.headings[step]
            far = start - heading.end
            if far > REACH and not heading.named:
                return
            hint = self._hint(step, heading)
            if hint and not heading.named and far > NEAR and hint[0].role in ("legitimate", "victim"):
                return
            if hint:
                share *= 1.0 if listed else 0.4 if heading.named or far < 800 else 0.2
                for one in hint:
                    yield replace(one, score=one.score * share, plain=one.plain and listed)
                return
            if hint is None and (heading.named or self.text[heading.end - 1] == ":"):
                return  # it is about something else

    def _hint(self, step: int, heading: Heading) -> tuple[Evidence, ...] | None:
        """What a heading says; () where it only names a type, None where it is about something else."""
        if step not in self._hints:
            a, b = heading.start, heading.end
            hits = self._hits[bisect_left(self._at, a) : bisect_left(self._at, b)]
            hits = [hit for hit in hits if hit.end <= b and not self._negated(hit)]
            if self._spans.length(a, b):
                hits = []
            why = f"under {'the heading ' if b - a <= LONGEST_HEADING else ''}{self._quoted(a, b)}"
            share = 0.95 if b - a <= LONGEST_HEADING else 0.6
            told = tuple(
                cues.said(hit, hit.cue.weight * share, why)
                for hit in hits
                if hit.cue.role not in _UNTITLED
                and self._heads_list(hit, b)
                and (hit.cue.role not in _HARMLESS or self.text[b - 1] not in ".!")  # that is a sentence
            )
            kinds = any(hit.cue.role == "type" for hit in hits)
            self._hints[step] = told or (() if kinds else None)
        return self._hints[step]

    def _heads_list(self, hit: Hit, end: int) -> bool:
        """Whether a cue of a heading is about what stands below it: one that leads on needs a colon there."""
        if hit.cue.side == "before":
            return self.text[end - 1] == ":" or hit.cue.role not in _HARMLESS
        return hit.cue.side != "after" or hit.cue.weight >= 4

    def _negated(self, hit: Hit) -> bool:
        """Whether "not", "never" or "without" stands before a cue."""
        return bool(_NOT.search(self.low, max(0, hit.start - 30), hit.start))

    def _quoted(self, start: int, end: int) -> str:
        words = " ".join(self.text[start:end].split()).strip("#*_= ")
        return (
            f'"{words}"' if len(words) <= LONGEST_QUOTE else f'"{words[:LONGEST_QUOTE].rpartition(" ")[0]} …"'
        )

    def _counts(self, hit: Hit) -> bool:
        """Whether a cue is part of a statement, and not of an order to the reader."""
        if self.low[hit.end - 1] == ":" and self._text_before(hit.start).isalnum():
            return False
        if hit.cue.role in _HARMLESS and self.layout.at(hit.start) in self._orders.tame:
            return False
        return not self._orders.covers(hit.start, hit.end)

    def _text_before(self, at: int) -> str:
        """The last letter before, blanks left out but not line breaks; "" at the beginning."""
        return self.text[max(0, at - 20) : at].rstrip(" \t\xa0")[-1:]

    def _whole(self, hit: Hit) -> bool:
        """Whether a cue stands in one unit: a heading and what stands below it share no phrase."""
        return "\n" not in self.text[hit.start : hit.end] or self.layout.at(hit.start) == self.layout.at(
            hit.end - 1
        )
