"""Technique machines that did not see a quarter of the reports, for measuring lists of techniques.

Run as: python -m training.specialists.technique_held_out DATA [--out FOLDER]

The weights that ship have learnt from every report of TRAM, so a list of techniques of such a report can
only be measured with machines that have not. One machine is made for each quarter of reports (and of the
software of procedure sentences); its logistic function and its thresholds are fitted on the texts of the
other three quarters, each scored by the machine that had not seen it. They know Enterprise alone.

    OUT/fold-K/technique.npz, technique.json     as `TechniqueSpecialist(folder=…)` reads them
    OUT/folds.json                               report title to K

These are for measuring: they do not ship and are not kept in the repository.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from . import manifests
from . import technique_corpus as corpora
from .technique import FOLDS, Case, _calibrate, _case, _prior, _texts
from .technique_corpus import Corpus

FOLDER = Path(".cache/held-out")
"""Where the machines are kept, below the checkout."""
SEED = 20261126


def folds_of(corpus: Corpus, seed: int = SEED) -> dict[str, int]:
    """Quarter of each report title and of each software that procedures name."""
    rng = random.Random(seed)
    sources = sorted({row["source"] for row in corpus.procedures})
    titles = sorted(report.title for report in corpus.reports)
    rng.shuffle(sources)
    rng.shuffle(titles)
    found = {name: at % FOLDS for at, name in enumerate(sources)}
    return found | {title: at % FOLDS for at, title in enumerate(titles)}


def make(data: Path, out: Path, seed: int = SEED) -> None:
    """Train all machines and write them; some minutes on one core."""
    corpus = corpora.read(data)
    fold = folds_of(corpus, seed)
    labels = [label for label in corpus.labels if corpus.domain[label] == 0]
    prior = _prior(corpus, corpus.labels)[: len(labels)]
    cases = [_machine(corpus, labels, fold, k, out, seed, prior) for k in range(FOLDS)]
    for k in range(FOLDS):
        others = [case for at, of_fold in enumerate(cases) if at != k for case in of_fold]
        _manifest(data, out / f"fold-{k}", labels, others, prior, seed)
    titles = {report.title for report in corpus.reports}
    chosen = {title: k for title, k in sorted(fold.items()) if title in titles}
    (out / "folds.json").write_text(json.dumps(chosen, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _machine(
    corpus: Corpus, labels: list[str], fold: dict[str, int], k: int, out: Path, seed: int, prior: Any
) -> list[Case]:
    """Train on three quarters, write the weights, score the texts of the last quarter."""
    from .technique_fit import Space, one_against_rest, packed, pruned

    rng = random.Random(seed + k)
    procedures = [row for row in corpus.procedures if fold[row["source"]] != k]
    reports = [report for report in corpus.reports if fold[report.title] != k]
    rows = corpora.enterprise_rows(corpus, procedures, reports, rng)
    space = Space(rows.texts)
    coefficients, bias = one_against_rest(space, rows, labels, seed, f"quarter {k + 1} of {FOLDS}")
    coefficients = pruned(space, coefficients)
    (out / f"fold-{k}").mkdir(parents=True, exist_ok=True)
    arrays = packed(space, coefficients, bias)
    arrays["prior"] = prior
    np.savez_compressed(out / f"fold-{k}" / "technique.npz", **arrays)
    return [_case(space, coefficients, bias, *text) for text in _texts(corpus, fold, k, rng)]


def _manifest(data: Path, out: Path, labels: list[str], cases: list[Case], prior: Any, seed: int) -> None:
    from .technique_fit import RECIPE

    calibration, thresholds = {}, {}
    for kind in ("plain", "rolled"):
        fitted, chosen, _ = _calibrate(cases, labels, prior, kind == "rolled", seed)
        calibration[kind], thresholds[kind] = fitted, chosen
    manifests.write(
        out,
        "technique",
        trainer=__name__,
        seed=seed,
        threshold=thresholds["plain"]["balanced"],
        data=[manifests.source(data, name, licence) for name, licence in corpora.FILES.items()],
        metrics={},
        settings={
            "words": RECIPE.words,
            "chars": list(RECIPE.chars),
            "limit": RECIPE.limit,
            "labels": labels,
            "domain_of_label": [0] * len(labels),
            "calibration": calibration,
            "thresholds": thresholds,
            "shifts": {"enterprise": 0.0, "mobile": 0.0, "ics": 0.0},
        },
    )


def main(argv: list[str] | None = None) -> int:
    """Make what is missing; progress goes to stderr."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder of development data")
    parser.add_argument("--out", type=Path, default=FOLDER, help="where the machines go")
    chosen = parser.parse_args(argv)
    began = time.perf_counter()
    make(chosen.data, chosen.out)
    print(f"made in {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
