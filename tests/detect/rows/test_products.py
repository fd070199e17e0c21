"""Audit trails and sensors: their logsources, and the names that rules use for what they hold."""

from __future__ import annotations

import copy
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.rows import RowReader, column, hosts, rows, times, users
from cybersecqwen.detect.rows.catalogue import ANY_SERVICE, KNOWN
from cybersecqwen.inputs import SHAPES
from cybersecqwen.inputs.shapes import ShapeFinder
from cybersecqwen.records import Limits, Source

CLOUDTRAIL = {
    "eventVersion": "1.08",
    "eventTime": "2024-05-01T10:00:00Z",
    "eventSource": "iam.amazonaws.com",
    "eventName": "CreateUser",
    "userIdentity": {
        "type": "IAMUser",
        "arn": "arn:aws:iam::1:user/ann",
        "sessionContext": {"a": {"b": "c"}},
    },
    "sourceIPAddress": "10.0.0.1",
    "requestParameters": {"ipPermissions": {"items": [{"cidr": "0.0.0.0/0"}, {"cidr": "10.0.0.0/8"}]}},
}
SIGN_IN = {
    "time": "2024-05-01T10:00:00Z",
    "category": "SignInLogs",
    "resultType": "50126",
    "properties": {
        "userPrincipalName": "ann@corp.example",
        "status": {"errorCode": 50126},
        "deviceDetail": {"trustType": "AzureAd"},
        "authenticationRequirement": "singleFactorAuthentication",
    },
}
ENTRA = {
    "time": "2024-05-01T10:00:00Z",
    "operationName": "Add member to role",
    "category": "AuditLogs",
    "properties": {
        "loggedByService": "Core Directory",
        "activityDisplayName": "Add member to role",
        "targetResources": [
            {"displayName": "x", "modifiedProperties": [{"newValue": "Global Administrator"}]}
        ],
    },
}
ACTIVITY = {
    "time": "2024-05-01T10:00:00Z",
    "resourceId": "/SUBSCRIPTIONS/1",
    "operationName": {"value": "Microsoft.Compute/virtualMachines/delete"},
    "category": {"value": "Administrative"},
}
GCP = {
    "insertId": "1",
    "timestamp": "2024-05-01T10:00:00Z",
    "logName": "projects/p/logs/cloudaudit.googleapis.com%2Factivity",
    "protoPayload": {"methodName": "v1.compute.routers.delete", "serviceName": "compute.googleapis.com"},
    "resource": {"type": "gce_router"},
}
WORKSPACE = {
    "kind": "admin#reports#activity",
    "id": {"time": "2024-05-01T10:00:00Z", "applicationName": "admin"},
    "actor": {"email": "ann@corp.example"},
    "events": [
        {
            "type": "APPLICATION_SETTINGS",
            "name": "CHANGE_APPLICATION_SETTING",
            "parameters": [
                {"name": "SETTING_NAME", "value": "Password"},
                {"name": "NEW_VALUE", "value": "true"},
            ],
        }
    ],
}
M365 = {
    "CreationTime": "2024-05-01T10:00:00",
    "Operation": "AlertTriggered",
    "Workload": "SecurityComplianceCenter",
    "RecordType": 40,
    "Name": "Unusual volume of file deletion",
    "ResultStatus": "success",
    "UserId": "ann",
}
OKTA = {
    "eventType": "user.session.start",
    "published": "2024-05-01T10:00:00Z",
    "actor": {"alternateId": "ann"},
    "outcome": {"result": "SUCCESS"},
    "target": [{"displayName": "a"}, {"displayName": "b"}],
    "debugContext": {"debugData": {"requestUri": "/x"}},
}
KUBERNETES = {
    "auditID": "1",
    "verb": "create",
    "objectRef": {"resource": "pods", "apiGroup": "apps"},
    "requestReceivedTimestamp": "2024-05-01T10:00:00Z",
    "requestObject": {"spec": {"volumes": [{"hostPath": {"path": "/"}}]}},
}
ZEEK = {"ts": 1714557600.0, "uid": "C1", "id.orig_h": "10.0.0.1", "id.resp_h": "10.0.0.2", "id.resp_p": 80}
EVE = {"timestamp": "2024-05-01T10:00:00.1+0000", "flow_id": 1, "src_ip": "10.0.0.1", "dest_ip": "10.0.0.2"}
ECS = {
    "@timestamp": "2024-05-01T10:00:00Z",
    "ecs": {"version": "8"},
    "host": {"name": "mac", "os": {"type": "macos"}},
    "event": {"category": ["process"], "type": ["start"]},
    "process": {
        "executable": "/bin/zsh",
        "command_line": "zsh -c id",
        "parent": {"executable": "/sbin/launchd"},
    },
    "user": {"name": "ann"},
}

HUNTING = {
    "FolderPath": r"C:\Windows\cmd.exe",
    "FileName": "cmd.exe",
    "ProcessCommandLine": "cmd /c dir",
    "InitiatingProcessFolderPath": r"C:\Windows\explorer.exe",
    "InitiatingProcessFileName": "explorer.exe",
}

CASES: list[tuple[dict[str, Any], tuple[str, str, str], dict[str, Any]]] = [
    (
        CLOUDTRAIL,
        ("aws", "cloudtrail", ""),
        {
            "eventName": "CreateUser",
            "userIdentity.type": "IAMUser",
            "userIdentity.sessionContext.a.b": "c",
            "requestParameters.ipPermissions.items.cidr": ["0.0.0.0/0", "10.0.0.0/8"],
            "requestParameters.none": None,
        },
    ),
    (
        SIGN_IN,
        ("azure", "signinlogs", ""),
        {
            "ResultType": "50126",
            "Status": "Failure",
            "DeviceDetail.trusttype": "AzureAd",
            "AuthenticationRequirement": "singleFactorAuthentication",
            "Username": "ann@corp.example",
        },
    ),
    (
        ENTRA,
        ("azure", "auditlogs", ""),
        {
            "properties.message": "Add member to role",
            "OperationName": "Add member to role",
            "LoggedByService": "Core Directory",
            "TargetResources.ModifiedProperties.NewValue": ["Global Administrator"],
            "Category": "AuditLogs",
        },
    ),
    (
        {"riskEventType": "anonymizedIPAddress", "userPrincipalName": "ann"},
        ("azure", "riskdetection", ""),
        {"riskEventType": "anonymizedIPAddress"},
    ),
    (
        {"riskEventType": "redundantAssignmentAlertIncident"},
        ("azure", "pim", ""),
        {"riskEventType": "redundantAssignmentAlertIncident"},
    ),
    (
        {
            "Type": "SigninLogs",
            "ResultType": "0",
            "UserPrincipalName": "ann",
            "DeviceDetail": {"trustType": "x"},
        },
        ("azure", "signinlogs", ""),
        {"Status": "Success", "Username": "ann", "DeviceDetail.trusttype": "x"},
    ),
    (
        {
            "OperationName": "Add member to role",
            "Category": "AuditLogs",
            "ActivityDisplayName": "Add member to role",
        },
        ("azure", "auditlogs", ""),
        {"properties.message": "Add member to role", "ActivityType": "Add member to role"},
    ),
    (
        {"OperationNameValue": "MICROSOFT.X/DELETE", "CategoryValue": "Administrative", "Caller": "ann"},
        ("azure", "activitylogs", ""),
        {"OperationNameValue": "MICROSOFT.X/DELETE", "CategoryValue": "Administrative"},
    ),
    (
        ACTIVITY,
        ("azure", "activitylogs", ""),
        {"CategoryValue": "Administrative", "operationName": "Microsoft.Compute/virtualMachines/delete"},
    ),
    (
        GCP,
        ("gcp", "gcp.audit", ""),
        {
            "gcp.audit.method_name": "v1.compute.routers.delete",
            "data.protoPayload.serviceName": "compute.googleapis.com",
            "data.protoPayload.resource.type": "gce_router",
        },
    ),
    (
        WORKSPACE,
        ("gcp", "google_workspace.admin", ""),
        {
            "eventService": "admin.googleapis.com",
            "eventName": ["CHANGE_APPLICATION_SETTING"],
            "setting_name": "Password",
            "new_value": "true",
        },
    ),
    (
        M365,
        ("m365", "threat_management", ""),
        {
            "eventSource": "SecurityComplianceCenter",
            "eventName": "Unusual volume of file deletion",
            "status": "success",
        },
    ),
    (
        OKTA,
        ("okta", "okta", ""),
        {"target.displayName": ["a", "b"], "debugContext.debugData.requestUri": "/x"},
    ),
    (
        KUBERNETES,
        ("kubernetes", "audit", "application"),
        {"apiGroup": "apps", "hostPath": ["/"], "objectRef.resource": "pods"},
    ),
    (
        {"action": "org.add_member", "actor": "ann", "org": "o", "@timestamp": 1714557600000},
        ("github", "audit", ""),
        {"action": "org.add_member"},
    ),
    (
        {"auditType": {"category": "Users", "action": "x"}},
        ("bitbucket", "audit", ""),
        {"auditType.category": "Users"},
    ),
    ({"logtype": 4002, "node_id": "n"}, ("opencanary", "", "application"), {"logtype": 4002}),
    ({"event_type_id": 6, "user_name": "ann"}, ("onelogin", "onelogin.events", ""), {"event_type_id": 6}),
    (
        {
            **ZEEK,
            "_path": "http",
            "host": "a.example",
            "uri": "/b?c=d",
            "user_agent": "curl",
            "method": "GET",
        },
        ("zeek", "http", "proxy"),
        {
            "c-uri": ["http://a.example/b?c=d", "/b?c=d"],
            "cs-uri-query": ["c=d", "/b?c=d"],
            "cs-uri-stem": "/b",
            "c-useragent": "curl",
            "cs-method": "GET",
            "dst_ip": "10.0.0.2",
            "id.resp_p": 80,
        },
    ),
    (
        {**ZEEK, "_path": "dns", "query": "a.example", "qtype_name": "TXT", "answers": ["x"]},
        ("zeek", "dns", "dns"),
        {"query": "a.example", "record_type": "TXT", "answer": ["x"]},
    ),
    ({**ZEEK, "_path": "smb_files", "name": "x.exe"}, ("zeek", "smb_files", ""), {"name": "x.exe"}),
    (
        {**EVE, "event_type": "http", "http": {"hostname": "a.example", "url": "/b", "http_method": "GET"}},
        ("suricata", "http", "proxy"),
        {"cs-host": "a.example", "cs-method": "GET", "dst_ip": "10.0.0.2"},
    ),
    (
        ECS,
        ("macos", "", "process_creation"),
        {"Image": "/bin/zsh", "ParentImage": "/sbin/launchd", "CommandLine": "zsh -c id", "User": "ann"},
    ),
    (
        {"Timestamp": "2024-05-01T10:00:00Z", "DeviceName": "pc", "ActionType": "ProcessCreated", **HUNTING},
        ("windows", "", "process_creation"),
        {
            "Image": r"C:\Windows\cmd.exe",
            "CommandLine": "cmd /c dir",
            "ParentImage": r"C:\Windows\explorer.exe",
        },
    ),
    (
        {"version": 2, "srcAddr": "10.0.0.1", "dstAddr": "10.0.0.2", "dstPort": 22, "action": "REJECT"},
        ("aws", "vpcflow", "firewall"),
        {"src_ip": "10.0.0.1", "dst_port": 22, "action": "REJECT"},
    ),
    (
        {"query_name": "a.example.", "query_type": "TXT", "srcaddr": "10.0.0.1", "answers": [{"Rdata": "x"}]},
        ("", "", "dns"),
        {"query": "a.example", "record_type": "TXT", "answer": ["x"]},
    ),
    (
        {
            "webaclId": "w",
            "action": "ALLOW",
            "httpRequest": {
                "uri": "/a",
                "args": "b=c",
                "httpMethod": "GET",
                "headers": [{"name": "User-Agent", "value": "curl"}],
            },
        },
        ("", "", "webserver"),
        {
            "cs-uri-query": ["b=c", "/a?b=c"],
            "c-uri-stem": "/a",
            "cs-user-agent": "curl",
            "cs-method": "GET",
            "cs-referer": None,
        },
    ),
    ({"level": "error", "msg": "any program"}, ("", "", "application"), {"msg": "any program"}),
]


@pytest.mark.parametrize(("raw", "expected", "fields"), CASES)
def test_logsource_and_names(
    raw: dict[str, Any], expected: tuple[str, str, str], fields: dict[str, Any]
) -> None:
    kind = RowReader().kind_of(raw)
    assert (kind.product, kind.service, kind.category) == expected
    assert {name: column(kind, name, [raw])[0] for name in fields} == fields


@pytest.mark.parametrize(("raw", "expected", "fields"), CASES)
def test_times_and_users_are_those_that_the_shapes_give(
    raw: dict[str, Any], expected: tuple[str, str, str], fields: dict[str, Any]
) -> None:
    kind = RowReader().kind_of(raw)
    event = SHAPES.get(kind.shape)().normalise(raw, id="", source=Source(path=""), limits=Limits())
    assert times(kind, [raw]) == [event.time]
    assert users(kind, [raw]) == [event.user]
    assert hosts(kind, [raw]) == [event.host]


@pytest.mark.parametrize(("raw", "expected", "fields"), CASES)
def test_the_catalogue_has_what_records_can_be(
    raw: dict[str, Any], expected: tuple[str, str, str], fields: dict[str, Any]
) -> None:
    assert expected in KNOWN or expected[0] in ANY_SERVICE


def test_a_reader_agrees_with_the_shapes_whatever_comes_after_what() -> None:
    raws = [raw for raw, _, _ in CASES]
    for first in raws:
        reader = RowReader()
        reader.kind_of(first)
        for raw in raws:
            assert reader.kind_of(raw).shape == ShapeFinder().shape_of(raw).name
            reader.kind_of(first)


def test_a_reader_agrees_with_the_shapes_on_trails_of_many_products(data_dir: Path) -> None:
    raws = list(_samples(data_dir / "logs" / "panther_rules_dev.zip"))[::3]
    assert len(raws) > 500
    expected = [ShapeFinder().shape_of(raw).name for raw in raws]
    reader = RowReader()
    order = [at * 379 % len(raws) for at in range(len(raws))] * 2  # neighbours are of different products
    for at in order:
        assert reader.kind_of(raws[at]).shape == expected[at]


def _samples(archive: Path) -> Iterator[dict[str, Any]]:
    with zipfile.ZipFile(archive) as rules:
        for name in rules.namelist():
            if not name.endswith(".yml"):
                continue
            for rule in yaml.load_all(rules.read(name), Loader=yaml.CSafeLoader):
                for test in (rule or {}).get("Tests") or []:
                    if isinstance(test.get("Log"), dict):
                        yield orjson.loads(
                            orjson.dumps(test["Log"], default=str, option=orjson.OPT_NON_STR_KEYS)
                        )


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=6)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["a", "b", "c", "a.b"]), inner, max_size=3),
    ),
    max_leaves=12,
)


@given(st.sampled_from(CASES), st.data())
def test_nothing_raises_whatever_stands_in_a_record(
    case: tuple[dict[str, Any], tuple[str, str, str], dict[str, Any]], data: st.DataObject
) -> None:
    raw = copy.deepcopy(case[0])
    here: Any = raw
    while True:  # one value, at any depth, becomes any other
        name = data.draw(st.sampled_from(sorted(here) if isinstance(here, dict) else list(range(len(here)))))
        if isinstance(here[name], dict | list) and here[name] and data.draw(st.booleans()):
            here = here[name]
            continue
        here[name] = data.draw(JSON)
        break
    batch = rows(RowReader().kind_of(raw), [raw])
    for field in (*case[2], "Image", "User", "Hashes", "Status", "c-uri", "cs-uri-query", "query", "a.b"):
        assert len(batch.column(field)) == 1
    assert len(batch.form.times(batch)) == len(batch.form.hosts(batch)) == len(batch.form.users(batch)) == 1
    batch.form.messages(batch)


def _plain(value: Any, parts: list[str]) -> list[Any]:
    """Every value at a path, by trying every way to read the keys."""
    if not parts:
        return value if isinstance(value, list) else [value]
    if isinstance(value, list):
        return [one for item in value if isinstance(item, dict) for one in _plain(item, parts)]
    if not isinstance(value, dict):
        return []
    return [
        one
        for end in range(1, len(parts) + 1)
        for key in [".".join(parts[:end])]
        if key in value
        for one in _plain(value[key], parts[end:])
    ]


@given(
    st.dictionaries(st.sampled_from(["a", "b", "a.b", "a.b.c"]), JSON),
    st.sampled_from(["a.b", "a.b.c", "b.a"]),
)
def test_a_dotted_name_is_literal_first_and_a_path_else(raw: dict[str, Any], name: str) -> None:
    kind = RowReader().kind_of(raw)
    found = column(kind, name, [raw])[0]
    if name in raw:
        assert found == raw[name]
        return
    everything = [one for one in _plain(raw, name.split(".")) if one is not None]
    if found is None:
        assert not any(isinstance(one, str | int | bool | dict) for one in everything)
    else:
        assert all(
            one in everything for one in (found if isinstance(found, list) else [found]) if one is not None
        )
