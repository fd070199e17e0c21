"""Pipelines in words: where events come from, stage by stage, and searches in brackets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

from cybersecqwen.dialects import describing as words
from cybersecqwen.dialects.spl import stages
from cybersecqwen.dialects.spl.macros import is_idle
from cybersecqwen.dialects.spl.models import model_of
from cybersecqwen.dialects.spl.stages import Stage
from cybersecqwen.dialects.spl.tree import Found, Logic, Macro, Pipeline, Sub, Unary, Value
from cybersecqwen.dialects.spl.walking import subs_of

from . import expressions, measures, searches, steps


def describe(pipeline: Pipeline) -> tuple[str, ...]:
    """What a search does, a sentence for each stage."""
    return words.finished(_pipeline(pipeline, 0))


def _pipeline(pipeline: Pipeline, depth: int) -> Iterator[str]:
    dates: list[str] = []
    for number, stage in enumerate(_renamed_at_once(pipeline.stages)):
        if isinstance(stage, stages.Called) and stage.macro.name in _DATES:
            dates += _arguments(stage.macro)
            continue
        if dates:
            yield _as_dates(dates)
            dates = []
        if not isinstance(stage, stages.Joined):
            for sub in subs_of(stage):
                yield from _inner("For the subsearch", sub, depth)
        yield from _stage(stage, number == 0, depth)
    if dates:
        yield _as_dates(dates)


def _renamed_at_once(found: tuple[Stage, ...]) -> Iterator[Stage]:
    """The stages, those that rename one behind the other as one."""
    for renames, run in groupby(found, lambda stage: isinstance(stage, stages.Rename)):
        if renames:
            yield stages.Rename(pairs=tuple(pair for one in run for pair in getattr(one, "pairs", ())))
        else:
            yield from run


_DATES = ("security_content_ctime", "ctime")
"""Macros that show a time as a date: often one behind the other."""


def _as_dates(names: list[str]) -> str:
    return f"Shows {words.names(names)} as {'a date' if len(names) == 1 else 'dates'}"


def _arguments(macro: Macro) -> list[str]:
    return [arg.strip().strip('"').strip() for arg in macro.args or ()]


def _inner(prefix: str, sub: Sub, depth: int) -> Iterator[str]:
    if depth >= words.DEEPEST:
        yield f"{prefix}: does more, which is not told"
    else:
        yield from words.inside(prefix, _pipeline(sub.pipeline, depth + 1))


def _stage(stage: Stage, first: bool, depth: int) -> Iterator[str]:
    if isinstance(stage, stages.Search):
        yield from _search(stage.where, first)
    elif isinstance(stage, stages.Where):
        yield from _where(stage.where)
    elif isinstance(stage, stages.Tstats):
        yield from _tstats(stage)
    elif isinstance(stage, stages.InputLookup):
        yield steps.inputlookup(stage, first)
        yield from words.split_up(*searches.sides(searches.parts_of_all(stage.where)), "those")
    elif isinstance(stage, stages.Called):
        yield from _called(stage, first)
    elif isinstance(stage, stages.Joined):
        yield from _joined(stage, depth)
    else:
        yield _SAID[type(stage)](stage)


_SAID: dict[type[Any], Callable[[Any], str]] = {
    stages.Eval: steps.eval_,
    stages.Stats: measures.stats,
    stages.Listed: steps.listed,
    stages.Rename: steps.rename,
    stages.Sort: steps.sort,
    stages.Rex: steps.rex,
    stages.Regex: steps.regex,
    stages.Bin: steps.bin_,
    stages.Lookup: steps.lookup,
    stages.Replace: steps.replace,
    stages.Other: steps.other,
}


def _search(where: Found | None, first: bool) -> Iterator[str]:
    parts = searches.parts_of_all(where)
    if not first:
        yield from words.split_up(*searches.sides(parts), "rows")
        return
    source, rest = searches.source(parts)
    yield f"Looks at {source}"
    yield from words.split_up(*searches.sides(rest), "events")


def _where(where: Value) -> Iterator[str]:
    parts = where.parts if isinstance(where, Logic) and where.op == "AND" else (where,)
    kept: list[str] = []
    dropped: list[str] = []
    for part in parts:
        if isinstance(part, Unary) and part.op == "NOT":
            dropped.append(expressions.condition(part.inner))
        else:
            kept.append(expressions.condition(part))
    yield from words.split_up(kept, dropped, "rows")


def _tstats(stage: stages.Tstats) -> Iterator[str]:
    model = model_of(stage.source)
    source, rest = searches.source(searches.parts_of_all(stage.where), macros=False)
    if model:
        times = source.removeprefix("every event")
        yield f"Looks at the data model {words.name(model)}" + (
            times if times.startswith(",") or not times else f", {times}"
        )
    elif stage.source:
        yield f"Looks at the indexed fields of {words.name(stage.source)}"
    else:
        yield f"Looks at the {'metrics' if stage.name == 'mstats' else 'indexed fields'} of {source}"
    yield from words.split_up(*searches.sides([_bare(part) for part in rest] if model else rest), "events")
    yield measures.tstats(stage)


def _bare(found: Found) -> Found:
    from cybersecqwen.dialects.spl.bare import bare

    return bare(found)


def _called(stage: stages.Called, first: bool) -> Iterator[str]:
    called = stage.macro
    if called.name.endswith("_filter"):
        yield f"Leaves out the exceptions of {expressions.macro(called)}"
    elif not is_idle(called.name):
        args = f" with {words.values(_arguments(called), 'and')}" if called.args else ""
        verb = "Looks at the events of" if first else "Does what stands in"
        yield f"{verb} {expressions.macro(called)}{args}"


def _joined(stage: stages.Joined, depth: int) -> Iterator[str]:
    options = dict(stage.options)
    fields = words.names(stage.fields)
    prefix = "For the second side"
    if stage.name == "join":
        kind = (
            "all rows" if options.get("type", "inner").lower() in ("left", "outer") else "rows with a match"
        )
        on = f" on {fields}" if fields else ""
        count = options.get("max", "1")
        each = (
            " (every match)" if count == "0" else "" if count == "1" else f" ({words.value(count)} matches)"
        )
        yield f"Joins the rows with those of a second search{on}{each}, and keeps {kind}"
    elif stage.name == "foreach":
        prefix = "For each field"
        yield f"Does the same for each of the fields {fields}"
    elif stage.name == "map":
        inner = f": {words.value(options['search'])}" if "search" in options else ""
        prefix = "For each row"
        yield f"Runs a search for each row{inner}"
    else:
        yield _JOINED.get(stage.name, "Puts other searches beside this one")
    for number, sub in enumerate(stage.subs):
        shown = prefix if len(stage.subs) == 1 else f"For search {number + 1}"
        yield from _inner(shown, sub, depth)


_JOINED = {
    "append": "Adds the rows of a second search below",
    "appendcols": "Adds the columns of a second search beside",
    "appendpipe": "Adds rows below that are made from those so far",
    "union": "Puts the rows of several searches together",
    "multisearch": "Puts the events of several searches together",
    "selfjoin": "Joins the rows with each other",
}
