"""A finished report leaves with known identifiers only."""

from __future__ import annotations

from dataclasses import replace

from cybersecqwen.records import Citation, Claim, Evidence, Sentence, Severity, Technique
from cybersecqwen.verify import check_report
from cybersecqwen.verify.identifiers import STRUCK

from .conftest import FINDINGS, INCIDENT, REPORT


def test_a_clean_report_stays_as_it_is(report, facts):
    assert check_report(report, facts) == report


def test_everything_unknown_goes_and_is_listed(facts):
    finding = replace(
        FINDINGS[0], techniques=("T9999", "T1086", "T1059.001"), why="Like T8888, see CWE-99999."
    )
    incident = replace(
        INCIDENT,
        title="A story of T9999",
        findings=(finding,),
        techniques=(Technique(id="T9999", name="Nothing"), Technique(id="T1059.001", name="Mshta")),
        claims=(
            Claim(
                product="x", rule="T9999 in a title", severity=Severity.LOW, techniques=("t1059.001", "junk")
            ),
        ),
        reasons=("+1.0 because of T7777.",),
        next_steps=("Look up T6666.",),
    )
    report = replace(
        REPORT,
        incidents=(incident,),
        findings=(finding,),
        techniques=incident.techniques,
        narrative=(Sentence(text="It was T5555 (Anything).", writer="csq"),),
        citations=(Citation(id="T9999", name="", source=""), Citation(id="T1086", name="", source="")),
    )
    checked = check_report(report, facts)
    shown = checked.incidents[0]
    assert shown.title == f"A story of {STRUCK}"
    assert shown.findings[0].techniques == ("T1059.001",)
    assert shown.findings[0].why == f"Like {STRUCK}, see {STRUCK}."
    assert [(t.id, t.name) for t in shown.techniques] == [("T1059.001", "PowerShell")]
    assert shown.claims[0].techniques == ("T1059.001",)
    assert shown.claims[0].rule == "T9999 in a title"  # what another product said is evidence
    assert shown.reasons == (f"+1.0 because of {STRUCK}.",)
    assert shown.next_steps == (f"Look up {STRUCK}.",)
    assert checked.narrative[0].text == f"It was {STRUCK} (Anything)."
    assert [citation.id for citation in checked.citations] == ["T1059.001"]
    subjects = {problem.subject for problem in checked.problems}
    assert {
        "T9999",
        "T8888",
        "CWE-99999",
        "T1086",
        "T1059.001",
        "T7777",
        "T6666",
        "T5555",
        "junk",
    } <= subjects
    assert next(p for p in checked.problems if p.subject == "T9999").count > 1


def test_evidence_stays_as_recorded(facts):
    evidence = Evidence(event="e1", field="CommandLine", value="echo T9999 CVE-2031-0001")
    finding = replace(FINDINGS[0], evidence=(evidence,), why="Names CVE-2031-0001 and CVE-2031-0002.")
    checked = check_report(replace(REPORT, findings=(finding,)), facts)
    assert checked.findings[0].evidence == (evidence,)
    assert checked.findings[0].why == f"Names CVE-2031-0001 and {STRUCK}."


def test_a_host_that_is_called_like_an_identifier_keeps_its_name(facts):
    incident = replace(INCIDENT, hosts=("S0012",), title="Something on S0012", next_steps=("Isolate S0012.",))
    checked = check_report(replace(REPORT, title="Something on S0012", incidents=(incident,)), facts)
    assert checked.title == "Something on S0012"
    assert checked.incidents[0].next_steps == ("Isolate S0012.",)
    assert checked.problems == ()


def test_checking_twice_changes_nothing_more(facts):
    finding = replace(FINDINGS[0], techniques=("T9999", "T1086"))
    once = check_report(replace(REPORT, findings=(finding,)), facts)
    assert check_report(once, facts) == once
