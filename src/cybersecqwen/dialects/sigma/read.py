"""From rules to a query."""

from __future__ import annotations

from collections.abc import Sequence

from cybersecqwen.detect.sigma.condition import all_of, any_of
from cybersecqwen.detect.sigma.model import Correlation, Counting, Expression, Logsource, Not, Op, Rule, Test
from cybersecqwen.detect.sigma.parse import parse_rule, text_of
from cybersecqwen.dialects.query import Aggregate, Keep, Measure, Measured, Query, Stage
from cybersecqwen.dialects.query import Sequence as Order
from cybersecqwen.errors import RuleError, UnsayableError

from .tree import Rules


def read(tree: Rules) -> Query:
    """What a rule asks for, or the correlation that stands with its rules.

    A correlation's window slides; the stretches of time of the query that it becomes are fixed. Raises
    UnsayableError for rules that cannot be evaluated, and for several that nothing joins.
    """
    rules, correlations = rules_of(tree)
    if not correlations:
        if len(rules) > 1:
            raise UnsayableError(
                "The file holds several rules.", what="several rules", hint="Give one at a time."
            )
        return Query(logsource=rules[0].logsource, where=rules[0].expression)
    if len(correlations) > 1:
        raise UnsayableError("Correlations of correlations have no words.", what="several correlations")
    return _correlated(correlations[0], rules)


def rules_of(tree: Rules) -> tuple[list[Rule], list[Correlation]]:
    """The rules and correlations of the documents. Raises UnsayableError, with the reason, for others."""
    rules: list[Rule] = []
    correlations: list[Correlation] = []
    for number, one in enumerate(tree.documents, 1):
        try:
            found = parse_rule(one, f"document {number}")
        except RuleError as error:
            raise UnsayableError(
                f"A rule is not evaluated: {error.message}", what="rules like this"
            ) from None
        except RecursionError:
            raise UnsayableError("A rule nests too deep.", what="rules like this") from None
        if isinstance(found, Rule):
            rules.append(found)
        else:
            correlations.append(found)
    return rules, correlations


def _correlated(correlation: Correlation, rules: Sequence[Rule]) -> Query:
    named = {name: rule for rule in rules for name in (rule.about.id, rule.about.name) if name}
    missing = [name for name in correlation.rules if name not in named]
    if missing:
        raise UnsayableError(
            f"The correlation counts the rule {missing[0]!r}, which is not here.", what="other rules"
        )
    if correlation.aliases:
        raise UnsayableError("The correlation calls fields by other names.", what="aliases")
    counted = [named[name] for name in correlation.rules]
    sources = {rule.logsource for rule in counted}
    common = sources.pop() if len(sources) == 1 else Logsource()
    if correlation.type in (Counting.TEMPORAL, Counting.TEMPORAL_ORDERED):
        return Query(logsource=common, steps=(_sequence(correlation, counted),))
    if common == Logsource():
        raise UnsayableError(
            "The correlation counts records of several log sources.", what="several log sources"
        )
    measure = _measure(correlation)
    aggregate = Aggregate(measures=(measure,), by=correlation.group_by, bucket_s=correlation.timespan_s)
    where = any_of([rule.expression for rule in counted])
    return Query(
        logsource=common, where=where, steps=(aggregate, Keep(where=_kept(correlation, measure.name)))
    )


def _sequence(correlation: Correlation, rules: Sequence[Rule]) -> Order:
    if correlation.bounds:
        raise UnsayableError("The correlation asks for some of its rules.", what="some of several rules")
    return Order(
        stages=tuple(Stage(where=rule.expression, logsource=rule.logsource) for rule in rules),
        by=correlation.group_by,
        within_s=correlation.timespan_s,
        ordered=correlation.type is Counting.TEMPORAL_ORDERED,
    )


_MEASURES = {
    Counting.EVENT_COUNT: Measured.COUNT,
    Counting.VALUE_COUNT: Measured.DISTINCT,
    Counting.VALUE_SUM: Measured.SUM,
    Counting.VALUE_AVG: Measured.MEAN,
    Counting.VALUE_MEDIAN: Measured.MEDIAN,
    Counting.VALUE_PERCENTILE: Measured.PERCENTILE,
}


def _measure(correlation: Correlation) -> Measure:
    function = _MEASURES[correlation.type]
    at = correlation.percentile if function is Measured.PERCENTILE else 0.0
    return Measure(name=correlation.type.value, function=function, field=correlation.counted, at=at)


def _kept(correlation: Correlation, name: str) -> Expression:
    return all_of([_bound(name, op, number) for op, number in correlation.bounds])


def _bound(name: str, op: Op, number: float) -> Expression:
    if op is Op.DIFFERS:
        return Not(Test(name, Op.EQUALS, (text_of(number),)))
    return Test(name, op, (text_of(number),))
