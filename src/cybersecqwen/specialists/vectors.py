"""A text as the machines see it: its known features with their TF-IDF values, and which words to name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .features import Recipe, keyed
from .interface import MAX_CHARS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Vector:
    """The known features of a text."""

    rows: NDArray[np.int64]
    """Their numbers: rows of the machine."""
    values: NDArray[np.float32]
    """Their TF-IDF values; the squares sum to 1 where there are any."""
    words: list[str]
    """Their texts."""


def vector(text: str, recipe: Recipe, keys: NDArray[np.uint32], idf: NDArray[np.float32]) -> Vector:
    """Read a text; of a long one its beginning. `keys` are sorted."""
    import numpy as np

    found = keyed(text[:MAX_CHARS], recipe)
    own = np.fromiter(found, np.uint32, len(found))
    at = np.searchsorted(keys, own)
    at[at == len(keys)] = 0
    known = np.flatnonzero(keys[at] == own)
    rows = at[known]
    grams = list(found.values())
    counts = np.array([grams[one][0] for one in known], np.float32)
    values = (1 + np.log(counts)) * idf[rows] if len(rows) else counts
    length = float(np.sqrt((values * values).sum()))
    values = values / np.float32(length) if length else values
    return Vector(rows, values, [grams[one][1] for one in known])


def telling(weighed: Iterable[tuple[float, str]], most: int) -> tuple[str, ...]:
    """The words that weigh most, strongest first: none inside another, none that people cannot read."""
    kept: list[str] = []
    for weight, word in sorted(weighed, reverse=True):
        if weight <= 0 or len(kept) == most:
            break
        readable = any(c.isalnum() for c in word) and not word.startswith("#") and " _ " not in word
        inside = any(f" {word} " in f" {one} " or f" {one} " in f" {word} " for one in kept)
        if (readable or word == "../") and not inside:
            kept.append(word)
    return tuple(kept)
