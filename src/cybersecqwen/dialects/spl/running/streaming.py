"""streamstats: measures over the rows so far, or over those of a window."""

from __future__ import annotations

from collections import deque
from typing import Any

from cybersecqwen.dialects.spl import stages
from cybersecqwen.dialects.spl.times import seconds_in
from cybersecqwen.errors import LimitError, UnsayableError

from .fields import Row, getter, number, text
from .flow import Flow, World, cannot
from .grouping import taken

_LONGEST = 2_000
"""Rows of a window that are measured again for each row."""

_TAKEN = frozenset(("current", "window", "time_window", "global", "allnum"))


def streamstats(stage: stages.Stats, flow: Flow, world: World) -> Flow:
    """Each row with the measures of its group over the rows before it and itself."""
    options = dict(stage.options)
    if set(options) - _TAKEN:
        raise cannot("options of streamstats")
    current = options.get("current", "t").lower()[:1] in ("t", "1")
    try:
        window = int(options.get("window", "0"))
    except ValueError:
        raise UnsayableError(
            "The window of streamstats is no number.", what="options of streamstats"
        ) from None
    length = seconds_in(options["time_window"]) if "time_window" in options else None
    if (
        not window
        and length is None
        and all(
            isinstance(one, stages.Measure) and one.function in ("last", "first", "count", "c")
            for one in stage.measures
        )
    ):
        return _carried(stage, flow, world, current)
    takes = taken(stage.measures, world)
    gets = [getter(name, world.running.time_field) for name in stage.by]
    time = getter("_time", world.running.time_field)
    before: dict[tuple[str, ...], deque[Row]] = {}
    made: list[Row] = []
    for row in flow.rows:
        values = [get(row) for get in gets]
        if None in values:
            made.append(row)
            continue
        held = before.setdefault(tuple(text(value) or "" for value in values), deque())
        _forget(held, row, time, length)
        seen = [*held, row] if current else list(held)
        seen = seen[-window:] if window else seen
        if len(seen) > _LONGEST:
            raise LimitError(f"streamstats measures more than {_LONGEST:,} rows again for each row.")
        measured = {name: take(seen) for name, take in takes}
        made.append({**row, **{name: value for name, value in measured.items() if value is not None}})
        held.append(row)
        while window and len(held) > window:
            held.popleft()
    return Flow(made, flow.ordered, flow.columns)


def _forget(held: deque[Row], row: Row, time: Any, length: float | None) -> None:
    if length is None:
        return
    now = number(time(row)) or 0.0
    while held and abs((number(time(held[0])) or 0.0) - now) > length:
        held.popleft()


def _carried(stage: stages.Stats, flow: Flow, world: World, current: bool) -> Flow:
    """last, first and count, which need no more than what was known at the row before."""
    gets = [getter(name, world.running.time_field) for name in stage.by]
    measures = [one for one in stage.measures if isinstance(one, stages.Measure)]
    takes = [
        (
            one.name,
            one.function,
            getter(str(one.argument), world.running.time_field) if one.argument else None,
        )
        for one in measures
    ]
    if any(one.argument is not None and not isinstance(one.argument, str) for one in measures):
        raise cannot("streamstats over expressions")
    states: dict[tuple[str, ...], dict[str, Any]] = {}
    made: list[Row] = []
    for row in flow.rows:
        values = [get(row) for get in gets]
        if None in values:
            made.append(row)
            continue
        state = states.setdefault(tuple(text(value) or "" for value in values), {})
        known = dict(state)
        for name, function, get in takes:
            value = 1 if get is None else get(row)
            if function in ("count", "c"):
                state[name] = state.get(name, 0) + (value is not None)
            elif value is not None and (function == "last" or name not in state):
                state[name] = value
        shown = dict(state) if current else known
        made.append({**{name: value for name, value in row.items() if name not in _names(takes)}, **shown})
    return Flow(made, flow.ordered, flow.columns)


def _names(takes: list[Any]) -> set[str]:
    return {name for name, _, _ in takes}
