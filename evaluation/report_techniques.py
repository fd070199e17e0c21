"""Lists of techniques of the 121 reports of TRAM against their annotation.

Run as: python -m evaluation.report_techniques [DATA] [--held-out FOLDER] [--model NAME --limit N]

The specialist that ships has learnt from these reports. It is measured with four machines, each trained
without the quarter of the reports that it is asked about (made first, some minutes, and kept in FOLDER;
see training/specialists/technique_held_out.py). Intervals of 95 % are of 1,000 resamples of the reports.
With --model a language model chooses among the candidates too (report_techniques_model.py).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from training.specialists import technique_held_out as held_out
from training.specialists.technique import FOLDS
from training.specialists.technique_corpus import _TAG, LEFT_OUT

from cybersecqwen.detect.report import techniques
from cybersecqwen.detect.report.described import described
from cybersecqwen.detect.report.technique_names import canonical, written
from cybersecqwen.detect.text.codes import find_attack
from cybersecqwen.detect.text.matches import Match
from cybersecqwen.knowledge.store import Store
from cybersecqwen.records.intel import Place, ReportedTechnique, Tier
from cybersecqwen.specialists.technique import TechniqueSpecialist

SEED = 20261126
ROUNDS = 1_000
Lists = dict[str, set[str]]
"""Report title to identifiers."""


@dataclass(kw_only=True)
class Case:
    """One annotated report."""

    title: str
    text: str
    truth: set[str]
    machine: TechniqueSpecialist
    """Trained without it."""
    found: tuple[Match, ...] = ()
    listed: tuple[ReportedTechnique, ...] = field(default=())


def data_folder(given: Path | None) -> Path:
    root = given or os.environ.get("CSQ_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data"
    return Path(root)


def cases(data: Path, store: Store, machines: Path) -> list[Case]:
    """All reports, each with the machine that did not see it."""
    if not (machines / "folds.json").is_file():
        held_out.make(data, machines)
    folds = json.loads((machines / "folds.json").read_text("utf-8"))
    readers = [TechniqueSpecialist(store=store, folder=machines / f"fold-{k}") for k in range(FOLDS)]
    made = []
    with zipfile.ZipFile(data / "intel" / "tram_reports.zip") as packed:
        for name in sorted(packed.namelist()):
            title = name.removesuffix(".mjson").strip("\xa0 ")
            document = json.loads(packed.read(name))
            tags = [_TAG.search(group["type"]) for group in document["asets"] if group["annots"]]
            truth = {canonical(tag[1], store) or tag[1] for tag in tags if tag}
            assert title in folds or title in LEFT_OUT  # the latter was in no training at all
            text = document["signal"]
            one = Case(title=title, text=text, truth=truth, machine=readers[folds.get(title, 0)])
            one.found = tuple(find_attack(text, text.lower()))
            made.append(one)
    return made


def place(start: int, end: int) -> Place:
    return Place(document="d1", start=start, end=end)


def rolled(ids: Iterable[str]) -> set[str]:
    return {id.partition(".")[0] for id in ids}


def scores(reports: list[Case], given: Callable[[Case], set[str]], roll: bool) -> dict[str, Any]:
    """Micro and macro precision, recall and F1 over reports, with intervals."""
    counts = []
    for one in reports:
        told, due = given(one), one.truth
        if roll:
            told, due = rolled(told), rolled(due)
        counts.append((len(told & due), len(told), len(due)))
    table = np.array(counts, np.float64)
    rng = np.random.default_rng(SEED)
    drawn = rng.integers(len(table), size=(ROUNDS, len(table)))
    return {
        "n": len(table),
        "given": float(table[:, 1].mean()),
        **{name: _interval(of, table, drawn) for name, of in FIGURES.items()},
    }


def _micro(table: Any) -> tuple[float, float, float]:
    right, told, due = table.sum(0)
    return float(right / max(told, 1)), float(right / max(due, 1)), float(2 * right / max(told + due, 1))


def _macro(table: Any) -> float:
    both = table[:, 1] + table[:, 2]
    return float(np.where(both > 0, 2 * table[:, 0] / np.maximum(both, 1), 1.0).mean())


FIGURES: dict[str, Callable[[Any], float]] = {
    "precision": lambda table: _micro(table)[0],
    "recall": lambda table: _micro(table)[1],
    "f1": lambda table: _micro(table)[2],
    "macro_f1": _macro,
}


def _interval(of: Callable[[Any], float], table: Any, drawn: Any) -> tuple[float, float, float]:
    low, high = np.quantile([of(table[rows]) for rows in drawn], (0.025, 0.975))
    return of(table), float(low), float(high)


def told(name: str, reports: list[Case], plain: Callable[[Case], set[str]], roll: Any = None) -> None:
    """Print one row for sub-techniques told apart and one rolled up."""
    for kind, given in (("apart", plain), ("rolled", roll or plain)):
        figures = scores(reports, given, kind == "rolled")
        cells = [f"{v:.3f} [{low:.3f}, {high:.3f}]" for v, low, high in (figures[one] for one in FIGURES)]
        print(f"| {name} | {kind} | {figures['given']:.1f} | " + " | ".join(cells) + " |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="?", help="the folder of development data")
    parser.add_argument("--held-out", type=Path, default=held_out.FOLDER, help="where the machines are kept")
    parser.add_argument(
        "--model", default="", help="name of a model on the shelf, to choose among candidates"
    )
    parser.add_argument("--limit", type=int, default=0, help="reports that the model reads, drawn by a seed")
    parser.add_argument("--minutes", type=float, default=25.0, help="after which the model is asked no more")
    parser.add_argument("--save", type=Path, help="JSON file for what the model answered")
    parser.add_argument("--compare", type=Path, help="a file of --save: compare its answers, ask nothing")
    chosen = parser.parse_args()
    with Store.open() as store:
        reports = cases(data_folder(chosen.data), store, chosen.held_out)
        if chosen.compare:
            from .report_techniques_model import compare

            compare(reports, chosen.compare)
            return
        if chosen.model:
            from .report_techniques_model import ask

            ask(reports, store, chosen.model, chosen.limit, chosen.minutes * 60, chosen.save)
            return
        without_model(reports, store)


def without_model(reports: list[Case], store: Store) -> None:
    """The specialist alone, what is written out alone, and both as `csq intel` joins them."""
    began = time.process_time()
    for one in reports:
        one.listed = techniques.find(one.text, one.found, place, store, one.machine)
    spent = time.process_time() - began
    size = sum(len(one.text) for one in reports)
    print(f"{len(reports)} reports, {size:,} characters, {spent:.1f} s of processor time", file=sys.stderr)
    print("| list | sub-techniques | given | precision | recall | micro F1 | macro F1 |")
    print("|---|---|---|---|---|---|---|")
    for name in ("balanced", "precise"):
        plain, roll = _specialist(reports, name, False), _specialist(reports, name, True)
        told(f"specialist, {name}", reports, of(plain), of(roll))
    read = {one.title: set(described(one.text, one.machine)) for one in reports}
    told("sentences", reports, of(read))
    named = {one.title: list(written(one.text, one.found, store)) for one in reports}
    told("identifiers", reports, lambda one: {w.id for w in named[one.title] if "identifier" in w.why})
    told("written out", reports, lambda one: {w.id for w in named[one.title]})
    told("both", reports, lambda one: {w.id for w in one.listed})
    told("both, moderate and high", reports, lambda one: {w.id for w in one.listed if w.tier != Tier.LOW})
    told("both, high", reports, lambda one: {w.id for w in one.listed if w.tier == Tier.HIGH})
    told("both, described ones", reports, lambda one: {w.id for w in one.listed if w.how == "described"})
    bare = [one for one in reports if not any(w.how == "named" for w in one.listed)]
    told(f"both, the {len(bare)} that write none out", bare, lambda one: {w.id for w in one.listed})
    for tier in Tier:
        hit = [
            w.id in one.truth
            for one in reports
            for w in one.listed
            if w.tier == tier and w.how == "described"
        ]
        print(f"described, {tier.value}: {sum(hit)} of {len(hit)} right", file=sys.stderr)


def of(lists: Lists) -> Callable[[Case], set[str]]:
    return lambda one: lists[one.title]


def _specialist(reports: list[Case], threshold: Any, roll: bool) -> Lists:
    found = {}
    for one in reports:
        judged = one.machine.report(one.text, threshold=threshold, rollup=roll)
        found[one.title] = {ranked.label for ranked in judged.ranked}
    return found


if __name__ == "__main__":
    main()
