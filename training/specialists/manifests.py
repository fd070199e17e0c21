"""What is written beside the weights: from which data, by which code, when, and how good they are."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cybersecqwen.specialists.interface import FOLDER

HERE = Path(__file__).parent


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


def code_version() -> str:
    """A short hash of all code that trains, measures or runs specialists: any of it may change a figure."""
    files = [*HERE.glob("*.py"), *HERE.glob("*.toml"), *FOLDER.parent.glob("*.py")]
    total = hashlib.sha256()
    for path in sorted(files, key=lambda path: (path.parent.name, path.name)):
        total.update(f"{path.parent.name}/{path.name}".encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:16]


def write(
    out: Path,
    name: str,
    *,
    weights: str = "",
    seed: int,
    threshold: float,
    data: Sequence[dict[str, Any]],
    metrics: dict[str, Any],
    settings: dict[str, Any],
) -> None:
    """Write `NAME.json` for the weights that stand in `out` already: `WEIGHTS.npz`, or `NAME.npz`."""
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    manifest = {
        "name": name,
        "version": f"{today}.1",
        "trained": today,
        **({"weights": weights} if weights else {}),
        "sha256": sha256(out / f"{weights or name}.npz"),
        "code": code_version(),
        "seed": seed,
        "threshold": threshold,
        "data": list(data),
        "metrics": metrics,
        "settings": settings,
    }
    (out / f"{name}.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", "utf-8")


def is_current(names: Sequence[str], data: Path, out: Path) -> bool:
    """Whether these were made from these very files by this very code, and their weights are whole."""
    return all(_is_current(name, data, out) for name in names)


def _is_current(name: str, data: Path, out: Path) -> bool:
    try:
        manifest = json.loads((out / f"{name}.json").read_text("utf-8"))
        whole = sha256(out / f"{manifest.get('weights') or name}.npz") == manifest["sha256"]
        same = all(sha256(data / one["file"]) == one["sha256"] for one in manifest["data"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return bool(whole and same and manifest.get("code") == code_version())
