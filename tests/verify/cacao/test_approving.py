"""Nothing is destroyed before a person decides: by examples, and against a naive reading."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given

from cybersecqwen.records.rule_tests import Weight
from cybersecqwen.verify.cacao import extension
from cybersecqwen.verify.cacao.checking import checked
from tests.strategies import UNHURRIED

from .playbooks import END, HOST, PERSON, START, Step, act, ask, found, playbook, rules, uid, when
from .test_flow import edges, reach, workflows

A, B, C, D = (uid("action", number) for number in range(1, 5))
IF, IF2 = uid("if-condition"), uid("if-condition", 2)
WHILE, PARALLEL, SWITCH = (uid(kind) for kind in ("while-condition", "parallel", "switch-condition"))
WIPE = "rm -rf /srv/app"


def _missing(steps: dict[str, Step], first: str, **more: Any) -> list[str]:
    told = checked(playbook(steps, first, **more)).of("missing-approval")
    return [one.path.removeprefix("workflow.") for one in told]


def test_without_a_decision() -> None:
    assert _missing({A: act(END, WIPE)}, A) == [A]
    told = checked(playbook({B: act(A), A: act(END, WIPE, name="Clean")}, B)).of("missing-approval")
    assert told[0].severity is Weight.ERROR
    assert told[0].message == (
        f"{A} (Clean) looks like files deleted with all below them, and no person decides on this way to it: "
        f"{START} → {B} → {A}."
    )


def test_behind_a_decision() -> None:
    assert _missing({A: ask(IF), IF: when(B, END), B: act(END, WIPE)}, A) == []
    # In the structured form the branch ends by itself and the condition goes on.
    assert _missing({A: ask(IF), IF: when(B, on_completion=C), B: act(END, WIPE), C: act(END)}, A) == []


def test_asking_alone_is_no_decision() -> None:
    assert _missing({A: ask(B), B: act(END, WIPE)}, A) == [B]


def test_a_decision_about_something_else() -> None:
    assert _missing({A: ask(IF), IF: when(B, END, "__other__"), B: act(END, WIPE)}, A) == [B]


def test_a_decision_that_was_not_asked_for_on_every_way() -> None:
    steps = {IF2: when(A, IF, "__other__"), A: ask(IF), IF: when(B, END), B: act(END, WIPE)}
    assert _missing(steps, IF2) == [B]


def test_asked_after_the_decision() -> None:
    assert _missing({IF: when(A, END), A: ask(B), B: act(END, WIPE)}, IF) == [B]


def test_where_all_answers_lead_to_it() -> None:
    assert _missing({A: ask(IF), IF: when(B, B), B: act(END, WIPE)}, A) == [B]
    steps = {A: ask(IF), IF: when(C, D), C: act(B), D: act(B), B: act(END, WIPE)}
    assert _missing(steps, A) == [B]
    # What comes after the condition, whatever the answer was.
    assert _missing({A: ask(IF), IF: when(C, on_completion=B), C: act(END), B: act(END, WIPE)}, A) == [B]


def test_two_decisions_one_on_each_way() -> None:
    steps = {
        A: ask(IF), IF: when(B, C), C: ask(IF2, "__other__"), IF2: when(B, END, "__other__"),
        B: act(END, WIPE),
    }  # fmt: skip
    assert _missing(steps, A) == []
    steps[IF2] = when(B, B, "__other__")
    assert _missing(steps, A) == [B]


def test_the_exception_is_a_way_too() -> None:
    steps = {A: ask(IF), IF: when(B, END), B: act(END, WIPE)}
    assert _missing(steps, A, workflow_exception=B) == [B]


def test_programs_do_not_decide() -> None:
    steps = {A: act(IF, "check", out_args=["__approved__"]), IF: when(B, END), B: act(END, WIPE)}
    assert _missing(steps, A) == [B]
    # Nor do they answer for a person.
    steps = {A: ask(C), C: act(IF, out_args=["__approved__"]), IF: when(B, END), B: act(END, WIPE)}
    assert _missing(steps, A) == [B]
    machine = {**ask(IF), "agent": HOST}
    assert _missing({A: machine, IF: when(B, END), B: act(END, WIPE)}, A) == [B]


def test_a_constant_is_no_answer() -> None:
    steps = {A: ask(IF), IF: when(B, END), B: act(END, WIPE)}
    fixed = {"__approved__": {"type": "string", "value": "yes", "constant": True}}
    assert _missing(steps, A, playbook_variables=fixed) == [B]


def test_a_variable_of_the_asking_step() -> None:
    own = {"__go__": {"type": "string"}}
    asking = {**ask(IF, "__go__"), "step_variables": own}
    assert _missing({A: asking, IF: when(B, END, "__go__"), B: act(END, WIPE)}, A) == []


def test_switch_and_while() -> None:
    cases = {"yes": B, "default": END}
    switch = {"type": "switch-condition", "switch": "__approved__:value", "cases": cases}
    assert _missing({A: ask(SWITCH), SWITCH: switch, B: act(END, WIPE)}, A) == []
    until = {"type": "while-condition", "condition": "__approved__:value != 'yes'", "on_true": A}
    steps = {WHILE: {**until, "on_completion": B}, A: ask(WHILE), B: act(END, WIPE)}
    assert _missing(steps, WHILE) == []
    # Asked in only some walks through the loop.
    steps = {
        WHILE: {**until, "on_true": IF2, "on_completion": B}, IF2: when(A, WHILE, "__other__"),
        A: ask(WHILE), B: act(END, WIPE),
    }  # fmt: skip
    assert _missing(steps, WHILE) == [B]


def test_asked_beside_other_things() -> None:
    end2 = uid("end", 2)
    parallel = {"type": "parallel", "next_steps": [A, C], "on_completion": IF}
    steps = {
        PARALLEL: parallel, A: ask(END), C: act(end2), end2: {"type": "end"}, IF: when(B, END),
        B: act(END, WIPE),
    }  # fmt: skip
    assert _missing(steps, PARALLEL) == []
    # The branch beside the question does not know the answer yet.
    steps = {PARALLEL: {**parallel, "next_steps": [A, IF]}, A: ask(END), IF: when(B, END), B: act(END, WIPE)}
    steps[PARALLEL] = {**steps[PARALLEL], "on_completion": END}
    assert _missing(steps, PARALLEL) == [B]


def test_what_a_person_does_by_hand_weighs_less() -> None:
    steps = {A: act(END, "Reimage the host from the golden image", kind="manual", agent=PERSON)}
    told = checked(playbook(steps, A)).of("missing-approval")
    assert [one.severity for one in told] == [Weight.WARNING]


def _marked(effect: str, text: str = "do it", **own: Any) -> Step:
    held = {extension.EXTENSION_ID: {extension.EFFECT: effect, **own}}
    return act(END, text, step_extensions=held)


def _defined() -> dict[str, Any]:
    return {"extension_definitions": {extension.EXTENSION_ID: extension.definition(PERSON)}}


@pytest.mark.parametrize("effect", extension.EFFECTS)
def test_what_a_step_says_itself_counts(effect: str) -> None:
    wanted = [A] if effect == extension.DESTROY else []
    assert _missing({A: _marked(effect)}, A, **_defined()) == wanted
    assert _missing({A: _marked(effect, WIPE)}, A, **_defined()) == wanted


def test_a_marked_step_of_a_person_is_an_error() -> None:
    step = {**_marked("destroy"), "agent": PERSON, "commands": [{"type": "manual", "command": "x"}]}
    told = checked(playbook({A: step}, A, **_defined())).of("missing-approval")
    assert [one.severity for one in told] == [Weight.ERROR]


def test_the_approval_that_a_step_names() -> None:
    def told(approval: str) -> list[tuple[str, str]]:
        steps = {A: ask(IF), IF: when(B, C), B: _marked("destroy", approval=approval), C: act(END)}
        return found(playbook(steps, A, **_defined()))

    where = f"workflow.{B}.step_extensions.{extension.EXTENSION_ID}.approval"
    assert told(A) == told(IF) == []
    assert told(C) == told(D) == [("approval", where)]


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("effect", "change", "ruin"),
        ("phase", "containment", 1),
        ("minutes", 0, -1),
        ("minutes", 5, True),
        ("reversible", False, "no"),
        ("basis", ["T1003"], ["T1003", 1]),
        ("collects", [], "memory"),
        ("action", "x", None),
        ("approval", START, 7),
    ],
    ids=range(9),
)
def test_values_of_our_extension(name: str, good: object, bad: object) -> None:
    def told(value: object) -> list[str]:
        step = _marked("change")
        step["step_extensions"][extension.EXTENSION_ID][name] = value
        return rules(playbook({A: step}, A, **_defined()))

    assert "extension-value" not in told(good)
    assert told(bad) == ["extension-value"]


def test_an_effect_must_be_said() -> None:
    step = act(END, step_extensions={extension.EXTENSION_ID: {}})
    assert rules(playbook({A: step}, A, **_defined())) == ["extension-value"]


def test_the_extension_is_what_it_says() -> None:
    import uuid

    made = uuid.uuid5(uuid.NAMESPACE_URL, extension.EXTENSION_SCHEMA)
    assert f"extension-definition--{made}" == extension.EXTENSION_ID
    value = playbook({A: act(END)}, A, **_defined())
    assert found(value) == []


@UNHURRIED
@given(workflows())
def test_random_workflows_against_a_naive_reading(value: dict[str, Any]) -> None:
    """Only actions and one condition that may decide; every question is answered by taking things out."""
    for kind in ("while-condition", "parallel"):
        value["workflow"][uid(kind)] = act(END)
    value["workflow"] = {
        name: act(END) if step["type"] in ("while-condition", "parallel") else step
        for name, step in value["workflow"].items()
    }
    every = edges(value)
    workflow = value["workflow"]
    asks = {name for name, step in workflow.items() if "out_args" in step and _manual(step)}
    programs = any("out_args" in step and not _manual(step) for step in workflow.values())
    unasked = reach([one for one in every if one[0] not in asks], START)
    decides = IF not in unasked and not programs
    kept = list(every)
    if decides:
        kept = [one for one in every if one[:2] not in ((IF, "on_true"), (IF, "on_false"))]
        kept += [(IF, "meet", name) for name in _meetings(every, IF)]
    wanted = {name for name in reach(kept, START) if _destroys(workflow[name])}
    told = checked(value).of("missing-approval")
    assert {one.path for one in told} == {f"workflow.{name}" for name in wanted}


def _manual(step: Step) -> bool:
    return any(one["type"] == "manual" for one in step.get("commands", ()))


def _destroys(step: Step) -> bool:
    return any("rm -rf" in one["command"] for one in step.get("commands", ()))


def _meetings(every: list[tuple[str, str, str]], start: str) -> set[str]:
    """Steps that every way from `start` to an end goes through; the nearest is among them.

    All of them may be taken: those behind the nearest are reached from it anyway.
    """
    names = {one[0] for one in every} | {one[2] for one in every}
    ends = {name for name in names if not any(one[0] == name for one in every)}
    if not reach(every, start) & ends:
        return set()
    return {
        name
        for name in names - {start}
        if not reach([one for one in every if one[0] != name], start) & (ends - {name})
        and name in reach(every, start)
    }


def test_asked_on_only_one_outcome_inside_a_loop() -> None:
    until = {"type": "while-condition", "condition": "__approved__:value != 'yes'", "on_true": C}
    first = {**act(END), "on_success": A, "on_failure": WHILE}
    del first["on_completion"]
    steps = {WHILE: {**until, "on_completion": B}, C: first, A: ask(WHILE), B: act(END, WIPE)}
    assert _missing(steps, WHILE) == [B]


def test_of_two_answers_a_program_gives_one() -> None:
    asking = {**ask(C), "out_args": ["__approved__", "__other__"]}
    steps = {A: asking, C: act(IF, out_args=["__approved__"]), IF: when(B, END), B: act(END, WIPE)}
    assert _missing(steps, A) == [B]
    steps[IF] = when(B, END, "__other__")
    assert _missing(steps, A) == []


def test_many_answers_before_many_steps_are_held_in_time() -> None:
    """One step asks for 20,000 answers and is the last before 2,000 others: each is counted once."""
    one, other = uid("parallel", 1), uid("parallel", 2)
    both = [uid("action", number) for number in range(10, 2_010)]
    asking = act(one, "Say all.", kind="manual", agent=PERSON, out_args=[f"__v{n}__" for n in range(20_000)])
    asking["on_success"], asking["on_failure"] = asking.pop("on_completion"), other
    steps = {uid("action"): asking, **{name: act(END) for name in both}}
    steps |= {name: {"type": "parallel", "next_steps": both, "on_completion": END} for name in (one, other)}
    begun = time.process_time()
    checked(playbook(steps, uid("action")))
    assert time.process_time() - begun < 6
