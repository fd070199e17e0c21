"""What `csq playbook check` gives: every problem of a CACAO playbook, with where and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .rule_tests import Weight


@dataclass(frozen=True, kw_only=True, slots=True)
class CacaoProblem:
    """One thing that is wrong with a playbook, or worth a look."""

    path: str
    """Where, from the top: "workflow.action--….commands[0].type"; "" for the playbook as a whole."""
    rule: str
    """Name of the rule in kebab case: "missing-step"; see docs/playbook-check.md."""
    severity: Weight
    message: str
    """What is wrong, one sentence."""
    hint: str = ""
    """What to do about it; "" where the message says it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """A playbook that was checked."""

    name: str
    """The playbook's own; "" where it has none."""
    id: str = ""
    steps: int = 0
    """Entries in its workflow."""
    destructive: int = 0
    """Steps that destroy something, as they say themselves or as their commands look."""
    problems: tuple[CacaoProblem, ...] = ()
    """Errors first, then warnings, then notes; of each in the order of the checks, a bounded number."""
    counts: Mapping[Weight, int] = field(default_factory=dict)
    """How many there are of each, with those that were left out."""

    @property
    def errors(self) -> int:
        """Problems that make the playbook invalid or dangerous to follow."""
        return self.counts.get(Weight.ERROR, 0)

    @property
    def warnings(self) -> int:
        """Problems that somebody should look at."""
        return self.counts.get(Weight.WARNING, 0)

    def of(self, rule: str) -> tuple[CacaoProblem, ...]:
        """The problems of one rule."""
        return tuple(one for one in self.problems if one.rule == rule)
