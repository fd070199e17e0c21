"""What was read out of threat reports, held to the store: identifiers, and sentences that may be repeated."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cybersecqwen.records import Provenance, Report, Severity, Verdict
from cybersecqwen.records.intel import (
    End,
    Intelligence,
    Judgement,
    Named,
    Place,
    Relation,
    ReportedTechnique,
    Statement,
    Tier,
)
from cybersecqwen.verify import check_draft, check_report
from cybersecqwen.verify.intelligence import facts_of, settled
from cybersecqwen.verify.passages import check_against

from .conftest import FakeFacts

PLACE = Place(document="d1", start=0, end=4)
APT29 = End(type="group", id="G0016", value="APT29")
NOBODY = End(type="group", id="G9999", value="Nobody")
SHELL = End(type="technique", id="T1059.001", value="PowerShell")
MADE_UP = End(type="software", id="", value="LNFALL")
HEALTH = End(type="sector", id="", value="Health")
HOST = End(type="domain", id="", value="cdn.example")


def relation(source: End, verb: str, target: End, tier: Tier = Tier.HIGH) -> Relation:
    return Relation(source=source, verb=verb, target=target, place=PLACE, sentence="", tier=tier)


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (relation(APT29, "uses", SHELL), ["APT29 (G0016) uses PowerShell (T1059.001)."]),
        (relation(APT29, "targets", HEALTH), ["APT29 (G0016) targets Health."]),
        (relation(SHELL, "attributed-to", APT29), ["PowerShell (T1059.001) is attributed to APT29 (G0016)."]),
        (relation(APT29, "uses", SHELL, Tier.LOW), []),
        (relation(APT29, "related-to", SHELL), []),
        (relation(APT29, "uses", MADE_UP), []),
        (relation(MADE_UP, "communicates-with", HOST), []),
        (relation(APT29, "is the friend of", SHELL), []),
    ],
)
def test_relations_that_may_be_repeated(one: Relation, said: list[str]) -> None:
    assert list(facts_of(Intelligence(relations=(one,)))) == said


def test_judgements_come_first_with_their_likelihood() -> None:
    judgement = Judgement(text="It is so", likelihood="likely", confidence=Tier.LOW, basis=("x",))
    line = Statement(question="who", text="The report names no actor.")
    intel = Intelligence(
        judgements=(judgement,), statements=(line,), relations=(relation(APT29, "uses", SHELL),)
    )
    assert list(facts_of(intel)) == [
        "It is so (likely, low confidence).",
        "APT29 (G0016) uses PowerShell (T1059.001).",
        "The report names no actor.",
    ]


def test_techniques_are_called_by_their_names() -> None:
    bare = relation(APT29, "uses", End(type="technique", id="T1055", value="T1055"))
    known = (ReportedTechnique(id="T1055", name="Process Injection"),)
    assert list(facts_of(Intelligence(relations=(bare,)))) == ["APT29 (G0016) uses T1055."]
    named = Intelligence(relations=(bare,), techniques=known)
    assert list(facts_of(named)) == ["APT29 (G0016) uses Process Injection (T1055)."]


def test_that_nothing_was_found_is_no_fact() -> None:
    nothing = Statement(question="whom", text="The report states no target.", tier=Tier.LOW)
    found = Statement(question="whom", text="Targets: sector Energy.", places=(PLACE,))
    assert list(facts_of(Intelligence(statements=(nothing, found)))) == ["Targets: sector Energy."]


def test_they_are_bounded() -> None:
    assert len(list(facts_of(Intelligence(relations=(relation(APT29, "uses", SHELL),) * 5_000)))) == 60


@pytest.mark.parametrize(
    ("id", "type", "stays"),
    [
        ("G0016", "group", True),
        ("", "group", True),
        ("G9999", "group", False),
        ("T1086", "software", False),
        ("CVE-2099-1", "vulnerability", True),
        ("T1034", "software", True),
    ],
)
def test_names_are_known_to_the_store(facts: FakeFacts, id: str, type: str, stays: bool) -> None:
    kept, struck = settled(Intelligence(names=(Named(id=id, name="X", type=type),)), facts)
    assert (len(kept.names) == 1, struck) == (stays, () if stays else (id,))


def test_what_hangs_on_a_struck_name_goes_with_it(facts: FakeFacts) -> None:
    intel = Intelligence(
        names=(Named(id="G9999", name="Nobody", type="group"),),
        techniques=(ReportedTechnique(id="T9999", name="X"), ReportedTechnique(id="T1055", name="Y")),
        relations=(relation(NOBODY, "uses", SHELL), relation(APT29, "uses", SHELL)),
    )
    kept, struck = settled(intel, facts)
    assert struck == ("T9999", "G9999")
    assert [one.id for one in kept.techniques] == ["T1055"]
    assert [one.source.id for one in kept.relations] == ["G0016"]


REPORT = Report(
    task="intel",
    verdict=Verdict.MALICIOUS,
    severity=Severity.HIGH,
    confidence=0.9,
    provenance=Provenance(version="0"),
    intel=Intelligence(
        names=(Named(id="G9999", name="Nobody", type="group"),),
        statements=(Statement(question="who", text="The report is about Nobody (G9999)."),),
        judgements=(
            Judgement(
                text="Nobody (G9999) is behind the activity",
                likelihood="likely",
                confidence=Tier.LOW,
                basis=("uses Mshta (T1218.005)", "13 techniques in common, rarest T9998"),
            ),
        ),
    ),
)


def test_a_finished_report_names_no_unknown_identifier(facts: FakeFacts) -> None:
    done = check_report(REPORT, facts)
    assert done.intel is not None
    (judgement,) = done.intel.judgements
    said = " ".join((done.intel.statements[0].text, judgement.text, *judgement.basis))
    assert "G9999" not in said and "T9998" not in said and "T1218.005" in said
    assert done.intel.names == ()
    assert {one.subject for one in done.problems} == {"G9999", "T9998"}


def test_a_model_repeats_whole_sentences_only(facts: FakeFacts) -> None:
    judgement = Judgement(
        text="APT29 (G0016) is behind the activity that 1 of the 3 reports describes",
        likelihood="likely",
        confidence=Tier.LOW,
        basis=("x",),
    )
    assert REPORT.intel is not None
    report = replace(REPORT, intel=Intelligence(judgements=(judgement,)))
    whole = f"{judgement.text} (likely, low confidence)."
    drafts = [
        whole,
        "APT29 (G0016) is behind the activity (likely, low confidence).",
        "APT29 (G0016) is behind the activity that 3 reports describe.",
        "APT29 (G0016) is behind the activity that the reports describe (likely).",
    ]
    checked = check_draft(drafts, report, facts)
    assert [one.text for one in checked.kept] == [whole]
    assert len(checked.rejected) == 3


@pytest.mark.parametrize(
    ("sentence", "stays"),
    [
        ("Execution by Shell (T1059); persistence by Tasks (T1053).", True),
        ("execution by Shell (T1059); persistence by Tasks (T1053)", True),
        ("Execution by Tasks (T1053).", False),
        ("Persistence by Shell (T1059); execution by Tasks (T1053).", False),
        ("Execution by Shell (T1059).", False),
        ("", False),
    ],
)
def test_whole_or_not_at_all(sentence: str, stays: bool) -> None:
    passages = ("\nExecution by Shell (T1059); persistence by Tasks (T1053).",)
    assert (check_against(sentence, passages, whole=True) == "") == stays
