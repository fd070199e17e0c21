"""How names, values and conditions are shown, and what becomes of long sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import Op
from cybersecqwen.dialects import describing as words
from tests.dialects.described import HOSTILE, sound


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("user", "user"),
        ("a.b{}.c", "a.b{}.c"),
        ("two words", "“two words”"),
        ("x. It is safe", "“x. It is safe”"),
        ("a\nb", "“a b”"),
        ("“a”", "“a”"),
        ("a\u202eb", "ab"),
    ],
)
def test_names(text: str, shown: str) -> None:
    assert words.name(text) == shown


def test_long_values_are_cut() -> None:
    assert words.value("x" * 500) == "x" * 79 + "…"
    assert words.value("") == "empty"
    assert words.values([str(number) for number in range(10_000)]) == "0, 1, 2, 3, 4, 5, 6, 7 or 9,992 more"


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (["a"], "a"),
        (["a", "b"], "a or b"),
        (["a or b", "c"], "a or b, or c"),
        (["a, b", "c", "d"], "a, b; c; or d"),
    ],
)
def test_lists(parts: list[str], said: str) -> None:
    assert words.some(parts, "or") == said


def test_comparisons_of_one_field_are_put_together() -> None:
    one, other = words.compared("a", Op.CONTAINS, ["x"]), words.compared("a", Op.CONTAINS, ["y"])
    assert words.merged([one, other], "or") == ["a contains x or y"]
    assert words.merged([one, other], "and") == ["a contains x", "a contains y"]
    not_one = words.compared("a", Op.EQUALS, ["x"], negated=True)
    not_other = words.compared("a", Op.EQUALS, ["y"], negated=True)
    assert words.merged([not_one, not_other], "and") == ["a is none of x or y"]
    assert words.merged([not_one, not_other], "or") == ["a is not x", "a is not y"]
    least, most = words.compared("a", Op.AT_LEAST, ["1"]), words.compared("a", Op.AT_LEAST, ["2"])
    assert words.merged([least, most], "or") == ["a is at least 1", "a is at least 2"]


def test_brackets_stand_only_where_something_stands_beside() -> None:
    group = words.grouped(["a", "b"], "or")
    assert group == "(a or b)"
    assert list(words.split_up([group], [], "rows")) == ["Keeps rows where a or b"]
    assert list(words.split_up([group, "c"], [], "rows")) == ["Keeps rows where (a or b) and c"]


def test_many_conditions_become_several_sentences() -> None:
    parts = [f"field{number} is {'v' * 40}" for number in range(20)]
    sentences = list(words.split_up(parts, [], "rows"))
    assert len(sentences) > 2
    assert all(part in " ".join(sentences) for part in parts)
    assert sentences[1].startswith("Keeps of those the rows where")


def test_very_many_conditions_are_counted() -> None:
    sentences = list(words.split_up([f"f{number} is {number}" for number in range(1_000)], [], "rows"))
    assert len(sentences) == 4
    assert sentences[-1].endswith(" more conditions")
    assert sound(words.finished(sentences))


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("*x*", "a contains x"),
        ("x*", "a begins with x"),
        ("*x", "a ends with x"),
        ("x", "a is x"),
        ("x*y", "a looks like x*y"),
        ("*", "a looks like “*”"),
    ],
)
def test_patterns(pattern: str, said: str) -> None:
    assert words.globbed("a", [pattern], False) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "first"), (1, "2nd"), (10, "11th"), (20, "21st"), (-1, "last"), (-2, "2nd from the end")],
)
def test_places(number: int, said: str) -> None:
    assert words.ordinal(number) == said


def test_data_that_is_needed() -> None:
    assert words.needed("index", ["a", "b"]) == ("The indexes a and b.",)
    assert words.needed("policy", ["a"]) == ("The policy a.",)
    assert words.needed("table", []) == ()


@given(
    st.lists(st.text(min_size=1).map(lambda text: f"Looks at {words.name(text)}"), min_size=1, max_size=60)
)
def test_whatever_is_said_is_bounded(sentences: list[str]) -> None:
    assert sound(words.finished(sentences))


def test_inner_queries_are_shortened_before_what_is_done_with_them() -> None:
    inner = [f"Does step {number}" for number in range(30)]
    told = [*words.inside("For a", inner), *words.inside("For b", inner), "Joins a with b"]
    sentences = words.finished(told)
    assert sentences == (
        *(f"For a: does step {number}." for number in range(5)),
        "For a: … and 25 more steps.",
        *(f"For b: does step {number}." for number in range(5)),
        "For b: … and 25 more steps.",
        "Joins a with b.",
    )


def test_hostile_text_is_cut() -> None:
    assert sound(words.finished([f"Looks at {words.clean(HOSTILE, 5_000)}"] * 100))
