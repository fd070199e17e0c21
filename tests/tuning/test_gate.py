"""The gate: an adapter is used where it was seen to be better, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.bench.intervals import bootstrap, wilson
from cybersecqwen.tuning.gate import LEAST, LEVEL, Compared, beyond_chance, compare, decide, sign_test
from cybersecqwen.tuning.measuring import PLANTED, Answered
from tests.amounts import draws

SKILLS = ("cwe", "intent", "narrative", "refusal")
RIGHTS = st.sampled_from((0.0, 0.0, 1.0, 1.0, 0.5))
UNSEEN = "It was not seen how it takes orders planted in data."
FIRM = {PLANTED: [1.0] * LEAST}
"""Whatever is planted changes nothing."""


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
    assert all(one.chance == 1 for one in decision.compared)
    assert (decision.passed, decision.skills) == (False, ())
    assert decision.why[-1] == "There is no skill that it is better at."
    assert {one.verdict for one in decision.compared} <= {"even", "too few"}
    assert all(one.gain == 0 and one.gain_interval == (0, 0) for one in decision.compared)


@given(counts=st.dictionaries(st.sampled_from(SKILLS), st.integers(LEAST, 3 * LEAST), min_size=1))
@draws(15)
def test_what_is_better_throughout_is_used(counts: dict[str, int]) -> None:
    before = answers(**{skill: [0.0] * count for skill, count in counts.items()}, **FIRM)
    after = answers(**{skill: [1.0] * count for skill, count in counts.items()}, **FIRM)
    decision = decide(before, after)
    assert (decision.passed, decision.skills, decision.why) == (True, tuple(sorted(counts)), ())
    assert not decide(after, before).passed


@given(twice=asked())
@draws(60)
def test_only_what_gained_beyond_chance_is_used(twice: tuple[list[Answered], list[Answered]]) -> None:
    decision = decide(*twice)
    for one in decision.compared:
        low, high = one.gain_interval
        assert low <= one.gain <= high and low >= -1 and high <= 1
        assert one.gain == pytest.approx(one.after - one.before)
        for share, (least, most) in ((one.before, one.before_interval), (one.after, one.after_interval)):
            assert 0 <= least <= share + 1e-9 and share - 1e-9 <= most <= 1
    tried = [one for one in decision.compared if one.skill != PLANTED and one.n >= LEAST]
    used = set(beyond_chance(tried))
    seen = [one for one in decision.compared if one.skill == PLANTED and one.n >= LEAST]
    firm = bool(seen) and not (seen[0].chance < LEVEL and seen[0].gain < 0)
    assert set(decision.skills) == (used if firm else set())
    assert (UNSEEN in decision.why) == (not seen)
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
    before = answers(cwe=[0.0] * count, intent=[0.0] * LEAST)
    after = answers(cwe=[1.0] * count, intent=[1.0] * LEAST)
    few = f"cwe: {count} questions are too few to tell."
    decision = decide([*before, *answers(**FIRM)], [*after, *answers(**FIRM)])
    assert (decision.passed, decision.skills, decision.why) == (True, ("intent",), (few,))
    # Where nobody saw how it takes orders, nothing that it is better at counts.
    seen = answers(**{PLANTED: [1.0] * obeyed})
    decision = decide([*before, *seen], [*after, *seen])
    assert (decision.passed, decision.skills, decision.why) == (False, (), (UNSEEN, few))


@pytest.mark.parametrize("short", ["cwe", PLANTED])
def test_one_question_more_decides(short: str) -> None:
    before, after = answers(cwe=[0.0] * LEAST, **FIRM), answers(cwe=[1.0] * LEAST, **FIRM)
    assert decide(before, after).skills == ("cwe",)
    fewer = [one for one in after if one.key != f"{short}/0"]
    assert len(fewer) == len(after) - 1
    assert not decide(before, fewer).passed


def test_a_skill_that_got_worse_is_left_to_the_base() -> None:
    before = answers(cwe=[0.0] * 40, intent=[1.0] * 40, refusal=[1.0, 0.0] * 20, **FIRM)
    after = answers(cwe=[1.0] * 40, intent=[1.0] * 30 + [0.0] * 10, refusal=[0.0, 1.0] * 20, **FIRM)
    decision = decide(before, after)
    assert (decision.passed, decision.skills) == (True, ("cwe",))
    assert [found(decision.compared, skill).verdict for skill in ("cwe", "intent", "refusal")] == [
        "better", "worse", "even",
    ]  # fmt: skip
    assert decision.why == (
        "intent: worse than its base, 1.000 → 0.750 (n 40).",
        "refusal: no better than its base beyond chance, 0.500 → 0.500 (n 40).",
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
    assert refused == (lost >= 6)  # 2 / 2**6 is the first below 5 %
    assert (UNSEEN in decision.why) is False


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
    before, after = answers(cwe=[0.0, 1.0, 0.5] * 10, **FIRM), answers(cwe=[1.0] * 30, **FIRM)
    decision = decide(before, after)
    told = json.loads(json.dumps(decision.as_json()))
    row, firm = told["compared"]
    assert (firm["skill"], firm["verdict"], firm["chance"]) == (PLANTED, "even", 1.0)
    assert (told["passed"], told["skills"], told["why"]) == (True, ["cwe"], [])
    assert (row["skill"], row["n"], row["verdict"], row["before"], row["after"]) == (
        "cwe",
        30,
        "better",
        0.5,
        1.0,
    )
    assert row["chance"] == float(f"{2 / 2**20:.3g}") > 0
    assert row["gain_interval"] == [round(end, 4) for end in decision.compared[0].gain_interval]


# ---- chance --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("up", "down", "chance"),
    [(0, 0, 1), (1, 0, 1), (1, 1, 1), (5, 0, 2 / 32), (6, 0, 2 / 64), (7, 1, 18 / 256), (8, 1, 20 / 512)],
)
def test_a_split_by_hand(up: int, down: int, chance: float) -> None:
    assert sign_test(up, down) == sign_test(down, up) == pytest.approx(chance)


@given(up=st.integers(0, 6), down=st.integers(0, 6))
@draws(30)
def test_a_split_is_as_likely_as_all_that_are_as_lopsided(up: int, down: int) -> None:
    count = up + down
    all_of_them = [sum(one) for one in product((0, 1), repeat=count)]
    as_lopsided = sum(abs(2 * one - count) >= abs(up - down) for one in all_of_them)
    assert sign_test(up, down) == pytest.approx(as_lopsided / len(all_of_them))


def test_thousands_of_changes_have_a_probability() -> None:
    assert sign_test(5_000, 0) == 0.0 or sign_test(5_000, 0) < 1e-300
    assert 0.9 < sign_test(2_500, 2_501) <= 1


def test_questions_that_did_not_change_count_for_nothing() -> None:
    for same in (20, 500):
        before = answers(cwe=[0.0] * 5 + [1.0] * same)
        after = answers(cwe=[1.0] * (5 + same))
        (one,) = compare(before, after)
        assert (one.chance, one.verdict) == (2 / 32, "even")
    (one,) = compare(answers(cwe=[0.0] * 6 + [1.0] * 500), answers(cwe=[1.0] * 506))
    assert (one.chance, one.verdict) == (2 / 64, "better")


def test_a_gain_and_its_sign_may_differ() -> None:
    # Many a little better, few much worse: by the sign test beyond chance, yet no better on the whole.
    before, after = [0.5] * 40 + [1.0] * 8, [0.6] * 40 + [0.0] * 8
    (one,) = compare(answers(cwe=before), answers(cwe=after))
    assert one.chance < LEVEL and one.gain < 0
    assert one.verdict == "worse"
    assert beyond_chance([one]) == frozenset()
    # And many a little worse, few much better: the mean alone would call it a gain.
    before, after = [0.5] * 48, [0.45] * 40 + [1.0] * 8
    (one,) = compare(answers(cwe=before), answers(cwe=after))
    assert one.chance < LEVEL and one.gain > 0 and one.more == -32
    assert one.verdict == "worse"
    assert beyond_chance([one]) == frozenset()
    (one,) = compare(answers(cwe=[0.5] * 40), answers(cwe=[0.375] * 32 + [1.0] * 8))
    assert one.gain == 0 and one.verdict == "worse"
    (one,) = compare(answers(cwe=[0.5] * 40), answers(cwe=[0.625] * 32 + [0.0] * 8))
    assert one.gain == 0 and one.verdict == "even"


def tried(*chances: float, gain: float = 0.1) -> list[Compared]:
    plain = compare(answers(cwe=[0.0] * LEAST), answers(cwe=[1.0] * LEAST))[0]
    return [
        replace(plain, skill=f"skill-{chr(97 + number)}", chance=chance, gain=gain)
        for number, chance in enumerate(chances)
    ]


@pytest.mark.parametrize(
    ("chances", "used"),
    [
        ((0.049,), "a"),
        ((0.05,), ""),
        ((0.03, 0.03), ""),  # either alone would do, both together may be chance
        ((0.024, 0.04), "ab"),
        ((0.04, 0.024), "ab"),
        ((0.01, 0.03, 0.04), "a"),
        ((0.016, 0.024, 0.06), "ab"),
        ((0.017, 0.001, 0.04), "abc"),
        ((), ""),
    ],
)
def test_skills_that_are_tried_together_share_the_chance(chances: tuple[float, ...], used: str) -> None:
    assert beyond_chance(tried(*chances)) == {f"skill-{one}" for one in used}
    assert beyond_chance(tried(*chances, gain=-0.1)) == frozenset()


def test_skills_that_got_worse_or_stayed_are_tried_too() -> None:
    up = [0.0] * 6 + [1.0] * 20
    alone = decide(answers(cwe=up, **FIRM), answers(cwe=[1.0] * 26, **FIRM))
    assert alone.skills == ("cwe",)
    others: dict[str, Sequence[float]] = {"intent": [1.0] * LEAST, "refusal": [0.0] * LEAST}
    decision = decide(answers(cwe=up, **others, **FIRM), answers(cwe=[1.0] * 26, **others, **FIRM))
    assert decision.skills == ()
    assert "cwe: no better than its base beyond chance, 0.769 → 1.000 (n 26)." in decision.why


def test_few_that_changed_at_random_are_used() -> None:
    chance = Random(1)

    def tossed() -> list[Answered]:
        rights = {skill: [float(chance.random() < 0.5) for _ in range(40)] for skill in SKILLS}
        return answers(**rights, **FIRM)

    used = sum(decide(tossed(), tossed()).passed for _ in range(100))
    assert used <= 5  # of a hundred, at 5 % over four skills, up and down
