"""Commands that change values in place: mvexpand, makemv, nomv, replace, fillnull, addtotals."""

from __future__ import annotations

from typing import Any

import re2

from cybersecqwen.detect.sigma.values import texts_of
from cybersecqwen.dialects.spl import stages

from .fields import Row, getter, number, packed, several
from .flow import Flow, World, cannot, with_columns
from .making import pattern


def expanded(stage: stages.Listed, flow: Flow, world: World) -> Flow:
    """A row for each of several values."""
    name, limit = stage.fields[0], int(dict(stage.options).get("limit", "0"))
    get = getter(name, world.running.time_field)
    rows: list[Row] = []
    for row in flow.rows:
        values = several(get(row))
        values = values[:limit] if limit else values
        rows += [{**row, name: value} for value in values] if values else [row]
        world.bounded(len(rows))
    return Flow(rows, flow.ordered, flow.columns)


def several_made(stage: stages.Listed, flow: Flow, world: World) -> Flow:
    """One text as several, by what stands between them."""
    options = dict(stage.options)
    if set(options) - {"delim", "allowempty"}:
        raise cannot("options of makemv")
    name, between = stage.fields[0], options.get("delim", " ")
    get = getter(name, world.running.time_field)
    rows: list[Row] = []
    for row in flow.rows:
        value = get(row)
        if isinstance(value, str) and between:
            row = {
                **row,
                name: packed([one for one in value.split(between) if one or "allowempty" in options]),
            }
        rows.append(row)
    return Flow(rows, flow.ordered, flow.columns)


def put_together(stage: stages.Listed, flow: Flow, world: World) -> Flow:
    """Several values as one text, a line each."""
    name = stage.fields[0]
    get = getter(name, world.running.time_field)
    rows = [
        {**row, name: "\n".join(texts_of(get(row)))} if get(row) is not None else row for row in flow.rows
    ]
    return Flow(rows, flow.ordered, flow.columns)


def replaced(stage: stages.Replace, flow: Flow, world: World) -> Flow:
    """Values in the place of others; `*` in the old one is any characters."""
    pairs = [
        (pattern("(?s)^" + "(.*)".join(re2.escape(part) for part in old.split("*")) + "$"), new)
        for old, new in stage.pairs
    ]
    rows: list[Row] = []
    for row in flow.rows:
        names = stage.fields or tuple(name for name in row if name[:1] not in ("_", "\0"))
        made = dict(row)
        for name in names:
            value = made.get(name)
            if isinstance(value, str):
                made[name] = _replaced(value, pairs)
        rows.append(made)
    return Flow(rows, flow.ordered, flow.columns)


def _replaced(value: str, pairs: list[Any]) -> str:
    for expression, new in pairs:
        found = expression.search(value)
        if found is not None:
            parts = new.split("*")
            stars = [found.group(number) for number in range(1, len(parts))]
            return str(parts[0] + "".join(star + part for star, part in zip(stars, parts[1:], strict=True)))
    return value


def totalled(stage: stages.Listed, flow: Flow, world: World) -> Flow:
    """The sum of fields of each row."""
    options = dict(stage.options)
    if set(options) - {"fieldname", "row"}:
        raise cannot("options of addtotals")
    name = options.get("fieldname", "Total")
    rows: list[Row] = []
    for row in flow.rows:
        names = stage.fields or tuple(one for one in row if one[:1] not in ("_", "\0"))
        amounts = [number(row.get(one)) for one in names]
        rows.append({**row, name: sum(amount for amount in amounts if amount is not None)})
    return with_columns(flow, rows, [name])


def filled(stage: stages.Listed, flow: Flow, world: World) -> Flow:
    """A value where there is none: in these fields, or in all that any row has."""
    value = dict(stage.options).get("value", "0")
    names = stage.fields or tuple(
        dict.fromkeys(name for row in flow.rows for name in row if name[:1] != "\0")
    )
    gets = [(name, getter(name, world.running.time_field)) for name in names]
    rows = [{**row, **{name: value for name, get in gets if get(row) is None}} for row in flow.rows]
    return with_columns(flow, rows, list(names) if stage.fields else [])
