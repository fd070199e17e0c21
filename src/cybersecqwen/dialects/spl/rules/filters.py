"""Filters moved to where fewer rows have to be made before them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or, Test
from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.spl import stages
from cybersecqwen.dialects.spl.hearing import true_when
from cybersecqwen.dialects.spl.saying import joined, search_of
from cybersecqwen.dialects.spl.stages import Stage
from cybersecqwen.dialects.spl.tree import Binary, Found, Free, Number, Pipeline, Value
from cybersecqwen.dialects.spl.usage import usage
from cybersecqwen.dialects.spl.walking import inside
from cybersecqwen.errors import QueryError

from .changing import (
    BUILT_IN,
    DOCS,
    TIPS,
    Change,
    all_of,
    conjuncts,
    every,
    names_times,
    of_pairs,
    put,
    rule,
    whole_text,
)
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


def positive(where: Expression) -> bool:
    """Whether it asks only for what is there: with more values of a field it holds no less."""
    if isinstance(where, Test):
        return where.op is not Op.NULL and where.op is not Op.SAME_AS
    return not isinstance(where, Not) and all(map(positive, where.parts))


def before_stats(pipeline: Pipeline, context: Context) -> Pipeline | None:
    """The conditions of a filter behind `stats` that ask for its groups, also before it.

    They stay behind it as well: a field of several values is in several groups.
    """
    for place, stage in enumerate(pipeline.stages[:-1]):
        after = pipeline.stages[place + 1]
        if (
            not isinstance(stage, stages.Stats)
            or stage.name != "stats"
            or not isinstance(after, stages.Search)
        ):
            continue
        if not stage.by or place == 0 or after.where is None or whole_text(after.where):
            continue
        groups = (
            set(stage.by)
            - {one.name for one in stage.measures if isinstance(one, stages.Measure)}
            - {"_time"}
        )
        copied = [part for part in every(after.where) if _asks_only(part, groups)]
        known = _known(pipeline.stages[:place])
        new = [part for part in copied if part not in known]
        wanted = all_of(new)
        if wanted is not None:
            return put(pipeline, place, 0, stages.Search(where=wanted))
    return None


def _asks_only(part: Found, groups: set[str]) -> bool:
    from cybersecqwen.dialects.spl.hearing import found_test

    names = usage(stages.Search(where=part)).uses
    if not names or not set(names) <= groups or names_times(part):
        return False
    try:
        return positive(found_test(part))
    except QueryError:
        return False


def _known(before: Sequence[Stage]) -> set[Found]:
    """Conditions that hold already, also under names that fields had before."""
    names: dict[str, str] = {}
    known: set[Found] = set()
    for stage in reversed(before):
        if isinstance(stage, stages.Rename):
            names.update(stage.pairs)
        elif isinstance(stage, stages.Search):
            renamed = with_names(stage, names)
            if isinstance(renamed, stages.Search):
                known.update(every(renamed.where))
    return known


def exact_search(value: Value) -> Found | None:
    """A condition of `where` in the words of `search`, if it says exactly the same there."""
    if any(
        isinstance(part, Binary)
        and Number in (part.left.__class__, part.right.__class__)
        and part.op in ("=", "!=")
        for part in inside(value)
    ):
        return None  # where compares by number, search may compare the text
    try:
        return search_of(_caseless(true_when(value)))
    except QueryError:
        return None


def _caseless(where: Expression) -> Expression:
    """Without regard to case where the values have none."""
    if isinstance(where, Test):
        plain = where.op in (Op.EQUALS, Op.STARTS, Op.ENDS, Op.CONTAINS)
        if where.cased and plain and all(value.lower() == value.upper() for value in where.values):
            return replace(where, cased=False)
        return where
    if isinstance(where, Not):
        return Not(_caseless(where.inner))
    return type(where)(tuple(map(_caseless, where.parts))) if isinstance(where, And | Or) else where


def where_to_search(pipeline: Pipeline, context: Context) -> Pipeline | None:
    """The conditions of a `where` behind the first search that `search` says exactly the same."""
    for place, stage in enumerate(pipeline.stages):
        if isinstance(stage, stages.Search):
            continue
        if not isinstance(stage, stages.Where) or place == 0:
            return None
        parts = conjuncts(stage.where)
        said = [exact_search(part) for part in parts]
        found = all_of([one for one in said if one is not None])
        if found is None:
            continue
        rest = [part for part, one in zip(parts, said, strict=True) if one is None]
        kept = [replace(stage, where=joined("AND", rest))] if rest else []
        return put(pipeline, place, 1, stages.Search(where=found), *kept)
    return None


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
