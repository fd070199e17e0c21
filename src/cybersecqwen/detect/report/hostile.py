"""Whether a text speaks of an attack where it names something, by the nouns in a sentence and above it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence

from cybersecqwen.detect.text.matches import Match

from .context import Layout
from .cues import ATTACK, Hit
from .spans import Spans

REACH = 6_000
"""Characters after which a heading that the format does not name says nothing any more."""
STEPS = 12
"""Headings above an occurrence that are looked at."""

_NOUNS = ("any", "heading")
_HERE = frozenset({"hostile"})
_ABOVE = ATTACK | _HERE
"""Roles of which a noun in a heading says that what stands below it is of an attack."""
_JOINS = re.compile(r"\b(?:and|or|und|as well as)\b|[^\w]+")
_FIELD_AFTER = re.compile(r"[,;](?=[^\s])")


class Hostile:
    """The cues of a text, made ready for questions about where single matches stand."""

    def __init__(
        self, low: str, layout: Layout, spans: Spans, hits: Sequence[Hit], negated: Callable[[Hit], bool]
    ) -> None:
        self._low, self._layout, self._spans = low, layout, spans
        self._hits, self._negated = hits, negated
        self._at = [hit.start for hit in hits]
        self._heads = [heading.start for heading in layout.headings]
        self._lists: dict[int, bool] = {}
        self._says: dict[tuple[int, frozenset[str]], bool] = {}

    def around(self, match: Match) -> bool:
        """Whether a match stands in a list, or its sentence or a heading above it is about an attack."""
        layout = self._layout
        unit = layout.at(match.start)
        if unit < 0:
            return False
        a, b = layout.starts[unit], layout.ends[unit]
        separated = match.start == a and _FIELD_AFTER.match(self._low, match.end) is not None
        if separated or self._is_list(unit) or self._is_said(a, b, _HERE):
            return True
        first = layout.tables[unit]
        if first >= 0 and self._is_said(layout.starts[first], layout.ends[first], _ABOVE):
            return True
        at = bisect_left(self._heads, a) - 1
        above = layout.headings[max(at - STEPS + 1, 0) : at + 1]
        return any(
            self._is_said(one.start, one.end, _ABOVE)
            for one in above
            if one.named or match.start - one.end <= REACH
        )

    def _is_list(self, unit: int) -> bool:
        """Whether a unit has little but indicators; of a sentence nothing else, but a label ("Files:")."""
        if unit not in self._lists:
            a, b = self._layout.starts[unit], self._layout.ends[unit]
            many = 2 * self._spans.length(a, b) >= b - a
            if many and self._layout.kinds[unit] == "sentence":
                first = self._spans.next(a - 1, b)
                rest = self._spans.without(self._low, first, b)
                label = self._low[a:first].rstrip(" \"'`*(")
                many = not _JOINS.sub("", rest) and (not label or label.endswith((":", "-", "=")))
            self._lists[unit] = many
        return self._lists[unit]

    def _is_said(self, a: int, b: int, roles: frozenset[str]) -> bool:
        """Whether a noun of these roles stands in a unit or heading; looked up once for all that it names."""
        known = self._says.get((a, roles))
        if known is None:
            hits = self._hits[bisect_left(self._at, a) : bisect_left(self._at, b)]
            nouns = (hit for hit in hits if hit.cue.role in roles and hit.cue.side in _NOUNS)
            known = self._says[a, roles] = any(not self._negated(hit) for hit in nouns)
        return known
