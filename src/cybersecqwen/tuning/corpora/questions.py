"""Multiple-choice questions made from a full bundle: from its procedures, mitigations, descriptions, facts.

They stand in for what people ask: the right option is taken from a passage, wrong ones are of the same kind
from near entities, and both the question and the options are reworded as somebody would who remembers
the gist: words fall out, others take their place. No benchmark is read.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cybersecqwen.knowledge import Store
from cybersecqwen.knowledge.interface import Entity, Passage
from cybersecqwen.knowledge.texts import sentences

from .wording import ASKED, SYNONYMS

_SMALL = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "to",
        "and",
        "in",
        "on",
        "by",
        "for",
        "with",
        "from",
        "that",
        "its",
        "their",
        "may",
        "can",
        "also",
        "be",
        "is",
        "are",
        "has",
        "have",
    ]
)
_DESCRIBED = frozenset({"group", "software", "campaign", "data-component", "mitigation"})
_TEXTUAL = frozenset({"how", "mitigation", "cloze", "section"})
_IN_VAIN = 2_000
"""Tries in a row that make no new question before a store counts as asked out."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """A question with its right option."""

    kind: str
    text: str
    options: tuple[str, ...]
    right: int
    about: str = ""
    """Identifier of the entity that it is about."""
    licence: str = ""
    """Of what its text and options were made from, as their sources state it."""


def licences(store: Store, entities: Iterable[Entity]) -> str:
    """The licences that the sources of entities state, each once."""
    sources = (store.source(name) for name in sorted({one.source for one in entities}))
    return "; ".join(dict.fromkeys(one.licence for one in sources if one is not None and one.licence))


class Maker:
    """Makes questions from one store, the same ones for the same seed."""

    def __init__(self, store: Store, seed: int) -> None:
        assert store.passages is not None
        self.store = store
        self.chance = random.Random(seed)
        self._names: dict[str, list[str]] = {}
        self._used: list[Entity] = []
        self.by: dict[str, list[Passage]] = defaultdict(list)
        self.of: dict[tuple[str, str], list[Passage]] = defaultdict(list)
        for passage in store.passages.read(range(store.passages.count)):
            self.by[passage.section].append(passage)
            self.of[passage.entity, passage.section].append(passage)
        self.makers = (
            (self.who, 14), (self.how, 14), (self.which_technique, 12), (self.mitigation_text, 10),
            (self.mitigation_name, 8), (self.cloze, 22), (self.section_text, 18), (self.which_entity, 8),
            (self.fact, 8), (self.tactic, 5), (self.negated, 8),
        )  # fmt: skip

    def make(self, count: int) -> Iterator[Made]:
        """That many questions, each a different one; fewer where the store does not hold so many."""
        seen: set[tuple[str, tuple[str, ...]]] = set()
        kinds, weights = zip(*self.makers, strict=True)
        in_vain = 0
        while self.by and len(seen) < count and in_vain < _IN_VAIN:
            self._used.clear()
            made = self.chance.choices(kinds, weights)[0]()
            in_vain += 1
            if made is not None and (made.text, made.options) not in seen:
                in_vain = 0
                seen.add((made.text, made.options))
                yield made

    # ---- kinds -----------------------------------------------------------------------------

    def who(self) -> Made | None:
        """Who does this? Options are names of the same type."""
        passage = self.pick("procedure")
        other = self.entity(passage.other)
        technique = self.entity(passage.entity)
        if other is None or technique is None or technique.type != "technique":
            return None
        act = self.act(passage, other)
        near = [p.other for p in self.of[passage.entity, "procedure"]]
        pool = [e for id in near if (e := self.entity(id)) and e.type == other.type and e.id != other.id]
        wrong = self.names(pool, other, [p.other for p in self.sample("procedure", 60)], 3)
        noun = {"group": "threat group", "software": "malware or tool", "campaign": "campaign"}[other.type]
        hint = f" ({technique.id})" if self.chance.random() < 0.2 else ""
        return self.made("who", f"Which {noun} {self.reword(act)}{hint}?", other.name, wrong)

    def how(self) -> Made | None:
        """How does X do it? Options are procedures of others with the same or another technique."""
        passage = self.pick("procedure")
        other, technique = self.entity(passage.other), self.entity(passage.entity)
        if other is None or technique is None or technique.type != "technique":
            return None
        same = [p for p in self.of[passage.entity, "procedure"] if p.other != passage.other]
        pool = same if len(same) >= 3 and self.chance.random() < 0.6 else self.sample("procedure", 20)
        wrong = [self.act(p, self.entity(p.other)) for p in self.some(pool, 6) if self.entity(p.other)]
        asked = self.chance.choice(
            (
                f"How does {other.name} use {technique.name}?",
                f"What does {other.name} do in connection with {technique.name} ({technique.id})?",
                f"What is {other.name} known for doing to achieve {technique.name.lower()}?",
                f"Which of these actions has {other.name} performed?",
            )
        )
        return self.made("how", asked, self.reword(self.act(passage, other)), [self.reword(w) for w in wrong])

    def which_technique(self) -> Made | None:
        """Which technique is described? Options are names of techniques."""
        section = self.chance.choice(("description", "procedure"))
        passage = self.pick(section)
        technique = self.entity(passage.entity)
        if technique is None or technique.type not in ("technique", "attack-pattern", "weakness"):
            return None
        sentence = self.chance.choice(sentences(passage.text))
        if len(sentence.split()) < 8 or technique.name.lower() in sentence.lower():
            return None
        noun = {"technique": "technique", "attack-pattern": "attack pattern", "weakness": "weakness"}
        with_id = self.chance.random() < 0.4
        pool = self.near(technique)
        wrong = self.names(pool, technique, [p.entity for p in self.sample(section, 80)], 3, with_id=with_id)
        asked = f"Which {noun[technique.type]} is it where {self.reword(sentence.rstrip('.'), 0.3)}?"
        return self.made("which", asked, self.named(technique, with_id), wrong)

    def mitigation_text(self) -> Made | None:
        """What does a mitigation say about a technique? Options are texts of mitigations."""
        passage = self.pick("mitigation")
        entity = self.entity(passage.entity)
        if entity is None:
            return None
        other = self.entity(passage.other) if passage.other else None
        siblings = [p for p in self.of[passage.entity, "mitigation"] if p.other != passage.other or not other]
        same = [p for p in siblings if p.text != passage.text] if other else []
        pool = [*same, *self.some(self.by["mitigation"], 8)]
        wrong = [self.shorten(p.text) for p in pool if p.entity != passage.entity or other]
        subject = f"{entity.name} ({entity.id})" if self.chance.random() < 0.5 else entity.name
        if other is not None:
            asked = f"What does {other.name} ({other.id}) suggest against {subject}?"
        else:
            asked = f"What is a recommended mitigation for {subject}?"
        return self.made(
            "mitigation", asked, self.reword(self.shorten(passage.text)), [self.reword(w) for w in wrong[:6]]
        )

    def mitigation_name(self) -> Made | None:
        """Which mitigation is it? Options are names of mitigations."""
        passage = self.pick("mitigation")
        technique, other = self.entity(passage.entity), self.entity(passage.other)
        if technique is None or other is None:
            return None
        given = {p.other for p in self.of[passage.entity, "mitigation"]}
        with_id = self.chance.random() < 0.3
        ids = [p.other for p in self.sample("mitigation", 60) if p.other and p.other not in given]
        wrong = self.names([], other, ids, 3, with_id=with_id)
        act = self.reword(self.shorten(passage.text), 0.3)
        asked = self.chance.choice(
            (
                f"Which mitigation can be applied to address {technique.name}?",
                f"Which mitigation for {technique.name} involves {act}?",
                f"Which mitigation is recommended for technique {technique.id}?",
            )
        )
        return self.made("mitigation-name", asked, self.named(other, with_id), wrong)

    def cloze(self) -> Made | None:
        """A stretch of a sentence is asked for; options are stretches of sentences about near entities."""
        section = self.chance.choice(
            ("description", "description", "procedure", "mitigation", "analytic", "execution flow", "note")
        )
        passage = self.pick(section)
        entity = self.entity(passage.entity)
        if entity is None:
            return None
        cut = self.cut(self.chance.choice(sentences(passage.text)))
        if cut is None:
            return None
        rest, answer = cut
        pool = [p for e in self.near(entity) for p in self.of[e.id, section]] or self.by[section]
        same = [p for p in self.of[entity.id, section] if p.text != passage.text]
        wrong = []
        for other in [*self.some(same, 2), *self.some(pool, 12), *self.some(self.by[section], 6)]:
            found = self.cut(self.chance.choice(sentences(other.text)))
            if found is not None and abs(len(found[1].split()) - len(answer.split())) < 5:
                wrong.append(self.reword(found[1], 0.2))
        about = entity.name if self.chance.random() < 0.8 else ""
        asked = self.chance.choice(
            (f"What completes this about {about or 'security'}: {self.reword(rest, 0.3)}?",
             f"{about}: {self.reword(rest, 0.35)} what?",
             f"In {about or 'practice'}, what is it that {self.reword(rest, 0.3)}?")
        )  # fmt: skip
        return self.made("cloze", asked, self.reword(answer, 0.2), wrong)

    def section_text(self) -> Made | None:
        """What is said about an entity in a section; options are the same section of others."""
        section = self.chance.choice(
            ("consequence", "detection method", "prerequisite", "skill", "resource", "introduction",
             "applicable platforms", "execution flow", "analytic", "background", "observed example",
             "mitigation", "example", "description", "description")
        )  # fmt: skip
        passage = self.pick(section)
        entity = self.entity(passage.entity)
        if entity is None or entity.type == "analytic":
            return None
        own = {p.text for p in self.of[entity.id, section]}
        near = [p for e in self.near(entity) for p in self.of[e.id, section]]
        pool = [p for p in [*self.some(near, 4), *self.some(self.by[section], 8)] if p.text not in own]
        subject = f"{entity.name} ({entity.id})" if self.chance.random() < 0.5 else entity.name
        asked = self.chance.choice(
            (f"What is a {section} of {subject}?", f"Regarding {section}, what holds for {subject}?",
             f"Which statement is made about {subject}?")
        )  # fmt: skip
        return self.made(
            "section", asked, self.reword(self.shorten(passage.text)),
            [self.reword(self.shorten(p.text)) for p in pool],
        )  # fmt: skip

    def which_entity(self) -> Made | None:
        """Which software or group is described? Options are names."""
        passage = self.pick("description")
        entity = self.entity(passage.entity)
        if entity is None or entity.type not in (
            "group",
            "software",
            "campaign",
            "data-component",
            "mitigation",
        ):
            return None
        sentence = self.chance.choice(sentences(passage.text))
        bare = re.sub(re.escape(entity.name), "it", sentence, flags=re.I)
        if len(bare.split()) < 7:
            return None
        ids = [p.entity for p in self.sample("description", 200)]
        wrong = self.names(self.near(entity), entity, ids, 3)
        noun = entity.type.replace("-", " ")
        return self.made(
            "entity", f"Which {noun} fits: {self.reword(bare.rstrip('.'), 0.25)}?", entity.name, wrong
        )

    def fact(self) -> Made | None:
        """A relation of two entities: which of these does X use, exploit, counter?"""
        passage = self.pick("facts")
        entity = self.entity(passage.entity)
        if entity is None:
            return None
        relations = [r for r in self.store.related(entity.id) if r.kind in ASKED]
        if not relations:
            return None
        relation = self.chance.choice(relations)
        target = self.entity(relation.target)
        if target is None or target.type == "analytic":
            return None
        have = {r.target for r in relations}
        ids = [i for i in self.any(target.type, 30) if i not in have]
        with_id = self.chance.random() < 0.3
        wrong = self.names([], target, ids, 3, with_id=with_id)
        verb = ASKED[relation.kind]
        noun = target.type.replace("-", " ")
        return self.made(
            "fact", f"Which {noun} {verb.format(entity.name)}?", self.named(target, with_id), wrong
        )

    def tactic(self) -> Made | None:
        """Which tactic or platform does a technique belong to?"""
        ids = list(self.store.names("technique"))
        technique = self.entity(self.chance.choice(ids)) if ids else None
        if technique is None or technique.status != "active":
            return None
        key = self.chance.choice(("tactics", "platforms"))
        have = [str(v) for v in technique.attributes.get(key, ())]
        every = {str(v) for i in self.any("technique", 60)
                 if (e := self.entity(i)) for v in e.attributes.get(key, ())}  # fmt: skip
        every.discard("None")
        wrong = [v for v in sorted(every) if v not in have]
        if not have or len(wrong) < 3 or have == ["None"]:
            return None
        title = (lambda v: v.replace("-", " ").title()) if key == "tactics" else str
        asked = f"Which {key[:-1]} does {self.named(technique, self.chance.random() < 0.5)} belong to?"
        self.chance.shuffle(wrong)
        return self.made("tactic", asked, title(self.chance.choice(have)), [title(w) for w in wrong])

    def negated(self) -> Made | None:
        """Which of these is NOT so? Three texts of the entity, one of another."""
        section = self.chance.choice(
            ("mitigation", "procedure", "consequence", "prerequisite", "description", "facts")
        )
        passage = self.pick(section)
        entity = self.entity(passage.entity)
        if entity is None:
            return None
        if section == "facts":
            return self._negated_fact(entity)
        own = list({p.text: p for p in self.of[entity.id, section]}.values())
        pool = [p for e in self.near(entity) for p in self.of[e.id, section]] or self.by[section]
        if not pool:
            return None
        strange = self.chance.choice(pool)
        if len(own) < 3 or strange.text in {p.text for p in own}:
            return None
        wrong = [self.reword(self.shorten(p.text)) for p in self.some(own, 3)]
        asked = f"Which of the following is NOT a {section} of {entity.name}?"
        return self.made("not", asked, self.reword(self.shorten(strange.text)), wrong)

    def _negated_fact(self, entity: Entity) -> Made | None:
        by: dict[tuple[str, str], list[Entity]] = defaultdict(list)
        for r in self.store.related(entity.id):
            if r.kind in ASKED and (target := self.entity(r.target)):
                by[r.kind, target.type].append(target)
        many = [(k, v) for k, v in by.items() if len(v) >= 3]
        if not many:
            return None
        (kind, type), targets = self.chance.choice(many)
        have = {t.id for t in targets}
        strange = [i for i in self.any(type, 8) if i not in have]
        right = self.entity(strange[0]) if strange else None
        if right is None:
            return None
        asked = f"Which {type.replace('-', ' ')} {ASKED[kind].format(entity.name)} EXCEPT?"
        wrong = [t.name for t in self.chance.sample(targets, 3)]
        return self.made("not", asked, right.name, wrong)

    # ---- tools -----------------------------------------------------------------------------

    def pick(self, section: str) -> Passage:
        """A passage of a section; of any where the bundle has none of it."""
        held = sorted(name for name, some in self.by.items() if some)
        return self.chance.choice(self.by.get(section) or self.by[self.chance.choice(held)])

    def sample(self, section: str, count: int) -> list[Passage]:
        """Some passages of a section."""
        return self.chance.sample(self.by[section], min(count, len(self.by[section])))

    def some(self, items: Sequence[Passage], count: int) -> list[Passage]:
        """Some of the passages."""
        return self.chance.sample(list(items), min(count, len(items)))

    def any(self, type: str, count: int) -> list[str]:
        """Identifiers of some entities of a type."""
        names = self._names.setdefault(type, list(self.store.names(type)))
        return self.chance.sample(names, min(count, len(names)))

    def entity(self, id: str) -> Entity | None:
        """The entity, unless it was revoked."""
        entity = self.store.get(id) if id else None
        if entity is None or entity.status == "revoked":
            return None
        self._used.append(entity)
        return entity

    def near(self, entity: Entity) -> list[Entity]:
        """Siblings, parents and children; for others a few of the same type."""
        parents = self.store.parents(entity.id)
        found = [*parents, *self.store.children(entity.id)]
        for parent in parents[:2]:
            found += self.store.children(parent.id)
        found = [e for e in dict.fromkeys(e.id for e in found) if e != entity.id]  # type: ignore[misc]
        near = [e for id in found if (e := self.entity(str(id)))]
        if len(near) < 3:
            near += [e for id in self.any(entity.type, 12) if (e := self.entity(id))]
        return [e for e in near if e.id != entity.id]

    def names(
        self, pool: list[Entity], right: Entity, ids: list[str], count: int, *, with_id: bool = False
    ) -> list[str]:
        """Names of wrong entities of the same type as the right one."""
        more = [e for id in ids if (e := self.entity(id)) and e.type == right.type]
        self.chance.shuffle(pool)
        found = [e for e in [*pool[:2], *more] if e.id != right.id and e.type == right.type]
        return [self.named(e, with_id) for e in found][: count + 3]

    def named(self, entity: Entity, with_id: bool) -> str:
        """As an option names it."""
        return f"{entity.name} ({entity.id})" if with_id else entity.name

    def act(self, passage: Passage, who: Entity | None) -> str:
        """The procedure without who does it."""
        text = sentences(passage.text)[0].rstrip(".")
        if who is None:
            return text
        for name in (who.name, *who.attributes.get("aliases", ())):
            text = re.sub(rf"^{re.escape(name)}(?:['’]s)?\s+", "", text)
        return text

    def shorten(self, text: str) -> str:
        """One of the first sentences."""
        found = [
            s
            for s in sentences(
                re.sub(r"^(?:Phase|Strategy|Method|Skill level \w+): ?[^.]{0,60}\.? ?", "", text)
            )
            if len(s) > 15
        ]
        return (self.chance.choice(found[:3]) if found else text).rstrip(".")

    def reword(self, text: str, drop: float = 0.3) -> str:
        """The gist: some words fall out, some are replaced, sometimes only a part is left."""
        told = text.split()
        if len(told) > 14 and self.chance.random() < 0.6:
            size = self.chance.randint(8, 14)
            start = self.chance.randint(0, len(told) - size)
            told = told[start : start + size]
        kept = []
        for word in told:
            bare = word.strip(",.;:()").lower()
            if bare in SYNONYMS and self.chance.random() < 0.7:
                kept.append(self.chance.choice(SYNONYMS[bare]))
            elif len(told) < 4 or self.chance.random() > drop * (1.5 if bare in _SMALL else 0.8):
                kept.append(word)
        return " ".join(kept) or text

    def invent(self, text: str) -> str:
        """Something that stands nowhere: a text in which some words are those of other texts."""
        pool = [w for p in self.some(self.by["description"], 3) for w in p.text.split() if len(w) > 4]
        told = text.split()
        swapped = [self.chance.choice(pool) if len(w) > 4 and self.chance.random() < 0.4 else w for w in told]
        return " ".join(swapped).strip(",.;:()") if pool else text

    def cut(self, sentence: str) -> tuple[str, str] | None:
        """A sentence without a stretch of its words, and the stretch."""
        told = sentence.rstrip(".").split()
        if len(told) < 10:
            return None
        size = self.chance.randint(1, 7)
        start = self.chance.choice((len(told) - size, self.chance.randint(3, len(told) - size)))
        answer = told[start : start + size]
        if all(word.lower().strip(",.") in _SMALL for word in answer):
            return None
        return " ".join(told[:start] + told[start + size :]), " ".join(answer).strip(",.;:()")

    def made(self, kind: str, asked: str, right: str, wrong: Sequence[str]) -> Made | None:
        """The question, where it has three wrong options that differ from the right one."""
        if kind in _TEXTUAL:
            wrong = [self.invent(w) if self.chance.random() < 0.5 else w for w in wrong]
        others = [w for w in dict.fromkeys(wrong) if w.casefold() != right.casefold() and len(w) > 1]
        if len(others) < 3 or len(right) < 2:
            return None
        options = [right, *others[:3]]
        self.chance.shuffle(options)
        return Made(
            kind=kind,
            text=asked,
            options=tuple(options),
            right=options.index(right),
            about=self._used[0].id if self._used else "",
            licence=licences(self.store, self._used),
        )
