"""The way through a workflow: by examples, and against a naive reading of random workflows."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.verify.cacao.checking import checked
from tests.strategies import UNHURRIED

from .playbooks import END, START, Step, act, ask, found, playbook, rules, uid, when

A, B, C, D = (uid("action", number) for number in range(1, 5))
IF, WHILE, PARALLEL, SWITCH = (
    uid(kind) for kind in ("if-condition", "while-condition", "parallel", "switch-condition")
)


def test_a_straight_way_has_no_problem() -> None:
    assert found(playbook({A: act(B), B: act(END)}, A)) == []


@pytest.mark.parametrize("name", ["on_completion", "on_success", "on_failure"])
def test_a_step_that_is_not_there(name: str) -> None:
    step = {**act(END), "on_success": END, name: D}
    if name == "on_completion":
        del step["on_success"]
    else:
        del step["on_completion"]
    assert ("missing-step", f"workflow.{A}.{name}") in found(playbook({A: step}, A))


def test_every_other_place_that_names_a_step() -> None:
    steps = {
        PARALLEL: {"type": "parallel", "next_steps": [END, D], "on_completion": SWITCH},
        SWITCH: {"type": "switch-condition", "switch": "__other__:value", "cases": {"x": D, "default": IF}},
        IF: when(WHILE, D),
        WHILE: {"type": "while-condition", "condition": "a:b = 1", "on_true": D, "on_completion": END},
    }
    value = playbook(steps, PARALLEL, workflow_exception=D)
    assert [path for rule, path in found(value) if rule == "missing-step"] == [
        "workflow_exception",
        f"workflow.{PARALLEL}.next_steps[1]",
        f"workflow.{SWITCH}.cases.x",
        f"workflow.{IF}.on_false",
        f"workflow.{WHILE}.on_true",
    ]


def test_a_step_of_the_same_number_is_suggested() -> None:
    value = playbook({A: act(uid("action", 9)), uid("if-condition", 9): when(END, END)}, A)
    told = [one for one in checked(value).problems if one.rule == "missing-step"]
    assert told[0].hint == f"Is '{uid('if-condition', 9)}' meant?"


def test_unreachable_steps() -> None:
    value = playbook({A: act(END), B: act(C), C: act(END)}, A)
    assert found(value) == [("unreachable", f"workflow.{B}"), ("unreachable", f"workflow.{C}")]


def test_what_only_the_exception_reaches_is_reached() -> None:
    assert found(playbook({A: act(END), B: act(END)}, A, workflow_exception=B)) == []


def test_starts() -> None:
    value = playbook({A: act(END)}, A)
    assert found({**value, "workflow_start": A}) == [
        ("start", "workflow_start"),
        ("unreachable", f"workflow.{START}"),
    ]
    del value["workflow"][START]
    assert ("start", "workflow") in found(value)
    assert ("missing-step", "workflow_start") in found(value)


def test_ends() -> None:
    stops = act(END)
    del stops["on_completion"]
    assert set(found(playbook({A: stops}, A))) == {
        ("dead-end", f"workflow.{A}"),
        ("unreachable", f"workflow.{END}"),
        ("missing-end", "workflow"),
    }
    value = playbook({A: act(END)}, A)
    del value["workflow"][END]
    assert "missing-end" in rules(value)
    only = {**act(END), "on_failure": END}
    del only["on_completion"]
    assert rules(playbook({A: only}, A)) == ["failure-only"]


@pytest.mark.parametrize(
    ("kind", "step", "stops"),
    [
        (IF, when(END), True),
        (IF, when(END, END), False),
        (IF, when(END, on_completion=END), False),
        (WHILE, {"type": "while-condition", "condition": "a:b = 1", "on_true": END}, True),
        (SWITCH, {"type": "switch-condition", "switch": "__other__:value", "cases": {"a": END}}, True),
        (SWITCH, {"type": "switch-condition", "switch": "__other__:value", "cases": {"default": END}}, False),
        (PARALLEL, {"type": "parallel", "next_steps": [END, END]}, False),
    ],
    ids=range(7),
)
def test_a_branch_that_is_missing(kind: str, step: Step, stops: bool) -> None:
    assert rules(playbook({kind: step}, kind)) == (["dead-end"] if stops else [])


def test_a_circle_names_its_steps_in_order() -> None:
    value = playbook({A: act(B, name="Look"), B: act(C), C: act(A)}, A)
    told = [one for one in checked(value).problems if one.rule == "cycle"]
    assert [one.path for one in told] == [f"workflow.{A}"]
    assert told[0].message == f"These steps lead in a circle: {A} (Look) → {B} → {C} → {A} (Look)."
    own = [one for one in checked(playbook({A: act(A)}, A)).problems if one.rule == "cycle"]
    assert own[0].message == f"{A} leads to itself."


def test_only_the_loop_of_a_while_condition_is_allowed() -> None:
    loop = {"type": "while-condition", "condition": "__other__:value = 'x'", "on_true": A}
    inside = {WHILE: {**loop, "on_completion": END}, A: act(B), B: act(WHILE)}
    assert rules(playbook(inside, WHILE)) == []
    # The way that leaves the loop leads back to it: it never ends.
    outside = {WHILE: {**loop, "on_completion": B}, A: act(END), B: act(WHILE)}
    assert "cycle" in rules(playbook(outside, WHILE))
    # A step that is reached past the condition is not its loop.
    into = {IF: when(A, WHILE), WHILE: {**loop, "on_completion": END}, A: act(WHILE)}
    assert "cycle" in rules(playbook(into, IF))


def test_nested_loops() -> None:
    inner = uid("while-condition", 2)
    loop = {"type": "while-condition", "condition": "__other__:value = 'x'"}
    steps = {
        WHILE: {**loop, "on_true": inner, "on_completion": END},
        inner: {**loop, "on_true": A, "on_completion": WHILE},
        A: act(inner),
    }
    assert rules(playbook(steps, WHILE)) == []


_NAMES = (*(uid("action", at) for at in range(4)), IF, WHILE, PARALLEL, END, uid("end", 2))


@st.composite
def workflows(draw: st.DrawFn) -> dict[str, Any]:
    """Workflows of any shape: actions, a condition, a loop, a parallel step, ends."""
    names = st.sampled_from(_NAMES)
    steps: dict[str, Step] = {}
    for name in _NAMES:
        kind = name.partition("--")[0]
        after = {"on_completion": draw(names)}
        if kind == "action":
            steps[name] = draw(st.sampled_from([act, ask]))(after=after["on_completion"])
            if draw(st.booleans()):
                steps[name]["commands"] = [{"type": "bash", "command": "rm -rf /x"}]
        elif kind == "if-condition":
            steps[name] = when(draw(names), draw(names), **(after if draw(st.booleans()) else {}))
        elif kind == "while-condition":
            condition = "__other__:value = 'x'"
            steps[name] = {"type": kind, "condition": condition, "on_true": draw(names), **after}
        elif kind == "parallel":
            steps[name] = {"type": kind, "next_steps": [draw(names), draw(names)], **after}
        else:
            steps[name] = {"type": "end"}
    return playbook(steps, draw(names))


def edges(value: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(From, through, to) of everything that leads on."""
    found_edges = []
    for name, step in value["workflow"].items():
        if step["type"] == "end":
            continue
        named = [key for key in ("on_completion", "on_true", "on_false") if key in step]
        found_edges += [(name, key, step[key]) for key in named]
        found_edges += [(name, f"next{at}", to) for at, to in enumerate(step.get("next_steps", ()))]
    return found_edges


def reach(some: Collection[tuple[str, str, str]], start: str) -> set[str]:
    there = {start}
    while True:
        more = {to for source, _, to in some if source in there} - there
        if not more:
            return there
        there |= more


@UNHURRIED
@given(workflows())
def test_random_workflows_against_a_naive_reading(value: dict[str, Any]) -> None:
    every = edges(value)
    there = reach(every, START)
    told = found(value)
    lost = {f"workflow.{name}" for name in value["workflow"]} - {f"workflow.{name}" for name in there}
    assert {path for rule, path in told if rule == "unreachable"} == lost
    assert ("missing-end" in dict(told)) == (not any(name.startswith("end") for name in there))
    without = [one for one in every if one[:2] != (WHILE, "on_true")]
    body = there - reach(without, START)
    kept = [one for one in every if one[0] in there and not (one[0] in body and one[2] == WHILE)]
    # The loop's own edge from the condition to itself leads through nothing but the branch.
    kept = [one for one in kept if one != (WHILE, "on_true", WHILE)]
    circles = any(source in reach(kept, to) for source, _, to in kept)
    assert ("cycle" in dict(told)) == circles
