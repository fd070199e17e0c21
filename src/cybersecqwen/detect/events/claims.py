"""Alerts of other products as evidence: a claim, weighed by its severity, never taken as proof."""

from __future__ import annotations

import re
from functools import lru_cache

from cybersecqwen.records import Category, Claim, Event, Severity

from .hits import Hit
from .matching import Alternative
from .signal import Signal

WEIGHT = {
    Severity.INFORMATIONAL: 0.3,
    Severity.LOW: 0.9,
    Severity.MEDIUM: 1.8,
    Severity.HIGH: 2.6,
    Severity.CRITICAL: 3.3,
}
"""Log-odds of an alert by its own severity. One claim alone is never more than "needs review":
sigmoid(3.3 - 3.5) = 0.45."""

_TECHNIQUE = re.compile(r"T\d{4}(?:\.\d{3})?\Z")


def claim_hit(event: Event) -> Hit | None:
    """The hit that an event's claim stands for; None where the event carries none."""
    claim = event.claim
    if claim is None or not (claim.rule or claim.rule_id):
        return None
    return Hit(
        _signal(claim.product, claim.rule or claim.rule_id, claim.severity, _techniques(claim)), event, _NONE
    )


_NONE = Alternative(())


def _techniques(claim: Claim) -> tuple[str, ...]:
    """Techniques in the form that the store knows; a sub-technique makes its parent superfluous."""
    ids = [t for t in claim.techniques if _TECHNIQUE.match(t)]
    return tuple(dict.fromkeys(t for t in ids if not any(o.startswith(t + ".") for o in ids)))


@lru_cache(maxsize=4096)
def _signal(product: str, rule: str, severity: Severity, techniques: tuple[str, ...]) -> Signal:
    short = re.sub(r"[^a-z0-9]+", "-", rule.lower())[:60].strip("-")
    return Signal(
        id=f"claim-{product}-{short}",
        title=f"{product} raised an alert: {rule}"[:200],
        looks_at=(Category.ALERT,),
        weight=WEIGHT[severity],
        severity=severity,
        techniques=techniques,
        group="claims",
        why="Another product found this worth an alert; its severity is a claim, not proof.",
        ordinary="Most alerts of one product alone turn out to be ordinary activity.",
        when=(),
        theme="claims",
    )
