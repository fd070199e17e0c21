from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.tasks.playbook.rehearsal.conditions import decided, switched

_KNOWN = {"__a__": "yes", "__n__": "12", "__word__": "it's"}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("__a__:value == 'yes'", True),
        ("__a__:value = 'no'", False),
        ("__a__ != 'no'", True),
        ("__n__:value > 9", True),
        ("__n__:value <= '12.0'", True),
        ("__n__:value < 2", False),
        ("__a__:value IN ('no', 'yes')", True),
        ("__a__:value NOT IN ('no', 'yes')", False),
        ("NOT __a__:value == 'yes'", False),
        ("__a__:value NOT = 'yes'", False),
        (r"__word__:value == 'it\'s'", True),
        ('__a__:value == "yes"', True),
        ("__a__:value == 'no' OR __n__:value == 12", True),
        ("__a__:value == 'yes' OR __a__:value == 'yes' AND __a__:value == 'no'", True),
        ("(__a__:value == 'yes' OR __a__:value == 'yes') AND __a__:value == 'no'", False),
        ("[__a__:value == 'yes']", True),
        ("__a__:value == __n__:value", False),
    ],
)
def test_comparisons_of_known_values_are_decided(condition: str, holds: bool) -> None:
    assert decided(condition, _KNOWN) is holds


@pytest.mark.parametrize(
    "condition",
    [
        "",
        "__b__:value == 'yes'",
        "__a__:value == 'yes' OR __b__:value == 'yes'",
        "__a__:value LIKE 'y%'",
        "__a__:value MATCHES '^y'",
        "__a__:value > 9",
        "__n__:value > 'nan'",
        "__a__:value == 'yes' WITHIN 5 SECONDS",
        "'yes' == 'yes'",
        "ipv4-addr:value == '10.0.0.1'",
        "(__a__:value == 'yes'",
        "__a__:value == 'yes",
        "__a__:value ==",
        "(" * 50 + "__a__:value == 'yes'" + ")" * 50,
        "__a__:value == '" + "x" * 5_000 + "'",
    ],
)
def test_everything_else_is_left_to_the_person(condition: str) -> None:
    assert decided(condition, _KNOWN) is None


@given(st.text(alphabet="()[]'\" __a:value=ANDORTIN,<>!\\\n", max_size=300))
def test_no_condition_raises(condition: str) -> None:
    assert decided(condition, _KNOWN) in (True, False, None)


def test_a_hostile_condition_takes_no_time() -> None:
    begun = time.process_time()
    for text in ("'" + "\\" * 3_999, "(" * 3_999, "__a__" * 799, " " * 3_999 + "\x00"):
        decided(text, _KNOWN)
    assert time.process_time() - begun < 1


def test_a_switch_takes_the_value() -> None:
    assert switched(" __a__:value ", _KNOWN) == "yes"
    assert switched("__b__:value", _KNOWN) is None
