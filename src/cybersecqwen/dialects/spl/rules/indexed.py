"""Searches answered from the index alone: tstats over indexed fields and over data models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.query import Aggregate, Query
from cybersecqwen.dialects.spl import stages
from cybersecqwen.dialects.spl.hearing_search import found_test
from cybersecqwen.dialects.spl.macros import is_idle
from cybersecqwen.dialects.spl.models import model_of, prefix_of, unprefixed
from cybersecqwen.dialects.spl.read import read
from cybersecqwen.dialects.spl.stages import Measure, Options, Stage
from cybersecqwen.dialects.spl.tree import All, Compare, Found, OneOf, Pipeline
from cybersecqwen.dialects.spl.usage import usage
from cybersecqwen.dialects.spl.walking import parts_of
from cybersecqwen.dialects.spl.write import write
from cybersecqwen.errors import QueryError

from .changing import DOCS, TIPS, all_of, conjuncts, every, names_times, put, rule, whole_text
from .exact import exact_search
from .groups import cleans, is_presence, positive
from .renaming import found_with

_INDEXED = frozenset(("index", "host", "source", "sourcetype", "_time"))
_WHERE = frozenset(("index", "host", "source", "sourcetype", "earliest", "latest"))
_FUNCTIONS = frozenset(["count", "c", "dc", "distinct_count", "min", "max", "values", "earliest", "latest"])


def _sources_first(pipeline: Pipeline, context: Context) -> Pipeline | None:
    """Indexes, times and source types before everything else of the first search."""
    first = pipeline.stages[0]
    if not isinstance(first, stages.Search) or not isinstance(first.where, All):
        return None
    parts = first.where.parts
    ordered = tuple(sorted(parts, key=_rank))
    return None if ordered == parts else put(pipeline, 0, 1, replace(first, where=All(ordered)))


_RANKS = {"index": 0, "earliest": 1, "latest": 1, "sourcetype": 2, "source": 2, "host": 2}


def _rank(part: Found) -> int:
    names = {getattr(one, "field", "").lower() for one in parts_of(part)}
    if not isinstance(part, Compare | OneOf) and names != {"index"}:
        return 9 if any(getattr(one, "field", "") for one in parts_of(part)) else -1
    return max((_RANKS.get(name, 9) for name in names), default=9)


def _macro_first(pipeline: Pipeline, context: Context) -> Pipeline | None:
    """The same, where no macro or word stands in the first place that an order could matter to."""
    first = pipeline.stages[0]
    if isinstance(first, stages.Search) and first.where is not None and whole_text(first.where):
        return None
    return _sources_first(pipeline, context)


def _counts_indexed(pipeline: Pipeline, context: Context) -> Pipeline | None:
    """`stats` over fields that the index holds, as `tstats`."""
    first = pipeline.stages[0]
    late: Options = ()
    place = 1
    if len(pipeline.stages) > 2 and isinstance(pipeline.stages[1], stages.Bin):
        rounded = pipeline.stages[1]
        if rounded.field != "_time" or rounded.alias or dict(rounded.options).keys() != {"span"}:
            return None
        late, place = rounded.options, 2
    if len(pipeline.stages) <= place or not isinstance(first, stages.Search) or first.where is None:
        return None
    counted = pipeline.stages[place]
    if not isinstance(counted, stages.Stats) or counted.name != "stats" or counted.options or counted.late:
        return None
    if not _only_indexed(first.where, counted) or bool(late) is not ("_time" in counted.by):
        return None
    made = stages.Tstats(measures=counted.measures, where=first.where, by=counted.by, late=late)
    return put(pipeline, 0, place + 1, made)


def _only_indexed(where: Found, counted: stages.Stats) -> bool:
    names = [getattr(part, "field", "").lower() for part in parts_of(where)]
    if whole_text(where) or not all(name in _WHERE for name in names) or "index" not in names:
        return False
    return set(counted.by) <= _INDEXED and all(
        isinstance(one, Measure)
        and one.function in _FUNCTIONS
        and (one.argument is None or (isinstance(one.argument, str) and one.argument in _INDEXED))
        for one in counted.measures
    )


def _from_model(pipeline: Pipeline, context: Context) -> Pipeline | None:
    """A data model that is read as events and counted, as `tstats`."""
    first = pipeline.stages[0]
    if not isinstance(first, stages.Other) or first.name != "from":
        return None
    place = next((at for at, stage in enumerate(pipeline.stages) if isinstance(stage, stages.Stats)), 0)
    if not place:
        return None
    try:
        query = read(Pipeline(pipeline.stages[: place + 1]))
        made = write(query)
    except QueryError:
        return None
    if not isinstance(made.stages[0], stages.Tstats) or len(query.steps) != 1 or not _complete(query):
        return None
    return put(pipeline, 0, place + 1, *made.stages)


def _complete(query: Query) -> bool:
    step = query.steps[0]
    return isinstance(step, Aggregate) and not any("_time" in name for name in step.by)


def group_names(first: stages.Tstats, clean: bool) -> dict[str, str]:
    """The groups of `tstats` by the names that they have behind it, and whose values nothing else bears."""
    taken = {one.name for one in first.measures if isinstance(one, Measure)}
    names = {unprefixed(name) if clean else str(name): str(name) for name in first.by if name != "_time"}
    return {name: old for name, old in names.items() if name not in taken and "*" not in old}


def behind(pipeline: Pipeline) -> Iterator[tuple[stages.Tstats, bool, Stage]]:
    """Filters behind `tstats` over a data model: (it, whether fields lost their data set, filter)."""
    first = pipeline.stages[0]
    if (
        not isinstance(first, stages.Tstats)
        or first.name != "tstats"
        or not prefix_of(model_of(first.source))
    ):
        return
    clean = False
    for stage in pipeline.stages[1:]:
        if cleans(stage):
            clean = True
        elif isinstance(stage, stages.Search | stages.Where):
            yield first, clean, stage
        elif not (isinstance(stage, stages.Called) and is_idle(stage.macro.name)):
            return
        elif stage.macro.args:  # a time as text
            first = replace(
                first, by=tuple(name for name in first.by if unprefixed(name) not in stage.macro.args)
            )


def _into_tstats(pipeline: Pipeline, context: Context) -> Pipeline | None:
    """Conditions on the groups of `tstats` that stand behind it, also in its `where`."""
    for first, clean, stage in behind(pipeline):
        said = (
            [exact_search(part) for part in conjuncts(stage.where)]
            if isinstance(stage, stages.Where)
            else every(stage.where if isinstance(stage, stages.Search) else None)
        )
        asked = all_of([part for part in said if part is not None])
        added = asked and all_of(_new(asked, group_names(first, clean), first.where))
        if added:
            return with_where(pipeline, added)
    return None


def with_where(pipeline: Pipeline, added: Found) -> Pipeline:
    """One more condition in the `where` of `tstats`."""
    first = pipeline.stages[0]
    assert isinstance(first, stages.Tstats)
    return put(pipeline, 0, 1, replace(first, where=all_of([*every(first.where), added])))


def _new(where: Found, names: dict[str, str], known: Found | None) -> Sequence[Found]:
    """The parts of a filter that ask for groups only, under the names of `tstats`, and are not asked yet."""
    made: list[Found] = []
    for part in every(where):
        asked = usage(stages.Search(where=part)).uses
        if (
            is_presence(part)
            or whole_text(part)
            or names_times(part)
            or not asked
            or not set(asked) <= set(names)
        ):
            continue
        try:
            said = found_test(part)
        except QueryError:
            continue
        moved = found_with(part, names)
        if positive(said) and moved not in every(known):
            made.append(moved)
    return made


INDEXED = (
    rule(
        "sources-first",
        "A reader, and Splunk, sees first which index, time and source type are read.",
        TIPS,
        _macro_first,
    ),
    rule(
        "stats-to-tstats",
        "The index answers what only asks for index, host, source, source type and time; no event is read.",
        f"{DOCS}/SearchReference/Tstats",
        _counts_indexed,
    ),
    rule(
        "model-to-tstats",
        "`tstats` reads the summaries of an accelerated data model instead of its events.",
        f"{DOCS}/SearchReference/Tstats",
        _from_model,
    ),
    rule(
        "filter-into-tstats",
        "Groups that are dropped afterwards are not read.",
        f"{DOCS}/SearchReference/Tstats",
        _into_tstats,
    ),
)
"""Rules about what the index answers."""
