"""Filters on groups, also before the groups are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cybersecqwen.detect.sigma.model import Expression, Not, Op, Test
from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.spl import stages
from cybersecqwen.dialects.spl.hearing_search import found_test
from cybersecqwen.dialects.spl.models import unprefixed
from cybersecqwen.dialects.spl.saying import joined
from cybersecqwen.dialects.spl.stages import Stage
from cybersecqwen.dialects.spl.tree import Call, Compare, Field, Found, Pipeline, Value
from cybersecqwen.dialects.spl.usage import usage
from cybersecqwen.errors import QueryError

from .changing import all_of, conjuncts, every, names_times, put, whole_text
from .moving import moved_up
from .renaming import with_names


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
            return moved_up(put(pipeline, place, 0, stages.Search(where=wanted)), place)
    return None


def _asks_only(part: Found, groups: set[str]) -> bool:
    names = usage(stages.Search(where=part)).uses
    if is_presence(part):
        return False  # what lacks it is in no group
    if not names or not set(names) <= groups or names_times(part):
        return False
    try:
        return positive(found_test(part))
    except QueryError:
        return False


def is_presence(part: Found) -> bool:
    """Whether a condition only asks that a field is there."""
    return isinstance(part, Compare) and part.op == "=" and not part.value.strip("*") and part.value != ""


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


def cleans(stage: Stage) -> bool:
    """Whether a stage takes the name of the data set off the fields."""
    if isinstance(stage, stages.Called):
        return stage.macro.name == "drop_dm_object_name"
    return isinstance(stage, stages.Rename) and all(
        new == "*" and unprefixed(old) == "*" for old, new in stage.pairs
    )


def known_groups(pipeline: Pipeline, context: Context) -> Pipeline | None:
    """Conditions that a group is there, which it always is, taken away."""
    for place, stage in enumerate(pipeline.stages):
        counts = isinstance(stage, stages.Tstats) or (
            isinstance(stage, stages.Stats) and stage.name == "stats"
        )
        if not counts or not isinstance(stage, stages.Stats | stages.Tstats):
            continue
        made = {one.name for one in stage.measures if isinstance(one, stages.Measure)}
        names = {str(name) for name in stage.by if "*" not in name and "`" not in name} - made
        for at in range(place + 1, len(pipeline.stages)):
            after = pipeline.stages[at]
            if cleans(after):
                names |= {unprefixed(name) for name in names}
            elif isinstance(after, stages.Search | stages.Where):
                kept = _without(after, names)
                if kept is not after:
                    return put(pipeline, at, 1, *([] if kept is None else [kept]))
            elif not isinstance(after, stages.Sort | stages.Regex):
                break
    return None


def _without(stage: stages.Search | stages.Where, names: set[str]) -> Stage | None:
    """A filter without what is always true; None where nothing is left, itself where all is."""
    if isinstance(stage, stages.Where):
        parts = conjuncts(stage.where)
        left = [part for part in parts if not _there(part, names)]
        if len(left) == len(parts):
            return stage
        return replace(stage, where=joined("AND", left)) if left else None
    found = every(stage.where)
    rest = [part for part in found if not (is_presence(part) and getattr(part, "field", "") in names)]
    if len(rest) == len(found):
        return stage
    return replace(stage, where=all_of(rest)) if rest else None


def _there(part: Value, names: set[str]) -> bool:
    return (
        isinstance(part, Call)
        and part.name == "isnotnull"
        and len(part.args) == 1
        and isinstance(part.args[0], Field)
        and part.args[0].name in names
    )
