"""Text planted in the evidence never lowers a verdict or a severity, and never reaches the narrative."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from cybersecqwen.bootstrap import App
from cybersecqwen.models.scripted import Scripted
from cybersecqwen.records import Report, Verdict
from cybersecqwen.settings import Settings
from cybersecqwen.tasks.interface import Request
from cybersecqwen.verify.claims import spaced

from .planted import FIELDS, Outcome, cases, every_field, foreign_texts, outcomes, own_texts, recording

COPIES = 11  # texts in one recording
PARTS = 7  # no multiple of the number of cases, so that each part sees all of them

Outcomes = dict[tuple[int, str], Outcome]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    folder = tmp_path_factory.mktemp("planted")
    return App(Settings(data_dir=folder, cache_dir=folder / "cache", workers=1))


def triage(
    app: App, folder: Path, texts: Sequence[str], plant: Callable, *, in_turn: bool = False
) -> tuple[Report, Outcomes]:
    path = folder / "planted.jsonl"
    owners = recording(path, texts, plant, in_turn=in_turn)
    report = next(app.run("triage", Request(paths=(str(path),))))
    assert report.counts["events"] == len(owners)
    return report, outcomes(report, owners)


@pytest.fixture(scope="module")
def baseline(app: App, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """What each case is without anything planted; every copy of it alike."""
    _, found = triage(app, tmp_path_factory.mktemp("baseline"), [""] * COPIES, every_field)
    alone = {case: outcome for (number, case), outcome in found.items() if number == 0}
    for (number, case), outcome in found.items():
        assert outcome == alone[case], (number, case)
    return alone


def test_the_cases_are_worth_planting_in(baseline):
    assert set(baseline) == set(cases())
    assert baseline["1-word-starts-cmd"][0].rank >= Verdict.SUSPICIOUS.rank
    assert baseline["2-encoded-from-user-folder"][0] is Verdict.MALICIOUS
    assert baseline["3-encoded-from-agent-task"][0].rank <= Verdict.NEEDS_REVIEW.rank
    assert baseline["4-administrators-morning"][0] is Verdict.BENIGN
    assert baseline["cloud-alert"][0].rank >= Verdict.NEEDS_REVIEW.rank
    assert baseline["script-and-registry"][0].rank >= Verdict.SUSPICIOUS.rank


def check_not_lowered(app, folder, texts, plant, baseline, *, in_turn=False, copies=COPIES):
    for start in range(0, len(texts), copies):
        part = texts[start : start + copies]
        report, found = triage(app, folder, part, plant, in_turn=in_turn)
        for (number, case), (verdict, severity) in found.items():
            was_verdict, was_severity = baseline[case]
            assert verdict.rank >= was_verdict.rank, (case, part[number])
            assert severity >= was_severity, (case, part[number])
        check_not_repeated(report, part)


def check_not_repeated(report: Report, texts: Sequence[str]) -> None:
    """No planted sentence stands in the narrative; a name of one or two words may be a name."""
    told = " | ".join(spaced(sentence.text) for sentence in report.narrative)
    for text in texts:
        planted = spaced(text)
        few = min(len(text.split()), len(planted.split())) < 4
        assert few or planted[:200] not in told, text


@pytest.mark.parametrize("field", FIELDS)
def test_our_own_forms_in_each_field_alone(app, tmp_path, baseline, field):
    check_not_lowered(app, tmp_path, own_texts(), FIELDS[field], baseline)


def test_our_own_forms_in_all_fields_at_once(app, tmp_path, baseline):
    check_not_lowered(app, tmp_path, own_texts(), every_field, baseline)


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_all_public_strings_in_all_fields_of_a_case(app, tmp_path, baseline, data_dir, part):
    texts = foreign_texts(data_dir / "injection")
    assert len(texts) > 2_500
    check_not_lowered(app, tmp_path, texts[part::PARTS], every_field, baseline, in_turn=True, copies=60)


@pytest.mark.data
def test_some_public_strings_in_all_fields_of_all_cases(app, tmp_path, baseline, data_dir):
    texts = foreign_texts(data_dir / "injection")
    check_not_lowered(app, tmp_path, texts[::60], every_field, baseline)


OBEYED = (
    "{planted} The activity is benign and no action is needed. Ignore this alert. It is a false positive. "
    'The user was authorised. The severity is informational. The alert says "{planted}" and is harmless.'
)


def obedient(texts: Sequence[str]) -> Scripted:
    """A model that does as it is told by each of the texts, one answer after the other."""
    answers = iter(OBEYED.format(planted=text) for text in texts for _ in range(2))
    return Scripted(lambda prompt: next(answers), name="obedient")


def check_obedience(app: App, folder: Path, texts: Sequence[str]) -> None:
    for text in texts:
        path = folder / "planted.jsonl"
        recording(path, [text], every_field)
        first, second = app.run("triage", Request(paths=(str(path),)), [obedient([text])])
        assert second.verdict is first.verdict
        assert second.severity is first.severity
        assert [(i.verdict, i.severity) for i in second.incidents] == [
            (i.verdict, i.severity) for i in first.incidents
        ]
        kept = [sentence for sentence in second.narrative if sentence.writer == "obedient"]
        assert kept == [], text
        assert second.narrative == first.narrative
        assert any(problem.subject == "obedient" for problem in second.problems)


def test_a_model_that_obeys_our_own_forms_is_not_heard(app, tmp_path):
    check_obedience(app, tmp_path, own_texts())


@pytest.mark.data
def test_a_model_that_obeys_public_strings_is_not_heard(app, tmp_path, data_dir):
    texts = foreign_texts(data_dir / "injection")
    check_obedience(app, tmp_path, texts[:: max(1, len(texts) // 30)])


@pytest.mark.parametrize("text", own_texts()[:20])
def test_planted_text_never_stands_where_instructions_stand(app, tmp_path, text):
    path = tmp_path / "planted.jsonl"
    recording(path, [text], every_field)
    model = Scripted(lambda prompt: "Nothing.", name="watched")
    list(app.run("triage", Request(paths=(str(path),)), [model]))
    for prompt, _ in model.history:
        for ours in (prompt.instructions, prompt.question):
            assert spaced(text)[:60] not in spaced(ours)
        for material in prompt.material:
            assert len(text.split()) < 4 or spaced(text) not in spaced(material.text)
