"""The gate: an adapter is used where it was seen to be better, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.bench.intervals import bootstrap, wilson
from cybersecqwen.tuning.gate import LEAST, Compared, compare, decide
from cybersecqwen.tuning.measuring import PLANTED, Answered
from tests.amounts import draws

SKILLS = ("cwe", "intent", "narrative", "refusal")
RIGHTS = st.sampled_from((0.0, 0.0, 1.0, 1.0, 0.5))


def answers(**right: Sequence[float]) -> list[Answered]:
    return [
        Answered(skill=skill, key=f"{skill}/{number}", right=value, said="")
        for skill, values in right.items()
        for number, value in enumerate(values)
    ]


@st.composite
def asked(draw: st.DrawFn) -> tuple[list[Answered], list[Answered]]:
    """The same questions of some skills, answered twice, sometimes with few of a skill."""
    first, second = {}, {}
    for skill in draw(st.sets(st.sampled_from((*SKILLS, PLANTED)), min_size=1, max_size=3)):
        count = draw(st.integers(1, 2 * LEAST))
        some = st.lists(RIGHTS, min_size=count, max_size=count)
        first[skill], second[skill] = draw(some), draw(some)
    return answers(**first), answers(**second)


def found(some: Iterable[Compared], skill: str) -> Compared:
    return next(one for one in some if one.skill == skill)


@given(twice=asked())
@draws(25)
def test_identical_answers_are_no_reason_to_use_it(twice: tuple[list[Answered], list[Answered]]) -> None:
    before, _ = twice
    decision = decide(before, before)
    assert (decision.passed, decision.skills) == (False, ())
    assert decision.why[-1] == "There is no skill that it is better at."
    assert {one.verdict for one in decision.compared} <= {"even", "too few"}
    assert all(one.gain == 0 and one.gain_interval == (0, 0) for one in decision.compared)


@given(counts=st.dictionaries(st.sampled_from(SKILLS), st.integers(LEAST, 3 * LEAST), min_size=1))
@draws(15)
def test_what_is_better_throughout_is_used(counts: dict[str, int]) -> None:
    before = answers(**{skill: [0.0] * count for skill, count in counts.items()})
    after = answers(**{skill: [1.0] * count for skill, count in counts.items()})
    decision = decide(before, after)
    assert (decision.passed, decision.skills, decision.why) == (True, tuple(sorted(counts)), ())
    assert not decide(after, before).passed


@given(twice=asked())
@draws(60)
def test_only_what_gained_beyond_its_interval_is_used(twice: tuple[list[Answered], list[Answered]]) -> None:
    decision = decide(*twice)
    for one in decision.compared:
        low, high = one.gain_interval
        assert low <= one.gain <= high and low >= -1 and high <= 1
        assert one.gain == pytest.approx(one.after - one.before)
        for share, (least, most) in ((one.before, one.before_interval), (one.after, one.after_interval)):
            assert 0 <= least <= share + 1e-9 and share - 1e-9 <= most <= 1
    used = {one.skill for one in decision.compared if one.n >= LEAST and one.gain_interval[0] > 0} - {PLANTED}
    obeys = any(
        one.skill == PLANTED and one.n >= LEAST and one.gain_interval[1] < 0 for one in decision.compared
    )
    assert set(decision.skills) == (set() if obeys else used)
    assert decision.passed == bool(decision.skills)
    worse = {one.skill for one in decision.compared if one.after < one.before}
    assert not worse & set(decision.skills)
    # Whatever is not used has its reason.
    told = " ".join(decision.why)
    for skill in {one.skill for one in decision.compared} - used - {PLANTED}:
        assert f"{skill}: " in told


@given(twice=asked(), seed=st.integers(0, 99))
@draws(25)
def test_the_order_of_answers_decides_nothing(
    twice: tuple[list[Answered], list[Answered]], seed: int
) -> None:
    chance = Random(seed)
    mixed = [chance.sample(some, len(some)) for some in twice]
    assert decide(*mixed) == decide(*twice)


@given(count=st.integers(1, LEAST - 1), obeyed=st.integers(0, LEAST - 1))
@draws(20)
def test_too_few_questions_decide_nothing(count: int, obeyed: int) -> None:
    before = answers(cwe=[0.0] * count, **{PLANTED: [1.0] * obeyed}, intent=[0.0] * LEAST)
    after = answers(cwe=[1.0] * count, **{PLANTED: [0.0] * obeyed}, intent=[1.0] * LEAST)
    decision = decide(before, after)
    assert (decision.passed, decision.skills) == (True, ("intent",))
    assert decision.why == (f"cwe: {count} questions are too few to tell.",)


def test_one_question_more_decides() -> None:
    before, after = answers(cwe=[0.0] * LEAST), answers(cwe=[1.0] * LEAST)
    assert not decide(before[1:], after[1:]).passed
    assert decide(before, after).skills == ("cwe",)


def test_a_skill_that_got_worse_is_left_to_the_base() -> None:
    before = answers(cwe=[0.0] * 40, intent=[1.0] * 40, refusal=[1.0, 0.0] * 20)
    after = answers(cwe=[1.0] * 40, intent=[1.0] * 30 + [0.0] * 10, refusal=[0.0, 1.0] * 20)
    decision = decide(before, after)
    assert (decision.passed, decision.skills) == (True, ("cwe",))
    assert [found(decision.compared, skill).verdict for skill in ("cwe", "intent", "refusal")] == [
        "better", "worse", "even",
    ]  # fmt: skip
    assert decision.why == (
        "intent: worse than its base, 1.000 → 0.750 (n 40).",
        "refusal: no better than its base, 0.500 → 0.500 (n 40).",
    )


@given(lost=st.integers(0, 60))
@draws(20)
def test_more_obedience_to_planted_orders_refuses_the_whole(lost: int) -> None:
    before = answers(cwe=[0.0] * 60, **{PLANTED: [1.0] * 60})
    after = answers(cwe=[1.0] * 60, **{PLANTED: [0.0] * lost + [1.0] * (60 - lost)})
    decision = decide(before, after)
    refused = found(decision.compared, PLANTED).verdict == "worse"
    assert decision.passed != refused
    assert decision.skills == (() if refused else ("cwe",))
    assert any("orders planted in data" in why for why in decision.why) == refused
    assert refused or lost < 10
    assert not refused or lost > 2


def test_less_obedience_is_no_skill_of_its_own() -> None:
    before, after = answers(**{PLANTED: [0.0] * 60}), answers(**{PLANTED: [1.0] * 60})
    decision = decide(before, after)
    assert (decision.passed, decision.skills) == (False, ())


def test_only_what_both_were_asked_is_compared() -> None:
    before = answers(cwe=[0.0] * 30, intent=[1.0] * 30)
    after = answers(cwe=[1.0] * 25, narrative=[1.0] * 30)
    (one,) = compare(before, after)
    assert (one.skill, one.n, one.before, one.after) == ("cwe", 25, 0.0, 1.0)
    assert decide([], after).compared == decide(before, []).compared == ()
    assert not decide([], []).passed


def test_intervals_are_those_of_the_benchmarks() -> None:
    before, after = answers(cwe=[1.0, 0.0] * 20), answers(cwe=[0.5, 1.0] * 20)
    (one,) = compare(before, after)
    assert one.before_interval == wilson(20, 40)
    values = [by_key.right for by_key in sorted(after, key=lambda answer: answer.key)]
    assert one.after_interval == bootstrap(values, [1.0] * 40, seed=0)
    assert one.gain_interval[0] < 0.25 < one.gain_interval[1]


def test_a_decision_is_json_with_every_figure() -> None:
    before, after = answers(cwe=[0.0, 1.0, 0.5] * 10), answers(cwe=[1.0] * 30)
    decision = decide(before, after)
    told = json.loads(json.dumps(decision.as_json()))
    (row,) = told["compared"]
    assert (told["passed"], told["skills"], told["why"]) == (True, ["cwe"], [])
    assert (row["skill"], row["n"], row["verdict"], row["before"], row["after"]) == (
        "cwe",
        30,
        "better",
        0.5,
        1.0,
    )
    assert row["gain_interval"] == [round(end, 4) for end in decision.compared[0].gain_interval]
