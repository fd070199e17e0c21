"""How fast `csq intel match` looks for many indicators in many events, beside GNU grep on the same files.

Run as: python -m benchmarks.intel_match [--indicators N] [--events N] [--save FILE]

Both files are made, seeded, so that they are the same everywhere: a list of N indicators (40 % domains,
30 % IPv4 addresses, 30 % SHA-256) and N events as JSON lines of about 330 bytes, as a sensor writes them, of
which one in 10,000 holds one of the indicators. Whole processes are measured: reading the list, searching,
printing. grep gets the list as fixed strings (`grep -F -c -f LIST`), without the bounds of words, for which
it would need patterns. Every indicator that was planted must be found. Prints Markdown for docs/intel.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from .processes import Cost, run

SEED = 7
PLANTED_EVERY = 10_000
COMMAND = (sys.executable, "-m", "cybersecqwen", "intel", "match")
_WORDS = ("telemetry", "update", "mirror", "static", "assets", "login", "portal", "files", "cdn", "queue")


def indicators(count: int, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Types and values, none twice."""
    seen: set[str] = set()
    while len(seen) < count:
        kind = rng.random()
        if kind < 0.4:
            word = rng.choice(_WORDS)
            type, value = (
                "domain",
                f"{word}-{rng.getrandbits(36):x}.{rng.choice(('com', 'net', 'org', 'info'))}",
            )
        elif kind < 0.7:
            parts = (rng.randrange(11, 100), rng.randrange(256), rng.randrange(256), rng.randrange(1, 255))
            type, value = "ipv4", ".".join(map(str, parts))
        else:
            type, value = "sha256", f"{rng.getrandbits(256):064x}"
        if value not in seen:
            seen.add(value)
            yield type, value


def event(at: int, rng: random.Random, planted: tuple[str, str] | None) -> dict[str, Any]:
    """One event of a sensor."""
    made: dict[str, Any] = {
        "@timestamp": f"2026-11-{at % 28 + 1:02}T{at // 3600 % 24:02}:{at // 60 % 60:02}:{at % 60:02}Z",
        "host": {"name": f"ws-{rng.randrange(5000):04}.corp.example"},
        "process": {
            "name": rng.choice(("chrome.exe", "svchost.exe", "outlook.exe")),
            "pid": rng.randrange(9999),
        },
        "source": {"ip": f"10.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"},
        "destination": {
            "ip": f"{rng.randrange(101, 223)}.{rng.randrange(256)}.{rng.randrange(256)}.{at % 254 + 1}",
            "domain": f"{rng.choice(_WORDS)}{rng.randrange(10**6)}.example.net",
        },
        "file": {"hash": {"sha256": f"{rng.getrandbits(256):064x}"}},
    }
    if planted is not None:
        type, value = planted
        if type == "domain":
            made["destination"]["domain"] = f"www.{value}"
        elif type == "ipv4":
            made["destination"]["ip"] = value
        else:
            made["file"]["hash"]["sha256"] = value
    return made


def make(folder: Path, wanted: int, events: int) -> tuple[Path, Path, int]:
    """The list, the log, and how many different indicators were planted."""
    rng = random.Random(SEED)
    known = list(indicators(wanted, rng))
    listed, log = folder / "list.txt", folder / "events.jsonl"
    listed.write_text("".join(f"{value}\n" for _, value in known))
    planted: set[str] = set()
    with log.open("w") as out:
        for at in range(events):
            one = rng.choice(known) if at % PLANTED_EVERY == 7 else None
            if one is not None:
                planted.add(one[1])
            out.write(json.dumps(event(at, rng, one), separators=(",", ":")) + "\n")
    return listed, log, len(planted)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--indicators", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--save", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        listed, log, planted = make(folder, args.indicators, args.events)
        ours = run(
            [*COMMAND, str(listed), str(log), "--format", "json", "--fail-on", "never"],
            folder / "ours.json",
        )
        found = json.loads((folder / "ours.json").read_text())
        matched = found["counts"]["matched"]
        if matched != planted:
            raise SystemExit(f"{matched} indicators were found, {planted} were planted")
        grep = run(
            ["grep", "-F", "-c", "-f", str(listed), str(log)], folder / "grep.txt", env={"LC_ALL": "C"}
        )
        size = log.stat().st_size
    _print(args, size, planted, found["timings_ms"], ours, grep)
    if args.save:
        made = {
            "date": date.today().isoformat(),
            "cores": len(os.sched_getaffinity(0)),
            "machine": platform.processor() or platform.machine(),
            "indicators": args.indicators,
            "events": args.events,
            "bytes": size,
            "planted": planted,
            "stages_ms": found["timings_ms"],
            "csq": ours.to_json(),
            "grep": grep.to_json(),
        }
        args.save.write_text(json.dumps(made, indent=2) + "\n")


def _print(args: Any, size: int, planted: int, stages: dict[str, float], ours: Cost, grep: Cost) -> None:
    print(f"{args.indicators:,} indicators, {args.events:,} events, {size / 1e6:,.0f} MB;", end=" ")
    print(f"{planted} planted, all found\n")
    print("| program | seconds | CPU seconds | events/s | memory, largest process | all together |")
    print("|---|---|---|---|---|---|")
    for name, one in (("csq intel match", ours), ("grep -F -f", grep)):
        print(
            f"| {name} | {one.wall_s:.1f} | {one.cpu_s:.1f} | {args.events / one.wall_s:,.0f}"
            f" | {one.largest_mb:,.0f} MB | {one.tree_mb:,.0f} MB |"
        )
    read, search = stages["read"] / 1000, stages["search"] / 1000
    print(f"\nReading the list took {read:.1f} s, searching {search:.1f} s; load {ours.load:.1f}")


if __name__ == "__main__":
    main()
