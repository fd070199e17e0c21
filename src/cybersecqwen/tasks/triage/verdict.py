"""The verdict of an incident: computed from weights, never generated.

    score = PRIOR + Σ over groups (strongest in full + 1/4 of each further signal)

Each weight is first reduced by the benign context of its own chain: a management agent's scheduled
task speaks for what that task started, and for nothing else on the host. Weights are log-odds, so
sigmoid(score) is a probability; the thresholds and how well they hold are in docs/triage.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from cybersecqwen.detect.events.hits import Hit
from cybersecqwen.detect.events.stories import Chain
from cybersecqwen.records import Finding, Severity, Verdict

PRIOR = -3.5
"""Log-odds before any finding: about 3 in 100 things that are looked at are malicious."""

REVIEW, SUSPICIOUS, MALICIOUS = 0.12, 0.5, 0.9
"""Probabilities from which on a verdict holds."""

MOST_SURE = 0.995
"""Weights set by hand on few recordings cannot tell 995 in 1,000 from more."""

FURTHER = 0.25
"""What further signals of the same group add, as a share of their weight; together at most as much
as the strongest."""

HINT = 1.5
"""Weights below this are hints; all hints together add at most MAX_HINTS."""
MAX_HINTS = 2.5

MAX_CONTEXT = 6.0
"""Log-odds that benign context can take from one chain: less than two proofs."""

PROOF = 5.0
"""Signals from this weight on are nearly proof; context takes at most PROOF_CUT of them."""
PROOF_CUT = 0.35


@dataclass(frozen=True, slots=True)
class Judged:
    """The computed part of an incident."""

    verdict: Verdict
    severity: Severity
    confidence: float
    score: float
    findings: tuple[Finding, ...]
    """Strongest first, context last; weights after reduction by context."""
    reasons: tuple[str, ...]


@dataclass(slots=True)
class _Weighed:
    """A signal over all chains: its hits and the best weight it kept."""

    hits: list[Hit]
    weight: float


def probability(score: float) -> float:
    """sigmoid, safe for large scores."""
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, score))))


def verdict_of(score: float) -> Verdict:
    """The verdict that a score stands for."""
    p = probability(score)
    if p >= MALICIOUS:
        return Verdict.MALICIOUS
    if p >= SUSPICIOUS:
        return Verdict.SUSPICIOUS
    return Verdict.NEEDS_REVIEW if p >= REVIEW else Verdict.BENIGN


def confidence_of(score: float) -> float:
    """The probability that what the verdict says is so: ordinary for "benign", malicious for the others."""
    p = probability(score)
    return min(MOST_SURE, round(1.0 - p if p < REVIEW else p, 3))


def judge(chains: Sequence[Chain], findings: Mapping[str, Finding]) -> Judged:
    """Judge one incident; `findings` describes each signal that fired, by its id."""
    weighed: dict[str, _Weighed] = {}
    contexts: dict[str, float] = {}
    for chain in chains:
        factor = _reduction(chain)
        for hit in chain.hits:
            weight = hit.signal.weight
            if weight < 0:
                contexts[hit.signal.id] = min(contexts.get(hit.signal.id, 0.0), weight)
                continue
            kept = weight * (max(factor, 1 - PROOF_CUT) if weight >= PROOF else factor)
            entry = weighed.setdefault(hit.signal.id, _Weighed([], 0.0))
            entry.hits.append(hit)
            entry.weight = max(entry.weight, kept)
    score = PRIOR + _sum(weighed)
    verdict = verdict_of(score)
    out = [_with_weight(findings[name], w.weight) for name, w in weighed.items()]
    out.sort(key=lambda f: (-f.weight, f.signal))
    context = sorted((findings[name] for name in contexts), key=lambda f: (f.weight, f.signal))
    return Judged(
        verdict=verdict,
        severity=_severity(verdict, out),
        confidence=confidence_of(score),
        score=round(score, 2),
        findings=(*out, *context),
        reasons=tuple(_reasons(out, context, score, verdict, weighed)),
    )


def _reduction(chain: Chain) -> float:
    """The share of each weight that is left after the benign context of its chain."""
    against = _sum({h.signal.id: _Weighed([h], h.signal.weight) for h in chain.hits if h.signal.weight > 0})
    for_it: dict[str, float] = {}
    for hit in chain.hits:
        if hit.signal.weight < 0:
            for_it[hit.signal.group] = min(for_it.get(hit.signal.group, 0.0), hit.signal.weight)
    context = max(-MAX_CONTEXT, sum(for_it.values()))
    if not against or not context:
        return 1.0
    return max(0.0, (against + context) / against)


def _sum(weighed: Mapping[str, _Weighed]) -> float:
    groups: dict[str, list[float]] = {}
    for entry in weighed.values():
        groups.setdefault(entry.hits[0].signal.group, []).append(entry.weight)
    strong = hints = 0.0
    for weights in groups.values():
        weights.sort(reverse=True)
        total = weights[0] + min(FURTHER * sum(weights[1:]), weights[0])
        if weights[0] >= HINT:
            strong += total
        else:
            hints += total
    return strong + min(hints, MAX_HINTS)


_CEILING = {
    Verdict.BENIGN: Severity.INFORMATIONAL,
    Verdict.NEEDS_REVIEW: Severity.MEDIUM,
    Verdict.SUSPICIOUS: Severity.HIGH,
    Verdict.MALICIOUS: Severity.CRITICAL,
}
_LEAST = {
    Verdict.BENIGN: Severity.INFORMATIONAL,
    Verdict.NEEDS_REVIEW: Severity.LOW,
    Verdict.SUSPICIOUS: Severity.MEDIUM,
    Verdict.MALICIOUS: Severity.HIGH,
}


def _severity(verdict: Verdict, findings: Iterable[Finding]) -> Severity:
    """The worst that a finding which still stands would mean, within what the verdict allows."""
    worst = max((f.severity for f in findings if f.weight >= 1.0), default=Severity.INFORMATIONAL)
    return max(_LEAST[verdict], min(worst, _CEILING[verdict]))


def _with_weight(finding: Finding, weight: float) -> Finding:
    return replace(finding, weight=round(weight, 2))


def _reasons(
    findings: Sequence[Finding],
    context: Sequence[Finding],
    score: float,
    verdict: Verdict,
    weighed: Mapping[str, _Weighed],
) -> Iterable[str]:
    yield f"The sum starts with {PRIOR:+.1f}: most of what is looked at is ordinary."
    groups: dict[str, int] = {}
    for finding in findings:
        before = weighed[finding.signal].hits[0].signal.weight
        reduced = f", reduced from {before:+.1f} by context" if finding.weight < before - 0.05 else ""
        again = groups.get(finding.group, 0)
        share = f", of which a quarter counts: same kind as one above ({finding.group})" if again else ""
        groups[finding.group] = again + 1
        yield f"{finding.weight:+.1f} {finding.signal}: {finding.title}{reduced}{share}."
    for finding in context:
        yield f"{finding.weight:+.1f} {finding.signal}: {finding.title} (speaks for what it started alone)."
    p = probability(score)
    yield f"Sum {score:+.1f}, which is a probability of {p:.0%}: {verdict.value}."
