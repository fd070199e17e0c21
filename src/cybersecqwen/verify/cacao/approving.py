"""Whether a person decides before something is destroyed, on every way from the start.

A step *asks* where a person carries it out and it gives out a variable. A condition *decides* where it
reads such a variable after it was asked for. What only an answer leads to is *gated*, until all answers
lead to the same step again: there the decision has no bearing any more. A step that destroys must not be
reached by a way without a gate. All of it is near-linear in the size of the workflow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from cybersecqwen.records.rule_tests import Weight

from . import extension
from .conditions import variables
from .destroying import Destroying, destroying
from .dominators import NONE, Tree, immediate_dominators, reached, reverse
from .finding import Problems, quoted
from .flow import CONDITIONS, Flow, Step
from .forms import prefix_of
from .references import table, texts

_MACHINES = frozenset(("http-api", "linux", "net-address", "ssh"))
_HINT = "Ask a person in a manual step before it, and read the answer in an if-condition that leads to it."
_NAMED = 6


def check_approvals(playbook: Mapping[str, Any], flow: Flow, tree: Tree, problems: Problems) -> int:
    """Tell of steps that destroy without being asked for; returns how many steps destroy."""
    found: dict[int, Destroying] = {}
    for at, step in enumerate(flow.steps):
        why = destroying(step)
        if why is not None:
            found[at] = why
    asking = _asking(playbook, flow)
    deciding = _deciding(flow, tree, asking) if asking else set()
    before = reached(_without_gates(flow, deciding) if deciding else flow.graph, flow.root)
    for at, why in found.items():
        if before[at] == NONE:
            continue
        weight = Weight.WARNING if why.by_hand else None
        # A way may be as long as the workflow: it is walked only for what is shown.
        way = _way(flow, before, at) if problems.room("missing-approval", weight) else ""
        message = f"{flow.steps[at].said} {why.reason}, and no person decides on this way to it: {way}."
        problems.add("missing-approval", flow.steps[at].path, message, _HINT, severity=weight)
    for step in flow.steps:
        _named(step, flow, asking, deciding, problems)
    return len(found)


def _asking(playbook: Mapping[str, Any], flow: Flow) -> dict[int, frozenset[str]]:
    """Of every step that asks a person the variables it sets, without those that a program sets too."""
    agents = table(playbook, "agent_definitions")
    fixed = {name for name, one in table(playbook, "playbook_variables").items() if _constant(one)}
    asked: dict[int, frozenset[str]] = {}
    by_program: set[str] = set()
    for at, step in enumerate(flow.steps):
        given = {name.removesuffix(":value") for name in texts(step.raw.get("out_args"))}
        if not _by_person(step, agents):
            by_program |= given
            continue
        own = table(step.raw, "step_variables")
        given |= own.keys()
        asked[at] = frozenset(name for name in given if name not in fixed and not _constant(own.get(name)))
    return {at: names - by_program for at, names in asked.items() if names - by_program}


def _constant(variable: object) -> bool:
    return isinstance(variable, dict) and variable.get("constant") is True


def _by_person(step: Step, agents: Mapping[str, Any]) -> bool:
    commands = step.raw.get("commands")
    manual = isinstance(commands, list) and any(
        isinstance(one, dict) and one.get("type") == "manual" for one in commands
    )
    name = step.raw.get("agent")
    agent = agents.get(name) if isinstance(name, str) else None
    kind = agent.get("type") if isinstance(agent, dict) else prefix_of(name) if isinstance(name, str) else ""
    return step.type == "action" and manual and not (isinstance(kind, str) and kind in _MACHINES)


def _deciding(flow: Flow, tree: Tree, asking: Mapping[int, frozenset[str]]) -> set[int]:
    """Conditions that read an answer which was asked for on every way to them.

    One walk over the tree of dominators: what was asked on the way down holds at every node below. What
    was asked inside a branch holds behind its owner, not in the branches beside it.
    """
    nothing: frozenset[str] = frozenset()
    inside = _asked_in_branches(flow, tree, asking)
    asked: Counter[str] = Counter()
    deciding: set[int] = set()
    # A node to visit, or names that hold from here on (1) or no longer (-1): once for all children.
    stack: list[tuple[int, frozenset[str], int]] = [(tree.root, nothing, 0)]
    while stack:
        node, names, change = stack.pop()
        if change:
            for name in names:
                asked[name] += change
            continue
        if node < len(flow.steps) and flow.steps[node].type in CONDITIONS:
            own = inside.get(node, nothing)  # of a while-condition alone
            if any(asked[name] > 0 or name in own for name in _read(flow.steps[node])):
                deciding.add(node)
        here = asking.get(node, nothing)
        behind = inside.get(node, nothing)
        branches = [(child, nothing, 0) for child in tree.children[node] if child in flow.owner]
        others = [(child, nothing, 0) for child in tree.children[node] if child not in flow.owner]
        stack += [
            (node, here, -1),
            (node, behind, -1),
            *others,
            (node, behind, 1),
            *branches,
            (node, here, 1),
        ]
    return deciding


def _asked_in_branches(
    flow: Flow, tree: Tree, asking: Mapping[int, frozenset[str]]
) -> dict[int, frozenset[str]]:
    """Of parallel steps and while-conditions what every walk through one of their branches asks for.

    All branches of a parallel step are done before its on_completion, and the loop of a while-condition
    before it is left by another answer; so what is asked there was asked afterwards.
    """
    leave = len(flow.graph)
    found: dict[int, set[str]] = {}
    after = Tree(_meetings(flow), leave)
    nearest = _nearest_branches(flow, tree)
    for node, names in asking.items():
        branch = nearest[node]
        if branch == NONE or not after.dominates(node, branch):
            continue
        owner = flow.owner[branch]
        if flow.steps[owner].type in ("parallel", "while-condition"):
            found.setdefault(owner, set()).update(names)
    return {owner: frozenset(names) for owner, names in found.items()}


def _nearest_branches(flow: Flow, tree: Tree) -> list[int]:
    """Of every node the innermost branch that dominates it."""
    nearest = [NONE] * len(flow.graph)
    stack = [(tree.root, NONE)]
    while stack:
        node, branch = stack.pop()
        inside = node if node in flow.owner else branch
        nearest[node] = inside
        stack.extend((child, inside) for child in tree.children[node])
    return nearest


def _read(step: Step) -> set[str]:
    text = step.raw.get("switch" if step.type == "switch-condition" else "condition")
    return {name for name, _ in variables(text)} if isinstance(text, str) else set()


def _meetings(flow: Flow) -> list[int]:
    """Of every node the first one that all ways from it lead to; the last number is that of having left."""
    leave = len(flow.graph)
    exits = [list(following) or [leave] for following in flow.graph]
    return immediate_dominators(reverse([*exits, []]), leave)


def _without_gates(flow: Flow, deciding: set[int]) -> list[list[int]]:
    """What can be reached although a person says no.

    No branch of a decision, but the step that all its answers lead to.
    """
    leave, meets = len(flow.graph), _meetings(flow)
    open_ways: list[list[int]] = []
    for node, following in enumerate(flow.graph):
        if node not in deciding:
            open_ways.append(list(following))
            continue
        if flow.steps[node].type == "while-condition":
            open_ways.append([])  # the loop is left by the answer too
            continue
        plain = [one for one in following if one not in flow.owner]
        open_ways.append(plain if meets[node] in (NONE, leave) else [*plain, meets[node]])
    return open_ways


def _way(flow: Flow, before: Sequence[int], at: int) -> str:
    way = [at]
    while before[way[-1]] != way[-1]:
        way.append(before[way[-1]])
    nodes = [node for node in reversed(way) if node < len(flow.steps)]
    first = nodes if len(nodes) <= _NAMED else nodes[: _NAMED // 2]
    last = [] if len(nodes) <= _NAMED else nodes[-(_NAMED // 2) :]
    names = [flow.steps[node].id[:80] for node in (*first, *last)]
    if last:
        names.insert(len(first), f"… ({len(nodes) - _NAMED:,} more)")
    return " → ".join(names)


def _named(
    step: Step, flow: Flow, asking: Mapping[int, frozenset[str]], deciding: set[int], problems: Problems
) -> None:
    """Hold our own extension of a step against what it may hold."""
    path = (*step.path, "step_extensions", extension.EXTENSION_ID)
    own = table(step.raw, "step_extensions").get(extension.EXTENSION_ID)
    if not isinstance(own, dict):
        return
    if extension.EFFECT not in own:
        message = "It does not say what the step does."
        problems.add("extension-value", (*path, extension.EFFECT), message, ", ".join(extension.EFFECTS))
    for name, value in own.items():
        wrong = _wrong(extension.KINDS.get(name, ""), value)
        if wrong:
            problems.add("extension-value", (*path, name), f"It must be {wrong}, and is {quoted(value)}.")
    approval = own.get(extension.APPROVAL)
    if isinstance(approval, str):
        at = flow.number.get(approval)
        if at is None:
            message = f"There is no step {quoted(approval)} in the workflow."
            problems.add("approval", (*path, extension.APPROVAL), message)
        elif at not in asking and at not in deciding:
            message = f"No person is asked in {flow.steps[at].said}, and it reads no answer."
            problems.add("approval", (*path, extension.APPROVAL), message, _HINT)


def _wrong(kind: str, value: object) -> str:
    """What a value of our extension must be, where it is something else."""
    if kind == "effect":
        return "" if value in extension.EFFECTS else f"one of {', '.join(extension.EFFECTS)}"
    if kind == "count":
        fits = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        return "" if fits else "a whole number from 0"
    if kind == "boolean":
        return "" if isinstance(value, bool) else "true or false"
    if kind == "texts":
        fits = isinstance(value, list) and all(isinstance(one, str) for one in value)
        return "" if fits else "a list of texts"
    return "" if not kind or isinstance(value, str) else "text"
