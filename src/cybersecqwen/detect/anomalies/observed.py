"""What comes in and what goes out: batches of records, column by column, and anomalies.

    Observed (one kind of record, a few thousand of them) ─Watcher→ Anomaly …

Batches come in order of reading. Times may run backwards or be missing; values may be anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from cybersecqwen.records import Severity, Source

LINES = 5
"""At most so many lines stand with an anomaly."""
TEXT_CHARS = 300
"""Characters kept of a line."""


class Templates(Protocol):
    """What the watcher asks of a template miner."""

    def template(self, id: int) -> str:
        """The template's text, with `<*>` for its parameters."""
        ...

    def parameters(self, id: int, text: str) -> Sequence[tuple[str, str]]:
        """Type and value of each parameter of a line that has this template, in order."""
        ...


@dataclass(slots=True)
class Observed:
    """Records of one kind from one input, in order; all sequences have one length."""

    kind: str
    """Label of the kind: "Microsoft-Windows-Sysmon 1"."""
    product: str = ""
    """windows, linux, aws …"""
    path: str = ""
    """Where they were read, as in `records.Source`."""
    member: str = ""
    format: str = ""
    numbers: Sequence[int] = ()
    """Record or line numbers, from 1."""
    offsets: Sequence[int] = ()
    """Byte offsets; -1 or nothing at all where the format has none."""
    times: Sequence[float | None] = ()
    """Seconds since 1970 UTC; None where unknown. Empty where no record has one."""
    hosts: Sequence[str] = ()
    """Empty where no record has one; "" for a single one without."""
    users: Sequence[str] = ()
    texts: Sequence[str] | None = None
    """The free text of each record, where the kind is text."""
    templates: Sequence[int] | None = None
    """Template ids that the miner gave to the texts."""
    columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    """Fields by their Sigma names, as far as `Watcher.wanted` names them; None where missing."""

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True, kw_only=True, slots=True)
class Anomaly:
    """Something that is not as it was before, in one sentence with its numbers and its lines."""

    kind: str
    """Name of the detector in the registry: "new-template", "rate-change" …"""
    sentence: str
    """What is unusual, with the numbers that make it so; values are cut to 80 characters."""
    severity: Severity
    """INFORMATIONAL to HIGH: what is new is seldom bad by itself."""
    score: float
    """Greater is rarer: the negative decimal logarithm of how many a day chance alone would give."""
    count: int = 1
    """How many records it is about."""
    first: float | None = None
    """Earliest and latest of them, seconds since 1970 UTC."""
    last: float | None = None
    hosts: tuple[str, ...] = ()
    """Hosts of the lines below, at most 5."""
    users: tuple[str, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)
    """The figures of the sentence by name; `expected_per_day` always stands among them."""
    template: str = ""
    """Template of the lines, where they have one."""
    lines: tuple[tuple[Source, str], ...] = ()
    """At most 5 records: where each stands, and its text (at most 300 characters)."""
