"""The harness: what subjects are shown, how answers are kept, what is summed up."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from cybersecqwen.bench import CTI_TASKS, harness, tsv
from cybersecqwen.bench.harness import Plan, Result
from cybersecqwen.bench.interface import Answer, Item, Question
from cybersecqwen.bench.journal import Journal
from cybersecqwen.bench.subjects.interface import Sampling, Subject
from cybersecqwen.errors import InputError

from . import made
from .subjects import Fake


def quiet(what: str, done: int, of: int) -> None:
    """No progress."""


def items_of(task: str, folder: Path) -> tuple[Item, ...]:
    made.write(folder, task)
    return tsv.read(folder / f"cti-{task}.tsv", CTI_TASKS.get(task)()).items


def run(
    task: str, subject: Subject, folder: Path, plan: Plan | None = None, journal: Journal | None = None
) -> Result:
    items = items_of(task, folder)
    return harness.run(CTI_TASKS.get(task)(), subject, items, plan or Plan(), journal or Journal(), quiet)


def ranked(*labels: str) -> Answer:
    return Answer(ranked=labels)


@pytest.mark.parametrize("name", CTI_TASKS.names())
@pytest.mark.parametrize("mode", ["closed-book", "open-book"])
def test_no_subject_sees_an_address_or_the_items_own_id(name: str, mode, tmp_path: Path) -> None:
    subject = Fake(lambda question, _: ranked("CWE-1"), mode=mode)
    run(name, subject, tmp_path)
    for (question, _), row in zip(subject.seen, made.ROWS[name], strict=True):
        everything = repr([getattr(question, field.name) for field in fields(Question)])
        assert "x.example" not in everything
        own = row[0].rsplit("/", 1)[1]
        assert own not in everything or own in ("one", "two")
        assert question.own_id == ""
        assert question.prompt in row, "the published prompt, word for word"


def test_a_look_up_sees_the_id_and_nobody_else_does(tmp_path: Path) -> None:
    subject = Fake(lambda question, _: ranked("CWE-787"), mode="look-up")
    run("rcm", subject, tmp_path)
    assert [question.own_id for question, _ in subject.seen] == ["CVE-2099-10001", "CVE-2099-10002"]


def test_ranked_answers_are_graded_strictly_and_by_the_first_three(tmp_path: Path) -> None:
    answers = {"teapot": ranked("CWE-787"), "guest": ranked("CWE-79", "CWE-22", "CWE-20")}
    result = run("rcm", Fake(lambda q, _: answers[q.prompt.removeprefix("Map: ")]), tmp_path)
    strict, three = result.figures
    assert (strict.value, three.value, strict.n, strict.interval) == (0.5, 1.0, 2, "wilson")
    assert result.unparsable.value == 0 and result.found == {"given": 2}


def test_what_cannot_be_parsed_is_wrong_and_said(tmp_path: Path) -> None:
    words = iter(["I do not know", "CWE-20"])
    subject = Fake(lambda *_: Answer(text=next(words), cut=True), samples=True)
    result = run("rcm", subject, tmp_path)
    assert result.figures[0].value == 0.5 and result.unparsable.value == 0.5
    assert result.found == {"nowhere": 1, "last line": 1} and result.cut == 2
    assert [one.name for one in result.figures] == ["accuracy"], "a text holds one answer, no first three"


def test_a_failed_answer_says_why(tmp_path: Path) -> None:
    result = run("rcm", Fake(lambda *_: Answer(failed="too long"), samples=True), tmp_path)
    assert result.found == {"too long": 2} and result.figures[0].value == 0


def test_an_abstention_is_graded_and_what_it_buys_is_said(tmp_path: Path) -> None:
    answers = {"teapot": ranked("CWE-787"), "guest": Answer(ranked=("CWE-79",), abstained=True)}
    result = run("rcm", Fake(lambda q, _: answers[q.prompt.removeprefix("Map: ")]), tmp_path)
    values = {one.name: one.value for one in result.figures}
    assert values == {"accuracy": 0.5, "top3": 0.5, "coverage": 0.5, "accuracy_sure": 1.0}


def test_a_file_without_answers_gives_predictions_alone(tmp_path: Path) -> None:
    result = run("taa", Fake(lambda *_: ranked("APT29")), tmp_path)
    assert result.figures == () and result.predictions == (("G0016",), ("G0016",))


def test_trials_have_seeds_of_their_own(tmp_path: Path) -> None:
    subject = Fake(lambda _, s: Answer(text="CWE-787" if s.seed == 7 else "CWE-20"), samples=True)
    result = run("rcm", subject, tmp_path, Plan(seed=7, trials=3, temperature=0.7))
    assert [s.seed for _, s in subject.seen] == [7, 7, 8, 8, 9, 9]
    assert result.per_trial == (0.5, 0.5, 0.5) and result.trials == 3
    assert result.figures[0].interval == "bootstrap" and result.figures[0].n == 2


def test_a_subject_without_chance_is_asked_once(tmp_path: Path) -> None:
    subject = Fake(lambda *_: ranked("CWE-787"))
    assert run("rcm", subject, tmp_path, Plan(trials=9)).trials == 1
    assert len(subject.seen) == 2


def test_a_subset_is_drawn_with_its_seed(tmp_path: Path) -> None:
    items = items_of("mcq", tmp_path)
    some = harness.subset(items, 2, 5)
    assert some == harness.subset(items, 2, 5) and len(some) == 2
    assert [item for item in items if item in some] == some, "in the file's order"
    assert harness.subset(items, 0, 5) == harness.subset(items, 99, 5) == list(items)
    assert len({tuple(i.key for i in harness.subset(items, 1, seed)) for seed in range(20)}) == 3


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path = tmp_path / "r.answers.jsonl"

    def stops(question: Question, _: Sampling) -> Answer:
        if "guest" in question.prompt:
            raise KeyboardInterrupt
        return Answer(text="CWE-787", seconds=5)

    with pytest.raises(KeyboardInterrupt), Journal(path) as journal:
        run("rcm", Fake(stops, samples=True), tmp_path, journal=journal)
    path.write_bytes(path.read_bytes() + b'{"key": "half a li')  # as a power cut leaves it
    second = Fake(lambda *_: Answer(text="CWE-20"), samples=True)
    with Journal(path) as journal:
        result = run("rcm", second, tmp_path, journal=journal)
    assert len(second.seen) == 1 and result.figures[0].value == 1
    with Journal(path) as journal:
        third = Fake(lambda *_: Answer(text=""), samples=True)
        again = run("rcm", third, tmp_path, journal=journal)
    assert not third.seen and again == result


@pytest.mark.parametrize(
    ("version", "plan"),
    [("2", Plan()), ("1", Plan(seed=1)), ("1", Plan(temperature=0.5)), ("1", Plan(max_tokens=9))],
)
def test_other_weights_or_another_way_of_asking_asks_again(version: str, plan: Plan, tmp_path: Path) -> None:
    journal = Journal()
    run("rcm", Fake(lambda *_: Answer(text="CWE-1"), samples=True), tmp_path, journal=journal)
    other = Fake(lambda *_: Answer(text="CWE-2"), samples=True, version=version)
    run("rcm", other, tmp_path, plan, journal)
    assert len(other.seen) == 2


def test_answers_that_cost_nothing_are_given_again(tmp_path: Path) -> None:
    """A specialist's code may change between two runs while its weights stay."""
    journal = Journal()
    subject = Fake(lambda *_: ranked("CWE-787"))
    subject.slow = False
    run("rcm", subject, tmp_path, journal=journal)
    run("rcm", subject, tmp_path, journal=journal)
    assert len(subject.seen) == 4


def test_a_file_that_is_no_journal_is_said(tmp_path: Path) -> None:
    path = tmp_path / "x.answers.jsonl"
    path.write_text("hello\n[1, 2]\n", "utf-8")
    with pytest.raises(InputError, match="no journal"):
        Journal(path)
