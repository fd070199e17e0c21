"""Running searches on records: what the commands do, as far as they can be run without an installation.

Records are taken in the order in which they are given.
"""

from __future__ import annotations

from typing import Any

from cybersecqwen.dialects.interface import Data, Rows, Running
from cybersecqwen.dialects.spl import stages
from cybersecqwen.dialects.spl.effects import effects
from cybersecqwen.dialects.spl.stages import Stage
from cybersecqwen.dialects.spl.tree import Pipeline
from cybersecqwen.errors import EffectError

from . import grouping, refilling, shaping, sources, transacting
from .fields import INDEX
from .flow import Flow, Step, World, cannot

__all__ = ["run"]


def run(pipeline: Pipeline, data: Data, running: Running) -> Rows:
    """The rows that a search gives.

    Raises UnsayableError for commands, functions and macros that are not run here, LimitError where a step
    makes too many rows, and EffectError for a search that would do more than read.
    """
    would = effects(pipeline)
    if would:
        raise EffectError(f"The command {would[0].command} {would[0].what}: it is not run.")
    flow = _run(pipeline, World(data=data, running=running, pipeline=_run), None)
    rows = tuple({name: value for name, value in row.items() if name != INDEX} for row in flow.rows)
    return Rows(rows=rows, ordered=flow.ordered, columns=flow.columns)


def _run(pipeline: Pipeline, world: World, flow: Flow | None) -> Flow:
    """The rows of a pipeline; `flow` is what it begins with, None where it looks for events itself."""
    for stage in pipeline.stages:
        flow = _step(stage, flow, world)
        world.bounded(len(flow.rows))
    return flow if flow is not None else Flow([])


def _step(stage: Stage, flow: Flow | None, world: World) -> Flow:
    begin = _BEGINNING.get(type(stage))
    if begin is not None:
        return begin(stage, flow, world)  # type: ignore[arg-type]
    if isinstance(stage, stages.Listed):
        if stage.name == "makeresults":
            return sources.made_results(stage, flow, world)
        step: Any = _LISTED.get(stage.name)
    else:
        step = _STEPS.get(type(stage))
    if step is None:
        raise cannot(f"the command {getattr(stage, 'name', type(stage).__name__.lower())}")
    found: Flow = step(stage, flow if flow is not None else Flow([]), world)
    return found


_BEGINNING: dict[type[Any], Step] = {
    stages.Search: sources.search,
    stages.Tstats: grouping.tstats,
    stages.InputLookup: sources.input_lookup,
    stages.Joined: sources.joined,
    stages.Called: sources.called,
    stages.Other: sources.other,
}
"""Commands that may stand at the beginning."""

_STEPS: dict[type[Any], Step] = {
    stages.Where: shaping.where,
    stages.Eval: shaping.evaluated,
    stages.Stats: grouping.stats,
    stages.Rename: shaping.renamed,
    stages.Sort: shaping.sorted_,
    stages.Rex: shaping.rex,
    stages.Regex: shaping.regex,
    stages.Bin: shaping.binned,
    stages.Lookup: sources.lookup,
    stages.Replace: refilling.replaced,
}

_LISTED: dict[str, Step] = {
    "table": shaping.table,
    "fields": shaping.fields,
    "dedup": shaping.dedup,
    "head": shaping.head,
    "tail": shaping.head,
    "reverse": shaping.reversed_,
    "fillnull": refilling.filled,
    "mvexpand": refilling.expanded,
    "makemv": refilling.several_made,
    "nomv": refilling.put_together,
    "addtotals": refilling.totalled,
    "top": grouping.top,
    "rare": grouping.top,
    "spath": sources.spath,
    "transaction": transacting.transaction,
}
