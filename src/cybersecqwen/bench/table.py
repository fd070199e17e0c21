"""The figures of a run on a terminal, for widths from 60 columns on."""

from __future__ import annotations

from collections.abc import Sequence

from cybersecqwen.render.page import Page, Run, fitted

from .conditions import hardware
from .report import Record, duration, number

_ROOMY = 100
_PREDICTIONS = 50
_LABELS = 3


def draw(records: Sequence[Record], *, width: int, color: bool = False) -> str:
    """The table, its notes and its conditions."""
    page = Page(width)
    for mode, title in _SECTIONS.items():
        some = [one for one in records if one["mode"] == mode]
        if not some:
            continue
        page.blank()
        page.rule((title, "heading"))
        for one in some:
            _task(page, one, width)
    _notes(page, records)
    return page.text(color=color)


_SECTIONS = {
    "closed-book": "CLOSED BOOK",
    "open-book": "OPEN BOOK (knowledge store)",
    "look-up": "LOOK-UP (the store's own record of what is asked: not comparable)",
}


def _task(page: Page, one: Record, width: int) -> None:
    page.blank()
    page.add((one["title"], "strong"), (f"  {one['subject']}", ""), first=[("  ", "")])
    asked = f"{one['items']:,} of {one['data']['items']:,} items"
    asked += f", {one['trials']} trials" if one["trials"] > 1 else ""
    times = one["seconds"]
    each = f"{duration(times['p50_s'])} an item, p95 {duration(times['p95_s'])}"
    page.add((f"{asked} · {each}", "quiet"), first=[("  ", "")])
    roomy = width >= _ROOMY
    for figure in (*one["figures"], one["unparsable"]):
        low, high = number(figure["low"]), number(figure["high"])
        first = figure is one["figures"][0] if one["figures"] else False
        cells: list[Run] = [("    ", ""), (f"{number(figure['value']):>6}", "strong" if first else "")]
        cells.append((f"  [{low:>5}, {high:>5}]", "quiet"))
        cells.append((fitted(f"  n {figure['n']:,}", 12), "quiet"))
        bar = _bar(figure["value"], 20) if roomy and figure["better"] == "higher" else " " * 20
        cells.append((f"{bar}  " if roomy else "", "good" if first else "quiet"))
        page.add((figure["title"], "strong" if first else ""), first=cells)
    if not one["figures"]:
        page.add(("The file has no answers: predictions alone.", "warning"), first=[("    ", "")])
        for at, values in enumerate(one["predictions"][:_PREDICTIONS], 1):
            said = ", ".join(values[:_LABELS]) or "none"
            page.add((said, ""), first=[(f"    {at:>4}  ", "quiet")])
    if one["per_trial"]:
        page.add(
            (f"by trial: {', '.join(number(v) for v in one['per_trial'])}", "quiet"), first=[("    ", "")]
        )


def _bar(share: float, cells: int) -> str:
    eighths = round(max(0.0, min(1.0, share)) * cells * 8)
    full, part = divmod(eighths, 8)
    text = "█" * full + (" ▏▎▍▌▋▊▉"[part] if part else "")
    return fitted(text, cells)


def _notes(page: Page, records: Sequence[Record]) -> None:
    page.blank()
    for one in records:
        parsed = ", ".join(f"{count:,} {how}" for how, count in one["found"].items() if how != "given")
        if parsed:
            cut = f"; {one['cut']:,} ended at the bound on their length" if one["cut"] else ""
            page.add((f"{one['task']}: answers found {parsed}{cut}", "quiet"), first=[("  ", "")])
    if records:
        facts = records[0]["conditions"]
        page.add(
            (f"{hardware(facts)}; commit {facts['commit'] or facts['version']}; ", "quiet"),
            (f"intervals of 95 %; seed {records[0]['plan']['seed']}", "quiet"),
            first=[("  ", "")],
        )
