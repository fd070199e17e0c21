"""Shares with Wilson intervals, and F1 with bootstrapped ones."""

from __future__ import annotations

from typing import Any

import numpy as np

Z = 1.959964
"""Of a 95 % interval."""


def share(right: int, total: int) -> dict[str, Any]:
    """A share with its 95 % interval (Wilson)."""
    if not total:
        return {"n": 0}
    p, z2 = right / total, Z * Z
    middle = (p + z2 / (2 * total)) / (1 + z2 / total)
    half = Z * np.sqrt(p * (1 - p) / total + z2 / (4 * total * total)) / (1 + z2 / total)
    low, high = round(float(middle - half), 4), round(float(middle + half), 4)
    return {"n": total, "value": round(p, 4), "interval": [low, high]}


def f1_interval(counts: Any, seed: int, rounds: int = 1_000) -> dict[str, Any]:
    """Micro-F1, precision and recall over texts, resampled by text.

    Args:
        counts: One row per text: right labels, labels given, labels due.
        seed: Of the resampling.
        rounds: How often it is resampled.
    """
    counts = np.asarray(counts, np.float64)
    rng = np.random.default_rng(seed)
    drawn = counts[rng.integers(len(counts), size=(rounds, len(counts)))].sum(1)
    spread = 2 * drawn[:, 0] / np.maximum(drawn[:, 1] + drawn[:, 2], 1)
    right, given, due = counts.sum(0)
    low, high = np.quantile(spread, (0.025, 0.975))
    return {
        "n": len(counts),
        "f1": round(float(2 * right / max(given + due, 1)), 4),
        "interval": [round(float(low), 4), round(float(high), 4)],
        "precision": round(float(right / max(given, 1)), 4),
        "recall": round(float(right / max(due, 1)), 4),
    }
