"""`python -m training.ask.vectors BUNDLE`: would vectors help to choose options? Measured; they do not ship.

Passages and words get vectors by latent semantic analysis (a truncated SVD of the TF-IDF table of the
bundle). Numbers made of cosines join the others one by one; the weights are fitted on made questions and
compared on held-out ones.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cybersecqwen.knowledge import Store
from cybersecqwen.knowledge.words import words
from cybersecqwen.tasks.ask.choice import linker_of
from cybersecqwen.tasks.ask.question import read_question
from cybersecqwen.tasks.ask.support import FEATURES, support
from cybersecqwen.tuning.corpora.questions import Made, Maker

from .__main__ import report, select
from .fit import fit

WIDTH = 128
TRAIN, HELD_OUT = 1_500, 1_000
LOOKED_AT = 40  # passages that fit the question best
COSINES = ("question and option to any passage", "option to those that fit", "option to the best of them")


class Meaning:
    """Vectors of a bundle's words and passages."""

    def __init__(self, store: Store) -> None:
        from scipy.sparse import csr_matrix
        from sklearn.decomposition import TruncatedSVD
        from sklearn.preprocessing import normalize

        assert store.passages is not None
        self._index = index = store.passages
        self._place: dict[str, int] = {}
        rows, columns, values = [], [], []
        told = {word for passage in index.read(range(index.count)) for word in words(passage.text)}
        for word in sorted(told):
            hits, text, above = index.postings(word)
            if len(hits) >= 3:
                columns.append(np.full(len(hits), len(self._place)))
                self._place[word] = len(self._place)
                rows.append(hits)
                values.append((text + 0.5 * above) * index.weight(word))
        place = (np.concatenate(rows), np.concatenate(columns))
        table = normalize(csr_matrix((np.concatenate(values), place), (index.count, len(self._place))))
        found = TruncatedSVD(WIDTH, random_state=0, n_iter=4).fit(table)
        self._words = found.components_.T
        self.passages = normalize(table @ self._words)

    def of(self, told: Iterable[str]) -> Any:
        """The direction of some words; zeros for unknown ones."""
        total = np.zeros(WIDTH)
        for word in dict.fromkeys(told):
            if word in self._place:
                total += self._words[self._place[word]] * self._index.weight(word)
        return total / (np.linalg.norm(total) or 1.0)


def features(store: Store, meaning: Meaning, made: Iterable[Made]) -> list[tuple[np.ndarray, int, str]]:
    """The numbers of the options with the cosines after them, the right one, the kind."""
    assert store.passages is not None
    found = []
    for one in made:
        question = read_question(one.text, one.options)
        known = support(question, store, store.passages, linker_of(store))
        asked = words(question.text)
        best = np.argsort(-known.fit)[:LOOKED_AT]
        trust = np.exp(12 * (known.fit[best] - known.fit[best].max()))
        rows = [_cosines(meaning, asked, words(option), best, trust) for option in question.options]
        found.append((np.hstack([np.array(known.features), np.array(rows)]), one.right, one.kind))
    return found


def _cosines(
    meaning: Meaning, asked: Sequence[str], told: Sequence[str], best: Any, trust: Any
) -> list[float]:
    option = meaning.of([word for word in told if word not in asked] or told)
    near = meaning.passages @ option
    both = meaning.passages @ (meaning.of(asked) + option)
    return [float(both.max()), float((trust * near[best]).sum() / trust.sum()), float(near[best].max())]


def main() -> int:
    """See the module."""
    with Store.open(Path(sys.argv[1])) as store:
        meaning = Meaning(store)
        train = features(store, meaning, Maker(store, 1).make(TRAIN))
        held = features(store, meaning, Maker(store, 2).make(HELD_OUT))
    plain = list(range(len(FEATURES)))
    every = [*plain, *range(len(FEATURES), len(FEATURES) + len(COSINES))]
    tried = {"without vectors": plain, "with all": every}
    tried |= {f"with {name}": [*plain, len(FEATURES) + at] for at, name in enumerate(COSINES)}
    for title, columns in tried.items():
        x, y, _ = select([(rows[:, columns], right, kind) for rows, right, kind in train], negated=False)
        fitted = fit(x, y, ridge=3.0, positive=True)
        report(title, [(rows[:, columns], right, kind) for rows, right, kind in held], fitted)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
