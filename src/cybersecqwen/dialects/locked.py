"""DuckDB as an engine that can do nothing but compute: in memory, locked, bounded in memory and time."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson

from cybersecqwen.errors import CsqError, LimitError, UnsayableError

from .columns import Column, Kind

_MEMORY = "512MB"
_SECONDS = 10.0
"""Longest that one query may take."""


@contextmanager
def locked_duckdb() -> Iterator[Any]:
    """A connection that reaches no file, no network and no extension, and whose settings cannot be changed.

    What it makes is temporary, seen by it alone, and gone when it is closed.
    """
    connection = _database(os.getpid()).cursor()
    try:
        yield connection
    finally:
        connection.close()


@lru_cache(maxsize=1)
def _database(_process: int) -> Any:
    """The database in memory that all connections of a process share; making it takes longer than a query.

    Settings: https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview
    """
    try:
        import duckdb
    except ImportError as error:  # pragma: no cover - the extra is not installed
        raise CsqError("DuckDB is not installed.", hint="Install cybersecqwen[siem].") from error
    made = duckdb.connect(
        ":memory:",
        config={
            "threads": 1,
            "memory_limit": _MEMORY,
            "enable_external_access": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "max_temp_directory_size": "0KB",
        },
    )
    made.execute("SET GLOBAL TimeZone = 'UTC'")
    made.execute("SET lock_configuration = true")
    return made


_TYPES: dict[Kind, str] = {
    "text": "VARCHAR",
    "whole": "BIGINT",
    "number": "DOUBLE",
    "bool": "BOOLEAN",
    "dynamic": "JSON",
    "time": "DOUBLE",
}


def quoted(name: str) -> str:
    """A name as DuckDB takes it."""
    return '"' + name.replace("\x00", "").replace('"', '""') + '"'


def load(connection: Any, table: str, columns: Sequence[Column]) -> None:
    """A table of columns. Raises UnsayableError for what the engine has no room for."""
    import duckdb

    chosen = []
    for column in columns:
        given = f"unnest(?::{_TYPES[column.kind]}[])"
        # Seconds since 1970 become a TIMESTAMP in UTC.
        made = f"make_timestamp(CAST(round({given} * 1000000) AS BIGINT))" if column.kind == "time" else given
        chosen.append(f"{made} AS {quoted(column.name)}")
    try:
        connection.execute(
            f"CREATE TEMP TABLE {quoted(table)} AS SELECT {', '.join(chosen)}",
            [list(column.values) for column in columns],
        )
    except duckdb.Error as error:
        raise UnsayableError(
            f"DuckDB does not take the records: {_first(error)}", what="such records"
        ) from None


Fetched = tuple[list[str], list[tuple[Any, ...]]]
"""(names of the columns, rows)"""


def fetched(connection: Any, sql: str, most: int, values: Mapping[str, Any] | None = None) -> Fetched:
    """What a query gives with values for its parameters, times as seconds since 1970.

    Raises UnsayableError where the engine refuses it, LimitError where it takes too long or too much.
    """
    import duckdb

    timer = threading.Timer(_SECONDS, connection.interrupt)
    timer.start()
    try:
        connection.execute(sql, dict(values)) if values else connection.execute(sql)
        described = connection.description or ()
        names = [column[0] for column in described]
        rows = connection.fetchmany(most + 1)
    except duckdb.InterruptException:
        raise LimitError(f"The query takes longer than {_SECONDS:g} seconds.") from None
    except duckdb.OutOfMemoryException:
        raise LimitError(f"The query takes more memory than {_MEMORY}.") from None
    except (duckdb.Error, ValueError, OverflowError, RuntimeError) as error:
        raise UnsayableError(
            f"DuckDB refuses the query: {_first(error)}", what="what the engine refuses"
        ) from None
    finally:
        timer.cancel()
    if len(rows) > most:
        raise LimitError(f"The query gives more than {most:,} rows.")
    read = [_parsed if str(column[1]) == "JSON" else plain for column in described]
    return names, [tuple(one(value) for one, value in zip(read, row, strict=True)) for row in rows]


def _parsed(value: Any) -> Any:
    try:
        return None if value is None else orjson.loads(value)
    except (ValueError, TypeError):
        return str(value)


def _first(error: Exception) -> str:
    return " ".join(str(error).partition("\n")[0].split())[:300]


def plain(value: Any) -> Any:
    """A value of the engine as JSON has it: times as seconds since 1970, decimals as numbers."""
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
