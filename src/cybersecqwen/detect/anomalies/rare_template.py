"""Rare template: a form of message that came once or twice in a long log."""

from __future__ import annotations

from typing import ClassVar

from .batch import Batch
from .clock import Clock
from .detector import Detector, Known
from .grouped import Grouped, Members
from .novelty import Places, learning_end
from .observed import Anomaly, Templates
from .seen import Seen
from .thresholds import Thresholds
from .tokens import kind_token, template_token, token_text
from .wording import many, quoted, score, seldom, severity, span

RARE = 2
"""At most so many lines, those of the baseline included."""
LINES_BEFORE = 5_000
"""Lines of the kind that there must be at least: one line in a few hundred is not rare."""


class RareTemplate(Detector):
    """Templates that have hardly any lines; those that are new are the matter of `new-template`."""

    name: ClassVar[str] = "rare-template"
    reads: ClassVar[str] = "new-template"
    shares: ClassVar[str] = "new-template"
    token_tables: ClassVar[tuple[str, ...]] = ("templates",)

    def __init__(self, thresholds: Thresholds, templates: Templates | None) -> None:
        super().__init__(thresholds, templates)
        self.tables = {"templates": Grouped(thresholds.groups, thresholds.templates)}

    @property
    def _seen(self) -> Grouped:
        table = self.tables["templates"]
        assert isinstance(table, Grouped)
        return table

    def observe(self, batch: Batch) -> None:
        """Count templates of the kind."""
        ids = batch.template_ids
        if ids is not None:
            self._seen.add(batch, (), kind_token(batch.kind), ids, clean_right=_as_token)

    def findings(self, clock: Clock, known: Known | None) -> list[Anomaly]:
        """Templates with one or two lines, as long as there are not too many of them for their time.

        All of them together are the false alarms if none of them matters, so the rarest are told until
        their number reaches what is allowed in the days that were looked at.
        """
        now = self._seen.copy(lambda token: token_text(self.templates, token))
        old = known.tables.get("templates") if known is not None else None
        before = old if isinstance(old, Grouped) else None
        days = clock.days + (known.clock.days if known is not None and before is not None else 0.0)
        if (known is not None and before is None) or days < self.thresholds.learning_min_days * 2:
            return []
        place, begin = Places(clock), learning_end(clock, self.thresholds)
        found: list[tuple[int, int, tuple[str, ...], str, Seen]] = []
        for group, members in now.groups.items():
            past = before.groups.get(group, Members()) if before is not None else Members()
            lines = members.count + past.count
            if members.open or past.open or lines < LINES_BEFORE:
                continue
            for key, seen in members.keys.items():
                earlier = past.keys.get(key)
                total = seen.count + (earlier.count if earlier is not None else 0)
                where = place(seen)
                settled = where is not None and where < begin if before is None else earlier is not None
                if total <= RARE and settled:
                    found.append((total, -lines, group, key, seen))
        found.sort(key=lambda item: item[:4])
        allowed = int(self.thresholds.alarms_per_day * clock.days)
        if len(found) > allowed:  # so many are rare that rareness says nothing, unless one is rarer still
            found = [item for item in found if item[0] == 1]
            found = found if len(found) <= allowed else []
        return [_anomaly(clock, days, *item) for item in found]


def _as_token(id: str) -> str:
    return template_token(int(id)) if id.isdecimal() else id


def _anomaly(
    clock: Clock, days: float, total: int, lines: int, group: tuple[str, ...], key: str, seen: Seen
) -> Anomaly:
    expected = total / max(days, 1e-6)
    sentence = (
        f"A message {quoted(key)} of {group[0].strip()} has {many(total, 'line')} of {-lines:,} in "
        f"{span(days, by_time=clock.by_time)}, {seldom(expected)}."
    )
    return Anomaly(
        kind=RareTemplate.name,
        sentence=sentence,
        severity=min(severity(expected), severity(1.0)),
        score=score(expected),
        count=seen.count,
        first=seen.first,
        last=seen.last,
        hosts=(seen.host,) if seen.host else (),
        users=(seen.user,) if seen.user else (),
        numbers={
            "expected_per_day": expected,
            "lines": float(total),
            "of_lines": float(-lines),
            "history_days": days,
        },
        template=key,
        lines=seen.lines,
    )
