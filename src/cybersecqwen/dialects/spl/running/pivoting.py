"""chart and timechart: a row for each value of one field, a column for each value of another.

https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/Timechart: buckets between the first and
the last are filled, and beyond ten columns the others are put together. More columns than that are not run
here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cybersecqwen.dialects.spl import stages
from cybersecqwen.dialects.spl.times import seconds_in
from cybersecqwen.errors import LimitError

from .fields import Get, Row, getter, text
from .flow import Flow, World, cannot
from .grouping import groups, rounded, taken
from .measures import Take

_COLUMNS = 10
"""Columns that are kept apart unless `limit` says otherwise."""
_BUCKETS = 100_000


def chart(stage: stages.Stats, flow: Flow, world: World) -> Flow:
    """Chart and timechart."""
    options = {**dict(stage.options), **dict(stage.late)}
    if set(options) - {"span", "limit", "useother", "usenull"}:
        raise cannot(f"options of {stage.name}")
    time_field = world.running.time_field
    if stage.name == "timechart":
        if "span" not in options or stage.over or len(stage.by) > 1:
            raise cannot("timechart without span")
        size = seconds_in(options["span"])
        rows_by: tuple[str, Get] = ("_time", rounded(getter("_time", time_field), size))
        across = stage.by
    else:
        over = (*stage.over, *stage.by)
        if not 1 <= len(over) <= 2 or "span" in options:
            raise cannot("chart without fields")
        size, rows_by, across = 0.0, (over[0], getter(over[0], time_field)), over[1:]
    takes = taken(stage.measures, world)
    if across and len(takes) > 1:
        raise cannot(f"several measures of {stage.name} by a field")
    columns = [(name, getter(name, time_field)) for name in across]
    made = _pivoted(flow.rows, rows_by, columns, takes, options.get("limit", str(_COLUMNS)))
    names = tuple(dict.fromkeys(name for row in made for name in row))
    if size:
        made = _filled(made, size, [name for name in names if name != "_time"], stage)
    return Flow(made, ordered=stage.name == "timechart", columns=names or (rows_by[0],))


def _pivoted(
    rows: Sequence[Row],
    rows_by: tuple[str, Get],
    columns: Sequence[tuple[str, Get]],
    takes: Sequence[tuple[str, Take]],
    limit: str,
) -> list[Row]:
    name, get = rows_by
    members, values = groups(rows, [get, *(column for _, column in columns)])
    series = {key[1] for key in members if len(key) > 1}
    most = int(limit) if limit.isdigit() else 0
    if most and len(series) > most:
        raise cannot("chart of more columns than are kept apart")
    made: dict[str, Row] = {}
    for key in sorted(members, key=lambda key: _place(values[key])):
        row = made.setdefault(key[0], {name: values[key][0]})
        for label, take in takes:
            value = take(members[key])
            if value is not None:
                row[key[1] if columns else label] = value
    for row in made.values():
        for label in series:
            row.setdefault(label, 0 if takes[0][0].startswith("count") else None)
    return [{key: value for key, value in row.items() if value is not None} for row in made.values()]


def _place(values: tuple[Any, ...]) -> tuple[tuple[int, float, str], ...]:
    return tuple(
        (0, float(value), "") if isinstance(value, int | float) else (1, 0.0, text(value) or "")
        for value in values
    )


def _filled(made: list[Row], size: float, names: Sequence[str], stage: stages.Stats) -> list[Row]:
    """The buckets between the first and the last, also those without events."""
    if not made:
        return made
    by_time = {row["_time"]: row for row in made}
    first, last = min(by_time), max(by_time)
    if (last - first) / size > _BUCKETS:
        raise LimitError(f"timechart makes more than {_BUCKETS:,} rows.")
    counts = {
        one.name
        for one in stage.measures
        if isinstance(one, stages.Measure) and one.function in ("count", "c", "dc")
    }
    whole = bool(stage.by) and bool(counts)
    empty = {name: 0 for name in names if whole or name in counts}
    return [
        by_time.get(first + step * size, {"_time": first + step * size, **empty})
        for step in range(round((last - first) / size) + 1)
    ]
