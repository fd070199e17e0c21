"""Made-up results of `csq query` and its commands, for every format."""

from __future__ import annotations

from dataclasses import replace

from cybersecqwen.records import Problem, Provenance, Report, Severity, Technique, Verdict
from cybersecqwen.records.query import (
    Basis,
    Changed,
    Checked,
    Explained,
    Heard,
    Improved,
    Missed,
    QueryResult,
    Suggested,
    Trial,
)

QUERY = r"""index=main earliest=-24h source="XmlWinEventLog:Microsoft-Windows-Sysmon/Operational" EventCode=1
| search ParentImage IN ("*\\winword.exe", "*\\excel.exe") Image IN ("*\\cmd.exe", "*\\powershell.exe")
    NOT Computer="*build*" """.rstrip()


def _report(task: str, result: QueryResult, **more: object) -> Report:
    return Report(
        task=task,
        verdict=Verdict.BENIGN,
        severity=Severity.INFORMATIONAL,
        confidence=1.0,
        title=" ".join(result.asked.split()),
        timings_ms={"query": 41.5},
        provenance=Provenance(version="0.1.0", knowledge="2025.11"),
        query=result,
        **more,  # type: ignore[arg-type]
    )


def constructed() -> Report:
    """A query that passed every check, with a person's events."""
    result = QueryResult(
        kind="construct",
        asked="office programs starting a shell in the last day, not on build servers",
        dialect="spl",
        dialect_title="Splunk SPL",
        schema="windows",
        text=QUERY,
        rule="title: Office programs starting a shell\nlogsource:\n    category: process_creation\n",
        span="in the last day",
        heard=(
            Heard(
                words="office programs", meaning=r"ParentImage|endswith: \winword.exe, \excel.exe", sure=0.9
            ),
            Heard(words="a shell", meaning=r"Image|endswith: \cmd.exe, \powershell.exe", sure=0.9),
            Heard(words="build servers", meaning="not Computer|contains: build", sure=0.4),
        ),
        assumptions=("Computers whose name contains “build” are taken for build servers.",),
        based_on=(Basis(id="a1", title="Office Program Starts a Shell", likeness=0.81, used="fields"),),
        checks=(
            Checked(name="parses", passed=True, said="It is Splunk SPL."),
            Checked(name="only reads", passed=True, said="It writes, deletes and sends nothing."),
            Checked(
                name="names what there is", passed=True, said="Its 4 fields stand in the schema windows."
            ),
            Checked(name="says the same", passed=True, said="Read back, it has the same conditions."),
            Checked(
                name="runs",
                passed=True,
                said="By its own engine: 6 of 6 that it must find, 0 of 9 near misses.",
            ),
        ),
        trial=Trial(
            engine="its own engine",
            positives=6,
            positives_matched=6,
            near_misses=9,
            events=2_345,
            events_matched=1,
            first=({"Computer": "ws-1", "Image": r"C:\Windows\System32\cmd.exe", "time": 1_700_000_000},),
        ),
        explained=Explained(
            sentences=(
                "Looks at starts of processes on Windows, in the last day.",
                r"Keeps records where ParentImage ends with \winword.exe or \excel.exe.",
                "Leaves out those where Computer contains build.",
            ),
            sources=("starts of processes on Windows: Sysmon event 1",),
            techniques=("T1566.001",),
            reasons={"T1566.001": "The rule “Office Program Starts a Shell” finds the same."},
            false_positives=("Add-ins that start a script",),
        ),
    )
    technique = Technique(id="T1566.001", name="Spearphishing Attachment", tactics=("initial-access",))
    return _report("query", result, techniques=(technique,), counts={"events": 2_345})


def asked_back() -> Report:
    """A question that leaves too much open."""
    result = QueryResult(
        kind="construct",
        asked="anything strange on the servers",
        dialect="kql",
        dialect_title="KQL",
        left_over=("strange", "servers"),
        question="Which behaviour is meant: a program, a connection, a sign-in?",
        refused="Nothing in the question can be looked for.",
    )
    return _report("query", result)


def improved() -> Report:
    """A query that was made cheaper, with one change taken back and one to decide upon."""
    result = QueryResult(
        kind="optimise",
        asked="index=main | search EventCode=1 | sort _time | stats count by Image",
        dialect="spl",
        dialect_title="Splunk SPL",
        schema="windows",
        text="index=main EventCode=1\n| stats count by Image",
        improved=Improved(
            before="index=main | search EventCode=1 | sort _time | stats count by Image",
            after="index=main EventCode=1\n| stats count by Image",
            cost_before=2_400_000,
            cost_after=600_000,
            steps=(
                Changed(
                    rule="merge-search",
                    reason="The index is asked for what is kept.",
                    source="https://docs.splunk.com/Documentation/Splunk/latest/Search/Quicktipsforoptimization",
                    gain=0.6,
                ),
                Changed(
                    rule="drop-sort-before-stats",
                    reason="Counting takes no notice of order.",
                    source="https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/Sort",
                    gain=0.375,
                ),
            ),
            suggestions=(
                Suggested(
                    rule="add-time-bound",
                    reason="Without one every bucket is opened.",
                    source="https://docs.splunk.com/Documentation/Splunk/latest/Search/Specifytimemodifiersinyoursearch",
                    caveat="Older events are not found then.",
                    text="index=main EventCode=1 earliest=-24h\n| stats count by Image",
                ),
            ),
            withdrawn=("fields-early was taken back: after it 3 rows of 40 differed.",),
            proof="Same 40 rows of 2,000 events.",
            proven=True,
        ),
    )
    return _report("query-optimise", result)


def hostile_query(bad: str) -> Report:
    """The same text, which tries everything, wherever a query's result has text from outside."""
    missed = Missed(record={bad: bad}, why=bad)
    result = QueryResult(
        kind="translate",
        asked=bad,
        dialect=bad,
        dialect_title=bad,
        schema=bad,
        text=bad,
        rule=bad,
        span=bad,
        heard=(Heard(words=bad, meaning=bad),),
        assumptions=(bad,),
        left_over=(bad,),
        question=bad,
        based_on=(Basis(id=bad, title=bad, likeness=0.5, used=bad),),
        refused=bad,
        checks=(Checked(name=bad, passed=False, said=bad),),
        trial=Trial(engine=bad, positives=1, missed=(missed,), events=1, first=({bad: bad},), note=bad),
        explained=Explained(
            sentences=(bad,),
            sources=(bad,),
            techniques=(bad,),
            reasons={bad: bad},
            false_positives=(bad,),
            warnings=(bad,),
        ),
        improved=Improved(
            before=bad,
            after=bad,
            cost_before=1,
            cost_after=1,
            steps=(Changed(rule=bad, reason=bad, source=bad, gain=0),),
            suggestions=(Suggested(rule=bad, reason=bad, source=bad, caveat=bad, text=bad),),
            withdrawn=(bad,),
            proof=bad,
        ),
        source_text=bad,
        source_dialect=bad,
    )
    problem = Problem(stage=bad, message=bad, subject=bad)
    return replace(_report("query-translate", result), problems=(problem,))
