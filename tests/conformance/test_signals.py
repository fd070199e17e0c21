"""Every signal: its examples run, its facts exist, its words are there."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from cybersecqwen.detect.events.examples import fires_on
from cybersecqwen.detect.events.rulebook import shipped_rulebook
from cybersecqwen.detect.events.signal import Signal
from cybersecqwen.detect.events.view import View
from cybersecqwen.knowledge.store import Store

RULES = shipped_rulebook()
SIGNALS = [pytest.param(s, id=s.id) for s in RULES.signals]


@pytest.fixture(scope="module")
def store():
    with Store.open() as opened:
        yield opened


@pytest.mark.parametrize("signal", SIGNALS)
def test_examples_fire_and_near_misses_do_not(signal: Signal) -> None:
    assert signal.fires, "no example that must fire"
    assert signal.silent, "no example that must stay silent"
    missed = [e for e in signal.fires if not fires_on(signal, e, RULES)]
    wrong = [e for e in signal.silent if fires_on(signal, e, RULES)]
    assert not missed, f"did not fire on {missed}"
    assert not wrong, f"fired on {wrong}"


@pytest.mark.parametrize("signal", SIGNALS)
def test_facts_and_words(signal: Signal, store: Store) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", signal.id)
    assert signal.title and not signal.title.endswith(".")
    assert signal.why.endswith((".", "!")) and signal.ordinary.endswith(".")
    assert -6.0 <= signal.weight <= 6.0 and signal.weight != 0
    assert signal.weight < 0 or signal.techniques or signal.weight < 2.5, "a strong signal names a technique"
    for technique in signal.techniques:
        resolved = store.resolve(technique)
        assert resolved.state == "known", f"{technique} is {resolved.state}"
        assert resolved.entity.type == "technique"


def test_a_prefilter_never_hides_a_signal() -> None:
    """The candidates of each example hold the signal itself: the prefilter is only faster."""
    from cybersecqwen.detect.events.examples import example_event

    for signal in RULES.signals:
        for example in signal.fires:
            event = example_event(signal, example)
            candidates = {s.id for s in RULES.by_category[event.category].candidates(View(event))}
            assert signal.id in candidates


def test_no_two_signals_have_the_same_title() -> None:
    twice = [title for title, n in Counter(s.title for s in RULES.signals).items() if n > 1]
    assert not twice
