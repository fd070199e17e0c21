"""How well the passages support each option: a few numbers per option, computed over all passages.

    question words ──▶ Q(p): how well a passage fits the question, more where it is about a named entity
    option words   ──▶ C(p): which share of what the option adds stands in the passage

An option is supported where both are high in one passage, or in the passages about one entity.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from cybersecqwen.knowledge.words import words

from .linking import Linked, Linker
from .question import Question

if TYPE_CHECKING:
    import numpy as np

    from cybersecqwen.knowledge import Store
    from cybersecqwen.knowledge.passages import PassageIndex

    Array = np.ndarray[Any, Any]

FEATURES = (
    "passage", "joined", "entity", "linked", "linked-union", "expected", "relation", "adjacent", "anywhere",
    "named",
)  # fmt: skip
"""Names of the numbers, in order."""

_HEADING = 0.5  # of the weight in the text
_NEAR = 0.35  # what a parent or child of a named entity counts
_LINK = 1.2  # how much more a passage about a named entity counts
_TOP = 40  # passages that are looked at closely
_SHARPNESS = 12.0
_RELATED = 600  # relations of an entity that are looked at
GENERIC = frozenset(
    words(
        "which what how does can could would likely best describes describe example mainly primarily primary"
        " purpose according mitre att&ck framework technique cwe capec common adversary adversaries attacker"
        " attackers threat actor actors type kind method way main recommended suggested specific particular"
        " known true statement correct please select choose answer"
    )
)
"""Words that questions are made of, whatever they are about."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Support:
    """What was computed for a question."""

    features: tuple[tuple[float, ...], ...]
    """One row per option, in the order of `FEATURES`."""
    fit: Array
    """Q(p) for every passage."""
    covers: tuple[Array, ...]
    """C(p) for every passage, by option."""
    linked: Linked
    """What the question names."""


def weights_of(index: PassageIndex, text: str) -> dict[str, float]:
    """How much each word of a question counts: less for words that every question has."""
    return {
        word: index.weight(word) * (0.25 if word in GENERIC else 1.0) for word in dict.fromkeys(words(text))
    }


def fit(index: PassageIndex, asked: Mapping[str, float], near: Mapping[str, float]) -> Array:
    """Q(p): 0 to about 1 for a passage that has the words, more for one about a named entity."""
    total = sum(asked.values()) or 1.0
    score: Array = index.score(asked, _HEADING) / total
    if near:
        score = score * (1 + _LINK * closeness(index, near))
    return score


def closeness(index: PassageIndex, near: Mapping[str, float]) -> Array:
    """For each passage how close it is to the entities: 1 if about one, 2 if about two."""
    import numpy as np

    by_entity = np.zeros(index.entities + 1, dtype=np.float32)  # the last is "no second entity"
    for id, weight in near.items():
        by_entity[index.number(id)] = weight
    by_entity[-1] = 0.0
    entity, other, _ = index.about
    close: Array = by_entity[entity] + by_entity[other]
    return close


def neighbourhood(store: Store, linked: Linked) -> dict[str, float]:
    """The named entities, and with less weight those right above and below them."""
    near = dict(linked.weights)
    for id, weight in linked.weights.items():
        for other in (*store.parents(id), *store.children(id)[:40]):
            near[other.id] = max(near.get(other.id, 0.0), _NEAR * weight)
    return near


def support(question: Question, store: Store, index: PassageIndex, linker: Linker) -> Support:
    """The numbers for every option of a question."""
    import numpy as np

    linked = linker.link(question.text)
    near = neighbourhood(store, linked)
    asked = weights_of(index, question.text)
    fits = fit(index, asked, near)
    raw = index.score(asked, _HEADING)
    close = closeness(index, near) if near else np.zeros(index.count, dtype=np.float32)
    top = _best(fits, _TOP)
    read = [words(passage.text) for passage in index.read(top)]
    texts = {num: (text, set(pairwise(text))) for num, text in zip(top, read, strict=True)}
    trust = np.exp(_SHARPNESS * (fits[top] - fits[top].max())) if len(top) else np.zeros(0)
    trust = trust / (trust.sum() or 1.0)
    by_entity = _entity_fit(index, fits)
    told = _told(question, store, linker, linked)
    rows = []
    covers = []
    for number, option in enumerate(question.options):
        told_words = words(option)
        new = _new_words(index, told_words, asked)
        total = sum(new.values()) or 1.0
        cover = _cover(index, new, total)
        union = _union(index, new, total)
        bm25 = raw + index.score(new, _HEADING)
        named, related = told[number]
        linked_here = close >= 0.5
        linked_union = max((float(union[index.number(i)]) for i in linked.ids), default=0.0)
        rows.append(
            (
                float((fits * cover).max(initial=0.0)),
                float(bm25.max(initial=0.0)) / (sum(asked.values()) + 12.0),
                float((by_entity * union).max(initial=0.0)),
                float(((0.3 + fits) * cover)[linked_here].max(initial=0.0)),
                linked_union,
                float((trust * cover[top]).sum()) if len(top) else 0.0,
                related,
                max((_adjacent(told_words, *texts[n]) * float(fits[n]) for n in texts), default=0.0),
                float(cover.max(initial=0.0)),
                named,
            )
        )
        covers.append(cover)
    return Support(features=tuple(rows), fit=fits, covers=tuple(covers), linked=linked)


def _best(score: Array, limit: int) -> Array:
    import numpy as np

    if len(score) <= limit:
        return np.argsort(-score)
    top = np.argpartition(-score, limit)[:limit]
    return top[np.argsort(-score[top])]


def _new_words(index: PassageIndex, told: Sequence[str], asked: Mapping[str, float]) -> dict[str, float]:
    """Words that the option adds to the question; all of its words where it adds none."""
    found = {word: index.weight(word) or 6.0 for word in dict.fromkeys(told)}
    new = {word: weight for word, weight in found.items() if word not in asked}
    return new or found


def _cover(index: PassageIndex, new: Mapping[str, float], total: float) -> Array:
    import numpy as np

    cover = np.zeros(index.count, dtype=np.float32)
    for word, weight in new.items():
        rows, text, above = index.postings(word)
        cover[rows] += weight / total * np.minimum(1.0, text * 2 + 0.8 * above)
    return cover


def _union(index: PassageIndex, new: Mapping[str, float], total: float) -> Array:
    """For each entity the share of the words that stand anywhere in its passages."""
    import numpy as np

    entity, other, _ = index.about
    union = np.zeros(index.entities + 1, dtype=np.float32)
    for word, weight in new.items():
        rows, text, _ = index.postings(word)
        has = np.zeros(index.entities + 1, dtype=np.float32)
        has[entity[rows]] = 0.8
        inside = rows[text > 0]
        has[entity[inside]] = 1.0
        has[other[inside]] = 1.0
        union += weight / total * has
    union[-1] = 0.0
    return union


def _entity_fit(index: PassageIndex, fits: Array) -> Array:
    """The best fit of any passage about an entity, by entity."""
    import numpy as np

    entity, other, _ = index.about
    best = np.zeros(index.entities + 1, dtype=np.float32)
    if index.count:
        np.maximum.at(best, entity, fits)
        np.maximum.at(best, other, fits * 0.9)
    best[-1] = 0.0
    return best


def _adjacent(told: Sequence[str], text: Sequence[str], pairs: Set[tuple[str, str]]) -> float:
    """The share of the option's pairs of neighbouring words that are neighbours in the text too."""
    if len(told) < 2:
        return float(bool(told) and told[0] in text)
    return sum(pair in pairs for pair in pairwise(told)) / (len(told) - 1)


def _told(question: Question, store: Store, linker: Linker, linked: Linked) -> list[tuple[float, float]]:
    """For each option whether it names an entity, and whether that one is related to a named one."""
    around: dict[str, float] = {}
    for id in linked.ids[:8]:
        for direction in ("out", "in"):
            for relation in store.related(id, direction=direction, limit=_RELATED):
                other = relation.target if direction == "out" else relation.source
                around[other] = 1.0
    told = []
    for option in question.options:
        found = linker.link(option)
        ids = [id for id in found.ids if id not in linked.weights]
        related = max((around.get(id, 0.0) for id in ids), default=0.0)
        told.append((float(bool(ids)), related))
    return told
