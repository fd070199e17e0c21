"""The rules of a set against records of any kind: one plan for each different choice of rules."""

from __future__ import annotations

from cybersecqwen.detect.rows import Kind, Rows

from .batch import evaluate
from .logsource import admits
from .model import Logsource, Ruleset
from .plan import Plan


class Engine:
    """Evaluates a set. Plans are made when a kind of record is first met, and shared between kinds."""

    def __init__(self, rules: Ruleset) -> None:
        self.ruleset = rules
        self._of_source: dict[Logsource, list[int]] = {}
        for number, rule in enumerate(rules.rules):
            self._of_source.setdefault(rule.logsource, []).append(number)
        self._plans: dict[tuple[int, ...], Plan] = {}
        self._of_kind: dict[Kind, Plan | None] = {}

    def plan(self, kind: Kind) -> Plan | None:
        """The plan for a kind; None where no rule looks at it."""
        if kind in self._of_kind:
            return self._of_kind[kind]
        numbers = [
            number
            for source, of_source in self._of_source.items()
            if admits(source, kind)
            for number in of_source
        ]
        key = tuple(sorted(numbers))
        plan = self._plans.get(key)
        if plan is None and key:
            rules = self.ruleset.rules
            plan = self._plans[key] = Plan([(number, rules[number]) for number in key])
        self._of_kind[kind] = plan
        return plan

    def run(self, rows: Rows) -> list[tuple[int, list[int]]]:
        """(number of the rule, positions of records) for every rule that holds for any of the records."""
        plan = self.plan(rows.kind)
        if plan is None:
            return []
        return evaluate(plan, rows.raws, rows.column)
