"""Filters on groups, also before the groups are made."""

from __future__ import annotations

from collections.abc import Sequence

from cybersecqwen.detect.sigma.model import Expression, Not, Op, Test
from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.spl import stages
from cybersecqwen.dialects.spl.hearing_search import found_test
from cybersecqwen.dialects.spl.stages import Stage
from cybersecqwen.dialects.spl.tree import Found, Pipeline
from cybersecqwen.dialects.spl.usage import usage
from cybersecqwen.errors import QueryError

from .changing import all_of, every, names_times, put, whole_text
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
