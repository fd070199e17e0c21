"""Measures of `csq playbook`; each stands in a module of its own.

Run as: python -m evaluation.playbooks DATA_DIR --coverage [--without ID ...] [--out FOLDER]

--coverage: the share of what responders expect (DATA_DIR/playbooks) that the action library has a counterpart
for, see evaluation/playbook_coverage.py; --without counts as if the library lacked the actions named. The
figures are written below FOLDER, evaluation/results/playbooks by default; with --without only where FOLDER
is given.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from evaluation import playbook_coverage

RESULTS = Path(__file__).with_name("results") / "playbooks"


def main() -> int:
    """1 where something that was judged is not there, or something that is there was not judged."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--coverage", action="store_true", help="counterparts of what responders expect")
    parser.add_argument("--without", nargs="*", default=[], metavar="ID", help="as if these were not there")
    parser.add_argument("--out", type=Path, help="folder for the figures")
    given = parser.parse_args()
    if not given.coverage:
        parser.error("nothing to measure: name --coverage")
    folder = given.out or (None if given.without else RESULTS)
    fits = playbook_coverage.run(given.data, folder and folder / "coverage.json", given.without)
    return 0 if fits else 1


if __name__ == "__main__":
    sys.exit(main())
