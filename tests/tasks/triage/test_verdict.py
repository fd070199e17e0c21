from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.events.hits import Hit
from cybersecqwen.detect.events.matching import Alternative
from cybersecqwen.detect.events.signal import Signal
from cybersecqwen.detect.events.stories import Chain
from cybersecqwen.records import Category, Severity, Verdict
from cybersecqwen.tasks.triage.findings import make_findings
from cybersecqwen.tasks.triage.verdict import MAX_HINTS, PRIOR, Judged, judge, probability, verdict_of
from tests.builders import event


def signal(weight: float, *, group: str = "", id: str = "", severity: Severity = Severity.HIGH) -> Signal:
    name = id or f"s{weight}-{group}"
    return Signal(
        id=name,
        title=name,
        looks_at=(Category.PROCESS,),
        weight=weight,
        severity=severity,
        techniques=(),
        group=group or name,
        why="",
        ordinary="",
        when=(),
    )


def chain(*signals: Signal) -> Chain:
    return Chain("c", [Hit(s, event(), Alternative(())) for s in signals])


def judged(*chains: Chain) -> Judged:
    return judge(chains, make_findings(h for c in chains for h in c.hits))


@pytest.mark.parametrize(
    ("weights", "verdict"),
    [
        ([], Verdict.BENIGN),
        ([0.7], Verdict.BENIGN),
        ([1.8], Verdict.NEEDS_REVIEW),
        ([3.0], Verdict.NEEDS_REVIEW),
        ([3.0, 1.8], Verdict.SUSPICIOUS),
        ([3.0, 3.1], Verdict.MALICIOUS),
    ],
)
def test_weights_add_up_to_a_verdict(weights: list[float], verdict: Verdict) -> None:
    assert judged(chain(*(signal(w) for w in weights))).verdict is verdict


def test_signals_of_one_group_say_one_thing() -> None:
    same = judged(chain(signal(3.0, group="g", id="a"), signal(3.0, group="g", id="b")))
    assert same.score == pytest.approx(PRIOR + 3.75)


def test_hints_alone_never_convict() -> None:
    many = judged(chain(*(signal(1.0, id=f"h{i}") for i in range(30))))
    assert many.score == pytest.approx(PRIOR + MAX_HINTS)
    assert many.verdict.rank < Verdict.SUSPICIOUS.rank


def test_context_speaks_for_its_own_chain_alone() -> None:
    bad, excuse = signal(3.6, id="bad"), signal(-4.0, id="agent")
    assert judged(chain(bad, excuse)).verdict is Verdict.BENIGN
    elsewhere = judged(chain(bad), chain(signal(0.5), excuse))
    assert elsewhere.verdict is Verdict.SUSPICIOUS


def test_context_does_not_explain_proof_away() -> None:
    proof = judged(chain(signal(5.5, id="dump"), signal(-6.0, id="agent")))
    assert proof.verdict.rank >= Verdict.NEEDS_REVIEW.rank


def test_severity_stays_within_the_verdict() -> None:
    assert judged(chain(signal(2.0, severity=Severity.CRITICAL))).severity <= Severity.MEDIUM
    assert judged(chain(signal(4.0, severity=Severity.LOW))).severity >= Severity.MEDIUM
    assert judged(chain(signal(0.2, severity=Severity.CRITICAL))).severity is Severity.INFORMATIONAL


def test_every_finding_stands_in_the_reasons() -> None:
    result = judged(chain(signal(3.0, id="one"), signal(-1.0, id="two")))
    assert all(any(f.signal in reason for reason in result.reasons) for f in result.findings)


weights = st.lists(st.floats(-6, 6, allow_nan=False).filter(lambda w: abs(w) > 0.01), max_size=8)


@given(weights, st.floats(0.1, 6))
def test_one_more_signal_never_makes_it_milder(some: list[float], more: float) -> None:
    signals = [signal(w, id=f"s{i}") for i, w in enumerate(some)]
    before, after = judged(chain(*signals)), judged(chain(*signals, signal(more, id="more")))
    assert after.score >= before.score - 0.02  # weights are shown with two digits


@given(weights, st.floats(-6, -0.1))
def test_context_never_makes_it_worse(some: list[float], excuse: float) -> None:
    signals = [signal(w, id=f"s{i}") for i, w in enumerate(some)]
    before, after = judged(chain(*signals)), judged(chain(*signals, signal(excuse, id="excuse")))
    assert after.score <= before.score + 0.02


@given(st.floats(-1e6, 1e6))
def test_probabilities_are_probabilities(score: float) -> None:
    assert 0.0 <= probability(score) <= 1.0
    assert verdict_of(score).rank <= verdict_of(score + 0.1).rank
