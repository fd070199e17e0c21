"""Saved reports for tests: made by the program's own JSON renderer, so that they cannot drift from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cybersecqwen.knowledge.store import Store
from cybersecqwen.records import Report
from cybersecqwen.records.audit import Audit, Control
from cybersecqwen.render.json import envelope
from cybersecqwen.tasks.audit.options import AuditOptions
from cybersecqwen.tasks.audit.task import AuditTask
from cybersecqwen.tasks.interface import Request, Tools
from cybersecqwen.verify import check_report
from tests.render.samples import SAMPLES

BASE: Mapping[str, Any] = {
    "schema": "cybersecqwen/report/1",
    "task": "triage",
    "verdict": "malicious",
    "severity": "high",
    "title": "A report",
    "sources": ["events.jsonl"],
    "incidents": [],
    "findings": [],
    "extra": {},
    "provenance": {"version": "0.1.0", "knowledge": "k"},
}
"""The part of an envelope that an audit looks at."""


def tools() -> Tools:
    """Those of a run without rules."""
    return Tools(store=Store.open(), load_rules=lambda: (_ for _ in ()).throw(AssertionError))


def sample(name: str) -> dict[str, Any]:
    """The envelope of a sample report as plain JSON types."""
    made: dict[str, Any] = json.loads(
        json.dumps(envelope(SAMPLES[name]()), default=list).encode("utf-8", "replace")
    )
    return made


def finding(signal: str = "a-signal", *techniques: str, **more: Any) -> dict[str, Any]:
    """A finding of triage or logs."""
    return {
        "signal": signal,
        "title": f"Title of {signal}",
        "weight": 2.0,
        "severity": "high",
        "techniques": list(techniques),
        "events": ["e1"],
        "count": 1,
        **more,
    }


def incident(*findings: dict[str, Any], verdict: str = "malicious") -> dict[str, Any]:
    """An incident with one event."""
    event = {
        "id": "e1",
        "time": "2026-03-02T09:14:07.250000Z",
        "host": "FS01",
        "source": {"path": "events.jsonl", "member": "", "record": 17},
    }
    return {
        "verdict": verdict,
        "findings": list(findings),
        "events": [event],
        "end": "2026-03-02T09:15:00.000000Z",
    }


def triage(*findings: dict[str, Any], verdict: str = "malicious") -> dict[str, Any]:
    """A report of triage with one incident."""
    return {**BASE, "verdict": verdict, "incidents": [incident(*findings, verdict=verdict)]}


def review(*findings: dict[str, Any], vulnerabilities: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    """A report of review."""
    held = {"findings": list(findings), "vulnerabilities": list(vulnerabilities)}
    return {**BASE, "task": "review", "verdict": "needs review", "extra": {"review": held}}


def code(*cwe: str, **more: Any) -> dict[str, Any]:
    """A finding in code."""
    return {
        "rule": "python-rule",
        "title": "Something insecure",
        "cwe": list(cwe),
        "severity": "high",
        "status": "open",
        "fingerprint": "f1",
        "place": {"path": "app.py", "line": 20},
        **more,
    }


def package(kind: str = "vulnerable", **more: Any) -> dict[str, Any]:
    """A finding about a package."""
    return {
        "kind": kind,
        "package": {"name": "acme", "version": "1.0", "place": {"path": "requirements.txt", "line": 3}},
        "id": "GHSA-1",
        "aliases": ["CVE-2021-44228"],
        "title": "A flaw",
        "severity": "critical",
        "status": "open",
        "fixed": "1.1",
        **more,
    }


def intel(*techniques: str, tier: str = "high", cves: tuple[str, ...] = ()) -> dict[str, Any]:
    """A report of intel."""
    held = {
        "documents": [{"id": "d1", "path": "report.md", "published": "2026-10-14"}],
        "techniques": [
            {"id": one, "name": one, "tier": tier, "places": [{"document": "d1", "line": 4}]}
            for one in techniques
        ],
        "names": [{"type": "vulnerability", "id": one, "name": one} for one in cves],
    }
    return {**BASE, "task": "intel", "extra": {"intel": held}}


def write(folder: Path, *reports: object) -> tuple[str, ...]:
    """Each into a file of its own."""
    paths = []
    for number, one in enumerate(reports, 1):
        path = folder / f"{number}.json"
        path.write_bytes(one if isinstance(one, bytes) else json.dumps(one).encode())
        paths.append(str(path))
    return tuple(paths)


def run(folder: Path, *reports: object, **options: str) -> Report:
    """The audit of these reports, checked as the pipeline checks it."""
    held = tools()
    request = Request(paths=write(folder, *reports), parameters=AuditOptions(**options))
    return check_report(AuditTask().assess(request, held), held.store)


def audit(folder: Path, *reports: object, **options: str) -> Audit:
    """The audit alone."""
    made = run(folder, *reports, **options).audit
    assert made is not None
    return made


def control(made: Audit, id: str) -> Control:
    """One control, among those with evidence or among the gaps."""
    return next(one for one in (*made.controls, *made.gaps) if one.id == id)
