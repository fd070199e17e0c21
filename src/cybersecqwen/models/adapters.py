"""LoRA adapters: which there are for a model, and which skills they are used for.

An adapter is two files in one folder, and a card:

    NAME.toml    base and its sha256, file and its sha256, licence, the skills that it is used for
    NAME.gguf    its weights
    NAME.md      what it learned from, how good it is, what it is not for

Those of this package stand beside this file; those of a site in `adapters/` of the shelf, and go first. An
adapter is used only with the very file that it was fitted to, and only if its own file is the one named.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cybersecqwen.errors import UnknownNameError, WeightsError

SHIPPED = Path(__file__).with_name("adapters")
"""Folder of the adapters that come with this package."""
SCHEMA = 1
MOST_LICENCE = 100
"""Characters of a licence."""
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
"""What an adapter may be called."""
_SKILL = re.compile(r"[a-z][a-z-]{0,40}")
_SHA = re.compile(r"[0-9a-f]{64}")
_MOST_BYTES = 1 << 16
_MOST = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Adapter:
    """One adapter."""

    name: str
    """What it is called."""
    title: str
    """For people."""
    path: Path
    """Its GGUF file."""
    bytes: int
    """Size of the file."""
    sha256: str
    """Of the file."""
    base: str
    """Name of the model that it is for."""
    base_sha256: str
    """Of that model's file."""
    skills: tuple[str, ...]
    """What it is used for: prompts of these skills are answered with it, others without."""
    learned: tuple[str, ...]
    """Skills that it was taught, with those that it is not used for."""
    licence: str
    """Of its weights."""
    scale: float = 1.0
    """How strongly it is applied."""


def adapters_in(folder: Path) -> tuple[Adapter, ...]:
    """The adapters of a folder by name; none where there is no such folder.

    A damaged one is passed over: it must not keep the model from answering. `damaged_in` names it.
    """
    return tuple(one for one in map(_tried, _manifests(folder)) if isinstance(one, Adapter))


def damaged_in(folder: Path) -> tuple[WeightsError, ...]:
    """What is wrong with manifests of a folder."""
    return tuple(one for one in map(_tried, _manifests(folder)) if isinstance(one, WeightsError))


def _manifests(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.toml"))[:_MOST] if folder.is_dir() else []


def _tried(manifest: Path) -> Adapter | WeightsError:
    try:
        return read_adapter(manifest)
    except WeightsError as error:
        return error


def adapters_for(base_sha256: str, folders: Iterator[Path] | tuple[Path, ...]) -> tuple[Adapter, ...]:
    """Those for a model's file, each with the skills that none before it has.

    Raises:
        WeightsError: A file is not the one that its manifest names.
    """
    found: list[Adapter] = []
    taken: set[str] = set()
    for folder in folders:
        for one in adapters_in(folder):
            skills = tuple(skill for skill in one.skills if skill not in taken)
            if one.base_sha256 == base_sha256 and skills:
                verify(one)
                taken.update(skills)
                found.append(replace(one, skills=skills))
    return tuple(found)


def named(name: str, folders: Iterable[Path]) -> Adapter:
    """The adapter of a manifest, or the first of that name in folders.

    Raises:
        UnknownNameError: There is none of that name.
        WeightsError: It is damaged.
    """
    if name.endswith(".toml"):
        return read_adapter(Path(name))
    known: list[str] = []
    for folder in folders:
        for manifest in _manifests(folder):
            known.append(manifest.stem)
            if manifest.stem == name:
                return read_adapter(manifest)
    raise UnknownNameError(
        f"There is no adapter {name!r}.",
        hint=f"Known are: {', '.join(known) or 'none'}; or give a manifest, NAME.toml.",
    )


def verify(adapter: Adapter) -> None:
    """Raise WeightsError where an adapter's file is not the one that its manifest names."""
    try:
        with adapter.path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise WeightsError(
            f"The adapter {adapter.path} cannot be read: {error.strerror or error}."
        ) from error
    if digest != adapter.sha256:
        raise WeightsError(
            f"The adapter {adapter.path} has changed: its sha256 is {digest[:16]}…, "
            f"not {adapter.sha256[:16]}….",
            hint="Install it again, or remove it.",
        )


def read_adapter(manifest: Path) -> Adapter:
    """The adapter of a manifest; raises WeightsError where it is damaged or its file is missing."""
    try:
        if manifest.exists() and not manifest.is_file():  # a pipe would be waited for
            raise ValueError("it is no file")
        if manifest.stat().st_size > _MOST_BYTES:
            raise ValueError("it is too large")
        table = tomllib.loads(manifest.read_text("utf-8"))
        adapter = _adapter(manifest, table)
        size = adapter.path.stat().st_size
        if not adapter.path.is_file():
            raise ValueError("what it names is no file")
    except OSError as error:
        raise WeightsError(f"The adapter {manifest} cannot be read: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise WeightsError(f"The adapter {manifest} is damaged: {str(error)[:200]}.") from error
    if size != adapter.bytes:
        raise WeightsError(f"The adapter {adapter.path} has {size:,} bytes, not {adapter.bytes:,}.")
    return adapter


def manifest_text(adapter: Adapter) -> str:
    """An adapter as the text of its manifest; `read_adapter` reads it again."""
    import json

    rows: list[tuple[str, Any]] = [
        ("schema", SCHEMA),
        ("title", adapter.title),
        ("file", adapter.path.name),
        ("bytes", adapter.bytes),
        ("sha256", adapter.sha256),
        ("base", adapter.base),
        ("base_sha256", adapter.base_sha256),
        ("skills", list(adapter.skills)),
        ("learned", list(adapter.learned)),
        ("licence", adapter.licence),
        ("scale", adapter.scale),
    ]
    # A string of JSON is one of TOML, escapes included, where nothing beyond ASCII is escaped as a pair; only
    # the control character DEL may stand in the one and not in the other.
    lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in rows)
    return "".join(lines).replace("\x7f", "\\u007f")


def _adapter(manifest: Path, table: dict[str, Any]) -> Adapter:
    if table["schema"] != SCHEMA:
        raise ValueError(f"its schema is {table['schema']!r}, not {SCHEMA}")
    name, file = manifest.stem, str(table["file"])
    if not NAME.fullmatch(name) or Path(file).name != file or file in ("", ".", ".."):
        raise ValueError("its name or that of its file cannot be one")
    if file != f"{name}.gguf":  # on a shelf it would take the place of another's
        raise ValueError("its file is not called as it is")
    for key in ("sha256", "base_sha256"):
        if not _SHA.fullmatch(str(table[key])):
            raise ValueError(f"{key} is no sha256")
    scale = float(table.get("scale", 1.0))
    if not 0 < scale <= 8:
        raise ValueError("its scale is not between 0 and 8")
    return Adapter(
        name=name,
        title=str(table["title"])[:200],
        path=manifest.with_name(file),
        bytes=int(table["bytes"]),
        sha256=str(table["sha256"]),
        base=str(table["base"])[:64],
        base_sha256=str(table["base_sha256"]),
        skills=_skills(table["skills"]),
        learned=_skills(table["learned"]),
        licence=str(table["licence"])[:MOST_LICENCE],
        scale=scale,
    )


def _skills(given: Any) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(
        isinstance(one, str) and _SKILL.fullmatch(one) for one in given
    ):
        raise ValueError("its skills are no names")
    return tuple(given)
