"""Stages that are not needed, or needed later or for fewer rows: sort, table, head, dedup, unused fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.spl import stages
from cybersecqwen.dialects.spl.macros import is_idle
from cybersecqwen.dialects.spl.stages import Measure, Stage
from cybersecqwen.dialects.spl.tree import Pipeline, Value
from cybersecqwen.dialects.spl.usage import Usage, asked, usage

from .changing import BUILT_IN, DOCS, TIPS, of_pairs, put, rule, whole_text

_ORDERLESS = frozenset(
    [
        "count",
        "c",
        "dc",
        "distinct_count",
        "sum",
        "sumsq",
        "avg",
        "mean",
        "min",
        "max",
        "range",
        "median",
        "stdev",
        "stdevp",
        "var",
        "varp",
        "values",
        "estdc",
    ]
)
"""Functions of `stats` that give the same in any order."""


def _orderless(stage: Stage) -> bool:
    return (
        isinstance(stage, stages.Stats)
        and stage.name in ("stats", "chart", "timechart")
        and all(
            isinstance(one, Measure)
            and (one.function in _ORDERLESS or one.function.startswith(("perc", "exactperc")))
            for one in stage.measures
        )
    )


def _sort_for_stats(first: Stage, second: Stage) -> Sequence[Stage] | None:
    if not _orderless(second):
        return None
    if isinstance(first, stages.Sort) and first.count == "0":
        return (second,)
    return (second,) if isinstance(first, stages.Listed) and first.name == "reverse" else None


def _table_for_stats(first: Stage, second: Stage) -> Sequence[Stage] | None:
    """`table` before `stats` brings all rows together first; `fields` does not."""
    if not isinstance(first, stages.Listed) or first.name != "table" or not isinstance(second, stages.Stats):
        return None
    asked = usage(second)
    if second.name != "stats" or asked.opaque or not set(asked.uses) <= set(first.fields):
        return None
    return (replace(first, name="fields"), second)


def _sort_and_head(first: Stage, second: Stage) -> Sequence[Stage] | None:
    if not isinstance(first, stages.Sort) or not isinstance(second, stages.Listed) or second.name != "head":
        return None
    options = dict(second.options)
    count = second.count or options.get("limit", "10")
    if options.keys() - {"limit"} or not count.isdigit() or int(count) == 0:
        return None
    limit = int(first.count or 10_000)
    kept = int(count) if limit == 0 else min(limit, int(count))
    return (replace(first, count=str(kept)),)


def _by_rows(stage: Stage) -> bool:
    """Whether a stage makes one row of each, by that row alone."""
    if isinstance(stage, stages.Listed):
        return stage.name in ("fields", "table", "makemv", "nomv") or (
            stage.name == "fillnull" and bool(stage.fields)
        )
    if isinstance(stage, stages.Called):
        return stage.macro.name in ("security_content_ctime", "drop_dm_object_name")
    return isinstance(stage, stages.Eval | stages.Rename | stages.Lookup | stages.Bin)


def _head_first(first: Stage, second: Stage) -> Sequence[Stage] | None:
    if not _by_rows(first) or not isinstance(second, stages.Listed) or second.name != "head":
        return None
    return (second, first)


def _dedup_first(first: Stage, second: Stage) -> Sequence[Stage] | None:
    """`dedup` before fields are made that it does not go by."""
    if not isinstance(second, stages.Listed) or second.name != "dedup" or second.sortby:
        return None
    if not isinstance(first, stages.Eval | stages.Lookup | stages.Rename | stages.Rex):
        return None
    made = usage(first)
    changed = {*made.makes, *made.drops}
    if made.opaque or any("*" in name for name in changed):
        return None
    if any(name == other or name.startswith(other + ".") for name in second.fields for other in changed):
        return None
    return (second, first)


def _dedup_before_sort(pipeline: Pipeline, context: Context) -> Pipeline | None:
    """`dedup` before `sort`, where only the fields that it goes by are left afterwards."""
    for place in range(len(pipeline.stages) - 2):
        sort, dedup, after = pipeline.stages[place : place + 3]
        if not isinstance(sort, stages.Sort) or sort.count != "0" or not isinstance(dedup, stages.Listed):
            continue
        if dedup.name != "dedup" or dedup.options or dedup.sortby or dedup.count not in ("", "1"):
            continue
        left = usage(after)
        fields = set(dedup.fields)
        closes = isinstance(after, stages.Listed) and after.name == "table" and left.closes
        if closes and set(left.uses) <= fields and {name for _, name, _ in sort.keys} <= fields:
            return put(pipeline, place, 2, dedup, sort)
    return None


def _mvexpand_late(first: Stage, second: Stage) -> Sequence[Stage] | None:
    """Fields computed before rows are multiplied."""
    if not isinstance(first, stages.Listed) or first.name != "mvexpand":
        return None
    if not isinstance(second, stages.Eval | stages.Rex | stages.Lookup):
        return None
    made = usage(second)
    name = first.fields[0]
    touched = {*asked(second), *made.makes}
    if (
        made.opaque
        or "_raw" in made.uses
        or any(one == name or one.startswith((name + ".", name + "{")) for one in touched)
    ):
        return None
    return (second, first)


def needed(following: Sequence[Stage]) -> set[str] | None:
    """The fields that stages ask for; None where all are given out, or that cannot be told."""
    live: set[str] | None = None
    for stage in reversed(following):
        live = _needed_before(stage, live)
    return live


def _needed_before(stage: Stage, after: set[str] | None) -> set[str] | None:
    """The fields that are asked for by a stage, or, behind it, by others."""
    if isinstance(stage, stages.Called) and is_idle(stage.macro.name):
        if after is None or stage.macro.name.endswith("_filter"):
            return None
        return after | {arg.strip('"') for arg in stage.macro.args or ()}
    used = usage(stage)
    if used.opaque or isinstance(stage, stages.Joined | stages.Tstats) or _starred(used):
        return None
    if isinstance(stage, stages.Search) and stage.where is not None and whole_text(stage.where):
        return None
    names = set(asked(stage))
    if "_raw" in names:
        return None
    if used.closes:
        return names
    return None if after is None else (after - set(_always_made(stage))) | names


def _always_made(stage: Stage) -> tuple[str, ...]:
    """The fields that a stage sets in every row, whatever they were."""
    if isinstance(stage, stages.Eval):
        return usage(stage).makes
    if isinstance(stage, stages.Stats) and not stage.by:
        return tuple(
            one.name for one in stage.measures if isinstance(one, Measure) and one.function == "count"
        )
    return ()


def _starred(asked: Usage) -> bool:
    return any("*" in name for name in (*asked.uses, *asked.drops))


def _unused(pipeline: Pipeline, context: Context) -> Pipeline | None:
    """Fields that are made and never asked for."""
    kept: list[Stage] = []
    live: set[str] | None = None
    changed = False
    for stage in reversed(pipeline.stages):
        left = stage if live is None else _asked_for(stage, live)
        changed = changed or left is not stage
        if left is not None:
            kept.append(left)
            live = _needed_before(left, live)
    return Pipeline(tuple(reversed(kept)), pipeline.lines) if changed else None


def _asked_for(stage: Stage, live: set[str]) -> Stage | None:
    """A stage without the fields that nothing asks for; None where it makes no others."""
    if not isinstance(stage, stages.Eval | stages.Rex | stages.Lookup) or usage(stage).opaque:
        return stage
    if isinstance(stage, stages.Eval):
        sets = _used(stage, live)
        return stage if len(sets) == len(stage.sets) else replace(stage, sets=sets) if sets else None
    return stage if any(_reaches(name, live) for name in usage(stage).makes) else None


def _reaches(name: str, wanted: set[str]) -> bool:
    return any(
        one == name or one.startswith((name + ".", name + "{")) or name.startswith(one + ".")
        for one in wanted
    )


def _used(stage: stages.Eval, wanted: set[str]) -> tuple[tuple[str, Value], ...]:
    """The assignments whose fields are asked for, by later ones as well."""
    from cybersecqwen.dialects.spl.walking import fields_in, parts_in

    needed_, kept = set(wanted), []
    for name, value in reversed(stage.sets):
        if _reaches(name, needed_):
            kept.append((name, value))
            needed_.update((*fields_in(value), *parts_in(value)))
    return tuple(reversed(kept))


_GATHERING = frozenset(("sort", "dedup", "eventstats", "streamstats", "transaction", "mvexpand"))


def _fields_early(pipeline: Pipeline, context: Context) -> Pipeline | None:
    """Only the fields that are asked for later, before rows are brought together."""
    first = pipeline.stages[0]
    if not isinstance(first, stages.Search) or any(
        isinstance(stage, stages.Listed) and stage.name in ("fields", "table")
        for stage in pipeline.stages[: _gathering(pipeline)]
    ):
        return None
    if _gathering(pipeline) >= len(pipeline.stages):
        return None
    wanted = needed(pipeline.stages[1:])
    if not wanted:
        return None
    kept = sorted(name for name in wanted if not name.startswith("_") and name != "index")
    if not kept or "index" in wanted or any("<<" in name or "(" in name or "`" in name for name in kept):
        return None
    place = 1
    while isinstance(pipeline.stages[place], stages.Search | stages.Where | stages.Regex):
        place += 1
    return put(pipeline, place, 0, stages.Listed(name="fields", fields=tuple(kept)))


def _gathering(pipeline: Pipeline) -> int:
    """Where the first stage stands that holds whole rows against each other; behind the end for none."""
    for place, stage in enumerate(pipeline.stages):
        if usage(stage).closes:
            break
        name = "sort" if isinstance(stage, stages.Sort) else str(getattr(stage, "name", ""))
        if name in _GATHERING:
            return place
    return len(pipeline.stages)


LATER = (
    rule(
        "drop-sort-before-stats", "The functions give the same in any order.", TIPS, of_pairs(_sort_for_stats)
    ),
    rule(
        "table-to-fields",
        "`table` brings all rows to the search head, `fields` works where the events lie.",
        f"{DOCS}/SearchReference/Table",
        of_pairs(_table_for_stats),
    ),
    rule(
        "sort-with-limit",
        "Only the rows that are kept are put in order.",
        f"{DOCS}/SearchReference/Sort",
        of_pairs(_sort_and_head),
    ),
    rule(
        "head-first",
        "Nothing is computed for rows that are cut off.",
        f"{DOCS}/SearchReference/Head",
        of_pairs(_head_first),
    ),
    rule("dedup-first", "Nothing is computed for rows that are dropped.", TIPS, of_pairs(_dedup_first)),
    rule("dedup-before-sort", "Fewer rows are sorted.", TIPS, _dedup_before_sort),
    rule(
        "mvexpand-late",
        "Nothing is computed once for each value.",
        f"{DOCS}/SearchReference/Mvexpand",
        of_pairs(_mvexpand_late),
    ),
    rule("drop-unused-fields", "What nothing asks for need not be computed.", BUILT_IN, _unused),
    rule("fields-early", "Fewer fields are carried along.", f"{DOCS}/SearchReference/Fields", _fields_early),
)
"""Rules about what is needed when."""
