"""The values that stand right inside operators and values, for those who ask each where it stands."""

from __future__ import annotations

from . import steps
from .steps import Step
from .tree import Among, Between, Binary, Call, Expr, Index, Logic, Member, Named, Sign


def in_order(step: Step) -> list[tuple[frozenset[str], Expr]]:
    """The values of an operator with the names that each makes for those behind it."""
    if isinstance(step, steps.Extend | steps.Project):
        return [
            (frozenset(one.text for one in item.names) if isinstance(item, Named) else frozenset(), item)
            for item in step.items
        ]
    if isinstance(step, steps.Evaluate) and isinstance(step.call, Call):
        return [(frozenset(), item) for item in step.call.arguments]
    return [(frozenset(), value) for value in values_of(step)]


def values_of(step: Step) -> list[Expr]:
    """The values right inside an operator."""
    if isinstance(step, steps.Where | steps.Search):
        return [step.predicate]
    if isinstance(step, steps.Summarize):
        return [*step.items, *step.by]
    if isinstance(step, steps.Sort | steps.Top):
        return [key.by for key in step.keys]
    if isinstance(step, steps.MvExpand):
        return [one.value for one in step.items]
    if isinstance(step, steps.Parse | steps.ParseKv):
        return [step.value]
    if isinstance(step, steps.MakeSeries):
        return [*(one.value for one in step.items), step.axis, *step.by]
    if isinstance(step, steps.SampleDistinct):
        return [step.of]
    return []


def parts_of(tree: Expr) -> list[Expr]:
    """The values right inside a value."""
    if isinstance(tree, Binary):
        return [tree.left, tree.right]
    if isinstance(tree, Logic):
        return list(tree.parts)
    if isinstance(tree, Call):
        return list(tree.arguments)
    if isinstance(tree, Among):
        return [tree.left, *tree.items]
    if isinstance(tree, Between):
        return [tree.left, tree.low, tree.high]
    if isinstance(tree, Index):
        return [tree.inner, tree.at]
    if isinstance(tree, Member | Sign):
        return [tree.inner]
    return []
