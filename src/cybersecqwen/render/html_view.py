"""What the HTML page shows of a report, worked out before the template writes it down."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cybersecqwen.records import (
    Claim,
    Evidence,
    Finding,
    Incident,
    Indicator,
    ProcessNode,
    Report,
    Technique,
)

from .defang import Defanger
from .detail import EVERYTHING, Amounts, first
from .draw_score import ScoreDrawing, draw_score
from .draw_timeline import TimelineDrawing, draw_timeline
from .draw_tree import TreeDrawing, draw_tree
from .interface import Detail
from .story import (
    KILL_CHAIN,
    Layer,
    Side,
    alarming,
    by_tactic,
    decoded_layers,
    distinct,
    events_by_id,
    is_flagged,
    numbered,
    process_rows,
    sides,
)

AMOUNTS: dict[Detail, Amounts] = {
    "brief": Amounts(
        listed=50,
        incidents=1,
        processes=20,
        siblings=3,
        findings=5,
        evidence=1,
        chars=300,
        indicators=10,
        steps=6,
    ),
    "normal": Amounts(
        listed=500,
        incidents=12,
        processes=60,
        siblings=4,
        findings=12,
        evidence=3,
        chars=700,
        indicators=40,
        steps=20,
    ),
    "full": Amounts(
        listed=EVERYTHING,
        incidents=EVERYTHING,
        processes=250,
        siblings=EVERYTHING,
        findings=EVERYTHING,
        evidence=EVERYTHING,
        chars=EVERYTHING,
        indicators=EVERYTHING,
        steps=EVERYTHING,
        everything=True,
    ),
}
"""A page can hold more than a window; a drawing cannot."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote:
    """Evidence inside the field it stands in; the parts are shown text, defanged already."""

    field: str
    layer: str
    event: str
    place: str
    before: str
    hit: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingView:
    """A finding with its number and quotes."""

    number: int
    finding: Finding
    share: int
    """Length of its bar, 0 to 100."""
    quotes: tuple[Quote, ...]
    more: int
    """Quotes left out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingsView:
    """Findings of one direction, strongest first."""

    good: bool
    """Whether they speak for the ordinary."""
    shown: tuple[FindingView, ...]
    more: int
    rest: float
    """Points of those left out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """A command line with what was decoded out of it."""

    node: ProcessNode
    layers: tuple[Layer, ...]
    flagged: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """A tactic on the strip of the kill chain."""

    tactic: str
    techniques: tuple[Technique, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class IndicatorView:
    """An indicator as it is shown."""

    indicator: Indicator
    value: str
    place: str


@dataclass(frozen=True, kw_only=True, slots=True)
class IncidentView:
    """An incident with its drawings."""

    incident: Incident
    sides: tuple[FindingsView, FindingsView]
    tree: TreeDrawing
    timeline: TimelineDrawing
    score: ScoreDrawing
    commands: tuple[Command, ...]
    stages: tuple[Stage, ...]
    indicators: tuple[IndicatorView, ...]
    indicators_more: int
    apart: tuple[IndicatorView, ...]
    claims: tuple[Claim, ...]
    claims_more: int
    numbers: dict[str, int]
    """Signal to number."""


def incident_view(incident: Incident, defang: Defanger, amounts: Amounts) -> IncidentView:
    """Everything that the page shows about one incident."""
    numbers, alarms = numbered(incident), alarming(incident)
    rows = process_rows(incident, amounts.processes, amounts.siblings)
    hot = [row.node is not None and is_flagged(row.node, alarms) for row in rows]
    both = sides(incident.findings, incident.verdict)
    inside = [*both[0][1], *both[1][1]]
    quoter = Quoter(incident, defang, amounts)
    layers = decoded_layers(incident)
    indicators, more, apart = indicator_views(incident.indicators, defang, amounts, quoter)
    claims, claims_more = first(incident.claims, amounts.findings)
    return IncidentView(
        incident=incident,
        sides=(findings_view(both[0], quoter, amounts), findings_view(both[1], quoter, amounts)),
        tree=draw_tree(rows, hot, numbers),
        timeline=draw_timeline(incident, inside),
        score=draw_score(incident, inside),
        commands=tuple(
            Command(node=row.node, layers=tuple(layers.get(row.node.event, ())), flagged=flagged)
            for row, flagged in zip(rows, hot, strict=True)
            if row.node is not None and row.node.command and (flagged or amounts.everything)
        ),
        stages=stages(incident.techniques),
        indicators=indicators,
        indicators_more=more,
        apart=apart,
        claims=tuple(claims),
        claims_more=claims_more,
        numbers={signal: number for signal, (number, _) in numbers.items()},
    )


def stages(techniques: Sequence[Technique]) -> tuple[Stage, ...]:
    """All tactics of the kill chain with the techniques found, then tactics of other matrices."""
    found = dict(by_tactic(techniques))
    names = [*KILL_CHAIN, *(name for name in found if name not in KILL_CHAIN)]
    return tuple(Stage(tactic=name, techniques=tuple(found.get(name, ()))) for name in names)


def findings_view(side: Side, quoter: Quoter, amounts: Amounts) -> FindingsView:
    """Numbered findings with their quotes, as many as the detail allows."""
    good, findings = side
    shown, more = first(findings, amounts.findings)
    top = max([4.0, *(abs(one.weight) for _, one in findings if abs(one.weight) < 1e6)])
    return FindingsView(
        good=good,
        shown=tuple(_finding_view(number, one, top, quoter, amounts) for number, one in shown),
        more=more,
        rest=sum(one.weight for _, one in findings[len(shown) :]),
    )


def _finding_view(number: int, one: Finding, top: float, quoter: Quoter, amounts: Amounts) -> FindingView:
    quotes, more = first(one.evidence if amounts.everything else distinct(one.evidence), amounts.evidence)
    return FindingView(
        number=number,
        finding=one,
        share=round(100 * min(1.0, abs(one.weight) / top)) if math.isfinite(one.weight) else 0,
        quotes=tuple(quoter(quote) for quote in quotes),
        more=more,
    )


def indicator_views(
    indicators: Sequence[Indicator], defang: Defanger, amounts: Amounts, quoter: Quoter
) -> tuple[tuple[IndicatorView, ...], int, tuple[IndicatorView, ...]]:
    """Indicators worth searching for, how many more there are, and those set apart."""
    shown, more = first([one for one in indicators if not one.note], amounts.indicators)
    apart, _ = first([one for one in indicators if one.note], amounts.indicators)

    def view(one: Indicator) -> IndicatorView:
        return IndicatorView(
            indicator=one, value=defang.indicator(one), place=quoter.place(one.evidence.event)
        )

    return tuple(view(one) for one in shown), more, tuple(view(one) for one in apart)


class Quoter:
    """Finds evidence in the fields of an incident's events."""

    def __init__(self, incident: Incident | None, defang: Defanger, amounts: Amounts) -> None:
        self._events = events_by_id(incident) if incident else {}
        self._defang = defang
        self._around = amounts.chars

    def place(self, event: str) -> str:
        """Where the event was read; "" where it was not kept."""
        found = self._events.get(event)
        return str(found.source) if found else ""

    def __call__(self, one: Evidence) -> Quote:
        """The quote with what stands around it; alone where the field does not hold it as it is."""
        before, hit, after = "", one.value, ""
        event = self._events.get(one.event)
        whole = event.get(one.field) if event and not one.layer else ""
        at = whole.find(one.value) if one.value else -1
        if at >= 0:
            before, after = whole[:at], whole[at + len(one.value) :]
        before, hit, after = self._shown(self._cut_left(before), hit, self._cut_right(after))
        return Quote(
            field=one.field,
            layer=one.layer,
            event=one.event,
            place=self.place(one.event),
            before=before,
            hit=hit,
            after=after,
        )

    def _shown(self, before: str, hit: str, after: str) -> tuple[str, str, str]:
        """The parts defanged as one text, so that a host cut in two by the mark is broken as well."""
        show = self._defang.show
        whole, middle = show(before + hit + after), show(hit)
        at = len(show(before))
        if whole[at : at + len(middle)] == middle:
            return whole[:at], middle, whole[at + len(middle) :]
        return show(before), middle, show(after)

    def _cut_left(self, text: str) -> str:
        cut = len(text) - self._around
        return text if cut <= 0 else f"({cut:,} characters)… {text[cut:]}"

    def _cut_right(self, text: str) -> str:
        cut = len(text) - self._around
        return text if cut <= 0 else f"{text[: self._around]} …({cut:,} characters)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Paragraph:
    """Sentences that one writer wrote in a row."""

    writer: str
    sentences: tuple[str, ...]


def paragraphs(report: Report) -> list[Paragraph]:
    """The narrative, cut where the writer changes."""
    out: list[tuple[str, list[str]]] = []
    for sentence in report.narrative:
        if not out or out[-1][0] != sentence.writer:
            out.append((sentence.writer, []))
        out[-1][1].append(sentence.text)
    return [Paragraph(writer=writer, sentences=tuple(texts)) for writer, texts in out]
