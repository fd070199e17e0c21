"""`python -m training.specialists.trials DATA`: what each part of the vulnerability network is worth.

Every variant is trained on what was known by the end of 2023, without the last 1,500 CVEs that NVD
labelled, and asked for these. One run each, so that differences below .01 say little.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from cybersecqwen.specialists.network import context

from . import vulnerability as trainer
from . import vulnerability_net as net
from .measures import share
from .vulnerability_corpus import common

SEED = 20261125


class Bench:
    """The rows that every variant learns from and is asked for."""

    def __init__(self, data: Path) -> None:
        self.whole = trainer._read(data)
        self.held, self.past, _ = trainer._split(self.whole.rows)
        chosen = [self.whole.rows[at] for at in self.past]
        self.labels = [*common((row.cwe for row in chosen if row.year >= 2020), 8), ""]
        self.heads, _ = trainer._heads(chosen, self.labels, common((row.vector for row in chosen), 20, 600))
        self.x, self.marks = self.whole.x[self.past], self.whole.marks[self.past]
        self.weights = self.whole.weights[self.past]

    def told(self, name: str, scores: Any, began: float) -> None:
        """Print a line of the table: the first label right, one of the first three."""
        order = np.argsort(-scores, 1)[:, :3]
        truth = [self.whole.rows[at].cwe for at in self.held]
        named = [[self.labels[one] for one in row] for row in order]
        first = share(sum(row[0] == one for row, one in zip(named, truth, strict=True)), len(truth))
        three = share(sum(one in row for row, one in zip(named, truth, strict=True)), len(truth))
        low, high = first["interval"]
        spent = time.perf_counter() - began
        cells = f"{first['value']:.3f} [{low:.3f}, {high:.3f}] | {three['value']:.3f} | {spent:.0f} s"
        print(f"| {name} | {cells} |", flush=True)


def linear(bench: Bench) -> Any:
    """One support vector machine per weakness over the same features."""
    from sklearn.svm import LinearSVC

    truth = bench.heads[0].truth
    known = np.flatnonzero(truth >= 0)
    machine = LinearSVC(C=0.5, tol=0.05, max_iter=200)
    machine.fit(bench.x[known].astype(np.float64), truth[known], sample_weight=bench.weights[known])
    scores = np.full((len(bench.held), len(bench.labels)), -9.0)
    scores[:, machine.classes_] = machine.decision_function(bench.whole.x[bench.held])
    return scores


def network(bench: Bench, plan: net.Plan, *, who: bool = True, cvss: bool = True) -> Any:
    """A network: told who labels or not, learning CVSS as well or not."""
    marks = bench.marks if who else np.zeros_like(bench.marks)
    heads = bench.heads if cvss else bench.heads[:1]
    trained = net.train(bench.x, marks, heads, bench.weights, plan, SEED, "trial")
    asked = context("nvd") if who else [0.0] * bench.marks.shape[1]
    return trained.score(bench.whole.x[bench.held], asked)[:, : len(bench.labels)]


def main() -> int:
    """Train and tell them, one after the other."""
    bench = Bench(Path(sys.argv[1]))
    one = replace(trainer.PLAN, members=1)
    variants: dict[str, Callable[[], Any]] = {
        "linear support vector machines": lambda: linear(bench),
        "one network, not told who labels, weakness alone": lambda: network(
            bench, one, who=False, cvss=False
        ),
        "told who labels, and when": lambda: network(bench, one, cvss=False),
        "and learning CVSS as well": lambda: network(bench, one),
        "the same, half as wide": lambda: network(bench, replace(one, width=one.width // 2)),
        "the same, one and a half times as wide": lambda: network(
            bench, replace(one, width=3 * one.width // 2)
        ),
        "two networks merged: what ships": lambda: network(bench, trainer.PLAN),
    }
    print("| model | first right | first three | trained in |\n|---|---|---|---|")
    for name, variant in variants.items():
        began = time.perf_counter()
        bench.told(name, variant(), began)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
