"""What a search begins with: its leading filter, and the data that it needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cybersecqwen.dialects import describing as words
from cybersecqwen.dialects.spl import stages
from cybersecqwen.dialects.spl.macros import is_idle
from cybersecqwen.dialects.spl.models import is_model
from cybersecqwen.dialects.spl.names import names
from cybersecqwen.dialects.spl.stages import Measure, Stage
from cybersecqwen.dialects.spl.tree import Pipeline
from cybersecqwen.dialects.spl.walking import macros_of, stages_of


def leading(pipeline: Pipeline) -> Pipeline | None:
    """The search that stands before the first stage that is no filter; None where it begins otherwise."""
    first, *rest = pipeline.stages
    if isinstance(first, stages.Tstats):
        first = replace(first, measures=(Measure(function="count"),), by=(), late=())
    elif not isinstance(first, stages.Search):
        return None
    found: list[Stage] = [first]
    for stage in rest:
        idle = isinstance(stage, stages.Called) and is_idle(stage.macro.name) and not stage.rest
        if not idle and not isinstance(stage, stages.Search | stages.Where | stages.Regex):
            break
        if not idle:
            found.append(stage)
    return Pipeline(tuple(found))


def sources(pipeline: Pipeline) -> tuple[str, ...]:
    """Data models, indexes, lookup tables and macros that a search needs."""
    tables = dict.fromkeys(name.text for name in names(pipeline).tables)
    macros = dict.fromkeys(one.name for one in macros_of(pipeline) if not is_idle(one.name))
    exceptions = dict.fromkeys(one.name for one in macros_of(pipeline) if one.name.endswith("_filter"))
    return (
        *words.needed("data model", [one for one in tables if is_model(one)]),
        *words.needed("index", [one for one in tables if not is_model(one)]),
        *words.needed("lookup table", list(dict.fromkeys(_lookups(pipeline)))),
        *words.needed("macro", [*macros, *exceptions]),
    )


def _lookups(pipeline: Pipeline) -> Iterator[str]:
    for stage in stages_of(pipeline):
        if isinstance(stage, stages.Lookup | stages.InputLookup):
            yield stage.table
