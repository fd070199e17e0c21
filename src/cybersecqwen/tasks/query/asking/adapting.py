"""What rules of the library say where the question itself names no value: stated as such, never silently."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cybersecqwen.detect.sigma.model import Op, Rule, Test

from .asked import Sure
from .combining import any_of
from .focusing import asides, focus
from .library import Library, Near, Use, tests, text_of
from .mentions import Kind, Mention
from .places import Place, Placed
from .techniques import rules_of
from .words import COMMON, SMALL, stem, word_list, words

_RARE = 4.5
"""Nats above which a word of the question is looked for among the values of rules."""
_NEAR_ENOUGH = 0.5
"""Share of the question that a rule must have to be taken as a whole where nothing else is known."""
_WORD = re.compile(r"[A-Za-z0-9_$][\w.$-]{3,60}")
_NAME = re.compile(r"(?:[A-Z][a-z0-9]+){2,}[A-Z]?|[A-Za-z0-9]+_[A-Za-z0-9_]+|[A-Z][a-z]+[A-Z]{2,}\w*")
_NO_VALUE = word_list("products")
_TWO = 2
"""Words that say something which a question and a rule must share."""
_PLAIN = frozenset(map(stem, word_list("asking") | word_list("vague") | COMMON))
_MOST = 3
_VALUES = 500
"""Values of a rule that is taken as a whole."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Adapted:
    """Tests taken from rules, and from which."""

    placed: tuple[Placed, ...] = ()
    rules: tuple[Near, ...] = ()


def adapt(text: str, place: Place, near: Sequence[Near], wanted: Sequence[Placed]) -> Adapted:
    """Tests for a question of which nothing could be placed.

    First words of the question that rules of the logsource have as values; then names that can only be
    values; then the nearest rule of the logsource as a whole.
    """
    if wanted:
        return Adapted()
    found = list(_by_words(text, place))
    if found:
        return Adapted(placed=tuple(found[:_MOST]))
    for one in near:
        if one.rule.logsource != place.logsource or not is_small(one.rule):
            continue
        if _is_near(text, one, place.library):
            mention = Mention(kind=Kind.CONCEPT, start=0, end=0, words="", values=("",), sure=Sure.LEARNED)
            whole = Placed(mention=mention, expression=one.rule.expression, slot="rule", sure=Sure.LEARNED)
            return Adapted(placed=(whole,), rules=(one,))
    return Adapted()


def is_small(rule: Rule) -> bool:
    """Whether a rule can be taken whole: what comes of each value is written, parsed again and run."""
    found = itertools.islice(tests(rule.expression), _VALUES + 1)
    return sum(max(1, len(test.values)) for test, _ in found) <= _VALUES


def _is_near(text: str, one: Near, library: Library) -> bool:
    asking = " ".join(text[start:end] for start, end in focus(text))
    there = set(words(text_of(one.rule)))
    telling = {word for word in words(asking) if word not in _PLAIN}
    return len(telling & there) >= _TWO and library.covered(asking, one.rule) >= _NEAR_ENOUGH


def of_techniques(found: Sequence[Mention], library: Library) -> Adapted | None:
    """What the rules about the techniques that a question names ask for, any of them; None for none."""
    named = [one for one in found if one.kind in (Kind.TECHNIQUE, Kind.VULNERABILITY)]
    rules = [one for one in rules_of([v for one in named for v in one.values], library) if is_small(one)]
    if not rules:
        return None
    joined = any_of([rule.expression for rule in rules])
    whole = Placed(mention=named[0], expression=joined, slot="technique", sure=Sure.LEARNED)
    near = tuple(Near(rule=rule, score=1.0, number=-1) for rule in rules)
    return Adapted(placed=(whole,), rules=near)


def _by_words(text: str, place: Place) -> Iterator[Placed]:
    """Words of the asking sentences that are values of rules, or that are written like values."""
    away = asides(text)
    for start, end in focus(text):
        for match in _WORD.finditer(text, start, end):
            word = match[0].rstrip(".-")
            low = word.lower()
            if (
                low in SMALL
                or low in COMMON
                or low in _NO_VALUE
                or any(s <= match.start() < e for s, e in away)
            ):
                continue
            learned = _learned(low, place)
            test = learned or _written(word, place)
            if test is not None:
                mention = Mention(
                    kind=Kind.TEXT,
                    start=match.start(),
                    end=match.start() + len(word),
                    words=word,
                    values=(low,),
                )
                sure = Sure.LEARNED if learned is not None else Sure.ASSUMED
                yield Placed(mention=mention, expression=test, slot=test.field, sure=sure, single=False)


def _learned(word: str, place: Place) -> Test | None:
    library: Library = place.library
    if library.rarity(word) < _RARE:
        return None
    uses: list[Use] = [use for use in library.cores.get(word, ()) if use.logsource == place.logsource]
    if not uses:
        return None
    best = max(uses, key=lambda use: (use.count, use.value))
    return Test(best.field, best.op, (best.value,))


def _written(word: str, place: Place) -> Test | None:
    role = place.role("text")
    if role is None or not _NAME.fullmatch(word):
        return None
    field = role.partition("|")[0]
    return Test(field, Op.CONTAINS, (word.lower(),))
