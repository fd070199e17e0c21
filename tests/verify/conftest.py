"""A small report with everything that a check may ask about, and a store of a dozen facts."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from cybersecqwen.records import (
    Category,
    Event,
    Evidence,
    Finding,
    Incident,
    ProcessNode,
    Provenance,
    Report,
    Severity,
    Source,
    Technique,
    Verdict,
)

HOST = "WS01.corp.example"
ALICE = "CORP\\alice"
OFFICE = "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE"
CMD = "C:\\Windows\\System32\\cmd.exe"
POWERSHELL = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"
START = 1_767_000_000.0  # 2025-12-29 09:20:00 UTC


@dataclass(frozen=True)
class Entity:
    id: str
    name: str


@dataclass(frozen=True)
class Resolution:
    id: str
    state: str
    entity: Entity | None
    successor: str


class FakeFacts:
    """A store that knows what it is given."""

    def __init__(self) -> None:
        self.names = {
            "T1059": "Command and Scripting Interpreter",
            "T1059.001": "PowerShell",
            "T1059.003": "Windows Command Shell",
            "T1204.002": "Malicious File",
            "T1218.005": "Mshta",
            "T1055": "Process Injection",
            "TA0002": "Execution",
            "CWE-79": "Improper Neutralization of Input During Web Page Generation",
            "CAPEC-66": "SQL Injection",
            "AC-2": "Account Management",
            "AC-2(1)": "Automated System Account Management",
            "D3-PSA": "Process Spawn Analysis",
            "G0016": "APT29",
        }
        self.revoked = {"T1086": "T1059.001", "T1100": ""}
        self.deprecated = {"T1034": "Path Interception"}

    def resolve(self, id: str, /) -> Resolution:
        if id in self.names:
            return Resolution(id, "known", Entity(id, self.names[id]), "")
        if id in self.revoked:
            return Resolution(id, "revoked", Entity(id, "an older name"), self.revoked[id])
        if id in self.deprecated:
            return Resolution(id, "deprecated", Entity(id, self.deprecated[id]), "")
        return Resolution(id, "unknown", None, "")


def event(number: int, category: Category, *, user: str = ALICE, **fields: str) -> Event:
    return Event(
        id=f"e{number}",
        category=category,
        time=START + number,
        host=HOST,
        user=user,
        fields=fields,
        source=Source(path="case.jsonl", record=number),
    )


EVENTS = (
    event(
        1,
        Category.PROCESS,
        Image=CMD,
        ParentImage=OFFICE,
        CommandLine="cmd.exe /c powershell -enc SQBFAFgA",
        ProcessId="4120",
    ),
    event(
        2,
        Category.PROCESS,
        Image=POWERSHELL,
        ParentImage=CMD,
        CommandLine="powershell -enc SQBFAFgA",
        ProcessId="4288",
    ),
    event(
        3,
        Category.NETWORK,
        Image=POWERSHELL,
        DestinationIp="203.0.113.7",
        DestinationHostname="updates.example.net",
        DestinationPort="443",
        SourceIp="10.1.2.3",
    ),
    event(
        4,
        Category.FILE,
        Image=POWERSHELL,
        TargetFilename="C:\\Users\\alice\\AppData\\Local\\Temp\\a.dll",
    ),
    event(
        5, Category.PROCESS, user="CORP\\bob", Image="C:\\Windows\\explorer.exe", CommandLine="explorer.exe"
    ),
)

FINDINGS = (
    Finding(
        signal="office-starts-shell",
        title="An Office program started a command shell",
        weight=3.0,
        severity=Severity.HIGH,
        techniques=("T1204.002", "T1059.003"),
        events=("e1",),
        evidence=(
            Evidence(event="e1", field="ParentImage", value=OFFICE),
            Evidence(event="e1", field="Image", value=CMD),
        ),
        why="Documents rarely need a shell, and macros use one to run code.",
        ordinary="Some add-ins start a shell to print or convert.",
    ),
    Finding(
        signal="encoded-powershell",
        title="PowerShell ran an encoded command",
        weight=2.0,
        severity=Severity.HIGH,
        techniques=("T1059.001",),
        events=("e2",),
        evidence=(Evidence(event="e2", field="CommandLine", value="powershell -enc SQBFAFgA"),),
        why="Encoding hides what a command does from people and simple filters.",
        ordinary="Management agents encode commands to avoid quoting.",
    ),
)


def node(key: str, parent: str, image: str, command: str, event: str) -> ProcessNode:
    name = image.rpartition("\\")[2]
    return ProcessNode(
        key=key,
        parent=parent,
        name=name,
        image=image,
        command=command,
        user=ALICE,
        time=START,
        pid="1",
        event=event,
    )


INCIDENT = Incident(
    id="i1",
    title="An Office program started a command shell on WS01",
    verdict=Verdict.MALICIOUS,
    severity=Severity.HIGH,
    confidence=0.97,
    score=4.2,
    hosts=(HOST,),
    users=(ALICE,),
    start=START + 1,
    end=START + 4,
    findings=FINDINGS,
    techniques=(
        Technique(
            id="T1204.002", name="Malicious File", tactics=("execution",), findings=("office-starts-shell",)
        ),
        Technique(
            id="T1059.003",
            name="Windows Command Shell",
            tactics=("execution",),
            findings=("office-starts-shell",),
        ),
        Technique(
            id="T1059.001", name="PowerShell", tactics=("execution",), findings=("encoded-powershell",)
        ),
    ),
    processes=(
        node("p0", "", OFFICE, "", ""),
        node("p1", "p0", CMD, "cmd.exe /c powershell -enc SQBFAFgA", "e1"),
        node("p2", "p1", POWERSHELL, "powershell -enc SQBFAFgA", "e2"),
    ),
    events=EVENTS,
    event_count=5,
    next_steps=("Isolate WS01 from the network.", "Collect the document that WINWORD.EXE had open."),
)

REPORT = Report(
    task="triage",
    verdict=Verdict.MALICIOUS,
    severity=Severity.HIGH,
    confidence=0.97,
    counts={"events": 5, "alerts": 0},
    incidents=(INCIDENT,),
    findings=FINDINGS,
    techniques=INCIDENT.techniques,
    provenance=Provenance(version="0"),
)


@pytest.fixture
def facts() -> FakeFacts:
    return FakeFacts()


@pytest.fixture
def report() -> Report:
    return REPORT
