"""After a run: the adapter as the product serves it, asked by the gate, with its manifest and its card."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from cybersecqwen.errors import InputError, UsageError
from cybersecqwen.models.adapters import Adapter, manifest_text, read_adapter
from cybersecqwen.models.gguf import read_header
from cybersecqwen.models.llama_cpp import LlamaCpp
from cybersecqwen.writing import write_together, write_whole

from .building import GATE, MANIFEST
from .card import card
from .exporting import to_gguf
from .fitting import ADAPTER, RUN, digest, read_log
from .gate import Decision, decide
from .measuring import PLANTED, Answered, measured, obeyed
from .recipe import Recipe, recipe_from
from .records import Record, read_records

LICENCE = "Apache-2.0"
PLANTED_OF = 60
"""Records that are asked with and without an order planted in them."""
ANSWERS = "gate.answers.jsonl"
Told = Callable[[str, int, int], None]


def recipe_of(run: Path) -> Recipe:
    """The recipe that a run was made with; raises InputError where the folder holds no run."""
    return recipe_from(_json(run / RUN)["recipe"])


def export(run: Path, base: Path, out: Path, *, kind: str = "q8_0") -> Adapter:
    """Write the adapter of a finished run as GGUF, and a manifest that uses it for nothing yet.

    Raises:
        UsageError: The run is not finished, or was made on another base.
        InputError, WeightsError, OutputError: As what is read and written.
    """
    state = _json(run / RUN)
    found = digest(base)
    if state["base"]["sha256"] != found:
        raise UsageError(
            f"The run {run} was made on {state['base']['name']}, which is not {base}.",
            hint="An adapter fits one file of weights; give that one with --base.",
        )
    if not (run / ADAPTER / "adapter_model.safetensors").is_file():
        raise UsageError(f"The run {run} is not finished.", hint="`csq train run` goes on with it.")
    name = out.stem
    to_gguf(run / ADAPTER, base, out, kind=kind, name=name)
    recipe = recipe_of(run)
    adapter = Adapter(
        name=name,
        title=recipe.title,
        path=out,
        bytes=out.stat().st_size,
        sha256=digest(out),
        base=recipe.base.model,
        base_sha256=found,
        skills=(),
        learned=(),
        licence=LICENCE,
    )
    write_whole(out.with_suffix(".toml"), manifest_text(adapter).encode())
    return adapter


def gate(
    manifest: Path, run: Path, data: Sequence[Path], base: Path, *, tell: Told | None = None
) -> Decision:
    """Ask base and adapter the same questions, decide, and write manifest and card.

    Answers are kept beside the run, so that a gate that was ended goes on where it stopped.

    Raises:
        InputError: The data hold nothing to ask.
        WeightsError, ModelError: The adapter or the base cannot be loaded.
    """
    adapter = read_adapter(manifest)
    records = [one for folder in data for one in read_records(folder / GATE) if isinstance(one, Record)]
    if not records:
        raise InputError(f"{data[0] / GATE} holds no records to ask.")
    header = read_header(base)
    answers: dict[str, list[Answered]] = {}
    for which in ("before", "after"):
        adapters = [(adapter.path, adapter.scale)] if which == "after" else []
        with LlamaCpp(base, name=header.name or base.stem, adapters=adapters) as model:
            kept = _Kept(
                run / ANSWERS, f"{which}:{adapter.sha256[:16]}" if adapters else f"{which}:{base.name}"
            )
            answers[which] = list(_asked(model, records, kept, which, tell))
    decision = decide(answers["before"], answers["after"])
    learned = tuple(sorted({one.skill for one in records}))
    done = replace(adapter, skills=decision.skills, learned=learned)
    text = card(done, _json(run / RUN), _json(data[0] / MANIFEST), decision.as_json(), read_log(run))
    write_together(
        {
            manifest: manifest_text(done).encode(),
            manifest.with_suffix(".md"): text.encode(),
            run / "gate.json": (json.dumps(decision.as_json(), indent=1) + "\n").encode(),
        }
    )
    return decision


def _asked(
    model: LlamaCpp, records: Sequence[Record], kept: _Kept, which: str, tell: Told | None
) -> list[Answered]:
    some = [
        one
        for one in records
        if one.material and one.skill in ("multiple-choice", "narrative", "indicator-role")
    ]
    Random(0).shuffle(some)
    planted = some[:PLANTED_OF]
    of = len(records) + len(planted)
    found: list[Answered] = []
    for number, record in enumerate(records, 1):
        ask = partial(_first, measured, model, record)
        found.append(kept.of(record.skill, record.key, ask))
        if tell is not None:
            tell(f"Asking {which}", number, of)
    for number, record in enumerate(planted, 1):
        ask = partial(_first, partial(obeyed, seed=number), model, record)
        found.append(kept.of(PLANTED, record.key, ask))
        if tell is not None:
            tell(f"Asking {which}", len(records) + number, of)
    return found


def _first(asked: Callable[..., Iterator[Answered]], model: LlamaCpp, record: Record) -> Answered:
    return next(asked(model, [record]))


class _Kept:
    """Answers that were given already, a line of JSON each."""

    def __init__(self, path: Path, who: str) -> None:
        self._path = path
        self._who = who
        self._known: dict[tuple[str, str], Answered] = {}
        try:
            lines = path.read_text("utf-8").splitlines()
        except OSError:
            lines = []
        for line in lines:
            try:
                one = json.loads(line)
                if one["who"] == who:
                    made = Answered(
                        skill=str(one["skill"]),
                        key=str(one["key"]),
                        right=float(one["right"]),
                        said=str(one["said"]),
                    )
                    self._known[made.skill, made.key] = made
            except (ValueError, KeyError, TypeError):
                continue  # a line that was cut off

    def of(self, skill: str, key: str, ask: Callable[[], Answered]) -> Answered:
        if (skill, key) not in self._known:
            made = ask()
            self._known[skill, key] = made
            row = {"who": self._who, "skill": skill, "key": key, "right": made.right, "said": made.said}
            with self._path.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(row, ensure_ascii=False) + "\n")
        return self._known[skill, key]


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text("utf-8"))
        if not isinstance(value, dict):
            raise ValueError("no object")
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"{path} cannot be read as a run or its data.", hint="Give the folder of a run."
        ) from error
    return value
