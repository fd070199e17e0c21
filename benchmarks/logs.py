"""How fast `csq logs` is, in how much memory, beside Zircolite on the same events with the same rules.

Run as: python -m benchmarks.logs DATA [--events N] [--rounds N] [--only PART,…] [--save FILE]
            [--zircolite DIR --zircolite-python PYTHON] [--every N,…]

DATA holds logs/otrf_windows_dev.zip and logs/sigma_rules.zip. The recordings hold 231,280 different events;
the file of a million is made of them, over and over, which favours whoever remembers what it has seen, so
the different ones are measured by themselves as well. Every run is a whole process that reads a file and
writes a report. Rules are compiled (csq) and converted (Zircolite) before. Runs take turns: each round runs
everything once. Zircolite has rules/windows, which is what it is made for, and reads each N-th event, for a
million would take it a quarter of an hour; two sizes tell whether its rate depends on the size. It gets them
as one file, which it reads in one thread, and as four.

Parts: million, distinct, zircolite, events (time against events), rules (time against rules).
Prints Markdown; with --save also adds the runs to those of a file, which scripts/logs_speed.py draws.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from .processes import Cost, median, run
from .recordings import CORE, WINDOWS, events_of, repeat, split, write_events, write_rules
from .zircolite import Zircolite, differences, fired_in

PARTS = ("million", "distinct", "zircolite", "events", "rules")
SHARES = (0.1, 0.25, 0.5, 0.75)
RULES = (100, 300, 1_000)
FILES = 4
"""Files that Zircolite gets besides a single one: it chooses as many threads for them on two cores."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is run once a round."""

    part: str
    tool: str
    file: str
    rules: str
    workers: int = 2
    anomalies: bool = False


class Bench:
    """Files, rule sets and the runs so far, in a folder of its own."""

    def __init__(self, folder: Path, args: argparse.Namespace) -> None:
        self._folder, self._data = folder, args.data
        self._zircolite = Zircolite(args.zircolite, args.zircolite_python) if args.zircolite else None
        self.every = [int(text) for text in args.every.split(",")]
        self.events: dict[str, int] = {}
        self.rules: dict[str, int] = {}
        self.runs: list[dict[str, Any]] = []
        self.fired: dict[str, dict[str, int]] = {}
        """Rule ids to hits, by tool, on the largest part that Zircolite read."""
        made = folder / "made.json"
        if made.exists():
            self.events, self.rules = json.loads(made.read_bytes())
        else:
            self._files(args.events)
            self._sets()
            made.write_text(json.dumps([self.events, self.rules]), encoding="utf-8")

    def _files(self, events: int) -> None:
        distinct = self._path("distinct")
        self.events["distinct"] = write_events(self._data, distinct)
        for share in (*SHARES, 1.0):
            name = "million" if share == 1.0 else f"{share:g}"
            self.events[name] = int(events * share)
            repeat(distinct, self._path(name), self.events[name])
        for every in self.every:
            part = self._path(f"1/{every}")
            self.events[f"1/{every}"] = write_events(self._data, part, every=every)
            split(part, part.with_suffix(""), FILES)

    def _sets(self) -> None:
        for name, under, count in (
            ("all", "", 0),
            ("core", CORE, 0),
            ("windows", WINDOWS, 0),
            *((str(count), WINDOWS, count) for count in RULES),
        ):
            self.rules[name] = write_rules(self._data, self._folder / "rules" / name, under, count)
        few = self._path("few")
        few.write_bytes(b"".join(islice(events_of(self._data), 200)))
        self.events["few"] = 200
        for name in (*self.rules, "starter"):
            _, report = self._csq(Job("", "csq", "few", name, workers=1))
            self.rules[name] = report["extra"]["logs"]["rules"]["loaded"]
        if self._zircolite is not None:
            (event,) = islice(events_of(self._data), 1)
            made = self._zircolite.convert(
                self._folder / "rules" / "windows", event, self._folder / "zircolite" / "rules.json"
            )
            self.rules["converted"] = made

    def _path(self, name: str) -> Path:
        return self._folder / f"{name.replace('/', 'of')}.jsonl"

    def jobs(self) -> Iterator[Job]:
        """Everything that one round runs."""
        yield Job("million", "csq", "million", "windows")
        yield Job("million", "csq", "million", "core")
        yield Job("million", "csq", "million", "all")
        yield Job("million", "csq", "million", "starter", anomalies=True)
        yield Job("million", "csq", "million", "core", anomalies=True)
        yield Job("million", "csq", "million", "core", workers=1)
        yield Job("million", "csq", "million", "windows", workers=1)
        for workers in (2, 1):
            yield Job("distinct", "csq", "distinct", "windows", workers)
            yield Job("distinct", "csq", "distinct", "core", workers)
        yield Job("distinct", "csq", "distinct", "all")
        yield Job("distinct", "csq", "distinct", "starter", anomalies=True)
        yield Job("distinct", "csq", "distinct", "core", anomalies=True)
        if self._zircolite is not None:
            for every in self.every:
                yield Job("zircolite", "Zircolite", f"1/{every}", "windows", workers=1)
                yield Job("zircolite", "Zircolite", f"1/{every}", "windows", workers=FILES)
            yield Job("zircolite", "csq", f"1/{min(self.every)}", "windows")
        for share in SHARES:
            yield Job("events", "csq", f"{share:g}", "core")
        for count in RULES:
            yield Job("rules", "csq", "distinct", str(count))

    def once(self, job: Job) -> None:
        """Run a job and keep what it cost."""
        if job.tool == "csq":
            cost, report = self._csq(job)
            fired = fired_in(report)
            read = report["counts"]["events"]
        else:
            assert self._zircolite is not None
            path, folder = self._path(job.file), self._folder / "zircolite"
            events = path if job.workers == 1 else path.with_suffix("")
            cost, fired = self._zircolite.run(events, folder / "rules.json", folder)
            read = self.events[job.file]
        assert read == self.events[job.file], (job, read)
        if job.part == "zircolite" and job.file == f"1/{min(self.every)}":
            self.fired[job.tool] = fired
        self.runs.append(
            {
                **{name: getattr(job, name) for name in Job.__slots__},
                **cost.to_json(),
                "n": read,
                "bytes": self._path(job.file).stat().st_size,
                "loaded": self.rules["converted" if job.tool != "csq" else job.rules],
                "fired": len(fired),
                "hits": sum(fired.values()),
            }
        )

    def _csq(self, job: Job) -> tuple[Cost, Mapping[str, Any]]:
        chosen = ["--rules", str(self._folder / "rules" / job.rules), "--only-rules"]
        command = [
            *(sys.executable, "-m", "cybersecqwen", "logs", str(self._path(job.file))),
            *(chosen if job.rules != "starter" else ()),
            *("--anomalies" if job.anomalies else "--no-anomalies", "--model", "none"),
            *("--format", "json", "--fail-on", "never"),
        ]
        out = self._folder / "report.json"
        env = {
            "CSQ_WORKERS": str(job.workers),
            "CSQ_CACHE_DIR": str(self._folder / "cache"),
            "CSQ_DATA_DIR": str(self._folder / "data"),
        }
        return run(command, out, env=env), json.loads(out.read_bytes())


def main() -> None:
    """Measure, print and save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--every", default="8,4")
    parser.add_argument("--folder", type=Path, help="keep the files there, and use those of an earlier run")
    parser.add_argument("--save", type=Path)
    parser.add_argument("--zircolite", type=Path)
    parser.add_argument("--zircolite-python", type=Path)
    args = parser.parse_args()
    parts = args.only.split(",")
    with tempfile.TemporaryDirectory() as folder:
        if args.folder:
            args.folder.mkdir(parents=True, exist_ok=True)
        bench = Bench(args.folder or Path(folder), args)
        print(machine() + "\n\n" + HEAD, flush=True)
        for number in range(args.rounds):
            for job in bench.jobs():
                if job.part in parts:
                    bench.once(job)
                    print(
                        row(bench.runs[-1:]), f"round {number + 1}, load {bench.runs[-1]['load']}", flush=True
                    )
            if args.save:
                found = {
                    "machine": machine(),
                    "rules": bench.rules,
                    "events": bench.events,
                    "runs": bench.runs,
                }
                text = json.dumps({**found, "fired": bench.fired}, indent=1)
                args.save.write_text(text + "\n", encoding="utf-8")
        print(f"\nMedians of {args.rounds} runs\n\n{HEAD}")
        for runs in grouped(bench.runs):
            print(row(runs))
        if len(bench.fired) == 2:
            print("\n" + agreement(bench.fired))


def save(path: Path, bench: Bench) -> None:
    """Add the last run to what the file holds."""
    found: dict[str, Any] = {"runs": []}
    if path.exists():
        found = json.loads(path.read_bytes())
    found["machine"] = machine()
    found["runs"].append(bench.runs[-1])
    if len(bench.fired) == 2:
        found["fired"] = bench.fired
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


HEAD = (
    "| part | tool | file | rules | workers | anomalies | events/s | of runs | events a CPU second | MB/s | "
    "wall s | CPU s | peak MB, all processes | largest process |\n" + "|---" * 14 + "|"
)


def row(runs: list[dict[str, Any]]) -> str:
    """One line of the table, over the runs of one job."""
    one = runs[0]
    rates = sorted(run["n"] / run["wall_s"] for run in runs)
    wall, cpu = median(runs, "wall_s"), median(runs, "cpu_s")
    cells = [
        one["part"],
        one["tool"],
        one["file"],
        f"{one['rules']}: {one['loaded']:,}",
        one["workers"],
        "yes" if one["anomalies"] else "no",
        f"{one['n'] / wall:,.0f}",
        f"{rates[0]:,.0f}–{rates[-1]:,.0f}",
        f"{one['n'] / cpu:,.0f}",
        f"{one['bytes'] / wall / 1e6:,.1f}",
        f"{wall:.1f}",
        f"{cpu:.1f}",
        f"{median(runs, 'tree_mb'):.0f}",
        f"{median(runs, 'largest_mb'):.0f}",
    ]
    return f"| {' | '.join(map(str, cells))} |"


def grouped(runs: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The runs of each job together."""
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for one in runs:
        found.setdefault(tuple(one[name] for name in Job.__slots__), []).append(one)
    return list(found.values())


def agreement(fired: Mapping[str, Mapping[str, int]]) -> str:
    """Which rules fired in both, and where they differ."""
    ours, theirs = fired["csq"], fired["Zircolite"]
    apart = differences(ours, theirs)
    lines = [
        f"csq: {len(ours)} rules fired {sum(ours.values()):,} times; Zircolite: {len(theirs)} rules fired "
        f"{sum(theirs.values()):,} times; equally often: {len({*ours, *theirs}) - len(apart)} rules.",
        "",
        "| rule | csq | Zircolite |\n|---|---|---|",
        *(f"| {rule} | {a} | {b} |" for rule, a, b in apart),
    ]
    return "\n".join(lines)


def machine() -> str:
    """What it runs on, and when."""
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return f"{os.cpu_count()} cores, {model}, Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}"


if __name__ == "__main__":
    main()
