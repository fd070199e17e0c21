"""From a pipeline to the middle."""

from __future__ import annotations

from cybersecqwen.detect.sigma.model import And, Expression
from cybersecqwen.dialects.normal import equivalent
from cybersecqwen.dialects.query import (
    Aggregate,
    Columns,
    Keep,
    Limit,
    Query,
    Sequence,
    Sort,
    Span,
    Step,
    Unique,
)
from cybersecqwen.dialects.query import Measure as Asked
from cybersecqwen.errors import UnsayableError

from . import stages
from .bare import bare
from .hearing import match_test, true_when
from .hearing_search import found_test
from .macros import is_idle
from .measuring import heard
from .models import model_of, unprefixed
from .read_sequence import sequence_of
from .spans import span_of
from .stages import Stage
from .times import ago, moment, seconds_in
from .tree import All, AnyOf, Compare, Found, Free, Macro, OneOf, Pipeline
from .write_sequence import narrowed

_NOW = 0.0


def read(pipeline: Pipeline) -> Query:
    """What a pipeline means. Raises UnsayableError where the middle has no words for a part of it."""
    return _Reading().whole(pipeline)


class _Reading:
    def __init__(self) -> None:
        self.tables: tuple[str, ...] = ()
        self.wheres: list[Expression] = []
        self.steps: list[Step] = []
        self.times: dict[str, str] = {}
        self.when: Span | None = None
        self.bucket: float | None = None
        self.unique: tuple[str, ...] | None = None
        self.counted = False

    def whole(self, pipeline: Pipeline) -> Query:
        first, *rest = pipeline.stages
        self.first(first)
        if isinstance(first, stages.Other) and rest and isinstance(rest[0], stages.Where):
            self.when = span_of(rest[0].where)
            rest = rest[self.when is not None :]
        while rest:
            known = sequence_of(rest) if not self.steps else None
            if known is not None:
                self.sequence(known[0])
                rest = rest[known[1] :]
            else:
                self.following(rest.pop(0))
        if self.unique is not None or self.bucket is not None:
            raise _unsaid("dedup" if self.unique is not None else "bin")
        where = self.wheres[0] if len(self.wheres) == 1 else And(tuple(self.wheres)) if self.wheres else None
        return Query(tables=self.tables, where=where, span=self.span(), steps=tuple(self.steps))

    def sequence(self, step: Sequence) -> None:
        """A sequence; what the search asks for only to narrow it down is no condition of its own."""
        for found in narrowed(step):
            meant = found_test(found)
            self.wheres = [part for part in self.wheres if not equivalent(part, meant)]
        if self.tables and all(stage.tables for stage in step.stages):
            self.tables = ()
        self.steps.append(step)

    def span(self) -> Span | None:
        start, end = self.times.get("earliest"), self.times.get("latest")
        if start is None and end is None:
            return self.when
        if start is not None and end in (None, "now", "now()"):
            last = ago(start)
            if last is not None:
                return Span(last_s=last)
        bounds = [None if text is None else _absolute(text) for text in (start, end)]
        return None if bounds == [None, None] else Span(start=bounds[0], end=bounds[1])

    def first(self, stage: Stage) -> None:
        if isinstance(stage, stages.Search):
            self.searched(stage.where)
        elif isinstance(stage, stages.Tstats):
            self.tstats(stage)
        elif isinstance(stage, stages.Other) and stage.name == "from" and len(stage.parts) == 1:
            table = model_of(str(stage.parts[0])) if isinstance(stage.parts[0], str) else ""
            if not table:
                raise _unsaid("from")
            self.tables = (table,)
        else:
            raise _unsaid(_name(stage))

    def searched(self, found: Found | None) -> None:
        """The search that events come from: indexes, times, and what is asked of them."""
        parts = found.parts if isinstance(found, All) else () if found is None else (found,)
        for number, part in enumerate(parts):
            indexes = _indexes(part)
            if isinstance(part, Macro) and is_idle(part.name):
                continue
            if isinstance(part, Macro) and number == 0 and part.args is None:
                self.tables += (part.name,)
            elif indexes and not self.tables:
                self.tables += indexes
            elif (
                isinstance(part, Compare) and part.op == "=" and part.field.lower() in ("earliest", "latest")
            ):
                self.times[part.field.lower()] = part.value
            elif not (isinstance(part, Free) and part.text == "*"):
                self.wheres.append(found_test(part))

    def tstats(self, stage: stages.Tstats) -> None:
        if stage.name != "tstats":
            raise _unsaid(stage.name)
        table = model_of(stage.source)
        if stage.source and not table:
            raise _unsaid("tstats from an index file")
        self.tables = (table,) if table else ()
        self.searched(bare(stage.where) if table and stage.where is not None else stage.where)
        late = dict(stage.late)
        if "_time" in stage.by and "span" in late:
            self.bucket = seconds_in(late["span"])
        clean = unprefixed if table else str
        self.aggregated(stage.measures, tuple(map(clean, stage.by)), table != "")
        self.counted = [one.name for one in self.steps[-1].measures] == ["count"]  # type: ignore[union-attr]

    def aggregated(
        self, measures: tuple[stages.Measure | Macro, ...], by: tuple[str, ...], model: bool
    ) -> None:
        bucket, self.bucket = self.bucket, None
        if bucket is not None:
            if "_time" not in by:
                raise _unsaid("bin")
            by = tuple(name for name in by if name != "_time")
        clean = unprefixed if model else str
        asked: list[Asked] = []
        for one in measures:
            if isinstance(one, Macro):
                if not is_idle(one.name):
                    raise UnsayableError("A macro stands for text that is not known here.", what="macros")
                continue
            field = clean(one.argument) if isinstance(one.argument, str) else ""
            asked.append(heard(one, clean(one.name), field))
        if any("*" in name for name in by):
            raise _unsaid("stars in names")
        self.steps.append(Aggregate(measures=tuple(asked), by=by, bucket_s=bucket))

    def following(self, stage: Stage) -> None:
        if self.unique is not None and not (isinstance(stage, stages.Listed) and stage.fields == self.unique):
            raise _unsaid("dedup")
        if self.bucket is not None and not isinstance(stage, stages.Stats):
            raise _unsaid("bin")
        if isinstance(stage, stages.Search):
            self.kept(None if stage.where is None else found_test(stage.where))
        elif isinstance(stage, stages.Where):
            self.kept(true_when(stage.where))
        elif isinstance(stage, stages.Regex):
            self.kept(_regex(stage))
        elif isinstance(stage, stages.Sort):
            self.sorted(stage)
        elif isinstance(stage, stages.Listed):
            self.listed(stage)
        elif (
            isinstance(stage, stages.Stats) and stage.name == "stats" and not stage.options and not stage.late
        ):
            self.aggregated(stage.measures, stage.by, False)
        elif isinstance(stage, stages.Bin) and stage.field == "_time" and not stage.alias:
            options = dict(stage.options)
            if set(options) != {"span"}:
                raise _unsaid("bin")
            self.bucket = seconds_in(options["span"])
        elif not self.idle(stage):
            raise _unsaid(_name(stage))

    def idle(self, stage: Stage) -> bool:
        """Whether a stage changes nothing that the middle speaks of."""
        if isinstance(stage, stages.Called):
            return is_idle(stage.macro.name) and not stage.rest
        return isinstance(stage, stages.Rename) and all(
            old.endswith(".*") and new == "*" and unprefixed(old) == "*" for old, new in stage.pairs
        )

    def kept(self, where: Expression | None) -> None:
        if where is None:
            return
        if self.steps:
            self.steps.append(Keep(where=where))
        else:
            self.wheres.append(where)

    def sorted(self, stage: stages.Sort) -> None:
        if any(function not in ("", "auto", "num") for _, _, function in stage.keys):
            raise _unsaid("sort by str() or ip()")
        self.steps.append(Sort(keys=tuple((name, sign == "-") for sign, name, _ in stage.keys)))
        if stage.count != "0":
            self.steps.append(Limit(count=int(stage.count or 10_000)))

    def listed(self, stage: stages.Listed) -> None:
        if any("*" in name for name in stage.fields):
            raise _unsaid("stars in names")
        if stage.name in ("table", "fields") and stage.sign != "-":
            self.columns(stage.fields)
        elif stage.name == "dedup" and stage.count in ("", "1") and not (stage.options or stage.sortby):
            self.unique = stage.fields
        elif stage.name == "head" and not stage.options:
            self.steps.append(Limit(count=int(stage.count or 10)))
        else:
            raise _unsaid(stage.name)

    def columns(self, fields: tuple[str, ...]) -> None:
        last = self.steps[-1] if self.steps else None
        if self.unique is not None:
            self.unique = None
            self.steps.append(Unique(fields=fields))
        elif self.counted and len(self.steps) == 1 and isinstance(last, Aggregate) and last.by == fields:
            self.steps[-1] = Unique(fields=fields)
        else:
            self.steps.append(Columns(fields=fields))


def _unsaid(what: str) -> UnsayableError:
    return UnsayableError(f"The middle between languages has no words for {what}.", what=what)


def _name(stage: Stage) -> str:
    if isinstance(stage, stages.Called):
        return "macros"
    return f"the command {getattr(stage, 'name', type(stage).__name__.lower())}"


def _absolute(text: str) -> float | None:
    if text.strip()[:1] in "+-@" or text.strip().lower().startswith("now"):
        raise UnsayableError("A time is counted from now in a way that others lack.", what="relative times")
    return moment(text, _NOW)


def _indexes(part: Found) -> tuple[str, ...]:
    """The indexes that a part of a search names, and nothing else."""
    if (
        isinstance(part, Compare)
        and part.field.lower() == "index"
        and part.op == "="
        and "*" not in part.value
    ):
        return (part.value,)
    if isinstance(part, OneOf) and part.field.lower() == "index":
        return tuple(str(value) for value in part.values if not isinstance(value, Macro) and "*" not in value)
    if isinstance(part, AnyOf):
        found = [_indexes(one) for one in part.parts]
        return tuple(name for one in found for name in one) if all(found) else ()
    return ()


def _regex(stage: stages.Regex) -> Expression:
    from cybersecqwen.detect.sigma.model import Not, Op, Test

    name = "" if stage.field == "_raw" else stage.field
    test = match_test(name, stage.pattern)
    if not stage.negated:
        return test
    return And((Test(name, Op.PRESENT), Not(test))) if name else Not(test)
