"""Applying the rules of a dialect to a query until none changes anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from cybersecqwen.errors import QueryError

from .improvement import Context, Rule
from .interface import Dialect

Tree = TypeVar("Tree")

_ROUNDS = 6
"""Times that all rules are gone through."""
_AGAIN = 20
"""Times that one rule is applied in a row."""
_MOST_STEPS = 60


@dataclass(frozen=True, slots=True)
class Change(Generic[Tree]):
    """One application of a rule."""

    rule: Rule[Tree]
    before: Tree
    after: Tree


class Work(Generic[Tree]):
    """The changes so far, and what was found out about rules."""

    def __init__(self, *, dialect: Dialect[Tree], context: Context, original: Tree) -> None:
        self.dialect = dialect
        self.context = context
        self.original = original
        self.chain: list[Change[Tree]] = []
        self.dropped: set[str] = set()
        self.withdrawn: list[str] = []
        self.unproven: list[tuple[Change[Tree], str]] = []
        self.problems: list[str] = []

    @property
    def last(self) -> Tree:
        """What the changes have led to."""
        return self.chain[-1].after if self.chain else self.original

    def cost(self, tree: Tree) -> float:
        """The estimated cost; 0 without a cost model, or where it has no words for the query."""
        try:
            return self.dialect.cost(tree, self.context)
        except (NotImplementedError, QueryError):
            return 0.0

    def applied(self, rule: Rule[Tree], tree: Tree) -> Tree | None:
        """What a rule makes of a tree; None where it changes nothing, or has no words for it."""
        try:
            made = rule.apply(tree, self.context)
        except QueryError:
            return None
        return None if made is None or made == tree else made

    def extend(self) -> None:
        """Apply the rules to what is there until nothing changes. A rule that goes in circles is stopped."""
        seen = [self.original, *(change.after for change in self.chain)]
        for _ in range(_ROUNDS):
            length = len(self.chain)
            for rule in self.dialect.rules:
                self._exhaust(rule, seen)
            if len(self.chain) == length or len(self.chain) >= _MOST_STEPS:
                return

    def _exhaust(self, rule: Rule[Tree], seen: list[Tree]) -> None:
        for _ in range(_AGAIN):
            if not rule.safe or rule.name in self.dropped or len(self.chain) >= _MOST_STEPS:
                return
            before = self.last
            made = self.applied(rule, before)
            if made is None:
                return
            if any(made == other for other in seen):
                self._drop(rule, "it goes in circles")
            elif self.cost(made) > self.cost(before):
                self._drop(rule, "what it makes is estimated to cost more")
            else:
                seen.append(made)
                self.chain.append(Change(rule, before, made))
        self._drop(rule, f"it was still changing something after {_AGAIN} times")

    def _drop(self, rule: Rule[Tree], why: str) -> None:
        self.dropped.add(rule.name)
        self.problems.append(f"The rule {rule.name} was stopped: {why}.")

    def without(self, at: int) -> None:
        """Take a step back, with all that came after it, and go on without its rule."""
        self.dropped.add(self.chain[at].rule.name)
        del self.chain[at:]
        self.extend()
