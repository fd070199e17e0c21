"""DuckDB as an engine that can do nothing but compute: in memory, locked, bounded in memory and time."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from cybersecqwen.errors import CsqError, LimitError, UnsayableError

_MEMORY = "512MB"
_SECONDS = 10.0
"""Longest that one query may take."""


@contextmanager
def locked_duckdb() -> Iterator[Any]:
    """A connection that reaches no file, no network and no extension, and whose settings cannot be changed.

    Settings: https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview
    """
    try:
        import duckdb
    except ImportError as error:  # pragma: no cover - the extra is not installed
        raise CsqError("DuckDB is not installed.", hint="Install cybersecqwen[siem].") from error
    connection = duckdb.connect(
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
    try:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET lock_configuration = true")
        yield connection
    finally:
        connection.close()


_TYPES = {"text": "VARCHAR", "whole": "BIGINT", "number": "DOUBLE", "bool": "BOOLEAN", "time": "TIMESTAMP"}


def quoted(name: str) -> str:
    """A name as DuckDB takes it."""
    return '"' + name.replace("\x00", "").replace('"', '""') + '"'


def load(connection: Any, table: str, columns: Sequence[tuple[str, str, Sequence[Any]]]) -> None:
    """A table of columns: (name, kind as in `sql.tables`, values, of the same number in each)."""
    chosen = []
    for name, kind, _ in columns:
        given = "unnest(?::DOUBLE[])" if kind == "time" else f"unnest(?::{_TYPES[kind]}[])"
        made = f"make_timestamp(CAST(round({given} * 1000000) AS BIGINT))" if kind == "time" else given
        chosen.append(f"{made} AS {quoted(name)}")
    connection.execute(
        f"CREATE TABLE {quoted(table)} AS SELECT {', '.join(chosen)}",
        [list(values) for _, _, values in columns],
    )


def fetched(connection: Any, sql: str, most: int) -> tuple[list[str], list[tuple[Any, ...]]]:
    """(names of the columns, rows) of a query, times as seconds since 1970.

    Raises UnsayableError where the engine refuses it, LimitError where it takes too long or too much.
    """
    import duckdb

    timer = threading.Timer(_SECONDS, connection.interrupt)
    timer.start()
    try:
        connection.execute(sql)
        names = [column[0] for column in connection.description or ()]
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
    return names, [tuple(map(plain, row)) for row in rows]


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
