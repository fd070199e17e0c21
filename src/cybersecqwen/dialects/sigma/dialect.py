"""Sigma rules as a query language."""

from __future__ import annotations

from cybersecqwen.dialects.evaluating import evaluate
from cybersecqwen.dialects.interface import Atom, Data, Dialect, Effect, Names, Rows, Running
from cybersecqwen.dialects.query import Query
from cybersecqwen.dialects.walking import tests_of
from cybersecqwen.errors import UnsayableError

from .document import document
from .names import names
from .parse import parse
from .read import read, rules_of
from .tree import Rules


class Sigma(Dialect[Rules]):
    """Sigma, as https://github.com/SigmaHQ/sigma-specification has it."""

    name = "sigma"
    title = "Sigma"
    schema = "sigma"

    def parse(self, text: str) -> Rules:
        """The documents of a rule file."""
        return parse(text)

    def render(self, tree: Rules) -> str:
        """The YAML, in the order of the specification."""
        return tree.text

    def read(self, tree: Rules) -> Query:
        """What the rule asks for, or the correlation that stands with its rules."""
        return read(tree)

    def write(self, query: Query) -> Rules:
        """A rule for the query, with a title and an id made from it.

        Spans of time are left out: when a rule is run is not for the rule to say.
        """
        return Rules(documents=tuple(document(query)))

    def names(self, tree: Rules) -> Names:
        """The fields with their lines."""
        return names(tree)

    def effects(self, tree: Rules) -> tuple[Effect, ...]:
        """Rules do nothing but ask."""
        return ()

    def run(self, tree: Rules, data: Data, running: Running) -> Rows:
        """The records that the rule finds, or the counts that the correlation does."""
        return evaluate(read(tree), data, running)

    def atoms(self, tree: Rules) -> tuple[Atom, ...]:
        """Every comparison of a field with a value."""
        try:
            rules, _ = rules_of(tree)
        except UnsayableError:
            return ()
        tests = (test for rule in rules for test in tests_of(rule.expression) if test.values)
        return tuple(dict.fromkeys(Atom(test.field, test.op, test.values) for test in tests))
