"""Whatever stands in a folder of rules, the tests of it come to an end with a result or one clear error."""

from __future__ import annotations

import tempfile
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.errors import CsqError
from cybersecqwen.records.rule_tests import RuleTests
from cybersecqwen.render.rule_tests import rule_tests_text
from cybersecqwen.render.rule_tests_junit import rule_tests_junit
from cybersecqwen.render.sarif_tests import rule_tests_sarif
from cybersecqwen.tasks.query import testing

from .rules import GOOD

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text(max_size=6), st.just("selection"))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = ("title", "id", "level", "status", "tags", "logsource", "detection", "x_examples")


def run(content: bytes, beside: bytes = b"", info: bytes = b"") -> RuleTests | None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "r.yml").write_bytes(content)
        Path(folder, "r.match.jsonl").write_bytes(beside)
        if info:
            Path(folder, "info.yml").write_bytes(info)
        try:
            result = testing.test_rules([Path(folder)], testing.Asked(made=4))
        except CsqError:
            return None
        rule_tests_text(result)
        rule_tests_junit(result)
        rule_tests_sarif(result)
        return result


@given(st.binary(max_size=120), st.binary(max_size=40), st.binary(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_bytes(content: bytes, beside: bytes, info: bytes) -> None:
    run(content, beside, info)


@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=3))
@settings(max_examples=100, deadline=None)
def test_a_rule_with_other_parts(parts: dict[str, object]) -> None:
    result = run(yaml.safe_dump({**yaml.safe_load(GOOD), **parts}).encode())
    assert result is not None and len(result.tests) == 1


@given(VALUES)
@settings(max_examples=60, deadline=None)
def test_any_selection(selection: object) -> None:
    raw = yaml.safe_load(GOOD)
    raw["detection"]["selection"] = selection
    result = run(yaml.safe_dump(raw).encode())
    assert result is not None and len(result.tests) == 1
