"""Process, file, address and account entities of Microsoft's alerts, as canonical fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cybersecqwen.inputs.cloud.flat import dig, first, scalar

from .carried import Raw, hashes, joined_path

_SHA = {"SHA256": "sha256", "SHA1": "sha1", "MD5": "md5"}


def process(raw: Raw) -> dict[str, str]:
    """A Graph `processEvidence` (https://learn.microsoft.com/graph/api/resources/security-processevidence)."""
    image = joined_path(first(raw, ("imageFile.filePath",)), first(raw, ("imageFile.fileName",)))
    parent = joined_path(
        first(raw, ("parentProcessImageFile.filePath",)), first(raw, ("parentProcessImageFile.fileName",))
    )
    return {
        "Image": image,
        "CommandLine": first(raw, ("processCommandLine",)),
        "ParentImage": parent,
        "ProcessId": first(raw, ("processId",)),
        "ParentProcessId": first(raw, ("parentProcessId",)),
        "Hashes": hashes(raw, "imageFile.", _SHA),
        "User": account(dig(raw, "userAccount")),
        "UtcTime": first(raw, ("processCreationDateTime",)),
        "Computer": first(raw, ("deviceDnsName",)),
    }


def account(raw: Any) -> str:
    r"""DOMAIN\\name, or the principal name, of an account entity of either API; "" for none."""
    if not isinstance(raw, Mapping):
        return ""
    name = first(raw, ("accountName", "Name", "name"))
    domain = first(raw, ("domainName", "NTDomain", "ntDomain"))
    principal = first(raw, ("userPrincipalName", "UPNSuffix", "upnSuffix"))
    if domain and name:
        return f"{domain}\\{name}"
    if principal and "@" not in principal and name:
        return f"{name}@{principal}"
    return principal or name


def resolve(entities: Iterable[Any]) -> dict[str, Raw]:
    """Entities by their `$id`, so that `{"$ref": "4"}` can be looked up."""
    found: dict[str, Raw] = {}
    for entity in entities:
        if isinstance(entity, Mapping):
            found[scalar(entity.get("$id")) or str(len(found))] = entity
    return found


def follow(value: Any, known: Mapping[str, Raw]) -> Raw:
    """The entity itself or the one that it points to; an empty mapping for anything else."""
    if not isinstance(value, Mapping):
        return {}
    reference = scalar(value.get("$ref"))
    return known.get(reference, {}) if reference else value


def entity_process(entity: Raw, known: Mapping[str, Raw]) -> dict[str, str]:
    """A Sentinel process entity (https://learn.microsoft.com/azure/sentinel/entities-reference#process)."""
    image = follow(entity.get("ImageFile") or entity.get("imageFile"), known)
    parent = follow(entity.get("ParentProcess") or entity.get("parentProcess"), known)
    above = follow(parent.get("ImageFile") or parent.get("imageFile"), known)
    return {
        "Image": _file(image),
        "CommandLine": first(entity, ("CommandLine", "commandLine")),
        "ParentImage": _file(above),
        "ParentCommandLine": first(parent, ("CommandLine", "commandLine")),
        "ProcessId": first(entity, ("ProcessId", "processId")),
        "ParentProcessId": first(parent, ("ProcessId", "processId")),
        "Hashes": _hashes(image, known),
        "User": account(follow(entity.get("Account") or entity.get("account"), known)),
        "UtcTime": first(entity, ("CreationTimeUtc", "creationTimeUtc")),
        "Computer": first(follow(entity.get("Host") or entity.get("host"), known), ("HostName", "hostName")),
    }


def _file(entity: Raw) -> str:
    return joined_path(first(entity, ("Directory", "directory")), first(entity, ("Name", "fileName", "name")))


def _hashes(image: Raw, known: Mapping[str, Raw]) -> str:
    listed = image.get("FileHashes") or image.get("fileHashes")
    found = []
    for item in listed if isinstance(listed, (list, tuple)) else ():
        entity = follow(item, known)
        kind, value = first(entity, ("Algorithm", "algorithm")), first(entity, ("Value", "hashValue"))
        if kind and value:
            found.append(f"{kind.upper()}={value.upper()}")
    return ",".join(found[:6])


def kind_of(entity: Raw) -> str:
    """The lower-case kind of an entity in either spelling: "process", "host", "ip" …."""
    given = first(entity, ("Type", "kind", "type", "@odata.type", "at_sign_odata_type"))
    return given.lower().rpartition(".")[2].removesuffix("evidence")


def place(fields: dict[str, str], entity: Raw, kind: str) -> None:
    """Add what a host, account, address, file, URL or registry entity says, where nothing stands yet."""
    for name, value in _PLACERS.get(kind, lambda _: {})(entity).items():
        if value:
            fields.setdefault(name, value)


def _file_fields(entity: Raw) -> dict[str, str]:
    inner = entity.get("fileDetails")
    if isinstance(inner, Mapping):
        return {
            "TargetFilename": joined_path(first(inner, ("filePath",)), first(inner, ("fileName",))),
            "FileHashes": hashes(inner, "", _SHA),
        }
    return {"TargetFilename": _file(entity)}


_PLACERS: dict[str, Any] = {
    "file": _file_fields,
    "host": lambda e: {"Computer": first(e, ("HostName", "hostName", "NetBiosName"))},
    "device": lambda e: {"Computer": first(e, ("deviceDnsName", "hostName"))},
    "ip": lambda e: {"IpAddress": first(e, ("Address", "address", "ipAddress"))},
    "url": lambda e: {"Url": first(e, ("Url", "url"))},
    "account": lambda e: {"User": account(e)},
    "user": lambda e: {"User": account(e.get("userAccount")) or account(e)},
    "dnsresolution": lambda e: {"QueryName": first(e, ("DomainName", "domainName"))},
    "registry-key": lambda e: {
        "TargetObject": joined_path(first(e, ("Hive", "hive")), first(e, ("Key", "key")))
    },
    "registryvalue": lambda e: {
        "TargetObject": "\\".join(
            p
            for p in (
                first(e, ("registryHive",)),
                first(e, ("registryKey",)),
                first(e, ("registryValueName",)),
            )
            if p
        ),
        "Details": first(e, ("registryValue",)),
    },
    "cloudapplication": lambda e: {"Application": first(e, ("Name", "displayName"))},
    "mailmessage": lambda e: {"Subject": first(e, ("Subject",)), "Sender": first(e, ("Sender", "P1Sender"))},
}
