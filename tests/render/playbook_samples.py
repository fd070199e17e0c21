"""Playbooks made by hand, so that no change of the library moves what is pinned."""

from __future__ import annotations

from dataclasses import replace

from cybersecqwen.records import Problem, Provenance, Report, Sentence, Severity, Technique, Verdict
from cybersecqwen.records.playbook import (
    Basis,
    Command,
    Duty,
    Effect,
    Entity,
    Evidence,
    Kind,
    Message,
    Phase,
    Playbook,
    Role,
    Step,
    StepQuery,
)

HOST = Entity(kind=Kind.HOST, value="WS-042", platform="windows", basis="i1", criticality="high")
DOMAIN = Entity(kind=Kind.DOMAIN, value="cdn.evil.example", basis="e5")
ADDRESS = Entity(kind=Kind.IP, value="203.0.113.7", basis="e5")
USER = Entity(kind=Kind.USER, value="CORP\\alice", basis="i1")


def step(number: int, title: str, phase: Phase, **more: object) -> Step:
    """A step; what is not said is as short as can be."""
    made: dict[str, object] = {
        "do": f"{title}, and note the time.",
        "role": Role.ANALYST,
        "verify": "It stands in the case notes.",
        "basis": (Basis(kind="library", id=f"action-{number}"),),
    }
    return Step(id=f"s{number}", action=f"action-{number}", title=title, phase=phase, **{**made, **more})  # type: ignore[arg-type]


def _steps(text: str) -> tuple[Step, ...]:
    memory = step(
        2,
        f"Take a memory image of WS-042{text}",
        Phase.IDENTIFICATION,
        lane="contain",
        role=Role.FORENSICS,
        effect=Effect.COLLECT,
        collects=(Evidence.MEMORY, Evidence.PROCESSES),
        acts_on=(HOST,),
        minutes=30,
        needs="forensics",
        when="the host has not been restarted since",
        commands=(
            Command(
                tool="powershell",
                platform="windows",
                text=f"winpmem.exe 'E:\\WS-042.raw'\nGet-FileHash 'E:\\WS-042.raw' | Out-File <SHARE>{text}",
                open=("<SHARE>: not named by the report",),
            ),
        ),
    )
    search = step(
        3,
        f"Find every host that spoke to cdn.evil.example{text}",
        Phase.IDENTIFICATION,
        lane="search",
        do=f"Search for http://cdn.evil.example and 203.0.113.7 in the logs of the last week.{text}",
        acts_on=(DOMAIN, ADDRESS),
        minutes=15,
        tool=f"Splunk{text}",
        queries=(
            StepQuery(
                title="Lookups of this domain, last 7 days",
                dialect="splunk",
                text=f'index=dns query="cdn.evil.example"{text}',
                checks=("parses", "names what there is"),
            ),
            StepQuery(title="Connections", dialect="splunk", text="", problem=f"No index is known.{text}"),
        ),
        basis=(
            Basis(kind="technique", id="T1071.001", text="Web Protocols"),
            Basis(kind="finding", id="beacon", text="A host calls home"),
        ),
    )
    isolate = step(
        5,
        "Isolate WS-042 from the network",
        Phase.CONTAINMENT,
        lane="contain",
        role=Role.ENDPOINT,
        person=f"Bo Berg{text}",
        effect=Effect.CHANGE,
        destroys=(Evidence.NETWORK_STATE,),
        undo="Release it in the console.",
        breaks=f"Who works on it cannot go on.{text}",
        minutes=10,
        after=("s2",),
        acts_on=(HOST,),
        commands=(Command(tool="console", text="Hosts › WS-042 › Isolate"),),
    )
    reinstall = step(
        6,
        "Reinstall WS-042 from the trusted image",
        Phase.ERADICATION,
        role=Role.ENDPOINT,
        effect=Effect.DESTROY,
        reversible=False,
        destroys=(Evidence.MEMORY, Evidence.DISK),
        minutes=150,
        approval=f"What was not copied is lost.{text}",
        decides=(f"A full image has been taken.{text}", "The owner has been asked."),
        after=("s2", "s5"),
        acts_on=(HOST,),
        commands=(Command(tool="bash", text=f"# ```\n./reinstall.sh --host <HOST>{text}"),),
    )
    return (
        step(1, "Declare the incident", Phase.IDENTIFICATION, role=Role.LEAD, person="Ada Abt", minutes=15),
        memory,
        search,
        step(4, "Give each role to one person", Phase.IDENTIFICATION, lane="lead", role=Role.LEAD),
        isolate,
        reinstall,
        step(7, "Watch for a return", Phase.RECOVERY, minutes=60),
        step(8, "Write the report", Phase.LESSONS, role=Role.LEAD, minutes=240),
    )


def planned(text: str = "") -> Report:
    """Three lanes, a decision, open places, a search; `text` is put wherever data may stand."""
    playbook = Playbook(
        name=f"Beacon on WS-042{text}",
        about=f"It answers a report of csq triage: a host calls cdn.evil.example.{text}",
        trigger="report",
        severity=78,
        techniques=("T1071.001",),
        incidents=("command-and-control",),
        entities=(HOST, DOMAIN, ADDRESS, replace(USER, value=f"{USER.value}{text}")),
        platforms=("windows",),
        steps=_steps(text),
        messages=(
            Message(
                audience=f"management{text}",
                role=Role.LEAD,
                text=f"At [TIME] we began to handle an incident.\nWS-042 called cdn.evil.example.{text}",
            ),
            Message(audience="staff", role=Role.COMMUNICATIONS, text="Leave it on.", writer="qwen3:4b"),
        ),
        duties=(
            Duty(
                id="gdpr",
                name="General Data Protection Regulation",
                hours=72,
                condition=f"personal data are affected{text}",
                to="the data protection authority",
                source="Regulation (EU) 2016/679, Article 33(1)",
                chosen=True,
            ),
            Duty(id="x", name="Contract", hours=4, condition="it says so", to="the customer", source="§ 5"),
        ),
        roles={Role.LEAD: "Ada Abt (+49 30 1, ada@corp.example)", Role.ANALYST: "", Role.ENDPOINT: "Bo Berg"},
        organisation=f"Corp{text}",
        marking="TLP:AMBER",
        general=(f"No SIEM is named: queries are Sigma rules.{text}",),
        left_out=12,
        created="2026-03-02T09:14:07Z",
    )
    return Report(
        task="playbook",
        verdict=Verdict.NEEDS_REVIEW,
        severity=Severity.HIGH,
        confidence=1.0,
        title=f"Playbook: {playbook.name}",
        sources=(f"triage.json{text}",),
        counts={"steps": len(playbook.steps), "decisions": 1},
        techniques=(Technique(id="T1071.001", name="Web Protocols", tactics=("command-and-control",)),),
        narrative=(Sentence(text="8 steps.", writer="csq"),),
        problems=(Problem(stage="read", message="2 more things are named than steps take."),) if text else (),
        timings_ms={"read": 1.0, "assess": 20.5},
        provenance=Provenance(version="0.1.0", knowledge="2025.11"),
        playbook=playbook,
    )


def small() -> Report:
    """One step, nothing else known."""
    one = step(1, "Declare the incident", Phase.IDENTIFICATION, role=Role.LEAD, minutes=0)
    playbook = Playbook(name="Something", about="", trigger="incident", severity=0, steps=(one,))
    report = planned()
    return replace(report, title="", sources=(), techniques=(), counts={}, playbook=playbook)
