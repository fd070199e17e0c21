"""How many sentences of a language model survive the check, and which.

Run as: python -m evaluation.narrative MODEL [--cases FILE…] [--show] [--save REPORT.json]

MODEL is a name on the shelf (`csq model list`); CSQ_MODELS_DIR names the shelf. Without --cases every
second of the small recordings of the development data is used, so that a run stays within minutes. A
recording in which nothing is found is not asked about. Each report is asked about once, at
temperature 0. The numbers are for docs/narrative.md; --save writes them as `csq bench` does, for the
portfolio.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cybersecqwen.bench.conditions import conditions
from cybersecqwen.bench.interface import Measure
from cybersecqwen.bench.intervals import figure, no_figure
from cybersecqwen.bench.report import Record, rounded, times, write
from cybersecqwen.bootstrap import App
from cybersecqwen.errors import CsqError, ModelError
from cybersecqwen.models.interface import LanguageModel, Material, Options, Prompt
from cybersecqwen.records import Report
from cybersecqwen.settings import load_settings
from cybersecqwen.tasks.interface import Request
from cybersecqwen.tasks.triage.prompt import ask, split
from cybersecqwen.verify import check_draft
from cybersecqwen.verify.draft import TOLD

MEASURES = (
    Measure(
        name="passed",
        title="sentences that pass the checks",
        over={"passed": 1.0},
        under={"written": 1.0},
        rate=False,
    ),
    Measure(name="useful", title="reports with a sentence of it", over={"useful": 1.0}),
)
TIMEOUT_S = 600.0
MOST_CASES = 30
RECORDING_BYTES = 300_000  # packed; larger ones take long and tell nothing more


@dataclass
class Tally:
    """Counts over all reports."""

    reports: int = 0
    with_kept: int = 0
    written: int = 0
    kept: int = 0
    told: int = 0
    """True, but nothing that the report does not say already."""
    seconds: list[float] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    counts: list[dict[str, float]] = field(default_factory=list)
    """Of each report, for the intervals: sentences of a report stand and fall together."""


def main() -> None:
    arguments = _arguments()
    app = App(load_settings())
    tally = Tally()
    with app.models(arguments.model) as (model, *_), tempfile.TemporaryDirectory() as folder:
        for path in arguments.cases or _recordings(Path(folder)):
            try:
                report = next(app.run("triage", Request(paths=(str(path),))))
            except CsqError as error:
                print(f"{path}: {error.message}")
                continue
            _one(Path(path).stem, report, app, model, tally, show=arguments.show)
        if arguments.save is not None and tally.counts:
            write(arguments.save, [_record(model.name, app, tally)])
    print(_summary(arguments.model, tally))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", help="name of a model on the shelf")
    parser.add_argument("--cases", nargs="*", help="recordings or alerts instead of the development data")
    parser.add_argument("--save", type=Path, help="report file for the portfolio; development data only")
    parser.add_argument("--show", action="store_true", help="print every sentence with its fate")
    return parser.parse_args()


def _recordings(folder: Path) -> Iterator[Path]:
    with zipfile.ZipFile(_archive()) as archive:
        names = [
            item.filename
            for item in archive.infolist()
            if item.filename.endswith(".zip") and item.file_size < RECORDING_BYTES
        ]
        for name in sorted(names)[::2][:MOST_CASES]:
            yield Path(archive.extract(name, folder))


def _archive() -> Path:
    root = os.environ.get("CSQ_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data"
    return Path(root) / "logs" / "otrf_windows_dev.zip"


def _record(name: str, app: App, tally: Tally) -> Record:
    """What the portfolio needs to know, in the form of a report of `csq bench`."""
    figures = [figure(one, tally.counts, trials=1, seed=0) for one in MEASURES]
    known = app.shelf.show(name)
    digest = hashlib.sha256(_archive().read_bytes()).hexdigest()
    return {
        "task": "narrative",
        "title": "sentences about a recording",
        "skill": "narrative",
        "subject": name,
        "mode": "open-book",
        "identity": {"model": name, "sha256": known.sha256},
        "figures": [rounded(one) for one in figures if one is not None],
        "unparsable": rounded(no_figure(len(tally.counts))),
        "found": {},
        "predictions": [],
        "items": tally.reports,
        "trials": 1,
        "per_trial": [],
        "cut": 0,
        "seconds": times(tally.seconds),
        "data": {"file": _archive().name, "sha256": digest, "items": tally.reports},
        "plan": {"limit": MOST_CASES, "seed": 0, "temperature": 0.0},
        "knowledge": app.store.version,
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "conditions": conditions(),
        "command": f"python -m evaluation.narrative {name}",
    }


def _one(name: str, report: Report, app: App, model: LanguageModel, tally: Tally, *, show: bool) -> None:
    asked = ask(report)
    if asked is None:
        return
    material = tuple(Material(label=label, text=text) for label, text in asked.material)
    prompt = Prompt(
        instructions=asked.instructions, material=material, question=asked.question, skill=asked.skill
    )
    start = time.perf_counter()
    try:
        draft = model.generate(prompt, Options(max_tokens=asked.max_tokens, timeout_s=TIMEOUT_S))
    except ModelError as error:
        print(f"{name}: {error.message}")
        return
    tally.seconds.append(time.perf_counter() - start)
    checked = check_draft(split(draft.text), report, app.store, writer=model.name)
    told = sum(1 for _, reason in checked.rejected if reason == TOLD)
    tally.reports += 1
    tally.with_kept += bool(checked.kept)
    tally.written += len(checked.kept) + len(checked.rejected)
    tally.kept += len(checked.kept)
    tally.told += told
    passed = float(len(checked.kept) + told)
    counts = {"items": 1.0, "passed": passed, "written": passed + len(checked.rejected) - told}
    tally.counts.append(counts | {"useful": float(bool(checked.kept))})
    tally.reasons.update(reason.partition(" ")[0] for _, reason in checked.rejected if reason != TOLD)
    if show:
        print(f"\n## {name}: {report.verdict.value}\nasked: {asked.material[0][1]}")
        for sentence in report.narrative:
            print(f"  csq   {sentence.text}")
        for sentence in checked.kept:
            print(f"  kept  {sentence.text}")
        for text, reason in checked.rejected:
            print(f"  out   {text}  [{reason}]")


def _summary(model: str, tally: Tally) -> str:
    seconds = sorted(tally.seconds) or [0.0]
    middle = seconds[len(seconds) // 2]
    return (
        f"\n{model}: {tally.reports} reports, {tally.written} sentences: {tally.kept} kept, "
        f"{tally.told} true but told already, {tally.written - tally.kept - tally.told} rejected; "
        f"{tally.with_kept} reports with a sentence of the model; median {middle:.1f} s a draft"
    )


if __name__ == "__main__":
    main()
