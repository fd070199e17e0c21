"""What `csq intel` costs as a whole: the sample report, and a PDF of 200 pages.

Run as: python -m benchmarks.intel [--pages 200] [--repeats 3] [--save FILE]

Whole processes, without a language model: reading, analysing, printing JSON. The PDF is that of
`benchmarks.documents`. Prints Markdown for docs/intel.md.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from datetime import date
from pathlib import Path
from statistics import median

from .documents import report
from .processes import Cost, run

COMMAND = (sys.executable, "-m", "cybersecqwen", "intel", "--format", "json", "--model", "none")
SAMPLE = Path(__file__).resolve().parents[1] / "samples" / "intel" / "quiet-lantern.pdf"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--save", type=Path)
    args = parser.parse_args()
    found: dict[str, list[Cost]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        long = folder / "long.pdf"
        report(long, args.pages)
        for _ in range(args.repeats):
            for title, path in (("sample, 1 page", SAMPLE), (f"report, {args.pages} pages", long)):
                found.setdefault(title, []).append(run([*COMMAND, str(path)], folder / "out.json"))
    print("| document | seconds, median (all) | CPU seconds | largest process | all together |")
    print("|---|---|---|---|---|")
    for title, runs in found.items():
        walls = ", ".join(f"{one.wall_s:.1f}" for one in runs)
        cpu = median(one.cpu_s for one in runs)
        largest, tree = max(one.largest_mb for one in runs), max(one.tree_mb for one in runs)
        print(
            f"| {title} | {median(one.wall_s for one in runs):.1f} ({walls})"
            f" | {cpu:.1f} | {largest:,.0f} MB | {tree:,.0f} MB |"
        )
    print(f"\nload {max(one.load for runs in found.values() for one in runs):.1f}")
    if args.save:
        runs_of = {title: [one.to_json() for one in runs] for title, runs in found.items()}
        made = {"date": date.today().isoformat(), "cores": len(os.sched_getaffinity(0)), "runs": runs_of}
        args.save.write_text(json.dumps(made, indent=2) + "\n")


if __name__ == "__main__":
    main()
