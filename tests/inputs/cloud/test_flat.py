"""Flattening is bounded in every direction and never loses a scalar that fits."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.inputs.cloud.changes import changed
from cybersecqwen.inputs.cloud.flat import dig, first, flatten, respell, scalar
from cybersecqwen.inputs.cloud.trail import scope
from cybersecqwen.inputs.cloud.words import outcome, words
from cybersecqwen.records import Limits

LIMITS = Limits()

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=25,
)
RECORDS = st.dictionaries(st.text(max_size=12), JSON, max_size=6)


def test_lists_do_not_number_their_members() -> None:
    raw = {"ipPermissions": {"items": [{"cidr": "10.0.0.0/8"}, {"cidr": "0.0.0.0/0"}]}}
    assert flatten(raw, LIMITS) == {"ipPermissions.items.cidr": "10.0.0.0/8; 0.0.0.0/0"}


def test_name_and_value_pairs_become_fields() -> None:
    raw = {"Parameters": [{"Name": "ForwardTo", "Value": "x@example.org"}, {"Name": "Delete", "Value": True}]}
    assert flatten(raw, LIMITS) == {"Parameters.ForwardTo": "x@example.org", "Parameters.Delete": "true"}


def test_old_values_stand_beside_new_ones() -> None:
    raw = {"modified": [{"displayName": "State", "oldValue": "on", "newValue": "off"}]}
    assert flatten(raw, LIMITS) == {"modified.State": "off", "modified.State.old": "on"}


def test_json_inside_a_string_is_opened() -> None:
    found = flatten({"body": '{"properties": {"publicAccess": "Blob"}}'}, LIMITS)
    assert found["body.properties.publicAccess"] == "Blob"


def test_layers_of_json_in_strings_are_bounded() -> None:
    import orjson

    text = "x" * 10
    for _ in range(12):
        text = orjson.dumps({"a": text}).decode()
    assert len(flatten({"a": text}, LIMITS)) <= 5


def test_depth_is_bounded() -> None:
    deep: Any = "x"
    for _ in range(200):
        deep = {"a": deep}
    assert list(flatten({"a": deep}, Limits(json_depth=5)).values()) == ["…"]


@given(RECORDS)
def test_bounds_hold_for_any_record(raw: dict[str, Any]) -> None:
    found = flatten(raw, Limits(fields=3, value_chars=8))
    assert len(found) <= 3
    assert all(0 < len(value) <= 8 for value in found.values())


@given(RECORDS)
def test_difference_of_any_record_is_bounded_text(raw: dict[str, Any]) -> None:
    assert len(changed(raw)) <= 4000


def test_dig_takes_nested_dotted_and_listed() -> None:
    assert dig({"a": {"b": 1}}, "a.b") == 1
    assert dig({"a.b": 2}, "a.b") == 2
    assert dig({"a": [{"b": 3}]}, "a.b") == 3
    assert dig({"a": "text"}, "a.b") is None


def test_first_passes_over_mappings_and_empty_text() -> None:
    assert first({"a": {"x": 1}, "b": "", "c": ["", "v"], "d": "w"}, ("a", "b", "d")) == "w"
    assert first({"c": ["v", "w"]}, ("c",)) == "v"


def test_numbers_are_written_as_people_do() -> None:
    assert scalar(5.0) == "5"
    assert scalar(10**5000) == "…"
    assert scalar(False) == "false"


def test_lower_case_names_get_their_spelling_back() -> None:
    assert respell({"eventname": "x", "other": 1}, ("eventName",)) == {"eventName": "x", "other": 1}


def test_words_of_every_way_to_write_a_name() -> None:
    assert words("DeleteSAMLIdentityProvider") == "delete saml identity provider"
    assert words("saml.idp_delete") == "saml idp delete"
    assert words("ROLE_CHANGE-to/Admin") == "role change to admin"


def test_outcomes() -> None:
    assert [outcome(t) for t in ("Succeeded", "200", "LOGIN_NO_ERROR")] == ["success"] * 3
    assert [outcome(t) for t in ("FAILURE", "403", "Denied by policy")] == ["failure"] * 3
    assert outcome("perhaps") == ""


def test_changes_say_what_became_what() -> None:
    raw = {
        "pre": 1,
        "preaction": {"mfa": True, "role": "viewer"},
        "postaction": {"mfa": False, "role": "viewer"},
    }
    assert changed(raw) == "preaction mfa true to false" or changed(raw) == "mfa true to false"


def test_scopes() -> None:
    private = (
        "10.1.2.3",
        "192.168.0.1",
        "172.16.9.9",
        "172.31.0.1",
        "127.0.0.1",
        "fe80::1",
        "fd00::2",
        "::1",
    )
    assert {scope(a) for a in private} == {"private"}
    assert {scope(a) for a in ("203.0.113.7", "172.32.0.1", "2001:db8::1", "8.8.8.8:443")} == {"public"}
    assert {scope(a) for a in ("ec2.amazonaws.com", "", "unknown")} == {""}
