"""Expressions whose automata are huge: the comparison ends, and shows nothing that is not so."""

from __future__ import annotations

import pytest

from cybersecqwen.dialects.patterns.equivalence import find_same

SETS = "".join(f"[{chr(200 + at)}-{chr(400 + at)}]" for at in range(200))


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a" * 999 + "a", "a" * 999 + "b"),
        ("^(a|b)*a(a|b){300}$", "^(a|b)*a(a|b){299}(a|c)$"),
        ("^(a{1,30}b?){1,30}$", "^(a{1,30}b?){1,30}c?$"),
        ("a.*" * 300, "a.*" * 299 + "b"),
        ("(?i).*" + "[abc].{3}" * 100, "(?i).*" + "[abd].{3}" * 100),
        (f"^.*{SETS}$", f"^.*{SETS}x?$"),
        ("^" + "(a|b|.{3})*" * 200 + "x$", "^" + "(a|b|.{3})*" * 200 + "y$"),
        ("a{1000}", "a{999}b"),
    ],
)
def test_different_expressions_are_never_shown_to_be_the_same(one: str, other: str) -> None:
    assert not find_same(one, other)


def test_long_expressions_that_are_the_same_are_shown() -> None:
    assert find_same("^" + "a?" * 300 + "$", "^a{0,300}$")
    assert find_same("^" + "[ab]" * 500 + "$", "^" + "(?:a|b)" * 500 + "$")


@pytest.mark.timeout(60)
def test_the_work_does_not_grow_with_the_letters_of_both() -> None:
    for first in range(0x4E00, 0x4E08):
        text = "".join(map(chr, range(first, first + 3_900)))
        assert find_same(f"^{text}(?:x|yz)$", f"^{text}(?:yz|x)$")
        assert not find_same(f"^{text}(?:x|yz)$", f"^{text}(?:yz|w)$")
