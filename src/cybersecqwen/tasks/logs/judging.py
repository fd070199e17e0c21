"""How sure and how bad: levels of rules and kinds of anomaly as log-odds, as in triage.

A rule's level is its author's opinion of any hit at all. The weights say what it is worth here: one rule of
level high is a reason to look (needs review), two of different kinds on one host a suspicion, a critical one
by itself as well. Anomalies are hints: what is new or rare is seldom bad.
"""

from __future__ import annotations

from collections.abc import Iterable

from cybersecqwen.records import Severity
from cybersecqwen.tasks.triage.verdict import PRIOR

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


def score_of(weights: Iterable[float]) -> float:
    """Log-odds of several findings; each of the strong ones counts, the weak ones together little."""
    strong = weak = 0.0
    for weight in weights:
        if weight >= _WEAK:
            strong += weight
        else:
            weak += weight
    return PRIOR + strong + min(weak, _MOST_WEAK)
