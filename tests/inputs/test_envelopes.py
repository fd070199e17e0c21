"""Audit trails in the wrappers in which services export them: the same records come out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cybersecqwen.inputs import READERS
from cybersecqwen.inputs.interface import Reader
from cybersecqwen.inputs.open import format_of
from cybersecqwen.inputs.shapes import ShapeFinder
from cybersecqwen.records import Damage, Limits

from .blobs import blob_of, read

WHEN = "2024-01-02T03:04:05Z"
AZURE = {"time": WHEN, "resourceId": "/tenants/x", "resultType": "0"}
RECORDS: dict[str, dict[str, Any]] = {
    "cloudtrail": {"eventSource": "iam.amazonaws.com", "eventName": "CreateUser", "eventTime": WHEN},
    "azure_activity": {**AZURE, "operationName": "MICROSOFT.COMPUTE/VIRTUALMACHINES/WRITE"},
    "entra_signin": {
        **AZURE,
        "category": "SignInLogs",
        "operationName": "Sign-in activity",
        "properties": {"userPrincipalName": "a@b", "appDisplayName": "x"},
    },
    "entra_audit": {
        **AZURE,
        "category": "AuditLogs",
        "operationName": "Add user",
        "properties": {"activityDisplayName": "Add user", "initiatedBy": {}, "targetResources": []},
    },
    "m365_audit": {
        "CreationTime": WHEN,
        "Operation": "New-InboxRule",
        "Workload": "Exchange",
        "UserId": "a@b",
    },
    "gcp_audit": {
        "protoPayload": {"methodName": "m", "serviceName": "compute.googleapis.com"},
        "timestamp": WHEN,
    },
    "google_workspace": {
        "id": {"time": WHEN, "applicationName": "admin"},
        "actor": {"email": "a@b"},
        "events": [{"name": "CREATE_USER"}],
    },
    "kubernetes_audit": {"auditID": "x", "verb": "create", "objectRef": {"resource": "pods"}},
    "okta": {
        "eventType": "user.session.start",
        "actor": {"alternateId": "a"},
        "published": WHEN,
        "target": [],
    },
    "github": {"action": "repo.create", "actor": "a", "org": "o", "@timestamp": 1704164645000},
    "suricata": {
        "event_type": "dns",
        "flow_id": 1,
        "src_ip": "1.1.1.1",
        "dest_ip": "2.2.2.2",
        "timestamp": WHEN,
    },
    "zeek": {"_path": "dns", "ts": 1704164645.0, "query": "x"},
    "journald": {"__REALTIME_TIMESTAMP": "1342540861416352", "MESSAGE": "hi"},
}


def log_event(raw: dict[str, Any]) -> dict[str, Any]:
    return {"id": "1", "timestamp": 1704164645000, "message": json.dumps(raw)}


LISTS = {
    "array": lambda one: [one, one],
    "Records": lambda one: {"Records": [one, one]},
    "records": lambda one: {"records": [one, one]},
    "graph": lambda one: {"@odata.context": "x", "value": [one, one], "@odata.nextLink": "y"},
    "Kubernetes list": lambda one: {"kind": "EventList", "apiVersion": "v1", "items": [one, one]},
    "Cloud Logging": lambda one: {"entries": [one, one], "nextPageToken": "x"},
    "CloudWatch subscription": lambda one: {
        "messageType": "DATA_MESSAGE",
        "owner": "1",
        "logGroup": "g",
        "logStream": "s",
        "subscriptionFilters": ["f"],
        "logEvents": [log_event(one), log_event(one)],
    },
    "CloudWatch filter": lambda one: {
        "events": [{**log_event(one), "logStreamName": "s", "ingestionTime": 5}] * 2,
        "searchedLogStreams": [],
    },
    "trail look-up": lambda one: {"Events": [{"EventId": "1", "CloudTrailEvent": json.dumps(one)}] * 2},
    "search": lambda one: {"took": 1, "hits": {"total": 2, "hits": [{"_index": "i", "_source": one}] * 2}},
    "container": lambda one: {"log": json.dumps(one) + "\n", "stream": "stdout", "time": WHEN},
}


@pytest.mark.parametrize("shape", RECORDS)
@pytest.mark.parametrize("form", [*LISTS, "lines", "pretty", "container lines"])
def test_exports(shape: str, form: str) -> None:
    raw = RECORDS[shape]
    if form == "lines":
        data = f"{json.dumps(raw)}\n" * 2
    elif form == "pretty":
        data = json.dumps(raw, indent=1) * 2
    elif form == "container lines":
        data = f"{json.dumps(LISTS['container'](raw))}\n" * 2
    else:
        data = json.dumps(LISTS[form](raw))
    reader = format_of(data.encode(), "x")
    assert isinstance(reader, Reader)
    found, damages = read(reader, data.encode())
    assert damages == []
    assert [record[2] for record in found] == [raw] * (1 if form == "container" else 2)
    assert ShapeFinder().shape_of(found[0][2]).name == shape


def test_the_event_bus_gives_the_call_and_findings_stay_whole() -> None:
    call = RECORDS["cloudtrail"]
    bus = {"version": "0", "detail-type": "AWS API Call via CloudTrail", "source": "aws.iam", "detail": call}
    other = {
        "version": "0",
        "detail-type": "GuardDuty Finding",
        "source": "aws.guardduty",
        "detail": {"severity": 5},
    }
    data = f"{json.dumps(bus)}\n{json.dumps(other)}\n".encode()
    assert [raw for _, _, raw in read(READERS.get("jsonl")(), data)[0]] == [call, other]


@pytest.mark.parametrize(
    "raw",
    [
        {"id": "1", "timestamp": 1, "message": "plain text"},
        {"id": "1", "timestamp": 1, "message": "{broken}"},
        {"id": "1", "timestamp": 1, "message": '{"a":1,"b":2}', "level": "info"},
        {"log": '{"a":1,"b":2}', "stream": "stdout", "host": "h"},
        {"log": ["{}"], "stream": "stdout"},
        {"CloudTrailEvent": 5},
        {"detail-type": "x via CloudTrail", "detail": []},
        {"entries": [1, 2], "own": True},
    ],
)
def test_what_only_looks_like_a_wrapper_is_a_record(raw: dict[str, Any]) -> None:
    for name, data in (
        ("jsonl", json.dumps(raw) + "\n" + json.dumps(raw) + "\n"),
        ("json", json.dumps([raw, raw])),
    ):
        found = list(READERS.get(name)().read(blob_of(data.encode()), Limits()))
        assert [item if isinstance(item, Damage) else item[2] for item in found] == [raw, raw]
