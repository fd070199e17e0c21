"""The report of an answer: what was asked, what the store says, and how sure that is."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any

from cybersecqwen import __version__
from cybersecqwen.knowledge import Store
from cybersecqwen.knowledge.interface import Passage
from cybersecqwen.records import Citation, Problem, Provenance, Report, Sentence, Severity, Verdict

from .choice import ChoiceAnswer, choose, linker_of
from .linking import Linked
from .question import Question
from .retrieval import Found, best_sentences, retrieve

# Logistic in the fit of the best passage, measured on made and off-topic questions (docs/ask.md).
_SLOPE, _MIDDLE, _NAMED = 11.0, 0.66, 0.2
THRESHOLD = 0.5
"""Below this chance that the passages answer the question it is "not in my sources"."""

LEAD = 0.1
"""So much above an even share the likeliest option must be: else the store does not tell them apart."""

NOT_FOUND = "Not in my sources."
"""What an answer says where the store has none."""


def answer_open(question: Question, store: Store) -> Report:
    """The answer to an open question."""
    start = time.perf_counter()
    found = retrieve(question, store, linker_of(store))
    chance = _chance(found)
    answered = chance >= THRESHOLD and bool(found.passages)
    passages = found.passages if answered else ()
    told = best_sentences(passages, question, store) if answered else [NOT_FOUND]
    extra = {"answered": answered, "support": round(chance, 4), "options": []}
    return _report(question, store, passages, found.linked, told, chance, extra, start)


def answer_options(question: Question, store: Store) -> Report:
    """The answer to a multiple-choice question."""
    start = time.perf_counter()
    chosen = choose(question, store)
    linked = linker_of(store).link(question.text)
    chance = chosen.probabilities[chosen.answer]
    answered = bool(chosen.passages) and chance >= 1 / len(question.options) + LEAD
    passages = chosen.passages if answered else ()
    told = best_sentences(passages[:2], question, store)[:1]
    extra = {"answered": answered, "support": round(chance, 4)} | shares(question, chosen, answered)
    return _report(question, store, passages, linked, told or [NOT_FOUND], chance, extra, start)


def shares(question: Question, chosen: ChoiceAnswer, answered: bool) -> dict[str, Any]:
    """The options with their probabilities, as the report carries them; none is chosen without support."""
    return {
        "options": [
            {
                "letter": chr(ord("A") + number),
                "text": option,
                "probability": round(chosen.probabilities[number], 4),
                "chosen": answered and number == chosen.answer,
            }
            for number, option in enumerate(question.options)
        ]
    }


def _chance(found: Found) -> float:
    """The chance that the best passage answers the question."""
    named = max(found.linked.weights.values(), default=0.0)
    return min(0.99, 1 / (1 + math.exp(-_SLOPE * (found.fit + _NAMED * named - _MIDDLE))))


def _report(
    question: Question,
    store: Store,
    passages: Sequence[Passage],
    linked: Linked,
    told: Sequence[str],
    chance: float,
    extra: dict[str, Any],
    start: float,
) -> Report:
    ids = dict.fromkeys(id for p in passages for id in (p.entity, p.other) if id)
    return Report(
        task="ask",
        verdict=Verdict.BENIGN,
        severity=Severity.INFORMATIONAL,
        confidence=round(chance, 4),
        title=question.text[:300],
        counts={"passages": len(passages)},
        narrative=tuple(Sentence(text=text, writer="csq") for text in told),
        citations=tuple(c for id in ids if (c := store.citation(id)) is not None),
        problems=tuple(_problems(question, store, linked)),
        timings_ms={"answer": round((time.perf_counter() - start) * 1000, 2)},
        provenance=Provenance(version=__version__, knowledge=store.version),
        extra={
            "question": question.text,
            "negated": question.negated,
            **extra,
            "passages": [_passage(passage, store) for passage in passages],
        },
    )


def _passage(passage: Passage, store: Store) -> dict[str, Any]:
    citation: Citation | None = store.citation(passage.entity)
    other = store.get(passage.other) if passage.other else None
    return {
        "id": passage.entity,
        "name": citation.name if citation else "",
        "section": passage.section,
        "other": passage.other,
        "other_name": other.name if other else "",
        "text": passage.text,
        "source": citation.source if citation else "",
        "url": citation.url if citation else "",
    }


def _problems(question: Question, store: Store, linked: Linked) -> list[Problem]:
    problems = []
    for id in linked.unknown[:20]:
        complete = store.resolve(id).complete
        message = (
            "No such identifier was assigned by the date of the knowledge bundle."
            if complete
            else "The knowledge bundle does not hold this identifier; it does not list the family in full."
        )
        problems.append(Problem(stage="knowledge", message=message, subject=id))
    for id in linked.ids:
        entity = store.get(id)
        if entity is not None and entity.status == "deprecated":
            problems.append(
                Problem(stage="knowledge", message="Its source calls it deprecated.", subject=entity.id)
            )
    if store.passages is None:
        message = (
            "This bundle holds names and relations alone; a full one holds the sources' texts"
            " (`csq kb build --from DIR`, or `make knowledge` beside the source code)."
        )
        problems.append(Problem(stage="knowledge", message=message))
    return problems
