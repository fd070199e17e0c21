"""What `csq query` gives: a query, what it was read from, the checks it passed and what running it showed.

`Report.query`. Everything in it is text or a number, so that it travels as JSON as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """Words of a question and what they were taken for."""

    words: str
    """As they were asked."""
    meaning: str
    """What they became: "Image ends with \\cmd.exe, \\powershell.exe"."""
    sure: float = 1.0
    """0 to 1: how sure the reading is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Basis:
    """A rule of the library that a reading leans on."""

    id: str
    title: str
    likeness: float
    """0 to 1: how alike its description and the question are."""
    used: str = ""
    """What was taken from it, a few words; "" where it is only near."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """One check on a query."""

    name: str
    """parses, reads only, names, means the same, runs."""
    passed: bool
    said: str
    """What was found, one sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Missed:
    """An example on which a query did not do as it must."""

    record: Mapping[str, Any]
    why: str
    """What the example shows, and what the query did."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """What running a query on examples, and on a person's events, showed."""

    engine: str = ""
    """What ran it: "DuckDB", "this program's SPL"; "" where nothing did."""
    positives: int = 0
    """Examples made to match."""
    positives_matched: int = 0
    near_misses: int = 0
    """Examples that differ in one condition from one that matches."""
    near_misses_matched: int = 0
    missed: tuple[Missed, ...] = ()
    """At most 5 of those that went wrong."""
    events: int = 0
    """Events of the person that were looked at."""
    events_matched: int = 0
    first: tuple[Mapping[str, Any], ...] = ()
    """The first rows that they gave, at most 5."""
    note: str = ""
    """What to know about it, one sentence."""

    @property
    def clean(self) -> bool:
        """Whether every example did as it must, and there were some."""
        return (
            self.positives > 0 and self.positives_matched == self.positives and self.near_misses_matched == 0
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Explained:
    """A query in plain words."""

    sentences: tuple[str, ...] = ()
    """What it does, in the order in which it does it."""
    sources: tuple[str, ...] = ()
    """Data that it needs: "process creation on Windows (Sysmon 1, Security 4688)"."""
    techniques: tuple[str, ...] = ()
    """ATT&CK ids that it looks for, each with a reason in `reasons`."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Technique to why it is named."""
    false_positives: tuple[str, ...] = ()
    """What ordinary activity it is likely to find too."""
    warnings: tuple[str, ...] = ()
    """What is odd about it: it can never match, a condition that says nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """One step of the optimiser."""

    rule: str
    reason: str
    source: str
    """Address of the documentation that says so."""
    gain: float
    """Share of the cost so far that it saves, 0 to 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggested:
    """A change that a person must decide upon."""

    rule: str
    reason: str
    source: str
    caveat: str
    """What may differ then."""
    text: str = ""
    """The query with this change; "" where it is only advice."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Improved:
    """What the optimiser made of a query."""

    before: str
    after: str
    """The same text where nothing was changed."""
    cost_before: float
    cost_after: float
    """In work of reading one event once, over a million events."""
    steps: tuple[Changed, ...] = ()
    suggestions: tuple[Suggested, ...] = ()
    withdrawn: tuple[str, ...] = ()
    """Changes that failed their proof and were taken back, a sentence each."""
    proof: str = ""
    """What was shown, one sentence: "same 312 rows of 10,000 events, three draws"."""
    proven: bool = False
    """Whether both were run on the same events and gave the same rows, some at least."""

    @property
    def gain(self) -> float:
        """Share of the cost that is saved, 0 to 1."""
        return max(0.0, 1 - self.cost_after / self.cost_before) if self.cost_before else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class QueryResult:
    """A query and everything that stands behind it."""

    kind: str
    """construct, translate, explain or optimise."""
    asked: str
    """The question, or the query that was given."""
    dialect: str
    """Short name of the language of `text`: "spl"."""
    dialect_title: str
    """"Splunk SPL"."""
    schema: str = ""
    """Name of the schema that its fields are from."""
    text: str = ""
    """The query; "" where none is given out."""
    rule: str = ""
    """The same as Sigma, in YAML; "" where Sigma cannot say it."""
    span: str = ""
    """The time that it looks at, in words."""
    heard: tuple[Heard, ...] = ()
    assumptions: tuple[str, ...] = ()
    """What was taken for granted, a sentence each."""
    left_over: tuple[str, ...] = ()
    """Words of the question that found no place."""
    question: str = ""
    """What must be known first; "" where nothing must."""
    based_on: tuple[Basis, ...] = ()
    refused: str = ""
    """Why no query is given out, one sentence."""
    checks: tuple[Checked, ...] = ()
    trial: Trial | None = None
    explained: Explained | None = None
    improved: Improved | None = None
    source_text: str = ""
    """Of a translation: the query that was translated."""
    source_dialect: str = ""
