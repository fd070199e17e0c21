"""SQLite as an engine that can only read, bounded in work."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from cybersecqwen.dialects.columns import Column
from cybersecqwen.errors import LimitError, UnsayableError

_STEPS = 1_000
_MOST_STEPS = 50_000
"""Times a thousand instructions of SQLite's machine: some seconds of work, the same on every machine."""
_READING = frozenset(
    (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE)
)
_FORBIDDEN = frozenset(
    ("load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "randomblob", "zeroblob")
)


@contextmanager
def database(tables: Sequence[tuple[str, Sequence[Column]]]) -> Iterator[sqlite3.Connection]:
    """A database in memory with these tables, which can be read and not changed.

    Raises UnsayableError for names that SQLite refuses.
    """
    connection = sqlite3.connect(":memory:", cached_statements=0)
    try:
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 50_000_000)
        try:
            for name, columns in tables:
                _load(connection, name, columns)
        except (sqlite3.Error, OverflowError, ValueError) as error:
            raise _refused(error) from None
        connection.commit()
        connection.set_authorizer(_allowed)
        connection.set_progress_handler(_Work().step, _STEPS)
        yield connection
    finally:
        connection.close()


def _allowed(action: int, one: str | None, other: str | None, _database: str | None, _by: str | None) -> int:
    if action == sqlite3.SQLITE_FUNCTION and (other or "").lower() in _FORBIDDEN:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_READ and (one or "").lower().startswith(("sqlite_", "pragma_")):
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY


class _Work:
    """Counts instructions, and stops what takes too many."""

    def __init__(self) -> None:
        self._done = 0

    def step(self) -> int:
        self._done += 1
        return int(self._done > _MOST_STEPS)


def _load(connection: sqlite3.Connection, table: str, columns: Sequence[Column]) -> None:
    """A table whose columns have no type: a value stays what it is."""
    names = ", ".join(_quoted(column.name) for column in columns)
    marks = ", ".join("?" * len(columns))
    connection.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, 2_000)
    connection.execute(f"CREATE TABLE {_quoted(table)} ({names})")
    rows = zip(*(_values(column) for column in columns), strict=True)
    connection.executemany(f"INSERT INTO {_quoted(table)} VALUES ({marks})", rows)


def _quoted(name: str) -> str:
    return '"' + name.replace("\x00", "").replace('"', '""') + '"'


def _values(column: Column) -> Sequence[Any]:
    if column.kind == "bool":
        return [None if value is None else "true" if value else "false" for value in column.values]
    if column.kind == "time":
        return [None if value is None else _time(value) for value in column.values]
    return column.values


def _time(seconds: float) -> Any:
    """ISO 8601, which `unixepoch` reads; seconds where the calendar ends."""
    try:
        return (
            datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f").rstrip("0").rstrip(".")
            + "Z"
        )
    except (OverflowError, OSError, ValueError):
        return seconds


def fetched(connection: sqlite3.Connection, sql: str, most: int) -> tuple[list[str], list[tuple[Any, ...]]]:
    """(names of the columns, rows) of a query.

    Raises UnsayableError where SQLite refuses it, LimitError where it takes too much work.
    """
    try:
        cursor = connection.execute(sql)
        names = [column[0] for column in cursor.description or ()]
        rows = cursor.fetchmany(most + 1)
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            raise LimitError("The query takes more work than is allowed.") from None
        raise _refused(error) from None
    except (sqlite3.Error, sqlite3.Warning, OverflowError, ValueError, MemoryError) as error:
        raise _refused(error) from None
    if len(rows) > most:
        raise LimitError(f"The query gives more than {most:,} rows.")
    return names, rows


def _refused(error: Exception) -> UnsayableError:
    return UnsayableError(f"SQLite refuses the query: {str(error)[:300]}.", what="what the engine refuses")
