"""Rules that bring conditions forward: what is filtered out early is not worked on later."""

from __future__ import annotations

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
from cybersecqwen.dialects.kql.tree import Expr, KqlQuery, Named, Pipeline

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
    where,
    where_present,
)
from .passing import ByKeys, ByMade, forward


def _makes(step: Step) -> frozenset[str] | None:
    """The columns that an operator makes; None where it does not look at single rows."""
    if not movable(step):
        return None
    if isinstance(step, Extend):
        return frozenset(one.text for item in step.items if isinstance(item, Named) for one in item.names)
    return named_by(step)


def _makes_nothing(_step: Step) -> frozenset[str]:
    return frozenset()


def _extends(step: Step) -> frozenset[str] | None:
    if isinstance(step, Project):
        return frozenset() if step.word == "project-reorder" else None
    if not isinstance(step, Extend) or step.word != "extend":
        return None
    return _makes(step) if all(isinstance(item, Named) for item in step.items) else None


def _parses(step: Step) -> frozenset[str] | None:
    return None if getattr(step, "word", "") == "parse-where" else _makes(step)


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
        apply=where_present(("Where",), each_steps(forward((Extend, Project), lambda: ByMade(_extends)))),
    ),
    Rule(
        name="filter-before-parse",
        reason="Texts are taken apart only for rows that are kept.",
        source=f"{DOCS}parse-operator",
        apply=where_present(
            ("Where", "Parse"),
            each_steps(forward((Parse, ParseKv), lambda: ByMade(_parses))),
        ),
    ),
    Rule(
        name="filter-before-mv-expand",
        reason="Lists are expanded only for rows that are kept.",
        source=f"{DOCS}mv-expand-operator",
        apply=where_present(("MvExpand", "Where"), each_steps(forward((MvExpand,), lambda: ByMade(_makes)))),
    ),
    Rule(
        name="filter-before-sort",
        reason="Only rows that are kept are sorted.",
        source=f"{DOCS}sort-operator",
        apply=where_present(
            ("Sort", "Where"), each_steps(forward((Sort,), lambda: ByMade(lambda _step: frozenset())))
        ),
    ),
    Rule(
        name="filter-before-summarize",
        reason="Groups that are left out are not made first.",
        source=f"{DOCS}summarize-operator",
        apply=where_present(("Summarize", "Where"), each_steps(forward((Summarize,), ByKeys))),
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
