"""How well templates are mined: grouping accuracy on the sixteen systems of loghub_2k, beside Drain3.

Run as: python -m evaluation.templates DATA_DIR [--drain3 PYTHON [--settings FILE]] [--held-out] [--parts N]

DATA_DIR holds logs/loghub_2k.zip (https://github.com/logpai/loghub: 2,000 lines of each system with
hand-made templates; J. Zhu, S. He, P. He, J. Liu, M. R. Lyu, "Loghub", ISSRE 2023). Every parser gets the
column Content, which is the line without its header as loghub's own log formats cut it; nothing else tells
the systems apart.

PYTHON is an interpreter with drain3, run with its defaults and once for each other set of settings in FILE:
{"name": {"SYSTEM or *": {"sim_th": 0.4, "depth": 4, "extra_delimiters": [], "masks": [["regex", "name"]]}}}.

--held-out chooses the two thresholds on fifteen systems and tests them on the sixteenth, for each.
--parts N mines each system in N parts apart, merges them and compares with mining it whole.
Prints Markdown for docs/templates.md.
"""

from __future__ import annotations

import argparse
import csv
import io
import itertools
import json
import re
import subprocess
import zipfile
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cybersecqwen.detect.lines import Grouping, TemplateMiner
from evaluation.rates import Rate

ARCHIVE = "logs/loghub_2k.zip"
PUBLISHED = {
    "Android": 0.911,
    "Apache": 1.0,
    "BGL": 0.9625,
    "HDFS": 0.9975,
    "HPC": 0.887,
    "Hadoop": 0.9475,
    "HealthApp": 0.78,
    "Linux": 0.69,
    "Mac": 0.7865,
    "OpenSSH": 0.7875,
    "OpenStack": 0.7325,
    "Proxifier": 0.5265,
    "Spark": 0.92,
    "Thunderbird": 0.955,
    "Windows": 0.997,
    "Zookeeper": 0.9665,
}
"""Grouping accuracy of Drain with settings of its own for each system: J. Zhu et al., "Tools and Benchmarks
for Automated Log Parsing", ICSE-SEIP 2019, to four places as the authors' repository gives them
(https://github.com/logpai/logparser, logparser/Drain/README.md)."""

DRAIN3 = """
import json, sys, time
from drain3 import TemplateMiner
from drain3.masking import MaskingInstruction
from drain3.template_miner_config import TemplateMinerConfig
job = json.loads(sys.argv[1])
config = TemplateMinerConfig()
for name, value in job["settings"].items():
    if name == "masks":
        config.masking_instructions = [MaskingInstruction(pattern, mask) for pattern, mask in value]
    else:
        setattr(config, name if name.startswith("mask") else "drain_" + name, value)
miner = TemplateMiner(config=config)
ids, lines, most = [], 0, job.get("lines") or sys.maxsize
wall, cpu = time.perf_counter(), time.process_time()
with open(job["path"], encoding="utf-8", errors="surrogateescape", newline="\\n") as file:
    for line in file:
        id = miner.add_log_message(line.rstrip("\\n"))["cluster_id"]
        lines += 1
        if job["keep"]:
            ids.append(id)
        if lines >= most:
            break
print(json.dumps({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "lines": lines,
    "ids": ids, "templates": len(miner.drain.clusters),
    "peak": open("/proc/self/status").read().split("VmHWM:")[1].split("kB")[0].strip()}))
"""
"""Run by the interpreter that has drain3: mines the lines of a file and prints what it cost."""

_JOINED = re.compile(r"<\*>(?:[^\w\s]{0,3}<\*>)+")


@dataclass(frozen=True, kw_only=True, slots=True)
class System:
    """The lines of one system of loghub_2k, in order."""

    name: str
    contents: list[str]
    events: list[str]
    templates: list[str]


def read_systems(data: Path) -> list[System]:
    """All systems, by name."""
    systems = []
    with zipfile.ZipFile(data / ARCHIVE) as archive:
        for path in sorted(archive.namelist()):
            if path.endswith("_structured.csv"):
                rows = list(csv.DictReader(io.StringIO(archive.read(path).decode("utf-8"))))
                systems.append(
                    System(
                        name=Path(path).name.removesuffix("_2k.log_structured.csv"),
                        contents=[row["Content"] for row in rows],
                        events=[row["EventId"] for row in rows],
                        templates=[row["EventTemplate"] for row in rows],
                    )
                )
    return systems


def groups_of(ids: Iterable[Hashable]) -> set[tuple[int, ...]]:
    """The groups that ids make, each as the places of its lines."""
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for at, id in enumerate(ids):
        groups[id].append(at)
    return {tuple(group) for group in groups.values()}


def grouping_accuracy(found: Sequence[Hashable], true: Sequence[Hashable]) -> Rate:
    """Lines whose group is exactly a true group (Zhu et al. 2019)."""
    right = groups_of(found) & groups_of(true)
    return Rate(hits=sum(map(len, right)), of=len(true))


def group_f1(found: Sequence[Hashable], true: Sequence[Hashable]) -> float:
    """F1 over groups instead of lines (Z. Jiang et al., "A Large-scale Evaluation …", ISSTA 2024)."""
    ours, theirs = groups_of(found), groups_of(true)
    return 2 * len(ours & theirs) / (len(ours) + len(theirs))


def parsing_accuracy(found: Sequence[str], true: Sequence[str]) -> float:
    """Share of lines with the very template of loghub (parsing accuracy of H. Dai et al., "Logram", 2020).

    Parameters with nothing but signs between them count as one on both sides.
    """

    def plain(template: str) -> str:
        return _JOINED.sub("<*>", " ".join(template.split()))

    return sum(plain(a) == plain(b) for a, b in zip(found, true, strict=True)) / len(true)


def mined(system: System, grouping: Grouping | None = None) -> tuple[list[int], list[str]]:
    """Template id and template of each line."""
    miner = TemplateMiner(grouping=grouping)
    ids = miner.add(system.contents)
    return ids, [miner.template(id) for id in ids]


def drain3(
    python: str, path: Path, settings: Mapping[str, Any], *, lines: int = 0, keep: bool = False
) -> Any:
    """What drain3 makes of a file, and what it cost."""
    job = {"path": str(path), "settings": settings, "lines": lines, "keep": keep}
    done = subprocess.run(
        [python, "-c", DRAIN3, json.dumps(job)], capture_output=True, text=True, check=True, timeout=7200
    )
    return json.loads(done.stdout)


def drain3_accuracy(python: str, system: System, settings: Mapping[str, Any]) -> Rate:
    """Grouping accuracy of drain3 on one system, with the settings for it, or for all ("*"), or its own."""
    import tempfile

    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="\n") as file:
        file.writelines(content.replace("\n", " ") + "\n" for content in system.contents)
        file.flush()
        chosen = settings.get(system.name, settings.get("*", {}))
        return grouping_accuracy(drain3(python, Path(file.name), chosen, keep=True)["ids"], system.events)


def held_out(systems: Sequence[System]) -> list[str]:
    """For each system the thresholds that are best on the other fifteen, and what they give on it."""
    grid = [
        Grouping(similar=similar, variants=variants)
        for similar, variants in itertools.product((0.4, 0.5, 0.6, 0.7, 0.8), (3, 4, 5, 6, 8, 10))
    ]
    table = {
        grouping: [grouping_accuracy(mined(system, grouping)[0], system.events) for system in systems]
        for grouping in grid
    }
    shares = {grouping: [rate.hits / rate.of for rate in rates] for grouping, rates in table.items()}
    rows = ["| system | similar | variants | GA with these | GA with the shipped |", "|---|---|---|---|---|"]
    tested, shipped = [], []
    for at, system in enumerate(systems):
        # ties go to what is nearest to the middle of the grid
        best = max(
            grid, key=lambda g: (round(sum(shares[g]) - shares[g][at], 9), -abs(g.similar - 0.6), -g.variants)
        )
        own = grouping_accuracy(mined(system)[0], system.events)
        tested.append(shares[best][at])
        shipped.append(own.hits / own.of)
        rows.append(
            f"| {system.name} | {best.similar} | {best.variants} | {tested[-1]:.3f} | {shipped[-1]:.3f} |"
        )
    means = [sum(values) / len(values) for values in shares.values()]
    rows.append(f"| mean | | | {sum(tested) / len(tested):.4f} | {sum(shipped) / len(shipped):.4f} |")
    rows.append("")
    rows.append(
        f"Over all {len(grid)} settings of the grid the mean is {min(means):.3f} to {max(means):.3f}."
    )
    return rows


def merged(systems: Sequence[System], parts: int) -> list[str]:
    """What mining in parts and merging comes to."""
    rows = [
        f"| system | GA of {parts} merged parts | GA of the whole | lines grouped alike |",
        "|---|---|---|---|",
    ]
    totals = [0.0, 0.0, 0.0]
    for system in systems:
        whole, _templates = mined(system)
        miner, ids = TemplateMiner(), []
        for part in range(parts):
            lines = len(system.contents)
            other = TemplateMiner()
            there = other.add(system.contents[part * lines // parts : (part + 1) * lines // parts])
            mapping = miner.merge(other)
            ids += [mapping[id] for id in there]
        ids = [miner.resolve(id) for id in ids]
        rates = [
            grouping_accuracy(ids, system.events),
            grouping_accuracy(whole, system.events),
            grouping_accuracy(ids, whole),
        ]
        shares = [rate.hits / rate.of for rate in rates]
        totals = [total + share for total, share in zip(totals, shares, strict=True)]
        rows.append(f"| {system.name} | {' | '.join(f'{share:.4f}' for share in shares)} |")
    rows.append(f"| mean | {' | '.join(f'{total / len(systems):.4f}' for total in totals)} |")
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--drain3", metavar="PYTHON")
    parser.add_argument("--settings", type=Path)
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--parts", type=int)
    args = parser.parse_args()
    systems = read_systems(args.data)
    if args.held_out:
        print("\n".join(held_out(systems)))
        return
    if args.parts:
        print("\n".join(merged(systems, args.parts)))
        return
    sets: dict[str, Any] = {"defaults": {}} if args.drain3 else {}
    if args.drain3 and args.settings:
        sets.update(json.loads(args.settings.read_text(encoding="utf-8")))
    names = ["GA", "95 %", "Drain, published", *(f"Drain3, {name}" for name in sets), "group F1", "PA"]
    print(f"| system | {' | '.join(names)} |\n|---|{'---|' * len(names)}")
    totals: dict[str, list[float]] = defaultdict(list)
    for system in systems:
        ids, templates = mined(system)
        rate = grouping_accuracy(ids, system.events)
        low, high = rate.interval
        row: dict[str, float] = {"GA": rate.hits / rate.of, "Drain, published": PUBLISHED[system.name]}
        for name, settings in sets.items():
            theirs = drain3_accuracy(args.drain3, system, settings)
            row[f"Drain3, {name}"] = theirs.hits / theirs.of
        row["group F1"] = group_f1(ids, system.events)
        row["PA"] = parsing_accuracy(templates, system.templates)
        for name, value in row.items():
            totals[name].append(value)
        cells = [f"{low:.3f}–{high:.3f}" if name == "95 %" else f"{row[name]:.4f}" for name in names]
        print(f"| {system.name} | {' | '.join(cells)} |", flush=True)
    means = [f"{sum(totals[name]) / len(totals[name]):.4f}" if name in totals else "" for name in names]
    print(f"| mean | {' | '.join(means)} |")


if __name__ == "__main__":
    main()
