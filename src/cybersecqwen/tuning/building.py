"""From corpora to files: made, held apart from benchmarks, split, written.

OUT/train.jsonl.gz   what is learned
OUT/held.jsonl.gz    what the loss is measured on: never learned
OUT/gate.jsonl.gz    what the gate asks before and after: never learned, so many of each skill
OUT/data.json        counts, hashes, sources, what was left out and why
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from cybersecqwen.errors import InputError, UsageError
from cybersecqwen.writing import write_together

from .contamination import Benchmarks, Report, held_apart
from .corpora import Sources, corpus
from .recipe import Recipe
from .records import Record, packed_records, read_records

HELD = 0.04
"""Share of the records that the loss is measured on."""
MOST_HELD = 400
ENOUGH, _MOST_SHARE = 26, 0.3
"""Records of own data that are held out where there are enough: as many, at most that share."""
OF_EACH = 120
"""Records of each corpus that the gate asks."""
_DRAWN = (12, 48, 192, 768)
"""Times as many are drawn for it: where a recipe learns most of a source, most of what is drawn is known."""
_MOST_MANIFEST = 16 << 20
TRAIN, HELD_FILE, GATE, MANIFEST = "train.jsonl.gz", "held.jsonl.gz", "gate.jsonl.gz", "data.json"


def build(
    recipe: Recipe,
    sources: Sources,
    out: Path,
    *,
    benchmarks: Benchmarks | None = None,
    more: Iterable[Record] = (),
    taught: Sequence[Path] = (),
    only_new: bool = False,
    seed: int = 0,
) -> dict[str, Any]:
    """Make what a recipe learns from, and write it; returns the manifest.

    Args:
        recipe: Its mix says how many records of which corpus.
        sources: Where facts are from.
        out: The folder that is written to; it is made.
        benchmarks: What must not be in it; None checks nothing, and the manifest says so.
        more: Further records, such as an organisation's own.
        taught: Folders that an adapter learned from which is gone on from: the gate asks nothing that they
            teach, and the loss is not measured on it.
        only_new: Leave out what they teach, so that only what is new is learned; beside data of before, so
            that it is not forgotten.
        seed: Of all that is drawn; the recipe's where 0.

    Raises:
        UsageError: Nothing was made, or the folder holds data of another recipe.
        InputError, OutputError: A source cannot be read, a file not written.
    """
    _free(out, recipe.name)
    seed = seed or recipe.run.seed
    report = Report()
    counts: Counter[str] = Counter()
    made = _made(recipe, sources, seed, more, counts)
    apart = benchmarks or Benchmarks()
    before = _taught(taught)
    kept = [one for one in _once(held_apart(made, apart, report)) if not only_new or one.key not in before]
    if not kept and report.kept:
        raise UsageError(
            f"The recipe {recipe.name} makes nothing that was not taught before.",
            hint="Ask for more of a corpus, or leave out --only-new.",
        )
    if not kept:
        raise UsageError(
            f"The recipe {recipe.name} makes no records from these sources.",
            hint="Weaknesses need --cve FILE, and questions a full knowledge bundle.",
        )
    train, held = split(kept, seed)
    held = [one for one in held if one.key not in before]
    known = {one.key for one in kept} | before
    gate = list(_once(_asked(recipe, sources, seed, known, apart)))
    manifest: dict[str, Any] = {
        "recipe": recipe.name,
        "seed": seed,
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "knowledge": sources.store.version,
        "files": {path.name: _digest(path) for path in (*sources.vulnerabilities, *_wordings(sources))},
        "benchmarks": _apart(benchmarks, report),
        "licences": dict(sorted(Counter(one.licence for one in kept).items())),
        "asked for": dict(recipe.mix),
        "made": {name: counts[name] for name in recipe.mix},
    }
    if taught:
        manifest["taught"] = [_digest(folder / TRAIN) for folder in taught]
    return _written(manifest, out, ((TRAIN, train), (HELD_FILE, held), (GATE, gate)))


def write_own(
    source: str,
    path: Path,
    records: Sequence[Record],
    out: Path,
    *,
    masked: dict[str, int],
    benchmarks: Benchmarks | None = None,
    taught: Sequence[Path] = (),
) -> dict[str, Any]:
    """Write an organisation's own records, a part of them held out for the gate; returns the manifest.

    Args:
        source: A name of `own.OWN`.
        path: What they were made from.
        records: Masked.
        out: The folder that is written to; it is made.
        masked: How much of each kind was.
        benchmarks: What must not be in it; None checks nothing, and the manifest says so.
        taught: Folders that an adapter learned from which is gone on from: nothing of theirs is held out.

    Raises:
        UsageError: There is no record, or the folder holds other data.
        InputError, OutputError: The source cannot be read, a file not written.
    """
    from .own import held_out
    from .own.splitting import SHARE

    _free(out, f"own data: {source}")
    report = Report()
    if benchmarks is not None:
        records = list(held_apart(records, benchmarks, report))
    if not records:
        raise UsageError(
            f"Nothing in {path} can be learned from.", hint="docs/own-data.md says what is read."
        )
    # The gate decides nothing by a handful of questions: small data give up more of them.
    train, held = held_out(records, share=min(_MOST_SHARE, max(SHARE, ENOUGH / len(records))))
    before = _taught(taught)
    train += [one for one in held if one.key in before]
    held = [one for one in held if one.key not in before]
    manifest: dict[str, Any] = {
        "recipe": f"own data: {source}",
        "seed": 0,
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "knowledge": "none",
        "files": {path.name: _digest(path)} if path.is_file() else {},
        "benchmarks": _apart(benchmarks, report),
        "masked": masked,
        "licences": dict(sorted(Counter(one.licence for one in records).items())),
    }
    if taught:
        manifest["taught"] = [_digest(folder / TRAIN) for folder in taught]
    return _written(manifest, out, ((TRAIN, train), (HELD_FILE, held), (GATE, held)))


def _free(out: Path, name: str) -> None:
    """Raise UsageError where a folder holds data that were made in another way: they would be gone."""
    path = out / MANIFEST
    if not path.exists():
        return
    try:
        whole = path.stat().st_size <= _MOST_MANIFEST
        value = json.loads(path.read_text("utf-8")) if whole else None
    except (OSError, ValueError, RecursionError):
        value = None
    found = value.get("recipe") if isinstance(value, dict) else None
    if found != name:
        held = f"data of {found!r:.80}" if isinstance(found, str) else f"a {MANIFEST} that cannot be read"
        raise UsageError(
            f"{out} holds {held}, which would be lost.",
            hint="Take a folder for each; `csq train run` takes several --data.",
        )


def _apart(benchmarks: Benchmarks | None, report: Report) -> dict[str, Any] | None:
    """What the manifest says of the benchmarks that records were held apart from."""
    if benchmarks is None:
        return None
    told = {"files": list(benchmarks.files), "items": benchmarks.items, **report.as_json()}
    return {**told, "unread": list(benchmarks.unread)} if benchmarks.unread else told


def _written(
    manifest: dict[str, Any], out: Path, parts: Iterable[tuple[str, Sequence[Record]]]
) -> dict[str, Any]:
    """All files of a folder together: none is replaced before all are written."""
    contents: dict[Path, bytes] = {}
    for name, some in parts:
        packed, digest = packed_records(some)
        contents[out / name] = packed
        skills = dict(sorted(Counter(one.skill for one in some).items()))
        manifest[name.partition(".")[0]] = {"records": len(some), "sha256": digest, "skills": skills}
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    write_together({**contents, out / MANIFEST: text.encode("utf-8", "replace")}, folder_mode=0o755)
    return manifest


def split(records: Sequence[Record], seed: int) -> tuple[list[Record], list[Record]]:
    """(What is learned, what is held out): every question on one side alone, decided by its hash."""
    order = sorted(records, key=lambda one: hashlib.sha256(f"{seed}{one.key}".encode()).digest())
    count = min(MOST_HELD, max(1, round(len(order) * HELD))) if len(order) > 1 else 0
    held, train = order[:count], order[count:]
    return train, held


def _made(
    recipe: Recipe, sources: Sources, seed: int, more: Iterable[Record], counts: Counter[str]
) -> Iterator[Record]:
    for name, count in recipe.mix.items():
        for record in corpus(name)(sources, Random(f"{seed}/{name}"), count):
            counts[name] += 1
            yield record
    yield from more


def _asked(
    recipe: Recipe, sources: Sources, seed: int, known: set[str], apart: Benchmarks
) -> Iterator[Record]:
    """What the gate asks: drawn anew, more than is needed, since what is learned already falls out.

    Where nearly all of what was drawn is learned, as where pairs go first, more is drawn.
    """
    for name, count in recipe.mix.items():
        wanted = min(OF_EACH, count)
        some: list[Record] = []
        for drawn in _DRAWN:
            made = corpus(name)(sources, Random(f"{seed}/gate/{name}"), drawn * wanted)
            new = (one for one in _once(made) if one.key not in known and not apart.sign(one))
            some = list(islice(new, wanted))
            if len(some) == wanted:
                break
        yield from some


def _taught(folders: Sequence[Path]) -> set[str]:
    """Keys of what folders teach; raises InputError where they cannot be read."""
    found = (one for folder in folders for one in read_records(folder / TRAIN))
    return {one.key for one in found if isinstance(one, Record)}


def _once(records: Iterable[Record]) -> Iterator[Record]:
    """Each question once: two answers to the same would teach neither."""
    seen: set[str] = set()
    for record in records:
        if record.key not in seen:
            seen.add(record.key)
            yield record


def _wordings(sources: Sources) -> tuple[Path, ...]:
    return (sources.wording,) if sources.wording is not None else ()


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
