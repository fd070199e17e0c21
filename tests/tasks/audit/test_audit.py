"""What an audit makes of reports: which control, in which direction, by which way, from where."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cybersecqwen.errors import InputError, NothingAnalysedError, UsageError
from cybersecqwen.records import Severity, Verdict
from cybersecqwen.records.audit import Direction, Standing, Strength
from cybersecqwen.tasks.audit.crosswalks import crosswalk
from cybersecqwen.tasks.audit.options import AuditOptions
from cybersecqwen.tasks.audit.task import AuditTask
from cybersecqwen.tasks.interface import Request

from .envelopes import (
    BASE,
    audit,
    code,
    control,
    finding,
    intel,
    package,
    review,
    run,
    sample,
    tools,
    triage,
    write,
)


def test_a_sql_injection_says_that_input_is_not_validated(tmp_path: Path) -> None:
    made = audit(tmp_path, review(code("CWE-89")))
    one = control(made, "SI-10")
    assert (one.standing, one.severity) == (Standing.NOT_SATISFIED, Severity.HIGH)
    (says,) = one.indications
    assert (says.direction, says.strength) == (Direction.AGAINST, Strength.DIRECT)
    assert (says.path, says.by) == (("CWE-89", "SI-10"), ("cwe-800-53",))
    (seen,) = made.observations
    assert (seen.finding, seen.spots[0].place, seen.spots[0].id) == ("python-rule", "app.py:20", "f1")


def test_a_broader_weakness_leads_there_in_two_steps(tmp_path: Path) -> None:
    (says,) = control(audit(tmp_path, review(code("CWE-88"))), "SI-10").indications
    assert (says.path, says.by) == (("CWE-88", "CWE-77", "SI-10"), ("cwe", "cwe-800-53"))
    assert says.strength is Strength.DERIVED


def test_three_steps_are_a_hint_that_decides_nothing(tmp_path: Path) -> None:
    """CWE-829 is in no table, nor is anything broader: only an attack pattern and a technique lead on."""
    made = audit(tmp_path, review(code("CWE-829")))
    hints = [one for one in made.gaps if one.indications]
    assert hints
    for one in hints:
        assert one.standing is Standing.NOT_ASSESSED
        for says in one.indications:
            assert says.strength is Strength.WEAK
            assert (len(says.path), says.by) == (4, ("capec", "capec", "ctid-nist-800-53"))
    assert [one.id for one in made.controls] == ["SA-11"]  # that it was found at all


def test_attack_patterns_are_not_asked_where_a_table_speaks(tmp_path: Path) -> None:
    made = audit(tmp_path, review(code("CWE-276")))  # eleven controls would be reached that way
    assert {one.id for one in (*made.controls, *made.gaps) if one.indications} == {"AC-3", "SA-11"}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (package(), {"RA-5": Direction.AGAINST, "SI-2": Direction.AGAINST}),
        (package(fixed=""), {"RA-5": Direction.AGAINST}),
        (package("malicious"), {"SI-3": Direction.AGAINST}),
        (package("look-alike"), {"SR-11": Direction.AGAINST}),
        (package("unmaintained"), {"SA-22": Direction.AGAINST}),
        (package("something new"), {}),
        (package(status="suppressed"), {}),
        (package(status="probably not"), {}),
        (package(status="baseline"), {"RA-5": Direction.AGAINST, "SI-2": Direction.AGAINST}),
    ],
)
def test_packages(tmp_path: Path, found: dict[str, object], expected: dict[str, Direction]) -> None:
    made = audit(tmp_path, review(vulnerabilities=(found,)))
    assert {one.id: one.indications[0].direction for one in made.controls} == expected


def test_a_detection_that_fired_shows_that_monitoring_works(tmp_path: Path) -> None:
    made = audit(tmp_path, triage(finding()))
    for id in ("SI-4", "AU-6", "AU-12"):
        assert control(made, id).standing is Standing.SATISFIED
    assert control(made, "IR-4").standing is Standing.NEEDED
    (seen,) = made.observations
    assert (seen.spots[0].place, seen.spots[0].host) == ("events.jsonl:17", "FS01")


def test_a_technique_calls_for_what_mitigates_it(tmp_path: Path) -> None:
    one = control(audit(tmp_path, triage(finding("x", "T1059.001"))), "CM-2")
    assert one.standing is Standing.NEEDED
    assert one.indications[0].path == ("T1059.001", "CM-2")
    assert one.indications[0].by == ("ctid-nist-800-53",)


def test_a_sub_technique_without_controls_takes_those_of_its_parent(tmp_path: Path) -> None:
    store = tools().store
    bare = next(
        id
        for id in store.names("technique")
        if "." in id
        and store.resolve(id).state == "known"
        and not any(one.type == "control" for one in store.neighbours(id, "mitigates", "in"))
        and any(one.type == "control" for one in store.neighbours(id.split(".")[0], "mitigates", "in"))
    )
    made = audit(tmp_path, triage(finding("x", bare)))
    paths = [says.path for one in made.controls for says in one.indications if says.path[0] == bare]
    assert paths
    assert all(path[1] == bare.split(".")[0] for path in paths)


def test_a_cleared_log_is_a_failure_where_it_was_an_attack(tmp_path: Path) -> None:
    made = audit(tmp_path, triage(finding("log-cleared", "T1070.001")))
    assert control(made, "AU-9").standing is Standing.NOT_SATISFIED


@pytest.mark.parametrize("verdict", ["suspicious", "needs review"])
def test_it_is_none_where_that_was_not_settled(tmp_path: Path, verdict: str) -> None:
    made = audit(tmp_path, triage(finding("log-cleared", "T1070.001"), verdict=verdict))
    assert control(made, "AU-9").standing is not Standing.NOT_SATISFIED
    assert made.standing(Standing.NOT_SATISFIED) == ()


def test_a_technique_calls_for_nothing_before_anybody_settled_what_it_was(tmp_path: Path) -> None:
    made = audit(tmp_path, triage(finding("x", "T1059.001"), verdict="needs review"))
    assert {one.id for one in made.controls} == {"SI-4", "AU-6", "AU-12"}


def test_nothing_follows_from_what_was_judged_benign(tmp_path: Path) -> None:
    made = audit(tmp_path, triage(finding("log-cleared", "T1070.001"), verdict="benign"))
    assert made.controls == ()
    assert made.subjects[0].note.startswith("Nothing was found in it")


def test_context_that_speaks_for_the_ordinary_is_no_finding(tmp_path: Path) -> None:
    assert audit(tmp_path, triage(finding(weight=-2.0))).observations == ()


def test_a_control_with_both_is_not_satisfied(tmp_path: Path) -> None:
    one = control(audit(tmp_path, triage(finding("stopped", "T1562.008"))), "AU-12")
    assert one.standing is Standing.NOT_SATISFIED
    assert {says.direction for says in one.indications} >= {Direction.AGAINST, Direction.FOR}
    assert one.indications[0].direction is Direction.AGAINST


def test_threat_reports_only_call_for_controls(tmp_path: Path) -> None:
    made = audit(tmp_path, intel("T1059.001", cves=("CVE-2021-44228",)))
    assert {one.standing for one in made.controls} == {Standing.NEEDED}
    assert {one.severity for one in made.controls} == {Severity.INFORMATIONAL}  # it happened elsewhere
    paths = {says.path for one in made.controls for says in one.indications}
    assert any(path[0] == "CVE-2021-44228" and path[1].startswith("T") for path in paths)
    assert control(made, "SI-2").indications


def test_what_a_model_only_suspects_is_no_ground(tmp_path: Path) -> None:
    assert audit(tmp_path, intel("T1059.001", tier="low")).observations == ()


@pytest.mark.parametrize("task", ["query", "ask", "audit", "playbook", "intel-diff", "query-translate"])
def test_some_tasks_say_nothing_about_a_control(tmp_path: Path, task: str) -> None:
    made = audit(tmp_path, {**BASE, "task": task, "findings": [finding()]})
    assert (made.controls, made.observations) == ((), ())
    assert made.subjects[0].note


def test_indicators_seen_in_logs_show_that_somebody_looks(tmp_path: Path) -> None:
    made = audit(tmp_path, {**BASE, "task": "intel-match", "findings": [finding("ipv4 203.0.113.7")]})
    assert {one.id for one in made.standing(Standing.SATISFIED)} == {"SI-4", "AU-6"}


def test_the_same_finding_stands_once_with_its_places(tmp_path: Path) -> None:
    twice = (code("CWE-89"), code("CWE-89", place={"path": "b.py", "line": 1}, fingerprint="f2"))
    made = audit(tmp_path, review(*twice))
    (seen,) = made.observations
    assert (seen.count, [spot.place for spot in seen.spots]) == (2, ["app.py:20", "b.py:1"])


def test_logs_tell_each_finding_once(tmp_path: Path) -> None:
    both = {**triage(finding("a")), "task": "logs", "findings": [finding("a"), finding("b")]}
    made = audit(tmp_path, both)
    assert [one.finding for one in made.observations] == ["a", "b"]


def test_gaps_are_the_rest_of_the_baseline(tmp_path: Path) -> None:
    made = audit(tmp_path, review(code("CWE-89")))
    baseline = set(crosswalk("baselines").table["moderate"])
    assert {one.id for one in made.gaps} == baseline - {one.id for one in made.controls}
    assert all(one.standing is Standing.NOT_ASSESSED for one in made.gaps)


def test_nothing_found_satisfies_nothing(tmp_path: Path) -> None:
    report = run(tmp_path, review(), {**BASE, "verdict": "benign"})
    assert report.audit is not None
    assert report.audit.controls == ()
    assert (report.verdict, report.severity) == (Verdict.BENIGN, Severity.INFORMATIONAL)
    assert report.counts["gaps"] == 287


@pytest.mark.parametrize(
    ("baseline", "known", "beyond"), [("low", 149, 0), ("moderate", 287, 0), ("high", 291, 79)]
)
def test_baselines(tmp_path: Path, baseline: str, known: int, beyond: int) -> None:
    report = run(tmp_path, review(), baseline=baseline)
    assert report.audit is not None
    assert (len(report.audit.gaps), len(report.audit.beyond)) == (known, beyond)
    assert any("knowledge bundle" in one.message for one in report.problems) == bool(beyond)


def test_iso_and_cis_are_seen_through_800_53(tmp_path: Path) -> None:
    reports = (review(vulnerabilities=(package(),)), triage(finding()))
    iso = {one.id: one for one in audit(tmp_path, *reports, framework="iso27001").mapped}
    assert len(iso) == 91
    assert (iso["A.8.8"].standing, iso["A.8.8"].controls) == (Standing.NOT_SATISFIED, ("RA-5", "SI-2"))
    # A.8.15 is related to AU-6 and AU-12, which are satisfied, and to more that nothing speaks about
    assert (iso["A.8.15"].standing, iso["A.8.15"].controls) == (Standing.NOT_ASSESSED, ("AU-6", "AU-12"))
    assert list(iso)[:10][-1] == "A.5.10"
    cis = {one.id: one for one in audit(tmp_path, *reports, framework="cis").mapped}
    assert cis["7.3"].standing is Standing.NOT_SATISFIED
    assert cis["8.11"].standing is Standing.NOT_ASSESSED
    assert audit(tmp_path, *reports).mapped == ()


def test_a_safeguard_whose_controls_are_all_satisfied_is_satisfied(tmp_path: Path) -> None:
    back = crosswalk("cis").back()
    alone = [id for id, controls in back.items() if set(controls) <= {"SI-4", "AU-6"}]
    assert alone
    made = {one.id: one.standing for one in audit(tmp_path, triage(finding()), framework="cis").mapped}
    assert {made[id] for id in alone} == {Standing.SATISFIED}


def test_severity_is_that_of_the_worst_failure(tmp_path: Path) -> None:
    report = run(tmp_path, review(code("CWE-89", severity="medium")), triage(finding(severity="critical")))
    assert report.severity is Severity.MEDIUM  # the attack calls for controls, and fails none


def test_the_time_is_that_of_the_events_then_the_file(tmp_path: Path) -> None:
    paths = write(tmp_path, triage(finding()), review(code("CWE-89")), intel("T1059.001"))
    os.utime(paths[1], (1_700_000_000, 1_700_000_000))
    made = AuditTask().assess(Request(paths=paths), tools()).audit
    assert made is not None
    assert [(one.time, one.time_of) for one in made.subjects] == [
        (1_772_442_900.0, "events"),
        (1_700_000_000.0, "file"),
        (1_791_936_000.0, "report"),
    ]


def test_the_same_report_counts_once(tmp_path: Path) -> None:
    made = audit(tmp_path, review(code("CWE-89")), review(code("CWE-89")))
    assert len(made.subjects) == 1
    assert "same report" in made.not_read[0].reason


def test_identifiers_that_the_store_does_not_know_lead_nowhere(tmp_path: Path) -> None:
    made = audit(tmp_path, triage(finding("x", "T9999", "T1059.999")), review(code("CWE-999999")))
    assert [one.names for one in made.observations] == [(), ()]
    assert {one.id for one in made.controls} == {"SI-4", "AU-6", "AU-12", "IR-4", "SA-11"}


def test_a_revoked_technique_is_taken_for_its_successor(tmp_path: Path) -> None:
    made = audit(tmp_path, triage(finding("x", "T1086")))
    assert made.observations[0].names == ("T1059.001",)


def test_every_control_and_every_step_is_real(tmp_path: Path) -> None:
    """Over reports of every task, every identifier that is told stands in the store."""
    store = tools().store
    names = ("office", "many", "logs", "intel", "review", "query", "answer", "hostile")
    made = audit(tmp_path, *(sample(name) for name in names))
    assert made.controls
    for one in (*made.controls, *made.gaps):
        entity = store.get(one.id)
        assert entity is not None
        assert (entity.type, entity.name) == ("control", one.name)
        for says in one.indications:
            assert says.path[-1] == one.id
            assert len(says.by) == len(says.path) - 1
            start = 1 if says.by[0] == "csq-rules" else 0
            assert all(store.exists(id) for id in says.path[start:])


def test_parameters_that_are_none_are_refused() -> None:
    with pytest.raises(UsageError, match="--framework 'pci'"):
        AuditOptions(framework="pci")
    with pytest.raises(UsageError, match="--baseline 'huge'"):
        AuditOptions(baseline="huge")


def test_nothing_to_look_at_is_said(tmp_path: Path) -> None:
    with pytest.raises(NothingAnalysedError, match="no report to look at"):
        run(tmp_path, b"hello")
    with pytest.raises(InputError, match="does not exist"):
        AuditTask().assess(Request(paths=(str(tmp_path / "none.json"),)), tools())
