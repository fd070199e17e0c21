"""After a run: the adapter as the product serves it, asked by the gate, with its manifest and its card."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from cybersecqwen.errors import InputError, UsageError
from cybersecqwen.models.adapters import MOST_LICENCE, NAME, Adapter, manifest_text, read_adapter, verify
from cybersecqwen.models.llama_cpp import LlamaCpp
from cybersecqwen.writing import write_together, write_whole

from .building import GATE, MANIFEST, TRAIN
from .card import card
from .corpora.roles import paragraphs
from .exporting import to_gguf
from .gate import LEAST, Decision, decide
from .measuring import PLANTED, Answered, measured, obeyed
from .records import Record, read_records
from .runs import ADAPTER, digest, read_json, read_log, read_run, recipe_of

_MOST_ANSWERS = 256 << 20
LICENCE = "Apache-2.0"
"""Of an adapter that learned from nothing else than what this project may give on."""
PLANTED_OF = 60
"""Records that are asked with and without an order planted in them."""
ANSWERS, EXPORTED = "gate.answers.jsonl", "exported.json"
Told = Callable[[str, int, int], None]


def export(run: Path, base: Path, out: Path, *, kind: str = "q8_0") -> Adapter:
    """Write the adapter of a finished run as GGUF, and a manifest that uses it for nothing yet.

    Raises:
        UsageError: The run is not finished, was made on another base, or the file cannot be called so.
        InputError, WeightsError, OutputError: As what is read and written.
    """
    if out.suffix != ".gguf" or not NAME.fullmatch(out.stem):
        raise UsageError(
            f"An adapter cannot be called {out.name!r}.",
            hint="Use a-z, 0-9, dot and dash, at most 64, and .gguf at the end.",
        )
    state = read_run(run)
    found = digest(base)
    if state["base"]["sha256"] != found:
        raise UsageError(
            f"The run {run} was made on {state['base'].get('name')}, which is not {base}.",
            hint="An adapter fits one file of weights; give that one with --base.",
        )
    if not (run / ADAPTER / "adapter_model.safetensors").is_file():
        raise UsageError(f"The run {run} is not finished.", hint="`csq train run` goes on with it.")
    to_gguf(run / ADAPTER, base, out, kind=kind, name=out.stem)
    recipe = recipe_of(run)
    adapter = Adapter(
        name=out.stem,
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
    made = {"adapters": [*_exported(run), adapter.sha256]}
    write_whole(run / EXPORTED, (json.dumps(made) + "\n").encode())
    write_whole(out.with_suffix(".toml"), manifest_text(adapter).encode())
    return adapter


def gate(
    manifest: Path,
    run: Path,
    data: Sequence[Path],
    base: Path,
    *,
    questions: Sequence[Path] = (),
    each: int = 0,
    tell: Told | None = None,
) -> Decision:
    """Ask base and adapter the same questions, decide, and write manifest and card.

    Answers are kept beside the run, so that a gate that was ended goes on where it stopped.

    Args:
        manifest: Of the adapter.
        run: Folder of the run that made it.
        data: Folders that the run learned from.
        base: What it was fitted to.
        questions: More folders of data whose questions are asked, too.
        each: Questions of a skill at most, for machines on which all of them would take hours; 0 for all.
        tell: Called with what is done, how much of it, and of how much.

    Raises:
        UsageError: Adapter, base, run and data do not belong together, questions may have been learned, or
            so few are to be asked that nothing would be decided.
        InputError: The data hold nothing to ask.
        WeightsError, ModelError: The adapter or the base cannot be loaded.
    """
    if 0 < each < LEAST:
        raise UsageError(
            f"The gate decides nothing by {each} questions of a skill.", hint=f"Ask {LEAST} or more of each."
        )
    adapter = read_adapter(manifest)
    verify(adapter)
    state = read_run(run)
    _belongs(adapter, state, run, data, base)
    told = [read_json(folder / MANIFEST) for folder in data]
    log = read_log(run)
    asked, unasked = _records(data, _more(questions, state, data), _learned_before(state))
    records = _fewer(asked, each)
    recipe_of(run)
    try:  # before hours of asking
        licence = _licence(told)
        _skills_of(told)
        card(replace(adapter, licence=licence), state, told, {}, log)
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError) as error:
        raise InputError(f"No card can be written of {run}: what it or its data say is damaged.") from error
    answers: dict[str, list[Answered]] = {}
    for which in ("before", "after"):
        adapters = [(adapter.path, adapter.scale)] if which == "after" else []
        with LlamaCpp(base, adapters=adapters) as model:
            who = adapter.base_sha256[:16] + (f"+{adapter.sha256[:16]}*{adapter.scale}" if adapters else "")
            answers[which] = list(_asked(model, records, _Kept(run / ANSWERS, who), which, tell))
    decision = decide(answers["before"], answers["after"])
    decision = replace(decision, why=(*decision.why, *unasked))
    learned = tuple(sorted(_skills_of(told) | (_learned_before(state) or frozenset())))
    done = replace(adapter, skills=decision.skills, learned=learned, licence=licence)
    text = card(done, state, told, decision.as_json(), log)
    write_together(
        {
            manifest: manifest_text(done).encode(),
            manifest.with_suffix(".md"): text.encode(),
            run / "gate.json": (json.dumps(decision.as_json(), indent=1) + "\n").encode(),
        }
    )
    return decision


def _belongs(adapter: Adapter, state: dict[str, Any], run: Path, data: Sequence[Path], base: Path) -> None:
    """Raise UsageError where adapter, run, data and base are not of one piece."""
    found = digest(base)
    if not adapter.base_sha256 == state["base"]["sha256"] == found:
        raise UsageError(
            f"{base} is not what the adapter {adapter.name} was made for.", hint="Give that file with --base."
        )
    if adapter.sha256 not in _exported(run):
        raise UsageError(f"The run {run} did not make the adapter {adapter.name}.")
    for name, part in ((TRAIN, "train"), (GATE, "gate")):
        given = [digest(path) if (path := folder / name).exists() else "" for folder in data]
        if sorted(given) != sorted(map(str, state[part])):  # all of them: what one teaches, none may ask
            raise UsageError(
                f"The data are not those that {run} learned from.", hint="Give the same --data as then."
            )


def _exported(run: Path) -> list[str]:
    if not (run / EXPORTED).exists():
        return []
    found = read_json(run / EXPORTED).get("adapters")
    return [str(one) for one in found] if isinstance(found, list) else []


def _more(questions: Sequence[Path], state: dict[str, Any], data: Sequence[Path]) -> Sequence[Path]:
    """The folders, where each says that it asks nothing of what was learned; else UsageError."""
    learned = {*map(str, state["train"]), *(one for folder in data for one in _taught(folder))}
    for folder in questions:
        if not learned <= _taught(folder):
            raise UsageError(
                f"The questions in {folder} are not known to be apart from all that was learned.",
                hint="Make them with --taught for the data of the run, and for each that came before it.",
            )
    return questions


def _taught(folder: Path) -> set[str]:
    """Hashes of what data were held apart from, as having been learned; raises InputError."""
    given = read_json(folder / MANIFEST).get("taught", [])
    if not isinstance(given, list):
        raise InputError(f"{folder / MANIFEST} is damaged: it does not list what was taught.")
    return set(map(str, given))


def _skills_of(told: Sequence[dict[str, Any]]) -> frozenset[str]:
    """What the data of a run teach, asked or not: what goes on from the adapter has to know."""
    return frozenset(str(skill) for one in told for skill in one.get("train", {}).get("skills", {}))


def _learned_before(state: dict[str, Any]) -> frozenset[str] | None:
    """Skills that were learned by what the run went on from; None for all, where that is not known."""
    start = state.get("start")
    if start is None:
        return frozenset()
    learned = start.get("learned") if isinstance(start, dict) else None
    return frozenset(map(str, learned)) if isinstance(learned, list) and learned else None


def _records(
    data: Sequence[Path], more: Sequence[Path], before: frozenset[str] | None
) -> tuple[list[Record], list[str]]:
    """(What is asked: each question once, none that any of the folders teaches; what is not asked, and why).

    Of skills that were learned before the run, data are asked that were made apart from that (`--taught`).
    """
    taught = {one.key for folder in data for one in _read(folder / TRAIN)}
    asked: dict[str, Record] = {}
    unasked: list[str] = []
    for folder in (*data, *more):
        if not (folder / GATE).exists():
            continue
        new = [one for one in _read(folder / GATE) if one.key not in taught]
        if before != frozenset() and not _taught(folder):
            known = {one.skill for one in new if before is None or one.skill in before}
            new = [one for one in new if one.skill not in known]
            unasked += [
                f"{skill}: not asked from {folder.name}: it may have been learned before this run."
                for skill in sorted(known)
            ]
        asked |= {one.key: one for one in new}
    if not asked and unasked:
        raise UsageError(
            "Nothing is left to ask that was not perhaps learned before this run.",
            hint="Make the data with --taught for what the adapter learned that it went on from.",
        )
    if not asked:
        raise InputError(f"{data[0] / GATE} holds no records to ask.")
    return list(asked.values()), unasked


def _fewer(records: list[Record], each: int) -> list[Record]:
    """So many of each skill at most: which ones is decided by their hash, not by where they stand."""
    if not each:
        return records
    some: dict[str, list[Record]] = {}
    for one in sorted(records, key=lambda one: one.key):
        some.setdefault(one.skill, []).append(one)
    chosen = {one.key for of in some.values() for one in of[:each]}
    return [one for one in records if one.key in chosen]


def _read(path: Path) -> Iterator[Record]:
    return (one for one in read_records(path) if isinstance(one, Record))


def _licence(told: Sequence[dict[str, Any]]) -> str:
    """The licences of what was learned; where they are many, their number: the card has all."""
    names = {part for one in told for name in one.get("licences", {}) for part in str(name).split("; ")}
    others = sorted(names - {LICENCE})
    joined = "; ".join([LICENCE, *others])
    return joined if len(joined) <= MOST_LICENCE else f"{LICENCE}; {len(others)} others, see the card"


def planted_in(records: Sequence[Record]) -> list[Record]:
    """Records that orders are planted in: of these data, filled up with ones of our own."""
    some = [one for one in records if one.material]
    Random(0).shuffle(some)
    return [*some[:PLANTED_OF], *paragraphs(Random(0), PLANTED_OF - len(some))]


def _asked(
    model: LlamaCpp, records: Sequence[Record], kept: _Kept, which: str, tell: Told | None
) -> list[Answered]:
    planted = planted_in(records)
    of = len(records) + len(planted)
    found: list[Answered] = []
    for number, record in enumerate(records, 1):
        found.append(kept.of(record, record.skill, partial(_first, measured, model, record)))
        if tell is not None:
            tell(f"Asking {which}", number, of)
    for number, record in enumerate(planted, 1):
        ask = partial(_first, partial(obeyed, seed=number), model, record)
        found.append(kept.of(record, PLANTED, ask, seed=number))
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
        self._known: dict[str, Answered] = {}
        try:
            whole = path.is_file() and path.stat().st_size < _MOST_ANSWERS
            text = path.read_text("utf-8", "replace") if whole else ""
        except (OSError, ValueError):
            text = ""
        self._cut = bool(text) and not text.endswith("\n")
        for line in text.split("\n"):  # not at what else ends a line: an answer may hold that
            try:
                one = json.loads(line)
                if not 0 <= float(one["right"]) <= 1:
                    continue
                self._known[str(one["asked"])] = Answered(
                    skill=str(one["skill"]),
                    key=str(one["key"]),
                    right=float(one["right"]),
                    said=str(one["said"]),
                )
            except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
                continue  # a line that was cut off

    def of(self, record: Record, skill: str, ask: Callable[[], Answered], *, seed: int = 0) -> Answered:
        """The answer to a record, asked where it was not answered by these very weights."""
        whole = json.dumps([self._who, skill, seed, asdict(record)], ensure_ascii=False)
        asked = hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()[:32]
        if asked not in self._known:
            made = ask()
            self._known[asked] = made
            row = {"asked": asked, "skill": skill, "key": made.key, "right": made.right, "said": made.said}
            with self._path.open("a", encoding="utf-8", errors="replace") as stream:
                stream.write("\n" * self._cut + json.dumps(row, ensure_ascii=False) + "\n")
            self._cut = False
        return self._known[asked]
