"""How good and how fast the technique specialist is on single sentences, as a report for the portfolio.

Run as: python -m evaluation.sentences [--save REPORT.json]

The figure is that of the weights' manifest, measured at training on reports that were held out; it cannot be
measured again with the shipped weights, which have seen them. The time is measured here, one sentence at
a time, on sentences of the development data (CSQ_DATA).
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import time
from pathlib import Path

from cybersecqwen.bench.conditions import conditions
from cybersecqwen.bench.intervals import Figure, no_figure
from cybersecqwen.bench.report import Record, duration, rounded, times, write
from cybersecqwen.knowledge.store import Store
from cybersecqwen.specialists import SPECIALISTS

FILE = "intel/tram_single_label_train.json.gz"
SENTENCES = 500


def main() -> None:
    """Time the specialist and print or save the report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--save", type=Path, help="report file for the portfolio")
    save: Path | None = parser.parse_args().save
    root = os.environ.get("CSQ_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data"
    raw = (Path(root) / FILE).read_bytes()
    texts = [str(row["text"]) for row in json.loads(gzip.decompress(raw))][:SENTENCES]
    record = measure(texts, hashlib.sha256(raw).hexdigest())
    figure, seconds = record["figures"][0], record["seconds"]
    print(f"{figure['value']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}] n {figure['n']}")
    print(f"p50 {duration(seconds['p50_s'])}, p95 {duration(seconds['p95_s'])}")
    if save is not None:
        write(save, [record])


def measure(texts: list[str], sha256: str) -> Record:
    """The manifest's figure with the times of judging these sentences."""
    with Store.open() as store:
        specialist = SPECIALISTS.get("technique")(store=store)
        specialist.judge(texts[:1])
        seconds = []
        for text in texts:
            start = time.perf_counter()
            specialist.judge([text])
            seconds.append(time.perf_counter() - start)
        known, version = specialist.manifest, store.version
    said = known.metrics["sentences"]
    figure = Figure(
        name="accuracy",
        title="strict accuracy",
        value=said["value"],
        low=said["interval"][0],
        high=said["interval"][1],
        n=said["n"],
        interval="wilson",
        better="higher",
    )
    return {
        "task": "sentences",
        "title": "a sentence to its ATT&CK technique",
        "skill": "technique-sentence",
        "subject": "specialist",
        "mode": "closed-book",
        "identity": {"specialist": "technique", "version": known.version, "sha256": known.sha256},
        "figures": [rounded(figure)],
        "unparsable": rounded(no_figure(said["n"])),
        "predictions": [],
        "found": {},
        "items": said["n"],
        "trials": 1,
        "per_trial": [],
        "cut": 0,
        "seconds": times(seconds),
        "data": {"file": str(said["on"]), "sha256": sha256, "items": said["n"]},
        "plan": {"limit": 0, "seed": known.seed},
        "knowledge": version,
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "conditions": conditions(),
        "command": "python -m evaluation.sentences",
    }


if __name__ == "__main__":
    main()
