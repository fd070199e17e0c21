"""The detections of the HTML page: each rule with its events, and in them the fields that made it fire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from cybersecqwen.records import Event, Evidence, Incident, Report

from .defang import Defanger
from .detail import first
from .html_view import AMOUNTS, Quote, Quoter
from .interface import RenderOptions
from .logs import Detection, LogsView
from .logs_detail import BROWSER
from .logs_story import group_line
from .wording import bare_host, clipped, period, some_names

T = TypeVar("T")

FIELDS = 40
"""Fields shown of one event unless everything is asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part(Generic[T]):
    """A list with how many of it are not shown."""

    shown: tuple[T, ...]
    more: int


@dataclass(frozen=True, kw_only=True, slots=True)
class EventView:
    """An event under a detection."""

    event: Event
    quotes: tuple[Quote, ...]
    """The fields that made the rule fire."""
    fields: tuple[tuple[str, str], ...]
    """The other fields."""
    more: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DetectionView:
    """A detection with its events."""

    detection: Detection
    when: str
    hosts: str
    hosts_all: str
    users_all: str
    events: tuple[EventView, ...]
    more: int
    """Hits that are not shown."""
    names: tuple[tuple[str, str], ...]
    """Its techniques with their names."""
    groups: tuple[str, ...]
    """For which values a correlation fired."""


def detection_views(
    report: Report, view: LogsView, defang: Defanger, options: RenderOptions, *, dates: str
) -> Part[DetectionView]:
    """The detections that the detail allows, each with its first events, worst first."""
    amounts = BROWSER[options.detail]
    homes: dict[str, tuple[Event, Incident]] = {}
    proofs: dict[tuple[str, str], list[Evidence]] = {}
    for incident in report.incidents:
        for event in incident.events:
            homes.setdefault(event.id, (event, incident))
        for finding in incident.findings:
            for quote in finding.evidence:
                proofs.setdefault((finding.signal, quote.event), []).append(quote)
    names = {one.id: one.name for one in report.techniques} | {
        row.id: row.name for row in view.heatmap.rows if row.name
    }
    quoters: dict[str, Quoter] = {}
    shown, more = first(view.detections, amounts.detections)
    made = []
    for one in shown:
        kept = [homes[id] for id in dict.fromkeys(one.events) if id in homes]
        told, _ = first(kept, amounts.events)
        events = []
        for event, incident in told:
            quoter = quoters.setdefault(incident.id, Quoter(incident, defang, AMOUNTS[options.detail]))
            quotes = proofs.get((one.id, event.id), [])
            events.append(_event(event, quotes, quoter, everything=amounts.everything))
        made.append(
            DetectionView(
                detection=one,
                when=period(one.first, one.last, dates=dates),
                hosts=some_names([bare_host(name) for name, _ in one.hosts]),
                hosts_all=", ".join(f"{name} ×{number:,}" for name, number in one.hosts),
                users_all=", ".join(f"{name} ×{number:,}" for name, number in one.users),
                events=tuple(events),
                more=max(0, one.count - len(events)),
                groups=tuple(group_line(group, dates=dates) for group in one.groups),
                names=tuple((id, names.get(id, "")) for id in one.techniques),
            )
        )
    return Part(shown=tuple(made), more=more)


def _event(event: Event, quotes: list[Evidence], quoter: Quoter, *, everything: bool) -> EventView:
    proven = {quote.field for quote in quotes if not quote.layer}
    rest = [(name, value) for name, value in event.fields.items() if value and name not in proven]
    limit = len(rest) if everything else FIELDS
    shown, more = first(rest, limit)
    return EventView(
        event=event,
        quotes=tuple(quoter(quote) for quote in quotes),
        fields=tuple((name, value if everything else clipped(value, 700)) for name, value in shown),
        more=more,
    )
