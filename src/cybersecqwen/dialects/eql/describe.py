"""What a query does, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cybersecqwen.detect.sigma.model import Expression
from cybersecqwen.dialects import describing as words
from cybersecqwen.dialects.elastic.expressions import Expr, Field, Logic
from cybersecqwen.dialects.elastic.rendering import Renderer
from cybersecqwen.dialects.retelling import retold
from cybersecqwen.dialects.wording import duration
from cybersecqwen.errors import QueryError

from .read import read
from .tree import GRAMMAR, SPANS, EqlTree, Event, Pipe, Sample, Sequence, Stage

_RENDERER = Renderer(GRAMMAR)


def describe(query: EqlTree) -> tuple[str, ...]:
    """What a query does: its events one by one, then what is done with what is found."""
    return words.finished(_whole(query))


def leading(query: EqlTree) -> EqlTree | None:
    """Of its first event what the middle has words for; None where that is nothing."""
    body = query.body
    event = body if isinstance(body, Event) else body.stages[0].event
    kept = tuple(part for part in _all_of(event.where) if _is_sayable(part))
    if not kept:
        return None
    return EqlTree(replace(event, where=kept[0] if len(kept) == 1 else Logic("and", kept)))


def _whole(query: EqlTree) -> Iterator[str]:
    if query.window:
        start, end = (words.clean(text) for text in (query.window.start, query.window.end))
        yield f"Looks at the time from {start or 'the beginning'}" + (f" to {end}" if end else " on")
    body = query.body
    if isinstance(body, Event):
        yield from _event(body)
    elif isinstance(body, Sample):
        yield f"Looks for {len(body.stages)} events in any order with the same {_names(body.by)}"
        yield from _stages(body.stages)
    else:
        yield from _sequence(body)
    yield from map(_pipe, query.pipes)


def _event(event: Event) -> Iterator[str]:
    yield f"Looks at {_kind(event)}"
    yield from words.split_up(retold(_all_of(event.where), _meant, _RENDERER.expression), [], "those")


def _kind(event: Event) -> str:
    return f"{words.name(event.category)} events" if event.category else "events of any category"


def _sequence(body: Sequence) -> Iterator[str]:
    shared = f" with the same {_names(body.by)}" if body.by else ""
    within = f" within {_length(body.maxspan)}" if body.maxspan else ""
    yield f"Looks for {len(body.stages)} events that follow each other{shared}{within}"
    yield from _stages(body.stages)
    if body.until is not None:
        yield from words.inside(
            "For the event that ends a sequence which is not complete", _stage(body.until)
        )


def _length(maxspan: tuple[int, str]) -> str:
    seconds = maxspan[0] * SPANS[maxspan[1]]
    said = duration(seconds)
    return said if said[:1].isdigit() else f"1 {said}"


def _stages(stages: tuple[Stage, ...]) -> Iterator[str]:
    for number, stage in enumerate(stages):
        place = f"For the {words.ordinal(number)} event"
        yield from words.inside(
            f"{place}, of which there must be none" if stage.missing else place, _stage(stage)
        )


def _stage(stage: Stage) -> Iterator[str]:
    yield from _event(stage.event)
    if stage.by:
        yield f"It shares its {_names(stage.by)} with the other events"
    if stage.runs is not None and stage.runs > 1:
        yield f"It is asked for {stage.runs} times in a row"


def _names(fields: tuple[Field, ...]) -> str:
    return words.names((one.name for one in fields), most=8)


def _pipe(pipe: Pipe) -> str:
    return f"Gives the {'first' if pipe.name == 'head' else 'last'} {pipe.count:,} of them"


def _all_of(where: Expr) -> tuple[Expr, ...]:
    return where.parts if isinstance(where, Logic) and where.op == "and" else (where,)


def _meant(part: Expr) -> Expression | None:
    return read(EqlTree(Event("", part))).where


def _is_sayable(part: Expr) -> bool:
    try:
        return _meant(part) is not None
    except QueryError:
        return False
