"""Which logsource the words of a question lean to, by the words that rules of each use of themselves.

Naive Bayes with many classes: of each logsource how many of its rules have a word, smoothed, and how many
rules it has (Manning, Raghavan and Schütze, Introduction to Information Retrieval, 2008, chapter 13).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from cybersecqwen.detect.sigma.model import Logsource

_ALPHA = 0.02
"""Rules that are taken to have every word."""
_PRIOR = 0.5
"""How much the number of rules of a logsource tells, as an exponent."""


class Leaning:
    """Counts of words by logsource. Every method is pure; any number of threads may use one."""

    def __init__(self, told: Sequence[tuple[Logsource, frozenset[str]]]) -> None:
        """`told` holds the logsource of each rule and the words of its title and description."""
        self._sources = tuple(dict.fromkeys(source for source, _ in told))
        number = {source: at for at, source in enumerate(self._sources)}
        counts: dict[str, Counter[int]] = {}
        for source, words in told:
            for word in words:
                counts.setdefault(word, Counter())[number[source]] += 1
        self._rows = {
            word: (
                np.fromiter(row, dtype=np.int32, count=len(row)),
                np.log1p(np.fromiter(row.values(), dtype=np.float64, count=len(row)) / _ALPHA),
            )
            for word, row in counts.items()
        }
        rules = np.bincount([number[source] for source, _ in told], minlength=len(self._sources))
        sizes = np.zeros(len(self._sources))
        for row in counts.values():
            for at, count in row.items():
                sizes[at] += count
        self._prior = _PRIOR * np.log(rules) if told else np.zeros(0)
        self._absent = np.log(_ALPHA) - np.log(sizes + _ALPHA * len(counts)) if told else np.zeros(0)

    def of(self, words: Iterable[str]) -> dict[Logsource, float]:
        """The logarithm of the share that each logsource has in a text of these words; {} without rules."""
        if not self._sources:
            return {}
        known = [self._rows[word] for word in dict.fromkeys(words) if word in self._rows]
        scores = self._prior + len(known) * self._absent
        for at, weights in known:
            scores[at] += weights
        scores -= scores.max()
        scores -= np.log(np.exp(scores).sum())
        return dict(zip(self._sources, scores.tolist(), strict=True))
