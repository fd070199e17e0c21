"""A technique specialist small enough to be made in a test: a few words, three matrices, whole labels."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

LABELS = ["T1059", "T1059.001", "T1059.003", "T1105", "T1113", "T1513", "T0801"]
DOMAINS = [0, 0, 0, 0, 0, 1, 2]
WORDS: dict[str, dict[str, int]] = {
    "powershell": {"T1059": 60, "T1059.001": 120},
    "cmd": {"T1059": 60, "T1059.003": 120},
    "downloads": {"T1105": 127},
    "screenshots": {"T1113": 127, "T1513": 127},
    "sensors": {"T0801": 127},
    "the": {},
    "group": {},
    "runs": {"T1059": 20},
}
WIDTH = 18
"""Numbers that `evidence` gives for each label."""


def write(folder: Path, **changed: Any) -> Path:
    """Write weights and manifest into a folder; `changed` replaces parts of the manifest."""
    keys = sorted((crc32(word.encode()), word) for word in WORDS)
    starts, column, weight = [0], [], []
    for _, word in keys:
        for label, value in sorted(WORDS[word].items(), key=lambda one: LABELS.index(one[0])):
            column.append(LABELS.index(label))
            weight.append(value)
        starts.append(len(column))
    arrays = {
        "keys": np.array([key for key, _ in keys], np.uint32),
        "idf": np.array([1.0 if word == "the" else 3.0 for _, word in keys], np.float32),
        "starts": np.array(starts, np.uint32),
        "column": np.array(column, np.uint16),
        "weight": np.array(weight, np.int8),
        "scale": np.full(len(LABELS), 3 / 127, np.float32),
        "bias": np.full(len(LABELS), -1, np.float32),
        "prior": np.full(len(LABELS), 3, np.float32),
    }
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
    raw = stream.getvalue()
    weights = [0.0] * WIDTH
    weights[0], weights[7] = 2.0, 2.0  # the best sentence, the best of sentence and clause
    fitted = {"weights": weights, "bias": 0.0}
    manifest = {
        "name": "technique",
        "version": "2026-01-01.1",
        "data": [{"file": "made in a test", "sha256": ""}],
        "seed": 1,
        "trained": "2026-01-01",
        "sha256": hashlib.sha256(raw).hexdigest(),
        "threshold": 0.5,
        "metrics": {},
        "settings": {
            "words": 1,
            "chars": [],
            "limit": 4_000,
            "labels": LABELS,
            "domain_of_label": DOMAINS,
            "calibration": {"plain": fitted, "rolled": fitted},
            "thresholds": {
                "plain": {"precise": 0.9, "balanced": 0.5},
                "rolled": {"precise": 0.9, "balanced": 0.5},
            },
            "shifts": {"enterprise": 0.0, "mobile": 0.0, "ics": 0.0},
        },
    } | changed
    (folder / "technique.npz").write_bytes(raw)
    (folder / "technique.json").write_text(json.dumps(manifest), "utf-8")
    return folder
