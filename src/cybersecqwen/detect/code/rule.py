"""What a rule is, once its file was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from re import Pattern
from typing import Any

from cybersecqwen.records import Severity
from cybersecqwen.records.review import Confidence

from .shapes import Shape


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """What an argument, or what a variable of a pattern stands for, must be. All that is set must hold."""

    shapes: frozenset[Shape] = frozenset(Shape)
    """How it may be made."""
    texts: frozenset[str] = frozenset()
    """What it may be as it stands, quotes aside; () for anything."""
    not_texts: frozenset[str] = frozenset()
    pattern: Pattern[str] | None = None
    """What must be found in it, as it stands, quotes aside."""
    not_pattern: Pattern[str] | None = None
    origin: Pattern[str] | None = None
    """What must be found in it or in what the names in it are set to."""
    not_origin: Pattern[str] | None = None
    tainted: bool = False
    """Whether a value of strangers must reach it."""
    missing: bool | None = False
    """Whether the argument may be missing: False (it must be there), True (it must not), None (either)."""

    @property
    def asks_for_text(self) -> bool:
        """Whether what stands there matters, not only how it is made."""
        return bool(self.texts or self.not_texts or self.pattern or self.not_pattern)


@dataclass(frozen=True, kw_only=True, slots=True)
class CallMatch:
    """Calls that a rule is about."""

    names: tuple[str, ...]
    """Full names; "*" at the beginning stands for anything: "*.execute"."""
    where: Mapping[str, Condition]
    """Argument ("0", "shell", "0|cmd") → what it must be."""
    unless: tuple[Mapping[str, Condition], ...] = ()
    """Where all of one of these hold the call is none."""
    fewer: int = 1_000
    """The call has fewer arguments without a name than this."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NodeMatch:
    """A shape of syntax, as ast-grep has it (https://ast-grep.github.io/reference/rule.html)."""

    config: Mapping[str, Any]
    """rule, constraints, utils."""
    where: Mapping[str, Condition]
    """Variable of the pattern → what it must be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LineMatch:
    """Text, outside of comments unless these are meant."""

    pattern: Pattern[str]
    in_comments: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyCondition:
    """What stands, or does not stand, below a part of a document."""

    path: tuple[str, ...]
    """Keys; "*" for any key or item, "**" for any depth."""
    condition: Condition


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentMatch:
    """A part of a configuration: of YAML, Terraform, a Dockerfile."""

    each: tuple[str, ...]
    """Path to the parts that are looked at; () for the whole document."""
    where: tuple[KeyCondition, ...]
    """All must hold."""
    unless: tuple[KeyCondition, ...] = ()
    """None may hold."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FixRule:
    """How a rule mends what it finds; one of the ways."""

    says: str
    """What it does and what that costs."""
    replace: str = ""
    """The whole of what was found becomes this, with $NAME for what the pattern's variables stand for."""
    call: str = ""
    """The called name becomes this."""
    argument: str = ""
    """This argument becomes `becomes`; with "" for `argument` nothing."""
    becomes: str = ""
    add: str = ""
    """This argument is added behind the others."""
    of: tuple[str, ...] = ()
    """Only calls of these full names are mended; () for all that the rule finds."""
    imports: tuple[str, ...] = ()
    """Modules that the file then imports by their own names: what is not imported yet is added."""
    globals: tuple[str, ...] = ()
    """Names that must be those that JavaScript gives every file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeRule:
    """A rule. Its file says the same in YAML; `docs/review-rules.md` lists all."""

    id: str
    """Folder and name of its file: "python-yaml-load"."""
    languages: tuple[str, ...]
    title: str
    cwe: tuple[str, ...]
    severity: Severity
    confidence: Confidence
    why: str
    instead: str
    references: tuple[str, ...] = ()
    """Documents that say so."""
    words: tuple[str, ...] = ()
    """One of these stands in every file that the rule can find something in; () for no such."""
    requires: Pattern[str] | None = None
    """What must be found in the file."""
    absent: Pattern[str] | None = None
    """What must not be found in the file."""
    calls: tuple[CallMatch, ...] = ()
    nodes: tuple[NodeMatch, ...] = ()
    lines: tuple[LineMatch, ...] = ()
    documents: tuple[DocumentMatch, ...] = ()
    fixes: tuple[FixRule, ...] = ()
    """Ways to mend it; the first that holds is taken."""
    bad: tuple[str, ...] = ()
    """Files in which it must find something."""
    good: tuple[str, ...] = ()
    """Files in which it must find nothing."""
