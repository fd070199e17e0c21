"""Severities of other products on our scale, each table with its source."""

from __future__ import annotations

from typing import Any

from cybersecqwen.records import Severity

_WORDS = {
    "informational": Severity.INFORMATIONAL,
    "information": Severity.INFORMATIONAL,
    "info": Severity.INFORMATIONAL,
    "unknown": Severity.INFORMATIONAL,
    "none": Severity.INFORMATIONAL,
    "low": Severity.LOW,
    "minor": Severity.LOW,
    "medium": Severity.MEDIUM,
    "moderate": Severity.MEDIUM,
    "warning": Severity.MEDIUM,
    "hazardous": Severity.MEDIUM,
    "high": Severity.HIGH,
    "major": Severity.HIGH,
    "important": Severity.HIGH,
    "error": Severity.HIGH,
    "imminent compromise": Severity.HIGH,
    "critical": Severity.CRITICAL,
    "compromised": Severity.CRITICAL,
    "fatal": Severity.CRITICAL,
    "emergency": Severity.CRITICAL,
    "urgent": Severity.CRITICAL,
}


def from_word(text: str) -> Severity | None:
    """A word such as "High" or "E_CRITICAL", or None where it is no severity."""
    low = text.strip().lower().replace("_", " ")
    for prefix in ("e ", "severity "):
        low = low.removeprefix(prefix)
    return _WORDS.get(low)


def from_steps(value: Any, steps: tuple[float, float, float, float]) -> Severity | None:
    """A number by the lowest values of low, medium, high and critical; None where it is no number."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return Severity(1 + sum(number >= step for step in steps))


WAZUH = (3, 7, 12, 15)
"""https://documentation.wazuh.com/current/user-manual/ruleset/rules-classification.html: 0-15; its
dashboard calls 7-11 medium, 12-14 high, 15 critical."""
GUARDDUTY = (1.0, 4.0, 7.0, 9.0)
"""https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html"""
ELASTIC_RISK = (1, 22, 48, 74)
"""https://www.elastic.co/guide/en/security/current/rules-ui-create.html: default risk score ranges."""
CROWDSTRIKE = (20, 40, 60, 80)
"""https://falcon.crowdstrike.com/documentation: 1-100 in steps of 20; 1-5 in detection summaries."""
OCSF = (2, 3, 4, 5)
"""https://schema.ocsf.io/1.7.0/: severity_id 1 informational to 5 critical, 6 fatal."""
HUNDRED = (1, 25, 50, 75)
"""Products that score from 0 to 100 without saying more."""


def suricata(value: Any) -> Severity:
    """Suricata's priority, 1 is the worst: https://docs.suricata.io/en/latest/rules/meta.html#priority."""
    return {"1": Severity.HIGH, "2": Severity.MEDIUM, "3": Severity.LOW}.get(
        str(value), Severity.INFORMATIONAL
    )
