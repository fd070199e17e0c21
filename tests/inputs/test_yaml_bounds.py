"""YAML of others: what does not fit is told in one way, and nothing in it takes long."""

from __future__ import annotations

import time

import pytest
import yaml

from cybersecqwen.inputs.yaml_bounds import DEEPEST, LONGEST_NUMBER, read_yaml


@pytest.mark.parametrize("value", ['!!int ""', '!!float ""', "!!bool x", "!!timestamp x"])
def test_a_value_that_is_not_what_its_tag_says_is_no_yaml(value: str) -> None:
    with pytest.raises(yaml.YAMLError, match="tag"):
        read_yaml(f"a: {value}")


def test_a_number_that_overflows_is_no_yaml() -> None:
    with pytest.raises(yaml.YAMLError):
        read_yaml(f"a: {':'.join('1' * 200)}.5")


@pytest.mark.parametrize("number", [":".join("1" * 100_000), "0x" + "f" * 100_000, "9" * 100_000])
def test_a_number_without_end_is_refused_at_once(number: str) -> None:
    begun = time.perf_counter()
    with pytest.raises(yaml.YAMLError, match="number"):
        read_yaml(f"a: {number}")
    assert time.perf_counter() - begun < 2


def test_what_people_write_is_read_as_before() -> None:
    text = f"a: 12\nb: 1:30\nc: 0x1f\nd: 1.5e3\ne: {'9' * LONGEST_NUMBER}\nf: yes\n"
    assert read_yaml(text) == {
        "a": 12,
        "b": 90,
        "c": 31,
        "d": "1.5e3",
        "e": int("9" * LONGEST_NUMBER),
        "f": True,
    }


def test_depth_and_merging_are_bounded() -> None:
    read_yaml("[" * (DEEPEST - 1) + "]" * (DEEPEST - 1))
    for text in ("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), "a: &x {b: 1}\nc: {<<: *x}"):
        with pytest.raises(yaml.YAMLError):
            read_yaml(text)
