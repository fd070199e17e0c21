"""How a filter comes before the stage that stands before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from cybersecqwen.dialects.spl import stages
from cybersecqwen.dialects.spl.saying import joined
from cybersecqwen.dialects.spl.stages import Stage
from cybersecqwen.dialects.spl.tree import Free, Pipeline
from cybersecqwen.dialects.spl.usage import asked, usage

from .changing import Pair, all_of, every, names_times, put, whole_text
from .renaming import with_names

_EXTENDING = frozenset(("makemv", "nomv", "addtotals", "iplocation"))


def is_filter(stage: Stage) -> bool:
    """Whether a stage only keeps rows, by fields that it names."""
    if isinstance(stage, stages.Search):
        return stage.where is not None and not whole_text(stage.where) and not names_times(stage.where)
    if isinstance(stage, stages.Where):
        return not usage(stage).opaque and "_raw" not in usage(stage).uses
    return isinstance(stage, stages.Regex) and stage.field != "_raw"


def before(kinds: Callable[[Stage], bool]) -> Pair:
    """Filters before stages that make or change other fields than those that are asked for."""

    def swap(first: Stage, second: Stage) -> Sequence[Stage] | None:
        if not kinds(first) or not is_filter(second):
            return None
        made, names = usage(first), asked(second)
        if made.opaque or "index" in names:
            return None
        changed = {*made.makes, *made.drops}
        if any("*" in name or "<<" in name for name in (*changed, *names)):
            return None
        if any(_overlap(name, other) for name in names for other in changed):
            return None
        return (second, first)

    return swap


def _overlap(one: str, other: str) -> bool:
    """Whether a change of one field may be seen in another: the same, or a part of it."""
    return (
        one == other or one.startswith((other + ".", other + "{")) or other.startswith((one + ".", one + "{"))
    )


def evals(stage: Stage) -> bool:
    """Whether a stage makes or changes fields of each row by itself."""
    if isinstance(stage, stages.Listed):
        return stage.name in _EXTENDING or (stage.name == "fillnull" and bool(stage.fields))
    return isinstance(stage, stages.Eval | stages.Rex | stages.Bin | stages.Rename)


def sorts(stage: Stage) -> bool:
    """Whether a stage brings all rows in order."""
    return isinstance(stage, stages.Sort) and stage.count == "0"


def past_rename(first: Stage, second: Stage) -> Sequence[Stage] | None:
    """A filter by the new name of a field, before it gets that name."""
    if not isinstance(first, stages.Rename) or not is_filter(second):
        return None
    names = {new: old for old, new in first.pairs}
    wanted = usage(second).uses
    olds = {old for old, _ in first.pairs}
    if set(asked(second)) - set(wanted):
        return None
    if any("*" in name for name in (*names, *olds, *wanted)) or len(names) < len(first.pairs):
        return None
    if olds & set(names) or any(name in olds for name in wanted) or not any(name in names for name in wanted):
        return None
    if any(_overlap(name, other) and name != other for name in wanted for other in (*names, *olds)):
        return None
    moved = with_names(second, names)
    return None if moved is None else (moved, first)


def past_columns(first: Stage, second: Stage) -> Sequence[Stage] | None:
    """A filter by fields that are kept, before the others are taken away."""
    if not isinstance(first, stages.Listed) or first.name not in ("fields", "table") or not is_filter(second):
        return None
    names = asked(second)
    if first.sign == "-":
        allowed = not any("*" in one or _overlap(name, one) for name in names for one in first.fields)
    else:
        allowed = all(name in first.fields for name in names)
    return (second, first) if allowed else None


def past_dedup(first: Stage, second: Stage) -> Sequence[Stage] | None:
    """A filter by fields that rows are told apart by: it keeps or drops all of a kind."""
    if not isinstance(first, stages.Listed) or first.name != "dedup" or not is_filter(second):
        return None
    options = dict(first.options)
    if options.keys() - {"keepempty"} or not set(asked(second)) <= set(first.fields):
        return None
    return (second, first)


def past_join(first: Stage, second: Stage) -> Sequence[Stage] | None:
    """A filter by the fields of a join, whose values are the same on both sides."""
    if not isinstance(first, stages.Joined) or first.name != "join" or not is_filter(second):
        return None
    if not first.fields or not set(asked(second)) <= set(first.fields):
        return None
    return (second, first)


def merge_searches(first: Stage, second: Stage) -> Sequence[Stage] | None:
    """Two searches as one."""
    if not isinstance(first, stages.Search) or not isinstance(second, stages.Search):
        return None
    if first.where is None or second.where is None or names_times(second.where):
        return None
    parts = [part for part in every(first.where) if part != Free("*")] + [
        part for part in every(second.where) if part != Free("*")
    ]
    return (replace(first, where=all_of(parts) or Free("*")),)


def merge_wheres(first: Stage, second: Stage) -> Sequence[Stage] | None:
    """Two filters of where as one."""
    if not isinstance(first, stages.Where) or not isinstance(second, stages.Where):
        return None
    return (replace(first, where=joined("AND", [first.where, second.where])),)


def lookups(stage: Stage) -> bool:
    """Whether a stage looks something up."""
    return isinstance(stage, stages.Lookup)


def expands(stage: Stage) -> bool:
    """Whether a stage makes a row for each value."""
    return isinstance(stage, stages.Listed) and stage.name == "mvexpand"


PAST: tuple[Pair, ...] = (
    merge_searches,
    before(evals),
    before(lookups),
    before(sorts),
    before(expands),
    past_rename,
    past_columns,
    past_dedup,
    past_join,
)
"""All ways forward for a filter."""


def moved_up(pipeline: Pipeline, place: int) -> Pipeline:
    """The filter at a place as far forward as it goes, and into the search that it meets."""
    while place > 0:
        first, second = pipeline.stages[place - 1 : place + 1]
        made = next((made for past in PAST if (made := past(first, second)) is not None), None)
        if made is None:
            return pipeline
        pipeline = put(pipeline, place - 1, 2, *made)
        place = place - 1 if len(made) == 2 else 0
    return pipeline
