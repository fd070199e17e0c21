"""How sure and how bad: levels of rules and kinds of anomaly as log-odds, as in triage.

A rule's level is its author's opinion of any hit at all. The weights say what it is worth here: one rule of
level high is a reason to look (needs review), two of different kinds on one host a suspicion, a critical one
by itself as well. Anomalies are hints: what is new or rare is seldom bad.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from cybersecqwen.records import Severity, Verdict

PRIOR = -3.5
"""Log-odds before any finding, as in triage (docs/triage.md)."""
LOOK = -1.9
"""Log-odds of what is just worth a look (needs review)."""
WEIGHTS = {
    Severity.INFORMATIONAL: 0.1,
    Severity.LOW: 0.5,
    Severity.MEDIUM: 1.6,
    Severity.HIGH: 2.5,
    Severity.CRITICAL: 4.5,
}
"""Log-odds of a rule by its level."""
ANOMALY_WEIGHTS = {
    Severity.INFORMATIONAL: 0.05,
    Severity.LOW: 0.2,
    Severity.MEDIUM: 0.5,
    Severity.HIGH: 1.2,
    Severity.CRITICAL: 1.2,
}
"""Log-odds of an anomaly by its severity."""
_WEAK = 1.5  # findings below it add at most _MOST_WEAK together
_MOST_WEAK = 1.2
_MOST_SURE = 0.995


def score_of(weights: Iterable[float]) -> float:
    """Log-odds of several findings; each of the strong ones counts, the weak ones together little."""
    strong = weak = 0.0
    for weight in weights:
        if weight >= _WEAK:
            strong += weight
        else:
            weak += weight
    return PRIOR + strong + min(weak, _MOST_WEAK)


def probability(score: float) -> float:
    """sigmoid, safe for large scores."""
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, score))))


def verdict_of(score: float) -> Verdict:
    """The verdict for a score; thresholds as in triage."""
    p = probability(score)
    if p >= 0.9:
        return Verdict.MALICIOUS
    if p >= 0.5:
        return Verdict.SUSPICIOUS
    return Verdict.NEEDS_REVIEW if p >= 0.12 else Verdict.BENIGN


def confidence_of(score: float) -> float:
    """The probability of what the verdict says: ordinary for benign, malicious for the others."""
    p = probability(score)
    return min(_MOST_SURE, round(1.0 - p if p < 0.12 else p, 3))
