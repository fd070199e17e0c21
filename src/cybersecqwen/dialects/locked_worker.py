"""The process that runs SQL on DuckDB and SQLite: requests on standard input, answers on standard output.

Run by `locked.py` as a script in isolated mode: one call of a function can ask for gigabytes of text or
hours of work, and neither engine breaks off inside of one, so the process is bounded in memory and may be
killed. It imports nothing of this package, so that it starts fast. Requests and answers are JSON behind their
length (`LENGTH`):

    {"engine": name, "tables": [[name, [[column, kind, values], …]], …], "views": [[name, table], …],
     "moments": {parameter: seconds since 1970}, "sql": text, "most": rows}
    {"names": […], "rows": [[…], …], "seconds": s}  or  {"refused": sentence}  or  {"limit": sentence}

The engines are locked themselves: whatever reaches them can compute and read its tables, and nothing else.
"""

from __future__ import annotations

import json
import signal
import sqlite3
import struct
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

LENGTH = struct.Struct("<Q")
MEMORY = 2 << 30
"""Bytes of address space."""
SECONDS = 10
"""Processor time of one request; more ends the process."""
LARGEST = 256 << 20
"""Bytes of an answer."""
DUCKDB_MEMORY = "512MB"

_Column = Sequence[Any]
"""[name, kind, values]; the kinds are those of `columns.Kind`."""
_Request = dict[str, Any]
_Fetched = tuple[list[str], list[Any]]
"""(names of the columns, rows), one row more than is allowed at most"""


class Refused(Exception):
    """The engine does not take the records or the query."""


class Limit(Exception):
    """The query takes or gives more than is allowed."""


def main() -> None:
    """Answer until standard input ends."""
    _bound_memory()
    if hasattr(signal, "SIGINT"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interruption is the parent's to answer
    source, out = sys.stdin.buffer, sys.stdout.buffer
    while head := source.read(LENGTH.size):
        request = json.loads(source.read(*LENGTH.unpack(head)))
        _bound_time(SECONDS)
        answer = _written(answer_to(request))
        if len(answer) > LARGEST:
            answer = _written({"limit": f"The query gives more than {LARGEST:,} bytes."})
        _bound_time(0)
        out.write(LENGTH.pack(len(answer)) + answer)
        out.flush()


def _written(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer, separators=(",", ":"), default=str).encode()


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows: the parent still bounds the time
        return
    for kind, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CORE, 0)):
        # A bound that stands already and is lower cannot be raised, and need not be.
        before = resource.getrlimit(kind)[1]
        bound = most if before == resource.RLIM_INFINITY else min(most, before)
        resource.setrlimit(kind, (bound, bound))


def _bound_time(seconds: float) -> None:
    """Have the process ended, wherever it is, after so much processor time; 0 for no longer."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def answer_to(request: dict[str, Any]) -> dict[str, Any]:
    """What one request gives."""
    begun = time.process_time()
    try:
        names, rows = _ENGINES[request["engine"]](request)
    except Refused as error:
        return {"refused": str(error)}
    except Limit as error:
        return {"limit": str(error)}
    except MemoryError:
        return {"limit": "The query takes more memory than is allowed."}
    if len(rows) > request["most"]:
        return {"limit": f"The query gives more than {request['most']:,} rows."}
    return {"names": names, "rows": rows, "seconds": time.process_time() - begun}


def quoted(name: str) -> str:
    """A name as both take it."""
    return '"' + name.replace("\x00", "").replace('"', '""') + '"'


def _first(error: Exception) -> str:
    return " ".join(str(error).partition("\n")[0].split())[:300]


_TYPES = {
    "text": "VARCHAR",
    "whole": "BIGINT",
    "number": "DOUBLE",
    "bool": "BOOLEAN",
    "time": "DOUBLE",
    "dynamic": "JSON",
}


@cache
def _duckdb_database() -> Any:
    """The database in memory that all requests share; making it takes longer than a query.

    Settings: https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview
    """
    try:
        import duckdb
    except ImportError:
        raise Refused("The package duckdb is not installed: install cybersecqwen[siem].") from None
    made = duckdb.connect(
        ":memory:",
        config={
            "threads": 1,
            "memory_limit": DUCKDB_MEMORY,
            "enable_external_access": False,
            "python_enable_replacements": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "max_temp_directory_size": "0KB",
        },
    )
    made.execute("SET GLOBAL TimeZone = 'UTC'")
    made.execute("SET lock_configuration = true")
    return made


def _duckdb(request: _Request) -> _Fetched:
    """By DuckDB. The tables are temporary, seen by this connection alone."""
    connection = _duckdb_database().cursor()
    import duckdb

    moments = {name: _moment(seconds) for name, seconds in request["moments"].items()}
    try:
        try:
            for name, columns in request["tables"]:
                _load(connection, name, columns)
            for name, table in request["views"]:
                connection.execute(
                    f"CREATE OR REPLACE TEMP VIEW {quoted(name)} AS SELECT * FROM {quoted(table)}"
                )
        except duckdb.Error as error:
            raise Refused(f"DuckDB does not take the records: {_first(error)}") from None
        statements = connection.extract_statements(request["sql"])
        if [one.type for one in statements] != [duckdb.StatementType.SELECT]:
            raise Refused("DuckDB runs one SELECT here, and nothing else.")
        connection.execute(statements[0], moments or None)
        described = connection.description or ()
        rows = connection.fetchmany(request["most"] + 1)
    except duckdb.OutOfMemoryException:
        raise Limit(f"The query takes more memory than {DUCKDB_MEMORY}.") from None
    except (duckdb.Error, ValueError, OverflowError, RuntimeError) as error:
        raise Refused(f"DuckDB refuses the query: {_first(error)}") from None
    finally:
        connection.close()
    read = [_parsed if str(column[1]) == "JSON" else plain for column in described]
    names = [column[0] for column in described]
    return names, [[one(value) for one, value in zip(read, row, strict=True)] for row in rows]


def _moment(seconds: float) -> datetime:
    """UTC, without saying so: what a TIMESTAMP is here."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def _load(connection: Any, table: str, columns: Sequence[_Column]) -> None:
    chosen = []
    for name, kind, _ in columns:
        given = f"unnest(?::{_TYPES[kind]}[])"
        # Seconds since 1970 become a TIMESTAMP in UTC.
        made = f"make_timestamp(CAST(round({given} * 1000000) AS BIGINT))" if kind == "time" else given
        chosen.append(f"{made} AS {quoted(name)}")
    # csq: ignore[python-sql-names] names are quoted and types are ours; values stand beside
    connection.execute(
        f"CREATE TEMP TABLE {quoted(table)} AS SELECT {', '.join(chosen)}",
        [values for _, _, values in columns],
    )


def _parsed(value: Any) -> Any:
    try:
        return None if value is None else json.loads(value)
    except (ValueError, TypeError, RecursionError):
        return str(value)


def plain(value: Any) -> Any:
    """A value of DuckDB as JSON has it: times as seconds since 1970, decimals as numbers."""
    if value is None or value.__class__ in (str, int, float, bool):
        return value
    if isinstance(value, datetime):
        moment = (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
        return int(moment) if moment.is_integer() else moment
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in value.items()}
    return str(value)


_STEPS = 1_000
_MOST_STEPS = 50_000
"""Times a thousand instructions of SQLite's machine: some seconds of work, the same on every machine."""
_LONGEST = 50_000_000
"""Bytes of a text or a row in SQLite."""
_READING = frozenset(
    (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE)
)
_FORBIDDEN = frozenset(
    ("load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "randomblob", "zeroblob")
)


def _sqlite(request: _Request) -> _Fetched:
    """By SQLite, in a database in memory that can be read and not changed."""
    connection = sqlite3.connect(":memory:", cached_statements=0)
    try:
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
        connection.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, 2_000)
        for name, columns in request["tables"]:
            _fill(connection, name, columns)
        connection.commit()
        connection.set_authorizer(_allowed)
        connection.set_progress_handler(_Work().step, _STEPS)
        cursor = connection.execute(request["sql"])
        return [column[0] for column in cursor.description or ()], cursor.fetchmany(request["most"] + 1)
    except (sqlite3.Error, sqlite3.Warning, OverflowError, ValueError) as error:
        if "interrupted" in str(error):
            raise Limit("The query takes more work than is allowed.") from None
        raise Refused(f"SQLite refuses the query: {_first(error)}.") from None
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


def _fill(connection: sqlite3.Connection, table: str, columns: Sequence[_Column]) -> None:
    """A table with columns of the type that their values have, each of which stays what it is."""
    names = ", ".join(f"{quoted(name)} {_AFFINITIES[kind]}" for name, kind, _ in columns)
    marks = ", ".join("?" * len(columns))
    # csq: ignore[python-sql-built] names are quoted, and types are ours
    connection.execute(f"CREATE TABLE {quoted(table)} ({names})")
    rows = zip(*(_values(kind, values) for _, kind, values in columns), strict=True)
    connection.executemany(f"INSERT INTO {quoted(table)} VALUES ({marks})", rows)


_AFFINITIES = {
    "text": "TEXT",
    "bool": "TEXT",
    "dynamic": "TEXT",
    "whole": "INTEGER",
    "number": "NUMERIC",
    "time": "",
}
"""What a table would have its columns declared as. Without it SQLite compares '503' and 503 as different, and
any text as greater than any number (https://sqlite.org/datatype3.html#comparison_expressions)."""


def _values(kind: str, values: Sequence[Any]) -> Sequence[Any]:
    if kind == "bool":
        return [None if value is None else "true" if value else "false" for value in values]
    if kind == "time":
        return [None if value is None else _time(value) for value in values]
    return values


def _time(seconds: float) -> Any:
    """ISO 8601, which `unixepoch` reads; seconds where the calendar ends."""
    try:
        return (
            datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f").rstrip("0").rstrip(".")
            + "Z"
        )
    except (OverflowError, OSError, ValueError):
        return seconds


_ENGINES: dict[str, Callable[[_Request], _Fetched]] = {"duckdb": _duckdb, "sqlite": _sqlite}


if __name__ == "__main__":
    main()
