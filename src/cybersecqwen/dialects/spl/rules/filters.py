"""Filters moved to where fewer rows have to be made before them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from cybersecqwen.dialects.spl import stages
from cybersecqwen.dialects.spl.saying import joined
from cybersecqwen.dialects.spl.stages import Stage
from cybersecqwen.dialects.spl.tree import Free
from cybersecqwen.dialects.spl.usage import usage

from .changing import (
    BUILT_IN,
    DOCS,
    TIPS,
    Change,
    all_of,
    every,
    names_times,
    of_pairs,
    rule,
    whole_text,
)
from .exact import where_to_search
from .groups import before_stats
from .renaming import with_names

_EXTENDING = frozenset(("makemv", "nomv", "addtotals", "iplocation"))


def is_filter(stage: Stage) -> bool:
    """Whether a stage only keeps rows, by fields that it names."""
    if isinstance(stage, stages.Search):
        return stage.where is not None and not whole_text(stage.where) and not names_times(stage.where)
    if isinstance(stage, stages.Where):
        return not usage(stage).opaque and "_raw" not in usage(stage).uses
    return isinstance(stage, stages.Regex) and stage.field != "_raw"


def _before(kinds: Callable[[Stage], bool]) -> Change:
    """Filters before stages that make or change other fields than those that are asked for."""

    def swap(first: Stage, second: Stage) -> Sequence[Stage] | None:
        if not kinds(first) or not is_filter(second):
            return None
        made, asked = usage(first), usage(second).uses
        if made.opaque or "index" in asked:
            return None
        changed = {*made.makes, *made.drops}
        if any("*" in name or "<<" in name for name in (*changed, *asked)):
            return None
        if any(_overlap(name, other) for name in asked for other in changed):
            return None
        return (second, first)

    return of_pairs(swap)


def _overlap(one: str, other: str) -> bool:
    """Whether a change of one field may be seen in another: the same, or a part of it."""
    return (
        one == other or one.startswith((other + ".", other + "{")) or other.startswith((one + ".", one + "{"))
    )


def _evals(stage: Stage) -> bool:
    if isinstance(stage, stages.Listed):
        return stage.name in _EXTENDING or (stage.name == "fillnull" and bool(stage.fields))
    return isinstance(stage, stages.Eval | stages.Rex | stages.Bin | stages.Rename)


def _sorts(stage: Stage) -> bool:
    return isinstance(stage, stages.Sort) and stage.count == "0"


def _past_rename(first: Stage, second: Stage) -> Sequence[Stage] | None:
    """A filter by the new name of a field, before it gets that name."""
    if not isinstance(first, stages.Rename) or not is_filter(second):
        return None
    names = {new: old for old, new in first.pairs}
    asked = usage(second).uses
    olds = {old for old, _ in first.pairs}
    if any("*" in name for name in (*names, *olds, *asked)) or len(names) < len(first.pairs):
        return None
    if olds & set(names) or any(name in olds for name in asked) or not any(name in names for name in asked):
        return None
    if any(_overlap(name, other) and name != other for name in asked for other in (*names, *olds)):
        return None
    moved = with_names(second, names)
    return None if moved is None else (moved, first)


def _past_columns(first: Stage, second: Stage) -> Sequence[Stage] | None:
    if not isinstance(first, stages.Listed) or first.name not in ("fields", "table") or not is_filter(second):
        return None
    asked = usage(second).uses
    if first.sign == "-":
        allowed = not any("*" in one or _overlap(name, one) for name in asked for one in first.fields)
    else:
        allowed = all(name in first.fields for name in asked)
    return (second, first) if allowed else None


def _past_dedup(first: Stage, second: Stage) -> Sequence[Stage] | None:
    """A filter by fields that rows are told apart by: it keeps or drops all of a kind."""
    if not isinstance(first, stages.Listed) or first.name != "dedup" or not is_filter(second):
        return None
    options = dict(first.options)
    if options.keys() - {"keepempty"} or not set(usage(second).uses) <= set(first.fields):
        return None
    return (second, first)


def _past_join(first: Stage, second: Stage) -> Sequence[Stage] | None:
    """A filter by the fields of a join, whose values are the same on both sides."""
    if not isinstance(first, stages.Joined) or first.name != "join" or not is_filter(second):
        return None
    if not first.fields or not set(usage(second).uses) <= set(first.fields):
        return None
    return (second, first)


def _merge_searches(first: Stage, second: Stage) -> Sequence[Stage] | None:
    if not isinstance(first, stages.Search) or not isinstance(second, stages.Search):
        return None
    if first.where is None or second.where is None or names_times(second.where):
        return None
    parts = [part for part in every(first.where) if part != Free("*")] + [
        part for part in every(second.where) if part != Free("*")
    ]
    return (replace(first, where=all_of(parts) or Free("*")),)


def _merge_wheres(first: Stage, second: Stage) -> Sequence[Stage] | None:
    if not isinstance(first, stages.Where) or not isinstance(second, stages.Where):
        return None
    return (replace(first, where=joined("AND", [first.where, second.where])),)


FILTERS = (
    rule(
        "merge-searches",
        "Conditions in the first search are met by the index, those behind a bar by reading every event.",
        TIPS,
        of_pairs(_merge_searches),
    ),
    rule(
        "where-to-search",
        "What `search` can say in the first search is met by the index, `where` reads every event.",
        f"{DOCS}/SearchReference/Where",
        where_to_search,
    ),
    rule("merge-where", "One pass over the rows instead of two.", BUILT_IN, of_pairs(_merge_wheres)),
    rule(
        "filter-before-eval",
        "Fields are not computed for rows that are dropped afterwards.",
        BUILT_IN,
        _before(_evals),
    ),
    rule(
        "filter-before-rename",
        "A filter by the name that a field had can become a part of the first search.",
        BUILT_IN,
        of_pairs(_past_rename),
    ),
    rule(
        "filter-before-lookup",
        "Nothing is looked up for rows that are dropped afterwards.",
        TIPS,
        _before(lambda stage: isinstance(stage, stages.Lookup)),
    ),
    rule("filter-before-sort", "Fewer rows are sorted.", TIPS, _before(_sorts)),
    rule(
        "filter-before-mvexpand",
        "Rows that are dropped afterwards are not multiplied first.",
        TIPS,
        _before(lambda stage: isinstance(stage, stages.Listed) and stage.name == "mvexpand"),
    ),
    rule(
        "filter-before-fields",
        "A filter can become a part of the first search.",
        TIPS,
        of_pairs(_past_columns),
    ),
    rule("filter-before-dedup", "Fewer rows are compared with each other.", TIPS, of_pairs(_past_dedup)),
    rule(
        "filter-before-join", "Fewer rows are joined.", f"{DOCS}/SearchReference/Join", of_pairs(_past_join)
    ),
    rule(
        "filter-before-stats",
        "Groups that are dropped afterwards are not counted.",
        TIPS,
        before_stats,
    ),
)
"""Rules that move filters."""
