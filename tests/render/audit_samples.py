"""A made-up result of `csq audit`, for every format."""

from __future__ import annotations

from cybersecqwen.records import Problem, Provenance, Report, Severity, Verdict
from cybersecqwen.records.audit import (
    Audit,
    Control,
    Direction,
    Indication,
    Mapped,
    Mapping,
    NotRead,
    Observation,
    Spot,
    Standing,
    Strength,
    Subject,
)

NIGHT = 1_772_442_847.25  # 2026-03-02 09:14:07.250 UTC


def _subject(number: int, task: str, findings: int, text: str, time: float | None = NIGHT) -> Subject:
    return Subject(
        id=f"r{number}",
        path=f"reports/{task}.json{text}",
        task=task,
        title=f"What {task} found{text}",
        verdict="malicious",
        severity=Severity.HIGH,
        sha256=f"{number}" * 64,
        time=time,
        time_of="events" if time is not None else "",
        about=(f"samples/{task}{text}",),
        version="0.1.0",
        knowledge="2025-11-18",
        findings=findings,
        used=findings,
        note="" if findings else "An answer is about what is known, not about this organisation.",
    )


def _observations(text: str) -> tuple[Observation, ...]:
    return (
        Observation(
            id="o1",
            subject="r1",
            finding=f"python-sql-built{text}",
            title=f"SQL statement made of a value{text}",
            severity=Severity.HIGH,
            names=("CWE-89",),
            count=2,
            spots=(Spot(place=f"app.py:20{text}", id="90eb7e0e"), Spot(place="app.py:44", id="77aa3b12")),
        ),
        Observation(
            id="o2",
            subject="r2",
            finding="log-cleared",
            title=f"An event log was cleared{text}",
            severity=Severity.HIGH,
            names=("T1070.001",),
            spots=(Spot(place="intrusion.jsonl:17", id="e17", host=f"FS01{text}", time=NIGHT),),
            time=NIGHT,
        ),
        Observation(
            id="o3",
            subject="r2",
            finding="odd",
            title=f"Something odd{text}",
            severity=Severity.LOW,
            time=NIGHT,
        ),
        Observation(
            id="o4",
            subject="r1",
            finding="python-hidden",
            title="Something far away",
            severity=Severity.MEDIUM,
            names=("CWE-829",),
            spots=(Spot(place=""),),
        ),
    )


def _says(
    observation: str, direction: Direction, *path: str, by: str = "csq-rules", why: str = ""
) -> Indication:
    strength = (Strength.DIRECT, Strength.DERIVED, Strength.WEAK)[min(len(path) - 2, 2)]
    return Indication(
        observation=observation,
        direction=direction,
        strength=strength,
        path=path,
        by=(by,) * (len(path) - 1),
        why=why,
    )


def _control(
    id: str, name: str, family: str, standing: Standing, *some: Indication, **more: object
) -> Control:
    return Control(  # type: ignore[arg-type]
        id=id, name=name, family=family, standing=standing, indications=some, in_baseline=True, **more
    )


def audited(text: str = "") -> Report:
    """Controls of every standing; `text` is put wherever a report may say something."""
    against, works, needed = Direction.AGAINST, Direction.FOR, Direction.NEEDED
    controls = (
        _control(
            "AU-9",
            "Protection of Audit Information",
            "Audit and Accountability",
            Standing.NOT_SATISFIED,
            _says("o2", against, "T1070.001", "AU-9", why="Records of what happened were destroyed."),
            severity=Severity.HIGH,
            iso=("A.5.33", "A.8.15"),
        ),
        _control(
            "SI-10",
            "Information Input Validation",
            "System and Information Integrity",
            Standing.NOT_SATISFIED,
            _says("o1", against, "CWE-89", "SI-10", by="cwe-800-53"),
            severity=Severity.HIGH,
        ),
        _control(
            "AC-2",
            "Account Management",
            "Access Control",
            Standing.NEEDED,
            _says("o2", needed, "T1070.001", "T1070", "AC-2", by="ctid-nist-800-53"),
            severity=Severity.HIGH,
            iso=("A.5.16", "A.5.18", "A.8.2"),
            cis=("5.1", "6.1"),
        ),
        _control(
            "SI-4",
            "System Monitoring",
            "System and Information Integrity",
            Standing.SATISFIED,
            _says("o2", works, "detection", "SI-4", why="Monitoring works: a detection fired."),
            iso=("A.8.16",),
            cis=("13.3",),
        ),
    )
    gaps = (
        _control("AC-1", "Policy and Procedures", "Access Control", Standing.NOT_ASSESSED),
        _control("AC-2(1)", "Automated System Account Management", "Access Control", Standing.NOT_ASSESSED),
        _control(
            "CM-7",
            "Least Functionality",
            "Configuration Management",
            Standing.NOT_ASSESSED,
            _says("o4", against, "CWE-829", "CAPEC-175", "T1195", "CM-7", by="capec"),
        ),
    )
    audit = Audit(
        framework="iso27001",
        baseline="high",
        subjects=(
            _subject(1, "review", 3, text, time=None),
            _subject(2, "triage", 2, text),
            _subject(3, "ask", 0, text),
        ),
        observations=_observations(text),
        controls=controls,
        gaps=gaps,
        beyond=("AC-2(11)", "AC-4(4)"),
        mapped=(
            Mapped(id="A.5.1", standing=Standing.NOT_ASSESSED, controls=()),
            Mapped(id="A.5.16", standing=Standing.NEEDED, controls=("AC-2",)),
            Mapped(id="A.8.15", standing=Standing.NOT_SATISFIED, controls=("AU-9",)),
            Mapped(id="A.8.16", standing=Standing.SATISFIED, controls=("SI-4",)),
        ),
        silent=("o3",),
        mappings=(
            Mapping(
                name="iso27001",
                title="SP 800-53 to ISO/IEC 27001:2022",
                edition="1.0.0",
                date="2023-10-12",
                source="https://csrc.nist.gov/",
                licence="public domain",
            ),
        ),
        not_read=(NotRead(path=f"reports/broken.json{text}", reason="It is damaged JSON."),),
    )
    return Report(
        task="audit",
        verdict=Verdict.NEEDS_REVIEW,
        severity=Severity.HIGH,
        confidence=1.0,
        title="2 controls other than satisfied, 1 satisfied as far as 3 reports show",
        sources=(f"reports{text}",),
        counts={"reports": 3, "controls": 4, "gaps": 3, "damaged": 1},
        problems=(
            Problem(stage="read", message="It is damaged JSON.", subject=f"reports/broken.json{text}"),
        ),
        timings_ms={"audit": 3.5},
        provenance=Provenance(version="0.1.0", knowledge="2025-11-18"),
        audit=audit,
    )


def unproven() -> Report:
    """One report that says nothing about any control."""
    return Report(
        task="audit",
        verdict=Verdict.BENIGN,
        severity=Severity.INFORMATIONAL,
        confidence=1.0,
        title="0 controls other than satisfied, 0 satisfied as far as 1 report shows",
        sources=("ask.json",),
        provenance=Provenance(version="0.1.0", knowledge="2025-11-18"),
        audit=Audit(
            framework="800-53",
            baseline="low",
            subjects=(_subject(1, "ask", 0, "", time=None),),
            gaps=(_control("AC-1", "Policy and Procedures", "Access Control", Standing.NOT_ASSESSED),),
        ),
    )
