"""What a report on logs (`csq logs`) holds for every format. `read_logs` reads it out of a report."""

from __future__ import annotations

from dataclasses import dataclass

from cybersecqwen.records import Report, Severity

from .json_types import as_time

Tally = tuple[tuple[str, int], ...]
"""Names with how often, most often first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Values for which a correlation fired."""

    values: tuple[str, ...]
    first: float | None
    last: float | None
    number: float | None
    """What was counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Detection:
    """A rule that fired. Times are seconds since 1970 UTC."""

    id: str
    title: str
    severity: Severity
    count: int
    first: float | None
    last: float | None
    techniques: tuple[str, ...]
    hosts: Tally
    users: Tally
    description: str
    falsepositives: tuple[str, ...]
    author: str
    references: tuple[str, ...]
    license: str
    path: str
    correlation: bool
    events: tuple[str, ...]
    """Ids of kept events of the report's incidents."""
    groups: tuple[Group, ...] = ()
    """Of a correlation: for which values it fired, when, and with which number."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line of the input and where it stands."""

    source: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Anomaly:
    """What no rule describes and what stands out all the same."""

    kind: str
    sentence: str
    severity: Severity
    score: float | None
    count: int
    first: float | None
    last: float | None
    hosts: tuple[str, ...]
    users: tuple[str, ...]
    numbers: tuple[tuple[str, float], ...]
    template: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Histogram:
    """Events and hits by step of time."""

    start: float | None
    step: float
    """Seconds; 0 where there is no histogram."""
    events: tuple[int, ...]
    hits: tuple[tuple[Severity, tuple[int, ...]], ...]
    """Worst first; severities without hits are left out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HeatRow:
    """A technique over time."""

    id: str
    name: str
    counts: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Heatmap:
    """Techniques over time."""

    start: float | None
    step: float
    rows: tuple[HeatRow, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entity:
    """A host, a user or an address."""

    type: str
    name: str
    events: int
    detections: int
    anomalies: int
    first: float | None
    last: float | None
    worst: Severity | None
    """None where nothing was found on it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """A shape of lines; `<*>` stands for what differs."""

    template: str
    count: int
    example: str
    new: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Unsupported:
    """A rule that was not applied."""

    path: str
    title: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleCounts:
    """What was looked for."""

    loaded: int
    applicable: int
    sets: tuple[str, ...]
    unsupported: tuple[Unsupported, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Baseline:
    """What ordinary was taken from."""

    name: str
    events: int
    since: float | None
    until: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What reading it all took; None where nobody measured."""

    lines: int
    bytes: int
    model_lines: int
    prompt_tokens: int
    answer_tokens: int
    seconds: float | None
    joules: float | None
    price_per_million: float | None
    """Per million tokens, as the user gave it."""
    priced: float | None
    """What the same lines would have cost at that price."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LogsView:
    """All of it."""

    bytes: int
    first: float | None
    """Earliest and latest time of all records."""
    last: float | None
    formats: Tally
    kinds: Tally
    histogram: Histogram
    rules: RuleCounts
    detections: tuple[Detection, ...]
    """Worst first, as the task ordered them."""
    anomalies: tuple[Anomaly, ...]
    heatmap: Heatmap
    entities: tuple[Entity, ...]
    template_count: int
    templates: tuple[Template, ...]
    baseline: Baseline | None
    cost: Cost

    @property
    def span(self) -> tuple[float | None, float | None]:
        """First and last time of what was read, as far as the report says."""
        if self.first is not None and self.last is not None:
            return self.first, self.last
        bins = len(self.histogram.events)
        if self.histogram.start is not None and self.histogram.step and bins:
            return self.histogram.start, as_time(self.histogram.start + self.histogram.step * bins)
        found: list[Detection | Anomaly] = [*self.detections, *self.anomalies]
        firsts = [one.first for one in found if one.first is not None]
        lasts = [one.last for one in found if one.last is not None]
        return min(firsts, default=None), max(lasts, default=None)


def is_logs(report: Report) -> bool:
    """Whether the report is one on logs."""
    return report.task == "logs"
