"""Fits the weights of the features on made questions: a conditional logit with a little ridge, by numpy."""

from __future__ import annotations

import numpy as np


def fit(
    features: np.ndarray, rights: np.ndarray, *, ridge: float = 1.0, steps: int = 60, positive: bool = False
) -> np.ndarray:
    """Weights that make the right options likely: `features` is [question, option, feature].

    Newton's method; with `positive` every step is cut at zero, as each number speaks for an option.
    """
    w = np.zeros(features.shape[2])
    rows = np.arange(len(rights))
    for _ in range(steps):
        scores = features @ w
        shares = np.exp(scores - scores.max(1, keepdims=True))
        shares /= shares.sum(1, keepdims=True)
        mean = (shares[..., None] * features).sum(1)
        gradient = (features[rows, rights] - mean).sum(0) - ridge * w
        centred = features - mean[:, None]
        hessian = np.einsum("qo,qof,qog->fg", shares, centred, centred) + ridge * np.eye(len(w))
        move = np.linalg.solve(hessian, gradient)
        w = np.maximum(0.0, w + move) if positive else w + move
        if np.abs(move).max() < 1e-6:
            break
    return w
