"""A person's own events, and running a query on them.

Events may be what any input reads. Where they have the names of the query's schema (an export of the SIEM
that the query is for) the query itself is run on them; else (a recording of Sysmon, say) what the query means
is read back into Sigma's names, which every input gives, and evaluated there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, BinaryIO

from cybersecqwen.detect.rows import Kind, RowReader, rows, times
from cybersecqwen.detect.sigma.logsource import admits
from cybersecqwen.detect.sigma.values import whole_text
from cybersecqwen.dialects.evaluating import evaluate, value_at
from cybersecqwen.dialects.interface import Dialect, Record, Rows, Running
from cybersecqwen.dialects.query import Query
from cybersecqwen.errors import LimitError, QueryError
from cybersecqwen.inputs.damages import Damages
from cybersecqwen.inputs.events import nothing, records
from cybersecqwen.inputs.open import open_inputs
from cybersecqwen.records import Damage, Limits, Problem
from cybersecqwen.records.query import Trial
from cybersecqwen.tasks.damaged import told

from .parts import fields_of, logsources_of
from .whose import Whose
from .wording import looked_at

MOST = 200_000
"""Events of a person that a query is run on; further ones are not read."""
_TIME = "csq_time"
_NUMBER = "csq_number"
"""Which of the events a row is, where it is one."""
_SHOWN = 5
_SHOWN_FIELDS = 40
_RECENT = 3_600.0
"""Seconds that the last event may lie back for the clock to count as now."""


@dataclass(frozen=True, kw_only=True)
class OwnEvents:
    """Events that were read."""

    raws: tuple[dict[str, Any], ...]
    damage: Damages = field(default_factory=Damages)
    """What could not be read."""
    more: bool = False
    """Whether there were more than are looked at."""

    @cached_property
    def kinds(self) -> dict[Kind, list[int]]:
        """The places of the events of each kind."""
        reader = RowReader()
        found: dict[Kind, list[int]] = {}
        for number, raw in enumerate(self.raws):
            found.setdefault(reader.kind_of(raw), []).append(number)
        return found

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was not looked at, for the report."""
        kept = self.damage.kept
        unkept = self.damage.records - sum(one.records for one in kept)
        found = list(told(kept, self.damage.places - len(kept), unkept))
        if self.more:
            found.append(Problem(stage="read", message=f"Only the first {MOST:,} events were looked at."))
        return tuple(found)


def read_own(paths: Sequence[str], limits: Limits, stdin: BinaryIO | None = None) -> OwnEvents:
    """The events of the files.

    Raises InputError for what cannot be opened, NothingAnalysedError where no record can be read.
    """
    found: list[dict[str, Any]] = []
    damage = Damages()
    for item in _each(paths, limits, stdin):
        if isinstance(item, Damage):
            damage.add(item)
        elif len(found) >= MOST:
            return OwnEvents(raws=tuple(found), damage=damage, more=True)
        else:
            found.append(item)
    if not found:
        raise nothing(damage.kept[0] if damage.kept else None, paths)
    return OwnEvents(raws=tuple(found), damage=damage)


def _each(paths: Sequence[str], limits: Limits, stdin: BinaryIO | None) -> Iterator[dict[str, Any] | Damage]:
    for item in open_inputs(paths, limits, stdin=stdin):
        if isinstance(item, Damage):
            yield item
            continue
        blob, reader = item
        for record in records(blob, reader, limits):
            yield record if isinstance(record, Damage) else record[2]


def on_own(
    dialect: Dialect[Any], tree: Any, whose: Whose | None, own: OwnEvents, trial: Trial, running: Running
) -> Trial:
    """The trial with what the query finds among a person's events; its note says what kept it from that."""
    now, aged = _now(own, running)
    try:
        found, how = _found(dialect, tree, whose, own, replace(running, now=now))
    except (QueryError, LimitError) as error:
        note = f"{trial.note} Your events were not searched: {error.message}".strip()
        return replace(trial, events=len(own.raws), note=note)
    return replace(
        trial,
        events=len(own.raws),
        events_matched=len(found.rows),
        first=tuple(_shown(row, own) for row in found.rows[:_SHOWN]),
        note=" ".join(filter(None, (trial.note, how, aged))),
    )


def _now(own: OwnEvents, running: Running) -> tuple[float, str]:
    """What "now" is: of a recording its end, since in the last day of today it has nothing."""
    moments = [
        moment
        for kind, numbers in own.kinds.items()
        for moment in times(kind, [own.raws[number] for number in numbers])
        if moment is not None
    ]
    last = max(moments, default=running.now)
    if last >= running.now - _RECENT:
        return running.now, ""
    return last, "The last of your events counts as now."


def _shown(row: Record, own: OwnEvents) -> dict[str, Any]:
    """A row as a person knows it: the event itself where it is one."""
    number = row.get(_NUMBER)
    if isinstance(number, int):
        row = own.raws[number]
    return {name: value for name, value in list(row.items())[:_SHOWN_FIELDS] if value is not None}


def _found(
    dialect: Dialect[Any], tree: Any, whose: Whose | None, own: OwnEvents, running: Running
) -> tuple[Rows, str]:
    names = {one.text for one in dialect.names(tree).fields}
    if _speaks(names, own):
        tables = {one.text for one in dialect.names(tree).tables} or {""}
        return dialect.run(tree, dict.fromkeys(tables, own.raws), running), ""
    query = dialect.read(tree)
    if whose is not None:
        query = whose.read_back(query).query
    records = tuple(under_sigma(query, own))
    found = evaluate(query, {"": records}, replace(running, time_field=_TIME))
    if not records:
        return found, f"None of your events is what the query looks at: {looked_at(query)}."
    return found, (
        "Your events have other names of fields: the query was read back into Sigma's and evaluated there."
    )


def _speaks(names: set[str], own: OwnEvents) -> bool:
    """Whether the events have the query's own names: half of them in one of the first thousand."""
    return any(
        2 * sum(value_at(raw, name) is not None for name in names) >= len(names) for raw in own.raws[:1000]
    )


def under_sigma(query: Query, own: OwnEvents) -> Iterator[Record]:
    """The events that a query in Sigma's names looks at, with the fields that it asks for."""
    sources = logsources_of(query)
    names = fields_of(query)
    made: dict[int, Record] = {}
    for kind, numbers in own.kinds.items():
        if sources and not any(admits(source, kind) for source in sources):
            continue
        raws = [own.raws[number] for number in numbers]
        batch = rows(kind, raws)
        columns = {name: batch.column(name) for name in names if name}
        texts = [whole_text(raw) for raw in raws] if "" in names else []
        moments = times(kind, raws)
        for at, number in enumerate(numbers):
            record = {name: column[at] for name, column in columns.items()}
            text = {"csq_text": texts[at]} if texts else {}
            made[number] = {**record, **text, _TIME: moments[at], _NUMBER: number}
    yield from (made[number] for number in sorted(made))
