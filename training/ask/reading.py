"""`python -m training.ask.reading BUNDLE MODEL [--questions N] [--bare]`: what a model's choice should weigh.

Asks a model of the shelf made questions after it read passages, and prints the accuracy of the passages
alone, of the model alone, and of both joined at several weights, with the loss (mean of the negative
logarithm of the right option's probability). The weights are those of `models.profiles`; made questions are
kind to a model that learned others made the same way (docs/ask.md). No benchmark is read.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from pathlib import Path

from cybersecqwen.bootstrap import App
from cybersecqwen.knowledge import Store
from cybersecqwen.settings import load_settings
from cybersecqwen.tasks.ask.choice import answer_choice
from cybersecqwen.tasks.ask.reading import joined
from cybersecqwen.tuning.corpora.questions import Maker

SEED = 424_242
"""Not one of training data; a few questions may come out as some that were learned all the same."""
WEIGHTS = (0.1, 0.15, 0.25, 0.4, 0.6, 0.8, 1.0, 1.5, 2.0)


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bundle", type=Path)
    parser.add_argument("model")
    parser.add_argument("--questions", type=int, default=240)
    parser.add_argument("--bare", action="store_true", help="without the adapters of its skills")
    options = parser.parse_args()
    found: list[tuple[Sequence[float], Sequence[float], int]] = []
    shelf = App(load_settings()).shelf
    with (
        Store.open(options.bundle) as store,
        shelf.load(options.model, skilled=not options.bare) as model,
    ):
        for made in Maker(store, SEED).make(options.questions):
            answer = answer_choice(made.text, made.options, store, model)
            found.append((answer.supported, answer.read, made.right))
    print(f"{len(found)} made questions, fitted to: {', '.join(sorted(model.fitted)) or 'none'}")
    tell("passages alone", [(support, right) for support, _, right in found])
    tell("model alone", [(read, right) for _, read, right in found])
    for weight in WEIGHTS:
        both = [(joined(support, read, weight), right) for support, read, right in found]
        tell(f"joined, weight {weight:g}", both)


def tell(title: str, some: Sequence[tuple[Sequence[float], int]]) -> None:
    """Accuracy and loss as a line."""
    hits = sum(max(range(len(chances)), key=chances.__getitem__) == right for chances, right in some)
    loss = sum(-math.log(max(chances[right], 1e-9)) for chances, right in some) / len(some)
    print(f"{title:22} accuracy {hits / len(some):.3f}   loss {loss:.4f}")


if __name__ == "__main__":
    main()
