"""The CVSS v3.1 base vector and score of a vulnerability, from its description, metric by metric.

Two views of the network are put together: how likely each value of each metric is, and how likely each
of the vectors that are given in practice is as a whole. The answer is the vector that a typical scorer is
nearest to: of the likely ones, one whose score is the median of all that may be meant. The likeliest
vector alone is right more often to the letter and further off where it is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from .cvss_score import METRICS, base_score
from .interface import Judgement, Ranked
from .vulnerability import Scored, VulnerabilitySpecialist, abstains, softmax

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PREFIX = "CVSS:3.1/"
_RATINGS = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.1, "low"), (0.0, "none"))


class CvssSpecialist(VulnerabilitySpecialist):
    """The CVSS v3.1 base vector and score of a vulnerability."""

    name: ClassVar[str] = "cvss"
    help: ClassVar[str] = "The CVSS v3.1 base vector and score of a vulnerability, from its description."

    @property
    def labels(self) -> tuple[str, ...]:
        """The vectors that it can give: those that scorers gave at least 20 times."""
        return tuple(PREFIX + vector for vector in self.manifest.settings["vectors"])

    def judge(self, texts: Sequence[str], *, top: int = 5, labeller: str = "nvd") -> list[Judgement]:
        """See `Specialist.judge`; the first vector is the answer, the others follow by probability.

        `parts` has each metric's values; `facts` the answer's score, its rating, the middle 80 % of the
        scores that may be meant ("low", "high"), and how likely the true one is within one point ("within").
        """
        return [self._one(text, top, labeller) for text in texts]

    def _one(self, text: str, top: int, labeller: str) -> Judgement:
        import numpy as np

        found = self.scored(text, labeller)
        if isinstance(found, str):
            return Judgement(abstained=True, because=found)
        metrics = self._metrics(found)
        shares = self._shares(found, metrics)
        low, middle, high = self._quantiles(shares)
        scores = self._scores
        near = np.abs(scores - middle) <= 0.05
        answer = int(np.argmax(np.where(near, shares, -1.0)))
        order = [answer, *(int(one) for one in np.argsort(-shares) if int(one) != answer)][: max(top, 1)]
        vectors = self.manifest.settings["vectors"]
        ranked = tuple(
            Ranked(label=PREFIX + vectors[one], probability=round(float(shares[one]), 4)) for one in order
        )
        within = float(shares[np.abs(scores - middle) <= float(self.manifest.settings["near"])].sum())
        because = abstains(
            found.described, within, self.manifest.threshold, float(self.manifest.settings["described"])
        )
        score = float(scores[answer])
        facts = {
            "score": score,
            "rating": rating(score),
            "low": low,
            "high": high,
            "within": round(within, 4),
        }
        return Judgement(ranked=ranked, abstained=bool(because), because=because, parts=metrics, facts=facts)

    def _metrics(self, found: Scored) -> dict[str, tuple[Ranked, ...]]:
        out = {}
        for name, values in METRICS.items():
            first, size = self.head(name)
            shares = softmax(
                found.logits[first : first + size] / float(self.manifest.settings["temperature"])
            )
            pairs = sorted(zip(values, shares, strict=True), key=lambda pair: -pair[1])
            out[name] = tuple(Ranked(label=value, probability=round(float(p), 4)) for value, p in pairs)
        return out

    def _shares(self, found: Scored, metrics: dict[str, tuple[Ranked, ...]]) -> NDArray[np.float32]:
        """Probability of each vector: half the whole vector's own output, half its metrics'."""
        import numpy as np

        first, size = self.head("vector")
        whole = found.logits[first : first + size] / float(self.manifest.settings["temperature"])
        singly = np.zeros(size, np.float32)
        for name, values in METRICS.items():
            known = {one.label: np.log(max(one.probability, 1e-4)) for one in metrics[name]}
            singly += np.array([known[value] for value in values], np.float32)[self._columns[name]]
        blend = float(self.manifest.settings["blend"])
        return softmax(((1 - blend) * whole + blend * singly).astype(np.float32))

    def _quantiles(self, shares: NDArray[np.float32]) -> tuple[float, float, float]:
        import numpy as np

        order = np.argsort(self._scores, kind="stable")
        grown = np.cumsum(shares[order])
        found = [
            self._scores[order][min(int(np.searchsorted(grown, q)), len(order) - 1)] for q in (0.1, 0.5, 0.9)
        ]
        low, middle, high = (round(float(one), 1) for one in found)
        return low, middle, high

    @cached_property
    def _scores(self) -> NDArray[np.float64]:
        import numpy as np

        return np.array([base_score(label) for label in self.labels])

    @cached_property
    def _columns(self) -> dict[str, NDArray[np.int64]]:
        import numpy as np

        vectors = self.manifest.settings["vectors"]
        split = [dict(part.split(":") for part in vector.split("/")) for vector in vectors]
        return {
            name: np.array([values.index(one[name]) for one in split]) for name, values in METRICS.items()
        }


def rating(score: float) -> str:
    """The qualitative rating of a score (CVSS v3.1 specification, section 5)."""
    return next(name for least, name in _RATINGS if score >= least)
