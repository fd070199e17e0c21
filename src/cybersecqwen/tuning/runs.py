"""What a run leaves behind: what it was asked for, with hashes, and its log. Nothing here needs torch.

run.json     recipe, hashes of base and data: the same folder is gone on with for the same run alone
log.jsonl    a row every few steps: loss, rate, speed
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cybersecqwen.errors import InputError, UsageError
from cybersecqwen.models.adapters import Adapter
from cybersecqwen.writing import write_whole

from .building import GATE, HELD_FILE, TRAIN
from .recipe import Recipe, recipe_from

RUN, LOG, ADAPTER = "run.json", "log.jsonl", "adapter"
_MOST_JSON = 4 << 20
_MOST_LOG = 64 << 20


def identity(
    recipe: Recipe, base: Path, data: Sequence[Path], start: Adapter | None = None
) -> dict[str, Any]:
    """What makes a run the same run: recipe, hashes of the base, the data, what it goes on from.

    Raises InputError.
    """
    made = {
        "recipe": asdict(recipe),
        "base": {"name": base.name, "sha256": digest(base)},
        "train": [digest(folder / TRAIN) for folder in data],
        "held": [digest(folder / HELD_FILE) for folder in data],
        "gate": [digest(path) if (path := folder / GATE).exists() else "" for folder in data],
    }
    if start is not None:
        made["start"] = {
            "name": start.name,
            "sha256": start.sha256,
            "learned": sorted(start.learned),
        }
    same: dict[str, Any] = json.loads(json.dumps(made))
    return same


def begin(out: Path, made: dict[str, Any]) -> None:
    """Write what a run is; raises UsageError where the folder holds another one or things of none."""
    if (out / RUN).exists():
        before = read_run(out)
        with suppress(UsageError):  # of a later version: another recipe
            kept = asdict(recipe_from(before["recipe"]))  # of an earlier version: with what is new since
            before["recipe"] = json.loads(json.dumps(kept))
        if isinstance(before.get("start"), dict) and "start" in made:  # of a version that did not say it
            before["start"].setdefault("learned", made["start"]["learned"])
        if before != made:
            parts = [key for key in made if before.get(key) != made[key]]
            raise UsageError(
                f"{out} holds a run of another {' and '.join(parts) or 'kind'}.",
                hint="Give another folder with --out.",
            )
        return
    if any(out.glob("checkpoint-*")):
        raise UsageError(
            f"{out} holds checkpoints of an unknown run.", hint="Give another folder with --out."
        )
    write_whole(out / RUN, (json.dumps(made, indent=1) + "\n").encode(), folder_mode=0o755)


def read_run(out: Path) -> dict[str, Any]:
    """What a run is; raises InputError where the folder holds none, or one that is damaged."""
    value = read_json(out / RUN)
    base = value.get("base")
    whole = isinstance(value.get("recipe"), dict) and isinstance(base, dict)
    lists = all(isinstance(value.get(name), list) for name in ("train", "held", "gate"))
    if not whole or not lists or not isinstance(base, dict) or not isinstance(base.get("sha256"), str):
        raise InputError(f"{out / RUN} does not say what was run.", hint="Give the folder of a run.")
    return value


def recipe_of(out: Path) -> Recipe:
    """The recipe that a run was made with; raises InputError, UsageError."""
    return recipe_from(read_run(out)["recipe"])


def read_json(path: Path) -> dict[str, Any]:
    """An object from a file of JSON, bounded; raises InputError."""
    try:
        if path.stat().st_size > _MOST_JSON or not path.is_file():
            raise ValueError("no file of that kind")
        value = json.loads(path.read_text("utf-8"))
        if not isinstance(value, dict):
            raise ValueError("no object")
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"{path} cannot be read as a run or its data.", hint="Give the folder of a run."
        ) from error
    return value


def read_log(out: Path) -> list[dict[str, Any]]:
    """The rows of a run's log, a step once: what was done again after a kill counts as it was last."""
    rows: dict[int, dict[str, Any]] = {}
    try:
        path = out / LOG
        if path.stat().st_size > _MOST_LOG or not path.is_file():  # a pipe would be waited for
            return []
        lines = path.read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return []
    for line in lines:
        try:
            row = json.loads(line)
            finite = [row["loss"], *([row["held"]] if row.get("held") is not None else [])]
            if all(isinstance(one, (int, float)) and math.isfinite(one) for one in finite):
                rows[int(row["step"])] = row
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            continue
    return [rows[step] for step in sorted(rows)]


def digest(path: Path) -> str:
    """The sha256 of a file, or of all files of a folder in order of their names. Raises InputError."""
    found = hashlib.sha256()
    try:
        for one in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if one.is_file():
                if path.is_dir():
                    found.update(os.fsencode(one.relative_to(path)))
                with one.open("rb") as stream:
                    while block := stream.read(1 << 20):
                        found.update(block)
            elif not path.is_dir():
                raise InputError(f"There is no file {path}.")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    return found.hexdigest()
