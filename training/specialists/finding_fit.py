"""A linear machine for findings, fitted and asked; nothing of it ships (docs/review.md says why)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from cybersecqwen.specialists.features import Recipe
from cybersecqwen.specialists.linear import Linear

from .finding_corpus import Example
from .technique_fit import Space, packed, pruned

RECIPE = Recipe(words=2, chars=(3, 4, 5))
"""That of the machines of techniques, whose code makes the vectors."""
LEAST = 3
"""Findings of either kind that a rule must have had, where only such rules are judged."""


class Machine:
    """One output: how much speaks for "real", as log-odds. Scored by the machinery that users have."""

    def __init__(self, examples: Sequence[Example], seed: int) -> None:
        texts = [one.words for one in examples]
        truth = np.array([one.real for one in examples])
        space = Space(texts)
        fitted = LogisticRegression(C=3.0, max_iter=500, class_weight="balanced", random_state=seed)
        fitted.fit(space.rows(texts), truth)
        coefficients = pruned(space, fitted.coef_.T.astype(np.float32))
        self.arrays = packed(space, coefficients, fitted.intercept_.astype(np.float32))
        self.linear = Linear(self.arrays, RECIPE, ("real",))
        real, other = (Counter(one.rule for one in examples if one.real is kind) for kind in (True, False))
        self.rules = frozenset(rule for rule in real if min(real[rule], other[rule]) >= LEAST)
        """Rules with both kinds of findings: of others it can only learn where they come from."""

    def scores(self, examples: Sequence[Example]) -> Any:
        """Log-odds, one for each."""
        return np.array([float(self.linear.score(one.words).scores[0]) for one in examples])
