"""Scores of many short texts in one pass: the same numbers as `Linear.score`, several times as fast."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .features import keyed
from .interface import MAX_CHARS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .linear import Linear

CHUNK = 64
"""Texts that are scored at once: some ten megabytes of memory."""


def score_all(model: Linear, texts: Sequence[str]) -> NDArray[np.float32]:
    """Scores, texts by labels; equal texts (headings, rows of tables) are scored once."""
    import numpy as np

    if not texts:
        return np.zeros((0, len(model.labels)), np.float32)
    places: dict[str, int] = {}
    rows = [places.setdefault(text, len(places)) for text in texts]
    different = list(places)
    scores = np.concatenate(
        [_chunk(model, different[start : start + CHUNK]) for start in range(0, len(different), CHUNK)]
    )
    return scores if len(different) == len(texts) else scores[rows]


def _chunk(model: Linear, texts: Sequence[str]) -> NDArray[np.float32]:
    import numpy as np

    found = [keyed(text[:MAX_CHARS], model.recipe) for text in texts]
    sizes = [len(one) for one in found]
    total = sum(sizes)
    keys = np.fromiter((key for one in found for key in one), np.uint32, total)
    counts = np.fromiter((value[0] for one in found for value in one.values()), np.float32, total)
    owner = np.repeat(np.arange(len(texts)), sizes)
    at = np.searchsorted(model.keys, keys)
    at[at == len(model.keys)] = 0
    known = model.keys[at] == keys
    rows, owner = at[known], owner[known]
    values = (1 + np.log(counts[known])) * model.idf[rows]
    length = np.sqrt(np.bincount(owner, values * values, minlength=len(texts))).astype(np.float32)
    length[length == 0] = 1
    used, place = np.unique(rows, return_inverse=True)
    inputs = np.zeros((len(texts), len(used)), np.float32)
    inputs[owner, place] = values / length[owner]
    return np.asarray((inputs @ _dense(model, used)) * model.scale + model.bias, np.float32)


def _dense(model: Linear, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """The weights of some features: sentences and their clauses share most, so that few are unpacked."""
    import numpy as np

    first = model.starts[rows]
    many = model.starts[rows + 1] - first
    ends = np.cumsum(many)
    entries = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(first - (ends - many), many)
    dense = np.zeros((len(rows), len(model.labels)), np.float32)
    dense[np.repeat(np.arange(len(rows)), many), model.column[entries]] = model.weight[entries]
    return dense
