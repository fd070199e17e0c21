"""The table of next steps: its facts exist, and every row can be reached."""

from __future__ import annotations

import pytest

from cybersecqwen.detect.events.rulebook import shipped_rulebook
from cybersecqwen.knowledge.store import Store
from cybersecqwen.records import Verdict
from cybersecqwen.tasks.triage.steps import Step, table


@pytest.fixture(scope="module")
def store():
    with Store.open() as opened:
        yield opened


@pytest.mark.parametrize("step", table(), ids=lambda step: step.text[:40])
def test_what_a_step_stands_on_exists(step: Step, store: Store) -> None:
    groups = {signal.group for signal in shipped_rulebook().signals}
    assert set(step.groups) <= groups
    assert all(store.resolve(t).state == "known" for t in step.techniques)
    assert set(step.verdicts) <= {v.value for v in Verdict}
    assert step.urgency in (1, 2, 3)
    assert step.text.endswith(".")


def test_some_signal_names_a_technique_of_each_step() -> None:
    named = {t for signal in shipped_rulebook().signals for t in signal.techniques}
    named |= {t.partition(".")[0] for t in named}
    for step in table():
        assert not step.techniques or named & set(step.techniques), step.text
