"""stats, eventstats, streamstats, tstats, top, rare: measures over groups of rows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from cybersecqwen.detect.sigma.values import texts_of
from cybersecqwen.dialects.spl import stages
from cybersecqwen.dialects.spl.macros import is_idle
from cybersecqwen.dialects.spl.models import model_of, unprefixed
from cybersecqwen.dialects.spl.stages import Measure
from cybersecqwen.dialects.spl.times import seconds_in
from cybersecqwen.dialects.spl.tree import Macro
from cybersecqwen.errors import LimitError, UnsayableError

from .fields import Get, Row, getter, number, several, text
from .flow import Flow, World, cannot
from .loading import loaded
from .measures import Take, measure

Key = tuple[str, ...]
_MOST = 10_000
"""Groups that one row may be in."""
_ALL = 1_000_000
"""Groups of all rows."""


def groups(
    rows: Sequence[Row], gets: Sequence[Get]
) -> tuple[dict[Key, list[Row]], dict[Key, tuple[Any, ...]]]:
    """Rows by the values of fields, and these values; a row without one of them is in no group.

    A field of several values puts its row into several groups.
    """
    members: dict[Key, list[Row]] = {}
    values: dict[Key, tuple[Any, ...]] = {}
    for row in rows:
        for found in _choices([get(row) for get in gets]):
            key = tuple(text(one) or "" for one in found)
            if key not in members:
                members[key], values[key] = [], found
            members[key].append(row)
        if len(members) > _ALL:
            raise LimitError(f"There are more than {_ALL:,} groups.")
    return members, values


def _choices(values: list[Any]) -> Iterator[tuple[Any, ...]]:
    if any(value.__class__ in (list, tuple) for value in values):
        parts = [several(value) for value in values]
        if math.prod(map(len, parts)) > _MOST:
            raise LimitError(f"A row is in more than {_MOST:,} groups.")
        yield from product(*parts)
    elif None not in values:
        yield tuple(values)


def taken(measures: Sequence[Measure | Macro], world: World) -> list[tuple[str, Take]]:
    """Each measure by the name of its column."""
    found: list[tuple[str, Take]] = []
    for one in measures:
        if isinstance(one, Measure):
            found.append((one.name, measure(one, world.asking)))
        elif not is_idle(one.name):
            raise cannot(f"the macro {one.name}")
    return found


def aggregated(
    rows: Sequence[Row], by: Sequence[tuple[str, Get]], takes: Sequence[tuple[str, Take]]
) -> list[Row]:
    """A row for each group, in the order of the groups."""
    if not by:
        return [_without_null({name: take(rows) for name, take in takes})]
    members, values = groups(rows, [get for _, get in by])
    made: list[Row] = []
    for key in sorted(members):
        named = dict(zip((name for name, _ in by), values[key], strict=True))
        made.append(_without_null({**named, **{name: take(members[key]) for name, take in takes}}))
    return made


def _without_null(row: Row) -> Row:
    return {name: value for name, value in row.items() if value is not None}


def stats(stage: stages.Stats, flow: Flow, world: World) -> Flow:
    """stats, and the two that add its measures to the rows."""
    if stage.name == "streamstats":
        from .streaming import streamstats

        return streamstats(stage, flow, world)
    if stage.name in ("chart", "timechart"):
        from .pivoting import chart

        return chart(stage, flow, world)
    if stage.name not in ("stats", "eventstats") or stage.over:
        raise cannot(f"the command {stage.name}")
    if {name for name, _ in stage.options} - {"allnum", "delim", "partitions"}:
        raise cannot(f"options of {stage.name}")
    takes = taken(stage.measures, world)
    by = [(name, getter(name, world.running.time_field)) for name in stage.by]
    if stage.name == "stats":
        columns = (*stage.by, *(name for name, _ in takes))
        return Flow(aggregated(flow.rows, by, takes), columns=columns)
    return Flow(_added(flow.rows, by, takes), flow.ordered, flow.columns and _columns(flow, takes))


def _columns(flow: Flow, takes: Sequence[tuple[str, Take]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*flow.columns, *(name for name, _ in takes))))


def _added(rows: list[Row], by: list[tuple[str, Get]], takes: list[tuple[str, Take]]) -> list[Row]:
    gets = [get for _, get in by]
    members, _ = groups(rows, gets)
    measured = {
        key: _without_null({name: take(group) for name, take in takes}) for key, group in members.items()
    }
    if not by:
        whole = _without_null({name: take(rows) for name, take in takes})
        return [{**row, **whole} for row in rows]
    made: list[Row] = []
    for row in rows:
        values = [get(row) for get in gets]
        key = tuple(text(value) or "" for value in values)
        made.append({**row, **measured.get(key, {})} if None not in values else row)
    return made


def tstats(stage: stages.Tstats, flow: Flow | None, world: World) -> Flow:
    """Measures over the records of a data model, whose fields stand without the name of their data set."""
    from cybersecqwen.dialects.spl.bare import bare, bare_measure

    options = dict(stage.options)
    if stage.name != "tstats" or options.get("prestats", "f").lower()[:1] in ("t", "1"):
        raise cannot("the command mstats" if stage.name != "tstats" else "prestats")
    table = model_of(stage.source)
    if stage.source and not table:
        raise cannot("tstats from an index file")
    where = bare(stage.where) if table and stage.where is not None else stage.where
    rows = loaded(where, world, (table,) if table else ())
    measures = [bare_measure(one) if table and isinstance(one, Measure) else one for one in stage.measures]
    takes = taken(measures, world)
    clean = unprefixed if table else str
    late = dict(stage.late)
    by: list[tuple[str, Get]] = []
    for name in stage.by:
        if "*" in name or "`" in name:
            raise cannot("stars in names")
        get = getter(clean(name), world.running.time_field)
        if name == "_time" and "span" in late:
            get = rounded(get, seconds_in(late["span"]))
        by.append((str(name), get))
    made = aggregated(rows, by, takes)
    before = flow.rows if flow is not None and options.get("append", "f").lower()[:1] in ("t", "1") else []
    return Flow([*before, *made], columns=(*stage.by, *(name for name, _ in takes)))


def rounded(get: Get, size: float) -> Get:
    """A number rounded down to a multiple."""

    def floor(row: Any) -> Any:
        at = number(get(row))
        if at is None:
            return None
        found = math.floor(at / size) * size
        return int(found) if float(found).is_integer() else found

    return floor


def top(stage: stages.Listed, flow: Flow, world: World) -> Flow:
    """The most frequent values, or the rarest, of fields."""
    options = dict(stage.options)
    try:
        limit = int(stage.count or options.get("limit", "10"))
    except ValueError:
        raise UnsayableError("The limit of top is no number.", what="options of top") from None
    by = [(name, getter(name, world.running.time_field)) for name in (*stage.by, *stage.fields)]
    made = aggregated(flow.rows, by, [("count", len)])
    kept: list[Row] = []
    for _, rows in _parted(made, stage.by):
        total = sum(row["count"] for row in rows)
        rows.sort(key=lambda row: row["count"], reverse=stage.name == "top")
        kept += [{**row, "percent": row["count"] * 100 / total} for row in (rows[:limit] if limit else rows)]
    if options.get("showperc", "t").lower()[:1] in ("f", "0"):
        kept = [{name: value for name, value in row.items() if name != "percent"} for row in kept]
    columns = (*stage.by, *stage.fields, "count", "percent")
    return Flow(kept, ordered=True, columns=columns)


def _parted(rows: list[Row], by: Sequence[str]) -> list[tuple[Key, list[Row]]]:
    parts: dict[Key, list[Row]] = {}
    for row in rows:
        parts.setdefault(tuple("".join(texts_of(row.get(name))) for name in by), []).append(row)
    return list(parts.items())
