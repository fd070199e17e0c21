"""From the middle to a pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cybersecqwen.detect.sigma.model import And, Expression, Test
from cybersecqwen.dialects import query as asked
from cybersecqwen.dialects.query import Aggregate, Columns, Keep, Limit, Query, Sort, Span, Step, Unique
from cybersecqwen.errors import UnsayableError

from . import stages
from .measuring import written
from .models import UNPREFIXED, is_model, prefix_of
from .saying import NUMERIC, eval_of, joined, search_of
from .spans import moment_text, span_value
from .stages import Stage
from .times import span_text
from .tree import All, AnyOf, Compare, Found, Free, Pipeline, Value
from .write_sequence import narrowed, sequence


def write(query: Query) -> Pipeline:
    """A pipeline that means the query. Raises UnsayableError where SPL has no words for a part of it."""
    tables = tuple(dict.fromkeys(query.tables))
    models = [table for table in tables if is_model(table)]
    if models and len(tables) > 1:
        raise UnsayableError("A search reads one data model, or indexes.", what="several data models")
    asks = _asked(query.where)
    if query.steps and isinstance(query.steps[0], asked.Sequence):
        parts = [stage.tables for stage in query.steps[0].stages]
        if not tables and all(parts):
            tables = tuple(dict.fromkeys(name for part in parts for name in part))
        first = _source(models, tables, [*asks.found, *narrowed(query.steps[0])], query.span)
        rest = [*_where(asks.values), *sequence(query.steps[0])]
        return Pipeline((*first, *rest, *_steps(query.steps[1:])))
    if models and query.steps and not asks.values and (made := _tstats(models[0], query, asks.found)):
        return Pipeline(made)
    first = _source(models, tables, asks.found, query.span)
    return Pipeline((*first, *_where(asks.values), *_steps(query.steps)))


@dataclass(frozen=True, slots=True)
class _Asked:
    """The parts of an expression that hold together, by what can say them."""

    found: list[Found]
    values: list[Value]


def _asked(where: Expression | None) -> _Asked:
    found: list[Found] = []
    values: list[Value] = []
    for part in _parts(where):
        said = search_of(part)
        if said is not None:
            found.append(said)
        else:
            values.append(eval_of(part))
    return _Asked(found, values)


def _parts(where: Expression | None) -> list[Expression]:
    if where is None:
        return []
    if isinstance(where, And):
        return [one for part in where.parts for one in _parts(part)]
    return [where]


def _where(values: Sequence[Value]) -> list[Stage]:
    return [stages.Where(where=joined("AND", list(values)))] if values else []


def _source(
    models: Sequence[str], tables: Sequence[str], found: Sequence[Found], span: Span | None
) -> list[Stage]:
    """Where the events come from, and what `search` asks of them."""
    times = _times(span)
    if models:
        source = stages.Other(name="from", parts=(f'datamodel:"{models[0]}"',))
        said = _all(found)
        when = [stages.Where(where=span_value(span))] if _times(span) and span is not None else []
        return [source, *when, *([stages.Search(where=said)] if said is not None else [])]
    indexes: list[Found] = [Compare("index", "=", table) for table in tables]
    if any("*" in table for table in tables):
        raise UnsayableError("The name of an index has a star.", what="stars in names")
    first = [AnyOf(tuple(indexes))] if len(indexes) > 1 else indexes
    said = _all([*first, *times, *found])
    return [stages.Search(where=Free("*") if said is None else said, implicit=True)]


def _all(parts: Sequence[Found]) -> Found | None:
    if not parts:
        return None
    flat: list[Found] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, All) else [part])
    return flat[0] if len(flat) == 1 else All(tuple(flat))


def _times(span: Span | None) -> list[Found]:
    if span is None:
        return []
    if span.last_s is not None:
        return [Compare("earliest", "=", f"-{span_text(span.last_s)}")]
    bounds = (("earliest", span.start), ("latest", span.end))
    return [Compare(name, "=", moment_text(at)) for name, at in bounds if at is not None]


def _tstats(table: str, query: Query, found: Sequence[Found]) -> tuple[Stage, ...] | None:
    """The first step as `tstats`; None where that has no words for it."""
    prefix, step = prefix_of(table), query.steps[0]
    moved = [_moved(part, prefix) for part in found]
    said = [part for part in moved if part is not None]
    if not prefix or len(said) < len(moved) or not isinstance(step, Aggregate | Unique):
        return None
    names = step.fields if isinstance(step, Unique) else step.by
    if "_time" in names or any(name.startswith(prefix) for name in names):
        return None
    if isinstance(step, Unique):
        measures: tuple[stages.Measure, ...] = (stages.Measure(function="count"),)
        bucket = None
    else:
        measures = tuple(written(one, prefix) for one in step.measures)
        bucket = step.bucket_s
    made = stages.Tstats(
        measures=measures,
        source=f"datamodel={table}",
        where=_all([*_times(query.span), *said]),
        by=(*(("_time",) if bucket else ()), *(_prefixed(name, prefix) for name in names)),
        late=(("span", span_text(bucket)),) if bucket else (),
    )
    renamed = stages.Rename(pairs=((f"{prefix}*", "*"),))
    rest = [stages.Listed(name="table", fields=names)] if isinstance(step, Unique) else []
    return (made, *((renamed,) if names else ()), *rest, *_steps(query.steps[1:]))


def _prefixed(name: str, prefix: str) -> str:
    return name if name in UNPREFIXED else prefix + name


def _moved(found: Found, prefix: str) -> Found | None:
    """An expression with its fields behind the name of the data set; None where it asks the whole event."""
    from dataclasses import replace

    from .tree import OneOf, Without

    if isinstance(found, Compare | OneOf):
        return replace(found, field=_prefixed(found.field, prefix))
    if isinstance(found, Without):
        inner = _moved(found.inner, prefix)
        return None if inner is None else Without(inner)
    if isinstance(found, All | AnyOf):
        parts = [_moved(part, prefix) for part in found.parts]
        said = [part for part in parts if part is not None]
        return type(found)(tuple(said)) if len(said) == len(parts) else None
    return None


def _steps(steps: Sequence[Step]) -> list[Stage]:
    return [stage for step in steps for stage in _step(step)]


def _step(step: Step) -> list[Stage]:
    if isinstance(step, Aggregate):
        return _aggregate(step)
    if isinstance(step, Keep):
        return [_keep(step.where)]
    if isinstance(step, Sort):
        return [
            stages.Sort(keys=tuple(("-" if down else "", name, "") for name, down in step.keys), count="0")
        ]
    if isinstance(step, Limit):
        return [stages.Listed(name="head", count=str(step.count))]
    if isinstance(step, Columns):
        return [stages.Listed(name="table", fields=step.fields)]
    if isinstance(step, Unique):
        return [stages.Listed(name=name, fields=step.fields) for name in ("dedup", "table")]
    raise UnsayableError("A sequence stands behind another step.", what="sequences of results")


def _keep(where: Expression) -> Stage:
    found = None if _numeric(where) else search_of(where)
    return stages.Where(where=eval_of(where)) if found is None else stages.Search(where=found)


def _numeric(where: Expression) -> bool:
    if isinstance(where, Test):
        return where.op in NUMERIC
    return all(map(_numeric, getattr(where, "parts", None) or (where.inner,)))  # type: ignore[union-attr]


def _aggregate(step: Aggregate) -> list[Stage]:
    measures = tuple(map(written, step.measures))
    if not measures:
        raise UnsayableError("An aggregation computes nothing.", what="groups without measures")
    if step.bucket_s is None:
        return [stages.Stats(name="stats", measures=measures, by=step.by)]
    if "_time" in step.by:
        raise UnsayableError("The time is rounded and kept at once.", what="two times")
    return [
        stages.Bin(field="_time", options=(("span", span_text(step.bucket_s)),)),
        stages.Stats(name="stats", measures=measures, by=("_time", *step.by)),
    ]
