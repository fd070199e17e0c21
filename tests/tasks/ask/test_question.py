"""Reading questions: options in them, negation, bounds; any text is a question or one clear error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import CsqError, LimitError, NothingAnalysedError, UsageError
from cybersecqwen.tasks.ask.question import LONGEST, read_question

WORD = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=12)
PHRASE = st.lists(WORD, min_size=2, max_size=6).map(" ".join)


@pytest.mark.parametrize(
    "text",
    [
        "Who whistles?\nA) Bear\nB) Fox\nC) Owl",
        "Who whistles?\na. Bear\nb. Fox\nc. Owl",
        "Who whistles? A) Bear B) Fox C) Owl",
        "Who whistles? Options: (A) Bear (B) Fox (C) Owl",
        "Who whistles?\n\n  A: Bear\n  B: Fox\n  C: Owl\n",
    ],
)
def test_options_in_the_text_are_found(text: str) -> None:
    question = read_question(text)
    assert question.options == ("Bear", "Fox", "Owl")
    assert question.text == "Who whistles?"


@pytest.mark.parametrize(
    "text", ["What is vitamin A) for?", "Plan B) is what?", "A) alone", "What does a.out do?"]
)
def test_a_letter_alone_makes_no_options(text: str) -> None:
    assert read_question(text).options == ()


@given(PHRASE, st.lists(PHRASE, min_size=2, max_size=8))
def test_lettered_lines_come_back(asked: str, options: list[str]) -> None:
    lines = [f"{chr(ord('A') + n)}) {option}" for n, option in enumerate(options)]
    question = read_question("\n".join([f"{asked}?", *lines]))
    assert list(question.options) == options
    assert question.text == f"{asked}?"


@given(st.text(max_size=400), st.lists(st.text(max_size=60), max_size=5))
def test_any_text_is_read_or_refused_in_one_sentence(text: str, options: list[str]) -> None:
    try:
        question = read_question(text, options)
    except CsqError as error:
        assert error.message
    else:
        assert question.text.isprintable() and any(c.isalnum() for c in question.text)
        assert len(question.options) != 1


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("Which is NOT a tactic?", True),
        ("All of these use it EXCEPT?", True),
        ("Which one is not affected?", True),
        ("Which does not whistle?", True),
        ("Which is a tactic?", False),
        ("What is a note?", False),
        ("Which notary is it?", False),
    ],
)
def test_negation(text: str, negated: bool) -> None:
    assert read_question(text).negated is negated


def test_the_last_option_may_speak_of_the_others() -> None:
    question = read_question("Which?", ["a", "b", "All of the above", "None of these"])
    assert (question.all_above, question.none_above) == (2, 3)
    assert read_question("Which?", ["all of it burns", "b"]).all_above == -1


def test_bounds() -> None:
    for empty in ("", "  \n", "?!"):
        with pytest.raises(NothingAnalysedError):
            read_question(empty)
    with pytest.raises(LimitError):
        read_question("a" * (LONGEST + 1))
    with pytest.raises(LimitError):
        read_question("Which?", ["a", "b" * 2_001])
    for options in (["one"], [f"o{n}" for n in range(27)], ["", ""]):
        with pytest.raises(UsageError):
            read_question("Which?", options)
