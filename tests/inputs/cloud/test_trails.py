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

from .test_flat import JSON

SOURCE = Source(path="x", record=1)

# Own records, made after the documentation that each module names: (shape, record, provider, code, user, category, result)
CASES: list[tuple[str, dict[str, Any], str, str, str, Category, str]] = [
    (
        "cloudtrail",
        {
            "eventVersion": "1.09", "eventSource": "cloudtrail.amazonaws.com", "eventName": "StopLogging",
            "eventTime": "2026-03-01T10:00:00Z", "sourceIPAddress": "203.0.113.5",
            "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/kim", "userName": "kim"},
        },
        "aws.cloudtrail", "StopLogging", "arn:aws:iam::111122223333:user/kim", Category.CLOUD, "success",
    ),
    (
        "cloudtrail",
        {
            "eventsource": "signin.amazonaws.com", "eventname": "ConsoleLogin", "eventtime": "2026-03-01 10:00:00",
            "responseelements": {"ConsoleLogin": "Failure"}, "useridentity": {"type": "Root", "accountId": "1"},
        },
        "aws.cloudtrail", "ConsoleLogin", "1", Category.LOGON_FAILED, "failure",
    ),
    (
        "vpc_flow",
        {"srcAddr": "203.0.113.9", "dstAddr": "10.0.0.4", "dstPort": 22, "action": "ACCEPT", "start": 1767225600},
        "aws.vpcflow", "ACCEPT", "", Category.NETWORK, "success",
    ),
    (
        "kubernetes_audit",
        {
            "kind": "Event", "apiVersion": "audit.k8s.io/v1", "auditID": "a", "verb": "create",
            "user": {"username": "kim@example.com"}, "sourceIPs": ["203.0.113.4"], "responseStatus": {"code": 403},
            "objectRef": {"resource": "pods", "subresource": "exec", "namespace": "web", "name": "web-1"},
        },
        "kubernetes.audit", "create pods/exec", "kim@example.com", Category.CLOUD, "failure",
    ),
    (
        "kubernetes_audit",
        {
            "timestamp": "2026-03-01T10:00:00Z", "resource": {"labels": {"cluster_name": "c1"}},
            "protoPayload": {
                "serviceName": "k8s.io", "methodName": "io.k8s.core.v1.secrets.list",
                "resourceName": "core/v1/namespaces/web/secrets", "status": {},
                "authenticationInfo": {"principalEmail": "kim@example.com"},
                "authorizationInfo": [{"granted": True}], "requestMetadata": {"callerIp": "203.0.113.4"},
            },
        },
        "kubernetes.audit", "list secrets", "kim@example.com", Category.CLOUD, "success",
    ),
    (
        "entra_signin",
        {
            "category": "SignInLogs", "operationName": "Sign-in activity", "resultType": "50126",
            "properties": {"userPrincipalName": "kim@example.com", "status": {"errorCode": 50126}, "riskLevelDuringSignIn": "high"},
        },
        "entra.signin", "Sign-in activity", "kim@example.com", Category.LOGON_FAILED, "failure",
    ),
    (
        "entra_audit",
        {
            "operationName": "Add member to role", "category": "AuditLogs",
            "properties": {
                "loggedByService": "Core Directory", "result": "success", "activityDisplayName": "Add member to role",
                "initiatedBy": {"user": {"userPrincipalName": "kim@example.com"}}, "targetResources": [],
            },
        },
        "entra.audit", "Add member to role", "kim@example.com", Category.CLOUD, "success",
    ),
    (
        "azure_activity",
        {
            "operationName": "MICROSOFT.INSIGHTS/DIAGNOSTICSETTINGS/DELETE", "resourceId": "/subscriptions/1",
            "resultType": "Success", "caller": "kim@example.com", "callerIpAddress": "203.0.113.4:4431",
        },
        "azure.activity", "MICROSOFT.INSIGHTS/DIAGNOSTICSETTINGS/DELETE", "kim@example.com", Category.CLOUD, "success",
    ),
    (
        "m365_audit",
        {
            "Operation": "New-InboxRule", "RecordType": 1, "Workload": "Exchange", "UserId": "kim@example.com",
            "ResultStatus": "True", "Parameters": [{"Name": "ForwardTo", "Value": "smtp:out@elsewhere.net"}],
        },
        "m365.audit", "New-InboxRule", "kim@example.com", Category.CLOUD, "success",
    ),
    (
        "gcp_audit",
        {
            "logName": "projects/p/logs/activity",
            "protoPayload": {
                "methodName": "google.iam.admin.v1.CreateServiceAccountKey", "serviceName": "iam.googleapis.com",
                "status": {"code": 7}, "authenticationInfo": {"principalEmail": "kim@example.com"},
            },
        },
        "gcp.audit", "google.iam.admin.v1.CreateServiceAccountKey", "kim@example.com", Category.CLOUD, "failure",
    ),
    (
        "google_workspace",
        {
            "id": {"applicationName": "admin", "time": "2026-03-01T10:00:00Z"}, "actor": {"email": "kim@example.com"},
            "events": [{"type": "DELEGATED_ADMIN_SETTINGS", "name": "ASSIGN_ROLE",
                        "parameters": [{"name": "USER_EMAIL", "value": "x@example.com"}]}],
        },
        "google.workspace", "ASSIGN_ROLE", "kim@example.com", Category.CLOUD, "",
    ),
    (
        "okta",
        {
            "eventType": "user.session.start", "published": "2026-03-01T10:00:00Z", "outcome": {"result": "FAILURE"},
            "actor": {"alternateId": "kim@example.com"}, "client": {"ipAddress": "203.0.113.4"},
        },
        "okta.system", "user.session.start", "kim@example.com", Category.LOGON_FAILED, "failure",
    ),
    (
        "github",
        {"action": "repo.access", "actor": "kim", "org": "example", "visibility": "public", "@timestamp": 1767225600000},
        "github.audit", "repo.access", "kim", Category.CLOUD, "",
    ),
    (
        "duo_authentication",
        {"event_type": "authentication", "factor": "duo_push", "result": "fraud", "user": {"name": "kim"}, "access_device": {}},
        "duo.authentication", "authentication", "kim", Category.LOGON_FAILED, "failure",
    ),
    (
        "slack",
        {"action": "role_change_to_admin", "date_create": 1767225600, "actor": {"user": {"email": "kim@example.com"}}},
        "slack.audit", "role_change_to_admin", "kim@example.com", Category.CLOUD, "",
    ),
    (
        "databricks",
        {"serviceName": "accounts", "actionName": "login", "userIdentity": {"email": "k@example.com"}, "response": {"statusCode": 401}},
        "databricks.audit", "login", "k@example.com", Category.LOGON_FAILED, "failure",
    ),
    (
        "snowflake_login",
        {"IS_SUCCESS": "NO", "USER_NAME": "KIM", "EVENT_TYPE": "LOGIN", "CLIENT_IP": "203.0.113.4"},
        "snowflake.login", "LOGIN", "KIM", Category.LOGON_FAILED, "failure",
    ),
    (
        "audit_event",
        {"event": {"action": "DELETE", "category": "ROLE_MANAGEMENT", "adminid": "kim@example.com", "result": "SUCCESS"}},
        "audit", "DELETE", "kim@example.com", Category.CLOUD, "success",
    ),
    (
        "audit",
        {"type": "api_key.created", "actor": {"email": "kim@example.com"}, "created_at": "2026-03-01T10:00:00Z"},
        "audit", "api_key.created", "kim@example.com", Category.CLOUD, "",
    ),
]  # fmt: skip


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


ALL = [getattr(importlib.import_module(t.partition(":")[0]), t.partition(":")[2])() for t in {**ALERTS, **ENTRIES}.values()]
KEYS = sorted(
    {key for case in CASES for key in case[1]}
    | {"kibana.alert.rule.name", "rule", "agent", "class_uid", "event_type", "flow_id", "detail", "alert", "data", "name",
       "time", "ip", "host", "evidence", "Entities", "AlertName", "AlertSeverity", "title", "severity", "ActionType",
       "DeviceName", "search_name", "urgency", "DetectName", "event_simpleName", "_source", "signal", "metadata"}
)  # fmt: skip


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
    as_text = read(dict(CASES[0][1]) | {"requestParameters": {"policyText": '{ "Statement" : [ {"Effect": "Allow", "Principal": "*"} ] }'}})
    assert '"Principal":"*"' in as_object.get("PolicyText")
    assert '"Principal":"*"' in as_text.get("PolicyText")


@pytest.mark.parametrize(
    "spec",
    [
        {"containers": [{"securityContext": {"privileged": True}}]},
        {"template": {"spec": {"containers": [{"securityContext": {"privileged": True}}]}}},
        {"jobTemplate": {"spec": {"template": {"spec": {"containers": [{"securityContext": {"privileged": True}}]}}}}},
    ],
)
def test_pods_are_found_in_every_kind_of_workload(spec: dict[str, Any]) -> None:
    raw = {"auditID": "a", "verb": "create", "objectRef": {"resource": "pods"}, "requestObject": {"spec": spec}}
    assert read(raw).get("Pod.containers.securityContext.privileged") == "true"


def test_forwarding_is_told_apart_by_domain() -> None:
    outside = read(CASES[8][1])
    inside = read(dict(CASES[8][1]) | {"Parameters": [{"Name": "ForwardTo", "Value": "pat@example.com"}]})
    assert (outside.get("ForwardsTo"), inside.get("ForwardsTo")) == ("outside", "inside")


def test_a_tenant_is_no_host() -> None:
    event = read(dict(CASES[0][1]) | {"recipientAccountId": "111122223333"})
    assert (event.host, event.get("Tenant")) == ("", "111122223333")
