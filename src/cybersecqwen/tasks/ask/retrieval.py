"""Finds what the store says to an open question: passages, best first, and how much of it they cover.

A full bundle has the sources' texts; from any bundle the facts about what the question names are told as
sentences (`knowledge.statements`), so that the starter answers questions about names and relations.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cybersecqwen.knowledge.interface import Entity, Passage
from cybersecqwen.knowledge.postings import heading
from cybersecqwen.knowledge.statements import statements
from cybersecqwen.knowledge.texts import plain, sentences
from cybersecqwen.knowledge.words import words

from .linking import Linked, Linker
from .question import Question
from .support import GENERIC, fit, neighbourhood, weights_of

if TYPE_CHECKING:
    from cybersecqwen.knowledge import Store

PASSAGES = 5
"""Passages of an answer at most."""

_CANDIDATES = 30  # passages of the index that are read
_HEADED = 0.7  # of a word in the heading, beside one in the text
_OWN = 40  # passages of each named entity that are read in any case
_NAMED = 6  # entities of which facts are told
_RELATED = 2_000
_UNKNOWN = 7.0  # weight of a word that stands nowhere
_SENTENCES = 2
_WANTED = 1.6  # how much more a passage of the section that a question asks for counts


@dataclass(frozen=True, slots=True)
class _Intent:
    """What a form of question asks for."""

    form: re.Pattern[str]
    sections: frozenset[str] = frozenset()
    """Sections of passages."""
    phrases: tuple[str, ...] = ()
    """Words of the facts that answer it."""


def _intent(form: str, sections: str = "", *phrases: str) -> _Intent:
    return _Intent(re.compile(form, re.I), frozenset(filter(None, sections.split("|"))), phrases)


_INTENTS = (
    _intent(r"^\s*(?:what|who) (?:is|are|was|were) (?:an? |the )?[\w.\-()/ ]{2,60}\?*$", "description"),
    _intent(r"^\s*what (?:does|do|can) [\w.\-()/ ]{2,60} (?:do|mean)\b", "description"),
    _intent(r"\bdefin|\bexplain|\bdescri", "description"),
    _intent(
        r"\bmitigat|\bprevent|\bprotect|\bharden|\bdefend|\bavoid|\bstop\b|\bfix",
        "mitigation",
        "is mitigated by",
        "mitigates",
    ),
    _intent(r"\bdetect|\bhunt|\bmonitor", "analytic|detection|detection method", "is detected by", "detects"),
    _intent(r"\balias|\bknown as\b|\bother names?\b|\bcalled\b", "facts", "also known as"),
    _intent(r"\btactics?\b", "facts", "belongs to the tactic", "is the tactic"),
    _intent(r"\bplatforms?\b|\boperating systems?\b", "facts|applicable platforms", "has the platforms"),
    _intent(r"\bparents?\b", "facts", "is a child of", "is a sub-technique of"),
    _intent(r"\bchild|\bsub-?techniques?\b", "facts", "is the parent of", "has the sub-techniques"),
    _intent(r"\bcounter", "facts", "is countered by", "counters"),
    _intent(r"\battributed?\b|\bbehind\b|\bresponsible\b", "facts|attribution", "attributed to", "behind"),
    _intent(
        r"\b(?:who|groups?|actors?|campaigns?|malware|software|tools?)\b.{0,40}\bus(?:es?|ed|ing)\b",
        "facts",
        "is used by",
        "uses the",
    ),
    _intent(r"\bhow (?:do|does|did|has|have)\b", "procedure|description"),
    _intent(r"\bconsequence|\bimpact", "consequence"),
    _intent(r"\bprerequisite|\brequire|\bneeded\b", "prerequisite|description"),
    _intent(r"\bskill", "skill"),
    _intent(r"\bphase|\bintroduced\b", "introduction"),
    _intent(r"\blog sources?\b|\blogs?\b", "log sources"),
    _intent(r"\bexample", "observed example|example|procedure"),
    _intent(r"\bseverity\b|\blikelihood\b|\babstraction\b", "facts", "severity", "likelihood"),
    _intent(r"\brelated weakness|\bweakness", "facts", "exploits the weakness", "has the weakness"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What was found."""

    passages: tuple[Passage, ...]
    """Best first."""
    linked: Linked
    """What the question names."""
    cover: float
    """Share of the question's words, by weight, that stand in the best passage or its heading: 0 to 1."""
    fit: float
    """How well the best passage fits: the cover, more where it is about a named entity."""


def retrieve(question: Question, store: Store, linker: Linker) -> Found:
    """The passages that fit a question best."""
    linked = linker.link(question.text)
    asked = _asked(question, store)
    # In a full bundle the facts are among the passages already.
    told = _indexed(question, store, linked) if store.passages else list(facts_about(store, linked))
    scored = _ranked(told, asked, store, linked, question)
    chosen: list[tuple[float, float, Passage]] = []
    for one in scored:
        if len(chosen) < PASSAGES and all(_differs(one[2], kept[2]) for kept in chosen):
            chosen.append(one)
    best = chosen[0] if chosen else None
    floor = 0.6 * best[0] if best else 0.0
    return Found(
        passages=tuple(passage for score, _, passage in chosen if score >= floor),
        linked=linked,
        cover=best[1] if best else 0.0,
        fit=best[0] if best else 0.0,
    )


def best_sentences(passages: Sequence[Passage], question: Question, store: Store) -> list[str]:
    """The sentences of the passages that say most of what was asked, in the order of the passages.

    About whom they speak is named.
    """
    asked = _asked(question, store)
    ranked = []
    for rank, passage in enumerate(passages):
        entity = store.get(passage.entity)
        above = set(words(heading(passage, store.get)))
        for place, sentence in enumerate(_whole(sentences(passage.text))):
            told = set(words(sentence))
            # The heading says what it is about: only the other words tell sentences apart. A sentence of
            # a worse passage, or further down in it, must say more.
            score = sum(w for word, w in asked.items() if word in told and word not in above)
            if len(sentence) > 20:
                ranked.append((score - 2.5 * rank - 0.8 * place, -rank, -place, entity, sentence))
    ranked.sort(key=lambda one: one[:3], reverse=True)
    best_told: list[tuple[int, str]] = []
    for _, rank, _, entity, sentence in ranked:
        new = not any(_overlap(sentence, other) > 0.6 for _, other in best_told)
        if len(best_told) < _SENTENCES and new:
            best_told.append((-rank, _about(entity, sentence)))
    return [sentence for _, sentence in sorted(best_told, key=lambda one: one[0])]


_OPEN_ENDS = ("i.e.", "e.g.", "vs.", "etc.")
_LABEL = re.compile(r"(?:Scope|Phase|Strategy|Method|Effectiveness|Alternate term|Example): [^.]{1,80}\.$")


def _whole(parts: Sequence[str]) -> list[str]:
    """Sentences, joined again where one was cut after "i.e." or between a label and its text."""
    whole: list[str] = []
    for part in parts:
        if whole and (whole[-1].endswith(_OPEN_ENDS) or _LABEL.match(whole[-1])):
            whole[-1] = f"{whole[-1]} {part}"
        else:
            whole.append(part)
    return whole


def _overlap(one: str, other: str) -> float:
    mine, theirs = set(words(one)), set(words(other))
    return len(mine & theirs) / max(1, min(len(mine), len(theirs)))


def _about(entity: Entity | None, sentence: str) -> str:
    if entity is None or entity.name.casefold() in sentence.casefold() or entity.id in sentence:
        return sentence
    return f"{entity.name} ({entity.id}): {sentence}"


def _asked(question: Question, store: Store) -> dict[str, float]:
    """Words of the question and their weight; a word that stands nowhere counts as a rare one."""
    index = store.passages
    found = dict.fromkeys(words(question.text))
    if index is None:
        return {word: 1.0 if word in GENERIC else 5.0 for word in found}
    return {word: (index.weight(word) or _UNKNOWN) * (0.2 if word in GENERIC else 1.0) for word in found}


def _indexed(question: Question, store: Store, linked: Linked) -> list[Passage]:
    index = store.passages
    if index is None:
        return []
    score = fit(index, weights_of(index, question.text), neighbourhood(store, linked))
    found = dict.fromkeys(index.best(score, _CANDIDATES))
    # Of what is named, the sections that are asked for: "what is T1059" has no other words to go by.
    for id in linked.ids[:_NAMED]:
        found.update(dict.fromkeys(index.of(id, _wanted(question))[:_OWN]))
    return index.read(found)


def facts_about(store: Store, linked: Linked) -> Iterator[Passage]:
    """Facts about the named entities as sentences."""

    def related(id: str, direction: str) -> list[tuple[str, Entity]]:
        way: Literal["out", "in"] = "out" if direction == "out" else "in"
        found = []
        for relation in store.related(id, direction=way, limit=_RELATED):
            other = store.get(relation.target if way == "out" else relation.source)
            if other is not None:
                found.append((relation.kind, other))
        return found

    for id in linked.ids[:_NAMED]:
        entity = store.get(id)
        if entity is not None:
            yield from statements(entity, related)


def _wanted(question: Question) -> frozenset[str]:
    """Sections that the question asks for, by its form."""
    return frozenset[str]().union(*(one.sections for one in _INTENTS if one.form.search(question.text)))


def _phrases(question: Question) -> tuple[str, ...]:
    """Words of the facts that answer it, by its form."""
    return tuple(phrase for one in _INTENTS if one.form.search(question.text) for phrase in one.phrases)


def _ranked(
    passages: Iterable[Passage],
    asked: Mapping[str, float],
    store: Store,
    linked: Linked,
    question: Question,
) -> list[tuple[float, float, Passage]]:
    """Score, cover and passage, best first."""
    total = sum(asked.values()) or 1.0
    wanted, phrases = _wanted(question), _phrases(question)
    scored = []
    for passage in passages:
        told = Counter(words(passage.text))
        above = set(words(heading(passage, store.get)))
        cover = sum(w for word, w in asked.items() if word in told or word in above) / total
        text = (
            sum(w * (1.0 if word in told else _HEADED * (word in above)) for word, w in asked.items()) / total
        )
        close = sum(linked.weights.get(id, 0.0) for id in (passage.entity, passage.other))
        # Of texts the shorter one says it more plainly; of facts the longer list says more.
        factor = 1 / (1 + 0.1 * math.log1p(sum(told.values()) / 40)) if passage.section != "facts" else 0.93
        said = any(phrase in passage.text for phrase in phrases)
        fits = said or (passage.section != "facts" and passage.section in wanted)
        if close and (fits or (passage.section in wanted and not phrases)):
            factor *= _WANTED * (1.25 if said or _is_first(passage, store) else 1.0)
        if not fits:
            factor *= _besides(asked, told, above)
        scored.append(((0.6 * cover + 0.4 * text) * (1 + 0.5 * min(2.0, close)) * factor, cover, passage))
    scored.sort(key=lambda one: (-one[0], one[2]))
    return scored


def _is_first(passage: Passage, store: Store) -> bool:
    """Whether a description begins with the passage: what a thing is stands there."""
    entity = store.get(passage.entity) if passage.section == "description" else None
    return entity is not None and plain(entity.text[:2_000]).startswith(passage.text[:80])


def _besides(asked: Mapping[str, float], told: Mapping[str, int], above: set[str]) -> float:
    """Less than 1 for a passage that has of the question only the name of what it is about."""
    rest = {word: weight for word, weight in asked.items() if word not in above}
    open_ = sum(rest.values())
    if open_ < 0.25 * sum(asked.values()):
        return 1.0
    return 0.4 + 0.6 * min(1.0, 2 * sum(w for word, w in rest.items() if word in told) / open_)


def _differs(one: Passage, other: Passage) -> bool:
    return _overlap(one.text, other.text) < 0.8
