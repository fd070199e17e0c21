"""Which events make a sequence: one pending sequence in each state, the latest goes on.

https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax#eql-how-sequence-queries-handle-matches
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cybersecqwen.detect.sigma.parse import text_of
from cybersecqwen.dialects.elastic.evaluation import unsayable
from cybersecqwen.dialects.elastic.expressions import Field
from cybersecqwen.dialects.evaluating import value_at
from cybersecqwen.dialects.interface import Record, Running
from cybersecqwen.errors import LimitError

from . import tree as eql
from .tree import SPANS

_MOST_KEYS = 100_000
_MOST_LOOKS = 2_000_000
"""Events looked at for those that must be missing, and begun sequences looked at for what comes next."""

Key = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """A record that some event of a sequence is about."""

    at: float
    """Seconds since 1970 UTC."""
    record: Record
    stages: tuple[int, ...]
    """Numbers of the stages whose event it is; the number behind the last is `until`."""


@dataclass(frozen=True, slots=True)
class _Step:
    """An event that must be there."""

    stage: int
    absent: tuple[int, ...] = ()
    """Stages that must not be met between the one before and this one."""


@dataclass(slots=True)
class _Chain:
    """A sequence that has begun: where its events stand among all."""

    events: list[int] = field(default_factory=list)


def _key(fields: Sequence[Field], record: Record) -> Key | None:
    """What must be the same; None where a part of it is missing that may not be."""
    values: list[str | None] = []
    for one in fields:
        value = value_at(record, one.name)
        if value is None and not one.optional:
            return None
        values.append(None if value is None else text_of(value))
    return tuple(values)


def _plan(sequence: eql.Sequence) -> tuple[list[_Step], tuple[int, ...]]:
    """The events in their order, and those that must not follow the last."""
    steps: list[_Step] = []
    absent: list[int] = []
    for number, stage in enumerate(sequence.stages):
        if stage.missing:
            if not steps:
                raise unsayable("missing events at the beginning of a sequence")
            absent.append(number)
            continue
        steps.append(_Step(number, tuple(absent)))
        steps += [_Step(number)] * ((stage.runs or 1) - 1)
        absent = []
    return steps, tuple(absent)


def matched_sequences(sequence: eql.Sequence, moments: list[Moment], running: Running) -> Iterator[Record]:
    """A row for each sequence: its events, and the values that all of them share."""
    yield from _Machine(sequence, moments, running).rows()


class _Machine:
    def __init__(self, sequence: eql.Sequence, moments: list[Moment], running: Running) -> None:
        self._sequence = sequence
        self._moments = moments
        self._most = running.most_rows
        self._steps, self._behind = _plan(sequence)
        self._span = sequence.maxspan[0] * SPANS[sequence.maxspan[1]] if sequence.maxspan else None
        self._states: dict[Key, dict[int, _Chain]] = {}
        self._looks = 0

    def rows(self) -> Iterator[Record]:
        """In the order in which sequences end."""
        made = 0
        for index, moment in enumerate(self._moments):
            self._end(moment)
            for number, key in self._reached(moment):
                row = self._advance(number, index, key)
                if row is not None:
                    made += 1
                    yield row
            if made > self._most or len(self._states) > _MOST_KEYS:
                raise LimitError("The sequences of this query are too many to be followed.")

    def _fields(self, stage: int) -> tuple[Field, ...]:
        stages = self._sequence.stages
        own = stages[stage].by if stage < len(stages) else self._until_fields()
        return (*self._sequence.by, *own)

    def _until_fields(self) -> tuple[Field, ...]:
        return self._sequence.until.by if self._sequence.until else ()

    def _end(self, moment: Moment) -> None:
        """Forgets what has begun where this event ends it."""
        last = len(self._sequence.stages)
        key = _key(self._fields(last), moment.record) if last in moment.stages else None
        if key is None:
            return
        if len(key) == len(self._fields(self._steps[0].stage)):
            self._states.pop(key, None)
            return
        self._look(len(self._states))
        for other in [one for one in self._states if one[: len(key)] == key]:
            del self._states[other]

    def _look(self, count: int = 1) -> None:
        self._looks += count
        if self._looks > _MOST_LOOKS:
            raise LimitError("Too many events are looked at for the sequences of this query.")

    def _reached(self, moment: Moment) -> list[tuple[int, Key]]:
        """The steps that an event can be, with what it shares there.

        From the last to the first: no event is two of one sequence.
        """
        stages: dict[Key, set[int]] = {}
        for stage in moment.stages:
            if stage < len(self._sequence.stages):
                key = _key(self._fields(stage), moment.record)
                if key is not None:
                    stages.setdefault(key, set()).add(stage)
        found: list[tuple[int, Key]] = []
        for key, wanted in stages.items():
            begun = self._states.get(key, {})
            self._look(len(begun) + 1)
            found += [
                (number, key)
                for number in (0, *(before + 1 for before in begun))
                if self._steps[number].stage in wanted
            ]
        return sorted(found, reverse=True, key=lambda one: one[0])

    def _advance(self, number: int, index: int, key: Key) -> Record | None:
        state = self._states.setdefault(key, {})
        if number == 0:
            chain = _Chain([index])
        else:
            if not self._follows(state[number - 1], number, index, key):
                return None
            chain = state.pop(number - 1)
            chain.events.append(index)
        if number + 1 < len(self._steps):
            state[number] = chain
            return None
        if self._behind and not self._nothing_behind(chain, key):
            return None
        return self._row(chain, key)

    def _follows(self, chain: _Chain, number: int, index: int, key: Key) -> bool:
        first, last = chain.events[0], chain.events[-1]
        if self._span is not None and self._moments[index].at - self._moments[first].at > self._span:
            return False
        return not self._any(self._steps[number].absent, range(last + 1, index), key)

    def _nothing_behind(self, chain: _Chain, key: Key) -> bool:
        end = self._moments[chain.events[0]].at + (self._span or 0.0)
        last = chain.events[-1]
        behind = range(last + 1, len(self._moments))
        for index in behind:
            if self._moments[index].at > end:
                break
            if self._any(self._behind, range(index, index + 1), key):
                return False
        return True

    def _any(self, stages: tuple[int, ...], between: range, key: Key) -> bool:
        if not stages:
            return False
        for index in between:
            self._look()
            moment = self._moments[index]
            if any(
                stage in moment.stages and _key(self._fields(stage), moment.record) == key for stage in stages
            ):
                return True
        return False

    def _row(self, chain: _Chain, key: Key) -> Record:
        names = [one.name for one in self._fields(0)]
        events = [self._moments[index].record for index in chain.events]
        return {"events": events, **dict(zip(names, key, strict=False))}


def matched_sample(sample: eql.Sample, moments: list[Moment]) -> Iterator[Record]:
    """A row for each value that is shared: an event for each stage, no event twice."""
    groups: dict[Key, list[list[int]]] = {}
    for index, moment in enumerate(moments):
        for number in moment.stages:
            key = _key((*sample.by, *sample.stages[number].by), moment.record)
            if key is not None:
                groups.setdefault(key, [[] for _ in sample.stages])[number].append(index)
    for key, candidates in groups.items():
        chosen = _assigned(candidates)
        if chosen is not None:
            names = [one.name for one in (*sample.by, *sample.stages[0].by)]
            events = [moments[index].record for index in chosen]
            yield {"events": events, **dict(zip(names, key, strict=False))}


def _assigned(candidates: list[list[int]]) -> list[int] | None:
    """A different event for each stage; None where there are too few."""
    taken: dict[int, int] = {}

    def place(stage: int, seen: set[int]) -> bool:
        # More candidates than stages are never needed.
        for index in candidates[stage][: len(candidates)]:
            if index in seen:
                continue
            seen.add(index)
            if index not in taken or place(taken[index], seen):
                taken[index] = stage
                return True
        return False

    if not all(place(stage, set()) for stage in range(len(candidates))):
        return None
    return [index for index, _ in sorted(taken.items(), key=lambda one: one[1])]
