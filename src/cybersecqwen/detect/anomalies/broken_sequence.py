"""Broken sequence: something follows a frequent message that never followed it before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from .batch import Batch
from .clock import Clock
from .detector import Detector, Known
from .grouped import Grouped
from .novelty import Arrival, Places, arrivals, settled
from .observed import Anomaly, Templates
from .seen import Seen
from .stretch import SESSION, Stretch
from .table import Renamed, invalid, text
from .thresholds import Thresholds
from .tokens import token_text
from .wording import many, quoted, seldom, span, when


class BrokenSequence(Detector):
    """Pairs of successive templates or kinds, for each host and, where known, session or process."""

    name: ClassVar[str] = "broken-sequence"
    columns: ClassVar[tuple[str, ...]] = SESSION
    learns: ClassVar[tuple[str, ...]] = ("steps",)
    token_tables: ClassVar[tuple[str, ...]] = ("steps",)

    def __init__(self, thresholds: Thresholds, templates: Templates | None) -> None:
        super().__init__(thresholds, templates)
        self._steps = Grouped(thresholds.groups, thresholds.keys)
        self.tables = {"steps": self._steps}
        self._waiting = Stretch()
        self._last: dict[str, str] = {}
        """Entity to the token of its last record."""
        self._first: dict[str, tuple[str, Seen]] = {}
        """Entity to its first record, for merging with what came before; both are bounded."""
        self._forgotten = 0

    def observe(self, batch: Batch) -> None:
        """Wait for all kinds of a stretch, then count its steps."""
        if not self._waiting.takes(batch):
            self.settle()
        self._waiting.add(batch)

    def settle(self) -> None:
        """Count the steps of what waits."""
        if not self._waiting.batches:
            return
        entities, tokens, part = self._waiting.in_order()
        self._waiting = Stretch()
        last = self._last
        before: list[str | None] = []
        note = before.append
        for index, (entity, token) in enumerate(zip(entities, tokens, strict=True)):
            previous = last.get(entity)
            last[entity] = token
            note(previous)
            if previous is None and len(self._first) < self.thresholds.entities:
                host, user, line = part.host(index), part.user(index), (part.line(index),)
                when, ordinal = part.time(index), part.ordinal(index)
                self._first.setdefault(entity, (token, Seen(1, when, when, ordinal, 0, host, user, line)))
        self._steps.add(part, (), before, tokens)
        if len(last) > self.thresholds.entities:
            for entity in list(last)[: len(last) // 2]:
                del last[entity]
                self._forgotten += 1

    def findings(self, clock: Clock, known: Known | None) -> list[Anomaly]:
        """Steps that are new between things that are not."""
        steps = self._steps.copy(lambda token: token_text(self.templates, token))
        learned = known.tables.get("steps") if known is not None else None
        if isinstance(learned, Grouped):
            old = {key for members in learned.groups.values() for key in members.keys}
        else:
            place = Places(clock)
            old = {
                key
                for members in steps.groups.values()
                for key, seen in members.keys.items()
                if settled(place(seen), clock, self.thresholds)
            }
        new = arrivals(steps, clock, known, "steps", self.thresholds)
        told = (arrival.without(lambda key: key not in old) for arrival in new)
        return [_anomaly(arrival, clock) for arrival in told if arrival is not None]

    def merge(self, other: Detector, shift: int, renamed: Renamed) -> None:
        """Join the last step of each entity with its first one in the later part, then add the counts."""
        assert isinstance(other, BrokenSequence)
        for entity, (token, seen) in other._first.items():
            later, previous = renamed(token), self._last.get(entity)
            moved = replace(seen, ordinal=seen.ordinal + shift)
            if previous is not None:
                self._steps.count_one((previous,), later, moved)
            elif len(self._first) < self.thresholds.entities:
                self._first.setdefault(entity, (later, moved))
        super().merge(other, shift, renamed)
        self._last |= {entity: renamed(token) for entity, token in other._last.items()}
        self._forgotten += other._forgotten

    def state(self) -> dict[str, Any]:
        """The steps, and where each entity is."""
        last = [[entity, token] for entity, token in self._last.items()]
        first = [[e, token, seen.to_json()] for e, (token, seen) in self._first.items()]
        return {**super().state(), "last": last, "first": first, "forgotten": self._forgotten}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave."""
        super().restore(state)
        try:
            self._last = {text(row, "an entity"): text(token, "a step") for row, token in state["last"]}
            self._first = {
                text(row, "an entity"): (text(token, "a step"), Seen.from_json(seen))
                for row, token, seen in state["first"]
            }
            self._forgotten = int(state["forgotten"])
        except (KeyError, TypeError, ValueError) as error:
            raise invalid("its sequences are missing") from error


def _anomaly(a: Arrival, clock: Clock) -> Anomaly:
    where = f" on {quoted(a.seen.host)}" if a.seen.host else ""
    sentence = (
        f"{quoted(a.group[0])} was followed{where} by {quoted(a.key)} for the first time at "
        f"{when(a.seen.first)}{a.with_others}: {many(a.records, 'time')} before in "
        f"{span(a.days, by_time=clock.by_time)} one of {many(a.keys, 'other', 'others')} followed, "
        f"and their past gives {seldom(a.expected)} that are new."
    )
    return a.anomaly(BrokenSequence.name, sentence, template=a.key)
