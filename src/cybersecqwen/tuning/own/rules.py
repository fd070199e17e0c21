"""Sigma rules of an organisation → intents: what a rule describes, and the tests that it makes for it.

Only selections whose tests must all hold are taken. A description is a question where every value stands in
it; beside that, each combination of values is asked for in so many words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, product
from pathlib import Path
from random import Random

from cybersecqwen.detect.sigma.model import And, Expression, Op, Rule, Test
from cybersecqwen.detect.sigma.rulefiles import parse_files, rule_files
from cybersecqwen.tasks.query.asking.filling import fields_of
from cybersecqwen.tasks.query.asking.library import Library
from cybersecqwen.tuning.conditions import MOST_FIELDS, MOST_TESTS, Condition, intent
from cybersecqwen.tuning.masking import Masker
from cybersecqwen.tuning.records import Broken, Record

from .interface import LICENCE, masked_records
from .meanings import words_of_name
from .wordings import HEADS, TAILS

PER_RULE = 4
"""Questions in so many words for each rule."""
_OPERATORS = {Op.EQUALS: "equals", Op.CONTAINS: "contains", Op.STARTS: "startswith", Op.ENDS: "endswith"}
_SAID = {
    "equals": ("{f} is {v}", "{f} equals {v}", "{v} is the {f}"),
    "contains": ("{f} contains {v}", "{v} stands in {f}", "{f} has {v} in it"),
    "startswith": ("{f} starts with {v}", "{f} begins with {v}"),
    "endswith": ("{f} ends with {v}", "{f} ends in {v}"),
}
_LONGEST_QUESTION, _LONGEST_VALUE = 400, 80
_SIGNS = ".,;:!?()\"'"
_SENTENCE = re.compile(r"(?<=[a-z0-9)])\.\s")


def from_rules(path: Path, *, masker: Masker | None = None, seed: int = 0) -> Iterator[Record | Broken]:
    """Intents from Sigma rules in a folder, an archive or a file.

    Raises RuleError where there are none to read; a rule that cannot be used is named with the reason.
    """
    masker = masker or Masker()
    return masked_records(_from_rules(path, seed, masker), masker)


def _from_rules(path: Path, seed: int, masker: Masker) -> Iterator[Record | Broken]:
    found = parse_files(rule_files(path))
    library = Library(found.rules)
    for rule in found.rules:  # what a description labels may stand bare among the values of another rule
        masker.learn(f"{rule.about.title}\n{rule.about.description}")
    for number, rule in enumerate(found.rules, 1):
        made = list(_of_rule(rule, library, seed))
        yield from made
        if not made:
            yield Broken(line=number, reason=f"{_why_not(rule.expression)}: rule {rule.about.title[:60]!r}")
    rest = [(one.path, one.reason) for one in found.unsupported]
    rest += [(one.about.path, "It counts hits of other rules.") for one in found.correlations]
    for number, (name, reason) in enumerate(rest, len(found.rules) + 1):
        yield Broken(line=number, reason=f"{reason} ({name[:100]})")


def _of_rule(rule: Rule, library: Library, seed: int) -> Iterator[Record]:
    tests = _tests(rule.expression)
    if not tests:
        return
    chance = Random(f"{seed}/{rule.about.id}")
    own = dict.fromkeys(test.field for test in tests)
    spelt = {name.casefold() for name in own}
    usual = [name for name in fields_of(rule.logsource, library) if name.casefold() not in spelt]
    fields = [*own, *usual][:MOST_FIELDS]
    chance.shuffle(fields)
    asked = [*_described(rule, tests), *_in_words(tests, chance)]
    licence = rule.about.license or LICENCE
    for number, (text, conditions) in enumerate(asked):
        left = [one.value for one in conditions]
        origin = f"own:rules/{rule.about.id}/{number}"
        made = intent(text, rule.logsource, fields, conditions, unplaced=left, origin=origin, licence=licence)
        if made is not None:
            yield made


def _tests(expression: Expression) -> tuple[Test, ...]:
    """The tests of a simple selection, all of which must hold; () for any other."""
    parts = expression.parts if isinstance(expression, And) else (expression,)
    tests = tuple(one for one in parts if isinstance(one, Test))
    simple = len(tests) == len(parts) <= MOST_TESTS and all(
        one.op in _OPERATORS and one.field and not one.part for one in tests
    )
    return tests if simple else ()


def _why_not(expression: Expression) -> str:
    if _tests(expression):
        return "its values are no single words"
    return f"more than {MOST_TESTS} tests, alternatives, exceptions, or tests that a question cannot ask for"


def _described(rule: Rule, tests: Sequence[Test]) -> Iterator[tuple[str, list[Condition]]]:
    """Title and description as questions, where each test has exactly one of its values in them."""
    for said in dict.fromkeys((_SENTENCE.split(rule.about.description)[0], rule.about.title)):
        text = " ".join(said.split())[:_LONGEST_QUESTION]
        words = {word.strip(_SIGNS).lower(): word.strip(_SIGNS) for word in text.split()}
        conditions = [_stands(test, words) for test in tests]
        if all(conditions):
            yield text, [one for one in conditions if one is not None]


def _stands(test: Test, words: dict[str, str]) -> Condition | None:
    # Of several values any may hold; a description with one of them would ask for less than the rule.
    value = test.values[0] if len(test.values) == 1 else ""
    bare = value.lower().lstrip("\\/") if test.op is Op.ENDS else value.lower()
    word = words.get(value.lower()) or words.get(bare)
    return Condition(test.field, _OPERATORS[test.op], word[:_LONGEST_VALUE]) if word and bare else None


def _in_words(tests: Sequence[Test], chance: Random) -> Iterator[tuple[str, list[Condition]]]:
    """Questions that say the tests with one value for each."""
    usable = [[value for value in test.values if _is_word(value)] for test in tests]
    for values in islice(product(*(values[:PER_RULE] for values in usable)), PER_RULE):
        conditions = [
            Condition(test.field, _OPERATORS[test.op], value)
            for test, value in zip(tests, values, strict=True)
        ]
        parts = [
            chance.choice(_SAID[one.operator])
            .replace("{f}", words_of_name(one.field) or one.field)
            .replace("{v}", one.value)
            for one in conditions
        ]
        yield f"{chance.choice(HEADS)}records where {' and '.join(parts)}{chance.choice(TAILS)}", conditions


def _is_word(value: str) -> bool:
    return 0 < len(value) <= _LONGEST_VALUE and value == value.strip(_SIGNS) and len(value.split()) == 1
