"""`python -m training.ask BUNDLE`: make questions from a full bundle, fit the weights, say how good they are.

Prints the table for `tasks/ask/choice.py`, accuracy on made questions that were held out, by kind, and how
often open questions are answered that should be, and that should not be. No benchmark is read.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from cybersecqwen.knowledge import Store
from cybersecqwen.tasks.ask.answer import answer_open
from cybersecqwen.tasks.ask.choice import NEGATED, WEIGHTS, linker_of
from cybersecqwen.tasks.ask.question import read_question
from cybersecqwen.tasks.ask.support import FEATURES, support
from cybersecqwen.tuning.corpora.questions import Made, Maker
from cybersecqwen.tuning.corpora.wording import OFF_TOPIC

from .fit import fit

TRAIN, HELD_OUT, OPEN = 2_000, 1_200, 250
UNUSED = "anywhere"
"""Wrong options are made of other passages, so that they stand somewhere too; those of people do not."""


def main() -> int:
    """See the module."""
    with Store.open(Path(sys.argv[1])) as store:
        train = features(store, Maker(store, 1).make(TRAIN))
        held = features(store, Maker(store, 2).make(HELD_OUT))
        x, y, _ = select(train, negated=False)
        x[..., FEATURES.index(UNUSED)] = 0.0
        fitted = fit(x, y, ridge=3.0, positive=True)
        print("fitted  ", {name: round(float(w), 2) for name, w in zip(FEATURES, fitted, strict=True)})
        print("shipped ", WEIGHTS)
        shipped = np.array([WEIGHTS[name] for name in FEATURES])
        report("held out", held, shipped)
        answered(store)
    return 0


def features(store: Store, made: Iterable[Made]) -> list[tuple[np.ndarray, int, str]]:
    """Numbers of the options, the right one, the kind."""
    assert store.passages is not None
    linker = linker_of(store)
    found = []
    for one in made:
        question = read_question(one.text, one.options)
        rows = support(question, store, store.passages, linker).features
        found.append((np.array(rows), one.right, one.kind))
    return found


def select(
    found: list[tuple[np.ndarray, int, str]], *, negated: bool
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """The questions that ask what is so, or those that ask what is not."""
    kept = [one for one in found if (one[2] == "not") is negated]
    return np.stack([x for x, _, _ in kept]), np.array([y for _, y, _ in kept]), [k for _, _, k in kept]


def report(title: str, found: list[tuple[np.ndarray, int, str]], weights: np.ndarray) -> None:
    """Accuracy with its interval, log-loss and calibration error, whole and by kind."""
    right: dict[str, list[bool]] = defaultdict(list)
    sure, losses = [], []
    for x, y, kind in found:
        scores = x @ weights * (-NEGATED if kind == "not" else 1.0)
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        right[kind].append(bool(shares.argmax() == y))
        sure.append(float(shares.max()))
        losses.append(-float(np.log(max(shares[y], 1e-9))))
    everything = [one for kind in right.values() for one in kind]
    flat = [one for _, one in sorted(zip(range(len(sure)), everything, strict=True))]
    print(f"{title}: {interval(flat)}, log-loss {np.mean(losses):.3f}, mean confidence {np.mean(sure):.3f}")
    for kind, ones in sorted(right.items()):
        print(f"  {kind:16} {interval(ones)}")


def answered(store: Store) -> None:
    """How often open questions get an answer: made ones should, off-topic and made-up ones should not."""
    made = [one.text for one in Maker(store, 3).make(OPEN) if one.kind not in ("not", "cloze")]
    for title, texts in (("made", made), ("off topic", OFF_TOPIC)):
        ones = [bool(answer_open(read_question(text), store).extra["answered"]) for text in texts]
        print(f"answered, {title}: {interval(ones)}")


def interval(ones: list[bool]) -> str:
    """A rate with its 95 % Wilson interval."""
    n, p, z = len(ones), sum(ones) / max(1, len(ones)), 1.96
    middle = (p + z * z / 2 / n) / (1 + z * z / n)
    half = z * ((p * (1 - p) / n + z * z / 4 / n / n) ** 0.5) / (1 + z * z / n)
    return f"{p:.3f} [{middle - half:.3f}, {middle + half:.3f}], n = {n}"


if __name__ == "__main__":
    raise SystemExit(main())
