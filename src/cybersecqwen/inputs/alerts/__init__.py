"""Alerts of other products, as events with a claim: what they say is kept apart from what happened."""

from __future__ import annotations

from collections.abc import Mapping

_HERE = __name__

# Order: shapes with names of their own first; "finding" takes any record with a severity and a title
# and stands last, behind the trails of `cloud`, whose records sometimes have severities too.
ENTRIES: Mapping[str, str] = {
    "elastic": f"{_HERE}.elastic:Elastic",
    "wazuh": f"{_HERE}.wazuh:Wazuh",
    "splunk": f"{_HERE}.splunk:Splunk",
    "sentinel": f"{_HERE}.sentinel:Sentinel",
    "defender": f"{_HERE}.defender:Defender",
    "defender-hunting": f"{_HERE}.hunting:Hunting",
    "ocsf": f"{_HERE}.ocsf:Ocsf",
    "suricata": f"{_HERE}.suricata:Suricata",
    "crowdstrike": f"{_HERE}.crowdstrike:CrowdStrikeDetection",
    "crowdstrike-sensor": f"{_HERE}.crowdstrike:CrowdStrikeSensor",
    "crowdstrike-audit": f"{_HERE}.crowdstrike:CrowdStrikeAudit",
    "guardduty": f"{_HERE}.findings:GuardDuty",
    "alert-list": f"{_HERE}.listed:AlertList",
    "finding": f"{_HERE}.findings:Finding",
}
"""Registered names to classes, spliced into `inputs.SHAPES`."""
