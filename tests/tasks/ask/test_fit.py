"""The fit of the weights finds what made the answers right."""

from __future__ import annotations

import numpy as np
import pytest
from training.ask.fit import fit

from cybersecqwen.knowledge import Store
from cybersecqwen.tuning.corpora.questions import Maker


def test_the_number_that_decides_gets_the_weight() -> None:
    chance = np.random.default_rng(0)
    features = chance.normal(size=(800, 4, 3))
    scores = features @ np.array([2.0, 0.0, -1.0]) + chance.gumbel(size=(800, 4))
    found = fit(features, scores.argmax(1))
    assert found == pytest.approx([2.0, 0.0, -1.0], abs=0.25)
    cut = fit(features, scores.argmax(1), positive=True)
    assert cut[0] > 1.0 and cut[2] == 0.0


def test_made_questions_are_the_same_for_the_same_seed(full: Store) -> None:
    one, other = Maker(full, 4), Maker(full, 4)
    assert [one.who() for _ in range(5)] == [other.who() for _ in range(5)]
    assert one.reword("the adversary may use credentials to gain access") != ""
