"""What the report says in one line: severity, verdict, title, findings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from cybersecqwen.inputs.documents import Document
from cybersecqwen.knowledge.store import Store
from cybersecqwen.records import Damage, Report, Severity, Source, Verdict
from cybersecqwen.records.intel import Intelligence, Named, Observable, ReportedTechnique, Role, Tier, Tlp
from cybersecqwen.tasks.intel import analysis
from cybersecqwen.tasks.intel.instruments import Instruments
from cybersecqwen.tasks.intel.report import assessed, report_of

from .pictures import cve, document, named, points_to, seen, technique

LIKELY = seen("a.example", Role.C2, Tier.MODERATE)
OUTRIGHT = seen("a.example", Role.C2, Tier.HIGH)
APART = seen("a.example", Role.C2, Tier.HIGH, note="known")
MENTION = seen("CVE-2024-1", Role.VULNERABILITY, Tier.HIGH, type="cve")
EXPLOITED, RANSOMED = cve("CVE-2024-1", kev=True), cve("CVE-2024-1", kev=True, ransomware=True)
DENIED = cve("CVE-2024-1", kev=True, ransomware=True, denied=True)
ENCRYPTED, GUESSED = technique("T1486"), technique("T1486", tier=Tier.LOW)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with Store.open() as opened:
        yield opened


def made(store: Store, intel: Intelligence) -> Report:
    if not intel.documents:
        intel = replace(intel, documents=(document(),))
    return report_of(assessed(intel, (), (), store), store, (), ())


def read(store: Store, text: str) -> Report:
    """What is reported of one text."""
    document = Document(source=Source(path="report.txt", format="text"), text=text)
    made = analysis.analyse(document, "d1", Instruments(store))
    return report_of(assessed(made.intel, [made.attribution], made.origins, store), store, (), ())


@pytest.mark.parametrize(
    ("indicators", "names", "techniques", "severity", "verdict"),
    [
        ((), (), (), Severity.INFORMATIONAL, Verdict.BENIGN),
        ((APART,), (), (), Severity.INFORMATIONAL, Verdict.BENIGN),
        ((), (named("APT29", "G0016"),), (), Severity.LOW, Verdict.NEEDS_REVIEW),
        ((), (), (ENCRYPTED,), Severity.LOW, Verdict.NEEDS_REVIEW),
        ((LIKELY,), (), (), Severity.MEDIUM, Verdict.SUSPICIOUS),
        ((LIKELY, MENTION), (), (), Severity.MEDIUM, Verdict.SUSPICIOUS),
        ((LIKELY,), (), (GUESSED,), Severity.MEDIUM, Verdict.SUSPICIOUS),
        ((OUTRIGHT,), (), (), Severity.HIGH, Verdict.MALICIOUS),
        ((LIKELY,), (), (ENCRYPTED,), Severity.HIGH, Verdict.MALICIOUS),
        ((), (EXPLOITED,), (), Severity.HIGH, Verdict.MALICIOUS),
        ((), (RANSOMED,), (), Severity.CRITICAL, Verdict.MALICIOUS),
        ((), (EXPLOITED,), (ENCRYPTED,), Severity.CRITICAL, Verdict.MALICIOUS),
        ((), (DENIED,), (), Severity.INFORMATIONAL, Verdict.BENIGN),
        ((LIKELY,), (DENIED,), (), Severity.MEDIUM, Verdict.SUSPICIOUS),
    ],
)
def test_severity(
    store: Store,
    indicators: tuple[Observable, ...],
    names: tuple[Named, ...],
    techniques: tuple[ReportedTechnique, ...],
    severity: Severity,
    verdict: Verdict,
) -> None:
    report = made(store, Intelligence(indicators=indicators, names=names, techniques=techniques))
    assert (report.severity, report.verdict) == (severity, verdict)


@pytest.mark.parametrize(
    ("intel", "title"),
    [
        (Intelligence(documents=(document(title="Quiet Lantern"),)), "Quiet Lantern"),
        (Intelligence(), "d1.txt"),
        (Intelligence(names=(named("APT29", "G0016"), EXPLOITED)), "APT29 (G0016)"),
        (Intelligence(names=(named("APT29", "G0016", tier=Tier.LOW),)), "d1.txt"),
        (Intelligence(documents=(document(), document("d2"))), "2 reports"),
    ],
)
def test_title(store: Store, intel: Intelligence, title: str) -> None:
    assert made(store, intel).title == title


def test_exploited_vulnerabilities_are_findings(store: Store) -> None:
    (finding,) = made(store, Intelligence(names=(RANSOMED, cve("CVE-2024-2")))).findings
    assert finding.title == "CVE-2024-1 is known to be exploited"
    assert finding.severity is Severity.CRITICAL
    assert finding.events == ("d1",)


def test_a_vulnerability_that_is_denied_is_listed_and_nothing_follows_from_it(store: Store) -> None:
    report = made(store, Intelligence(names=(DENIED,)))
    assert report.findings == () and report.intel is not None and report.intel.judgements == ()
    assert [one.text for one in report.intel.statements if one.question in ("what", "what to do")] == [
        "Named only as of no concern: CVE-2024-1."
    ]


@pytest.mark.parametrize(
    ("text", "severity", "urgent"),
    [
        (
            "Our product is not affected by CVE-2021-44228 (Log4Shell). No action is needed.",
            Severity.INFORMATIONAL,
            False,
        ),
        ("Attackers did not use CVE-2021-44228.", Severity.INFORMATIONAL, False),
        ("Attackers used CVE-2021-44228.", Severity.CRITICAL, True),
    ],
)
def test_what_does_not_concern_the_reader(store: Store, text: str, severity: Severity, urgent: bool) -> None:
    report = read(store, text)
    assert report.intel is not None and report.severity is severity
    told = [one.text for one in report.intel.statements] + [one.text for one in report.intel.judgements]
    assert any("Patch or shield" in one or one.startswith("Attackers exploit") for one in told) is urgent
    assert [one.id for one in report.intel.names] == ["CVE-2021-44228"]


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        (
            "The documentation is in README.md. The script main.py starts the web service.",
            Severity.INFORMATIONAL,
        ),
        ("The malware is in main.py.", Severity.MEDIUM),
        ("The loader dropped main.py.", Severity.HIGH),
    ],
)
def test_files_of_ordinary_texts_are_nobodys(store: Store, text: str, severity: Severity) -> None:
    assert read(store, text).severity is severity


def test_every_line_of_the_narrative_is_a_statement(store: Store) -> None:
    report = made(store, Intelligence(names=(named("APT29", "G0016"),), techniques=(ENCRYPTED,)))
    assert report.intel is not None
    said = {one.text for one in report.intel.statements if one.question != "what to do"}
    assert report.narrative and {one.text for one in report.narrative} <= said
    assert {one.id for one in report.citations} == {"G0016", "T1486"}


def test_an_actor_of_the_judgements_is_told_where_nobody_is_named(store: Store) -> None:
    intel = assessed(Intelligence(documents=(document(),)), (points_to("G0016", 0.9, "uses X"),), (), store)
    assert intel.statements[0].text.endswith("points to APT29 (G0016) (see the key judgements).")
    assert intel.judgements[0].text == "APT29 (G0016) is behind the activity"


def test_an_actor_that_the_report_denies_is_no_suspect(store: Store) -> None:
    denied = named("APT29", "G0016", tier=Tier.LOW, facts={"doubted": True})
    found = Intelligence(documents=(document(),), names=(denied,), indicators=(OUTRIGHT,))
    intel = assessed(found, (points_to("G0016", 0.9, "named once (APT29)"),), (), store)
    assert (
        intel.statements[0].text == "The report mentions APT29 (G0016) without a clear tie to the activity."
    )
    assert intel.judgements == ()


@pytest.mark.parametrize(
    ("text", "title", "judged"),
    [
        (
            "This activity is not related to APT28. The intruders sent spear-phishing mails and installed a"
            " backdoor that beacons to 45.77.12[.]9.",
            "report.txt",
            False,
        ),
        ("The conference took place in May. A talk about APT28 was well attended.", "report.txt", False),
        ("Our training covers the history of Lazarus Group.", "report.txt", False),
        ("APT28 sent the mails. Its backdoor beacons to 45.77.12[.]9.", "APT28 (G0007)", True),
    ],
)
def test_a_group_that_is_only_mentioned_is_behind_nothing(
    store: Store, text: str, title: str, judged: bool
) -> None:
    report = read(store, text)
    assert report.intel is not None
    assert (report.title, any("behind" in one.text for one in report.intel.judgements)) == (title, judged)


def test_damage_is_counted_and_the_first_places_named(store: Store) -> None:
    damage = [Damage(source=Source(path=f"{n}.pdf"), reason="It is broken.", records=2) for n in range(60)]
    intel = assessed(Intelligence(documents=(document(),)), (), (), store)
    report = report_of(intel, store, (), damage)
    assert report.counts["damaged"] == 120
    assert len(report.problems) == 51
    assert report.problems[-1].message == "10 more places could not be read."
    assert sum(one.count for one in report.problems) == 120


def test_a_marking_behind_all_that_is_analysed_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "PROSE_CHARS", 200)
    monkeypatch.setattr(analysis, "ANALYSED_CHARS", 400)
    text = "The implant beacons to update-panel[.]org.\n" + "word " * 200 + "\n\nTLP:RED\n"
    document = Document(source=Source(path="long.txt", format="text"), text=text)
    made = analysis.analyse(document, "d1", Instruments(Store.open()))
    assert made.intel.marking is Tlp.RED
    assert made.intel.documents[0].characters == len(text)
    assert [one.value for one in made.intel.usable] == ["update-panel.org"]
    assert any("very long" in one.message for one in made.problems)
