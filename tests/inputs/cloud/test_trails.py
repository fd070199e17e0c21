"""Each trail reads a record as its vendor documents it; none raises on anything."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.inputs import SHAPES
from cybersecqwen.inputs.alerts import ENTRIES as ALERTS
from cybersecqwen.inputs.cloud import ENTRIES
from cybersecqwen.inputs.shapes import Shape, ShapeFinder
from cybersecqwen.records import Category, Event, Limits, Source

from .documented import CASES
from .test_flat import JSON

SOURCE = Source(path="x", record=1)


def read(raw: dict[str, Any], shape: Shape | None = None, limits: Limits | None = None) -> Event:
    """The record as the program reads it."""
    found = shape or ShapeFinder().shape_of(raw)
    return found.normalise(raw, id="e1", source=SOURCE, limits=limits or Limits())


@pytest.mark.parametrize(("shape", "raw", "provider", "code", "user", "category", "result"), CASES)
def test_a_documented_record(
    shape: str, raw: dict[str, Any], provider: str, code: str, user: str, category: Category, result: str
) -> None:
    assert ShapeFinder().shape_of(raw).name == shape
    event = read(raw)
    assert (event.provider, event.code, event.user, event.category) == (provider, code, user, category)
    assert event.get("Result") == result


def test_every_registered_class_is_a_shape_with_its_name() -> None:
    for name, target in {**ENTRIES, **ALERTS}.items():
        module, _, attribute = target.partition(":")
        shape = getattr(importlib.import_module(module), attribute)
        assert issubclass(shape, Shape)
        assert shape.name == name
        assert SHAPES.get(name) is shape


ALL = [
    getattr(importlib.import_module(t.partition(":")[0]), t.partition(":")[2])()
    for t in {**ALERTS, **ENTRIES}.values()
]
KEYS = sorted(
    {key for case in CASES for key in case[1]}
    | {
        "kibana.alert.rule.name",
        "rule",
        "agent",
        "class_uid",
        "event_type",
        "flow_id",
        "detail",
        "alert",
        "data",
        "name",
        "time",
        "ip",
        "host",
        "evidence",
        "Entities",
        "AlertName",
        "AlertSeverity",
        "title",
        "severity",
        "ActionType",
        "DeviceName",
        "search_name",
        "urgency",
        "DetectName",
        "event_simpleName",
        "_source",
        "signal",
        "metadata",
    }
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=8))
def test_no_shape_raises_and_bounds_hold(raw: dict[str, Any]) -> None:
    limits = Limits(fields=40, value_chars=64)
    for shape in ALL:
        shape.recognise(raw)
        for event in shape.events(raw, id="e1", source=SOURCE, limits=limits):
            assert event.id.startswith("e1")
            assert all(isinstance(v, str) and v for v in event.fields.values())
            assert len(event.code) <= 300
            assert len(event.user) <= 300


def test_a_failed_call_names_its_error() -> None:
    raw = dict(CASES[0][1]) | {"errorCode": "AccessDenied"}
    event = read(raw)
    assert (event.get("Result"), event.get("ErrorCode")) == ("failure", "AccessDenied")


def test_api_versions_are_cut_from_lambda_calls() -> None:
    event = read(dict(CASES[0][1]) | {"eventName": "UpdateFunctionCode20150331v2"})
    assert event.code == "UpdateFunctionCode"
    assert event.get("eventName") == "UpdateFunctionCode20150331v2"


def test_policies_are_one_text_however_they_are_written() -> None:
    policy = {"Statement": [{"Effect": "Allow", "Principal": "*"}]}
    as_object = read(dict(CASES[0][1]) | {"requestParameters": {"bucketPolicy": policy}})
    as_text = read(
        dict(CASES[0][1])
        | {"requestParameters": {"policyText": '{ "Statement" : [ {"Effect": "Allow", "Principal": "*"} ] }'}}
    )
    assert '"Principal":"*"' in as_object.get("PolicyText")
    assert '"Principal":"*"' in as_text.get("PolicyText")


@pytest.mark.parametrize(
    "spec",
    [
        {"containers": [{"securityContext": {"privileged": True}}]},
        {"template": {"spec": {"containers": [{"securityContext": {"privileged": True}}]}}},
        {
            "jobTemplate": {
                "spec": {"template": {"spec": {"containers": [{"securityContext": {"privileged": True}}]}}}
            }
        },
    ],
)
def test_pods_are_found_in_every_kind_of_workload(spec: dict[str, Any]) -> None:
    raw = {
        "auditID": "a",
        "verb": "create",
        "objectRef": {"resource": "pods"},
        "requestObject": {"spec": spec},
    }
    assert read(raw).get("Pod.containers.securityContext.privileged") == "true"


def test_forwarding_is_told_apart_by_domain() -> None:
    outside = read(CASES[8][1])
    inside = read(dict(CASES[8][1]) | {"Parameters": [{"Name": "ForwardTo", "Value": "pat@example.com"}]})
    assert (outside.get("ForwardsTo"), inside.get("ForwardsTo")) == ("outside", "inside")


def test_a_tenant_is_no_host() -> None:
    event = read(dict(CASES[0][1]) | {"recipientAccountId": "111122223333"})
    assert (event.host, event.get("Tenant")) == ("", "111122223333")
