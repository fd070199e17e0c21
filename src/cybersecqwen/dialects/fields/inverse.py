"""Back from the names of a schema to those of Sigma: which home it is, then test by test."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cybersecqwen.detect.sigma.model import And, Expression, Logsource, Op, Test
from cybersecqwen.dialects.query import Aggregate, Keep, Limit, Query, Sequence, Stage, Step
from cybersecqwen.errors import FieldError, UnsayableError

from .attempt import EVENT, joined
from .expressions import ALWAYS, simplified
from .loose import strictly
from .parts import Backwards
from .steps import renamed_steps
from .taxonomy import Home, Mapping
from .telling import knowing, told


def inverted(query: Query, mapping: Mapping) -> tuple[Query, tuple[str, ...], Home | None]:
    """The query in Sigma's names, what does not carry over (a sentence each), and the home it is at."""
    if any(isinstance(step, Sequence) for step in query.steps):
        return _sequence(query, mapping)
    query, taken = strictly(query, mapping.loose, knowing(mapping))
    at = told(query, mapping)
    home, back = at.home, Backwards(at.home)
    events: list[Expression] = [Test(EVENT, Op.EQUALS, at.events)] if at.events else []
    asked = simplified(back.expression(at.rest)) if at.rest is not None else ALWAYS
    where = joined([*events, *([asked] if asked != ALWAYS else [])])
    steps = renamed_steps(query.steps, back.field, back.expression)
    _whole_groups(query.steps, home, back)
    if back.missing:
        raise _missing(back, mapping)
    found = replace(query, logsource=_logsource(home), tables=(), where=where, steps=steps)
    notes = dict.fromkeys((*taken, *at.notes, *back.notes))
    if len({one.product for one in home.logsources}) > 1:
        others = ", ".join(dict.fromkeys(one.product for one in home.logsources[1:]))
        notes[f"The tables hold records of {others} as well; {home.logsources[0].product} is taken."] = None
    return found, tuple(notes), home


def _whole_groups(steps: tuple[Step, ...], home: Home, back: Backwards) -> None:
    """Groups by a part of a field are others than by the whole: refused where what is counted is compared."""
    counted = [step for at, step in enumerate(steps) if isinstance(step, Aggregate) and _compared(steps[at:])]
    for step in counted:
        shown = {one for one in step.by if one not in home.reads}
        whole = {name for name, place in home.fields.items() if set(place.columns) & shown}
        for column in (*step.by, *(one.field for one in step.measures)):
            reading = home.reads.get(column)
            if reading is not None and (reading.name_alone or reading.part) and reading.field not in whole:
                back.missing[column] = None


def _compared(steps: tuple[Step, ...]) -> bool:
    return any(isinstance(step, Keep | Limit) for step in steps)


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
