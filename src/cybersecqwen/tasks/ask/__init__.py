"""Questions answered from the knowledge store, with citations, or "not in my sources"."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from cybersecqwen.records import Report
from cybersecqwen.tasks.interface import Ask, Request, Task, Tools

from .answer import answer_open, answer_options, shares
from .choice import choose
from .question import Question, read_question
from .reading import WORTH

if TYPE_CHECKING:
    from cybersecqwen.models.interface import LanguageModel

INSTRUCTIONS = (
    "Answer the question in one or two plain sentences, with words of the notes alone."
    " Write nothing that the notes do not say."
)
_PASSAGES = 3  # that a model reads
_CHARS = 400  # of each


class Answer(Task):
    """A question → an answer with citations, or which option the sources support."""

    name: ClassVar[str] = "ask"
    help: ClassVar[str] = "Answer a question from the knowledge store, with citations."

    def assess(self, request: Request, tools: Tools) -> Report:
        """What the store says; see `Task.assess`."""
        question = read_question(request.question, request.options)
        return (
            answer_options(question, tools.store) if question.options else answer_open(question, tools.store)
        )

    def consult(self, report: Report, tools: Tools, model: LanguageModel, timeout_s: float) -> Report:
        """With options, let a model whose choice counts read the passages and weigh them, too."""
        options = tuple(str(option["text"]) for option in report.extra.get("options", ()))
        if not options or not report.extra["answered"]:
            return report  # what a model would say without a source is no answer
        if model.profile.reading < WORTH:
            return report
        question = Question(
            text=str(report.extra["question"]), options=options, negated=bool(report.extra["negated"])
        )
        chosen = choose(question, tools.store, model, timeout_s=timeout_s)
        chance = chosen.probabilities[chosen.answer]
        extra = {**report.extra, **shares(question, chosen, True), "support": round(chance, 4)}
        made = replace(report.provenance, models=chosen.models)
        return replace(report, extra=extra, confidence=round(chance, 4), provenance=made)

    def ask(self, report: Report, tools: Tools) -> Ask | None:
        """The passages, to be told in a sentence or two; None where there are none."""
        passages = report.extra.get("passages", ())
        if not passages:
            return None
        material = tuple(
            (f"{one['name']} ({one['id']}), {one['section']}", str(one["text"])[:_CHARS])
            for one in passages[:_PASSAGES]
        )
        asked = str(report.extra["question"])[:600]
        return Ask(
            instructions=INSTRUCTIONS, material=material, question=asked, max_tokens=90, skill="answer"
        )
