"""Checkpoints: all that a run needs to go on as if nothing had happened.

One is written under another name, reaches the disk, and is renamed; the one before it stays until then, and
one more stays beside it. What is damaged is passed over and set aside.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from cybersecqwen.errors import OutputError

KEPT = 2
"""Checkpoints that stay."""
_NAME = re.compile(r"checkpoint-([0-9]{1,9})")
_STATE = 1 << 16


def folders(out: Path) -> list[Path]:
    """Folders of checkpoints, the oldest first."""
    found = [
        (int(match[1]), path) for path in out.glob("checkpoint-*") if (match := _NAME.fullmatch(path.name))
    ]
    return [path for _, path in sorted(found)]


def fresh_folder(out: Path) -> Path:
    """A folder that is not there yet, with a name that nobody can know before: see `writing`."""
    return out / f".csq-{secrets.token_hex(8)}"


def save(out: Path, step: int, model: Any, optimiser: Any, schedule: Any) -> None:
    """Write a checkpoint; raises OutputError where the disk does not take it, and what was there stays."""
    fresh, final = fresh_folder(out), out / f"checkpoint-{step}"
    try:
        fresh.mkdir(parents=True)
        save_file(_adapter(model), fresh / "adapter.safetensors")
        flat = {
            f"{number}.{key}": value.detach().to("cpu", torch.float32).contiguous()
            for number, values in optimiser.state_dict()["state"].items()
            for key, value in values.items()
        }
        save_file(flat, fresh / "optimiser.safetensors")
        save_file(_chances(), fresh / "random.safetensors")
        (fresh / "state.json").write_text(json.dumps({"step": step, "schedule": schedule.last_epoch}))
        for one in fresh.iterdir():
            _to_disk(one)
        _to_disk(fresh)
        shutil.rmtree(final, ignore_errors=True)
        fresh.replace(final)
        _to_disk(out)
    except (OSError, SafetensorError) as error:  # of a full disk the library makes an error of its own
        shutil.rmtree(fresh, ignore_errors=True)
        raise unwritten(f"The checkpoint {final}", error) from error
    for old in [path for path in folders(out) if path != final][: -(KEPT - 1)]:
        shutil.rmtree(old, ignore_errors=True)


def unwritten(what: str, error: Exception) -> OutputError:
    """The typed error for something that the disk did not take."""
    said = getattr(error, "strerror", None) or " ".join(str(error).split())[:200]
    return OutputError(
        f"{what} cannot be written: {said}.",
        hint="With room on the disk the same command goes on from the last checkpoint.",
    )


def resume(out: Path, model: Any, optimiser: Any, schedule: Any, total: int) -> tuple[int, list[Path]]:
    """(Steps that are done, damaged checkpoints, set aside): the last good one is taken up."""
    damaged: list[Path] = []
    for folder in reversed(folders(out)):
        found = _read(folder, model, total)
        if found is None:
            aside = folder.with_name(f"damaged-{folder.name}")
            shutil.rmtree(aside, ignore_errors=True)
            folder.replace(aside)
            damaged.append(aside)
            continue
        step, place, weights, flat, chances = found
        named = dict(model.named_parameters())
        with torch.no_grad():
            for name, one in weights.items():
                named[name].copy_(one)
        kept: dict[int, dict[str, Any]] = {}
        for key, value in flat.items():
            place_of, _, part = key.partition(".")
            kept.setdefault(int(place_of), {})[part] = value
        optimiser.load_state_dict({**optimiser.state_dict(), "state": kept})
        schedule.last_epoch = place - 1
        schedule.step()
        torch.set_rng_state(chances["cpu"])
        for card in range(torch.cuda.device_count()):
            if f"cuda{card}" in chances:
                torch.cuda.set_rng_state(chances[f"cuda{card}"], card)
        return step, damaged
    return 0, damaged


def _read(
    folder: Path, model: Any, total: int
) -> tuple[int, int, dict[str, Any], dict[str, Any], dict[str, Any]] | None:
    try:
        if (folder / "state.json").stat().st_size > _STATE:
            return None
        state = json.loads((folder / "state.json").read_text())
        step, place = int(state["step"]), int(state["schedule"])
        weights, flat, chances = (
            load_file(folder / f"{name}.safetensors") for name in ("adapter", "optimiser", "random")
        )
        wanted = {name: one.shape for name, one in model.named_parameters() if one.requires_grad}
        whole = {name: one.shape for name, one in weights.items()} == wanted
        numbers = {int(key.partition(".")[0]) for key in flat}
        states = numbers == set(range(len(wanted))) and "cpu" in chances
        return (step, place, weights, flat, chances) if whole and states and 0 < step <= total else None
    except Exception:  # whatever a damaged file makes the libraries raise
        return None


def _adapter(model: Any) -> dict[str, Any]:
    return {
        name: one.detach().to("cpu").contiguous()
        for name, one in model.named_parameters()
        if one.requires_grad
    }


def _chances() -> dict[str, Any]:
    cards = {f"cuda{number}": torch.cuda.get_rng_state(number) for number in range(torch.cuda.device_count())}
    return {"cpu": torch.get_rng_state(), **cards}


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
