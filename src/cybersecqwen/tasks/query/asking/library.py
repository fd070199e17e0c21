"""Rules to learn from: which are near to a question, and what they call things.

The rules are those that ship with the project and those that the user has imported. An index is made in
well under a second for some thousand rules; the caller keeps it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cybersecqwen.detect.sigma.model import Expression, Logsource, Not, Op, Rule, Test

from .leaning import Leaning
from .words import COMMON, stem, words

_K1, _B = 1.2, 0.6
"""Constants of BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009)."""
_TITLE, _DESCRIPTION, _VALUES, _TAGS = 2.0, 1.0, 0.7, 0.5
"""How much a word counts by where a rule has it."""
_COMMON_WEIGHT = 0.25
_READ = 4_000
"""Characters of a title, a description or a value of a rule that are looked at: rules come from anywhere."""
_VALUE_WORDS = 200
"""Words of the values of one rule that are looked at."""
_EDGES = " \\/*?.:;,|&<>()[]{}'\"=%$@^~`!-–—―"


@dataclass(frozen=True, kw_only=True, slots=True)
class Near:
    """A rule near to a question."""

    rule: Rule
    score: float
    """Share of the question's weight that the rule has, 0 to 1 and more where it has it often."""
    number: int
    """Place of the rule in the library."""


@dataclass(frozen=True, slots=True)
class Use:
    """A test that rules make, and where."""

    logsource: Logsource
    field: str
    op: Op
    value: str
    count: int
    """Rules that make it."""


class Library:
    """An index over rules. Every method is pure; any number of threads may use one."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        """In the order given."""
        self._vocabulary: dict[str, int] = {}
        counts = [self._counted(rule) for rule in self.rules]
        self._index(counts)
        self.cores: dict[str, list[Use]] = _cores(self.rules)
        """What a value is without its edges, to the tests that ask for it."""
        self.fields: dict[Logsource, Counter[str]] = defaultdict(Counter)
        """Fields that the rules of a logsource test, with how many rules do."""
        for rule in self.rules:
            self.fields[rule.logsource].update({test.field for test, _ in tests(rule.expression)})
        self.leaning = Leaning([(one.logsource, frozenset(words(text_of(one)))) for one in self.rules])
        """What the words of rules say of their logsource."""
        self.sources: Counter[Logsource] = Counter(rule.logsource for rule in self.rules)
        """Logsources of the rules, with how many each has."""

    def _counted(self, rule: Rule) -> dict[int, float]:
        found: dict[str, float] = defaultdict(float)
        about = rule.about
        for weight, text in ((_TITLE, about.title), (_DESCRIPTION, about.description)):
            for word in words(text[:_READ]):
                found[word] += weight
        for word in words(" ".join(about.tags)[:_READ].replace(".", " ")):
            found[word] += _TAGS
        source = rule.logsource
        for word in words(f"{source.product} {source.category} {source.service}".replace("_", " ")):
            found[word] += 1.0
        for word in _value_words(rule.expression):
            found[word] += _VALUES
        number = self._vocabulary
        return {number.setdefault(word, len(number)): min(weight, 4.0) for word, weight in found.items()}

    def _index(self, counts: Sequence[dict[int, float]]) -> None:
        lengths = np.array([sum(one.values()) for one in counts] or [1.0], dtype=np.float32)
        mean = float(lengths.mean()) or 1.0
        total = sum(map(len, counts))
        term = np.fromiter((t for one in counts for t in one), dtype=np.int32, count=total)
        weight = np.fromiter((w for one in counts for w in one.values()), dtype=np.float32, count=total)
        rule = np.repeat(np.arange(len(counts), dtype=np.int32), [len(one) for one in counts])
        order = np.argsort(term, kind="stable")
        term, weight, rule = term[order], weight[order], rule[order]
        found = np.bincount(term, minlength=len(self._vocabulary)) if total else np.zeros(0, dtype=np.int64)
        self._starts = np.concatenate(([0], np.cumsum(found)))
        self._rule = rule
        scaled = weight * (_K1 + 1) / (weight + _K1 * (1 - _B + _B * lengths[rule] / mean))
        self._weight = scaled.astype(np.float32)
        self._idf: Any = np.log(1 + (len(counts) - found + 0.5) / (found + 0.5))

    def rarity(self, word: str) -> float:
        """How much a word tells, in nats; that of a word that no rule has where it is unknown."""
        at = self._vocabulary.get(stem(word))
        if at is None:
            return float(np.log(1 + len(self.rules) + 0.5))
        return float(self._idf[at])

    def knows(self, word: str) -> bool:
        """Whether any rule has the word."""
        return stem(word) in self._vocabulary

    def covered(self, text: str, rule: Rule) -> float:
        """Share of the weight of a text's words that title and description of a rule have, 0 to 1."""
        there = set(words(text_of(rule)))
        asked = {word for word in words(text) if word not in _COMMON_STEMS}
        whole = sum(self.rarity(word) for word in asked)
        return sum(self.rarity(word) for word in asked & there) / whole if whole else 0.0

    def nearest(self, text: str, most: int = 20) -> list[Near]:
        """The rules that share most with a text, best first; those that share nothing are left out."""
        if not self.rules:
            return []
        scores = np.zeros(len(self.rules), dtype=np.float32)
        whole = 0.0
        for word in dict.fromkeys(words(text)):
            at = self._vocabulary.get(word)
            weight = _COMMON_WEIGHT if word in _COMMON_STEMS else 1.0
            if at is None:
                whole += weight * self.rarity(word)
                continue
            one = slice(int(self._starts[at]), int(self._starts[at + 1]))
            scores[self._rule[one]] += weight * float(self._idf[at]) * self._weight[one]
            whole += weight * float(self._idf[at])
        count = min(most, len(self.rules))
        best = np.argpartition(-scores, count - 1)[:count]
        best = best[np.lexsort((best, -scores[best]))]
        return [
            Near(rule=self.rules[at], score=float(scores[at]) / max(whole, 1e-9), number=int(at))
            for at in best
            if scores[at] > 0
        ]


_COMMON_STEMS = frozenset(map(stem, COMMON))


def text_of(rule: Rule) -> str:
    """Title and description of a rule, as far as they are read."""
    return f"{rule.about.title[:_READ]} {rule.about.description[:_READ]}"


def tests(expression: Expression, negated: bool = False) -> Iterator[tuple[Test, bool]]:
    """(test, whether it stands under a negation), in order."""
    if isinstance(expression, Test):
        yield expression, negated
    elif isinstance(expression, Not):
        yield from tests(expression.inner, not negated)
    else:
        for part in expression.parts:
            yield from tests(part, negated)


def core(value: str) -> str:
    """A value without the separators and blanks at its edges."""
    return value.strip(_EDGES)


def _value_words(expression: Expression) -> list[str]:
    found: list[str] = []
    for test, negated in tests(expression):
        if negated or test.op in (Op.REGEX, Op.SAME_AS):
            continue
        for value in test.values:
            found += words(value[:_READ])
            if len(found) > _VALUE_WORDS:
                return found
    return found


_LETTER = re.compile(r"[a-z0-9]")


def _cores(rules: Sequence[Rule]) -> dict[str, list[Use]]:
    counted: Counter[tuple[Logsource, str, Op, str]] = Counter()
    for rule in rules:
        seen = {
            (rule.logsource, test.field, test.op, value)
            for test, negated in tests(rule.expression)
            if not negated and test.op in (Op.CONTAINS, Op.ENDS, Op.STARTS, Op.EQUALS) and not test.cased
            for value in test.values
        }
        counted.update(seen)
    found: dict[str, list[Use]] = defaultdict(list)
    for (source, field, op, value), count in counted.items():
        name = core(value)
        if len(name) > 1 and _LETTER.search(name):
            found[name].append(Use(source, field, op, value, count))
            for ending in (".exe", ".dll", ".com", ".sys"):
                if name.endswith(ending) and len(name) > len(ending) + 1:
                    found[name.removesuffix(ending)].append(Use(source, field, op, value, count))
    return dict(found)
