"""Whether a rule can be said in the query languages that a person uses, and what is said is one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cybersecqwen.detect.sigma.model import Rule
from cybersecqwen.dialects import DIALECTS
from cybersecqwen.dialects.fields.mapping import mapped
from cybersecqwen.dialects.fields.schemas import schema as named
from cybersecqwen.dialects.fields.types import fitted
from cybersecqwen.dialects.interface import Dialect
from cybersecqwen.dialects.normal import equivalent
from cybersecqwen.dialects.query import Query
from cybersecqwen.errors import FieldError, QueryError, RuleError, UnsayableError
from cybersecqwen.records.rule_tests import RuleFinding, Weight

from .places import Places


def check_name(target: str) -> str:
    """The name of the check for a language."""
    return f"convert-{target.partition('/')[0]}"


def conversions(rule: Rule, targets: Sequence[str], places: Places) -> Iterator[RuleFinding]:
    """For each language, "spl" or "spl/cim" with a schema: refusals as warnings, failures as errors."""
    for target in targets:
        name, _, schema = target.partition("/")
        dialect: Dialect[Any] = DIALECTS.get(name)()
        weight, message = _converted(dialect, rule, schema or dialect.schema)
        if message:
            yield RuleFinding(
                check=check_name(target),
                weight=weight,
                message=message,
                line=places.key("detection"),
            )


def _converted(dialect: Dialect[Any], rule: Rule, schema: str) -> tuple[Weight, str]:
    try:
        meant = Query(logsource=rule.logsource, where=rule.expression)
        query = dialect.prepared(meant if schema == dialect.name else mapped(meant, schema).query)
        tree = dialect.write(query)
        if schema != dialect.name:
            tree = fitted(dialect, tree, named(schema))
        text = dialect.render(tree)
    except (UnsayableError, FieldError) as error:
        return Weight.WARNING, f"{dialect.title} cannot say it: {error.message}"
    try:
        back = dialect.read(dialect.parse(text))
    except (QueryError, RuleError) as error:
        return Weight.ERROR, f"What is written for {dialect.title} does not parse: {error.message}"
    if not equivalent(back.where, query.where):
        return Weight.ERROR, f"What is written for {dialect.title} means something else."
    return Weight.NOTE, ""
