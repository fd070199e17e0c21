"""What it costs to tell records apart and to take their fields, in time of one processor.

Run as: python -m benchmarks.rows DATA_DIR [--records N]

DATA_DIR holds logs/otrf_windows_dev.zip (flat JSON) and logs/evtx_ordinary_hosts.zip (EVTX). N records of
each are read first (120,000; EVTX has fewer); then in batches of 4,096 their kinds are told, and for every
kind the columns that the rules of logs/sigma_rules.zip ask for, times, hosts and accounts are taken. Time is
that of the thread, so that other programs count little; the best of three rounds. Prints Markdown for
docs/sigma.md.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import thread_time
from typing import Any

from cybersecqwen.detect.rows import Kind, RowReader, rows
from cybersecqwen.detect.sigma.cache import load_rules
from cybersecqwen.detect.sigma.engine import Engine
from cybersecqwen.inputs.events import records
from cybersecqwen.inputs.open import open_inputs
from cybersecqwen.records import Damage, Limits

BATCH = 4_096
ROUNDS = 3
PARTS = ("kind", "columns", "times", "hosts", "accounts")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--records", type=int, default=120_000)
    arguments = parser.parse_args()
    engine = Engine(load_rules([arguments.data / "logs" / "sigma_rules.zip"]))
    print("| records | n | cells a record | " + " | ".join(f"{part}, µs" for part in PARTS) + " |")
    print("|---|---|---|" + "---|" * len(PARTS))
    for name, archive in (("flat JSON", "otrf_windows_dev.zip"), ("EVTX", "evtx_ordinary_hosts.zip")):
        raws = read(arguments.data / "logs" / archive, arguments.records)
        rounds = [measure(engine, raws) for _ in range(ROUNDS)]
        best = min(rounds, key=lambda one: sum(one[0].values()))
        cost = " | ".join(f"{best[0][part] / len(raws) * 1e6:.2f}" for part in PARTS)
        print(f"| {name} | {len(raws):,} | {best[1] / len(raws):.1f} | {cost} |")


def read(archive: Path, most: int) -> list[dict[str, Any]]:
    """At most so many records of an archive, texts left out."""
    found: list[dict[str, Any]] = []
    limits = Limits()
    for item in open_inputs([archive], limits):
        if isinstance(item, Damage) or item[1].name == "text":
            continue
        found += [record[2] for record in records(*item, limits) if not isinstance(record, Damage)]
        if len(found) >= most:
            break
    return found[:most]


def measure(engine: Engine, raws: Sequence[Mapping[str, Any]]) -> tuple[dict[str, float], int]:
    """Seconds for each part, and how many cells were taken."""
    spent = dict.fromkeys(PARTS, 0.0)
    reader, cells = RowReader(), 0
    for at in range(0, len(raws), BATCH):
        batch = raws[at : at + BATCH]
        begin = thread_time()
        kinds = [reader.kind_of(raw) for raw in batch]
        spent["kind"] += thread_time() - begin
        groups: dict[Kind, list[Mapping[str, Any]]] = defaultdict(list)
        for kind, raw in zip(kinds, batch, strict=True):
            groups[kind].append(raw)
        for kind, group in groups.items():
            plan = engine.plan(kind)
            wanted = [column.field for column in plan.columns] if plan is not None else []
            taken = rows(kind, group)
            begin = thread_time()
            for name in wanted:
                cells += len(taken.column(name))
            spent["columns"] += thread_time() - begin
            for part, take in (
                ("times", taken.form.times),
                ("hosts", taken.form.hosts),
                ("accounts", taken.form.users),
            ):
                begin = thread_time()
                take(taken)
                spent[part] += thread_time() - begin
    return spent, cells


if __name__ == "__main__":
    main()
