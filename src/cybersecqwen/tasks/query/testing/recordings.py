"""Recordings that a rule must fire on, laid out as SigmaHQ's regression data.

A folder with an `info.yml` names the ids of the rules (`rule_metadata: [{id: …}]`); the files beside it,
EVTX, JSON or raw lines, are such that each fires them.
Layout: https://github.com/SigmaHQ/sigma/tree/master/regression_data
"""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from cybersecqwen.detect.rows import RowReader, rows
from cybersecqwen.detect.sigma.engine import Engine
from cybersecqwen.detect.sigma.model import Rule, Ruleset
from cybersecqwen.detect.sigma.rulefiles import documents
from cybersecqwen.errors import InputError, RuleError
from cybersecqwen.inputs.events import records
from cybersecqwen.inputs.open import open_inputs
from cybersecqwen.records import Damage, Limits

from .rules import INFO

_CASES = 20_000
_MEMBER_BYTES = 64 << 20
_INFO_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A file, and the rules that it must fire."""

    root: Path
    name: str
    """Path inside the set."""
    rules: tuple[str, ...]
    """Their ids."""


def cases(root: Path) -> list[Case]:
    """The recordings of a folder or an archive. Raises RuleError where it cannot be read."""
    found: list[Case] = []
    for info, beside, content in _infos(root):
        ids = _ids(content)
        if not ids:
            raise RuleError(f"{root}: {info} names no rule under rule_metadata.")
        found += [Case(root=root, name=name, rules=ids) for name in beside]
        if len(found) > _CASES:
            raise RuleError(f"{root} holds more than {_CASES:,} recordings.")
    return found


def _infos(root: Path) -> Iterator[tuple[str, list[str], bytes]]:
    """Each time the path of an info.yml, the paths of the files beside it, and its content."""
    if root.is_dir():
        for info in sorted(root.rglob(INFO)):
            if not info.is_file() or not info.resolve().is_relative_to(root.resolve()):
                continue
            with info.open("rb") as stream:
                content = stream.read(_INFO_BYTES)
            others = sorted(one for one in info.parent.iterdir() if one.is_file() and one.name != INFO)
            named = [one.relative_to(root).as_posix() for one in others if not one.is_symlink()]
            yield info.relative_to(root).as_posix(), named, content
    elif zipfile.is_zipfile(root):
        with zipfile.ZipFile(root) as archive:
            folders: dict[str, list[str]] = {}
            for name in sorted(archive.namelist()):
                if not name.endswith("/"):
                    folders.setdefault(str(PurePosixPath(name).parent), []).append(name)
            for folder, names in folders.items():
                info_name = next((name for name in names if PurePosixPath(name).name == INFO), None)
                if info_name is not None:
                    with archive.open(info_name) as member:
                        content = member.read(_INFO_BYTES)
                    yield f"{folder}/{INFO}", [name for name in names if name != info_name], content


def _ids(content: bytes) -> tuple[str, ...]:
    try:
        about = next(iter(documents(content)), {})
    except RuleError:
        return ()
    listed = about.get("rule_metadata")
    found = [one.get("id") for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    return tuple(str(one) for one in found if one)


def fires(case: Case, rules: Sequence[Rule]) -> tuple[frozenset[str], int]:
    """The ids of those of the rules that fire on a recording, and how many records it holds.

    Raises RuleError where it cannot be read.
    """
    engine, reader = Engine(Ruleset(rules=tuple(rules))), RowReader()
    found: set[str] = set()
    count = 0
    for raw in _raws(case):
        count += 1
        for number, _ in engine.run(rows(reader.kind_of(raw), (raw,))):
            found.add(rules[number].about.id)
    return frozenset(found), count


def _raws(case: Case) -> Iterator[Mapping[str, Any]]:
    try:
        if case.root.is_dir():
            yield from _read(case.root / case.name)
            return
        with tempfile.TemporaryDirectory() as folder:
            # Only the ending of the name is kept: it helps to tell what the file is.
            path = Path(folder) / f"recording{PurePosixPath(case.name).suffix[:10]}"
            with zipfile.ZipFile(case.root) as archive, archive.open(case.name) as member:
                content = member.read(_MEMBER_BYTES + 1)
            if len(content) > _MEMBER_BYTES:
                raise RuleError(f"{case.name} is larger than {_MEMBER_BYTES >> 20} MiB.")
            path.write_bytes(content)
            yield from _read(path)
    except (OSError, RuntimeError, zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
        raise RuleError(f"{case.name} cannot be read: {error}.") from error


def _read(path: Path) -> Iterator[Mapping[str, Any]]:
    limits = Limits()
    try:
        for item in open_inputs([path], limits):
            if isinstance(item, Damage):
                continue
            for record in records(*item, limits):
                if not isinstance(record, Damage):
                    yield record[2]
    except InputError as error:
        raise RuleError(f"{path.name} cannot be read: {error.message}") from error
