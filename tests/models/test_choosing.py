"""One of several choices by letter or by words: how it is asked, and what probabilities its tokens give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import UsageError
from cybersecqwen.models import Prompt
from cybersecqwen.models.choosing import LONGEST, asking, followed, one_of
from cybersecqwen.models.interface import lettered
from cybersecqwen.models.profiles import GENERIC, profile
from tests.amounts import draws

PROMPT = Prompt(instructions="I", question="Which?", skill="indicator-role")
SMALL = profile("smollm2")
WORDS = ("delivery", "payload", "phishing", "phishing for information")


def position(token: str, **masses: float) -> tuple[bytes, list[tuple[bytes, float]]]:
    return token.encode(), [(name.encode(), math.log(mass)) for name, mass in masses.items()]


def test_most_families_are_asked_for_a_letter() -> None:
    asked, letters, by_words = asking(PROMPT, WORDS, GENERIC)
    assert (asked, letters) == lettered(PROMPT, WORDS)
    assert not by_words


def test_the_smallest_are_asked_for_the_words() -> None:
    asked, words, by_words = asking(PROMPT, [" delivery\n", "pay  load"], SMALL)
    assert (words, by_words) == (("delivery", "pay load"), True)
    assert asked == replace(
        PROMPT, question="Which?\n- delivery\n- pay load\nAnswer with one of these, word for word."
    )


@pytest.mark.parametrize(
    "choices",
    [
        ["A", "B", "C"],  # labels that the question explains
        ["a b", "a  b"],  # the same word for word
        ["first", "x" * (LONGEST + 1)],
        ["first", " "],
        ["first", "\x1b[0m"],
    ],
)
def test_what_cannot_be_said_word_for_word_is_chosen_by_letter(choices: Sequence[str]) -> None:
    asked, letters, by_words = asking(PROMPT, choices, SMALL)
    assert (asked, letters) == lettered(PROMPT, choices)
    assert not by_words


@pytest.mark.parametrize("choices", [[], ["one"], ["x", "x"], [str(n) for n in range(27)]])
def test_impossible_choices(choices: Sequence[str]) -> None:
    for family in (SMALL, GENERIC):
        with pytest.raises(UsageError):
            asking(PROMPT, choices, family)


def test_a_grammar_quotes_what_stands_in_a_choice() -> None:
    assert one_of(['say "no"', "C:\\x"]) == 'root ::= "say \\"no\\"" | "C:\\\\x"'


def test_one_token_tells_choices_apart() -> None:
    found = followed(WORDS[:2], [position("del", pay=0.1, de=0.05, x=0.5, **{"del": 0.25})])
    assert found == pytest.approx((0.75, 0.25))


def test_the_mass_of_a_token_goes_on_to_what_it_leaves() -> None:
    first = position("ph", ph=0.6, d=0.2, p=0.2)  # "p" leaves three of the four
    second = position("ishing", ishing=0.9)
    third = position(" for", **{" for": 0.25, "\n": 0.5})
    found = followed(WORDS, [first, second, third])
    assert sum(found) == pytest.approx(1)
    assert found[0] == pytest.approx(0.2)
    assert found[1] == pytest.approx(0.2 / 3)
    assert found[2] == pytest.approx(0.2 / 3 + 0.6 * 0.75)
    assert found[3] == pytest.approx(0.2 / 3 + 0.6 * 0.25)


def test_an_answer_that_ends_is_the_choice_that_it_says() -> None:
    assert followed(WORDS[2:], [position("phishing", phishing=0.9)]) == (1.0, 0.0)


def test_nothing_that_was_said_prefers_nothing() -> None:
    for taken in ([], [position("")], [position("x", x=0.9)], [position("del")][:0]):
        assert followed(WORDS, taken) == (0.25,) * 4


def test_a_token_that_is_not_among_the_likeliest_was_taken_all_the_same() -> None:
    one, other = followed(WORDS[:2], [position("delivery", pay=0.01)])
    assert 0 < one < other < 1


PIECES = st.text(st.sampled_from("abc é"), min_size=1, max_size=3)


@given(
    words=st.lists(
        st.text(st.sampled_from("abc é"), min_size=1, max_size=6), min_size=2, max_size=5, unique=True
    ),
    tokens=st.lists(
        st.tuples(PIECES, st.lists(st.tuples(PIECES, st.floats(-50, 1)), max_size=6)), max_size=6
    ),
)
@draws(300)
def test_probabilities_sum_to_one_whatever_comes(
    words: list[str], tokens: list[tuple[str, list[tuple[str, float]]]]
) -> None:
    taken = [(token.encode(), [(one.encode(), logprob) for one, logprob in top]) for token, top in tokens]
    found = followed(words, taken)
    assert len(found) == len(words)
    assert math.isclose(sum(found), 1.0, abs_tol=1e-9)
    assert all(0 <= one <= 1 + 1e-9 for one in found)


@given(
    words=st.lists(
        st.text(st.sampled_from("abcé"), min_size=1, max_size=6), min_size=2, max_size=5, unique=True
    ),
    data=st.data(),
)
@draws(200)
def test_the_word_that_was_written_is_the_likeliest_where_each_of_its_tokens_was(
    words: list[str], data: st.DataObject
) -> None:
    """Bytes as tokens, the right one always with most of the mass."""
    right = data.draw(st.sampled_from(words))
    text = right.encode()
    taken = [
        (
            text[at : at + 1],
            [(text[at : at + 1], math.log(0.9)), (b"a", math.log(0.03)), (b"b", math.log(0.03))],
        )
        for at in range(len(text))
    ]
    found = followed(words, taken)
    assert found[words.index(right)] == max(found)
