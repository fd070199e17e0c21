"""A playbook with every property of every object that CACAO 2.0 knows, for tests by mutation."""

from __future__ import annotations

import json
from typing import Any

from .playbooks import AUTHOR, uid

_TIME = "2026-01-01T00:00:00.000Z"
_EXTENSION = uid("extension-definition")
_REFERENCE = {
    "name": "A", "description": "B", "source": "C", "url": "https://example.org", "external_id": "D",
    "reference_id": uid("playbook", 9),
}  # fmt: skip
_STEP = {
    "name": "Name", "description": "Text", "external_references": [_REFERENCE], "delay": 5, "timeout": 10,
    "step_variables": {"__own__": {"type": "string", "value": "x"}}, "owner": AUTHOR,
    "step_extensions": {_EXTENSION: {"a": 1}},
}  # fmt: skip
_COMMAND = {
    "description": "Text", "version": "1", "playbook_activity": "scan-system",
    "external_references": [_REFERENCE],
}  # fmt: skip
_TEXT = {"command": "ls __own__:value __v__:value", "command_b64": "bHM="}
_ADDRESS = {
    "dname": ["web.example"], "ipv4": ["192.0.2.1"], "ipv6": ["2001:db8:0:0:0:0:0:1"],
    "l2mac": ["00:11:22:aa:bb:cc"], "url": ["https://web.example.org/x"], "vlan": [7],
}  # fmt: skip
_PLACE = {
    "name": "A", "description": "B", "building_details": "C", "network_details": "D",
    "region": "western-europe", "country": "CH", "administrative_area": "ZH", "city": "Zürich",
    "street_address": "E", "postal_code": "8000", "latitude": "47", "longitude": "8", "precision": "1",
}  # fmt: skip
_AGENT = {
    "name": "Name", "description": "Text", "location": _PLACE, "agent_target_extensions": {_EXTENSION: {}},
}  # fmt: skip
_CONTACT = {"contact": {"email": {"work": "a@b.example"}, "phone": {"work": "1"}, "contact_details": "x"}}
_NET = {"address": _ADDRESS, "authentication_info": uid("user-auth"), "category": ["server"]}
_LOGIN = {
    "name": "Name", "description": "Text", "authentication_info_extensions": {_EXTENSION: {}}, "kms": True,
    "kms_key_identifier": "k",
}  # fmt: skip
_MARKING = {
    "name": "Name", "description": "Text", "created_by": AUTHOR, "created": _TIME, "revoked": False,
    "valid_from": _TIME, "valid_until": "2027-01-01T00:00:00Z", "labels": ["a"],
    "marking_extensions": {_EXTENSION: {}},
}  # fmt: skip
_IEP = {
    "tlp": "TLP:RED", "iep_version": 2, "start_date": _TIME, "end_date": None, "encrypt_in_transit": "must",
    "permitted_actions": "none", "affected_party_notifications": "may", "attribution": "may",
    "unmodified_resale": "must not",
}  # fmt: skip


def commands() -> list[dict[str, Any]]:
    """One of every type."""
    text = ("manual", "bash", "caldera-cmd", "powershell", "ssh")
    encoded = ("elastic", "jupyter", "kestrel", "sigma", "yara")
    http = {"command": "GET /x HTTP1.1", "headers": {"Accept": ["*/*"]}}
    return [
        *({"type": kind, **_COMMAND, **_TEXT} for kind in text),
        *({"type": kind, **_COMMAND, "command_b64": "bHM="} for kind in encoded),
        {"type": "http-api", **_COMMAND, **http, "content": "x", "content_b64": "eA=="},
        {"type": "openc2-http", **_COMMAND, **http, "content_b64": "eA=="},
    ]


def _agents() -> dict[str, Any]:
    kinds: dict[str, dict[str, Any]] = {
        "group": _CONTACT,
        "individual": _CONTACT,
        "organization": _CONTACT,
        "location": {"logical": ["a"]},
        "sector": {"sector": "dams"},
        "security-category": {"category": ["ids"]},
        "net-address": _NET,
        "http-api": {**_NET, "port": "80"},
        "linux": {**_NET, "port": "22"},
        "ssh": {**_NET, "port": "22"},
    }
    return {uid(kind): {"type": kind, **_AGENT, **own} for kind, own in kinds.items()}


def _workflow() -> dict[str, Any]:
    args = {"in_args": ["__own__"], "out_args": ["__own__", "__v__"]}
    every = [uid(kind) for kind in ("individual", "group", "organization", "location", "sector")]
    machines = [uid(kind) for kind in ("security-category", "net-address", "http-api", "linux", "ssh")]
    condition = "__v__:value == __own__:value"
    return {
        uid("start"): {"type": "start", **_STEP, "on_completion": uid("action")},
        uid("action"): {
            "type": "action", **_STEP, **args, "commands": commands(), "agent": uid("individual"),
            "targets": [*every, *machines], "on_success": uid("playbook-action"), "on_failure": uid("end"),
        },
        uid("playbook-action"): {
            "type": "playbook-action", **_STEP, **args, "playbook_id": uid("playbook", 2),
            "playbook_version": _TIME, "on_completion": uid("parallel"),
        },
        uid("parallel"): {
            "type": "parallel", **_STEP, "next_steps": [uid("end", 2), uid("end", 3)],
            "on_completion": uid("if-condition"),
        },
        uid("if-condition"): {
            "type": "if-condition", **_STEP, "condition": condition, "on_true": uid("end", 2),
            "on_false": uid("end", 3), "on_completion": uid("while-condition"),
        },
        uid("while-condition"): {
            "type": "while-condition", **_STEP, "condition": condition, "on_true": uid("end", 2),
            "on_completion": uid("switch-condition"),
        },
        uid("switch-condition"): {
            "type": "switch-condition", **_STEP, "switch": "__v__:value", "cases": {"a": uid("end", 2)},
            "on_completion": uid("end"),
        },
        uid("end"): {"type": "end", **_STEP},
        uid("end", 2): {"type": "end"},
        uid("end", 3): {"type": "end"},
    }  # fmt: skip


def full() -> dict[str, Any]:
    """The playbook."""
    summary = [
        "manual_playbook",
        "external_playbooks",
        "parallel_processing",
        "if_logic",
        "while_logic",
        "switch_logic",
        "temporal_logic",
        "data_markings",
        "digital_signatures",
        "countersigned_signatures",
        "extensions",
    ]
    signature = {
        "type": "jss", "id": uid("jss"), "created_by": AUTHOR, "created": _TIME, "modified": _TIME,
        "revoked": False, "signee": "A", "valid_from": _TIME, "valid_until": "2027-01-01T00:00:00Z",
        "related_to": uid("playbook"), "related_version": _TIME, "hash_algorithm": "sha-256",
        "algorithm": "RS256", "value": "x",
    }  # fmt: skip
    markings = {
        "tlp": {"tlpv2_level": "TLP:CLEAR", "external_references": [_REFERENCE]},
        "statement": {"statement": "x", "external_references": [_REFERENCE]},
    }
    held = {
        uid(f"marking-{kind}"): {"type": f"marking-{kind}", "id": uid(f"marking-{kind}"), **_MARKING, **own}
        for kind, own in markings.items()
    }
    logins = {
        "http-basic": {"user_id": "u", "password": ""},
        "oauth2": {"oauth_header": "", "token": ""},
        "user-auth": {"username": "u", "password": ""},
    }
    definition = {
        "type": "extension-definition", "name": "A", "description": "B", "created_by": AUTHOR,
        "schema": "urn:x", "version": "1.0", "external_references": [_REFERENCE],
    }  # fmt: skip
    variable = {"type": "string", "description": "x", "value": None, "constant": False, "external": True}
    whole = {
        "type": "playbook", "spec_version": "cacao-2.0", "id": uid("playbook"), "name": "Full",
        "description": "Text", "playbook_types": ["attack"], "playbook_activities": ["scan-system"],
        "playbook_processing_summary": dict.fromkeys(summary, True), "created_by": AUTHOR, "created": _TIME,
        "modified": _TIME, "revoked": False, "valid_from": _TIME, "valid_until": "2027-01-01T00:00:00Z",
        "derived_from": [uid("playbook", 3)], "related_to": [uid("playbook", 4)], "priority": 1,
        "severity": 2, "impact": 3, "industry_sectors": ["dams"], "labels": ["a"],
        "external_references": [_REFERENCE], "markings": list(held),
        "playbook_variables": {"__v__": variable},
        "workflow_start": uid("start"), "workflow_exception": uid("end"), "workflow": _workflow(),
        "playbook_extensions": {_EXTENSION: {"a": 1}},
        "authentication_info_definitions": {
            uid(kind): {"type": kind, **_LOGIN, **own} for kind, own in logins.items()
        },
        "agent_definitions": {uid("individual"): _agents()[uid("individual")]},
        "target_definitions": _agents(), "extension_definitions": {_EXTENSION: definition},
        "data_marking_definitions": held,
        "signatures": [
            {**signature, "public_key": "k", "signature": {**signature, "thumbprint": "t"}},
            {**signature, "id": uid("jss", 2), "public_cert_chain": ["c"]},
            {**signature, "id": uid("jss", 3), "cert_url": "https://example.org/c"},
        ],
    }  # fmt: skip
    copy: dict[str, Any] = json.loads(json.dumps(whole))  # nothing in it stands in two places
    return copy
