"""Train the specialists: `python -m training.specialists DATA [--only NAME] [--force]`.

A specialist whose manifest already names these data (by hash) and this code (by hash) is left alone.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import sys
import time
from pathlib import Path

from cybersecqwen.specialists.interface import FOLDER

from . import TRAINERS

HERE = Path(__file__).parent


def code_version(name: str) -> str:
    """A short hash of the code that trains a specialist and of what decides its features."""
    shared: tuple[str, ...] = ("features.py", "linear.py", "sentences.py", f"{name}_evidence.py")
    shared += ("network.py",) if name == "vulnerability" else ()
    files = [*HERE.glob(f"{name}*.py"), *HERE.glob("*.toml"), *(FOLDER.parent / one for one in shared)]
    total = hashlib.sha256()
    for path in sorted(path for path in files if path.is_file()):
        total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:16]


def manifests(name: str) -> tuple[str, ...]:
    """The manifests that a trainer writes."""
    return tuple(getattr(importlib.import_module(TRAINERS[name]), "MANIFESTS", (name,)))


def is_current(name: str, data: Path, out: Path) -> bool:
    """Whether the manifests in `out` were made from these very files by this very code."""
    return all(_is_current(name, one, data, out) for one in manifests(name))


def _is_current(name: str, written: str, data: Path, out: Path) -> bool:
    try:
        manifest = json.loads((out / f"{written}.json").read_text("utf-8"))
        weights = out / f"{name}.npz"
        whole = not weights.exists() or sha256(weights) == manifest["sha256"]
        same = all(sha256(data / one["file"]) == one["sha256"] for one in manifest["data"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return bool(whole and same and manifest.get("code") == code_version(name))


def sha256(path: Path) -> str:
    """Of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def stamp(name: str, out: Path) -> None:
    """Write into the manifests which code made them."""
    for one in manifests(name):
        path = out / f"{one}.json"
        manifest = json.loads(path.read_text("utf-8")) | {"code": code_version(name)}
        path.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", "utf-8")


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
        if not chosen.force and is_current(name, chosen.data, chosen.out):
            print(f"{name}: up to date", file=sys.stderr)
            continue
        began = time.perf_counter()
        print(f"{name}: training", file=sys.stderr, flush=True)
        importlib.import_module(module).train(chosen.data, chosen.out, chosen.seed)
        stamp(name, chosen.out)
        print(f"{name}: trained in {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
