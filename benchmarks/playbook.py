"""What `csq playbook` costs: from facts to a playbook with its searches, and as a whole command.

Run as: python -m benchmarks.playbook [--save FILE]

The inputs are every type of incident by its first words, twenty techniques, and the triage of
samples/intrusion.jsonl with and without the environment of samples/environment.yaml. Without a language
model. In the process the library and the rules are loaded once, as a server would; the whole command loads
them itself. Prints Markdown for docs/playbook.md.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from cybersecqwen.bootstrap import App
from cybersecqwen.render import FORMATS, RenderOptions
from cybersecqwen.settings import Settings
from cybersecqwen.tasks.interface import Request
from cybersecqwen.tasks.playbook.incidents import incident_types
from cybersecqwen.tasks.playbook.options import PlaybookOptions

from .processes import run

SAMPLES = Path(__file__).parents[1] / "samples"
TECHNIQUES = (
    *(
        "T1486",
        "T1490",
        "T1003.001",
        "T1059.001",
        "T1566.001",
        "T1078.004",
        "T1190",
        "T1110.003",
        "T1021.002",
    ),
    *(
        "T1547.001",
        "T1055",
        "T1567",
        "T1071.001",
        "T1136",
        "T1098",
        "T1505.003",
        "T1195.002",
        "T1496",
        "T1528",
    ),
    "T1485",
)
LANGUAGES = ("sigma", "splunk", "sentinel", "esql")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--save", type=Path)
    args = parser.parse_args()
    app = App(Settings(model="none"))
    figures: dict[str, object] = {"date": date.today().isoformat(), "cores": len(os.sched_getaffinity(0))}
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "triage.json"
        made = next(app.run("triage", Request(paths=(str(SAMPLES / "intrusion.jsonl"),))))
        report.write_text(FORMATS.get("json")().render(made, RenderOptions()), encoding="utf-8")
        _ms(app, Request(paths=(), question="T1486"))
        print("| language | playbooks | p50 ms | p95 ms | most ms |\n|---|---|---|---|---|")
        for language in LANGUAGES:
            every = sorted(_ms(app, one) for one in _requests(report, language))
            row = {"p50": every[len(every) // 2], "p95": every[int(len(every) * 0.95)], "most": every[-1]}
            figures[language] = {"playbooks": len(every), **row}
            print(f"| {language} | {len(every)} | {row['p50']:.0f} | {row['p95']:.0f} | {row['most']:.0f} |")
        command = [sys.executable, "-m", "cybersecqwen", "playbook", str(report), "--model", "none"]
        ran = sorted(run(command, Path(folder) / "out").wall_s for _ in range(5))[2]
        figures["command_s"] = ran
        print(f"\nThe whole command on the triage of the sample: {ran:.2f} s (median of 5).")
    if args.save:
        args.save.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _requests(report: Path, language: str) -> Iterator[Request]:
    options = PlaybookOptions(language=language)
    for one in incident_types():
        question = " ".join(one.words[0]).replace("*", "")
        yield Request(paths=(), question=question, parameters=options)
    for id in TECHNIQUES:
        yield Request(paths=(), question=id, parameters=options)
    yield Request(paths=(str(report),), parameters=options)
    ours = PlaybookOptions(language=language, environment=SAMPLES / "environment.yaml")
    yield Request(paths=(str(report),), parameters=ours)


def _ms(app: App, request: Request) -> float:
    begun = time.perf_counter()
    next(app.run("playbook", request))
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    main()
