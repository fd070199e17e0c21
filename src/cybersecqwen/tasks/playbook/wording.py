"""What a language model may add to a playbook: sentences on the situation, other words, criteria.

    playbook → ask     → sentences that say facts of `verify.playbooks` (checked by the pipeline)
             → consult → messages in other words, criteria where the library has none (checked by `worded`)

Steps, commands, their order, effects and approvals are not in its reach: what comes back replaces the text of
a message or adds to the criteria of a decision, nothing else. Names of reports never stand in what is asked,
but for those that `verify.playbooks` lets into a fact.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from cybersecqwen.errors import ModelError, SchemaError
from cybersecqwen.records import Problem, Report
from cybersecqwen.records.playbook import Message, Playbook, Step
from cybersecqwen.tasks.interface import Ask
from cybersecqwen.tasks.saved.values import line
from cybersecqwen.verify.playbooks import facts_of

from .filling import UNKNOWN
from .worded import DONE, refusal_of_criterion, refusal_of_message

if TYPE_CHECKING:
    from cybersecqwen.models.interface import LanguageModel

# Measured (docs/playbook.md): as in triage, small models copy truthfully and summarise falsely.
INSTRUCTIONS = "Copy the three most important sentences of the text, word for word. Write nothing else."
QUESTION = "Copy the three most important sentences about the situation, word for word."
MOST_SENTENCES = 3
_TOKENS = 110
MOST_FACTS = 12
"""Of the facts, those that a model is shown: the smallest loses the thread after some more."""

LEAST_FACTS = 4
REWORDED = "reword"
"""In `Report.extra`: a model shall say messages in other words and propose criteria, too."""

REWORD = (
    "You edit messages of an incident response team. Say the message in plainer words and shorter sentences."
    " Keep every word in [BRACKETS] as it is. Add nothing and leave nothing out. Answer with the message."
)
REWORD_QUESTION = "Say the message in plainer words."
_MESSAGE_TOKENS = 140
PROPOSE = (
    "A step of an incident response waits for a person's decision. Name conditions under which the person"
    " can say yes: which thing of the step must be such that something can be done with it."
)
PROPOSE_QUESTION = "Name up to three different conditions: the thing, and what can be done with it."
_CRITERIA_TOKENS = 120
MOST_CRITERIA = 3
FEW = 2
"""Criteria: a step with fewer is one that a model is asked about."""
_STEPS = 3
"""Steps of a playbook that it is asked about."""
_SHARE = 0.6
"""Of the time for a model, so that the sentences on the situation get theirs, too."""
_LEAST_S = 2.0
_ANSWER_CHARS = 4_000
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "criteria": {
            "type": "array",
            "maxItems": MOST_CRITERIA,
            "items": {
                "type": "object",
                "properties": {
                    "thing": {"type": "string", "minLength": 3, "maxLength": 60},
                    "done": {"enum": list(DONE)},
                },
                "required": ["thing", "done"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["criteria"],
    "additionalProperties": False,
}


@dataclass(slots=True)
class Said:
    """What a model said beside its sentences, and what became of it."""

    messages: list[tuple[str, str]] = field(default_factory=list)
    """(text, why it was refused: "" for taken)."""
    criteria: list[tuple[str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def ask_about(report: Report) -> Ask | None:
    """What to ask about the situation; of nothing where a model is only consulted; None where neither is."""
    playbook = report.playbook
    if playbook is None:
        return None
    facts = list(facts_of(playbook))[:MOST_FACTS]
    if len(facts) < LEAST_FACTS:
        consulted = REWORDED in report.extra
        return Ask(instructions="", material=(), question="", max_tokens=0) if consulted else None
    return Ask(
        instructions=INSTRUCTIONS,
        material=(("text", " ".join(facts)),),
        question=QUESTION,
        max_tokens=_TOKENS,
        skill="situation",
    )


def worded_by(report: Report, model: LanguageModel, timeout_s: float) -> Report:
    """The report with criteria of a model and with messages in its words, where they are wanted.

    Where the model fails or the time is over, the rest stays as it is; the problem is named.
    """
    playbook = report.playbook
    if playbook is None or REWORDED not in report.extra:
        return report
    made, said = worded(playbook, model, _SHARE * timeout_s, messages=True)
    struck = [("message", why) for _, why in said.messages if why]
    struck += [("criterion", why) for _, why in said.criteria if why]
    problems = [
        Problem(stage="verify", message=f"A {what} of the model was struck out: it {why}", subject=model.name)
        for what, why in struck
    ]
    models = report.provenance.models
    if made != playbook and model.name not in models:
        models = (*models, model.name)
    return replace(
        report,
        playbook=made,
        problems=(*report.problems, *problems, *said.problems),
        provenance=replace(report.provenance, models=models),
    )


def worded(
    playbook: Playbook, model: LanguageModel, timeout_s: float, *, messages: bool
) -> tuple[Playbook, Said]:
    """The playbook with what a model adds and the checks let through, and all that it said."""
    end = time.perf_counter() + timeout_s
    said = Said()
    steps = list(playbook.steps)
    texts = list(playbook.messages)
    try:
        for at in _open(steps):
            steps[at] = _with_criteria(steps[at], playbook, model, _left(end), said)
        for at, one in enumerate(texts if messages else ()):
            if is_ours(one, playbook):
                texts[at] = _reworded(one, model, _left(end), said)
    except ModelError as error:
        said.problems.append(Problem(stage="write", message=error.message, subject=model.name))
    return replace(playbook, steps=tuple(steps), messages=tuple(texts)), said


def is_ours(message: Message, playbook: Playbook) -> bool:
    """Whether a message holds no words of a report: only such a one is given to a model."""
    foreign = playbook.trigger in ("report", "finding") and playbook.name.strip() in message.text
    return not foreign and not any(
        len(one.value) > 2 and one.value in message.text for one in playbook.entities
    )


def _open(steps: Sequence[Step]) -> list[int]:
    """Places of the first steps that wait for a decision with hardly a criterion."""
    return [at for at, one in enumerate(steps) if one.approval and len(one.decides) < FEW][:_STEPS]


def _left(end: float) -> float:
    """Seconds that are left; raises ModelError where that is too little."""
    left = end - time.perf_counter()
    if left < _LEAST_S:
        raise ModelError("The time was over before the model had been asked about all messages and criteria.")
    return left


def _reworded(one: Message, model: LanguageModel, timeout_s: float, said: Said) -> Message:
    answer = model.generate_about(
        REWORD,
        (("text", one.text),),
        REWORD_QUESTION,
        max_tokens=_MESSAGE_TOKENS,
        timeout_s=timeout_s,
        skill="rewording",
    )[:_ANSWER_CHARS]
    text = " ".join(answer.strip().strip('"').split())
    why = refusal_of_message(text, one.text)
    said.messages.append((text, why))
    return one if why else replace(one, text=text, writer=model.name)


def _with_criteria(
    step: Step, playbook: Playbook, model: LanguageModel, timeout_s: float, said: Said
) -> Step:
    text = shown_of(step, playbook)
    try:
        found = model.generate_json_about(
            PROPOSE,
            (("step", text),),
            PROPOSE_QUESTION,
            SCHEMA,
            max_tokens=_CRITERIA_TOKENS,
            timeout_s=timeout_s,
            skill="criteria",
        )
    except SchemaError as error:
        said.problems.append(Problem(stage="write", message=error.message, subject=model.name))
        return step
    kept: list[str] = []
    for one in found["criteria"]:
        piece = criterion(one["thing"], one["done"])
        why = refusal_of_criterion(piece, text, (*step.decides, *kept))
        said.criteria.append((piece, why))
        kept += [] if why else [piece]
    return replace(step, decides=(*step.decides, *(f"{one} (proposed by {model.name})" for one in kept)))


def shown_of(step: Step, playbook: Playbook) -> str:
    """What a model is shown of a step: what to do and what could break, without names of reports."""
    return " ".join(without_names(one, playbook) for one in (step.title + ".", step.do, step.breaks) if one)


def criterion(thing: str, done: str) -> str:
    """The sentence that a choice of a model becomes."""
    return f"The {_bare(thing)} can be {done}."


def _bare(thing: str) -> str:
    """A thing without its article and capitals at the front."""
    text = " ".join(thing.split())
    head, _, rest = text.partition(" ")
    text = rest if head.lower() in ("the", "a", "an") else text
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def without_names(text: str, playbook: Playbook) -> str:
    """A text of a step with what the report named taken out again: it says "the affected host" instead."""
    for form, noun in _forms(playbook):
        text = text.replace(form, noun)
    return text


def _forms(playbook: Playbook) -> list[tuple[str, str]]:
    """How names may stand in a step, the longest first, each with what is said instead."""
    found = ((form, UNKNOWN[one.kind]) for one in playbook.entities for form in _forms_of(one.value))
    return sorted(found, key=lambda pair: (-len(pair[0]), pair))


def _forms_of(value: str) -> Iterator[str]:
    # As the report has it and as a step shows it: `line` makes one blank of all that looks like some.
    for form in dict.fromkeys(
        one for given in (value, line(value)) for one in (given, re.split(r"[\\/]", given)[-1])
    ):
        if form.strip():
            yield form
            if len(form) > _SHOWN:
                yield f"{form[: _SHOWN - 1]}…"


_SHOWN = 120
"""Characters of a name that `filling` shows."""
