from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.events.matching import compile_alternatives
from cybersecqwen.detect.events.view import View
from cybersecqwen.errors import RuleError
from tests.builders import event

LISTS = {"shells": ["cmd.exe", "powershell.exe"]}


def holds(table: dict[str, object], **fields: str) -> bool:
    (alternative,) = compile_alternatives([table], LISTS)
    view = View(event(**fields))
    return all(test.holds(view) for test in alternative.tests)


@pytest.mark.parametrize(
    ("table", "text", "expected"),
    [
        ({"X": "Abc"}, "aBC", True),
        ({"X": "abc"}, "abcd", False),
        ({"X|contains": ["zz", "bc"]}, "ABCD", True),
        ({"X|contains|all": ["ab", "cd"]}, "ab cd", True),
        ({"X|contains|all": ["ab", "cd"]}, "ab", False),
        ({"X|startswith": "ab"}, "ABC", True),
        ({"X|startswith": "bc"}, "ABC", False),
        ({"X|endswith": ["x", "bc"]}, "ABC", True),
        ({"X|re": r"\bfo{2}\b"}, "a FOO b", True),
        ({"X|re": r"^foo$"}, "a foo", False),
        ({"X|re": r"^a\S+$"}, "AB", True),
        ({"X|re": r"^a\S+$"}, "a b", False),
        ({"X|cidr": "10.0.0.0/8"}, "10.2.3.4", True),
        ({"X|cidr": "10.0.0.0/8"}, "11.2.3.4", False),
        ({"X|cidr": "10.0.0.0/8"}, "no address", False),
        ({"X|gt": 5}, "6", True),
        ({"X|gt": 5}, "0x05", False),
        ({"X|le": 5}, "0x05", True),
        ({"X|exists": True}, "a", True),
        ({"X|exists": False}, "a", False),
        ({"Y|exists": False}, "a", True),
        ({"X": "@shells"}, "CMD.exe", True),
        ({"X": 5}, "5", True),
        ({"X": True}, "true", True),
    ],
)
def test_modifiers(table: dict[str, object], text: str, expected: bool) -> None:
    assert holds(table, X=text) is expected


def test_all_lines_of_a_table_must_hold() -> None:
    assert holds({"X": "a", "Y": "b"}, X="a", Y="b")
    assert not holds({"X": "a", "Y": "b"}, X="a", Y="c")


@pytest.mark.parametrize("pattern", [r"(.)\1", "(", r"(?=a)b", r"(?<!a)b", r"a{5000}{5000}", "[z-a]"])
def test_patterns_without_a_time_bound_are_refused(pattern: str) -> None:
    with pytest.raises(RuleError):
        compile_alternatives([{"X|re": pattern}], {})


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"X|nope": "a"},
        {"X|contains|endswith": "a"},
        {"X": []},
        {"X": "@unknown"},
        {"X|gt": "a"},
        {"X|exists": "yes"},
        {"X|cidr": "x"},
    ],
)
def test_wrong_tests_are_refused(table: dict[str, object]) -> None:
    with pytest.raises(RuleError):
        compile_alternatives([table], {})


@given(st.text(max_size=50), st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=12))
def test_contains_is_what_it_says(text: str, values: list[str]) -> None:
    """A hyphen alone is how records write that there is no value."""
    values = [v for v in values if "@" not in v] or ["x"]
    expected = text not in ("", "-") and any(v.lower() in text.lower() for v in values)
    assert holds({"X|contains": values}, X=text) is expected


def test_patterns_take_linear_time() -> None:
    """Nested repeats that make a backtracking engine run for years end at once."""
    assert not holds({"X|re": r"^(a+)+$"}, X="a" * 50_000 + "b")


@given(st.text(alphabet="ab.*\\", min_size=1, max_size=8), st.text(alphabet="ab", min_size=1, max_size=20))
def test_accepted_patterns_mean_what_re_means(pattern: str, text: str) -> None:
    try:
        (alternative,) = compile_alternatives([{"X|re": pattern}], {})
        re.compile(pattern)  # RE2 takes a few forms that `re` refuses, such as a repeated \\b
    except (RuleError, re.error):
        return
    (test,) = alternative.tests
    assert test.holds(View(event(X=text))) is bool(re.search(pattern, text, re.IGNORECASE))
