"""The way through a workflow: it begins, every step can be reached, and every way ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .dominators import NONE, Graph, Tree, connected, cycle, reached
from .finding import Problems, quoted
from .flow import NEXT, Flow, Step

_NAMED = 12  # steps of a cycle that a message names


def check_flow(playbook: Mapping[str, Any], flow: Flow, tree: Tree, problems: Problems) -> None:
    """Every problem of the way; `tree` holds the dominators of `flow.graph`."""
    _entries(playbook, flow, problems)
    _links(flow, problems)
    before = reached(flow.graph, flow.root)
    if flow.start in flow.number:
        _unreachable(flow, before, problems)
    _ends(flow, before, problems)
    _cycles(flow, tree, before, problems)


def _entries(playbook: Mapping[str, Any], flow: Flow, problems: Problems) -> None:
    starts = [step for step in flow.steps if step.type == "start"]
    if isinstance(playbook.get("workflow"), dict):
        for name, target in (("workflow_start", flow.start), ("workflow_exception", flow.exception)):
            if target and target not in flow.number:
                problems.add("missing-step", (name,), f"There is no step {quoted(target)} in the workflow.")
    at = flow.number.get(flow.start)
    if at is None and not starts and isinstance(playbook.get("workflow"), dict):
        problems.add("start", ("workflow",), "The workflow has no start step.")
    if at is not None and flow.steps[at].type != "start":
        hint = f"The start step is {starts[0].said}." if starts else "Put a step of the type start before it."
        message = f"workflow_start names a step of the type {quoted(flow.steps[at].type)}."
        problems.add("start", ("workflow_start",), message, hint)


def _links(flow: Flow, problems: Problems) -> None:
    by_uuid = {name.rpartition("--")[2]: name for name in flow.number}
    for step in flow.steps:
        for link in step.links:
            if link.target in flow.number:
                continue
            near = by_uuid.get(link.target.rpartition("--")[2])
            hint = f"Is {quoted(near)} meant?" if near else "Add the step, or name one that is there."
            message = f"There is no step {quoted(link.target)} in the workflow."
            problems.add("missing-step", (*step.path, *link.path), message, hint)


def _unreachable(flow: Flow, before: Sequence[int], problems: Problems) -> None:
    for at, step in enumerate(flow.steps):
        if before[at] == NONE:
            message = f"No way leads from the start to {step.said}."
            problems.add("unreachable", step.path, message, "Let a step lead to it, or take it out.")


def _ends(flow: Flow, before: Sequence[int], problems: Problems) -> None:
    there = [step for at, step in enumerate(flow.steps) if before[at] != NONE]
    for step in there:
        reason = _stops(step)
        if reason:
            problems.add("dead-end", step.path, f"{step.said}: {reason}.", "Lead on to an end step.")
        if "on_failure" in step.raw and "on_success" not in step.raw and "on_completion" not in step.raw:
            message = "It says what follows a failure, and not what follows a success."
            problems.add("failure-only", (*step.path, "on_failure"), message, "Add on_success.")
    if there and not any(step.type == "end" for step in there):
        ends = sum(step.type == "end" for step in flow.steps)
        what = "No end step can be reached from the start" if ends else "The workflow has no end step"
        problems.add("missing-end", ("workflow",), f"{what}, so nothing tells that the playbook is done.")


def _stops(step: Step) -> str:
    """Why a way stops at a step that is no end; "" where it goes on."""
    raw = step.raw
    if step.type == "end" or any(name in raw for name in NEXT):
        return ""
    if step.type == "parallel":
        return ""  # its branches end by themselves
    if step.type == "if-condition":
        return "" if "on_false" in raw else "nothing follows where the condition is false"
    if step.type == "while-condition":
        return "nothing follows once the condition is false"
    if step.type == "switch-condition":
        cases = raw.get("cases")
        named = isinstance(cases, dict) and "default" in cases
        return "" if named else "nothing follows where no case fits"
    return "no step follows, and it is no end"


def _cycles(flow: Flow, tree: Tree, before: Sequence[int], problems: Problems) -> None:
    plain = without_loops(flow, tree, before)
    for part in connected(plain):
        way = [node for node in cycle(plain, part) if node < len(flow.steps)]
        names = [flow.steps[node].said for node in way[:_NAMED]]
        more = f" → … ({len(way) - _NAMED} more)" if len(way) > _NAMED else ""
        if len(way) == 1:
            message = f"{names[0]} leads to itself."
        else:
            message = f"These steps lead in a circle: {' → '.join(names)}{more} → {names[0]}."
        hint = "Repeat with a while-condition, whose loop ends when its condition is false."
        problems.add("cycle", flow.steps[way[0]].path, message, hint)


def without_loops(flow: Flow, tree: Tree, before: Sequence[int]) -> Graph:
    """What can be reached, without the edges that close the loop of a while-condition.

    Such an edge leads from a step that only the condition's on_true leads to back to the condition.
    """
    bodies: dict[int, list[int]] = {}
    for branch, owner in flow.owner.items():
        if flow.steps[owner].type == "while-condition":
            bodies.setdefault(owner, []).append(branch)
    plain: list[list[int]] = []
    for node, following in enumerate(flow.graph):
        kept = [] if before[node] == NONE else following
        plain.append(
            [one for one in kept if not any(tree.dominates(body, node) for body in bodies.get(one, ()))]
        )
    return plain
