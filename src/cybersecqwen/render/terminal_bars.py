"""Bars in letters: events over time with the worst hit under each column, and the busiest entities."""

from __future__ import annotations

from collections.abc import Sequence

from cybersecqwen.records import Severity

from .detail import first
from .logs import Entity, Histogram
from .logs_story import histogram_bins, rebinned, worst_hits
from .page import Page, Run, fitted
from .terminal_incident import Sheet
from .wording import counted, day, lasting, moment, severity_word, told_apart

BLOCKS = " ▁▂▃▄▅▆▇█"
LETTERS = {
    Severity.CRITICAL: "C",
    Severity.HIGH: "H",
    Severity.MEDIUM: "M",
    Severity.LOW: "l",
    Severity.INFORMATIONAL: "i",
}
"""Said by letter as well as by colour."""
LABEL = 9
"""Cells left of the bar."""


def write_bar(page: Page, histogram: Histogram) -> None:
    """Events over time in one line of blocks, hits in one line of letters, times under them."""
    bins = histogram_bins(histogram)
    if not bins or histogram.start is None or not histogram.step:
        return
    room = page.width - LABEL - 2
    events = rebinned((*histogram.events, *[0] * (bins - len(histogram.events))), room)
    wide = max(1, min(6, room // len(events)))
    per = histogram.step * -(-bins // max(1, room))
    page.blank()
    page.add(
        ("EVENTS OVER TIME", "heading"),
        (f"  {lasting(per)} a step, at most {max(events):,} in one", "quiet"),
    )
    top = max(*events, 1)
    blocks = "".join(_block(number, top) * wide for number in events)
    page.add((blocks.rstrip(), "low"), first=[("  events ", "quiet")])
    worst = worst_hits(histogram, room, bins)
    if any(worst):
        runs: list[Run] = [
            (LETTERS[one] * wide, one.label) if one else ("·" * wide, "quiet") for one in worst
        ]
        page.add(*_joined(runs), first=[("  hits   ", "quiet")])
    length = len(events) * wide
    page.add((_axis(histogram.start, histogram.step * bins, length), "quiet"), first=[(" " * LABEL, "")])
    if any(worst):
        known = {one for one in worst if one}
        legend = ", ".join(f"{LETTERS[one]} {one.label}" for one in reversed(Severity) if one in known)
        page.add((f"the worst hit of each step: {legend}", "quiet"), first=[(" " * LABEL, "")])


def _block(number: int, top: int) -> str:
    """Nothing is empty that is not nought."""
    return BLOCKS[0] if not number else BLOCKS[max(1, min(8, round(8 * number / top)))]


def _joined(runs: Sequence[Run]) -> list[Run]:
    """Runs of one style as one run, so that they are one word and never wrap inside."""
    out: list[Run] = []
    for text, style in runs:
        if out and out[-1][1] == style:
            out[-1] = (out[-1][0] + text, style)
        else:
            out.append((text, style))
    return out


def _axis(start: float, length: float, cells: int) -> str:
    """Up to five times under their columns; dates where the bar is longer than two days."""
    line = ""
    count = max(1, min(5, cells // 14))
    for at in range(count):
        time = start + length * at / count
        label = _label(time, length)
        column = round(cells * at / count)
        if column >= len(line) + (1 if line else 0):
            line = line.ljust(column) + label
    return line


def _label(time: float, length: float) -> str:
    when = moment(time)
    if when is None:
        return ""
    if length > 2 * 86_400:
        return day(time)
    return when.strftime("%H:%M" if length > 300 else "%H:%M:%S")


def write_entities(sheet: Sheet, entities: Sequence[Entity], limit: int) -> None:
    """Hosts, users and addresses with most findings, with a bar for their detections."""
    if not entities or not limit:
        return
    shown, more = first(entities, limit)
    page = sheet.page
    page.blank()
    page.add(("TOP ENTITIES", "heading"), ("  by what was found on them", "quiet"))
    top = max(*(one.detections + one.anomalies for one in shown), 1)
    bar = 14 if page.width >= 90 else 8
    room = 20 if page.width >= 90 else 14
    names = told_apart([sheet.show(one.name) for one in shown])
    for one, name in zip(shown, names, strict=True):
        name = name if one.type == "host" else sheet.show(one.name)
        found = one.detections + one.anomalies
        filled = max(1, round(bar * found / top)) if found else 0
        tone = one.worst.label if one.worst else "quiet"
        facts = [
            severity_word(one.worst) if one.worst else "",
            counted(one.detections, "hit") if one.detections else "",
            counted(one.anomalies, "anomaly", "anomalies") if one.anomalies else "",
            counted(one.events, "event"),
        ]
        page.add(
            (" · ".join(fact for fact in facts if fact), "quiet"),
            first=[
                ("  ", ""),
                (fitted(sheet.show(one.type), 8), "quiet"),
                (fitted(name, room) + "  ", ""),
                ("█" * filled + "·" * (bar - filled) + "  ", tone),
            ],
        )
    if more:
        page.add((f"… and {more:,} more", "quiet"), first=[("  ", "")])
