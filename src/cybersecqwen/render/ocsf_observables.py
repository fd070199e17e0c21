"""The observables of a finding: what can be searched for elsewhere, with the attribute that it stands in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from cybersecqwen.records import Indicator

MOST_OBSERVABLES = 200
"""For one finding; more are counted."""

# https://schema.ocsf.io/1.7.0/objects/observable, attribute type_id.
HOSTNAME, IP, USER, EMAIL, URL, FILE_NAME, HASH, PROCESS_NAME = 1, 2, 4, 5, 6, 7, 8, 9
COMMAND, PID, USER_AGENT, CWE, CVE, VALUE_NAME, FILE_PATH, KEY_PATH = 13, 15, 16, 17, 18, 43, 45, 46
CAPTIONS = {
    HOSTNAME: "Hostname",
    IP: "IP Address",
    USER: "User Name",
    EMAIL: "Email Address",
    URL: "URL String",
    FILE_NAME: "File Name",
    HASH: "Hash",
    PROCESS_NAME: "Process Name",
    COMMAND: "Command Line",
    PID: "Process ID",
    USER_AGENT: "HTTP User-Agent",
    CWE: "CWE Object: uid",
    CVE: "CVE Object: uid",
    VALUE_NAME: "Registry Value Object: name",
    FILE_PATH: "File Path",
    KEY_PATH: "Registry Key Path",
}
"""type_id to its caption."""
_BY_ATTRIBUTE = {
    ("hostname",): HOSTNAME,
    ("ip",): IP,
    ("user", "name"): USER,
    ("url_string",): URL,
    ("file", "name"): FILE_NAME,
    ("file", "path"): FILE_PATH,
    ("hashes", "value"): HASH,
    ("process", "name"): PROCESS_NAME,
    ("parent_process", "name"): PROCESS_NAME,
    ("process", "pid"): PID,
    ("cmd_line",): COMMAND,
    ("user_agent",): USER_AGENT,
    ("reg_key", "path"): KEY_PATH,
    ("reg_value", "path"): KEY_PATH,
    ("reg_value", "name"): VALUE_NAME,
}
"""The last names of a path to the type of what stands there."""
_BY_INDICATOR = {
    "ipv4": IP,
    "ipv6": IP,
    "domain": HOSTNAME,
    "hostname": HOSTNAME,
    "url": URL,
    "email": EMAIL,
    "md5": HASH,
    "sha1": HASH,
    "sha256": HASH,
    "file": FILE_NAME,
    "registry": KEY_PATH,
    "cve": CVE,
    "cwe": CWE,
}


def observables(made: dict[str, Any], indicators: Iterable[Indicator]) -> list[dict[str, Any]]:
    """Of all attributes of `made`, then of the indicators of its events; each value of a type once."""
    found: dict[tuple[int, str], str] = {}
    hosts = _hosts(made)
    for names, path, value in _walk(made, (), ""):
        type_id = _BY_ATTRIBUTE.get(names[-1:]) or _BY_ATTRIBUTE.get(names[-2:])
        if type_id is None and names[0] == "resources" and names[-1] == "name":
            type_id = HOSTNAME if path in hosts else USER
        if type_id is not None and value != "":
            found.setdefault((type_id, str(value)), path)
    places = {one.get("name"): at for at, one in enumerate(made["evidences"])}
    for indicator in indicators:
        at, type_id = places.get(indicator.evidence.event), _BY_INDICATOR.get(indicator.type)
        if at is not None and type_id is not None and indicator.value:
            path = f"evidences[{at}].data.fields.{indicator.evidence.field}"
            found.setdefault((type_id, indicator.value), path)
    return [
        {"name": path, "type_id": type_id, "type": CAPTIONS[type_id], "value": value}
        for (type_id, value), path in found.items()
    ]


def _hosts(made: dict[str, Any]) -> set[str]:
    resources = made["resources"]
    return {f"resources[{at}].name" for at, one in enumerate(resources) if one["type"] == "Host"}


def _walk(value: Any, names: tuple[str, ...], path: str) -> Iterator[tuple[tuple[str, ...], str, str | int]]:
    """Every text and number with the names that lead to it; not the recorded `data`."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key != "data":
                yield from _walk(inner, (*names, key), f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _walk(inner, names, f"{path}[{at}]")
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield names, path, value
