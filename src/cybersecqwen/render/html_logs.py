"""What the HTML page shows of a report on logs, worked out before the template writes it down."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from cybersecqwen.records import Report, Severity

from .defang import Defanger
from .detail import first
from .draw_heatmap import HeatmapDrawing, HeatTableRow, draw_heatmap, heatmap_rows
from .draw_histogram import HistogramDrawing, HistogramRow, draw_histogram, histogram_rows
from .draw_lanes import LanesDrawing, draw_lanes
from .html_detections import DetectionView, Part, detection_views
from .html_view import AMOUNTS
from .interface import RenderOptions
from .logs import Anomaly, Entity, LogsView, Template
from .logs_detail import BROWSER, LogAmounts
from .logs_story import (
    Moment,
    Timeline,
    cost_rows,
    date_form,
    next_steps,
    read_parts,
    reasons,
    rules_line,
    speed,
    timelines,
)
from .read_logs import logs_view
from .wording import bare_host, clipped, counted, period, some_names, span, told_apart

SIZES = (("wide", 1080, 120), ("narrow", 348, 40))
"""Names, widths in pixels and most steps of time of the drawings; the style sheet shows one by the window."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tile:
    """A number at the top of the page."""

    number: str
    label: str
    note: str = ""
    tally: tuple[tuple[Severity, int], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class AnomalyView:
    """An anomaly with its lines."""

    anomaly: Anomaly
    when: str
    where: str
    more: int
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class EntityView:
    """An entity with the length of its bar, 0 to 100."""

    entity: Entity
    name: str
    share: float


@dataclass(frozen=True, kw_only=True, slots=True)
class TimelineView:
    """The timeline of one entity."""

    timeline: Timeline
    when: str
    users: str
    rows: tuple[tuple[str, Moment], ...]
    """Time in words and the moment."""
    more: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LogsPage:
    """Everything of the page that is about logs."""

    view: LogsView
    facts: tuple[tuple[str, str], ...]
    tiles: tuple[Tile, ...]
    histograms: tuple[HistogramDrawing, ...]
    histogram_rows: tuple[HistogramRow, ...]
    heatmaps: tuple[HeatmapDrawing, ...]
    heatmap_rows: tuple[HeatTableRow, ...]
    lanes: tuple[LanesDrawing, ...]
    detections: Part[DetectionView]
    anomalies: Part[AnomalyView]
    timelines: Part[TimelineView]
    entities: Part[EntityView]
    templates: Part[Template]
    template_note: str
    reasons: tuple[tuple[str, int, tuple[tuple[str, str], ...]], ...]
    """Why rules were not applied, how many, and which (title and path) as far as the detail allows."""
    cost: tuple[tuple[str, str], ...]
    steps: Part[str]
    severities: tuple[tuple[str, int], ...]
    """Hits by severity over the whole time, worst first, for the legend."""


def logs_page(report: Report, defang: Defanger, options: RenderOptions) -> LogsPage:
    """The page of a report on logs."""
    view, amounts = logs_view(report), BROWSER[options.detail]
    dates = date_form(view)
    told = timelines(report.incidents, view)
    steps, steps_more = first(next_steps(report), AMOUNTS[options.detail].steps)
    templates, templates_more = first(sorted(view.templates, key=lambda one: not one.new), amounts.templates)
    fresh = sum(one.new for one in view.templates)
    shapes = counted(max(view.template_count, len(view.templates)), "shape of line", "shapes of lines")
    histogram = view.histogram
    return LogsPage(
        view=view,
        facts=_facts(report, view),
        tiles=_tiles(report, view),
        histograms=tuple(draw_histogram(histogram, name, width, most) for name, width, most in SIZES),
        histogram_rows=histogram_rows(histogram),
        heatmaps=tuple(draw_heatmap(view.heatmap, name, width, most // 2) for name, width, most in SIZES),
        heatmap_rows=heatmap_rows(view.heatmap),
        lanes=tuple(draw_lanes(told, name, width) for name, width, _ in SIZES),
        detections=detection_views(report, view, defang, options, dates=dates),
        anomalies=_anomalies(view, amounts, dates=dates),
        timelines=_timelines(told, amounts, dates=dates),
        entities=_entities(view, amounts),
        templates=Part(shown=tuple(templates), more=templates_more),
        template_note=f"{shapes}, {fresh:,} new",
        reasons=_reasons(view, amounts),
        cost=tuple(cost_rows(view.cost)),
        steps=Part(shown=tuple(steps), more=steps_more),
        severities=tuple((severity.label, sum(counts)) for severity, counts in histogram.hits),
    )


def _facts(report: Report, view: LogsView) -> tuple[tuple[str, str], ...]:
    facts = [
        ("Read", " · ".join(read_parts(report, view, names=False))),
        ("When", span(*view.span)),
        ("Speed", speed(report, view)),
        ("Rules", rules_line(view.rules) + (f" ({', '.join(view.rules.sets)})" if view.rules.sets else "")),
    ]
    if view.baseline:
        one = view.baseline
        learned = ", ".join(filter(None, (counted(one.events, "event"), span(one.since, one.until))))
        facts.append(("Compared with", f"{one.name or 'a baseline'}: {learned}"))
    return tuple((name, text) for name, text in facts if text.strip())


def _tiles(report: Report, view: LogsView) -> tuple[Tile, ...]:
    hit = {name for one in view.detections for name, _ in one.hosts}
    hit |= {name for one in view.anomalies for name in one.hosts}
    hosts = report.counts.get("hosts", 0)
    levels = Counter(one.severity for one in view.detections)
    odd = Counter(one.severity for one in view.anomalies)
    fresh = sum(one.new for one in view.templates)
    hits = sum(one.count for one in view.detections)
    tiles = [
        Tile(number=f"{report.counts.get('events', 0):,}", label="events read"),
        Tile(
            number=f"{len(view.detections):,}",
            label="rules fired",
            note=f"{counted(hits, 'hit')}" if hits else "",
            tally=_tally(levels),
        ),
        Tile(number=f"{len(view.anomalies):,}", label="anomalies", tally=_tally(odd)),
        Tile(
            number=f"{len(hit):,}",
            label="hosts with findings",
            note=f"of {hosts:,}" if hosts >= len(hit) > 0 else "",
        ),
        Tile(number=f"{fresh:,}", label="new shapes of lines", note=f"of {view.template_count:,}"),
        Tile(number=f"{view.cost.model_lines:,}", label="lines a model saw", note=f"of {view.cost.lines:,}"),
    ]
    return tuple(tiles)


def _tally(found: Counter[Severity]) -> tuple[tuple[Severity, int], ...]:
    return tuple((one, found[one]) for one in reversed(Severity) if found[one])


def _anomalies(view: LogsView, amounts: LogAmounts, *, dates: str) -> Part[AnomalyView]:
    shown, more = first(view.anomalies, amounts.anomalies)
    made = []
    for one in shown:
        lines, left = first(one.lines, amounts.lines)
        where = [some_names([bare_host(name) for name in one.hosts]), some_names(list(one.users))]
        made.append(
            AnomalyView(
                anomaly=one,
                when=period(one.first, one.last, dates=dates),
                where=" · ".join(part for part in where if part),
                more=left,
                lines=tuple(
                    (line.source, line.text if amounts.everything else clipped(line.text, 700))
                    for line in lines
                ),
            )
        )
    return Part(shown=tuple(made), more=more)


def _timelines(told: list[Timeline], amounts: LogAmounts, *, dates: str) -> Part[TimelineView]:
    shown, more = first(told, amounts.timelines)
    made = []
    for line in shown:
        rows, left = first(line.moments, amounts.moments)
        one = line.incident
        made.append(
            TimelineView(
                timeline=line,
                when=period(one.start, one.end, dates=dates),
                users=some_names(list(one.users), 2),
                rows=tuple((period(row.time, None, dates=line.dates(dates)), row) for row in rows),
                more=left,
            )
        )
    return Part(shown=tuple(made), more=more)


def _entities(view: LogsView, amounts: LogAmounts) -> Part[EntityView]:
    shown, more = first(view.entities, amounts.entities)
    top = max((one.detections + one.anomalies for one in shown), default=0) or 1
    names = told_apart([one.name for one in shown])
    made = [
        EntityView(
            entity=one,
            name=name if one.type == "host" else one.name,
            share=_share(one.detections + one.anomalies, top),
        )
        for one, name in zip(shown, names, strict=True)
    ]
    return Part(shown=tuple(made), more=more)


def _share(number: int, top: int) -> float:
    """Of the longest bar; whoever was hit has a bar that can be seen."""
    return round(max(3.0, 100 * number / top), 1) if number else 0.0


def _reasons(view: LogsView, amounts: LogAmounts) -> tuple[tuple[str, int, tuple[tuple[str, str], ...]], ...]:
    return tuple(
        (reason, len(which), tuple((one.title, one.path) for one in which[: amounts.unsupported]))
        for reason, which in reasons(view.rules)
    )
