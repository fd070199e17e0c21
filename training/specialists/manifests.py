"""What is written beside the weights: from which data, by which code, when, and how good they are."""

from __future__ import annotations

import ast
import datetime
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cybersecqwen.specialists.interface import FOLDER

_FOLDERS = {"training.specialists": Path(__file__).parent, "cybersecqwen.specialists": FOLDER.parent}


def sha256(path: Path) -> str:
    """Of a file; of nothing where there is none, as for a specialist without weights."""
    return hashlib.sha256(path.read_bytes() if path.is_file() else b"").hexdigest()


def source(data: Path, name: str, licence: str, years: str = "") -> dict[str, Any]:
    """A file of the development data as a manifest names it."""
    return {
        "file": name,
        "sha256": sha256(data / name),
        **({"years": years} if years else {}),
        "licence": licence,
    }


def code_version(trainer: str) -> str:
    """A short hash of the code that trains, measures and runs what a trainer makes.

    It is the trainer's module and all that it imports, however far down, of the two packages of specialists.
    """
    total = hashlib.sha256()
    for path in code_of(trainer):
        total.update(f"{path.parent.name}/{path.name}".encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:16]


def code_of(trainer: str) -> list[Path]:
    """Files that a module's code stands in, tables that it names included; they are read, not run."""
    found: dict[str, Path] = {}
    waiting = [trainer]
    while waiting:
        name = waiting.pop()
        path = _file_of(name)
        if name in found or path is None:
            continue
        found[name] = path
        text = path.read_text("utf-8")
        found |= {f"{name}.{one.name}": one for one in path.parent.glob("*.toml") if one.name in text}
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                waiting += [one.name for one in node.names]
            elif isinstance(node, ast.ImportFrom):
                base = name.rpartition(".")[0] if node.level else ""
                base = ".".join(filter(None, (base, node.module)))
                waiting += [base, *(f"{base}.{one.name}" for one in node.names)]
    return [found[name] for name in sorted(found)]


def _file_of(name: str) -> Path | None:
    package, _, module = name.rpartition(".")
    path = _FOLDERS[package] / f"{module}.py" if package in _FOLDERS else None
    return path if path is not None and path.is_file() else None


def write(
    out: Path,
    name: str,
    *,
    trainer: str,
    weights: str = "",
    seed: int,
    threshold: float,
    data: Sequence[dict[str, Any]],
    metrics: dict[str, Any],
    settings: dict[str, Any],
) -> None:
    """Write `NAME.json` for the weights that stand in `out` already: `WEIGHTS.npz`, or `NAME.npz`.

    `trainer` is the module that made them.
    """
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    manifest = {
        "name": name,
        "version": f"{today}.1",
        "trained": today,
        **({"weights": weights} if weights else {}),
        "sha256": sha256(out / f"{weights or name}.npz"),
        "code": code_version(trainer),
        "seed": seed,
        "threshold": threshold,
        "data": list(data),
        "metrics": metrics,
        "settings": settings,
    }
    (out / f"{name}.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", "utf-8")


def is_current(trainer: str, names: Sequence[str], data: Path, out: Path) -> bool:
    """Whether a trainer's manifests were made from these very files by this very code, weights and all."""
    return all(_is_current(trainer, name, data, out) for name in names)


def _is_current(trainer: str, name: str, data: Path, out: Path) -> bool:
    try:
        manifest = json.loads((out / f"{name}.json").read_text("utf-8"))
        whole = sha256(out / f"{manifest.get('weights') or name}.npz") == manifest["sha256"]
        same = all(sha256(data / one["file"]) == one["sha256"] for one in manifest["data"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return bool(whole and same and manifest.get("code") == code_version(trainer))
