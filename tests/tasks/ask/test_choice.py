"""Choosing options by what the store says."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cybersecqwen.errors import CsqError
from cybersecqwen.knowledge import Store
from cybersecqwen.models.scripted import Scripted
from cybersecqwen.tasks.ask.choice import answer_choice
from cybersecqwen.tasks.ask.reading import joined

CASES = [
    ("Which group whistled in the harbour?", ["Quiet Fox", "Loud Bear"], "B"),
    ("Which software does Loud Bear use?", ["Kettle", "Whistle"], "B"),
    (
        "What can guards get against Making Noise?",
        ["plugs made from foam", "thick curtains", "a new kettle"],
        "A",
    ),
    ("What is a consequence of CWE-7?", ["Whistling becomes louder", "Rain is able to come in"], "B"),
    ("Which mitigation addresses T1001?", ["Thick Curtains", "Ear Plugs"], "B"),
    ("Which tactic does Making Noise belong to?", ["Collection", "Defense Evasion", "Impact"], "B"),
]


@pytest.mark.parametrize(("text", "options", "letter"), CASES)
def test_the_supported_option_is_chosen(full: Store, text: str, options: list[str], letter: str) -> None:
    said = answer_choice(text, options, full)
    assert said.letter == letter
    assert sum(said.probabilities) == pytest.approx(1)
    assert said.passages and said.citations
    assert {p.entity for p in said.passages} <= {c.id for c in said.citations}


def test_what_is_not_so_is_chosen_where_that_is_asked(full: Store) -> None:
    options = ["Close the door with a lever", "Boil water in a kettle", "Do not leave doors open at night"]
    assert answer_choice("Which is NOT a mitigation of Open Door?", options, full).letter == "B"


def test_facts_alone_answer_for_relations(bare: Store) -> None:
    assert answer_choice("Which software does Loud Bear use?", ["Kettle", "Whistle"], bare).letter == "B"
    assert (
        answer_choice("Which mitigation addresses T1001?", ["Thick Curtains", "Ear Plugs"], bare).letter
        == "B"
    )
    even = answer_choice("Which colour?", ["red", "blue"], bare)
    assert even.probabilities == (0.5, 0.5) and even.passages == ()


def test_order_of_options_changes_nothing(full: Store) -> None:
    one = answer_choice("Which group whistled in the harbour?", ["Quiet Fox", "Loud Bear", "Kettle"], full)
    other = answer_choice("Which group whistled in the harbour?", ["Kettle", "Loud Bear", "Quiet Fox"], full)
    assert one.probabilities == pytest.approx(other.probabilities[::-1], abs=1e-6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(text=st.text(max_size=80), options=st.lists(st.text(max_size=40), max_size=5))
def test_anything_may_be_asked(full: Store, bare: Store, text: str, options: list[str]) -> None:
    for store in (full, bare):
        try:
            said = answer_choice(text, options, store)
        except CsqError:
            continue
        assert len(said.probabilities) == len(options)
        assert sum(said.probabilities) == pytest.approx(1)


def reader(name: str, *shares: float) -> Scripted:
    return Scripted([], probabilities=shares, name=name)


def test_a_model_reads_the_passages_and_is_joined(full: Store) -> None:
    question, options = "Which colour has the moon at sea?", ["red", "blue"]
    alone = answer_choice(question, options, full).probabilities
    model = reader("some-1.5b", 0.02, 0.98)
    said = answer_choice(question, options, full, model)
    assert said.letter == "B" and said.models == ("some-1.5b",)
    assert said.probabilities[1] > alone[1]
    assert len(model.history) == 1 and "A. red" in model.history[0][0].question
    assert (said.supported, said.read) == (alone, (0.02, 0.98))
    assert answer_choice(question, options, full).read == ()


@pytest.mark.parametrize(
    "options", [["A", "B", "C"], ["B", "A"], ["x" * 300 + " red", "x" * 300 + " blue"], ["1", "2"]]
)
def test_options_that_are_letters_or_alike_are_listed_under_letters(full: Store, options: list[str]) -> None:
    model = reader("some-1.5b", *[0.01] * (len(options) - 1), 0.9)
    said = answer_choice("Which drive has the moon at sea?", options, full, model)
    assert said.read[-1] == max(said.read)
    question = model.history[0][0].question
    for letter, option in zip("ABC", options, strict=False):
        assert f"\n{letter}. {option[:100]}" in question


def test_notes_stand_in_the_material_and_are_short(full: Store) -> None:
    model = reader("some-1.5b", 0.5, 0.5)
    said = answer_choice(CASES[0][0], CASES[0][1], full, model)
    prompt, _ = model.history[0]
    assert said.letter == "B"
    assert any("harbour at 0430" in piece.text for piece in prompt.material)
    assert "0430" not in prompt.question + prompt.instructions
    assert sum(len(piece.text) + len(piece.label) for piece in prompt.material) < 1_000


def test_a_small_model_counts_less() -> None:
    small = joined((0.5, 0.5), (0.9, 0.1), 0.15)
    large = joined((0.5, 0.5), (0.9, 0.1), 1.0)
    assert 0.5 < small[0] < large[0]
    assert sum(large) == pytest.approx(1)
