"""Train the specialists: `python -m training.specialists DATA [--only NAME] [--force]`.

A specialist whose manifest already names these data (by hash) and this code (by hash) is left alone.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from pathlib import Path

from cybersecqwen.specialists.interface import FOLDER

from . import TRAINERS
from .manifests import is_current


def manifests(name: str) -> tuple[str, ...]:
    """The manifests that a trainer writes."""
    return tuple(getattr(importlib.import_module(TRAINERS[name]), "MANIFESTS", (name,)))


def main(argv: list[str] | None = None) -> int:
    """Train what is asked for; progress goes to stderr."""
    parser = argparse.ArgumentParser(prog="python -m training.specialists", description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of development data")
    parser.add_argument("--only", action="append", choices=sorted(TRAINERS), help="train only this one")
    parser.add_argument("--out", type=Path, default=FOLDER, help="where the weights go")
    parser.add_argument("--seed", type=int, default=20261125, help="of everything random")
    parser.add_argument("--force", action="store_true", help="train again what is up to date")
    chosen = parser.parse_args(argv)
    if not (chosen.data / "README.md").is_file():
        print(f"{chosen.data} is not the folder of development data.", file=sys.stderr)
        return 2
    chosen.out.mkdir(parents=True, exist_ok=True)
    for name, module in TRAINERS.items():
        if chosen.only and name not in chosen.only:
            continue
        if not chosen.force and is_current(module, manifests(name), chosen.data, chosen.out):
            print(f"{name}: up to date", file=sys.stderr)
            continue
        began = time.perf_counter()
        print(f"{name}: training", file=sys.stderr, flush=True)
        importlib.import_module(module).train(chosen.data, chosen.out, chosen.seed)
        print(f"{name}: trained in {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
