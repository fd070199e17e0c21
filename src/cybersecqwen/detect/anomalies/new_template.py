"""New template: a form of message, or a kind of record on a host, that was not there before."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from .batch import Batch
from .clock import Clock
from .covering import Covering
from .detector import Detector, Known
from .grouped import Grouped
from .levels import by_level
from .novelty import Arrival, arrivals
from .observed import Anomaly, Templates
from .thresholds import Thresholds
from .tokens import kind_token, template_token, token_text
from .wording import many, quoted, seldom, span, when

_ANY_HOST = "any host"


class NewTemplate(Detector):
    """Templates of text by kind of line; kinds of records by host."""

    name: ClassVar[str] = "new-template"
    learns: ClassVar[tuple[str, ...]] = ("templates", "kinds")
    token_tables: ClassVar[tuple[str, ...]] = ("templates",)

    def __init__(self, thresholds: Thresholds, templates: Templates | None) -> None:
        super().__init__(thresholds, templates)
        self._seen = Grouped(thresholds.groups, thresholds.templates)
        self._kinds = Grouped(thresholds.groups, thresholds.templates)
        self.tables = {"templates": self._seen, "kinds": self._kinds}

    def observe(self, batch: Batch) -> None:
        """Count templates of the kind, and the kind for each host."""
        kind, ids, hosts = kind_token(batch.kind), batch.template_ids, batch.hosts
        if ids is not None:
            self._seen.add(batch, (), kind, ids, clean_right=_as_token)
        self._kinds.add(batch, (), hosts or [_ANY_HOST] * batch.size, kind)

    def findings(self, clock: Clock, known: Known | None) -> list[Anomaly]:
        """Templates and kinds that are new."""
        return [*self._new_templates(clock, known), *self._new_kinds(clock, known)]

    def _new_templates(self, clock: Clock, known: Known | None) -> list[Anomaly]:
        now = self._seen.copy(lambda token: token_text(self.templates, token))
        new = arrivals(now, clock, known, "templates", self.thresholds)
        old = known.tables["templates"] if known is not None and new else now
        assert isinstance(old, Grouped)
        covers: dict[tuple[str, ...], Covering] = {}
        out = []
        for arrival in new:
            group = arrival.group
            if group not in covers:
                fresh = {key for a in new if a.group == group for key in (a.key, *(k for k, _ in a.others))}
                covers[group] = Covering(key for key in old.groups[group].keys if key not in fresh)
            told = arrival.without(covers[group].knows)
            if told is not None:
                out.append(_template_anomaly(told, clock))
        return out

    def _new_kinds(self, clock: Clock, known: Known | None) -> list[Anomaly]:
        new = arrivals(self._kinds, clock, known, "kinds", self.thresholds)
        return [_kind_anomaly(arrival, clock) for arrival in new]


def _as_token(id: str) -> str:
    return template_token(int(id)) if id.isdecimal() else id


def _template_anomaly(a: Arrival, clock: Clock) -> Anomaly:
    sentence = (
        f"A message {quoted(a.key)} of {a.group[0].strip()} was not there before "
        f"{when(a.seen.first)}{a.with_others}: "
        f"{many(a.records, 'line')} in {span(a.days, by_time=clock.by_time)} had {many(a.keys, 'template')}, "
        f"and their past gives {seldom(a.expected)} that are new."
    )
    anomaly = a.anomaly(NewTemplate.name, sentence, template=a.key)
    worst = max(by_level(key, anomaly.severity) for key in (a.key, *(key for key, _ in a.others)))
    return replace(anomaly, severity=worst)


def _kind_anomaly(a: Arrival, clock: Clock) -> Anomaly:
    where = "" if a.group[0] == _ANY_HOST else f" on {quoted(a.group[0])}"
    sentence = (
        f"Records of {quoted(a.key)} were not there{where} before {when(a.seen.first)}{a.with_others}: "
        f"{many(a.records, 'record')} in {span(a.days, by_time=clock.by_time)} were of "
        f"{many(a.keys, 'kind')}, and their past gives {seldom(a.expected)} that are new."
    )
    return a.anomaly(NewTemplate.name, sentence)
