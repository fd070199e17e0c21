"""Subjects: who is asked, with what, and what they say of themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import SimpleNamespace

import pytest

from cybersecqwen.bench import CTI_TASKS
from cybersecqwen.bench.choose import Wanted, subject_for
from cybersecqwen.bench.interface import Answer, Question
from cybersecqwen.bench.subjects.interface import Sampling
from cybersecqwen.bench.subjects.specialists import OneSpecialist
from cybersecqwen.errors import (
    InputError,
    KnowledgeError,
    ModelError,
    ModelTimeoutError,
    UsageError,
    WeightsError,
)
from cybersecqwen.knowledge.store import Store
from cybersecqwen.models.chat import ContextOverflowError
from cybersecqwen.models.scripted import Scripted
from cybersecqwen.registry import Registry
from cybersecqwen.specialists import Judgement, Manifest, Ranked, Specialist

QUESTION = Question(task="rcm", text="A teapot overflows.", prompt="Map: teapot", options=("x", "y"))


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with Store.open() as opened:
        yield opened


class Made(Specialist):
    """Says the same of every text."""

    name = "cwe"
    help = "Made for tests."

    def judge(self, texts: Sequence[str], *, top: int = 5) -> list[Judgement]:
        ranked = (Ranked(label="CWE-787", probability=0.4), Ranked(label="CWE-20", probability=0.3))
        return [Judgement(ranked=ranked, abstained=True, because="it is made") for _ in texts]

    @property
    def manifest(self) -> Manifest:
        return Manifest(
            name="cwe",
            version="1",
            data=(),
            seed=0,
            trained="2026-01-01",
            sha256="ab",
            threshold=0.5,
            metrics={},
        )

    @property
    def labels(self) -> tuple[str, ...]:
        return ("CWE-787", "CWE-20")


class MadeReports(Made):
    """Judges whole reports too."""

    def report(self, text: str, *, domain: str = "", rollup: bool = False, threshold: str = "") -> Judgement:
        label = "T1059" if (domain, rollup, threshold) == ("mobile", True, "balanced") else "T1000"
        return Judgement(ranked=(Ranked(label=label, probability=0.9),))


def put(monkeypatch: pytest.MonkeyPatch, **classes: str) -> None:
    entries = {name: f"{__name__}:{made}" for name, made in classes.items()}
    monkeypatch.setattr(
        "cybersecqwen.bench.subjects.specialists.SPECIALISTS", Registry("specialist", entries)
    )


def test_a_model_is_sent_the_published_prompt_and_nothing_else(store: Store) -> None:
    model = Scripted(["It overflows.\nCWE-787"])
    subject = subject_for(CTI_TASKS.get("rcm")(), Wanted(model=model, facts={"sha256": "cd"}), store)
    answer = subject.answer(QUESTION, Sampling(temperature=0.7, seed=3, max_tokens=9))
    assert answer.text == "It overflows.\nCWE-787"
    prompt, options = model.history[0]
    assert model.messages(prompt) == [{"role": "user", "content": "Map: teapot"}]
    assert (options.temperature, options.seed, options.max_tokens) == (0.7, 3, 9)
    assert (subject.mode, subject.samples) == ("closed-book", True)
    assert subject.identity() == {"model": "scripted", "sha256": "cd"}


def test_an_item_that_a_model_cannot_take_is_lost_and_a_lost_model_is_an_error(store: Store) -> None:
    errors = [ContextOverflowError("long"), ModelTimeoutError("late"), ModelError("gone")]
    subject = subject_for(CTI_TASKS.get("rcm")(), Wanted(model=Scripted(errors)), store)
    assert subject.answer(QUESTION, Sampling()).failed == "too long"
    assert subject.answer(QUESTION, Sampling()).failed == "out of time"
    with pytest.raises(ModelError, match="gone"):
        subject.answer(QUESTION, Sampling())


def test_a_specialist_gives_its_ranking_also_where_it_abstains(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(monkeypatch, cwe="Made")
    subject = OneSpecialist(CTI_TASKS.get("rcm")(), store)
    assert subject.answer(QUESTION, Sampling()) == Answer(ranked=("CWE-787", "CWE-20"), abstained=True)
    assert subject.mode == "closed-book" and not subject.samples
    assert subject.identity()["version"] == "1"


def test_techniques_come_from_the_whole_report_in_its_domain(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(monkeypatch, technique="MadeReports")
    subject = OneSpecialist(CTI_TASKS.get("ate")(), store)
    asked = Question(task="ate", text="It runs commands.", prompt="", domain="mobile")
    assert subject.answer(asked, Sampling()).ranked == ("T1059",)
    assert subject.mode == "closed-book" and "knowledge" not in subject.identity()


def test_a_missing_specialist_is_one_sentence(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch)
    with pytest.raises(UsageError, match="no specialist 'cvss'"):
        subject_for(CTI_TASKS.get("vsp")(), Wanted(), store)


def test_damaged_weights_are_said_before_the_first_question(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: object) -> Manifest:
        raise WeightsError("The weights of 'cwe' are damaged.")

    put(monkeypatch, cwe="Made")
    monkeypatch.setattr(Made, "manifest", property(broken))
    with pytest.raises(WeightsError):
        subject_for(CTI_TASKS.get("rcm")(), Wanted(), store)


def test_a_look_up_reads_the_record_of_the_id(store: Store) -> None:
    subject = subject_for(CTI_TASKS.get("ate")(), Wanted(look_up=True), store)
    asked = Question(task="ate", text="", prompt="", own_id="S0002")
    found = subject.answer(asked, Sampling()).ranked
    assert found and "T1003.001" in found and all(one.startswith("T") for one in found)
    assert subject.answer(QUESTION, Sampling()).ranked == ()
    assert subject.mode == "look-up"
    with pytest.raises(UsageError, match="vsp"):
        subject_for(CTI_TASKS.get("vsp")(), Wanted(look_up=True), store)


def test_open_book_is_for_multiple_choice(store: Store) -> None:
    with pytest.raises(UsageError, match="open-book"):
        subject_for(CTI_TASKS.get("rcm")(), Wanted(model=Scripted([]), open_book=True), store)


class FullStore:
    """What open-book answering asks a store for."""

    passages = object()
    version = "k1"


def test_open_book_orders_the_letters_by_support(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    full = FullStore()

    def choose(question, options, asked_store, model=None):
        seen.append((question, options, asked_store is full, model))
        if "hat" in question:
            raise InputError("no")
        return SimpleNamespace(probabilities=(0.2, 0.7, 0.1))

    monkeypatch.setattr("cybersecqwen.tasks.ask.choice.answer_choice", choose)
    model = Scripted([], name="tiny")
    subject = subject_for(CTI_TASKS.get("mcq")(), Wanted(model=model, open_book=True), full)
    asked = Question(task="mcq", text="Which tea?", prompt="P", options=("x", "y", "z"))
    assert subject.answer(asked, Sampling()).ranked == ("B", "A", "C")
    assert seen[1:] == [("Which tea?", ("x", "y", "z"), True, model)]
    assert (subject.mode, subject.name) == ("open-book", "tiny")
    assert subject.answer(Question(task="mcq", text="hat", prompt=""), Sampling()).failed == "not understood"
    assert subject_for(CTI_TASKS.get("mcq")(), Wanted(), full).name == "specialist"


def test_a_bundle_without_texts_answers_no_questions(store: Store) -> None:
    """The starter bundle would choose evenly, which is a guess."""
    with pytest.raises(KnowledgeError, match="no texts"):
        subject_for(CTI_TASKS.get("mcq")(), Wanted(), store)
