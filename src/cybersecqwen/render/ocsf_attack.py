"""ATT&CK in the words of OCSF: tactic, technique and sub-technique, with the version where it is known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cybersecqwen.records import Report

from .read_logs import logs_view
from .story import tactic_name

# https://attack.mitre.org/tactics/enterprise/
TACTICS = {
    "reconnaissance": "TA0043",
    "resource-development": "TA0042",
    "initial-access": "TA0001",
    "execution": "TA0002",
    "persistence": "TA0003",
    "privilege-escalation": "TA0004",
    "defense-evasion": "TA0005",
    "credential-access": "TA0006",
    "discovery": "TA0007",
    "lateral-movement": "TA0008",
    "collection": "TA0009",
    "command-and-control": "TA0011",
    "exfiltration": "TA0010",
    "impact": "TA0040",
}
"""Short name to identifier."""


class AttackNames:
    """What a report knows of the techniques that it names."""

    def __init__(self, report: Report) -> None:
        self._names: dict[str, str] = {row.id: row.name for row in logs_view(report).heatmap.rows}
        self._tactics: dict[str, tuple[str, ...]] = {}
        self._versions: dict[str, str] = {}
        for one in report.citations:
            self._names[one.id] = one.name
            source, _, version = one.source.rpartition(" ")
            if source.startswith("attack-"):
                self._versions[one.id] = version
        for technique in (*report.techniques, *(t for one in report.incidents for t in one.techniques)):
            self._names[technique.id] = technique.name or self._names.get(technique.id, "")
            self._tactics[technique.id] = technique.tactics

    def attacks(self, techniques: Iterable[str]) -> list[dict[str, Any]]:
        """One `attack` object for each technique and tactic."""
        return [
            self._attack(id, tactic)
            for id in dict.fromkeys(technique for technique in techniques if technique)
            for tactic in self._tactics.get(id) or ("",)
        ]

    def _attack(self, id: str, tactic: str) -> dict[str, Any]:
        parent, dot, _ = id.partition(".")
        made: dict[str, Any] = {"technique": self._named(parent if dot and parent else id)}
        if dot and parent:
            made["sub_technique"] = self._named(id)
        if tactic:
            made["tactic"] = {"name": tactic_name(tactic)}
            if tactic in TACTICS:
                made["tactic"]["uid"] = TACTICS[tactic]
        version = self._versions.get(id)
        return {**made, "version": version} if version else made

    def _named(self, id: str) -> dict[str, str]:
        name = self._names.get(id)
        return {"uid": id, "name": name} if name else {"uid": id}
