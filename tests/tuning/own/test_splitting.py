"""Records held out: never the same question on both sides, never an empty side without need."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import UsageError
from cybersecqwen.tuning.own import held_out
from cybersecqwen.tuning.own.splitting import asked_of
from cybersecqwen.tuning.records import Record
from tests.amounts import draws


def record(text: str, answer: str = "a", *, question: str = "What?", skill: str = "cwe") -> Record:
    return Record(skill=skill, material=(("text", text),), question=question, answer=answer, source="test")


TEXTS = st.lists(st.text("abcAB 12.-", max_size=5), max_size=30)


@draws(200)
@given(TEXTS, st.floats(0.01, 0.99), st.integers(0, 5))
def test_a_question_stands_on_one_side(texts: list[str], share: float, seed: int) -> None:
    records = [record(text, str(number)) for number, text in enumerate(texts)]
    learned, held = held_out(iter(records), share, seed)
    assert sorted((*learned, *held), key=lambda one: int(one.answer)) == records
    assert not {asked_of(one) for one in learned} & {asked_of(one) for one in held}
    kinds = {asked_of(one) for one in records}
    assert (bool(learned), bool(held)) == (bool(records), len(kinds) > 1)


def test_the_share_is_about_what_was_asked_for_and_stays() -> None:
    records = [record(f"text {chr(97 + one // 26)}{chr(97 + one % 26)}") for one in range(600)]
    learned, held = held_out(records, 0.2)
    assert 80 < len(held) < 160
    again, _ = held_out(records[:300], 0.2)
    assert set(again) == set(learned) & set(records[:300])
    assert held_out(records, 0.2, seed=1)[1] != held


@pytest.mark.parametrize(
    "other", ["USER1 ran a  tool!", "user22 ran: a tool", "\N{FULLWIDTH LATIN SMALL LETTER U}ser1 ran a tool"]
)
def test_near_duplicates_are_the_same_question(other: str) -> None:
    assert asked_of(record("user1 ran a tool")) == asked_of(record(other, question="Shuffled?"))


def test_other_skills_and_questions_without_material_are_told_apart() -> None:
    assert asked_of(record("a")) != asked_of(record("a", skill="roles"))
    assert asked_of(record("", question="One?")) != asked_of(record("", question="Two?"))


@pytest.mark.parametrize("share", [0, 1, -0.5, 2, float("nan")])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(UsageError):
        held_out([], share)
