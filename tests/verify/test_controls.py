"""Controls of an audit are those of the store, whatever made the audit."""

from __future__ import annotations

from dataclasses import replace

from cybersecqwen.knowledge.store import Store
from cybersecqwen.records.audit import Audit, Control, Direction, Indication, Mapped, Standing, Strength
from cybersecqwen.verify import check_report
from cybersecqwen.verify.controls import settled_audit
from tests.render.audit_samples import audited


def made(id: str, name: str, *path: str) -> Control:
    says = Indication(
        observation="o1", direction=Direction.AGAINST, strength=Strength.DIRECT, path=path or (id,), by=()
    )
    return Control(id=id, name=name, family="", standing=Standing.NOT_SATISFIED, indications=(says,))


def test_a_control_that_nobody_knows_is_struck_out() -> None:
    audit = Audit(
        framework="cis",
        baseline="low",
        controls=(made("SI-10", "Information Input Validation"), made("SI-99", "Made up")),
        gaps=(made("XX-1", "Made up"), made("T1059", "Command and Scripting Interpreter")),
        mapped=(Mapped(id="16.1", standing=Standing.NOT_SATISFIED, controls=("SI-10", "SI-99")),),
    )
    settled, problems = settled_audit(audit, Store.open())
    assert [one.id for one in settled.controls] == ["SI-10"]
    assert settled.gaps == ()
    assert settled.mapped[0].controls == ("SI-10",)
    assert sorted(one.subject for one in problems) == ["SI-99", "T1059", "XX-1"]


def test_a_wrong_name_is_put_right() -> None:
    settled, problems = settled_audit(
        Audit(framework="800-53", baseline="low", controls=(made("SI-10", "Everything"),)), Store.open()
    )
    assert settled.controls[0].name == "Information Input Validation"
    assert "is called 'Information Input Validation'" in problems[0].message


def test_evidence_that_leads_elsewhere_is_taken_away() -> None:
    one = made("SI-10", "Information Input Validation", "CWE-89", "SI-11")
    settled, problems = settled_audit(
        Audit(framework="800-53", baseline="low", controls=(one,)), Store.open()
    )
    assert settled.controls[0].indications == ()
    assert len(problems) == 1


def test_reports_are_checked_so() -> None:
    report = audited()
    assert report.audit is not None
    wrong = replace(report.audit, gaps=(*report.audit.gaps, made("ZZ-9", "Made up")))
    checked = check_report(replace(report, audit=wrong), Store.open())
    assert checked.audit == report.audit
    assert [one.subject for one in checked.problems if one.stage == "verify"] == ["ZZ-9"]
