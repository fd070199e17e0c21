"""Fitting of the linear model of techniques: features, one-against-rest machines, pruning to eight bits."""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.svm import LinearSVC

from cybersecqwen.specialists.features import Recipe, keyed
from cybersecqwen.specialists.interface import MAX_CHARS

from .technique_corpus import Rows

RECIPE = Recipe(words=2, chars=(3, 4, 5))
ENTRIES = 3_400_000
"""Weights that are kept: about 9 MB packed."""
OTHERS = 8_000
"""Texts about other techniques that one machine sees: all of them take three times as long."""
BIAS = -1.0
"""Of a label without an example."""


class Space:
    """Features that at least two texts have, with their inverse document frequencies."""

    def __init__(self, texts: list[str]) -> None:
        found, _, _ = _raw(texts)
        keys, counts = np.unique(found, return_counts=True)
        kept = counts >= 2
        self.keys = keys[kept]
        self.frequency = counts[kept]
        self.idf = (np.log((len(texts) + 1) / (self.frequency + 1)) + 1).astype(np.float32)

    def rows(self, texts: list[str]) -> sp.csr_matrix:
        """Length-normalised TF-IDF vectors, as `Linear.score` makes them."""
        found, counts, starts = _raw(texts)
        at = np.searchsorted(self.keys, found)
        at[at == len(self.keys)] = 0
        known = self.keys[at] == found
        of_text = np.repeat(np.arange(len(texts)), np.diff(starts))[known]
        values = (1 + np.log(counts[known])) * self.idf[at[known]]
        matrix = sp.csr_matrix((values, (of_text, at[known])), shape=(len(texts), len(self.keys)))
        length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(1)).ravel())
        length[length == 0] = 1
        return sp.csr_matrix(sp.diags(1 / length) @ matrix)


def _raw(texts: list[str]) -> tuple[Any, Any, Any]:
    keys, counts, starts = [], [], [0]
    for text in texts:
        found = keyed(text[:MAX_CHARS], RECIPE)
        keys.append(np.fromiter(found, np.uint32, len(found)))
        counts.append(np.array([count for count, _ in found.values()], np.float32))
        starts.append(starts[-1] + len(found))
    return np.concatenate(keys), np.concatenate(counts), np.array(starts)


def one_against_rest(space: Space, rows: Rows, labels: list[str], seed: int, what: str) -> tuple[Any, Any]:
    """Weights (features by labels) and biases of one linear machine per label."""
    began = time.perf_counter()
    matrix = space.rows(rows.texts).astype(np.float64)
    weights = np.array(rows.weights)
    positives: dict[str, list[int]] = defaultdict(list)
    for at, of_row in enumerate(rows.labels):
        for label in of_row:
            positives[label].append(at)
    kin: dict[str, list[str]] = defaultdict(list)
    for label in labels:
        kin[label.partition(".")[0]].append(label)
    rng = np.random.default_rng(seed)
    coefficients = np.zeros((matrix.shape[1], len(labels)), np.float32)
    bias = np.full(len(labels), BIAS, np.float32)
    for column, label in enumerate(labels):
        if not positives[label]:
            continue
        near = {at for other in kin[label.partition(".")[0]] for at in positives[other]}
        at, weight = _sample(positives[label], near, weights, rng)
        truth = np.zeros(len(at), np.int8)
        truth[: len(positives[label])] = 1
        machine = LinearSVC(C=1.0, tol=0.1, max_iter=100, random_state=seed)
        machine.fit(matrix[at], truth, weight)
        coefficients[:, column] = machine.coef_[0]
        bias[column] = machine.intercept_[0]
    spent = time.perf_counter() - began
    size = f"{matrix.shape[0]} texts, {len(labels)} labels"
    print(f"  {what}: {size}, {spent:.0f} s", file=sys.stderr, flush=True)
    return coefficients, bias


def _sample(own: list[int], near: set[int], weights: Any, rng: Any) -> tuple[Any, Any]:
    """Rows of one machine, its own first, and their weights.

    Rows of the same technique are all kept; of the rest some thousands stand for all, each counting more.
    """
    known = np.array(own)
    close = np.array(sorted(near.difference(own)), np.int64)
    other = np.setdiff1d(np.arange(len(weights)), np.concatenate((known, close)))
    drawn = rng.choice(other, OTHERS, replace=False) if len(other) > OTHERS else other
    at = np.concatenate((known, close, drawn))
    weight = weights[at].copy()
    weight[len(known) + len(close) :] *= len(other) / max(len(drawn), 1)
    return at, weight


def pruned(space: Space, coefficients: Any, entries: int = ENTRIES) -> Any:
    """The weights that matter most, the rest zero; changes the array.

    What a weight is worth: its share of a score, times how often it is asked (damped, so that rare names
    of tools stay).
    """
    worth = (space.idf * space.frequency**0.25).astype(np.float32)[:, None]
    if coefficients.size > entries:
        strength = np.abs(coefficients) * worth
        least = np.partition(strength.ravel(), coefficients.size - entries)[coefficients.size - entries]
        coefficients[strength < least] = 0
    scale = np.abs(coefficients).max(0) / 127
    scale[scale == 0] = 1
    np.round(coefficients / scale, out=coefficients)
    coefficients *= scale
    return coefficients


def packed(space: Space, coefficients: Any, bias: Any) -> dict[str, Any]:
    """The arrays of `linear.Linear`, from weights that `pruned` went over."""
    scale = np.abs(coefficients).max(0) / 127
    scale[scale == 0] = 1
    sparse = sp.csr_matrix(coefficients)
    column = sparse.indices.astype(np.uint16)
    weight = np.round(sparse.data / scale[column]).astype(np.int8)
    return {
        "keys": space.keys.astype(np.uint32),
        "idf": space.idf.astype(np.float32),
        "starts": sparse.indptr.astype(np.uint32),  # all features stay: they count in a text's length
        "column": column,
        "weight": weight,
        "scale": scale.astype(np.float32),
        "bias": bias.astype(np.float32),
    }
