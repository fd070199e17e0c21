"""Multiple choice about threats: skill "multiple-choice", after reading notes and from memory.

Questions, right and wrong options are made from the store's passages (`questions.py`). Those with notes are
asked as `csq ask` asks a model; those without in ways of our own, the options in several forms.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from cybersecqwen.errors import CsqError
from cybersecqwen.tasks.ask.choice import answer_choice
from cybersecqwen.tuning.records import Record

from .interface import LICENCE, Listener, Sources, recorded
from .questions import Made, Maker

_HEADS = (
    "Answer this question about cyber threats with the letter of the right option.\n\n{question}\n{options}",
    "Choose the best of the four options. The last line of the answer is the letter alone.\n\n"
    "Question: {question}\n\nOptions: {options}",
    "You are asked a multiple-choice question about cyber threat intelligence. Return A, B, C or D.\n\n"
    "**Question:** {question}\n\n**Options:** {options}\n\nOnly the letter stands in the last line.",
    "{question}\n{options}\nWhich one is it? Write one letter.",
)
_FORMS = ("{letter}) {option}", "{letter}. {option}", "({letter}) {option}", "{letter}: {option}")


def reading(sources: Sources, chance: Random, count: int) -> Iterator[Record]:
    """Questions asked with notes from the store, none of a store without passages; see `Corpus`."""
    if sources.store.passages is None:
        return
    for made in Maker(sources.store, chance.randrange(1 << 30)).make(count):
        listener = Listener()
        try:
            answer_choice(made.text, made.options, sources.store, listener)
        except CsqError:  # what the product would not ask a model either
            continue
        for prompt, choices in listener.heard[:1]:
            yield recorded(
                prompt,
                choices[made.right],
                choices=choices,
                skill="multiple-choice",
                source=_source(made),
                licence=made.licence or LICENCE,
            )


def from_memory(sources: Sources, chance: Random, count: int) -> Iterator[Record]:
    """Questions asked without notes, none of a store without passages; see `Corpus`."""
    return _unread(sources, chance, count, "{letter}")


def spelled(sources: Sources, chance: Random, count: int) -> Iterator[Record]:
    """The same for small models: the words of the option first, then its letter, which these decide."""
    return _unread(sources, chance, count, "{option}\n{letter}")


def _unread(sources: Sources, chance: Random, count: int, answer: str) -> Iterator[Record]:
    if sources.store.passages is None:
        return
    for made in Maker(sources.store, chance.randrange(1 << 30)).make(count):
        form = chance.choice(_FORMS)
        options = chance.choice(("\n", " ")).join(
            form.format(letter=chr(65 + at), option=option) for at, option in enumerate(made.options)
        )
        question = chance.choice(_HEADS).format(question=made.text, options=options)
        said = answer.format(option=made.options[made.right], letter=chr(65 + made.right))
        yield Record(
            skill="multiple-choice",
            question=question,
            answer=said,
            source=_source(made),
            licence=made.licence or LICENCE,
        )


def _source(made: Made) -> str:
    return f"store:{made.about}/{made.kind}" if made.about else f"store:{made.kind}"
