"""How fast templates are mined and in how much memory, beside Drain3 on the same lines.

Run as: python -m benchmarks.templates DATA_DIR [--lines N] [--drain3 PYTHON] [--settings FILE] [--part N]

DATA_DIR holds logs/loghub_2k.zip. Two files are mined: its 32,000 lines as they are (headers cut, column
Content), and N lines made from them. Each made line is a random one of the 32,000 in which every value at a
parameter of loghub's hand-made template is varied: digits are drawn anew (as many as there were), runs of
hexadecimal digits too, and each word of letters in it is, with the probability --words (one half), one of
10,000 made-up words. Seeded, so that the file is the same everywhere.

Every run is a process of its own that reads the file; runs of the two miners take turns. Drain3
mines the first `--part` lines of the made file only, for it would take hours; ours mines the same
part beside it and then the whole. Prints Markdown for docs/templates.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from evaluation.templates import System, drain3, read_systems

from cybersecqwen.detect.lines import TemplateMiner
from cybersecqwen.detect.lines.values import split

SEED = 11
WORDS = 10_000
BLOCK = 1 << 19
"""Characters read at once by our miner, which takes lines in batches."""
REPEATS = 3

_VARIED = re.compile(
    r"0[xX][0-9a-fA-F]+|(?<![0-9A-Za-z])(?=[0-9a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{4,}"
    r"(?![0-9A-Za-z])|[0-9]+|[A-Za-z]{3,}"
)
_KEPT = frozenset({"true", "false", "null", "bytes", "sec", "none"})


def main() -> None:
    """Measure and print, or mine one file where --mine names it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--words", type=float, default=0.5)
    parser.add_argument("--part", type=int, default=200_000)
    parser.add_argument("--drain3", metavar="PYTHON")
    parser.add_argument("--settings", type=Path)
    parser.add_argument("--mine", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.mine is not None:
        print(json.dumps(mine(args.data, args.mine)))
        return
    sets: dict[str, Any] = {"defaults": {}}
    if args.settings:
        chosen = json.loads(args.settings.read_text(encoding="utf-8"))
        sets.update({name: settings["*"] for name, settings in chosen.items() if "*" in settings})
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{time.strftime('%Y-%m-%d')}\n"
    )
    print("| file | miner | lines | lines/s (CPU) | of runs | lines/s (wall) | ratio | peak MB | templates |")
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        systems = read_systems(args.data)
        plain, made = Path(folder, "plain.log"), Path(folder, "made.log")
        write(plain, (content for system in systems for content in system.contents))
        write(made, islice(variations(systems, args.words), args.lines))
        compare("loghub_2k", plain, 0, args.drain3, sets)
        compare("made, part", made, args.part, args.drain3, sets)
        show("made", "ours", [ours(made, 0)], None)


def write(path: Path, lines: Iterator[str]) -> None:
    """One line each."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(line.replace("\n", " ") + "\n" for line in lines)


def variations(systems: Sequence[System], share: float) -> Iterator[str]:
    """Lines without end, each one of loghub with other values at its parameters; `share` of words anew."""
    rng = random.Random(SEED)
    letters = "bcdfghklmnprstvz", "aeiou"
    words = ["".join(rng.choice(letters[at % 2]) for at in range(rng.randrange(4, 10))) for _ in range(WORDS)]
    makers = [
        maker(content, template, rng, words, share)
        for system in systems
        for content, template in zip(system.contents, system.templates, strict=True)
    ]
    while True:
        yield rng.choice(makers)()


def maker(
    content: str, template: str, rng: random.Random, words: list[str], share: float
) -> Callable[[], str]:
    """What makes variations of one line."""
    values = split(template, content) or []
    constants = template.split("<*>") if values else [content]
    parts: list[str | Callable[[], str]] = [constants[0]]
    for value, constant in zip(values, constants[1:], strict=False):
        end = 0
        for found in _VARIED.finditer(value):
            parts.append(value[end : found.start()])
            parts.append(_variation(found[0], rng, words, share))
            end = found.end()
        parts.append(value[end:] + constant)
    fixed = [part if isinstance(part, str) else "" for part in parts]
    varied = [(at, part) for at, part in enumerate(parts) if not isinstance(part, str)]

    def make() -> str:
        line = fixed.copy()
        for at, vary in varied:
            line[at] = vary()
        return "".join(line)

    return make


def _variation(value: str, rng: random.Random, words: list[str], share: float) -> Callable[[], str]:
    rand = rng.random
    if value.isdigit():
        low, high = (10 ** (len(value) - 1), 10 ** len(value)) if len(value) > 1 else (0, 10)
        return lambda: str(int(low + rand() * (high - low)))
    if any(c.isdigit() for c in value):
        head = value[:2] if value[:2] in ("0x", "0X") else ""
        size = len(value) - len(head)
        return lambda: f"{head}{rng.getrandbits(4 * size):0{size}x}"
    if value in _KEPT:
        return lambda: value
    count = len(words)
    return lambda: words[int(rand() * count)] if rand() < share else value


def mine(path: Path, lines: int) -> dict[str, Any]:
    """Mine a file, or its first lines, and say what it cost, without loading modules, as for Drain3."""
    TemplateMiner().add(["1"])
    miner = TemplateMiner()
    wall, cpu = time.perf_counter(), time.process_time()
    done = 0
    with path.open(encoding="utf-8", errors="surrogateescape", newline="\n") as file:
        while block := file.read(BLOCK):
            batch = (block + file.readline()).removesuffix("\n").split("\n")
            if lines and done + len(batch) >= lines:
                del batch[lines - done :]
            miner.add(batch)
            done += len(batch)
            if done == lines:
                break
    return {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "lines": done,
        "templates": len(miner),
        # of this process alone: what getrusage tells begins with what the parent held
        "peak": Path("/proc/self/status")
        .read_text(encoding="ascii")
        .split("VmHWM:")[1]
        .split("kB")[0]
        .strip(),
    }


def ours(path: Path, lines: int) -> Any:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.templates", str(path), "--mine", str(lines)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def compare(name: str, path: Path, lines: int, python: str | None, sets: dict[str, Any]) -> None:
    """Both miners in turn, a few times."""
    runs: dict[str, list[Any]] = {"ours": []} | {f"Drain3, {key}": [] for key in (sets if python else ())}
    for _ in range(REPEATS):
        runs["ours"].append(ours(path, lines))
        if python:
            for key, settings in sets.items():
                runs[f"Drain3, {key}"].append(drain3(python, path, settings, lines=lines))
    for miner, results in runs.items():
        show(name, miner, results, runs["ours"])


def show(name: str, miner: str, results: list[Any], against: list[Any] | None) -> None:
    """One line of the table: medians, the spread of the runs, and how many times faster ours is."""
    rates = [result["lines"] / result["cpu"] for result in results]
    wall = statistics.median(result["lines"] / result["wall"] for result in results)
    ratio = ""
    if against is not None and miner != "ours":
        ratio = f"{statistics.median(r['lines'] / r['cpu'] for r in against) / statistics.median(rates):.1f}"
    last = results[-1]
    print(
        f"| {name} | {miner} | {last['lines']:,} | {statistics.median(rates):,.0f} | "
        f"{min(rates):,.0f}–{max(rates):,.0f} | {wall:,.0f} | {ratio} | "
        f"{max(int(result['peak']) for result in results) / 1024:.0f} | {last['templates']:,} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
