"""Reads `Report.extra["logs"]` (docs/output.md says what stands there) with nothing taken for granted.

A report may come from a file that others wrote, so each value is read by its expected type and left out
where it has another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cybersecqwen.records import Report, Severity

from .json_types import (
    as_count,
    as_counts,
    as_mapping,
    as_mappings,
    as_number,
    as_severity,
    as_tally,
    as_text,
    as_texts,
    as_time,
)
from .logs import (
    Anomaly,
    Baseline,
    Cost,
    Detection,
    Entity,
    Group,
    Heatmap,
    HeatRow,
    Histogram,
    Line,
    LogsView,
    RuleCounts,
    Template,
    Unsupported,
)

MOST = 100_000
"""Items read of any list."""
BINS = 20_000
"""Steps of time read of a histogram."""
ROWS = 500
"""Rows read of the heat map."""


def logs_view(report: Report) -> LogsView:
    """What a report says about logs."""
    extra = as_mapping(report.extra.get("logs"))
    templates = as_mapping(extra.get("templates"))
    return LogsView(
        bytes=as_count(extra.get("bytes")),
        first=as_time(extra.get("first")),
        last=as_time(extra.get("last")),
        formats=as_tally(extra.get("formats"), MOST),
        kinds=as_tally(extra.get("kinds"), MOST),
        histogram=_histogram(as_mapping(extra.get("histogram"))),
        rules=_rules(as_mapping(extra.get("rules"))),
        detections=tuple(_detection(one) for one in as_mappings(extra.get("detections"), MOST)),
        anomalies=tuple(_anomaly(one) for one in as_mappings(extra.get("anomalies"), MOST)),
        heatmap=_heatmap(as_mapping(extra.get("heatmap"))),
        entities=tuple(_entity(one) for one in as_mappings(extra.get("entities"), MOST)),
        template_count=as_count(templates.get("count")),
        templates=tuple(_template(one) for one in as_mappings(templates.get("top"), MOST)),
        baseline=_baseline(extra.get("baseline")),
        cost=_cost(as_mapping(extra.get("cost"))),
    )


def _detection(one: Mapping[str, Any]) -> Detection:
    return Detection(
        id=as_text(one.get("id")),
        title=as_text(one.get("title")) or as_text(one.get("id")) or "unnamed rule",
        severity=as_severity(one.get("level"), Severity.MEDIUM),  # Sigma's rules without a level
        count=as_count(one.get("count")),
        first=as_time(one.get("first")),
        last=as_time(one.get("last")),
        techniques=as_texts(one.get("techniques"), 100),
        hosts=as_tally(one.get("hosts"), MOST),
        users=as_tally(one.get("users"), MOST),
        description=as_text(one.get("description")),
        falsepositives=as_texts(one.get("falsepositives"), 100),
        author=as_text(one.get("author")),
        references=as_texts(one.get("references"), 100),
        license=as_text(one.get("license")),
        path=as_text(one.get("path")),
        correlation=one.get("correlation") is True,
        events=as_texts(one.get("events"), MOST),
        groups=tuple(_group(each) for each in as_mappings(one.get("groups"), 1_000)),
    )


def _group(one: Mapping[str, Any]) -> Group:
    return Group(
        values=as_texts(one.get("values"), 20),
        first=as_time(one.get("first")),
        last=as_time(one.get("last")),
        number=as_number(one.get("number")),
    )


def _anomaly(one: Mapping[str, Any]) -> Anomaly:
    numbers = ((as_text(name), as_number(value)) for name, value in as_mapping(one.get("numbers")).items())
    lines = [
        Line(source=as_text(line.get("source")), text=as_text(line.get("text")))
        for line in as_mappings(one.get("lines"), 100)
    ]
    return Anomaly(
        kind=as_text(one.get("kind")) or "anomaly",
        sentence=as_text(one.get("sentence")) or as_text(one.get("template")) or "Something stands out.",
        severity=as_severity(one.get("severity")),
        score=as_number(one.get("score")),
        count=as_count(one.get("count")),
        first=as_time(one.get("first")),
        last=as_time(one.get("last")),
        hosts=tuple(name for name, _ in as_tally(one.get("hosts"), MOST)),
        users=tuple(name for name, _ in as_tally(one.get("users"), MOST)),
        numbers=tuple((name, value) for name, value in numbers if name and value is not None),
        template=as_text(one.get("template")),
        lines=tuple(line for line in lines if line.source or line.text),
    )


def _steps(one: Mapping[str, Any], bins: int) -> tuple[float | None, float]:
    """Where the steps of time begin and how long each is; None and 0 where that makes no dates."""
    start, step = as_time(one.get("start")), as_number(one.get("step_s"))
    if start is None or step is None or step <= 0:
        return None, 0.0
    end = as_time(start + step * bins)
    return (start, step) if end is not None and end > start else (None, 0.0)


def _histogram(one: Mapping[str, Any]) -> Histogram:
    events = as_counts(one.get("events"), BINS)
    hits = as_mapping(one.get("hits"))
    read = [(severity, as_counts(hits.get(severity.label), BINS)) for severity in reversed(Severity)]
    found = tuple((severity, counts) for severity, counts in read if any(counts))
    start, step = _steps(one, max([len(events), *(len(counts) for _, counts in found)]))
    return Histogram(start=start, step=step, events=events, hits=found)


def _heatmap(one: Mapping[str, Any]) -> Heatmap:
    rows = [
        HeatRow(
            id=as_text(row.get("id")),
            name=as_text(row.get("name")),
            counts=as_counts(row.get("counts"), BINS),
        )
        for row in as_mappings(one.get("rows"), ROWS)
    ]
    kept = tuple(row for row in rows if any(row.counts))
    start, step = _steps(one, max((len(row.counts) for row in kept), default=0))
    return Heatmap(start=start, step=step, rows=kept)


def _entity(one: Mapping[str, Any]) -> Entity:
    found = as_count(one.get("detections")) + as_count(one.get("anomalies"))
    return Entity(
        type=as_text(one.get("type")) or "entity",
        name=as_text(one.get("name")) or "unnamed",
        events=as_count(one.get("events")),
        detections=as_count(one.get("detections")),
        anomalies=as_count(one.get("anomalies")),
        first=as_time(one.get("first")),
        last=as_time(one.get("last")),
        worst=as_severity(one.get("worst")) if found else None,
    )


def _template(one: Mapping[str, Any]) -> Template:
    return Template(
        template=as_text(one.get("template")),
        count=as_count(one.get("count")),
        example=as_text(one.get("example")),
        new=one.get("new") is True,
    )


def _rules(one: Mapping[str, Any]) -> RuleCounts:
    return RuleCounts(
        loaded=as_count(one.get("loaded")),
        applicable=as_count(one.get("applicable")),
        sets=as_texts(one.get("sets"), 100),
        unsupported=tuple(
            Unsupported(
                path=as_text(rule.get("path")),
                title=as_text(rule.get("title")),
                reason=as_text(rule.get("reason")) or "no reason given",
            )
            for rule in as_mappings(one.get("unsupported"), MOST)
        ),
    )


def _baseline(value: object) -> Baseline | None:
    if not isinstance(value, Mapping):
        return None
    return Baseline(
        name=as_text(value.get("name")),
        events=as_count(value.get("learned_events")),
        since=as_time(value.get("learned_from")),
        until=as_time(value.get("learned_to")),
    )


def _positive(value: object) -> float | None:
    number = as_number(value)
    return number if number is not None and number >= 0 else None


def _cost(one: Mapping[str, Any]) -> Cost:
    return Cost(
        lines=as_count(one.get("lines")),
        bytes=as_count(one.get("bytes")),
        model_lines=as_count(one.get("model_lines")),
        prompt_tokens=as_count(one.get("prompt_tokens")),
        answer_tokens=as_count(one.get("answer_tokens")),
        seconds=_positive(one.get("seconds")),
        joules=_positive(one.get("joules")),
        price_per_million=_positive(one.get("price_per_million")),
        priced=_positive(one.get("priced")),
    )
