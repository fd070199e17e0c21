"""Answers to open questions: the right passage, its citation, or "not in my sources"."""

from __future__ import annotations

import pytest

from cybersecqwen.detect.events.rulebook import Rulebook
from cybersecqwen.errors import NothingAnalysedError
from cybersecqwen.knowledge import Store
from cybersecqwen.models.profiles import guess
from cybersecqwen.models.scripted import Scripted
from cybersecqwen.pipeline import run
from cybersecqwen.records import Report, Severity
from cybersecqwen.tasks.ask import Answer
from cybersecqwen.tasks.ask.answer import NOT_FOUND
from cybersecqwen.tasks.interface import Request, Tools


def _no_rules() -> Rulebook:
    raise AssertionError("an answer needs no signals")


@pytest.fixture(scope="module")
def tools(full: Store) -> Tools:
    return Tools(store=full, load_rules=_no_rules)


def asked(tools: Tools, text: str, *options: str) -> Report:
    return next(run(Answer(), Request(paths=(), question=text, options=options), tools))


@pytest.mark.parametrize(
    ("text", "id", "words"),
    [
        ("How can CWE-7 be mitigated?", "CWE-7", "lever"),
        ("What are the consequences of Open Door?", "CWE-7", "Rain"),
        ("Who uses Whistle?", "S0001", "Loud Bear (G0001)"),
        ("What are the aliases of Loud Bear?", "G0001", "Bruin Choir"),
        ("What is Making Noise?", "T1001", "whistles loudly"),
        ("What does Making Noise do?", "T1001", "whistles loudly"),
        ("What does Open Door mean?", "CWE-7", "stands open"),
        ("Which platforms does T1001 have?", "T1001", "Windows, Linux"),
        ("How did Loud Bear whistle?", "T1001", "0430"),
    ],
)
def test_answers_come_from_the_passage_that_says_it(tools: Tools, text: str, id: str, words: str) -> None:
    report = asked(tools, text)
    assert report.extra["answered"] is True and report.severity is Severity.INFORMATIONAL
    assert words in " ".join(sentence.text for sentence in report.narrative)
    assert id in {passage["id"] for passage in report.extra["passages"]}
    cited = {citation.id: citation for citation in report.citations}
    assert cited[id].url == f"https://x.example/{id}" and cited[id].source


@pytest.mark.parametrize(
    "text",
    ["What is the capital of France?", "How do I bake bread?", "Tell me a joke", "What does T9999 do?"],
)
def test_what_the_store_does_not_say_is_not_answered(tools: Tools, text: str) -> None:
    report = asked(tools, text)
    assert report.extra["answered"] is False and report.extra["passages"] == []
    assert [sentence.text for sentence in report.narrative] == [NOT_FOUND]
    assert report.citations == () and report.confidence < 0.5


def test_made_up_identifiers_are_named(tools: Tools) -> None:
    problems = asked(tools, "What is T9999, and what CVE-2099-12345?").problems
    told = {problem.subject: problem.message for problem in problems}
    assert "No such identifier" in told["T9999"]
    assert "does not list the family in full" in told["CVE-2099-12345"]


def test_options_have_probabilities(tools: Tools) -> None:
    report = asked(tools, "Which group whistled in the harbour?", "Quiet Fox", "Loud Bear")
    options = report.extra["options"]
    assert [option["chosen"] for option in options] == [False, True]
    assert report.confidence == options[1]["probability"] > 0.5


def test_no_option_is_chosen_where_the_store_does_not_tell_them_apart(tools: Tools) -> None:
    report = asked(tools, "Which pizza is best?", "Margherita", "Funghi", "Salami")
    assert report.extra["answered"] is False
    assert not any(option["chosen"] for option in report.extra["options"])
    assert [sentence.text for sentence in report.narrative] == [NOT_FOUND]
    assert report.extra["passages"] == []
    consulted = Answer().consult(report, tools, Scripted(["A"]), 1.0)
    assert consulted == report


@pytest.mark.parametrize(("name", "asks"), [("SmolLM2-135M-Instruct", 0), ("Qwen2.5-Coder-1.5B", 1)])
def test_a_model_is_asked_for_options_where_its_choice_counts(tools: Tools, name: str, asks: int) -> None:
    report = asked(tools, "Which group whistled in the harbour?", "Quiet Fox", "Loud Bear")
    family = guess("llama" if name.startswith("Smol") else "qwen2", name)
    model = Scripted([], probabilities=(0.9, 0.1), name=name, profile=family)
    consulted = Answer().consult(report, tools, model, 1.0)
    assert len(model.history) == asks
    assert consulted.provenance.models == (name,) * asks
    assert (consulted == report) == (not asks)


def test_facts_alone_answer_and_say_so(bare: Store) -> None:
    tools = Tools(store=bare, load_rules=_no_rules)
    report = asked(tools, "Who uses Whistle?")
    assert "Loud Bear (G0001)" in report.narrative[0].text
    assert any("kb build" in problem.message for problem in report.problems)
    assert asked(tools, "What made the harbour famous?").extra["answered"] is False


def test_nothing_asked_is_an_error(tools: Tools) -> None:
    with pytest.raises(NothingAnalysedError):
        asked(tools, "   ")


def test_a_model_may_only_say_what_a_passage_says(tools: Tools) -> None:
    request = Request(paths=(), question="How did Loud Bear whistle?")
    model = Scripted(["Loud Bear is a band from the harbour.\nLoud Bear was founded in Acme City."])
    *_, report = run(Answer(), request, tools, [model])
    # An adapter that was taught to copy sentences of an incident must not answer this.
    assert {prompt.skill for prompt, _ in model.history} == {"answer"}
    told = [sentence.text for sentence in report.narrative if sentence.writer != "csq"]
    assert told == ["Loud Bear is a band from the harbour."]
    (struck,) = report.problems
    assert "struck out" in struck.message
    assert "no passage says" in struck.message
