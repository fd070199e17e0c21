"""Commands that change, order and cut rows: eval, rename, fields, sort, dedup, head, rex and others."""

from __future__ import annotations

from functools import partial
from typing import Any

from cybersecqwen.detect.sigma.values import texts_of
from cybersecqwen.dialects.spl import stages
from cybersecqwen.dialects.spl.times import seconds_in
from cybersecqwen.dialects.spl.usage import usage
from cybersecqwen.errors import LimitError

from .fields import MOST_VALUES, Get, Row, getter, number, packed, text
from .flow import Flow, World, cannot, with_columns
from .grouping import rounded
from .making import Every, every, pattern
from .values import compiled

_MOST_MADE = 10_000_000
"""Characters of text, and values of lists, that one eval makes in all rows."""


def where(stage: stages.Where, flow: Flow, world: World) -> Flow:
    """What is true."""
    holds = compiled(stage.where, world.asking)
    return Flow([row for row in flow.rows if holds(row) is True], flow.ordered, flow.columns)


def evaluated(stage: stages.Eval, flow: Flow, world: World) -> Flow:
    """Fields set, each seeing those before it."""
    sets = [(name, compiled(value, world.asking)) for name, value in stage.sets]
    if any(name[:1] == "{" or "<<" in name for name, _ in sets):
        raise cannot("fields whose names are computed")
    rows: list[Row] = []
    left = _MOST_MADE
    for row in flow.rows:
        made = dict(row)
        for name, get in sets:
            value = get(made)
            if value is None:
                made.pop(name, None)
            else:
                made[name] = value
                if isinstance(value, str | list):
                    left -= len(value)
        if left < 0:
            raise LimitError(f"An eval makes more than {_MOST_MADE:,} characters and values.")
        rows.append(made)
    return with_columns(flow, rows, [name for name, _ in sets])


def renamed(stage: stages.Rename, flow: Flow, world: World) -> Flow:
    """Fields under other names, in the order of the pairs."""
    rows, columns = flow.rows, flow.columns
    for old, new in stage.pairs:
        if "*" in old:
            rows = [_starred(row, old, new) for row in rows]
            columns = tuple(_starred_name(name, old, new) or name for name in columns)
        else:
            get = getter(old, world.running.time_field)
            rows = [_renamed(row, old, new, get) for row in rows]
            columns = tuple(new if name == old else name for name in columns)
    return Flow(rows, flow.ordered, columns)


def _renamed(row: Row, old: str, new: str, get: Any) -> Row:
    value = get(row) if old not in row else row[old]
    made = {name: one for name, one in row.items() if name not in (old, new)}
    if value is not None:
        made[new] = value
    return made


def _starred_name(name: str, old: str, new: str) -> str | None:
    before, _, after = old.partition("*")
    if len(name) < len(before) + len(after) or not (name.startswith(before) and name.endswith(after)):
        return None
    return new.replace("*", name[len(before) : len(name) - len(after)])


def _starred(row: Row, old: str, new: str) -> Row:
    made: Row = {}
    for name, value in row.items():
        other = _starred_name(name, old, new) if name[:1] != "\0" else None
        if other is not None or name not in made:
            made[other or name] = value
    return made


def _kept(name: str, wanted: tuple[str, ...]) -> bool:
    return any(_starred_name(name, one, "*") is not None if "*" in one else name == one for one in wanted)


def fields(stage: stages.Listed, flow: Flow, world: World) -> Flow:
    """Fields kept or taken away; those that begin with `_` stay unless they are named."""
    if stage.sign == "-":
        rows = [
            {name: value for name, value in row.items() if not _kept(name, stage.fields)} for row in flow.rows
        ]
        return Flow(rows, flow.ordered, tuple(name for name in flow.columns if not _kept(name, stage.fields)))
    gets = _gets(stage, world)
    rows = [
        {
            **{name: one for name, one in row.items() if _internal(name, world) or _kept(name, stage.fields)},
            **{name: value for name, get in gets if (value := get(row)) is not None},
        }
        for row in flow.rows
    ]
    return Flow(rows, flow.ordered, stage.fields if flow.columns else ())


def table(stage: stages.Listed, flow: Flow, world: World) -> Flow:
    """Only these fields, in this order."""
    gets = _gets(stage, world)
    rows = [
        {
            **{name: one for name, one in row.items() if name[:1] != "\0" and _kept(name, stage.fields)},
            **{name: value for name, get in gets if (value := get(row)) is not None},
        }
        for row in flow.rows
    ]
    return Flow(rows, flow.ordered, stage.fields if not any("*" in name for name in stage.fields) else ())


def _internal(name: str, world: World) -> bool:
    return name[:1] in ("_", "\0") or name == world.running.time_field


def _gets(stage: stages.Listed, world: World) -> list[Any]:
    return [(name, getter(name, world.running.time_field)) for name in stage.fields if "*" not in name]


def sorted_(stage: stages.Sort, flow: Flow, world: World) -> Flow:
    """In the order of fields: numbers by value before text, nothing before both."""
    rows = list(flow.rows)
    for sign, name, function in reversed(stage.keys):
        if function == "ip":
            raise cannot("sort by ip()")
        get = getter(name, world.running.time_field)
        rows.sort(key=partial(_sortable_in, get, function == "str"), reverse=sign == "-")
    limit = int(stage.count or 10_000)
    return Flow(rows[:limit] if limit else rows, True, flow.columns)


def _sortable_in(get: Get, as_text: bool, row: Row) -> tuple[int, float, str]:
    return _sortable(get(row), as_text)


def _sortable(value: Any, as_text: bool) -> tuple[int, float, str]:
    if value is None:
        return (0, 0.0, "")
    amount = None if as_text else number(value)
    return (2, 0.0, text(value) or "") if amount is None else (1, float(amount), "")


def dedup(stage: stages.Listed, flow: Flow, world: World) -> Flow:
    """The first rows of each combination of values; a row without one of them goes."""
    options = {name: value.lower()[:1] in ("t", "1") for name, value in stage.options}
    if options.get("consecutive") or options.get("keepevents"):
        raise cannot("options of dedup")
    if stage.sortby:
        keys = tuple((one[0] if one[0] in "+-" else "", one.lstrip("+-"), "") for one in stage.sortby)
        flow = sorted_(stages.Sort(keys=keys, count="0"), flow, world)
    gets = [getter(name, world.running.time_field) for name in stage.fields]
    most = int(stage.count or 1)
    seen: dict[tuple[tuple[str, ...], ...], int] = {}
    rows: list[Row] = []
    for row in flow.rows:
        values = [get(row) for get in gets]
        if None in values:
            if options.get("keepempty"):
                rows.append(row)
            continue
        key = tuple(tuple(texts_of(value)) for value in values)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= most:
            rows.append(row)
    return Flow(rows, flow.ordered, flow.columns)


def head(stage: stages.Listed, flow: Flow, world: World) -> Flow:
    """The first rows; of tail the last, the last of them first."""
    options = dict(stage.options)
    count = int(stage.count or options.get("limit", "10"))
    rows = flow.rows[:count] if stage.name == "head" else flow.rows[::-1][:count]
    return Flow(rows, flow.ordered, flow.columns)


def reversed_(stage: stages.Listed, flow: Flow, world: World) -> Flow:
    """The last first."""
    return Flow(flow.rows[::-1], flow.ordered, flow.columns)


def regex(stage: stages.Regex, flow: Flow, world: World) -> Flow:
    """What an expression is found in, or not; a row without the field goes in either case."""
    found, get = pattern(stage.pattern), getter(stage.field, world.running.time_field)
    rows: list[Row] = []
    for row in flow.rows:
        texts = texts_of(get(row))
        if texts and any(found.search(one) is not None for one in texts) is not stage.negated:
            rows.append(row)
    return Flow(rows, flow.ordered, flow.columns)


def rex(stage: stages.Rex, flow: Flow, world: World) -> Flow:
    """Fields out of a text by named groups."""
    options = dict(stage.options)
    if "mode" in options or "offset_field" in options:
        raise cannot("rex mode=sed")
    found, name = every(stage.pattern), options.get("field", "_raw")
    most, get = int(options.get("max_match", "1")), getter(name, world.running.time_field)
    rows: list[Row] = []
    for row in flow.rows:
        got: dict[str, list[str]] = {}
        for one in texts_of(get(row)):
            _groups(found, one, got, most)
        rows.append({**row, **{key: packed(list(values)) for key, values in got.items()}} if got else row)
    return with_columns(flow, rows, list(usage(stage).makes))


def _groups(found: Every, value: str, got: dict[str, list[str]], most: int) -> None:
    for count, one in enumerate(found(value), 1):
        for name, part in one.groupdict().items():
            if part is not None and (not most or len(got.get(name, ())) < most):
                got.setdefault(name, []).append(part)
        if count == (most or MOST_VALUES):
            return


def binned(stage: stages.Bin, flow: Flow, world: World) -> Flow:
    """Times rounded down to stretches."""
    options = dict(stage.options)
    if set(options) != {"span"} or stage.field != "_time":
        raise cannot("bin of numbers")
    get = rounded(getter(stage.field, world.running.time_field), seconds_in(options["span"]))
    name = stage.alias or stage.field
    rows = [{**row, name: value} if (value := get(row)) is not None else row for row in flow.rows]
    return with_columns(flow, rows, [name])
