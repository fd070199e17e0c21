"""All signals together: loading, choosing the few that an event can fire, and their version."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from cybersecqwen.errors import OutputError, RuleError
from cybersecqwen.records import Category
from cybersecqwen.writing import write_whole

from .patterns import PatternBook
from .prefilter import Prefilter
from .signal import Signal, parse_signal

SHIPPED = Path(__file__).parent / "signals"
"""The signals that come with the package."""

_MAX_FILE = 4 << 20  # bytes: a signal file of a person is some 50 kB


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Compiled signals, by category of event."""

    signals: tuple[Signal, ...]
    version: str
    """First 12 hex digits of the SHA-256 over the files."""
    lists: Mapping[str, tuple[str, ...]]
    by_category: Mapping[Category, Prefilter]
    folders: tuple[Path, ...] = ()
    """Folders of the user's own signals."""
    cache: Path | None = None
    """Where parsed signals are kept between runs."""
    known_tasks: tuple[str, ...] = ()
    """Names of the organisation's own scheduled tasks."""

    @property
    def kinds(self) -> dict[str, frozenset[str]]:
        """Process names by the context that they give to what they start."""
        named = {
            "office": "office",
            "browser": "browsers",
            "web-server": "web_servers",
            "management-agent": "management_agents",
        }
        return {kind: frozenset(map(str.lower, self.lists.get(key, ()))) for kind, key in named.items()}

    @property
    def categories(self) -> frozenset[Category]:
        """Categories that any signal looks at."""
        return frozenset(self.by_category)

    def get(self, name: str) -> Signal:
        """The signal with that id; raises RuleError where there is none."""
        for signal in self.signals:
            if signal.id == name:
                return signal
        raise RuleError(f"There is no signal called {name!r}.", hint="docs/signals.md lists all of them.")


def load_rulebook(
    folders: Iterable[Path] = (), *, cache: Path | None = None, known_tasks: tuple[str, ...] = ()
) -> Rulebook:
    """The shipped signals and those of the user's `folders`, compiled.

    `known_tasks` are beginnings of names of scheduled tasks that the organisation runs itself; what
    they start is more ordinary than the same from elsewhere.

    Reading TOML takes longer than everything else at a start, so the parsed tables are kept as JSON
    in `cache` under the hash of the files. Raises RuleError where a file is invalid.
    """
    folders = tuple(folders)
    files = [p for folder in (SHIPPED, *folders) for p in sorted(folder.glob("*.toml"))]
    contents = [_read(path) for path in files]
    digest = hashlib.sha256(b"\0".join(contents)).hexdigest()
    tables = _cached(cache, digest)
    known = tables is not None  # and then they were compiled without an error before
    if tables is None:
        tables = {}
        for path, content in zip(files, contents, strict=True):
            name = path.stem if path.parent == SHIPPED else str(path)
            tables[name] = _parse(path, content)
    own = tables
    if known_tasks:
        tables = {**tables, "settings": {"signal": [_own_tasks(known_tasks)]}}
    rules = _compile(tables, digest[:12], check=not known)
    if not known:
        _store(cache, digest, own)
    return replace(rules, folders=folders, cache=cache, known_tasks=known_tasks)


def _own_tasks(names: tuple[str, ...]) -> dict[str, Any]:
    """The context signal for tasks that the settings name."""
    return {
        "id": "context-own-task",
        "title": "Started by a scheduled task that your settings name as known",
        "looks_at": ["process", "script", "task"],
        "group": "context-task",
        "weight": -4.0,
        "severity": "informational",
        "why": "Your organisation declared this task as its own.",
        "ordinary": "It runs as planned.",
        "when": [{"TaskName|startswith": list(names)}],
    }


@lru_cache(maxsize=1)
def shipped_rulebook() -> Rulebook:
    """The shipped signals alone, compiled once in a process."""
    return load_rulebook()


def load_signals() -> tuple[Signal, ...]:
    """All shipped signals."""
    return shipped_rulebook().signals


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MAX_FILE:
            raise RuleError(f"The signal file {path} is larger than {_MAX_FILE >> 20} MiB.")
        return path.read_bytes()
    except OSError as error:
        raise RuleError(f"The signal file {path} cannot be read: {error.strerror}.") from error


def _parse(path: Path, content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RuleError(f"The signal file {path.name} is not valid TOML: {error}.") from error


def _cached(cache: Path | None, digest: str) -> dict[str, Any] | None:
    if cache is None:
        return None
    try:
        stored = orjson.loads((cache / f"signals-{digest}.json").read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None
    return stored if isinstance(stored, dict) else None


def _store(cache: Path | None, digest: str, tables: dict[str, Any]) -> None:
    if cache is None:
        return
    # A cache that cannot be written costs 100 ms at the next start, nothing else.
    with suppress(OutputError):
        content = orjson.dumps(tables, default=str)
        write_whole(cache / f"signals-{digest}.json", content, folder_mode=0o777)


def _compile(tables: Mapping[str, Mapping[str, Any]], version: str, *, check: bool) -> Rulebook:
    lists: dict[str, tuple[str, ...]] = {}
    for name, table in tables.items():
        for key, values in table.get("lists", {}).items():
            if key in lists:
                raise RuleError(f"The list {key!r} in {name} is defined twice.")
            lists[key] = tuple(str(v) for v in values)
    patterns = PatternBook(check=check)
    signals = [
        parse_signal(raw, lists, theme=name, patterns=patterns)
        for name, table in tables.items()
        for raw in table.get("signal", ())
    ]
    seen: set[str] = set()
    for signal in signals:
        if signal.id in seen:
            raise RuleError(f"The signal {signal.id!r} in {signal.theme} is defined twice.")
        seen.add(signal.id)
    grouped: dict[Category, list[Signal]] = {}
    for signal in signals:
        for category in signal.looks_at:
            grouped.setdefault(category, []).append(signal)
    return Rulebook(
        tuple(signals), version, lists, {category: Prefilter(found) for category, found in grouped.items()}
    )
