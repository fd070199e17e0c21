"""From hits to findings: one per signal, with its events and its evidence."""

from __future__ import annotations

from collections.abc import Iterable

from cybersecqwen.detect.events.hits import Hit
from cybersecqwen.records import Evidence, Finding

_EVENTS = 50
_EVIDENCE_EVENTS = 3


def make_findings(hits: Iterable[Hit]) -> dict[str, Finding]:
    """Findings by signal id; evidence is quoted from the first three events of each."""
    grouped: dict[str, list[Hit]] = {}
    for hit in hits:
        grouped.setdefault(hit.signal.id, []).append(hit)
    return {name: _finding(found) for name, found in grouped.items()}


def _finding(hits: list[Hit]) -> Finding:
    signal = hits[0].signal
    events = tuple(dict.fromkeys(h.event.id for h in hits))
    quoted: list[Evidence] = []
    shown: set[tuple[str, str]] = set()
    for hit in hits:
        if len({e.event for e in quoted}) >= _EVIDENCE_EVENTS:
            break
        fresh = [e for e in hit.evidence() if (e.field, e.value) not in shown]
        shown.update((e.field, e.value) for e in fresh)
        quoted += fresh
    return Finding(
        signal=signal.id,
        title=signal.title,
        weight=signal.weight,
        severity=signal.severity,
        techniques=signal.techniques,
        events=events[:_EVENTS],
        count=len(events),
        evidence=tuple(quoted),
        why=signal.why,
        ordinary=signal.ordinary,
        group=signal.group,
    )
