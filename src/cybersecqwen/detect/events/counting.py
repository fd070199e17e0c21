"""Signals that speak about a number of events: so many, within so long, for one value of a field."""

from __future__ import annotations

from collections.abc import Iterable

from .hits import Hit
from .signal import Count
from .view import View


def resolve_counts(hits: Iterable[Hit]) -> list[Hit]:
    """Keep hits of ordinary signals; of counting ones keep only those events that reach the count."""
    out: list[Hit] = []
    counted: dict[tuple[str, tuple[str, ...]], list[Hit]] = {}
    for hit in hits:
        rule = hit.signal.count
        if rule is None:
            out.append(hit)
            continue
        view = View(hit.event, hit.surroundings)
        key = tuple(_one(view, name) for name in rule.by)
        if all(key):
            counted.setdefault((hit.signal.id, key), []).append(hit)
    for group in counted.values():
        rule = group[0].signal.count
        assert rule is not None
        out += _reached(group, rule)
    return out


def _one(view: View, name: str) -> str:
    values = view.values(name)
    return values[0] if values else ""


def _reached(group: list[Hit], rule: Count) -> list[Hit]:
    """The hits of every window that holds enough; events without a time count as one window."""
    group = sorted(group, key=lambda h: h.event.time or 0.0)
    values = [
        _one(View(h.event, h.surroundings), rule.distinct) if rule.distinct else h.event.id for h in group
    ]
    tally: dict[str, int] = {}
    chosen: list[Hit] = []
    first = taken = 0  # the window is group[first : i + 1]; group[:taken] is decided
    for i, hit in enumerate(group):
        tally[values[i]] = tally.get(values[i], 0) + 1
        while (hit.event.time or 0.0) - (group[first].event.time or 0.0) > rule.within_s:
            tally[values[first]] -= 1
            if not tally[values[first]]:
                del tally[values[first]]
            first += 1
        if len(tally) >= rule.at_least:
            chosen += group[max(taken, first) : i + 1]
            taken = i + 1
    return chosen
