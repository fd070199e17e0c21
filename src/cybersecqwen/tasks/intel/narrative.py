"""The summary of our own, and what a language model is asked: to choose among true sentences."""

from __future__ import annotations

from cybersecqwen.records import Report, Sentence
from cybersecqwen.records.intel import Intelligence
from cybersecqwen.tasks.interface import Ask
from cybersecqwen.verify.intelligence import facts_of

WRITER = "csq"
INSTRUCTIONS = "Copy the three most important sentences of the text, word for word. Write nothing else."
QUESTION = "Copy the three most important sentences about the threat, word for word."
_MOST_FACTS = 5  # the smallest model loses the thread after that, and at names of options
_MARKUP = "`"


def write(intel: Intelligence) -> tuple[Sentence, ...]:
    """The lines of the skeleton but what to do, as sentences."""
    return tuple(
        Sentence(text=one.text, writer=WRITER, events=tuple(dict.fromkeys(p.document for p in one.places)))
        for one in intel.statements
        if one.question != "what to do" and (one.places or one.question == "who")
    )


def ask(report: Report) -> Ask | None:
    """What to ask; None where the skeleton says all there is.

    The text of the report is never shown to a model: whoever wrote it could write orders there. The facts
    are sentences of ours about what was found in it.
    """
    if report.intel is None:
        return None
    told = {sentence.text for sentence in report.narrative}
    facts = [fact for fact in facts_of(report.intel) if fact not in told and _MARKUP not in fact]
    if not facts:
        return None
    return Ask(
        instructions=INSTRUCTIONS, material=(("text", " ".join(facts[:_MOST_FACTS])),), question=QUESTION
    )
