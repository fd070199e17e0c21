"""Conditions of `where` in the words of `search`, where they say exactly the same."""

from __future__ import annotations

from dataclasses import replace

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or, Test
from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.spl import stages
from cybersecqwen.dialects.spl.hearing import true_when
from cybersecqwen.dialects.spl.saying import joined, search_of
from cybersecqwen.dialects.spl.tree import Binary, Found, Number, Pipeline, Value
from cybersecqwen.dialects.spl.walking import inside
from cybersecqwen.errors import QueryError

from .changing import all_of, conjuncts, put
from .moving import moved_up


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
        return moved_up(put(pipeline, place, 1, stages.Search(where=found), *kept), place)
    return None
