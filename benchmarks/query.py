"""What `csq query` costs: from words to a checked query, in the process and as a whole command.

Run as: python -m benchmarks.query [--rules ZIP] [--model NAME] [--save FILE]

The questions are those of query_questions.txt, of our own, for each language in turn: read, mapped, written,
parsed again, held against the schema, read back, and run on examples. The library of rules is loaded once, as
a server would; the whole command loads it from its cache. With --model the same for questions of which
nothing became a condition, each asked once. Prints Markdown for docs/queries.md.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from cybersecqwen.bootstrap import App
from cybersecqwen.errors import CsqError, ModelTimeoutError
from cybersecqwen.settings import load_settings
from cybersecqwen.tasks.interface import Request
from cybersecqwen.tasks.query.construct import Construct
from cybersecqwen.tasks.query.options import QueryOptions

from .processes import run

QUESTIONS = Path(__file__).with_name("query_questions.txt")
TARGETS = ("splunk", "kql", "eql", "esql", "lucene", "logscale", "secops", "sqlite", "duckdb", "sigma")
OPEN = (
    "files named frobnicator dropped somewhere",
    "programs called updatefix started by users",
    "dns lookups of names with frobnicator inside",
    "registry values that mention zorblax",
    "tasks registered under the name glimmerjob",
    "pipes that look like those of zorblax",
)
"""Questions of which nothing becomes a condition: what a model is asked about."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rules", type=Path, help="a rule set to learn from beside the starter rules")
    parser.add_argument("--model", default="", help="a language model of this machine")
    parser.add_argument("--save", type=Path)
    args = parser.parse_args()
    app = App(load_settings())
    rules = (args.rules,) if args.rules else ()
    questions = QUESTIONS.read_text(encoding="utf-8").splitlines()
    _seconds(app, questions[0], "splunk", rules)  # the library is indexed, modules are imported
    figures: dict[str, Any] = {"date": date.today().isoformat(), "cores": len(os.sched_getaffinity(0))}
    print("| language | questions | given out | p50 ms | p95 ms | most ms |\n|---|---|---|---|---|---|")
    every: list[float] = []
    for target in TARGETS:
        found = [_seconds(app, question, target, rules) for question in questions]
        times = sorted(seconds for seconds, _ in found)
        every += times
        given = sum(out for _, out in found)
        figures[target] = {"given": given, **_spread(times)}
        print(_row(target, len(found), given, times))
    every.sort()
    print(
        _row("all", len(every), sum(one["given"] for one in figures.values() if isinstance(one, dict)), every)
    )
    figures["whole"] = _whole(questions[:10])
    if args.model:
        figures["model"] = _with_model(app, args.model, rules)
    print(f"\nload {os.getloadavg()[0]:.1f}, {figures['cores']} cores, {figures['date']}")
    if args.save:
        args.save.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _seconds(app: App, question: str, target: str, rules: tuple[Path, ...]) -> tuple[float, bool]:
    """Seconds for one question, and whether a query was given out."""
    request = Request(paths=(), question=question, parameters=QueryOptions(to=target, rules=rules))
    start = time.perf_counter()
    try:
        report = Construct().assess(request, app.tools)
    except CsqError:
        return time.perf_counter() - start, False
    return time.perf_counter() - start, bool(report.query and report.query.text)


def _spread(times: Sequence[float]) -> dict[str, float]:
    return {
        "p50_ms": round(1000 * times[len(times) // 2], 1),
        "p95_ms": round(1000 * times[min(len(times) - 1, int(len(times) * 0.95))], 1),
        "most_ms": round(1000 * times[-1], 1),
    }


def _row(name: str, count: int, given: int, times: Sequence[float]) -> str:
    spread = _spread(times)
    times_ms = " | ".join(f"{spread[key]:.0f}" for key in ("p50_ms", "p95_ms", "most_ms"))
    return f"| {name} | {count:,} | {given:,} | {times_ms} |"


def _whole(questions: Sequence[str]) -> dict[str, float]:
    """Seconds of the whole command, start-up included."""
    walls: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        for question in questions:
            command = [
                sys.executable,
                "-m",
                "cybersecqwen",
                "query",
                question,
                "--to",
                "splunk",
                "-f",
                "json",
            ]
            walls.append(run(command, Path(name) / "out.json").wall_s)
    walls.sort()
    middle, most = walls[len(walls) // 2], walls[-1]
    print(f"\nwhole command, {len(walls)} questions: median {middle:.2f} s, most {most:.2f} s")
    return {"median_s": round(middle, 2), "most_s": round(most, 2)}


def _with_model(app: App, name: str, rules: tuple[Path, ...]) -> dict[str, Any]:
    """Seconds from the words to the query that a model took part in, of the clock and of the processor."""
    task, found, late = Construct(), [], 0
    with app.models(name) as models:
        for question in OPEN:
            request = Request(paths=(), question=question, parameters=QueryOptions(to="splunk", rules=rules))
            start, worked = time.perf_counter(), time.process_time()
            report = task.assess(request, app.tools)
            if task.ask(report, app.tools) is None:
                continue
            try:
                after = task.consult(report, app.tools, models[0], app.settings.model_timeout_s)
            except ModelTimeoutError:
                late += 1
                continue
            took = time.perf_counter() - start, time.process_time() - worked
            found.append((*took, after.query != report.query))
    times = sorted(took for took, _, _ in found)
    work = sorted(worked for _, worked, _ in found)
    changed = sum(changed for _, _, changed in found)
    print(
        f"\nwith {name}, {len(times)} questions: " + ", ".join(f"{one:.1f}" for one in times) + " s;", end=""
    )
    print(
        f" of the processor {', '.join(f'{one:.1f}' for one in work)} s; {changed} queries changed by it;",
        end="",
    )
    print(f" {late} given up after {app.settings.model_timeout_s:g} s")
    return {
        "seconds": [round(one, 2) for one in times],
        "processor": [round(one, 2) for one in work],
        "changed": changed,
        "late": late,
    }


if __name__ == "__main__":
    main()
