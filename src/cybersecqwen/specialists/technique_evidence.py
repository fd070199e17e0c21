"""From scores of sentences to the probability that a whole text reports a technique.

What a text says about a label is summed up in a few numbers (the best sentence, the second best, the
best clause, how many labels fit that sentence better, how long the text is …); a logistic function
over them, fitted on texts that the sentence model had not seen, gives the probability. Training and
use share this file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LOW = -1.5
"""Score where there is nothing to score: about that of a sentence that says nothing."""


def grouped(scores: NDArray[np.float32], groups: NDArray[np.int64]) -> NDArray[np.float32]:
    """The best score of each group of neighbouring columns; `groups` holds their first columns."""
    import numpy as np

    if len(groups) == scores.shape[1]:
        return scores
    return np.maximum.reduceat(scores, groups, axis=1)


def evidence(
    sentence: NDArray[np.float32], clause: NDArray[np.float32], prior: NDArray[np.float32]
) -> NDArray[np.float32]:
    """What a text says about each label: one row of numbers per label.

    Args:
        sentence: Scores, sentences by labels; at least one sentence.
        clause: Scores, clauses by labels; may have no rows.
        prior: Logarithm of how often each label was seen in training.
    """
    import numpy as np

    count, width = sentence.shape
    if not len(clause):
        clause = np.full((1, width), LOW, np.float32)
    best, best_clause = sentence.max(0), clause.max(0)
    second = np.partition(sentence, -2, axis=0)[-2] if count > 1 else np.full(width, LOW, np.float32)
    size = np.full(width, np.log1p(count), np.float32)
    base = [
        best,
        second,
        best_clause,
        np.log1p(_ahead(sentence)),
        np.log1p(_ahead(clause)),
        size,
        prior,
        np.maximum(best, best_clause),
    ]
    base = [np.clip(one, -3, 9) for one in base]
    best, second, best_clause, ahead, _, size, _, either = base
    crossed = [
        best * size,
        best_clause * size,
        second * size,
        ahead * size,
        size * size,
        np.maximum(best, -0.3),
        np.maximum(best_clause, -0.2),
        best * best_clause,
        either * either,
        np.minimum(best, best_clause),
    ]
    return np.stack([*base, *crossed], axis=1).astype(np.float32)


def probability(rows: NDArray[np.float32], fitted: Any) -> NDArray[np.float64]:
    """The logistic function that a manifest describes, over rows of `evidence`."""
    import numpy as np

    weights = np.asarray(fitted["weights"], np.float64)
    score = rows.astype(np.float64) @ weights + float(fitted["bias"])
    return np.asarray(1 / (1 + np.exp(-np.clip(score, -40, 40))))


def _ahead(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """How many labels fit better than this one in the row where this one fits best."""
    import numpy as np

    at = scores.argmax(0)
    order = np.empty(scores.shape[1], np.float32)
    for row in np.unique(at):
        columns = np.flatnonzero(at == row)
        ranked = np.sort(scores[row])
        order[columns] = scores.shape[1] - np.searchsorted(ranked, scores[row, columns], side="right")
    return order
