"""A model raises a verdict or a severity, never lowers it; its output follows the schema or is an error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import CsqError, SchemaError
from cybersecqwen.records import Severity, Verdict
from cybersecqwen.verify.floor import floor
from cybersecqwen.verify.schema import json_path, validate


@given(st.sampled_from(Verdict), st.one_of(st.none(), st.sampled_from(Verdict)))
def test_a_verdict_never_falls(computed, proposed):
    result = floor(computed, proposed)
    assert result.rank >= computed.rank
    assert result in (computed, proposed)


@given(st.sampled_from(Severity), st.one_of(st.none(), st.sampled_from(Severity)))
def test_a_severity_never_falls(computed, proposed):
    assert floor(computed, proposed) == max(computed, proposed or computed)


def test_two_kinds_cannot_be_compared():
    with pytest.raises(TypeError):
        floor(Verdict.BENIGN, Severity.HIGH)


SCHEMA = {
    "type": "object",
    "properties": {
        "items": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "integer"}}}}
    },
    "required": ["items"],
    "additionalProperties": False,
}


def test_what_follows_the_schema_passes():
    validate({"items": [{"n": 1}]}, SCHEMA)


@pytest.mark.parametrize(
    ("value", "path"),
    [({"items": [{"n": 1}, {"n": "x"}]}, "$.items[1].n"), ({}, "$"), ([], "$"), ({"items": 3}, "$.items")],
)
def test_what_does_not_names_its_place(value, path):
    with pytest.raises(SchemaError, match="at " + path.replace("$", r"\$").replace("[", r"\[") + ":"):
        validate(value, SCHEMA)


def test_nothing_is_fetched_for_a_schema():
    with pytest.raises(CsqError):
        validate({}, {"$ref": "https://example.com/schema.json"})


def test_an_invalid_schema_is_not_the_models_fault():
    with pytest.raises(CsqError) as caught:
        validate({}, {"type": "nonsense"})
    assert not isinstance(caught.value, SchemaError)


def test_json_path_quotes_odd_names():
    assert json_path(["a", 0, "b c", "it's"]) == r"$.a[0]['b c']['it\'s']"
