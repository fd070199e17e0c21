"""Linear models over hashed features: read from a file, scored with numpy alone.

Weights are sparse (most pairs of feature and label say nothing), held row by row in eight bits with
one scale per label. A score is a dot product with the text's length-normalised TF-IDF vector.

    NAME.npz    keys uint32[F] sorted · idf float32[F] · starts uint32[F+1] · column uint16[N] ·
                weight int8[N] · scale float32[L] · bias float32[L]
    NAME.json   the manifest; labels and settings are in it
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cybersecqwen.errors import WeightsError

from .features import Recipe
from .interface import FOLDER, Manifest
from .vectors import Vector, telling, vector

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_BYTES = 64_000_000
"""Of a weights file: more is not one of ours."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of one text."""

    scores: NDArray[np.float32]
    """One per label; higher speaks for it."""
    read: Vector
    """The text as far as the model knows it."""


class Linear:
    """A linear model in memory."""

    def __init__(self, arrays: dict[str, Any], recipe: Recipe, labels: Sequence[str]) -> None:
        import numpy as np

        self.labels = tuple(labels)
        self.recipe = recipe
        self.keys = np.asarray(arrays["keys"], np.uint32)
        self.idf = np.asarray(arrays["idf"], np.float32)
        self.starts = np.asarray(arrays["starts"], np.int64)
        self.column = np.asarray(arrays["column"], np.uint16)
        self.weight = np.asarray(arrays["weight"], np.int8)
        self.scale = np.asarray(arrays["scale"], np.float32)
        self.bias = np.asarray(arrays["bias"], np.float32)
        self._check()

    def _check(self) -> None:
        import numpy as np

        count, labels, entries = len(self.keys), len(self.labels), len(self.column)
        whole = (
            len(self.idf) == count
            and len(self.starts) == count + 1
            and len(self.weight) == entries
            and len(self.scale) == len(self.bias) == labels
            and count > 0
            and int(self.starts[0]) == 0
            and int(self.starts[-1]) == entries
            and bool((np.diff(self.starts) >= 0).all())
            and (entries == 0 or int(self.column.max()) < labels)
            and bool(np.isfinite(self.idf).all() and np.isfinite(self.scale).all())
            and bool(np.isfinite(self.bias).all())
        )
        if not whole:
            raise WeightsError("The weights of a specialist do not fit together.", hint=_HINT)

    def score(self, text: str) -> Scored:
        """Scores of a text against every label; about a third of a millisecond for a description."""
        import numpy as np

        read = vector(text, self.recipe, self.keys, self.idf)
        rows, values = read.rows, read.values
        scores = self.bias.copy()
        if len(rows):
            first, last = self.starts[rows], self.starts[rows + 1]
            sizes = last - first
            total = int(sizes.sum())
            offsets = np.repeat(first - np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes)
            entries = np.arange(total) + offsets
            columns = self.column[entries]
            parts = self.weight[entries].astype(np.float32) * np.repeat(values, sizes)
            summed = np.bincount(columns, parts, minlength=len(self.labels)).astype(np.float32)
            scores += summed * self.scale
        return Scored(scores, read)

    def reasons(self, scored: Scored, label: int, most: int = 3) -> tuple[str, ...]:
        """The words of the text that speak most for a label, strongest first, none inside another."""
        import numpy as np

        read = scored.read
        if not len(read.rows):
            return ()
        first = self.starts[read.rows]
        many = self.starts[read.rows + 1] - first
        ends = np.cumsum(many)
        entries = np.arange(int(ends[-1])) + np.repeat(first - (ends - many), many)
        hit = np.flatnonzero(self.column[entries] == label)
        owner = np.searchsorted(ends, hit, side="right")
        weights = self.weight[entries[hit]].astype(np.float64) * read.values[owner]
        parts = [(float(weight), read.words[at]) for weight, at in zip(weights, owner, strict=True)]
        return telling(parts, most)


_HINT = "Install cybersecqwen again; `csq specialist list` checks every file."


def read_manifest(name: str, folder: Path = FOLDER) -> Manifest:
    """The manifest of a specialist; raises WeightsError where it is missing or not one."""
    path = folder / f"{name}.json"
    try:
        raw = json.loads(path.read_text("utf-8"))
        known = {one.name for one in fields(Manifest)}
        return Manifest(**{key: _frozen(value) for key, value in raw.items() if key in known})
    except FileNotFoundError as error:
        raise WeightsError(f"The manifest of the specialist {name!r} is missing.", hint=_HINT) from error
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise WeightsError(f"The manifest of the specialist {name!r} is damaged.", hint=_HINT) from error


def read_arrays(manifest: Manifest, folder: Path = FOLDER) -> dict[str, Any]:
    """The arrays of a specialist's weights, checked against the manifest's hash, never unpickled.

    Raises:
        WeightsError: The file is missing, too large, or not the one that the manifest describes.
    """
    import numpy as np

    path = folder / f"{manifest.weights or manifest.name}.npz"
    try:
        if path.stat().st_size > MAX_BYTES:
            raise WeightsError(f"The weights of {manifest.name!r} are too large to be ours.", hint=_HINT)
        raw = path.read_bytes()
    except OSError as error:
        raise WeightsError(f"The weights of {manifest.name!r} cannot be read.", hint=_HINT) from error
    if hashlib.sha256(raw).hexdigest() != manifest.sha256:
        raise WeightsError(
            f"The weights of {manifest.name!r} are damaged: their hash is not the manifest's.", hint=_HINT
        )
    try:
        with np.load(io.BytesIO(raw), allow_pickle=False) as packed:
            return {key: packed[key] for key in packed.files}
    except (ValueError, OSError, KeyError, EOFError) as error:
        raise WeightsError(f"The weights of {manifest.name!r} are damaged.", hint=_HINT) from error


def recipe_of(settings: Any) -> Recipe:
    """The feature recipe in a manifest's settings."""
    return Recipe(
        words=int(settings["words"]),
        chars=tuple(settings.get("chars", ())),
        skip=bool(settings.get("skip", False)),
        limit=int(settings.get("limit", 4_000)),
    )


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
