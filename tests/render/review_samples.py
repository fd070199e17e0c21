"""A made-up result of `csq review`, for every format."""

from __future__ import annotations

from cybersecqwen.records import Provenance, Report, Severity, Verdict
from cybersecqwen.records.review import (
    CodeFinding,
    Confidence,
    Edit,
    Fix,
    FlowStep,
    Package,
    PackageFinding,
    Place,
    Review,
    Skipped,
    Status,
)

LINE = '    os.system("ping -c 1 " + host)'


def _place(line: int, column: int, end: int, text: str, path: str = "src/app.py") -> Place:
    return Place(path=path, line=line, column=column, end_line=line, end_column=end, text=text)


def reviewed(text: str = "") -> Report:
    """Findings of every state; `text` is put wherever data may stand."""
    source = _place(9, 12, 36, '    name = request.args["name"]')
    sink = _place(12, 5, 35, LINE)
    command = CodeFinding(
        rule="python-shell-command",
        title=f"Shell command made of a value{text}",
        cwe=("CWE-78",),
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        why=f"What a shell is given is a program.{text}",
        instead="Give the program and its arguments as a list.",
        place=sink,
        flow=(
            FlowStep(place=source, what="comes in with the query of a request"),
            FlowStep(place=sink, what="does its harm"),
        ),
        fingerprint="a" * 32,
        proven=True,
    )
    yaml = CodeFinding(
        rule="python-yaml-load",
        title="YAML loaded with a loader that makes objects",
        cwe=("CWE-502",),
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        why="It makes any object that the document names.",
        instead="Use yaml.safe_load.",
        place=_place(20, 12, 29, f"    return yaml.load(stream){text}"),
        fix=Fix(
            edits=(Edit(path="src/app.py", start=400, end=409, text="yaml.safe_load"),),
            what="Loads plain data alone.",
            diff="--- a/src/app.py\n+++ b/src/app.py\n@@ -20 +20 @@\n-    load(s)\n+    safe_load(s)\n",
        ),
        fingerprint="b" * 32,
    )
    quiet = CodeFinding(
        rule="python-eval",
        title="Value run as Python code",
        cwe=("CWE-95",),
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        why="It runs whatever the text says.",
        instead="Use ast.literal_eval.",
        place=_place(30, 5, 12, "    eval(x)"),
        fingerprint="c" * 32,
        status=Status.SUPPRESSED,
        reason=f"x is a constant of ours{text}",
    )
    package = Package(
        ecosystem="PyPI",
        name="django",
        version="3.2.1",
        place=Place(path=f"requirements.txt{text}", line=2),
    )
    flaw = PackageFinding(
        kind="vulnerable",
        package=package,
        id="PYSEC-2021-109",
        aliases=("CVE-2021-35042",),
        title=f"SQL injection by order_by{text}",
        severity=Severity.CRITICAL,
        score=9.8,
        vector="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        exploited=True,
        cwe=("CWE-89",),
        fixed="3.2.25",
        reached="imported in src/app.py:2",
        reachable=True,
        why="django 3.2.1 lies in the range.",
        instead="Update to 3.2.25.",
        fingerprint="d" * 32,
    )
    return Report(
        task="review",
        verdict=Verdict.NEEDS_REVIEW,
        severity=Severity.CRITICAL,
        confidence=1.0,
        title="3 findings: 1 critical, 2 high",
        sources=(".",),
        counts={"files": 3, "lines": 120, "packages": 1, "findings": 3, "skipped": 2},
        timings_ms={"review": 41.5},
        provenance=Provenance(version="0.1.0", knowledge="2025.11", rules="0123456789ab"),
        review=Review(
            findings=(command, yaml, quiet),
            vulnerabilities=(flaw,),
            packages=(package,),
            skipped=(
                Skipped(path=f"a.min.js{text}", reason="It was made by a program."),
                Skipped(path="", reason="It is binary.", count=1),
            ),
            files=3,
            lines=120,
            languages=(("python", 2), ("javascript", 1)),
            advisories="7,663 advisories of 2024-10-10",
        ),
    )


def clean() -> Report:
    """Nothing was found."""
    return Report(
        task="review",
        verdict=Verdict.BENIGN,
        severity=Severity.INFORMATIONAL,
        confidence=1.0,
        title="Nothing was found",
        sources=("src",),
        timings_ms={"review": 12.0},
        provenance=Provenance(version="0.1.0", knowledge="2025.11", rules="0123456789ab"),
        review=Review(files=1, lines=10, languages=(("python", 1),), against="0123456789abcdef"),
    )
