"""Zircolite beside us: its rules converted beforehand, its run, and which rules fired how often in both.

Zircolite (https://github.com/wagga40/Zircolite, LGPL-3.0) is no part of this project: name a copy of it and a
Python that has what it needs. It loads events into SQLite and runs one query for each rule.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .processes import Cost, run

PIPELINES = ("sysmon", "windows-logsources")


@dataclass(frozen=True, slots=True)
class Zircolite:
    """A copy of it."""

    folder: Path
    python: Path

    def convert(self, rules: Path, event: bytes, to: Path) -> int:
        """Turn a folder of Sigma rules into its own form; gives the number of rules that it could convert."""
        to.parent.mkdir(parents=True, exist_ok=True)
        one = to.with_suffix(".jsonl")
        one.write_bytes(event)
        pipelines = [word for name in PIPELINES for word in ("-p", name)]
        command = [*self._command(one, rules, to.with_suffix(".out")), *pipelines, "-sr"]
        subprocess.run(command, cwd=to.parent, check=True, stdout=subprocess.DEVNULL)
        (made,) = to.parent.glob("ruleset-*.json")
        made.rename(to)
        return len(json.loads(to.read_bytes()))

    def run(self, events: Path, rules: Path, folder: Path) -> tuple[Cost, dict[str, int]]:
        """Its cost on a file or a folder of JSON lines, and how often each rule fired, by id."""
        out = folder / "zircolite.json"
        cost = run(self._command(events, rules, out), folder / "zircolite.log", cwd=folder)
        fired: dict[str, int] = {}
        for one in json.loads(out.read_bytes()):
            fired[one["id"]] = fired.get(one["id"], 0) + int(one["count"])
        return cost, fired

    def _command(self, events: Path, rules: Path, out: Path) -> list[str]:
        return [
            str(self.python),
            str(self.folder / "zircolite.py"),
            *("-e", str(events), "-j", "-r", str(rules)),
            *("-c", str(self.folder / "config" / "config.yaml"), "-o", str(out)),
        ]


def differences(ours: Mapping[str, int], theirs: Mapping[str, int]) -> list[tuple[str, int, int]]:
    """(rule, hits of csq, hits of Zircolite) for each rule that fired in one more often than in the other."""
    rules = sorted({*ours, *theirs}, key=lambda rule: (-abs(ours.get(rule, 0) - theirs.get(rule, 0)), rule))
    return [
        (rule, ours.get(rule, 0), theirs.get(rule, 0)) for rule in rules if ours.get(rule) != theirs.get(rule)
    ]


def fired_in(report: Mapping[str, Any]) -> dict[str, int]:
    """How often each rule fired, from a report of csq."""
    detections: Sequence[Mapping[str, Any]] = report["extra"]["logs"]["detections"]
    return {one["id"]: one["count"] for one in detections}
