"""Back from the names of a schema to those of Sigma: which home it is, then test by test."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from cybersecqwen.detect.sigma.model import And, Expression, Logsource, Op, Test
from cybersecqwen.dialects.normal import normal
from cybersecqwen.dialects.query import Query, Sequence, Stage, Step
from cybersecqwen.errors import FieldError, UnsayableError

from .attempt import EVENT, conditions_of, joined
from .parts import Backwards
from .steps import renamed_steps
from .taxonomy import Conditions, Home, Mapping


def inverted(query: Query, mapping: Mapping) -> tuple[Query, tuple[str, ...], Home | None]:
    """The query in Sigma's names, what does not carry over (a sentence each), and the home it is at."""
    if any(isinstance(step, Sequence) for step in query.steps):
        return _sequence(query, mapping)
    home, rest, events = home_of(query, mapping)
    back = Backwards(home)
    told: list[Expression] = [Test(EVENT, Op.EQUALS, events)] if events else []
    where = joined([*told, *([back.expression(rest)] if rest is not None else [])])
    steps = renamed_steps(query.steps, back.field, back.expression)
    if back.missing:
        raise _missing(back, mapping)
    found = replace(query, logsource=_logsource(home), tables=(), where=where, steps=steps)
    notes = dict.fromkeys(back.notes)
    if len({one.product for one in home.logsources}) > 1:
        others = ", ".join(dict.fromkeys(one.product for one in home.logsources[1:]))
        notes[f"The tables hold records of {others} as well; {home.logsources[0].product} is taken."] = None
    return found, tuple(notes), home


def _logsource(home: Home) -> Logsource:
    """The first of the home's."""
    return home.logsources[0]


def _missing(back: Backwards, mapping: Mapping) -> FieldError:
    where = ", ".join(back.home.tables) or mapping.name
    names = list(back.missing)
    named = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    return FieldError(
        f"Sigma has no field for {named} of {where}.",
        hint="Leave these out, or give a mapping of your own.",
    )


def home_of(query: Query, mapping: Mapping) -> tuple[Home, Expression | None, tuple[str, ...]]:
    """The home whose tables and conditions a query names, what it asks besides, and for which event ids.

    Raises UnsayableError where there is none.
    """
    asked = query.where.parts if isinstance(query.where, And) else (query.where,)
    parts = [part for part in asked if part is not None]
    shapes = [normal(part) for part in parts]
    tables = {table.lower() for table in query.tables}
    best: tuple[int, Home, list[Expression], tuple[str, ...]] | None = None
    for home in mapping.homes:
        if home.tables and {table.lower() for table in home.tables} != tables:
            continue
        told = _told(home.conditions, parts, shapes)
        if told is None:
            continue
        events, used = _events(home, parts, told)
        if home.events and not events:
            continue
        score = len(used)
        if best is None or score > best[0]:
            left = [part for at, part in enumerate(parts) if at not in used]
            best = (score, home, left, events)
    if best is None:
        named = ", ".join(query.tables) or "what the query reads"
        raise UnsayableError(
            f"{mapping.name} has no logsource of Sigma for {named}.",
            what=f"tables of {mapping.name} without a logsource",
            hint="Its conditions must tell the kind of events, as the mapping writes them.",
        )
    return best[1], joined(best[2]), best[3]


@lru_cache(maxsize=2_000)
def _shapes(conditions: Conditions) -> tuple[Expression, ...]:
    return tuple(map(normal, conditions_of(conditions)))


def _told(conditions: Conditions, parts: list[Expression], shapes: list[Expression]) -> frozenset[int] | None:
    """Where in a query all the conditions stand; None where one does not."""
    used: set[int] = set()
    for shape in _shapes(conditions):
        at = next((at for at, one in enumerate(shapes) if one == shape or _within(one, shape)), None)
        if at is None:
            return None
        used.add(at)
    return frozenset(used)


def _within(one: Expression, all_: Expression) -> bool:
    """Whether a test asks for some of the values that the condition lists."""
    return (
        isinstance(one, Test)
        and isinstance(all_, Test)
        and (one.field, one.op) == (all_.field, all_.op)
        and set(one.values) < set(all_.values)
    )


def _events(
    home: Home, parts: list[Expression], used: frozenset[int]
) -> tuple[tuple[str, ...], frozenset[int]]:
    """The event ids that the query's conditions tell at a home that holds only some, and where they stand."""
    found: dict[Conditions, str] = {}
    taken: set[int] = set(used)
    for event, conditions in home.events.items():
        at_all: set[int] = set()
        for name, values in conditions:
            wanted = {value.lower() for value in values}
            at = next(
                (
                    at
                    for at, part in enumerate(parts)
                    if isinstance(part, Test) and part.field == name and wanted <= set(part.values)
                ),
                None,
            )
            if at is None:
                break
            at_all.add(at)
        else:
            found.setdefault(conditions, event)
            taken |= at_all
    return tuple(found.values()), frozenset(taken)


def _sequence(query: Query, mapping: Mapping) -> tuple[Query, tuple[str, ...], Home | None]:
    """A sequence: each stage is at a home of its own."""
    notes: dict[str, None] = {}
    steps: list[Step] = []
    for step in query.steps:
        if not isinstance(step, Sequence):
            steps.append(step)
            continue
        stages, names = [], []
        for stage in step.stages:
            tables = stage.tables or query.tables
            inner = Query(tables=tables, where=joined([*_of(query.where), stage.where]))
            found, more, home = inverted(inner, mapping)
            notes.update(dict.fromkeys(more))
            assert home is not None
            where = found.where if found.where is not None else And(())
            stages.append(Stage(where=where, logsource=found.logsource))
            back = Backwards(home)
            names.append(tuple(map(back.field, step.by)))
            if back.missing:
                raise _missing(back, mapping)
        if len(set(names)) > 1:
            raise UnsayableError(
                "What joins the stages of the sequence has different names in Sigma.",
                what="a sequence over fields with different names",
            )
        steps.append(replace(step, stages=tuple(stages), by=names[0]))
    return replace(query, tables=(), where=None, steps=tuple(steps)), tuple(notes), None


def _of(where: Expression | None) -> Iterable[Expression]:
    return () if where is None else (where,)
