from __future__ import annotations

import json
from pathlib import Path

import pytest

from cybersecqwen.errors import UsageError, WeightsError
from cybersecqwen.specialists import SPECIALISTS
from cybersecqwen.specialists.interface import FOLDER
from cybersecqwen.specialists.technique import TechniqueSpecialist, domains_of

from . import tiny_technique

TEXT = "The group was seen in May. The group runs PowerShell. It downloads more, and makes screenshots."


@pytest.fixture
def tiny(tmp_path: Path) -> TechniqueSpecialist:
    return TechniqueSpecialist(folder=tiny_technique.write(tmp_path))


def test_a_sentence_is_given_its_technique_with_the_words_that_say_so(tiny: TechniqueSpecialist) -> None:
    (judged,) = tiny.judge(["The group runs PowerShell."])
    assert judged.answer == "T1059.001"
    assert judged.ranked[0].reasons[0] == "powershell"
    assert judged.ranked[0].probability > judged.ranked[1].probability


def test_each_technique_of_a_report_names_its_sentence(tiny: TechniqueSpecialist) -> None:
    report = tiny.report(TEXT, threshold="balanced")
    spans = {one.label: [TEXT[a:b] for a, b in one.spans] for one in report.ranked}
    assert spans["T1059.001"] == ["The group runs PowerShell."]
    assert spans["T1105"] == ["It downloads more, and makes screenshots."]
    assert "T1059.003" not in spans


def test_sub_techniques_are_rolled_up_on_request(tiny: TechniqueSpecialist) -> None:
    rolled = {one.label for one in tiny.report(TEXT, threshold="balanced", rollup=True).ranked}
    assert "T1059" in rolled
    assert not any("." in label for label in rolled)


def test_the_precise_list_is_part_of_the_balanced_one(tiny: TechniqueSpecialist) -> None:
    precise = {one.label for one in tiny.report(TEXT, threshold="precise").ranked}
    balanced = {one.label for one in tiny.report(TEXT, threshold="balanced").ranked}
    assert precise < balanced
    assert {one.label for one in tiny.report(TEXT, threshold=0.0).ranked} > balanced


@pytest.mark.parametrize(("domain", "label"), [("", "T1113"), ("enterprise", "T1113"), ("mobile", "T1513")])
def test_only_labels_of_the_wanted_matrix_are_given(
    tiny: TechniqueSpecialist, domain: str, label: str
) -> None:
    found = tiny.report("It makes screenshots.", domain=domain, threshold="balanced")
    assert [one.label for one in found.ranked] == [label]


def test_the_text_tells_its_matrix() -> None:
    assert domains_of("An Android app that reads SMS.") == ("mobile",)
    assert domains_of("It stops the PLC and the HMI of a substation.") == ("enterprise", "ics")
    assert domains_of("It runs on Windows.") == ("enterprise",)
    assert domains_of("A Windows DLL reads the registry of the iPhone backup and its SMS.") == ("enterprise",)


def test_an_unknown_matrix_is_one_clear_sentence(tiny: TechniqueSpecialist) -> None:
    with pytest.raises(UsageError, match="no ATT&CK matrix 'office'"):
        tiny.report(TEXT, domain="office")


@pytest.mark.parametrize("text", ["", "  \n ", "abc"])
def test_nothing_to_read_is_an_abstention(tiny: TechniqueSpecialist, text: str) -> None:
    (judged,) = tiny.judge([text])
    assert judged.abstained
    assert judged.because == "it holds no sentence"
    assert tiny.report(text).abstained


@pytest.mark.parametrize(
    "text",
    ["The weather is fine today.", "Der Hund schläft auf dem Sofa.", "x" * 1_000_000, "\ud800 \x00 " * 9],
)
def test_text_about_something_else_is_an_abstention(tiny: TechniqueSpecialist, text: str) -> None:
    (judged,) = tiny.judge([text])
    assert judged.abstained
    assert judged.answer == ""
    assert tiny.report(text, threshold="balanced").ranked == ()


def test_many_texts_are_judged_in_order(tiny: TechniqueSpecialist) -> None:
    judged = tiny.judge(["It downloads more.", "", "The group runs cmd."], top=2)
    assert [one.answer for one in judged] == ["T1105", "", "T1059.003"]
    assert all(len(one.ranked) <= 2 for one in judged)


def test_damaged_weights_are_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="missing"):
        TechniqueSpecialist(folder=tmp_path).judge(["It runs."])
    tiny_technique.write(tmp_path)
    raw = (tmp_path / "technique.npz").read_bytes()
    (tmp_path / "technique.npz").write_bytes(raw[:-9] + b"123456789")
    with pytest.raises(WeightsError, match="hash is not the manifest's"):
        TechniqueSpecialist(folder=tmp_path).judge(["It runs PowerShell."])


shipped = pytest.mark.skipif(
    not (FOLDER / "technique.npz").is_file(), reason="the weights are not trained yet"
)


@shipped
def test_the_shipped_weights_know_plain_cases() -> None:
    specialist = SPECIALISTS.get("technique")()
    cases = {
        "The malware takes screenshots of the desktop every ten seconds.": "T1113",
        "It dumped credentials from the memory of lsass.exe with Mimikatz.": "T1003.001",
        "Files on the disks are encrypted and a ransom is asked for.": "T1486",
        "A scheduled task is created with schtasks for persistence.": "T1053.005",
    }
    judged = specialist.judge(list(cases))
    assert [one.answer for one in judged] == list(cases.values())


@shipped
@pytest.mark.parametrize(
    "text",
    [
        "The company was founded in 1998 and has offices in Berlin.",
        "Heute scheint die Sonne, und wir gehen im Park spazieren.",
        "Add two eggs and stir until the dough is smooth.",
    ],
)
def test_the_shipped_weights_abstain_on_text_about_something_else(text: str) -> None:
    specialist = SPECIALISTS.get("technique")()
    assert specialist.judge([text])[0].abstained


@shipped
def test_the_shipped_manifest_says_what_it_was_made_from() -> None:
    manifest = json.loads((FOLDER / "technique.json").read_text("utf-8"))
    assert all(len(one["sha256"]) == 64 and one["licence"] for one in manifest["data"])
    thresholds = manifest["settings"]["thresholds"]
    assert all(one["precise"] >= one["balanced"] for one in thresholds.values())
    assert manifest["metrics"]["sentences"]["value"] >= 0.70
    assert manifest["metrics"]["rolled"]["report_balanced"]["f1"] >= 0.45
    assert (FOLDER / "technique.npz").stat().st_size <= 12_000_000
