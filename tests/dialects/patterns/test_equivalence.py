"""Expressions that find the same are told from those that do not."""

from __future__ import annotations

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.dialects.patterns.equivalence import find_same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("[a-zA-Z0-9]", "(?i)[0-9a-z]"),
        ("a|b|c", "[abc]"),
        ("ab+c*", "ab"),
        (r"\d{1,3}\.\d{1,3}", r"[0-9]\.\d"),
        ("^(?:a|b)$", "(?:^a$)|(?:^b$)"),
        ("a{2,4}b", "aab"),
        ("x(?:yz|yw)", "xy[zw]"),
        ("(?s)a.*b", "(?s)a(?:.|\n)*b"),
        ("echo E{6,64}s?>s?", "echo EEEEEEE{0,58}s?>"),
    ],
)
def test_what_finds_the_same(one: str, other: str) -> None:
    assert find_same(one, other) and find_same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a", "b"),
        ("a", "(?i)a"),
        ("ab", "a"),
        ("^ab", "ab"),
        ("ab$", "ab"),
        ("a.b", "(?s)a.b"),
        ("a{2}b", "a{3}b"),
        ("[a-y]", "[a-z]"),
        (r"\bword\b", "word"),
    ],
)
def test_what_does_not(one: str, other: str) -> None:
    assert not find_same(one, other) and not find_same(other, one)


_PIECES = ("a", "b", "[ab]", "a?", "b*", "(?:a|b)", "(?:ab|ba)", "a+", "^", "$", "b{1,2}")
_patterns = st.lists(st.sampled_from(_PIECES), min_size=1, max_size=5).map("".join)


@settings(max_examples=150, deadline=None)
@given(one=_patterns, other=_patterns)
def test_it_agrees_with_re2_on_every_short_text(one: str, other: str) -> None:
    texts = [""]
    for _ in range(5):
        texts += [text + letter for text in texts for letter in "ab" if len(text) < 5]
    found = [[re2.search(pattern, text) is not None for text in set(texts)] for pattern in (one, other)]
    if find_same(one, other):
        assert found[0] == found[1]


def test_many_states_are_not_walked_for_ever() -> None:
    assert not find_same("(?s)a.{60,200}b.{60,200}c", "(?s)a.{60,200}b.{60,201}c")
