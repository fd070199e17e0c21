"""The event inside an alert, under Sysmon's names, and what kind it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from cybersecqwen.inputs.cloud.flat import first
from cybersecqwen.inputs.cloud.words import words
from cybersecqwen.records import Category, Claim, Event, Limits, Severity, Source

Raw = Mapping[str, Any]
Paths = tuple[str, ...]

_TECHNIQUE = re.compile(r"\bT1\d{3}(?:[._]\d{3})?\b")
_DESCRIPTION = 2_000  # records.Claim.description


def techniques(*texts: str) -> tuple[str, ...]:
    """ATT&CK ids named in the texts, each once, in order."""
    found = (m.replace("_", ".") for text in texts for m in _TECHNIQUE.findall(text[:20_000]))
    return tuple(dict.fromkeys(found))


def hashes(raw: Raw, prefix: str = "", names: Mapping[str, str] | None = None) -> str:
    """Hashes as Sysmon writes them ("SHA256=…,MD5=…"); `names` maps kinds to keys below `prefix`."""
    keys = names or {"SHA256": "sha256", "SHA1": "sha1", "MD5": "md5"}
    found = ((kind, first(raw, (f"{prefix}{key}",))) for kind, key in keys.items())
    return ",".join(f"{kind}={value.upper()}" for kind, value in found if value and len(value) <= 128)


def joined_path(folder: str, name: str) -> str:
    """A full path from a folder and a file name, where the folder is not the whole path already."""
    if not folder or not name:
        return folder or name
    if folder.replace("\\", "/").rstrip("/").lower().endswith(f"/{name.lower()}"):
        return folder
    separator = "/" if "/" in folder and "\\" not in folder else "\\"
    return f"{folder.rstrip(separator)}{separator}{name}"


def take(raw: Raw, table: Mapping[str, Paths], limits: Limits) -> dict[str, str]:
    """Canonical fields from the first path of each that holds text."""
    found = ((name, first(raw, paths)) for name, paths in table.items())
    return {name: value[: limits.value_chars] for name, value in found if value}


def category_of(fields: Mapping[str, str]) -> Category:
    """What the canonical fields describe; ALERT where they describe no event."""
    if fields.get("ScriptBlockText"):
        return Category.SCRIPT
    if fields.get("TargetObject"):
        return Category.REGISTRY
    if fields.get("CommandLine") or (fields.get("Image") and fields.get("ParentImage")):
        return Category.PROCESS
    if fields.get("QueryName"):
        return Category.DNS
    if fields.get("ImageLoaded"):
        return Category.IMAGE_LOAD
    if fields.get("TargetFilename"):
        return Category.FILE
    if fields.get("DestinationIp") and (fields.get("SourceIp") or fields.get("Image")):
        return Category.NETWORK
    return Category.PROCESS if fields.get("Image") else Category.ALERT


def make_claim(
    product: str,
    rule: str,
    *,
    rule_id: str = "",
    severity: Severity | None = None,
    description: str = "",
    named: Iterable[str] = (),
    fields: Mapping[str, str] | None = None,
) -> Claim:
    """A claim with everything bounded."""
    return Claim(
        product=product[:80],
        rule=rule[:500],
        rule_id=rule_id[:200],
        severity=severity or Severity.INFORMATIONAL,
        description=description[:_DESCRIPTION],
        techniques=tuple(named)[:50],
        fields={k: v[:2_000] for k, v in (fields or {}).items() if v},
    )


def alert_event(
    claim: Claim,
    fields: dict[str, str],
    *,
    id: str,
    source: Source,
    time: float | None,
    host: str = "",
    user: str = "",
    category: Category | None = None,
    code: str = "",
) -> Event:
    """An alert as an event: the claim, the fields, and the category of what it carries."""
    fields.setdefault("AlertName", claim.rule)
    fields.setdefault("AlertSeverity", claim.severity.label)
    fields.setdefault("AlertProduct", claim.product)
    text = words(f"{claim.rule} {claim.description[:600]}")
    if text:
        fields.setdefault("Words", text)
    if user:
        fields.setdefault("User", user)
    return Event(
        id=id,
        category=category or category_of(fields),
        time=time,
        provider=f"alert.{claim.product}",
        code=code[:300] or claim.rule[:300],
        host=host[:300],
        user=user[:300],
        fields={k: v for k, v in fields.items() if v},
        claim=claim,
        source=source,
    )
