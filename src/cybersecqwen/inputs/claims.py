"""What Windows' own protections claim in their events."""

from __future__ import annotations

from cybersecqwen.records import Claim, Severity

from .categories import DEFENDER, group_of

# Threat severities of Windows Defender Antivirus, from the names that event 1116 writes.
_SEVERITIES = {
    "Low": Severity.LOW,
    "Moderate": Severity.MEDIUM,
    "High": Severity.HIGH,
    "Severe": Severity.CRITICAL,
}
_FOUND = frozenset(("1006", "1007", "1015", "1116", "1117", "1118", "1119"))
_KEPT = ("ActionName", "Category Name", "Source Name", "Detection ID", "TargetFilename")


def claim_of(provider: str, channel: str, code: str, fields: dict[str, str]) -> Claim | None:
    """The claim of a Defender detection; None for every other event."""
    if code not in _FOUND or group_of(provider, channel) != DEFENDER:
        return None
    threat = fields.get("ThreatName", "")
    if not threat:
        return None
    return Claim(
        product="defender-antivirus",
        rule=threat,
        rule_id=fields.get("Threat ID", ""),
        severity=_SEVERITIES.get(fields.get("SeverityName", ""), Severity.MEDIUM),
        fields={name: fields[name] for name in _KEPT if name in fields},
    )
