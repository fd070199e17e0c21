"""Signals: small declared things that fire on events.

A signal is data (`signals/*.toml`), never code: fields, modifiers and values, compiled here to plain
functions. `signals/` documents the format in its README; `docs/signals.md` is made from the files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cybersecqwen.errors import RuleError
from cybersecqwen.records import Category, Severity

from .matching import Alternative, compile_alternatives
from .patterns import PatternBook
from .view import View

Fields = Mapping[str, Any]
"""One table of the file: "Field|modifier" to a value or a list of values."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """Makes a signal speak about a number of events instead of one."""

    by: tuple[str, ...]
    """Events are counted apart for each combination of these fields."""
    at_least: int
    """How many there must be."""
    within_s: float
    """In a sliding window of so many seconds."""
    distinct: str = ""
    """Count different values of this field instead of events."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)  # compared and hashed as itself
class Signal:
    """One declared signal. The docstrings of `records.Finding` explain the shared fields."""

    id: str
    title: str
    looks_at: tuple[Category, ...]
    """Categories of events that it can fire on."""
    weight: float
    """Log-odds: 0.7 a weak hint, 1.8 notable, 3.0 strong, 5.0 nearly proof; negative: ordinary context."""
    severity: Severity
    techniques: tuple[str, ...]
    group: str
    why: str
    ordinary: str
    when: tuple[Fields, ...]
    """Alternatives; in each one all tests must hold."""
    unless: tuple[Fields, ...] = ()
    """If one of these holds, the signal is silent."""
    count: Count | None = None
    fires: tuple[Fields, ...] = ()
    """Example events that must fire."""
    silent: tuple[Fields, ...] = ()
    """Example events that must not."""
    theme: str = ""
    """Name of the file it stands in."""
    alternatives: tuple[Alternative, ...] = field(default=(), repr=False, compare=False)
    """`when`, compiled."""
    exceptions: tuple[Alternative, ...] = field(default=(), repr=False, compare=False)
    """`unless`, compiled."""

    def match(self, view: View) -> Alternative | None:
        """The alternative that holds for this event, or None."""
        for alternative in self.alternatives:
            if alternative.holds(view):
                if any(exception.holds(view) for exception in self.exceptions):
                    return None
                return alternative
        return None


Lists = Mapping[str, Sequence[str]]

_KEYS = {
    "id",
    "title",
    "looks_at",
    "group",
    "weight",
    "severity",
    "techniques",
    "why",
    "ordinary",
    "when",
    "unless",
    "fires",
    "silent",
    "count",
}


def parse_signal(
    raw: Mapping[str, Any], lists: Lists, *, theme: str, patterns: PatternBook | None = None
) -> Signal:
    """A signal from its table; raises RuleError naming the signal and what is wrong with it."""
    name = str(raw.get("id", "?"))
    where = f"Signal {name!r} in {theme}"
    unknown = sorted(set(raw) - _KEYS)
    if unknown:
        raise RuleError(f"{where} has unknown keys: {', '.join(unknown)}.")
    try:
        return Signal(
            id=name,
            title=raw["title"],
            looks_at=tuple(Category(c) for c in raw["looks_at"]),
            weight=float(raw["weight"]),
            severity=Severity[raw["severity"].upper()],
            techniques=tuple(raw.get("techniques", ())),
            group=raw.get("group", name),
            why=raw.get("why", ""),
            ordinary=raw.get("ordinary", ""),
            when=tuple(raw["when"]),
            unless=tuple(raw.get("unless", ())),
            count=_count(raw.get("count")),
            fires=tuple(raw.get("fires", ())),
            silent=tuple(raw.get("silent", ())),
            theme=theme,
            alternatives=compile_alternatives(raw["when"], lists, patterns),
            exceptions=compile_alternatives(raw.get("unless", ()), lists, patterns),
        )
    except RuleError as error:
        raise RuleError(f"{where}: {error.message}", hint=error.hint) from error
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise RuleError(f"{where} is not a valid signal: {type(error).__name__} {error}.") from error


def _count(raw: Mapping[str, Any] | None) -> Count | None:
    if raw is None:
        return None
    return Count(
        by=tuple(raw["by"]),
        at_least=int(raw["at_least"]),
        within_s=float(raw["within_s"]),
        distinct=str(raw.get("distinct", "")),
    )
