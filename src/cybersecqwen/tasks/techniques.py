"""The techniques that findings name, as the store knows them: the same for every task."""

from __future__ import annotations

from collections.abc import Iterable

from cybersecqwen.knowledge.store import Store
from cybersecqwen.records import Finding, Technique


def make_techniques(findings: Iterable[Finding], store: Store) -> tuple[Technique, ...]:
    """Techniques of findings that speak against the ordinary, in kill-chain order."""
    named: dict[str, list[str]] = {}
    for finding in findings:
        if finding.weight > 0:
            for technique in finding.techniques:
                named.setdefault(technique, []).append(finding.signal)
    order = {tactic: i for i, tactic in enumerate(store.tactic_order())}
    out = []
    for technique, signals in named.items():
        resolved = store.resolve(technique)
        entity = store.get(resolved.successor) if resolved.successor else resolved.entity
        if entity is None:
            continue  # `verify` names it among the problems
        tactics = store.tactics(entity.id)
        out.append(Technique(id=entity.id, name=entity.name, tactics=tactics, findings=tuple(signals)))
    last = len(order)
    return tuple(
        sorted(out, key=lambda t: (min((order.get(x, last) for x in t.tactics), default=last), t.id))
    )
