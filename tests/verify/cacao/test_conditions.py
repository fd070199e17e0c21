from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.verify.cacao.conditions import unread, variables
from tests.strategies import UNHURRIED


@pytest.mark.parametrize(
    "text",
    [
        "__a__:value == 'x'",
        "__a__:value = 'it\\'s'",
        "__a__:value!=5",
        "  __a__:value >= 5.5  ",
        "NOT __a__:value == true AND (__b__:value == 'x' OR __c__:value == \"y\")",
        "((__a__:value == 'x'))",
        "__a__:value IN ('x', 'y', 3)",
        "__a__:value NOT IN ('x')",
        "__a__:value LIKE 'x%' or __a__:value MATCHES '^x'",
        "[ipv4-addr:value = '192.0.2.1']",
        "[file:hashes.'SHA-256' = 'ab' AND file:size > 10]",
        "[a:b = 1] FOLLOWEDBY [c:d = 2] WITHIN 600 SECONDS",
        "[a:b = 1] REPEATS 5 TIMES",
        "[a:b = 1] START t'2026-01-01T00:00:00Z' STOP t'2026-02-01T00:00:00Z'",
        "ipv4-addr:value ISSUBSET '198.51.100.0/24'",
        "__a__:value == __b__:value",
        "__a__:value = 10.0.0.1",
        "__a__ == yes",
        "EXISTS __a__:value == 'x'",
    ],
)
def test_what_is_read(text: str) -> None:
    assert unread(text) == ""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "It is empty."),
        ("  ", "It is empty."),
        ("__a__:value", "It names a variable and compares it with nothing."),
        ("__a__:value ==", "It ends in the middle."),
        ("__a__:value == 'x' AND", "It ends in the middle."),
        ("__a__:value == 'x' __b__:value == 'y'", "AND or OR must stand at character 20"),
        ("__a__:value == 'x", "Character 16 begins nothing"),
        ("(__a__:value == 'x'", "The last ( is never closed."),
        ("__a__:value == 'x')", "The ) at character 19 closes nothing."),
        ("[__a__:value == 'x')", "The ) at character 20 closes nothing."),
        ("5 == __a__:value", "A variable must stand at character 1"),
        ("'x' == __a__:value", "A variable must stand at character 1"),
        ("__a__:value is 'x'", "A comparison must stand at character 13"),
        ("__a__:value == AND", ""),
        ("__a__:value IN ('x' 'y')", "A comma or ) must stand at character 21"),
        ("__a__:value IN ()", "A value must stand at character 17"),
        ("__a__:value == ,", "A value must stand at character 16"),
        ("the host is infected", "A variable must stand at character 1"),
        ("__a__:value == 'x' ; rm", "Character 20 begins nothing"),
    ],
)
def test_what_is_not_read(text: str, reason: str) -> None:
    if reason:
        assert unread(text).startswith(reason)
    else:
        assert unread(text) == ""  # a bare word may be a value, whatever it is


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("__a__:value", [("__a__", True)]),
        ("x __a__ y", [("__a__", False)]),
        ("http://__host__/by/__cve__:value", [("__host__", False), ("__cve__", True)]),
        ("__a__b__:value", [("__a__b__", True)]),
        ("__a__b", [("__a__", False)]),
        ("__a__:values", [("__a__", False)]),
        ("_a_:value __1__ ____ __a_", []),
        ("pre__a__:value", [("__a__", True)]),
        ("__a-b_c__:value", [("__a-b_c__", True)]),
    ],
)
def test_variables_in_a_text(text: str, wanted: list[tuple[str, bool]]) -> None:
    assert list(variables(text)) == wanted


_PARTS = (
    "__a__:value",
    "==",
    "'x'",
    "(",
    ")",
    "[",
    "]",
    "AND",
    "NOT",
    "IN",
    ",",
    "5",
    "WITHIN",
    "'",
    "\\",
    " ",
)


@UNHURRIED
@given(st.one_of(st.text(), st.lists(st.sampled_from(_PARTS)).map(" ".join)))
def test_any_text_is_read_or_refused(text: str) -> None:
    assert isinstance(unread(text), str)
    assert all(name.startswith("__") and name.endswith("__") for name, _ in variables(text))


@UNHURRIED
@given(st.integers(0, 50), st.integers(0, 50))
def test_brackets_must_close(opened: int, closed: int) -> None:
    text = "(" * opened + "__a__:value == 'x'" + ")" * closed
    assert (unread(text) == "") == (opened == closed)


@pytest.mark.parametrize(
    "text", ["_" * 2_000_000, "(" * 1_000_000, "'" * 1_000_001, "__a" * 500_000, "\\" * 999_999]
)
@pytest.mark.timeout(20)
def test_long_texts_take_linear_time(text: str) -> None:
    assert unread(text)
    assert len(list(variables(text))) < 1_000
