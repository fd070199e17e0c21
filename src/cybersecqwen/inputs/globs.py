"""Patterns for file names that no shell has expanded: `logs/**/*.log`."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterator
from pathlib import Path

_MAGIC = frozenset("*?[")
_PARTS = 256  # of a pattern
_DEPTH = 64  # folders below each other that "**" goes into


def is_pattern(name: str) -> bool:
    """Whether a name holds a wildcard and no file bears it literally."""
    if _MAGIC.isdisjoint(name) or "\x00" in name:
        return False
    return not os.path.lexists(name)


def expand(pattern: str) -> list[str]:
    """The files and folders that fit, each once, in the order of names.

    `*`, `?` and `[…]` stay inside one name and do not match a dot at its start; `**` stands for any folders,
    links to folders excepted, and gives files alone. Folders that cannot be read, devices and sockets are
    passed over.
    """
    parts: list[str] = []
    for part in pattern.split("/"):
        if part not in ("", ".") and not (part == "**" and parts[-1:] == ["**"]):
            parts.append(part)
    if len(parts) > _PARTS:
        return []
    root = "/" if pattern.startswith("/") else ""
    deep = "**" in parts
    return [name for name in dict.fromkeys(_fitting(root, parts)) if _wanted(name, deep)]


def _wanted(name: str, deep: bool) -> bool:
    path = Path(name)
    try:
        return path.is_file() or (path.is_dir() and not deep)
    except OSError:
        return False


def _fitting(folder: str, parts: list[str]) -> Iterator[str]:
    if not parts:
        return
    part, rest = parts[0], parts[1:]
    if part == "**":
        for below in _folders(folder, 0):
            yield from _fitting(below, rest or ["*"])
    elif _MAGIC.isdisjoint(part):
        path = f"{folder}{part}"
        if os.path.lexists(path):
            yield from _fitting(f"{path}/", rest) if rest else (path,)
    else:
        fits = re.compile(fnmatch.translate(part)).match
        for name in _names(folder):
            if fits(name) is not None and (part[0] == "." or name[0] != "."):
                path = f"{folder}{name}"
                if not rest:
                    yield path
                elif Path(path).is_dir():
                    yield from _fitting(f"{path}/", rest)


def _folders(folder: str, depth: int) -> Iterator[str]:
    """A folder and all below it, each with a slash at its end."""
    yield folder
    if depth >= _DEPTH:
        return
    for name in _names(folder):
        path = Path(f"{folder}{name}")
        if name[0] != "." and path.is_dir() and not path.is_symlink():
            yield from _folders(f"{folder}{name}/", depth + 1)


def _names(folder: str) -> list[str]:
    try:
        return sorted(path.name for path in Path(folder or ".").iterdir())
    except OSError:
        return []
