"""What is installed: an environment of Python, a folder node_modules.

Only metadata files are read, none of the packages' code. Links are not followed, so that nothing outside the
folder is looked at and circles end.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from cybersecqwen.errors import InputError
from cybersecqwen.records import Limits

from .collect import Collector
from .interface import Manifest
from .json_tree import json_of, text
from .names import shown

FOLDERS = 200_000
"""Folders that are looked into."""
_DEPTH = 64
_HEADER_BYTES = 1 << 16
_JSON_BYTES = 4 << 20
_SITE = ("site-packages", "dist-packages")


def read_environment(folder: str | os.PathLike[str], limits: Limits) -> Manifest:
    """What is installed in a virtual environment or a folder of packages (`*.dist-info`, `*.egg-info`).

    Direct is what pip was asked for by name (`REQUESTED`). Raises InputError where the folder cannot be read.
    """
    del limits
    root = Path(folder)
    found = Collector(_shown_path(root), "PyPI", ())
    for place in _sites(root):
        for entry in sorted(_scan(place), key=lambda one: one.name):
            if entry.name.endswith((".dist-info", ".egg-info")):
                _installed(found, entry)
    return found.manifest()


def _sites(root: Path) -> list[Path]:
    """Where packages lie: the folder itself, or those of the interpreter inside it."""
    if root.name in _SITE:
        return [root]
    places = [root, root / "Lib" / "site-packages"]
    for library in (root / "lib", root / "lib64"):
        if library.is_dir() and not library.is_symlink():
            places += [
                Path(one.path) / site for one in _scan(library) if one.name.startswith("py") for site in _SITE
            ]
    return [place for place in places if place == root or (place.is_dir() and not place.is_symlink())]


def _scan(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as listed:
            return [entry for entry, _ in zip(listed, range(FOLDERS), strict=False)]
    except OSError as error:
        raise InputError(
            f"The folder {shown(str(folder), 200)!r} cannot be read: {error.strerror}."
        ) from error


def _installed(found: Collector, entry: os.DirEntry[str]) -> None:
    inside = Path(entry.path)
    folder = entry.is_dir(follow_symlinks=False)
    named = "METADATA" if entry.name.endswith(".dist-info") else "PKG-INFO"
    file = inside / named if folder else inside
    fields = _fields(file)
    name, version = fields.get("name", ""), fields.get("version", "")
    if not name or not version:
        found.skip(f"{shown(entry.name)!r} does not tell what is installed")
        return
    requested = entry.name.endswith(".egg-info") or (inside / "REQUESTED").is_file()
    _at(found, file, name, version, requested)


def _fields(file: Path) -> dict[str, str]:
    """Name and version from the head of a metadata file; {} where it cannot be read."""
    fields: dict[str, str] = {}
    for line in _head(file, _HEADER_BYTES).decode("utf-8", "replace").splitlines():
        key, colon, value = line.partition(":")
        if not colon:
            break
        if key.lower() in ("name", "version"):
            fields.setdefault(key.lower(), value.strip())
    return fields


def _head(file: Path, size: int) -> bytes:
    try:
        if file.is_symlink() or not file.is_file():
            return b""
        with file.open("rb") as stream:
            return stream.read(size)
    except OSError:
        return b""


def _at(found: Collector, file: Path, name: str, version: str, direct: bool) -> None:
    found.path, before = _shown_path(file), found.path
    found.add(name, version, line=1, direct=direct)
    found.path = before


def _shown_path(path: Path) -> str:
    return path.as_posix()


def read_node_modules(folder: str | os.PathLike[str], limits: Limits) -> Manifest:
    """What lies in a folder node_modules and in those inside its packages, pnpm's store included.

    It does not tell what was asked for: nothing counts as direct. Raises InputError where the folder cannot
    be read.
    """
    root = Path(folder)
    found = Collector(_shown_path(root), "npm", ())
    _scan(root)
    left = FOLDERS
    for package in _packages(root):
        left -= 1
        if left < 0:
            found.skip(f"over {FOLDERS:,} folders; the rest was not looked at")
            break
        data = _head(package / "package.json", _JSON_BYTES)
        if not data:
            continue
        try:
            entry = json_of(data.decode("utf-8-sig", "replace"), "package.json", limits)
        except InputError as error:
            found.skip(f"{shown(_shown_path(package), 200)!r}: {error.message.rstrip('.')}")
            continue
        name, version = text(entry.get("name")), text(entry.get("version"))
        if name and version:
            _at(found, package / "package.json", name, version, False)
        else:
            found.skip(f"{shown(_shown_path(package), 200)!r} has no name or version")
    return found.manifest()


def _packages(root: Path) -> Iterator[Path]:
    """Folders of packages, breadth first; those of links are passed over."""
    level, looked = [root], 0
    for _ in range(_DEPTH):
        deeper: list[Path] = []
        for folder in level:
            for entry in _folders(folder):
                looked += 1
                if looked > 4 * FOLDERS:
                    return
                path = Path(entry.path)
                if entry.name.startswith("@"):
                    inner = [Path(one.path) for one in _folders(path)]
                elif entry.name == ".pnpm":
                    deeper += [Path(one.path) / "node_modules" for one in _folders(path)]
                    continue
                elif entry.name.startswith("."):
                    continue
                else:
                    inner = [path]
                for package in inner:
                    yield package
                    deeper.append(package / "node_modules")
        level = deeper
        if not level:
            return


def _folders(folder: Path) -> list[os.DirEntry[str]]:
    if folder.is_symlink() or not folder.is_dir():
        return []
    try:
        return sorted(
            (entry for entry in _scan(folder) if entry.is_dir(follow_symlinks=False)),
            key=lambda one: one.name,
        )
    except InputError:
        return []
