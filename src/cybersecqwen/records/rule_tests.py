"""What `csq query test` gives: of every rule each check, with what was found and where."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """How much a finding counts."""

    ERROR = "error"
    """The rule does not do what it says; the test fails."""
    WARNING = "warning"
    """Somebody should look at it."""
    NOTE = "note"
    """Good to know."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleFinding:
    """One thing that was found in one rule."""

    check: str
    """Name of the check in kebab case: "examples", "can-match"."""
    weight: Weight
    message: str
    """What is wrong, one sentence."""
    hint: str = ""
    """What to do about it; "" where nothing is known."""
    line: int = 1
    """Of the rule's file, from 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleTest:
    """The checks of one rule."""

    path: str
    """File, inside the set; with #2 behind it for the second rule of a file."""
    title: str
    """"" where the file cannot be read."""
    id: str = ""
    line: int = 1
    """Where the rule begins in its file, from 1."""
    checks: tuple[str, ...] = ()
    """Names of all checks that were made, in order."""
    findings: tuple[RuleFinding, ...] = ()
    examples: int = 0
    """Examples that were run: carried, beside the file, of recordings."""
    origin: str = ""
    """The set, as it was named."""
    made: int = 0
    """Records that were made from the rule and held against it."""

    def of(self, check: str) -> tuple[RuleFinding, ...]:
        """What one check found."""
        return tuple(one for one in self.findings if one.check == check)

    @property
    def file(self) -> str:
        """The file, as it is found from where the tests were run."""
        inside = self.path.partition("#")[0]
        if self.origin.endswith((".yml", ".yaml")):
            return self.origin
        return f"{self.origin.rstrip('/')}/{inside}" if self.origin not in ("", ".") else inside

    @property
    def failed(self) -> bool:
        """Whether anything is an error."""
        return any(one.weight is Weight.ERROR for one in self.findings)


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleTests:
    """The checks of all rules of some sets."""

    tests: tuple[RuleTest, ...] = ()
    """In the order of the files."""
    problems: tuple[str, ...] = ()
    """What is about no rule: recordings whose rule is not there, a sentence each."""
    dialects: tuple[str, ...] = ()
    """Languages that the rules were converted to."""

    @property
    def failed(self) -> int:
        """Rules with an error."""
        return sum(one.failed for one in self.tests)

    @property
    def exit_code(self) -> int:
        """1 where a rule fails, else 0."""
        return 1 if self.failed else 0

    def counts(self) -> Counter[Weight]:
        """Findings by weight."""
        return Counter(one.weight for test in self.tests for one in test.findings)
