"""What was found in files before, by the hash of content, name and rules: looked up, not looked for.

One SQLite file in the cache folder. Results have the lines that they are about with them, so it is for its
owner alone; one that others can write could hide findings and is not used. A row that cannot be read counts
as none.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from cybersecqwen.detect.code.taint.crossing import Crossing, crossing_from, crossing_to
from cybersecqwen.records.review import CodeFinding
from cybersecqwen.records.review_json import finding_from, finding_to

_MOST = 200_000
"""Rows; the oldest ones go first."""
_BATCH = 500
_PATIENCE = 2.0
"""Seconds to wait for others that write."""
_FORM = 5
"""Raised where what is kept, or how files are looked at, changes while the rules stay."""
_PASSING = (sqlite3.OperationalError, sqlite3.ProgrammingError, sqlite3.IntegrityError)
"""Errors that say nothing against the file: another process holds it, the disk is full."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found in one file."""

    findings: tuple[CodeFinding, ...]
    crossing: Crossing | None
    """What it has to do with other files."""


def _data(seen: Seen) -> bytes:
    crossing = seen.crossing
    empty = crossing is None or crossing.is_empty
    return orjson.dumps(
        {
            "findings": [finding_to(one) for one in seen.findings],
            "crossing": None if empty or crossing is None else crossing_to(crossing),
        }
    )


def _seen(given: Any) -> Seen:
    crossing = given["crossing"]
    return Seen(
        tuple(finding_from(one) for one in given["findings"]),
        None if crossing is None else crossing_from(crossing),
    )


class Kept:
    """The findings of files that were looked at before. Usable by one thread; broken files are made anew."""

    def __init__(self, folder: Path, version: str) -> None:
        self._version = version
        self._path = folder / "review.sqlite"
        self._base: sqlite3.Connection | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if _is_own(self._path):
                self._base = _opened(self._path)
        except (OSError, sqlite3.Error):
            self._base = None  # without a cache everything is looked at again

    def key(self, path: str, language: str, data: bytes) -> bytes:
        """What a file's findings are kept under."""
        head = f"{_FORM}\0{self._version}\0{path}\0{language}\0{len(data)}\0".encode("utf-8", "surrogatepass")
        return hashlib.sha256(head + data).digest()

    def find(self, keys: Sequence[bytes]) -> dict[bytes, Seen]:
        """What is kept of these."""
        found: dict[bytes, Seen] = {}
        for begin in range(0, len(keys) if self._base else 0, _BATCH):
            some = keys[begin : begin + _BATCH]
            marks = ",".join("?" * len(some))
            if self._base is None:
                break
            try:
                rows = self._base.execute(f"SELECT key, findings FROM kept WHERE key IN ({marks})", some)
                for key, data in rows:
                    found[key] = _seen(orjson.loads(data))
            except sqlite3.Error as error:
                self._give_up(error)
            except (ValueError, KeyError, TypeError, AttributeError):
                continue
        return found

    def keep(self, rows: Iterable[tuple[bytes, Seen]]) -> None:
        """Keep what was found."""
        if self._base is None:
            return
        made = [(key, _data(found)) for key, found in rows]
        try:
            with self._base:
                self._base.executemany("INSERT OR REPLACE INTO kept (key, findings) VALUES (?, ?)", made)
                count = self._base.execute("SELECT count(*) FROM kept").fetchone()[0]
                if count > _MOST:
                    self._base.execute(
                        "DELETE FROM kept WHERE rowid IN (SELECT rowid FROM kept ORDER BY rowid LIMIT ?)",
                        (count - _MOST,),
                    )
        except sqlite3.Error as error:  # a full disk, another process that writes: only time is lost
            self._give_up(error)

    def _give_up(self, error: sqlite3.Error) -> None:
        """A file that is damaged inside is taken away, so that the next run makes a new one."""
        if self._base is not None and not isinstance(error, _PASSING):
            self._base.close()
            self._base = None
            with suppress(OSError):
                _remove(self._path)

    def close(self) -> None:
        """Let go of the file."""
        if self._base is not None:
            self._base.close()


def _is_own(path: Path) -> bool:
    """Whether the file, made empty where there is none, is the user's and nobody else's."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    state = path.lstat()
    if not stat.S_ISREG(state.st_mode) or state.st_uid != os.geteuid() or state.st_mode & 0o022:
        return False
    if state.st_mode & 0o077:
        path.chmod(0o600)
    return True


def _opened(path: Path) -> sqlite3.Connection:
    """The database, made anew once where the file is none.

    The first of several that open a new file changes its journal, which SQLite refuses the others meanwhile
    without waiting, whatever the connection's timeout: https://www.sqlite.org/c3ref/busy_handler.html.
    """
    until = time.monotonic() + _PATIENCE
    anew = False
    while True:
        base = sqlite3.connect(path, timeout=_PATIENCE)
        try:
            base.execute("PRAGMA journal_mode=WAL")
            base.execute("PRAGMA synchronous=OFF")
            base.execute("CREATE TABLE IF NOT EXISTS kept (key BLOB UNIQUE NOT NULL, findings BLOB NOT NULL)")
            return base
        except sqlite3.DatabaseError as error:
            base.close()
            if _is_busy(error) and time.monotonic() < until:
                time.sleep(0.01)
            elif anew or isinstance(error, _PASSING):
                raise
            else:
                _remove(path)
                anew = True


def _is_busy(error: sqlite3.Error) -> bool:
    """Whether others hold the file; extended codes have the plain one in their last byte."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _remove(path: Path) -> None:
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
