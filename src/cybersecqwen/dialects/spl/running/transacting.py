"""transaction: events of the same values that follow each other, as one row.

https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/Transaction. Values of other fields are
put together as several.
"""

from __future__ import annotations

from typing import Any

from cybersecqwen.detect.sigma.values import texts_of
from cybersecqwen.dialects.spl import stages
from cybersecqwen.dialects.spl.times import seconds_in

from .fields import INDEX, Row, getter, number, packed, text
from .flow import Flow, World, cannot


def transaction(stage: stages.Listed, flow: Flow, world: World) -> Flow:
    """The transactions, the latest first. Raises UnsayableError for options other than spans and counts."""
    options = dict(stage.options)
    if set(options) - {"maxspan", "maxpause", "maxevents"} or not stage.fields:
        raise cannot("options of transaction")
    longest, pause = (
        seconds_in(options[name]) if name in options else None for name in ("maxspan", "maxpause")
    )
    most = int(options.get("maxevents", "1000"))
    time = getter("_time", world.running.time_field)
    gets = [getter(name, world.running.time_field) for name in stage.fields]
    timed = [(number(time(row)), row) for row in flow.rows]
    events = sorted(((at, row) for at, row in timed if at is not None), key=lambda one: one[0])
    open_: dict[tuple[str, ...], list[tuple[float, Row]]] = {}
    made: list[list[tuple[float, Row]]] = []
    for at, row in events:
        values = [text(get(row)) for get in gets]
        if None in values:
            continue
        key = tuple(value or "" for value in values)
        held = open_.get(key)
        if held is not None and _ends(held, at, longest, pause, most):
            made.append(held)
            held = None
        if held is None:
            held = open_[key] = []
        held.append((at, row))
    made += open_.values()
    made.sort(key=lambda held: -held[0][0])
    return Flow([_joined(held) for held in made])


def _ends(
    held: list[tuple[float, Row]], at: float, longest: float | None, pause: float | None, most: int
) -> bool:
    return (
        len(held) >= most
        or (longest is not None and at - held[0][0] > longest)
        or (pause is not None and at - held[-1][0] > pause)
    )


def _joined(held: list[tuple[float, Row]]) -> Row:
    values: dict[str, dict[str, Any]] = {}
    for _, row in held:
        for name, value in row.items():
            if name != INDEX:
                values.setdefault(name, {}).update(dict.fromkeys(texts_of(value)))
    made: Row = {name: packed(sorted(found)) for name, found in values.items()}
    start, end = held[0][0], held[-1][0]
    return {
        **made,
        "_time": start,
        "duration": end - start,
        "eventcount": len(held),
        INDEX: held[0][1].get(INDEX),
    }
