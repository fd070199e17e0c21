"""What a search costs: a rough model, by which two searches for the same thing are compared.

The unit is the work of reading one event once. A million events lie in all indexes together, and a search
reads those that its indexes, its time and the exact words of its first search leave; a value that begins
with `*` leaves all, since it is not in the index of words
(https://docs.splunk.com/Documentation/Splunk/latest/Search/Quicktipsforoptimization). Behind it each stage
costs its weight for each row. All figures are guesses of the usual relations, not measurements.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from cybersecqwen.dialects.improvement import Context

from . import stages
from .stages import Stage
from .tree import All, AnyOf, Call, Compare, Found, Free, Logic, Macro, OneOf, Pipeline, Unary, Value, Without
from .usage import usage
from .walking import inside, parts_of, subs_of

EVENTS = 1_000_000.0
"""Events in all indexes."""
_INDEX = 0.2
"""Of them in the indexes that are named."""
_TIME = 0.1
"""Of them in the time that is named."""
_TSTATS = 0.05
"""Work of an event that only the index is read for."""
_THERE = 0.95
"""Of the events those that have a field."""
_WIDE = 0.5
"""Work of carrying a row with all its fields to the search head."""
_NARROW = 0.1
"""The same with only the fields that are asked for."""

WEIGHTS = {
    "fields": 0.01,
    "table": 0.02,
    "rename": 0.02,
    "head": 0.0,
    "stats": 0.2,
    "eventstats": 0.6,
    "streamstats": 0.6,
    "dedup": 0.3,
    "join": 1.0,
    "append": 0.1,
    "transaction": 3.0,
    "lookup": 0.5,
    "iplocation": 0.5,
    "rex": 0.5,
    "regex": 0.4,
    "spath": 1.0,
    "mvexpand": 0.3,
    "bin": 0.05,
    "map": 1000.0,
}
"""Work of a stage for each row; of others 0.2."""

_DISTRIBUTED = frozenset(
    (
        "search",
        "where",
        "eval",
        "rename",
        "fields",
        "rex",
        "regex",
        "bin",
        "lookup",
        "iplocation",
        "spath",
        "fillnull",
    )
)
"""Commands that run where the events lie; the others bring the rows together first."""


@dataclass(slots=True)
class _State:
    rows: float
    work: float
    narrow: bool = False
    together: bool = False


def cost(pipeline: Pipeline, context: Context) -> float:
    """Work of a search, in readings of one event, over a million events."""
    return _pipeline(pipeline, None).work


def _pipeline(pipeline: Pipeline, before: _State | None) -> _State:
    state = before or _State(0.0, 0.0)
    for number, stage in enumerate(pipeline.stages):
        if number == 0 and before is None:
            state = _source(stage)
        else:
            _stage(stage, state)
        for sub in subs_of(stage):
            inner = _State(state.rows, 0.0, together=True) if _name(stage) == "appendpipe" else None
            state.work += _pipeline(sub.pipeline, inner).work
    return state


def _source(stage: Stage) -> _State:
    if isinstance(stage, stages.Search):
        read, kept = _read(stage.where)
        return _State(kept, read + 0.1 * read * _count(stage.where))
    if isinstance(stage, stages.Tstats):
        read, kept = _read(stage.where)
        share = 1.0 if not stage.source else _INDEX
        return _State(max(kept * share * 0.2, 1.0), read * share * _TSTATS, narrow=True, together=True)
    if isinstance(stage, stages.InputLookup):
        return _State(1000.0, 1000.0, together=True)
    if _name(stage) == "makeresults":
        return _State(1.0, 1.0, together=True)
    return _State(EVENTS * _INDEX, EVENTS * _INDEX)


def _read(found: Found | None) -> tuple[float, float]:
    """Events that are read, and those that are kept."""
    parts = found.parts if isinstance(found, All) else () if found is None else (found,)
    read = kept = EVENTS
    for part in dict.fromkeys(parts):
        share = _share(part)
        indexed = _restricts(part)
        read *= share if indexed else 1.0
        kept *= share
    return max(read, 1.0), max(kept, 1.0)


def _restricts(part: Found) -> bool:
    """Whether the index of words, or of times, leaves out what it does not hold for."""
    if isinstance(part, AnyOf | All):
        return all(map(_restricts, part.parts))
    if isinstance(part, Compare):
        return part.field.lower() in _SOURCES or (part.op == "=" and part.value[:1] not in ("*", ""))
    if isinstance(part, OneOf):
        return all(isinstance(value, str) and value[:1] != "*" for value in part.values)
    if isinstance(part, Free):
        return part.text[:1] != "*"
    return isinstance(part, Macro)


_SOURCES = frozenset(("index", "earliest", "latest", "sourcetype", "host", "source"))


def _share(found: Found) -> float:
    """Which part of the events an expression keeps."""
    if isinstance(found, All):
        return math.prod(map(_share, found.parts))
    if isinstance(found, AnyOf):
        return min(1.0, sum(map(_share, found.parts)))
    if isinstance(found, Without):
        return 0.9
    if isinstance(found, OneOf):
        return min(
            0.8, sum(0.2 if isinstance(value, Macro) or "*" in value else 0.1 for value in found.values)
        )
    if isinstance(found, Compare):
        return _share_of_comparison(found)
    if isinstance(found, Free):
        return 1.0 if not found.text.strip("*") else 0.1
    return 0.2


def _share_of_comparison(found: Compare) -> float:
    name = found.field.lower()
    if name == "index":
        return _INDEX
    if name in ("earliest", "latest"):
        return 1.0 if found.value in ("0", "now", "now()") else _TIME if name == "earliest" else 0.9
    if found.op != "=":
        return 0.9 if found.op == "!=" else 0.5
    if not found.value.strip("*"):
        return _THERE
    return 0.2 if "*" in found.value else 0.1


def _count(found: Found | None) -> float:
    """Comparisons that are made of each event: of those that all must hold, up to the first that does not."""
    if isinstance(found, All):
        made, left = 0.0, 1.0
        for part in found.parts:
            made += left * _count(part)
            left *= _share(part)
        return made
    return 0.0 if found is None else sum(_looks(part) for part in parts_of(found))


def _looks(part: Found) -> float:
    if isinstance(part, OneOf):
        return 1.0 + 0.1 * sum(_starred(str(value)) for value in part.values)
    return _starred(str(getattr(part, "value", getattr(part, "text", ""))))


def _starred(text: str) -> float:
    """What begins with a star is looked for at every place."""
    return 2.0 if text.startswith("*") and len(text) > 1 else 1.2 if "*" in text else 1.0


def _chosen(value: Value) -> float:
    """Which part of the rows an expression of where keeps."""
    if isinstance(value, Logic):
        shares = [_chosen(part) for part in value.parts]
        return math.prod(shares) if value.op == "AND" else min(1.0, sum(shares))
    if isinstance(value, Call) and value.name in ("isnotnull", "isnull"):
        return _THERE if value.name == "isnotnull" else 1.0 - _THERE
    if isinstance(value, Unary):
        return 0.9
    return 0.2 if isinstance(value, Call) else 0.3


def _work_of(value: Value) -> float:
    """Work of an expression of eval: fields are extracted, and calls made one by one."""
    if isinstance(value, Logic) and value.op == "AND":
        made, left = 0.0, 1.0
        for part in value.parts:
            made += left * _work_of(part)
            left *= _chosen(part)
        return made
    calls = [one.name for one in inside(value) if isinstance(one, Call)]
    return 0.15 + sum(_CALLS.get(name, 0.05) for name in calls)


_CALLS = {"match": 0.3, "replace": 0.3, "mvfind": 0.3, "like": 0.1, "cidrmatch": 0.1}


def _name(stage: Stage) -> str:
    return str(getattr(stage, "name", type(stage).__name__.lower()))


def _stage(stage: Stage, state: _State) -> None:
    name = _name(stage)
    if not state.together and name not in _DISTRIBUTED:
        aggregates = isinstance(stage, stages.Stats) and usage(stage).closes
        carried = state.rows * (0.2 if aggregates else 1.0)
        state.work += carried * (_NARROW if state.narrow or aggregates else _WIDE)
        state.together = True
    rows = state.rows
    if isinstance(stage, stages.Search):
        state.work += rows * (0.01 + 0.1 * max(_count(stage.where), 1.0))
        state.rows *= _share(stage.where) if stage.where is not None else 1.0
    elif isinstance(stage, stages.Where):
        state.work += rows * (0.01 + _work_of(stage.where))
        state.rows *= _chosen(stage.where)
    elif isinstance(stage, stages.Eval):
        state.work += rows * (0.02 + sum(_work_of(value) for _, value in stage.sets))
    elif isinstance(stage, stages.Sort):
        kept = min(rows, float(stage.count or 10_000) or rows)
        state.work += 0.05 * rows * math.log2(max(min(rows, kept), 2.0))
        state.rows = kept
    else:
        width = 1.0 if not state.narrow and name in ("eventstats", "transaction", "dedup", "join") else 0.7
        state.work += rows * width * WEIGHTS.get(name, 0.2)
        _after(stage, name, state)
    state.rows = max(state.rows, 1.0)


def _after(stage: Stage, name: str, state: _State) -> None:
    """Rows and fields behind a stage."""
    if name in ("fields", "table") and not getattr(stage, "sign", ""):
        state.narrow = True
    elif isinstance(stage, stages.Stats) and usage(stage).closes:
        state.narrow = True
        state.rows = state.rows * 0.1 if stage.by else 1.0
    elif name in ("top", "rare", "head", "tail") and isinstance(stage, stages.Listed):
        count = stage.count or dict(stage.options).get("limit", "10")
        state.rows = min(state.rows, float(count) if count.isdigit() and count != "0" else state.rows)
        if name == "head" and not state.together:
            state.work *= 0.5
    elif name == "dedup":
        state.rows *= 0.3
    elif name == "mvexpand":
        state.rows *= 3
    elif name == "regex":
        state.rows *= 0.2
    elif name in ("join", "transaction"):
        state.rows *= 0.3
