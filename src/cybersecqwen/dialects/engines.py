"""A second opinion for KQL: the package duckdb_kql translates a query to SQL, which DuckDB runs locked.

It covers a part of KQL and refuses the rest by name (https://github.com/mmaitre314/duckdb-kql).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from cybersecqwen.errors import CsqError, LimitError, QuerySyntaxError, UnsayableError

from .columns import columns_of
from .interface import Data, Rows, Running
from .locked import fetched, load, locked_duckdb, quoted

_LONGEST = 20_000
"""Characters of a query: its parser is slow."""
_ANY = "any table"
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TIME = "TimeGenerated"


def run_kql_on_duckdb(text: str, data: Data, running: Running) -> Rows:
    """The rows that a KQL query gives for records, by another implementation than the project's own.

    A mapping or list is a dynamic column. Columns that a record lacks are null, those of `running.types` are
    there in every table. Raises UnsayableError for what that implementation does not know, QuerySyntaxError,
    LimitError.
    """
    if len(text) > _LONGEST:
        raise LimitError(f"The query is longer than {_LONGEST:,} characters.")
    words = dict.fromkeys(_WORD.findall(text))
    with locked_duckdb() as connection:
        schema = dict(_tables(connection, words, data, running))
        sql, values = _translated(text, schema, running.now)
        names, rows = fetched(connection, sql, running.most_rows, values)
    made = tuple(dict(zip(names, row, strict=True)) for row in rows)
    return Rows(
        rows=made, ordered=bool(re.search(r"\|\s*(?:sort|order|top|serialize)\b", text)), columns=tuple(names)
    )


def _tables(
    connection: Any, words: dict[str, None], data: Data, running: Running
) -> Iterator[tuple[str, list[str]]]:
    """Load the tables that a query may name; give each with its columns."""
    wanted = [name for name in running.types if name in words]
    time = running.time_field or _TIME
    for name, records in data.items():
        if name and name not in words:
            continue
        columns = columns_of(records, wanted, running.types, time, flat=False)
        if not columns:
            continue
        load(connection, name or _ANY, columns)
        known = [column.name for column in columns]
        if name:
            yield name, known
            continue
        # Any other word of the query may be a table; which is one its translation knows.
        for word in words:
            if word not in data:
                connection.execute(f"CREATE TEMP VIEW {quoted(word)} AS SELECT * FROM {quoted(_ANY)}")
                yield word, known


def _translated(text: str, schema: dict[str, list[str]], now: float) -> tuple[str, dict[str, Any]]:
    """(SQL, values of its parameters)."""
    try:
        import duckdb_kql
    except ImportError as error:  # pragma: no cover - the extra is not installed
        raise CsqError(
            "KQL on DuckDB needs the package duckdb-kql.", hint="Install cybersecqwen[siem]."
        ) from error
    moment = datetime.fromtimestamp(now, UTC)
    try:
        found = duckdb_kql.to_sql(text, schema=schema, allow_write=False, query_now=moment)
    except duckdb_kql.KqlSyntaxError as error:
        place = error.diagnostics[0].span if error.diagnostics else None
        line, column = (place.line, place.column + 1) if place else (1, 1)
        raise QuerySyntaxError("The query does not parse as KQL.", line=line, column=column) from None
    except duckdb_kql.KqlUnsupportedError as error:
        raise UnsayableError(
            f"duckdb-kql does not know {error.construct[:80]}.", what="what duckdb-kql lacks"
        ) from None
    except duckdb_kql.KqlError as error:
        raise UnsayableError(
            f"duckdb-kql refuses the query: {str(error)[:200]}", what="what duckdb-kql lacks"
        ) from None
    except RecursionError:
        raise LimitError("The query nests too deep.") from None
    except (AttributeError, LookupError, TypeError, ValueError, NotImplementedError, AssertionError) as error:
        raise UnsayableError(
            f"duckdb-kql stumbles over the query ({type(error).__name__}).", what="what duckdb-kql lacks"
        ) from None
    if getattr(found, "unbound", None):
        raise UnsayableError("The query wants values for its parameters.", what="parameters")
    return str(found), dict(found.parameters)
