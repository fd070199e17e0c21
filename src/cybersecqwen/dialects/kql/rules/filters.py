"""Rules that bring conditions forward: what is filtered out early is not worked on later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cybersecqwen.dialects.improvement import Rule
from cybersecqwen.dialects.kql.cost import condition, kind
from cybersecqwen.dialects.kql.naming_steps import named_by
from cybersecqwen.dialects.kql.steps import (
    Extend,
    MvExpand,
    Parse,
    ParseKv,
    Project,
    Sort,
    Step,
    Summarize,
    Where,
)
from cybersecqwen.dialects.kql.tree import Call, Expr, KqlQuery, Name, Named, Pipeline

from .changing import (
    BEST,
    DOCS,
    Steps,
    all_of,
    each_pipeline,
    each_steps,
    movable,
    parts_of,
    runs_of_wheres,
    uses,
    where,
    where_present,
)

May = Callable[[Expr, Step], bool]
"""Whether a condition may go before an operator."""


def forward(kinds: tuple[type[Any], ...], may: May) -> Callable[[Steps], Steps | None]:
    """Brings conditions of `where` before operators of some kinds, where they may go there."""

    def run(steps: Steps) -> Steps | None:
        found, moved, at = list(steps), False, 1
        while at < len(found):
            before, here = found[at - 1], found[at]
            if (
                isinstance(here, Where)
                and isinstance(before, kinds)
                and not isinstance(here.predicate, Named)
            ):
                parts = parts_of(here.predicate)
                chosen = [movable(part) and may(part, before) for part in parts]
                going = [part for part, goes in zip(parts, chosen, strict=True) if goes]
                if going:
                    staying = [part for part, goes in zip(parts, chosen, strict=True) if not goes]
                    left = [where(staying)] if staying else []
                    found[at - 1 : at + 1] = [where(going, here), before, *left]
                    moved, at = True, max(1, at - 1)
                    continue
            at += 1
        return tuple(found) if moved else None

    return run


def _makes(step: Step) -> frozenset[str]:
    if isinstance(step, Extend | Project):
        return frozenset(one.text for item in step.items if isinstance(item, Named) for one in item.names)
    return named_by(step)


def _apart(condition_: Expr, step: Step) -> bool:
    """Whether a condition names no column that an operator makes, and the operator looks at single rows."""
    return movable(step) and not uses(condition_) & _makes(step)


def _apart_from_extend(condition_: Expr, step: Step) -> bool:
    if isinstance(step, Project):
        return step.word == "project-reorder"
    named = isinstance(step, Extend) and all(isinstance(item, Named) for item in step.items)
    return named and getattr(step, "word", "") == "extend" and _apart(condition_, step)


def _by_keys(condition_: Expr, step: Step) -> bool:
    """Whether a condition is about columns by which is grouped, and tells no null from an empty text."""
    if not isinstance(step, Summarize):
        return False
    keys = {item.text for item in step.by if isinstance(item, Name)}
    made = {one.text for item in step.items if isinstance(item, Named) for one in item.names}
    used = uses(condition_)
    nulls = any(
        isinstance(node, Call) and node.name in ("isnull", "isnotnull", "coalesce")
        for node in _calls(condition_)
    )
    return bool(used) and used <= keys and not used & made and not nulls


def _calls(tree: Expr) -> list[Any]:
    from cybersecqwen.dialects.kql.walk import find

    return list(find(tree, Call))


def _rank(tree: Expr) -> float:
    """Conditions in this order cost least together: those on time first."""
    if kind(tree) == "time":
        return -1.0
    spent, kept = condition(tree)
    return spent / max(0.01, 1 - kept)


def _time_first(pipeline: Pipeline) -> Pipeline | None:
    """Conditions on time of the first run of `where`, in a `where` of their own at its beginning."""
    if (
        isinstance(pipeline.source, Pipeline)
        or not pipeline.steps
        or not isinstance(pipeline.steps[0], Where)
    ):
        return None
    start, end = next(iter(runs_of_wheres(pipeline.steps)))
    run = [step for step in pipeline.steps[start:end] if isinstance(step, Where)]
    if any(isinstance(step.predicate, Named) for step in run):
        return None
    timed = [part for step in run for part in parts_of(step.predicate) if kind(part) == "time"]
    first = parts_of(run[0].predicate)
    if not timed or (set(first) == set(timed) and len(first) == len(timed)):
        return None
    made: list[Step] = []
    for step in run:
        rest = [part for part in parts_of(step.predicate) if kind(part) != "time"]
        if rest:
            made.append(step if len(rest) == len(parts_of(step.predicate)) else where(rest, step))
    steps = (where(timed), *made, *pipeline.steps[end:])
    return Pipeline(pipeline.source, steps, pipeline.notes)


def _cheap_first(steps: Steps) -> Steps | None:
    found: list[Step] = list(steps)
    for start, end in runs_of_wheres(steps):
        run = [step for step in found[start:end] if isinstance(step, Where)]
        if any(isinstance(step.predicate, Named) for step in run):
            continue
        inside = [_sorted_parts(step) for step in run]
        found[start:end] = sorted(inside, key=_rank_of)
    return None if all(one is other for one, other in zip(found, steps, strict=True)) else tuple(found)


def _rank_of(step: Step) -> float:
    return _rank(step.predicate) if isinstance(step, Where) else 0.0


def _sorted_parts(step: Where) -> Where:
    parts = parts_of(step.predicate)
    made = sorted(parts, key=_rank)
    if all(one is other for one, other in zip(made, parts, strict=True)):
        return step
    return Where(predicate=all_of(made), notes=step.notes, place=step.place)


FILTERS: tuple[Rule[KqlQuery], ...] = (
    Rule(
        name="filter-before-extend",
        reason="Columns are computed only for rows that are kept.",
        source=BEST,
        apply=where_present(("Where",), each_steps(forward((Extend, Project), _apart_from_extend))),
    ),
    Rule(
        name="filter-before-parse",
        reason="Texts are taken apart only for rows that are kept.",
        source=f"{DOCS}parse-operator",
        apply=where_present(
            ("Where", "Parse"),
            each_steps(
                forward(
                    (Parse, ParseKv),
                    lambda one, step: getattr(step, "word", "") != "parse-where" and _apart(one, step),
                )
            ),
        ),
    ),
    Rule(
        name="filter-before-mv-expand",
        reason="Lists are expanded only for rows that are kept.",
        source=f"{DOCS}mv-expand-operator",
        apply=where_present(("MvExpand", "Where"), each_steps(forward((MvExpand,), _apart))),
    ),
    Rule(
        name="filter-before-sort",
        reason="Only rows that are kept are sorted.",
        source=f"{DOCS}sort-operator",
        apply=where_present(("Sort", "Where"), each_steps(forward((Sort,), lambda _one, _step: True))),
    ),
    Rule(
        name="filter-before-summarize",
        reason="Groups that are left out are not made first.",
        source=f"{DOCS}summarize-operator",
        apply=where_present(("Summarize", "Where"), each_steps(forward((Summarize,), _by_keys))),
    ),
    Rule(
        name="time-filter-first",
        reason="A condition on time that stands first is answered by the index: other data is not read.",
        source=BEST,
        apply=where_present(("Where",), each_pipeline(_time_first)),
    ),
    Rule(
        name="cheap-conditions-first",
        reason="What is quick to test and leaves out much spares the tests behind it.",
        source=BEST,
        apply=where_present(("Where",), each_steps(_cheap_first)),
    ),
)
"""Rules about where conditions stand."""
