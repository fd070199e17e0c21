"""How fast triage is on this machine.

Run as: python -m benchmarks.triage [--data DIR] [--alerts N] [--megabytes N] [--model NAME]

Prints Markdown: latency of one alert with its context (warm, one process), with and without the
language model; events a second and peak memory on a large recording; start-up of commands. The large
recording is made of DIR/logs/otrf_windows_dev.zip where DIR is given, else of the samples repeated.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from cybersecqwen.bootstrap import App
from cybersecqwen.settings import load_settings
from cybersecqwen.tasks.interface import Request

ROOT = Path(__file__).resolve().parent.parent
SEED = 7  # of the names that make every alert different, so that nothing is answered from a cache


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--alerts", type=int, default=400)
    parser.add_argument("--megabytes", type=int, default=600)
    parser.add_argument("--model", default="auto")
    parser.add_argument("--narratives", type=int, default=12)
    args = parser.parse_args()
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{machine}, {time.strftime('%Y-%m-%d')}\n")
    print("| measure | n | p50 | p95 | p99 |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        alerts = list(make_alerts(Path(folder), args.alerts))
        row("alert with its context, no model, ms", alert_latency(alerts))
        row("the same, first sentence of the model's narrative checked, ms", narrative_latency(alerts, args))
        for command in ("--help", "kb status", f"triage --model none --fail-on never {alerts[0]}"):
            row(f"`csq {command.split(' --')[0].split(' /')[0]}` from the shell, ms", startup(command))
        print("\n| measure | value |\n|---|---|")
        throughput(Path(folder), args.data, args.megabytes)


def row(name: str, values: list[float]) -> None:
    """One line of the table: percentiles of the values."""
    if not values:
        print(f"| {name} | 0 | – | – | – |")
        return
    cut = statistics.quantiles(values, n=100, method="inclusive") if len(values) > 1 else values * 99
    print(f"| {name} | {len(values)} | {cut[49]:.1f} | {cut[94]:.1f} | {cut[98]:.1f} |", flush=True)


def make_alerts(folder: Path, count: int) -> Iterator[Path]:
    """The samples with other hosts, users and payloads each time: one file of 3 to 17 events each."""
    rng = random.Random(SEED)
    samples = sorted((ROOT / "samples").glob("*.jsonl"))
    for number in range(count):
        text = samples[number % len(samples)].read_text(encoding="utf-8")
        tag = f"{rng.randrange(16**6):06x}"
        for old in ("FIN-LT-014", "SALES-WS-031", "HR-WS-007", "ADM-WS-002"):
            text = text.replace(old, f"{old[:-3]}{tag}")
        text = (
            text.replace("m.keller", f"u.{tag}").replace("j.ortiz", f"v.{tag}").replace("svcupd", f"s{tag}")
        )
        path = folder / f"alert-{number}.jsonl"
        path.write_text(text, encoding="utf-8")
        yield path


def alert_latency(alerts: list[Path]) -> list[float]:
    """Milliseconds of each alert, after ten to warm up."""
    app = App(load_settings())

    def one(path: Path) -> None:
        next(app.run("triage", Request(paths=(str(path),))))

    return [clock(partial(one, path)) for path in alerts][10:]


def narrative_latency(alerts: list[Path], args: argparse.Namespace) -> list[float]:
    """Milliseconds until the model's checked narrative is there, prompt prefix warm."""
    app = App(load_settings())
    with app.models(args.model) as models:
        if not models:
            return []

        def whole(path: Path) -> None:
            for _report in app.run("triage", Request(paths=(str(path),)), models):
                pass

        return [clock(partial(whole, path)) for path in alerts[: args.narratives + 2]][2:]


def startup(command: str) -> list[float]:
    """Milliseconds of whole processes, after one to warm the disk."""
    line = [sys.executable, "-m", "cybersecqwen", *command.split()]

    def once() -> None:
        subprocess.run(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)

    return [clock(once) for _ in range(11)][1:]


def throughput(folder: Path, data: Path, megabytes: int) -> None:
    """Events a second and peak memory on one large file, with one and with all cores."""
    recording = folder / "large.jsonl"
    name, events = make_recording(recording, data, megabytes << 20)
    size = recording.stat().st_size
    print(f"| recording | {name}, {events:,} events, {size / 1e6:,.0f} MB |")
    for workers in dict.fromkeys((1, os.cpu_count() or 1)):
        line = [sys.executable, "-m", "cybersecqwen", "triage", "--format", "json", "--fail-on", "never"]
        environ = {**os.environ, "CSQ_WORKERS": str(workers)}
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        start = time.perf_counter()
        done = subprocess.run([*line, str(recording)], env=environ, capture_output=True, check=True)
        spent = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        report = json.loads(done.stdout)
        kept = report["counts"]["kept"]
        largest = f"{peak / 1024:,.0f} MB" if peak > before else f"at most {peak / 1024:,.0f} MB"
        rates = f"{events / spent:,.0f} events a second, {size / spent / 1e6:,.0f} MB a second, {spent:.1f} s"
        many = "es" if workers > 1 else ""
        print(f"| {workers} process{many} | {rates}, {kept:,} events kept, largest process {largest} |")


def make_recording(target: Path, data: Path, size: int) -> tuple[str, int]:
    """Write about `size` bytes of JSON lines; returns what they are and how many."""
    source = data / "logs" / "otrf_windows_dev.zip"
    lines = otrf_lines(source) if source.is_file() else sample_lines()
    events = written = 0
    with target.open("wb") as out:
        for line in lines:
            out.write(line + b"\n")
            events += 1
            written += len(line) + 1
            if written >= size:
                break
    return ("OTRF recordings" if source.is_file() else "samples, repeated"), events


def otrf_lines(archive: Path) -> Iterator[bytes]:
    """Lines of all recordings, again and again."""
    with zipfile.ZipFile(archive) as outer:
        names = [n for n in outer.namelist() if n.endswith(".zip")]
        while True:
            for name in names:
                with zipfile.ZipFile(io.BytesIO(outer.read(name))) as inner:
                    for member in inner.namelist():
                        yield from inner.read(member).splitlines()


def sample_lines() -> Iterator[bytes]:
    """Lines of all samples, again and again."""
    texts = [p.read_bytes().splitlines() for p in sorted((ROOT / "samples").glob("*.jsonl"))]
    while True:
        for lines in texts:
            yield from lines


def clock(call: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
