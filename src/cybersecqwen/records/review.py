"""What `csq review` gives: findings in code and findings about packages.

`Report.review`. Lines and columns count from 1, columns in characters; an end stands behind the last
character. Everything is text or a number, so that it travels as JSON as it stands.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from enum import StrEnum

from . import Severity


class Confidence(StrEnum):
    """How sure a rule is that what it finds is real, least sure first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """0 (low) to 2 (high)."""
        return tuple(Confidence).index(self)


class Status(StrEnum):
    """What became of a finding."""

    OPEN = "open"
    BASELINE = "baseline"
    """It stands in the baseline: known before."""
    SUPPRESSED = "suppressed"
    """Whoever wrote the code says why it is none."""
    UNLIKELY = "probably not"
    """Its context speaks against it; it is shown all the same."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A stretch of a file."""

    path: str
    """Below the root of the review, with / between folders; see `Review.opened`."""
    line: int
    column: int = 1
    end_line: int = 0
    """0 where only the line is known."""
    end_column: int = 0
    text: str = ""
    """The lines from `line` to `end_line` as they stand, at most 10 lines and 2,000 characters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FlowStep:
    """A station on the way of a value from where it comes in to where it does harm."""

    place: Place
    what: str
    """What happens there, a few words: "comes in by request.args"."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """A stretch of a file and what shall stand there instead."""

    path: str
    start: int
    """Offset in characters of the decoded text."""
    end: int
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Fix:
    """A change that was checked: it parses, the finding is gone, nothing new is found."""

    edits: tuple[Edit, ...]
    """In the order of the file; they do not overlap."""
    what: str
    """What it does and what that costs, a sentence."""
    writer: str = "csq"
    """"csq" for a rule, else the name of the model."""
    diff: str = ""
    """As a unified diff."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeFinding:
    """Something in a file that a rule is about."""

    rule: str
    """Id of the rule: "py-command-from-variable"."""
    title: str
    cwe: tuple[str, ...]
    """CWE-78, …; the first says it best."""
    severity: Severity
    confidence: Confidence
    why: str
    """Why it matters, one or two sentences."""
    instead: str = ""
    """The secure way, and what it costs."""
    place: Place
    flow: tuple[FlowStep, ...] = ()
    """From source to sink, where a flow was followed; the last step is the place itself."""
    fix: Fix | None = None
    fingerprint: str = ""
    """The same wherever in the file the code moves to."""
    status: Status = Status.OPEN
    reason: str = ""
    """Why it is not open."""
    proven: bool = False
    """A flow from a source was followed: no model may demote it."""
    probability: float | None = None
    """How likely it is real, 0 to 1, by what it and its surroundings are made of; None where not judged."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """A package that a project names or has installed."""

    ecosystem: str
    """As OSV names it: PyPI, npm, Go, crates.io, Maven, RubyGems, Packagist, NuGet."""
    name: str
    """As the manifest has it, in the form that the ecosystem compares by (PEP 503 for PyPI)."""
    version: str = ""
    """Exact; "" where only a range is named."""
    wanted: str = ""
    """The range as the manifest has it: ">=2,<3"; "" where the version is exact."""
    direct: bool = True
    """The project asks for it by name, not another package."""
    dev: bool = False
    """Only for developing."""
    place: Place
    """Where it is named."""


LIKELY = 0.1
"""EPSS score from which on a problem stands before more severe ones.

FIRST gives no bound that fits everybody; this is the one with which it compares EPSS to "CVSS 7 and more":
https://www.first.org/epss/model.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Epss:
    """How likely a vulnerability is to be exploited, by FIRST's Exploit Prediction Scoring System."""

    cve: str
    """Of the finding's CVEs the one with the highest score."""
    score: float
    """Probability that it is exploited within the 30 days after `date`, 0 to 1."""
    percentile: float
    """Share of all scored CVEs with this score or a lower one, 0 to 1."""
    date: str
    """Day that the score is of, ISO 8601."""

    @property
    def is_likely(self) -> bool:
        """Whether it is so likely to be exploited that how severe it is comes second."""
        return self.score >= LIKELY


@dataclass(frozen=True, kw_only=True, slots=True)
class PackageFinding:
    """A known vulnerability of a package, or a package that is a danger itself."""

    kind: str
    """"vulnerable", "malicious", "look-alike", "unmaintained"."""
    package: Package
    id: str = ""
    """Of the advisory: GHSA-…, PYSEC-…, GO-…; "" where none is behind it."""
    aliases: tuple[str, ...] = ()
    """Other names of the same, CVEs first."""
    title: str
    severity: Severity
    score: float | None = None
    """CVSS base score, 0 to 10."""
    vector: str = ""
    """CVSS vector."""
    exploited: bool = False
    """It stands in CISA's catalogue of known exploited vulnerabilities."""
    epss: Epss | None = None
    """None where no scores are imported, and where none of its CVEs has one."""
    cwe: tuple[str, ...] = ()
    fixed: str = ""
    """The nearest version without it; "" where there is none."""
    breaking: bool = False
    """The step there changes the part of the version that promises compatibility."""
    reached: str = ""
    """How the code reaches it: "imported in app.py:3"; "" where that is not known."""
    reachable: bool | None = None
    """None where it cannot be told."""
    why: str = ""
    """Why it is listed, one sentence."""
    instead: str = ""
    """What to do."""
    fingerprint: str = ""
    status: Status = Status.OPEN
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Skipped:
    """A file that was not looked at."""

    path: str
    reason: str
    """One sentence."""
    count: int = 1
    """How many files it stands for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """Code and packages, looked at."""

    findings: tuple[CodeFinding, ...] = ()
    """Most serious first; those that are not open come last."""
    vulnerabilities: tuple[PackageFinding, ...] = ()
    """Most serious first."""
    packages: tuple[Package, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    files: int = 0
    """Files that rules looked at."""
    lines: int = 0
    languages: tuple[tuple[str, int], ...] = ()
    """(language, files), most files first."""
    advisories: str = ""
    """Which advisories packages were held against; "" for none."""
    epss: str = ""
    """Which EPSS scores were looked up, and whether they are old; "" for none."""
    root: str = ""
    """Folder that paths stand below, as it is reached from where the program was started; "" for there."""
    start: str = ""
    """Where the program was started, below the root; "" for the root itself, and for elsewhere."""
    against: str = ""
    """The revision that the change is counted from; "" for a whole tree."""

    def opened(self, path: str) -> str:
        """A path as it is opened from where the program was started."""
        if self.start and not path.startswith("/"):
            return posixpath.relpath(path, self.start)
        return posixpath.join(self.root, path)
