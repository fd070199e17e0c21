from __future__ import annotations

import random
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.errors import InputError
from cybersecqwen.records.rehearsal import Reply
from cybersecqwen.tasks.playbook.rehearsal.machine import (
    MOST_BRANCHES,
    MOST_TOLD,
    MOST_VISITS,
    Chose,
    Did,
    Machine,
    Question,
    Switched,
)
from cybersecqwen.verify.cacao.extension import EXTENSION_ID
from tests.verify.cacao.playbooks import END, PERSON, act, ask, playbook, uid, when

from .workflows import BLOCKS, Block, compiled, expected, opened_from

A, B, C, D = (uid("action", number) for number in range(1, 5))
IF, LOOP, PAR, SWITCH = uid("if-condition"), uid("while-condition"), uid("parallel"), uid("switch-condition")


def _done(machine: Machine) -> None:
    machine.apply(Did(Reply.DONE))


def _asked(machine: Machine) -> Question:
    question = machine.question
    assert question is not None
    return question


def _way(
    steps: dict[str, Any], first: str, *choices: str, reply: Reply = Reply.DONE, **more: Any
) -> list[str]:
    """Ids of what is asked, with the choices taken in order."""
    machine = Machine(opened_from(playbook(steps, first, **more)), rounds=2)
    left, asked = list(choices), []
    while (question := machine.question) is not None:
        asked.append(question.step.id)
        machine.apply(Did(reply) if question.kind == "action" else Chose(left.pop(0)))
    return asked


def _split(success: str, failure: str) -> dict[str, Any]:
    step = {**act(END), "on_success": success, "on_failure": failure}
    del step["on_completion"]
    return step


# Against a reference


def _decider(seed: int) -> Any:
    rng = random.Random(seed)
    return lambda ways: rng.randrange(ways)


@settings(max_examples=300, deadline=None)
@given(BLOCKS, st.integers(0, 1 << 30), st.integers(1, 3))
def test_any_workflow_is_walked_as_it_was_built(block: Block, seed: int, rounds: int) -> None:
    value = compiled(block)
    decide = _decider(seed)
    wanted = []
    for id in expected(block, decide, rounds):
        wanted.append(id)
        if len(wanted) > 400:
            break
    machine = Machine(opened_from(value), rounds)
    decide = _decider(seed)
    for at, id in enumerate(wanted[:400]):
        question = _asked(machine)
        assert question.step.id == id, at
        if question.visit >= MOST_VISITS:
            return  # from here on ways are cut short
        if question.kind == "action":
            _done(machine)
        else:
            machine.apply(Chose(question.choices[decide(len(question.choices))]))
    if len(wanted) <= 400:
        assert machine.question is None


@settings(max_examples=150, deadline=None)
@given(BLOCKS, st.randoms(use_true_random=False))
def test_any_walk_ends_and_visits_are_bounded(block: Block, rng: random.Random) -> None:
    book = opened_from(compiled(block))
    machine = Machine(book, 2)
    visits: dict[str, int] = {}
    for _ in range(MOST_VISITS * 2 * (len(book.steps) + 1)):
        question = machine.question
        if question is None:
            break
        visits[question.step.id] = visits.get(question.step.id, 0) + 1
        open_ = [one.number for one in question.branches if not one.now]
        if open_ and rng.random() < 0.3:
            machine.apply(Switched(rng.choice(open_)))
        elif question.kind == "action":
            machine.apply(Did(rng.choice(list(Reply))))
        else:
            machine.apply(Chose(rng.choice(question.choices)))
    assert machine.question is None
    assert machine.passages[-1].kind == "end"


@settings(max_examples=80, deadline=None)
@given(BLOCKS, st.integers(0, 1 << 30))
def test_the_same_inputs_lead_to_the_same_question(block: Block, seed: int) -> None:
    book = opened_from(compiled(block))
    machine, decide, inputs = Machine(book, 2), _decider(seed), []
    for _ in range(30):
        question = machine.question
        if question is None:
            break
        one = Did(Reply.DONE) if question.kind == "action" else Chose(question.choices[decide(2)])
        machine.apply(one)
        inputs.append(one)
        again = Machine(book, 2, inputs)
        assert again.question == machine.question
        assert again.passages == machine.passages


# One thing at a time


def test_a_condition_is_decided_by_what_was_answered() -> None:
    steps = {A: ask(IF), IF: when(B, END), B: act(END)}
    book = opened_from(playbook(steps, A))
    assert book.wanted == {"__approved__": ("yes",)}
    machine = Machine(book)
    machine.apply(Did(Reply.DONE, {"__approved__": "no"}))
    assert machine.question is None
    assert [(one.kind, one.outcome) for one in machine.passages] == [("decided", "false"), ("end", "")]
    machine = Machine(book)
    machine.apply(Did(Reply.DONE, {"__approved__": "yes"}))
    assert _asked(machine).step.id == B


def test_a_condition_without_an_answer_is_asked() -> None:
    steps = {A: ask(IF), IF: when(B, END), B: act(END)}
    assert _way(steps, A, "true") == [A, IF, B]
    assert _way(steps, A, "false") == [A, IF]


def test_a_variable_that_a_step_does_not_set_stays_unknown() -> None:
    machine = Machine(opened_from(playbook({A: act(IF), IF: when(B, END), B: act(END)}, A)))
    machine.apply(Did(Reply.DONE, {"__approved__": "yes"}))
    assert _asked(machine).step.id == IF


def test_a_switch_goes_by_its_value_or_the_default() -> None:
    cases = {"red": B, "blue": C, "default": D}
    switch = {"type": "switch-condition", "switch": "__other__:value", "cases": cases, "on_completion": END}
    ends = {uid("end", n): {"type": "end"} for n in (2, 3, 4)}
    steps = {
        A: ask(SWITCH, "__other__"),
        SWITCH: switch,
        **{step: act(uid("end", n)) for step, n in ((B, 2), (C, 3), (D, 4))},
        **ends,
    }
    book = opened_from(playbook(steps, A))
    assert book.wanted == {"__other__": ("red", "blue")}
    for value, step in (("blue", C), ("green", D)):
        machine = Machine(book)
        machine.apply(Did(Reply.DONE, {"__other__": value}))
        assert _asked(machine).step.id == step
    machine = Machine(book)
    _done(machine)
    assert _asked(machine).choices == ("red", "blue", "default")


def test_a_loop_ends_after_its_rounds_and_says_so() -> None:
    loop = {
        "type": "while-condition",
        "condition": "__other__:value == 'x'",
        "on_true": A,
        "on_completion": B,
    }
    steps = {LOOP: loop, A: act(uid("end", 2)), uid("end", 2): {"type": "end"}, B: act(END)}
    assert _way(steps, LOOP, "true", "true") == [LOOP, A, LOOP, A, B]
    assert _way(steps, LOOP, "true", "false") == [LOOP, A, LOOP, B]
    assert _way(steps, LOOP, "false") == [LOOP, B]


def test_a_step_that_cannot_be_done_goes_the_way_of_failures() -> None:
    steps = {A: _split(B, C), B: act(END), C: act(END)}
    assert _way(steps, A) == [A, B]
    assert _way(steps, A, reply=Reply.CANNOT) == [A, C]
    assert _way(steps, A, reply=Reply.SKIP) == [A, B]


def test_a_failure_that_nothing_follows_is_told() -> None:
    step = {**act(END), "on_success": B}
    del step["on_completion"]
    machine = Machine(opened_from(playbook({A: step, B: act(END)}, A)))
    machine.apply(Did(Reply.CANNOT))
    assert [one.kind for one in machine.passages] == ["unsaid"]
    assert _asked(machine).step.id == B


def _parallel(meets: bool) -> dict[str, Any]:
    step: dict[str, Any] = {"type": "parallel", "next_steps": [A, B]}
    if meets:
        return {PAR: step, A: act(C), B: act(C), C: act(END)}
    ends = {uid("end", n): {"type": "end"} for n in (2, 3)}
    step["on_completion"] = C
    return {PAR: step, A: act(uid("end", 2)), B: act(uid("end", 3)), C: act(END), **ends}


@pytest.mark.parametrize("meets", [True, False])
def test_branches_come_one_after_the_other_and_meet_once(meets: bool) -> None:
    assert _way(_parallel(meets), PAR) == [A, B, C]


@pytest.mark.parametrize("meets", [True, False])
def test_a_person_may_switch_between_branches(meets: bool) -> None:
    machine = Machine(opened_from(playbook(_parallel(meets), PAR)))
    numbers = [(one.number, one.now) for one in _asked(machine).branches]
    assert numbers == [(2, True), (3, False)]
    machine.apply(Switched(3))
    assert _asked(machine).step.id == B
    _done(machine)
    assert _asked(machine).step.id == A
    assert [one.kind for one in machine.passages] == ["branch-end"]
    _done(machine)
    assert [one.kind for one in machine.passages] == ["joined"]
    assert _asked(machine).step.id == C


def _lasting(minutes: int, after: str) -> dict[str, Any]:
    return act(after, step_extensions={EXTENSION_ID: {"effect": "observe", "minutes": minutes}})


def test_scenario_time_of_branches_is_that_of_the_longest() -> None:
    steps = {**_parallel(meets=False), A: _lasting(30, uid("end", 2)), B: _lasting(20, uid("end", 3))}
    machine = Machine(opened_from(playbook({**steps, C: _lasting(5, END)}, PAR)))
    _done(machine)
    assert machine.minutes == 0  # the second branch began at the same time
    _done(machine)
    assert machine.minutes == 30
    machine.apply(Did(Reply.SKIP))
    assert machine.minutes == 30
    machine = Machine(opened_from(playbook({A: _lasting(7, END)}, A)))
    machine.apply(Did(Reply.CANNOT))
    assert machine.minutes == 7


def test_another_playbook_is_told_and_skipped() -> None:
    other = {"type": "playbook-action", "playbook_id": uid("playbook", 2), "on_completion": A}
    machine = Machine(
        opened_from(playbook({uid("playbook-action"): other, A: act(END)}, uid("playbook-action")))
    )
    assert [one.kind for one in machine.passages] == ["skipped"]
    assert _asked(machine).step.id == A


def test_ways_that_double_at_every_condition_are_walked_once() -> None:
    """Each way leads to what follows anyway; followed twice, forty conditions would be 2^40 steps."""
    ids = [uid("if-condition", n) for n in range(40)]
    steps = {
        id: when(after, after, on_completion=after) for id, after in zip(ids, [*ids[1:], A], strict=True)
    }
    assert _way({**steps, A: act(END)}, ids[0], *["true"] * 40) == [*ids, A]


def test_a_loop_in_a_loop_in_a_loop_is_bounded() -> None:
    ids = [uid("while-condition", n) for n in range(8)]
    steps: dict[str, Any] = {}
    for at, id in enumerate(ids):
        end = uid("end", 100 + at)
        steps[end] = {"type": "end"}
        inner = ids[at + 1] if at + 1 < len(ids) else A
        after = END if not at else uid("end", 99 + at)
        steps[id] = {
            "type": "while-condition",
            "condition": "__other__:value == 'x'",
            "on_true": inner,
            "on_completion": after,
        }
    book = opened_from(playbook({**steps, A: act(uid("end", 107))}, ids[0]))
    machine, asked = Machine(book, 100), 0
    while (question := machine.question) is not None:
        asked += 1
        machine.apply(Did(Reply.DONE) if question.kind == "action" else Chose("true"))
    assert asked <= MOST_VISITS * 9


def test_what_decides_itself_without_end_is_asked_in_the_end() -> None:
    """Loops whose condition is a constant would go round for hours without anybody at the table."""
    ids = [uid("while-condition", n) for n in range(1, 13)]
    steps: dict[str, Any] = {}
    for at, id in enumerate(ids):
        inner = ids[at + 1] if at + 1 < len(ids) else id
        after = ids[at - 1] if at else END
        condition = "__other__:value == 'x'" + " OR __other__:value == 'y'" * 100
        steps[id] = {
            "type": "while-condition",
            "condition": condition,
            "on_true": inner,
            "on_completion": after,
        }
    value = playbook(steps, ids[0])
    value["playbook_variables"]["__other__"] = {"type": "string", "value": "x", "constant": True}
    begun = time.process_time()
    machine = Machine(opened_from(value), 100)
    assert _asked(machine).kind == "condition"
    assert len(machine.passages) == MOST_TOLD
    assert time.process_time() - begun < 5


def test_the_largest_workflow_is_walked_in_time() -> None:
    ids = [uid("playbook-action", n) for n in range(10_000)]
    other = {"type": "playbook-action", "playbook_id": uid("playbook", 2)}
    steps = {id: {**other, "on_completion": after} for id, after in zip(ids, [*ids[1:], PAR], strict=True)}
    ends = [uid("action", n) for n in range(1, 9_000)]
    steps |= {id: act(END) for id in ends}
    steps[PAR] = {"type": "parallel", "next_steps": ends, "on_completion": END}
    book = opened_from(playbook(steps, ids[0]))
    begun = time.process_time()
    machine = Machine(book)
    assert len(machine.passages) == MOST_TOLD
    assert len(_asked(machine).branches) == 20
    for _ in range(50):
        _done(machine)
    assert time.process_time() - begun < 5


def test_what_does_not_answer_changes_nothing() -> None:
    machine = Machine(opened_from(playbook({A: act(IF), IF: when(B, END), B: act(END)}, A)))
    for wrong in (Chose("true"), Switched(2)):
        with pytest.raises(ValueError, match=r"choices|branch"):
            machine.apply(wrong)
    _done(machine)
    with pytest.raises(ValueError, match="decided"):
        _done(machine)
    assert _asked(machine).step.id == IF


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ({A: act(B), B: _split(A, END)}, "circle"),
        ({A: act(uid("action", 9))}, "no step"),
    ],
)
def test_a_playbook_with_errors_is_refused(steps: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        opened_from(playbook(steps, A))
    assert "cannot be rehearsed" in caught.value.message
    assert caught.value.hint.startswith("`csq playbook check ")


def test_a_step_tells_who_and_how_one_knows() -> None:
    own = {
        "effect": "destroy",
        "verify": "It is gone.",
        "phase": "eradication",
        "minutes": 3,
        "undo": "No way.",
    }
    step = act(
        END,
        "rm -rf __dir__:value",
        agent=PERSON,
        description="Remove it. It worked if: It is gone.",
        step_extensions={EXTENSION_ID: {**own, "approval": A}},
    )
    value = playbook({A: ask(IF), IF: when(B, END), B: step}, A)
    value["playbook_variables"]["__dir__"] = {"type": "string", "value": "/tmp/x", "constant": True}
    book = opened_from(value)
    shown = book.steps[B]
    assert (shown.do, shown.verify, shown.who, shown.effect) == (
        "Remove it.",
        "It is gone.",
        "Lead",
        "destroy",
    )
    assert book.values == {"__dir__": "/tmp/x"}


def test_a_branch_that_is_named_a_thousand_times_is_walked_once() -> None:
    steps = {PAR: {"type": "parallel", "next_steps": [A] * 1_000, "on_completion": END}, A: act(END)}
    assert _way(steps, PAR) == [A]


def test_the_branch_that_is_worked_on_is_listed_however_many_there_are() -> None:
    names = [uid("action", number) for number in range(1, 3_001)]
    steps = {PAR: {"type": "parallel", "next_steps": names, "on_completion": END}}
    steps |= {name: act(END) for name in names}
    machine = Machine(opened_from(playbook(steps, PAR)))
    begun = time.process_time()
    machine.apply(Switched(len(names) + 1))  # the first way has the number 1
    branches = _asked(machine).branches
    assert [one.number for one in branches if one.now] == [len(names) + 1]
    assert len(branches) == MOST_BRANCHES + 1
    for _ in names:
        _done(machine)
    assert machine.question is None
    assert time.process_time() - begun < 3
