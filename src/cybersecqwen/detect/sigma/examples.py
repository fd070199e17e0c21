"""Examples that a rule carries under `x_examples`: records that it must match, and near misses.

x_examples:
  match: [{…record…}, …]      of a correlation: lists of records
  ignore: [{…record…}, …]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cybersecqwen.detect.rows import RowReader, rows
from cybersecqwen.errors import RuleError

from .correlation import Collector, Seen, fields_for
from .engine import Engine
from .linking import linked
from .model import Correlation, Rule, Ruleset
from .parse import parse_rule
from .rulefiles import documents, rule_files
from .values import texts_of


@dataclass(slots=True)
class Checked:
    """How the examples of one rule did."""

    path: str
    title: str
    examples: int = 0
    problems: list[str] = field(default_factory=list)


def check_examples(path: Path) -> Iterator[Checked]:
    """Run the examples of every rule of a set; rules are evaluated as `csq logs` does."""
    for name, content in rule_files(path):
        try:
            yield from check_file(name, content)
        except RuleError as error:
            yield Checked(name, "", problems=[error.message])


def check_file(name: str, content: bytes) -> Iterator[Checked]:
    """The rules of one file. Raises RuleError where it cannot be read."""
    raws = list(documents(content))
    parsed = [
        parse_rule(raw, name if len(raws) == 1 else f"{name}#{number}") for number, raw in enumerate(raws, 1)
    ]
    singles = [one for one in parsed if isinstance(one, Rule)]
    counted = [one for one in parsed if isinstance(one, Correlation)]
    ruleset = linked(singles, counted, (), name)
    for one in ruleset.unsupported:
        yield Checked(name, one.title, problems=[one.reason])
    for raw, rule in zip(raws, parsed, strict=True):
        checked = Checked(name, rule.about.title)
        examples = raw.get("x_examples")
        if isinstance(examples, Mapping):
            for due, key in ((True, "match"), (False, "ignore")):
                for number, example in enumerate(_listed(examples.get(key)), 1):
                    checked.examples += 1
                    problem = problem_of(rule, ruleset, example, due)
                    if problem:
                        checked.problems.append(f"{rule.about.title}: {key} {number} {problem}")
        yield checked


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def problem_of(rule: Rule | Correlation, ruleset: Ruleset, example: Any, due: bool) -> str:
    """What is wrong with an example; "" where it does as it should: matches where that is due, else not.

    `ruleset` holds the rule and, of a correlation, the rules that it counts.
    """
    if isinstance(rule, Correlation):
        records = _listed(example)
        if not records or not all(isinstance(record, Mapping) for record in records):
            return "is no list of records."
        fired = any(
            burst.correlation.about.id == rule.about.id
            for burst in _collected(ruleset, records).bursts(inner=True)
        )
        return "" if fired is due else _said(due)
    if not isinstance(example, Mapping):
        return "is no record."
    engine = Engine(Ruleset(rules=(rule,)))
    kind = RowReader().kind_of(example)
    if engine.plan(kind) is None:
        # An example of another kind of record shows nothing about the rule's conditions.
        return f"is a record of another logsource ({kind.label}), which the rule does not look at."
    return "" if bool(engine.run(rows(kind, (example,)))) is due else _said(due)


def _said(due: bool) -> str:
    return "does not match." if due else "matches."


def _collected(ruleset: Ruleset, records: Sequence[Mapping[str, Any]]) -> Collector:
    engine, collector, reader = Engine(ruleset), Collector(ruleset), RowReader()
    for at, record in enumerate(records):
        batch = rows(reader.kind_of(record), (record,))
        time = batch.form.times(batch)[0]
        for number, _ in engine.run(batch):
            about = ruleset.rules[number].about
            for correlation, name in collector.wanted(about.id, about.name):
                names, counted = fields_for(correlation, name)
                group = tuple(_first(batch.column(one)[0]) for one in names)
                value = _first(batch.column(counted)[0]) if counted else ""
                collector.add(correlation, None if time is None else Seen(time, name, group, value, str(at)))
    return collector


def _first(value: Any) -> str:
    texts = texts_of(value)
    return texts[0] if texts else ""
