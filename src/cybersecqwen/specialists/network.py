"""A small network over hashed words: what is said of a vulnerability, from its description.

    text ─ words and pairs, TF-IDF ─▶ sum of embeddings ─▶ ReLU ─▶ one output per weakness, CVSS value, vector
                                            ▲                          ▲
                     who labels and when ───┴──────────────────────────┘

Labellers differ: NVD files a stack overflow under CWE-787, a vendor under CWE-121. The network learns
from all of them with the labeller as an input, and is asked for the one that is wanted.

    NAME.npz    keys uint32[F] sorted · idf float16[F] · embedding uint8[F, H/2] (two 4-bit values) ·
                scale float16[F] · hidden_bias float32[H] · hidden_context float32[K, H] ·
                out float16[H, O] · out_bias float32[O] · out_context float16[K, O]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cybersecqwen.errors import WeightsError

from .features import Recipe
from .vectors import Vector, telling, vector

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LABELLERS = ("nvd", "cna", "cisa-adp", "redhat")
"""Who gives weaknesses and vectors: NVD's analysts, the CVE's own numbering authority, CISA, Red Hat."""
ERAS = ("to 2017", "2018 to 2020", "2021 and 2022", "since 2023")
"""Years between which habits changed."""
_HINT = "Install cybersecqwen again; `csq specialist list` checks every file."


def era_of(year: int) -> int:
    """Index of the era of a year."""
    return sum(year > last for last in (2017, 2020, 2022))


def context(labeller: str = "nvd", year: int = 2024) -> list[float]:
    """The network's context input for a labeller; for a mixture, average its outputs, not these."""
    marks = [0.0] * (2 * len(LABELLERS) + len(ERAS))
    if labeller in LABELLERS:
        marks[LABELLERS.index(labeller)] = marks[len(LABELLERS) + LABELLERS.index(labeller)] = 1.0
    marks[2 * len(LABELLERS) + era_of(year)] = 1.0
    return marks


class Network:
    """A network in memory: 4 bits per embedded value, about a millisecond per description."""

    def __init__(self, arrays: Mapping[str, Any], recipe: Recipe) -> None:
        import numpy as np

        try:
            self.keys = np.asarray(arrays["keys"], np.uint32)
            self.idf = np.asarray(arrays["idf"], np.float32)
            self._embedding = np.asarray(arrays["embedding"], np.uint8)
            self._scale = np.asarray(arrays["scale"], np.float32)
            self._hidden_bias = np.asarray(arrays["hidden_bias"], np.float32)
            self._hidden_context = np.asarray(arrays["hidden_context"], np.float32)
            self._out = np.asarray(arrays["out"], np.float32)
            self._out_bias = np.asarray(arrays["out_bias"], np.float32)
            self._out_context = np.asarray(arrays["out_context"], np.float32)
        except (KeyError, ValueError, TypeError) as error:
            raise WeightsError("The weights of a specialist do not fit together.", hint=_HINT) from error
        self.recipe = recipe
        self._check()

    def _check(self) -> None:
        import numpy as np

        count, outs = len(self.keys), len(self._out_bias)
        width = len(self._hidden_bias)
        marks = len(context())
        floats = [self.idf, self._scale, self._hidden_bias, self._hidden_context]
        floats += [self._out, self._out_bias, self._out_context]
        whole = (
            count > 0
            and self.idf.shape == self._scale.shape == (count,)
            and self._embedding.shape == (count, (width + 1) // 2)
            and self._hidden_context.shape == (marks, width)
            and self._out.shape == (width, outs)
            and self._out_context.shape == (marks, outs)
            and bool((np.diff(self.keys.astype(np.int64)) > 0).all())
            and all(bool(np.isfinite(one).all()) for one in floats)
        )
        if not whole:
            raise WeightsError("The weights of a specialist do not fit together.", hint=_HINT)

    @property
    def outputs(self) -> int:
        """How many outputs it has."""
        return len(self._out_bias)

    def read(self, text: str) -> Reading:
        """A text as far as the network knows it."""
        read = vector(text, self.recipe, self.keys, self.idf)
        summed = self._rows(read.rows).T @ read.values if len(read.rows) else 0
        return Reading(self._hidden_bias + summed, read)

    def score(self, hidden: NDArray[np.float32], marks: list[float]) -> NDArray[np.float32]:
        """All outputs (logits) for a text, as a labeller would give them."""
        import numpy as np

        given = np.asarray(marks, np.float32)
        active = np.maximum(hidden + given @ self._hidden_context, 0)
        return np.asarray(active @ self._out + self._out_bias + given @ self._out_context, np.float32)

    def reasons(self, reading: Reading, marks: list[float], output: int, most: int = 3) -> tuple[str, ...]:
        """The words without which the output would be lowest, strongest first, none inside another."""
        import numpy as np

        read = reading.vector
        if not len(read.rows):
            return ()
        given = np.asarray(marks, np.float32)
        full = reading.hidden + given @ self._hidden_context
        parts = self._rows(read.rows) * read.values[:, None]
        column = self._out[:, output]
        lost = np.maximum(full, 0) @ column - np.maximum(full - parts, 0) @ column
        return telling(zip(lost.tolist(), read.words, strict=True), most)

    def _rows(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        import numpy as np

        packed = self._embedding[rows]
        values = np.empty((len(rows), 2 * packed.shape[1]), np.float32)
        values[:, 0::2] = packed & 15
        values[:, 1::2] = packed >> 4
        width = len(self._hidden_bias)
        return np.asarray((values[:, :width] - 7.5) * self._scale[rows, None], np.float32)


@dataclass(frozen=True, slots=True)
class Reading:
    """A text, read."""

    hidden: NDArray[np.float32]
    """The sum of its embeddings, before the context is added."""
    vector: Vector
    """The text as far as the network knows it."""
