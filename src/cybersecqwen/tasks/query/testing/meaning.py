"""Whether a rule can match at all, by each of its values, and whether its filters leave anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cybersecqwen.detect.sigma.model import And, Expression, Not, Rule
from cybersecqwen.dialects.examples import Examples, examples
from cybersecqwen.dialects.examples.contradictions import clashing, impossible
from cybersecqwen.dialects.examples.wording import held
from cybersecqwen.dialects.query import Query
from cybersecqwen.dialects.walking import tests_of
from cybersecqwen.records.rule_tests import RuleFinding, Weight

from .places import Places

_NAMED = 5
"""Values that are named of one rule."""


def made_from(rule: Rule, types: Mapping[str, str], most: int) -> Examples:
    """Records that the rule must match, and near misses; see `dialects.examples`."""
    return examples(Query(logsource=rule.logsource, where=rule.expression), types=types, most=most)


def can_match(rule: Rule, made: Examples, places: Places, types: Mapping[str, str]) -> Iterator[RuleFinding]:
    """An error where the rule can never match, a warning where no match was found."""
    line = places.key("detection", "condition")
    if made.impossible:
        wanted, filters = _split(rule.expression)
        if filters and wanted is not None and not impossible(wanted, types):
            message = "The rule can never match: its filters exclude all that the rest asks for."
        else:
            message = "The rule can never match: its conditions contradict each other."
        names = [name or "the whole text" for name in clashing(rule.expression, types)]
        hint = f"Look at {', '.join(names[:3])}."
        yield RuleFinding(check="can-match", weight=Weight.ERROR, message=message, hint=hint, line=line)
    elif not made.positives:
        yield RuleFinding(
            check="can-match",
            weight=Weight.WARNING,
            message="No record was found that the rule matches; whether there is one is not known.",
            line=line,
        )


def alternatives(rule: Rule, made: Examples, places: Places) -> Iterator[RuleFinding]:
    """A warning for each value that no match can rest on."""
    if made.impossible:
        return
    for said in made.unreachable[:_NAMED]:
        yield RuleFinding(
            check="alternatives",
            weight=Weight.WARNING,
            message=said,
            hint="Another condition of the rule excludes it: take one of the two out.",
            line=_line(rule, said, places),
        )
    if len(made.unreachable) > _NAMED:
        more = f"{len(made.unreachable) - _NAMED} more values are out of reach."
        yield RuleFinding(
            check="alternatives", weight=Weight.WARNING, message=more, line=places.key("detection")
        )


def _line(rule: Rule, said: str, places: Places) -> int:
    """The line of the value that a sentence is about."""
    for test in tests_of(rule.expression):
        for value in test.values:
            if repr(value) in said and test.field in said:
                return places.text(value)
    return places.key("detection")


def filters(rule: Rule, places: Places, types: Mapping[str, str]) -> Iterator[RuleFinding]:
    """A warning for each filter that can never exclude what the rest of the rule matches."""
    wanted, unwanted = _split(rule.expression)
    if wanted is None or impossible(wanted, types):
        return
    for inner in unwanted:
        if impossible(And((wanted, inner)), types):
            test = next(tests_of(inner), None)
            said = f" ({held(test).rstrip('.')})" if test is not None else ""
            yield RuleFinding(
                check="filters",
                weight=Weight.WARNING,
                message=f"A filter never excludes anything{said}.",
                hint="What it names is not among what the rest of the rule asks for.",
                line=places.text(test.values[0]) if test and test.values else places.key("detection"),
            )


def _split(expression: Expression) -> tuple[Expression | None, list[Expression]]:
    """What is asked for, and what is excluded from it; None where nothing else is asked."""
    parts = expression.parts if isinstance(expression, And) else (expression,)
    wanted = [part for part in parts if not isinstance(part, Not)]
    unwanted = [part.inner for part in parts if isinstance(part, Not)]
    if not wanted:
        return None, unwanted
    return wanted[0] if len(wanted) == 1 else And(tuple(wanted)), unwanted
