"""Commands that bring rows in: search, from, lookups, join, append, union, makeresults; and macros."""

from __future__ import annotations

from typing import Any

import orjson

from cybersecqwen.detect.sigma.values import texts_of
from cybersecqwen.dialects.spl import stages
from cybersecqwen.dialects.spl.macros import is_idle
from cybersecqwen.dialects.spl.models import model_of
from cybersecqwen.dialects.spl.tree import Call, Field, Text

from .fields import INDEX, Row, getter
from .flow import Flow, World, cannot, with_columns
from .found import compiled
from .loading import loaded
from .shaping import renamed
from .values import compiled as compiled_value


def search(stage: stages.Search, flow: Flow | None, world: World) -> Flow:
    """The events of a search, or of the rows those for which it holds."""
    if flow is None:
        return Flow(loaded(stage.where, world))
    holds = compiled(stage.where, world.results, world.running.time_field)
    return Flow([row for row in flow.rows if holds(row)], flow.ordered, flow.columns)


def other(stage: stages.Other, flow: Flow | None, world: World) -> Flow:
    """`from` a data model; nothing else."""
    if stage.name == "from" and len(stage.parts) == 1 and isinstance(stage.parts[0], str):
        table = model_of(stage.parts[0])
        if table:
            return Flow(loaded(None, world, (table,)))
    raise cannot(f"the command {stage.name}")


def _lookup_rows(name: str, world: World) -> list[Row]:
    found = world.data.get(name)
    if found is None:
        raise cannot(f"the lookup {name[:40]}")
    return [dict(row) for row in found]


def input_lookup(stage: stages.InputLookup, flow: Flow | None, world: World) -> Flow:
    """The rows of a lookup."""
    options = dict(stage.options)
    holds = compiled(stage.where, world.results)
    rows = [row for row in _lookup_rows(stage.table, world) if holds(row)]
    before = flow.rows if flow is not None and options.get("append", "f").lower()[:1] in ("t", "1") else []
    return Flow([*before, *rows])


def lookup(stage: stages.Lookup, flow: Flow, world: World) -> Flow:
    """Fields of the first row of a lookup that has the same values."""
    table = _lookup_rows(stage.table, world)
    index: dict[tuple[str, ...], Row] = {}
    for row in table:
        key = tuple((texts_of(row.get(theirs)) or [""])[0].lower() for theirs, _ in stage.match)
        index.setdefault(key, row)
    gets = [getter(ours, world.running.time_field) for _, ours in stage.match]
    made: list[Row] = []
    for row in flow.rows:
        values = [texts_of(get(row)) for get in gets]
        found = index.get(tuple(one[0].lower() for one in values)) if all(values) else None
        made.append(row if found is None else _looked_up(stage, row, found))
    return with_columns(flow, made, [ours for _, ours in stage.output])


def _looked_up(stage: stages.Lookup, row: Row, found: Row) -> Row:
    keys = {theirs for theirs, _ in stage.match}
    output = stage.output or tuple((name, name) for name in found if name not in keys)
    got = {ours: found[theirs] for theirs, ours in output if found.get(theirs) is not None}
    if stage.new:
        got = {name: value for name, value in got.items() if row.get(name) is None}
    return {**row, **got}


def joined(stage: stages.Joined, flow: Flow | None, world: World) -> Flow:
    """join, append, appendpipe, union, multisearch."""
    options = dict(stage.options)
    if stage.name in ("appendpipe",) and flow is not None:
        more = world.pipeline(
            stage.subs[0].pipeline, world, Flow(list(flow.rows), flow.ordered, flow.columns)
        )
        return Flow([*flow.rows, *more.rows])
    if stage.name == "append":
        more = world.pipeline(stage.subs[0].pipeline, world, None)
        return Flow([*(flow.rows if flow else []), *more.rows])
    if stage.name in ("union", "multisearch") and not stage.fields:
        parts = [row for sub in stage.subs for row in world.pipeline(sub.pipeline, world, None).rows]
        return Flow([*(flow.rows if flow else []), *parts])
    if stage.name == "join" and flow is not None and len(stage.subs) == 1 and stage.fields:
        return _join(stage, flow, world, options)
    raise cannot(f"the command {stage.name}")


def _join(stage: stages.Joined, flow: Flow, world: World, options: dict[str, str]) -> Flow:
    if (
        set(options) - {"type", "max", "overwrite", "usetime"}
        or options.get("usetime", "f").lower()[:1] == "t"
    ):
        raise cannot("options of join")
    right = world.pipeline(stage.subs[0].pipeline, world, None)
    most = int(options.get("max", "1"))
    gets = [getter(name, world.running.time_field) for name in stage.fields]
    index: dict[tuple[str, ...], list[Row]] = {}
    for row in right.rows:
        key = _key(gets, row)
        if key is not None:
            index.setdefault(key, []).append(row)
    outer = options.get("type", "inner").lower() in ("left", "outer")
    keep = options.get("overwrite", "t").lower()[:1] in ("f", "0")
    rows: list[Row] = []
    for row in flow.rows:
        key = _key(gets, row)
        found = index.get(key, []) if key is not None else []
        for other_ in found[:most] if most else found:
            shown = {name: value for name, value in other_.items() if name != INDEX}
            rows.append({**shown, **row} if keep else {**row, **shown})
        if not found and outer:
            rows.append(row)
        world.bounded(len(rows))
    columns = tuple(dict.fromkeys((*flow.columns, *right.columns))) if flow.columns and right.columns else ()
    return Flow(rows, flow.ordered, columns)


def _key(gets: list[Any], row: Row) -> tuple[str, ...] | None:
    """The values that rows are joined by; of several values all of them."""
    values = [texts_of(get(row)) for get in gets]
    return tuple("\n".join(one) for one in values) if all(values) else None


def made_results(stage: stages.Listed, flow: Flow | None, world: World) -> Flow:
    """Rows with nothing but the time."""
    count = int(dict(stage.options).get("count", stage.count or "1"))
    world.bounded(count)
    rows = [{"_time": world.running.now} for _ in range(count)]
    return Flow(rows)


def spath(stage: stages.Listed, flow: Flow, world: World) -> Flow:
    """Fields out of JSON."""
    options = dict(stage.options)
    path = options.get("path") or (stage.fields[0] if stage.fields else "")
    get = getter(options.get("input", "_raw"), world.running.time_field)
    rows: list[Row] = []
    for row in flow.rows:
        texts = texts_of(get(row))
        try:
            document = orjson.loads(texts[0]) if texts else None
        except ValueError:
            document = None
        rows.append({**row, **_extracted(document, path, options)} if isinstance(document, dict) else row)
    return Flow(rows, flow.ordered)


def _extracted(document: dict[str, Any], path: str, options: dict[str, str]) -> Row:
    if not path:
        flat: Row = {}
        _flatten(document, "", flat, 0)
        return flat
    value = getter(path)(document)
    return {} if value is None else {options.get("output", path): value}


_DEEPEST = 50


def _flatten(value: Any, name: str, out: Row, depth: int) -> None:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            _flatten(inner, f"{name}.{key}" if name else str(key), out, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _flatten(inner, f"{name}{{}}", out, depth + 1)
    elif value is not None:
        before = out.get(name)
        both = [*(before if isinstance(before, list) else [before]), value]
        out[name] = value if before is None else both


def called(stage: stages.Called, flow: Flow | None, world: World) -> Flow:
    """The macros that are known by their effect."""
    name, args = stage.macro.name, stage.macro.args or ()
    if flow is None or not is_idle(name) or stage.rest:
        raise cannot(f"the macro {name}")
    if name == "drop_dm_object_name" and args:
        dataset = args[0].strip('"')
        return renamed(stages.Rename(pairs=((f"{dataset}.*", "*"),)), flow, world)
    if name == "security_content_ctime" and args:
        return _as_text(args[0].strip('"'), flow, world)
    return flow


def _as_text(name: str, flow: Flow, world: World) -> Flow:
    """A time as text: 2026-11-26T18:00:00."""
    form = "%Y-%m-%dT%H:%M:%S"
    call = Call("strftime", (Field(name), Text(form)))
    get = compiled_value(call, world.asking)
    rows = [{**row, name: value} if (value := get(row)) is not None else row for row in flow.rows]
    return Flow(rows, flow.ordered, flow.columns)
