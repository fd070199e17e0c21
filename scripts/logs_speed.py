"""Draw and tabulate what `python -m benchmarks.logs` measured, in docs/logs-speed.md and docs/images.

Run as: python scripts/logs_speed.py [--check]

The figures come from benchmarks/results/logs-speed.json alone; the text around the tables is written by hand.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from curves import Curve, curves_svg

ROOT = Path(__file__).resolve().parent.parent
PAGE, FOUND = "docs/logs-speed.md", "benchmarks/results/logs-speed.json"
_MARK = re.compile(r"(<!-- made: (?P<name>[a-z]+) -->\n).*?(<!-- end -->)", re.S)
_WHICH = ("part", "tool", "file", "rules", "workers", "anomalies")
_SETS = {
    "windows": "`rules/windows`",
    "core": "`rules`",
    "all": "all three folders",
    "starter": "starter rules",
}

Run = dict[str, Any]


def main() -> int:
    """Write what is not up to date, or with --check say so."""
    found = json.loads((ROOT / FOUND).read_text(encoding="utf-8"))
    page = ROOT / PAGE
    made = {
        page: with_tables(page.read_text(encoding="utf-8"), found["runs"]),
        ROOT / "docs/images/logs-events.svg": events_svg(found["runs"]),
        ROOT / "docs/images/logs-rules.svg": rules_svg(found["runs"]),
    }
    stale = [path for path, text in made.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in stale:
        if "--check" in sys.argv:
            print(f"{path.relative_to(ROOT)} is not up to date: run `python scripts/logs_speed.py`")
        else:
            path.write_text(made[path], encoding="utf-8")
    return bool(stale) and "--check" in sys.argv


def with_tables(text: str, runs: Sequence[Run]) -> str:
    """The page with the tables between its marks made again."""

    def table(match: re.Match[str]) -> str:
        return f"{match[1]}\n{''.join(_TABLES[match['name']](runs))}\n{match[3]}"

    return _MARK.sub(table, text)


def grouped(runs: Sequence[Run]) -> list[list[Run]]:
    """The runs of one job together, in the order in which they came first."""
    found: dict[tuple[Any, ...], list[Run]] = {}
    for one in runs:
        found.setdefault(tuple(one[name] for name in _WHICH), []).append(one)
    return list(found.values())


def median(runs: Sequence[Run], name: str) -> float:
    """The median of a figure over runs."""
    return statistics.median(float(run[name]) for run in runs)


def _whole(runs: Sequence[Run]) -> Iterator[str]:
    yield "| events | rules | anomalies | processes | events/s | of runs | MB/s | wall, s | CPU, s | "
    yield "peak MB, all processes | largest |\n|---|---|---|---|---|---|---|---|---|---|---|\n"
    for job in grouped([run for run in runs if run["part"] in ("million", "distinct")]):
        one, wall = job[0], median(job, "wall_s")
        yield f"| {one['n']:,}{' different' if one['file'] == 'distinct' else ''} "
        yield f"| {_SETS[one['rules']]}, {one['loaded']:,} | {'yes' if one['anomalies'] else 'no'} "
        yield f"| {one['workers']} | {one['n'] / wall:,.0f} | {_range(job)} "
        yield f"| {one['bytes'] / wall / 1e6:,.0f} "
        yield f"| {wall:.1f} | {median(job, 'cpu_s'):.1f} | {median(job, 'tree_mb'):.0f} "
        yield f"| {median(job, 'largest_mb'):.0f} |\n"


def _zircolite(runs: Sequence[Run]) -> Iterator[str]:
    yield "| events | read as | events/s | of runs | events a CPU second | wall, s | CPU, s | peak MB |\n"
    yield "|---|---|---|---|---|---|---|---|\n"
    for job in grouped([run for run in runs if run["tool"] == "Zircolite"]):
        one, wall, cpu = job[0], median(job, "wall_s"), median(job, "cpu_s")
        read = "one file" if one["workers"] == 1 else f"{one['workers']} files, as many threads"
        yield f"| {one['n']:,} | {read} | {one['n'] / wall:,.0f} | {_range(job)} | {one['n'] / cpu:,.0f} "
        yield f"| {wall:.0f} | {cpu:.0f} | {median(job, 'tree_mb'):.0f} |\n"


def _range(job: Sequence[Run]) -> str:
    rates = sorted(run["n"] / run["wall_s"] for run in job)
    return f"{rates[0]:,.0f}–{rates[-1]:,.0f} ({len(rates)})"


def _over_events(runs: Sequence[Run]) -> list[list[Run]]:
    """Jobs of one rule set with two processes, by the number of events."""
    chosen = [
        run
        for run in runs
        if run["part"] in ("events", "million")
        and run["rules"] == "core"
        and run["workers"] == 2
        and not run["anomalies"]
    ]
    return sorted(grouped(chosen), key=lambda job: int(job[0]["n"]))


def _over_rules(runs: Sequence[Run]) -> list[list[Run]]:
    """Jobs on the different events with two processes and without anomalies, by the number of rules."""
    chosen = [
        run
        for run in runs
        if run["part"] in ("rules", "distinct") and run["workers"] == 2 and not run["anomalies"]
    ]
    return sorted(grouped(chosen), key=lambda job: int(job[0]["loaded"]))


def _events(runs: Sequence[Run]) -> Iterator[str]:
    jobs = _over_events(runs)
    yield "| events | wall, s | CPU, s | events/s |\n|---|---|---|---|\n"
    for job in jobs:
        wall = median(job, "wall_s")
        yield f"| {job[0]['n']:,} | {wall:.1f} | {median(job, 'cpu_s'):.1f} | {job[0]['n'] / wall:,.0f} |\n"
    numbers = [float(job[0]["n"]) for job in jobs]
    for name, title in (("wall_s", "Wall clock"), ("cpu_s", "CPU")):
        times = [median(job, name) for job in jobs]
        slope, begin = statistics.linear_regression(numbers, times)
        square = statistics.correlation(numbers, times) ** 2
        yield f"\n{title}: {begin:.1f} s + {slope * 1e6:.1f} s a million events, r² = {square:.4f}."
    yield "\n"


def _rules(runs: Sequence[Run]) -> Iterator[str]:
    jobs = _over_rules(runs)
    yield "| rules | wall, s | CPU, s | events/s | of the time with 100 rules |\n|---|---|---|---|---|\n"
    least = median(jobs[0], "cpu_s")
    for job in jobs:
        wall, cpu = median(job, "wall_s"), median(job, "cpu_s")
        yield f"| {job[0]['loaded']:,} | {wall:.1f} | {cpu:.1f} | {job[0]['n'] / wall:,.0f} "
        yield f"| {cpu / least:.2f} (CPU) |\n"


_TABLES: dict[str, Callable[[Sequence[Run]], Iterator[str]]] = {
    "whole": _whole,
    "zircolite": _zircolite,
    "events": _events,
    "rules": _rules,
}


def events_svg(runs: Sequence[Run]) -> str:
    """Time against events."""
    jobs = _over_events(runs)
    return curves_svg(
        "csq logs: time against events (3,141 rules, two processes)",
        "thousand events",
        "seconds",
        [_curve(title, jobs, name, "n", 1e3) for title, name in (("wall clock", "wall_s"), ("CPU", "cpu_s"))],
    )


def rules_svg(runs: Sequence[Run]) -> str:
    """Time against rules."""
    jobs = _over_rules(runs)
    return curves_svg(
        "csq logs: time against rules (231,280 events, two processes)",
        "rules",
        "seconds",
        [
            _curve(title, jobs, name, "loaded", 1.0)
            for title, name in (("wall clock", "wall_s"), ("CPU", "cpu_s"))
        ],
    )


def _curve(title: str, jobs: Sequence[Sequence[Run]], name: str, across: str, unit: float) -> Curve:
    return Curve(title, [(float(job[0][across]) / unit, median(job, name)) for job in jobs])


if __name__ == "__main__":
    sys.exit(main())
