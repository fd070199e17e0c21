"""What `csq audit` gives: controls, what speaks about each, and what nothing speaks about.

`Report.audit`. The words are those of NIST SP 800-53A: a control is *satisfied*, *other than satisfied*,
or was not assessed. Everything is text or a number, so that it travels as JSON as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from . import Severity


class Direction(StrEnum):
    """What a finding says about a control."""

    AGAINST = "against"
    """The control failed: what it asks for is not so."""
    FOR = "for"
    """The control works: the finding exists because of it."""
    NEEDED = "needed"
    """It would help against what was seen; whether it is in place is not shown."""


class Strength(StrEnum):
    """How far the finding is from the control, nearest first."""

    DIRECT = "direct"
    """One statement leads from one to the other."""
    DERIVED = "derived"
    """Two statements do."""
    WEAK = "weak"
    """Three or more do: a hint where to look, which decides nothing."""


class Standing(StrEnum):
    """What became of a control, worst first."""

    NOT_SATISFIED = "other than satisfied"
    NEEDED = "needed"
    """Only called for: nothing shows whether it is in place."""
    SATISFIED = "satisfied"
    """As far as the evidence goes, and never because nothing was found."""
    NOT_ASSESSED = "not assessed"

    @property
    def rank(self) -> int:
        """0 (other than satisfied) to 3 (not assessed)."""
        return tuple(Standing).index(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """A report that was looked at."""

    id: str
    """"r1", "r2", … in order of reading."""
    path: str
    """As the user named it, or below the folder that they named; "-" for standard input."""
    task: str
    title: str
    verdict: str
    severity: Severity
    sha256: str
    """Of the file, in lower case hexadecimal."""
    time: float | None = None
    """When what it is about was recorded: seconds since 1970 UTC; None where neither it nor the file says."""
    time_of: str = ""
    """What the time is of: "events", "report", "file"; "" where there is none."""
    about: tuple[str, ...] = ()
    """What the report itself read, at most 20 names."""
    version: str = ""
    """Of the program that made it."""
    knowledge: str = ""
    """Version of the knowledge bundle that it was made with."""
    findings: int = 0
    """Findings in it, all told."""
    used: int = 0
    """Findings that say something about a control."""
    note: str = ""
    """Why it says nothing about any control, one sentence; "" where it does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """Where something was found."""

    place: str
    """"app.py:20", "logs/windows.jsonl:74"; "" where the report names none."""
    id: str = ""
    """Event id or fingerprint in the report."""
    host: str = ""
    time: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """A kind of finding in one report."""

    id: str
    """"o1", "o2", … in order of reports."""
    subject: str
    """Id of the report."""
    finding: str
    """What the report calls it: a signal, a rule, an advisory, a technique."""
    title: str
    severity: Severity
    names: tuple[str, ...] = ()
    """Identifiers that it names and the store knows: weaknesses, techniques, vulnerabilities."""
    count: int = 1
    """How often it was found."""
    spots: tuple[Spot, ...] = ()
    """The first places, at most 20."""
    time: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Indication:
    """What one observation says about one control, and by which way."""

    observation: str
    direction: Direction
    strength: Strength
    path: tuple[str, ...]
    """From what the observation names to the control: ("CWE-88", "CWE-77", "SI-10")."""
    by: tuple[str, ...]
    """Who states each step, one name less than `path` has: ("cwe", "cwe-800-53")."""
    why: str = ""
    """One sentence; "" where the path says it all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Control:
    """A control and what speaks about it."""

    id: str
    """"SI-10", "AC-2(1)": one that the knowledge store holds."""
    name: str
    family: str
    standing: Standing
    severity: Severity = Severity.INFORMATIONAL
    """Of the worst observation against it, else of the worst that calls for it."""
    in_baseline: bool = False
    indications: tuple[Indication, ...] = ()
    """Against it first, nearest first."""
    iso: tuple[str, ...] = ()
    """Annex A controls of ISO/IEC 27001:2022."""
    cis: tuple[str, ...] = ()
    """Safeguards of the CIS Controls, version 8."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapped:
    """A control of another framework, seen through the controls of 800-53 that it is related to."""

    id: str
    """"A.8.28", "16.1"."""
    standing: Standing
    controls: tuple[str, ...]
    """Controls of 800-53 with evidence that are related to it; () where none has any."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapping:
    """A source of relations, as it was used."""

    name: str
    title: str
    edition: str = ""
    date: str = ""
    source: str = ""
    licence: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NotRead:
    """An input that was left out."""

    path: str
    reason: str
    """One sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Audit:
    """Reports held against controls."""

    framework: str
    """What the page is ordered by: "800-53", "iso27001" or "cis"."""
    baseline: str
    """"low", "moderate" or "high"."""
    subjects: tuple[Subject, ...] = ()
    observations: tuple[Observation, ...] = ()
    controls: tuple[Control, ...] = ()
    """Controls with evidence, worst first."""
    gaps: tuple[Control, ...] = ()
    """Controls of the baseline that nothing speaks about, or only a hint."""
    beyond: tuple[str, ...] = ()
    """Controls of the baseline that the knowledge store does not hold, so that they were not looked at."""
    mapped: tuple[Mapped, ...] = ()
    """Controls of the other framework, in their own order; () for 800-53."""
    silent: tuple[str, ...] = ()
    """Ids of observations that lead to no control."""
    mappings: tuple[Mapping, ...] = ()
    not_read: tuple[NotRead, ...] = ()

    def standing(self, standing: Standing) -> tuple[Control, ...]:
        """The controls with evidence that stand so."""
        return tuple(one for one in self.controls if one.standing is standing)
