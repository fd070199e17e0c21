"""A recorded event in the words of OCSF's evidence artifacts: processes, files, endpoints, registry, names.

What a field says twice is said once; what has no object of its own stays in `data`, which holds every field.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Any

from cybersecqwen.records import Category, Event

Object = dict[str, Any]

_SOURCES = ("SourceIp", "IpAddress", "SourceAddress", "sourceIPAddress", "src_ip", "c-ip", "id.orig_h")
_TARGETS = ("DestinationIp", "DestAddress", "dst_ip", "s-ip", "id.resp_h")
_SOURCE_PORTS = ("SourcePort", "IpPort", "src_port", "id.orig_p")
_TARGET_PORTS = ("DestinationPort", "DestPort", "dst_port", "id.resp_p")
_METHODS = frozenset({"OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "CONNECT", "PATCH"})
_HASHES = {"MD5": (1, "MD5"), "SHA1": (2, "SHA-1"), "SHA256": (3, "SHA-256"), "IMPHASH": (99, "IMPHASH")}
_HEX = re.compile(r"[a-fA-F0-9]{1,512}")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]{1,8}|[0-9]{1,10}")


def evidence(event: Event) -> Object:
    """All that the event says, with `data` as it was recorded."""
    acts = event.category in (Category.PROCESS, Category.PROCESS_END)
    made: Object = {
        "name": event.id,
        "data": {
            "event": event.id,
            "source": str(event.source),
            "time": event.time,
            "category": event.category.value,
            "provider": event.provider,
            "channel": event.channel,
            "code": event.code,
            "host": event.host,
            "user": event.user,
            "fields": dict(event.fields),
        },
    }
    actor: Object = {}
    process = _process(event)
    parent = _parent(event)
    if acts:
        made["process"] = process and ({**process, "parent_process": parent} if parent else process)
        actor["process"] = parent
    else:
        actor["process"] = process
    actor["user"] = _user(event.user)
    made["actor"] = {key: value for key, value in actor.items() if value}
    for name, build in _BUILDERS.items():
        made[name] = build(event)
    return {key: value for key, value in made.items() if value}


def device(host: str) -> Object:
    """A host by name or by address."""
    address = _ip(host)
    return {"type_id": 0, "type": "Unknown", **({"ip": address} if address else {"hostname": host})}


def resource(name: str, type: str) -> Object:
    """A host or an account that a finding is about."""
    role = (3, "Affected") if type == "Host" else (4, "Related")
    return {"name": name, "type": type, "role_id": role[0], "role": role[1]}


def _first(event: Event, names: tuple[str, ...]) -> str:
    return next((event.fields[name] for name in names if event.fields.get(name)), "")


def _ip(text: str) -> str:
    """The address as OCSF's `ip_t` takes it; "" for what is none."""
    if len(text) > 45 or "%" in text:
        return ""
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return ""


def _number(text: str, most: int) -> int | None:
    """A number in decimal or 0x form, at most `most`."""
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        return None
    number = int(text, 16 if text[:2].lower() == "0x" else 10)
    return number if number <= most else None


def _base(path: str) -> str:
    return path.replace("/", "\\").rstrip("\\").rpartition("\\")[2] or path


def _file(path: str, hashes: str = "") -> Object:
    made: Object = {"name": _base(path), "path": path, "type_id": 1, "type": "Regular File"}
    found = []
    for part in hashes.split(",")[:8]:
        name, _, value = part.partition("=")
        known = _HASHES.get(name.strip().upper())
        if known and _HEX.fullmatch(value.strip()):
            found.append({"algorithm_id": known[0], "algorithm": known[1], "value": value.strip()})
    return {**made, "hashes": found} if found else made


def _process(event: Event) -> Object:
    """The process of the event; {} where it has neither id nor GUID, which OCSF asks for."""
    get = event.get
    image = get("NewProcessName") or get("Image") or get("ProcessName") or get("exe")
    pid = _number(get("NewProcessId") or get("ProcessId") or get("pid"), 0xFFFFFFFF)
    made: Object = {}
    if image:
        made |= {"name": _base(image), "path": image, "file": _file(image, get("Hashes"))}
    if pid is not None:
        made["pid"] = pid
    if get("ProcessGuid"):
        made["uid"] = get("ProcessGuid")
    if get("CommandLine"):
        made["cmd_line"] = get("CommandLine")
    if get("CurrentDirectory"):
        made["working_directory"] = get("CurrentDirectory")
    user = _user(get("User"))
    if user:
        made["user"] = user
    return made if "pid" in made or "uid" in made else {}


def _parent(event: Event) -> Object:
    get = event.get
    image = get("ParentImage") or get("ParentProcessName")
    pid = _number(get("ParentProcessId") or (get("ProcessId") if get("NewProcessId") else ""), 0xFFFFFFFF)
    made: Object = {}
    if image:
        made |= {"name": _base(image), "path": image, "file": _file(image)}
    if pid is not None:
        made["pid"] = pid
    if get("ParentProcessGuid"):
        made["uid"] = get("ParentProcessGuid")
    if get("ParentCommandLine"):
        made["cmd_line"] = get("ParentCommandLine")
    return made if "pid" in made or "uid" in made else {}


def _user(text: str) -> Object:
    if not text:
        return {}
    domain, slash, name = text.rpartition("\\")
    return {"name": name, "domain": domain} if slash and name and domain else {"name": text}


def _endpoint(ip: str, port: str, name: str) -> Object:
    made: Object = {}
    address = _ip(ip)
    if address:
        made["ip"] = address
    if name or (ip and not address and ip != "-"):
        made["hostname"] = name or ip
    number = _number(port, 65_535)
    if made and number is not None:
        made["port"] = number
    return made


def _source(event: Event) -> Object:
    name = event.get("SourceHostname") or event.get("WorkstationName")
    return _endpoint(_first(event, _SOURCES), _first(event, _SOURCE_PORTS), name)


def _target(event: Event) -> Object:
    return _endpoint(_first(event, _TARGETS), _first(event, _TARGET_PORTS), event.get("DestinationHostname"))


def _connection(event: Event) -> Object:
    protocol = event.get("Protocol")
    return {"direction_id": 0, "protocol_name": protocol} if protocol and event.get("DestinationIp") else {}


def _touched(event: Event) -> Object:
    path = event.get("TargetFilename") or event.get("ImageLoaded")
    return _file(path, event.get("Hashes")) if path else {}


def _query(event: Event) -> Object:
    return {"hostname": event.get("QueryName")} if event.get("QueryName") else {}


def _script(event: Event) -> Object:
    text = event.get("ScriptBlockText")
    return {"type_id": 2, "type": "PowerShell", "script_content": {"value": text}} if text else {}


def _registry_value(event: Event) -> Object:
    path, details = event.get("TargetObject"), event.get("Details")
    if not path or not details:
        return {}
    key, _, name = path.rpartition("\\")
    return {"path": key or path, "name": name or "(Default)", "reg_string_data": details}


def _registry_key(event: Event) -> Object:
    path = event.get("TargetObject")
    return {"path": path} if path and not event.get("Details") else {}


def _service(event: Event) -> Object:
    name, command = event.get("ServiceName"), event.get("ImagePath") or event.get("ServiceFileName")
    return {"name": name, "cmd_line": command} if name and command else {}


def _job(event: Event) -> Object:
    return {"name": event.get("TaskName")} if event.get("TaskName") else {}


def _url(event: Event) -> Object:
    text = _first(event, ("Url", "url", "url.full"))
    return {"url_string": text} if text else {}


def _request(event: Event) -> Object:
    agent = _first(event, ("UserAgent", "user_agent", "userAgent", "cs-user-agent", "http.user_agent"))
    method = _first(event, ("method", "cs-method", "http.method")).upper()
    made: Object = {"user_agent": agent} if agent else {}
    return {**made, "http_method": method} if method in _METHODS else made


def _api(event: Event) -> Object:
    operation = event.get("eventName")
    made: Object = {"operation": operation} if operation else {}
    if made and event.get("eventSource"):
        made["service"] = {"name": event.get("eventSource")}
    return made


def _concerned(event: Event) -> Object:
    return _user(event.get("TargetUserName"))


def _host(event: Event) -> Object:
    return device(event.host) if event.host else {}


_BUILDERS: dict[str, Callable[[Event], Object]] = {
    "api": _api,
    "connection_info": _connection,
    "device": _host,
    "dst_endpoint": _target,
    "file": _touched,
    "http_request": _request,
    "job": _job,
    "query": _query,
    "reg_key": _registry_key,
    "reg_value": _registry_value,
    "script": _script,
    "src_endpoint": _source,
    "url": _url,
    "user": _concerned,
    "win_service": _service,
}
"""Attribute of `evidences` to what builds it; {} for an event that says nothing of it."""
