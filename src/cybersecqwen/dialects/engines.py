"""A second opinion for KQL: the package duckdb_kql translates a query to SQL, which DuckDB runs locked.

It covers a part of KQL and refuses the rest by name (https://github.com/mmaitre314/duckdb-kql).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from cybersecqwen.errors import CsqError, LimitError, QuerySyntaxError, UnsayableError

from .columns import Column, columns_of
from .interface import Data, Rows, Running
from .locked import fetched

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
    tables = _tables(words, data, running)
    known = {name: [column.name for column in columns] for name, columns in tables.items()}
    # Any other word of the query may be a table; which one its translation knows.
    views = [(word, _ANY) for word in words if word not in data] if _ANY in known else []
    schema = {**known, **{word: known[_ANY] for word, _ in views}}
    sql, moments = _translated(text, schema, running.now)
    names, rows = fetched(
        "duckdb", list(tables.items()), sql, running.most_rows, views=views, moments=moments
    )
    made = tuple(dict(zip(names, row, strict=True)) for row in rows)
    return Rows(
        rows=made, ordered=bool(re.search(r"\|\s*(?:sort|order|top|serialize)\b", text)), columns=tuple(names)
    )


def _tables(words: Mapping[str, None], data: Data, running: Running) -> dict[str, list[Column]]:
    """The tables that a query may name."""
    wanted = [name for name in running.types if name in words]
    time = running.time_field or _TIME
    named = {name or _ANY: records for name, records in data.items() if not name or name in words}
    made = {
        name: columns_of(records, wanted, running.types, time, flat=False) for name, records in named.items()
    }
    return {name: columns for name, columns in made.items() if columns}


def _translated(text: str, schema: dict[str, list[str]], now: float) -> tuple[str, dict[str, float]]:
    """(SQL, the times that its parameters stand for)."""
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
    except Exception as error:
        # A parser of others: whatever it stumbles over, the query is one that it does not know.
        raise UnsayableError(
            f"duckdb-kql stumbles over the query ({type(error).__name__}).", what="what duckdb-kql lacks"
        ) from None
    if getattr(found, "unbound", None):
        raise UnsayableError("The query wants values for its parameters.", what="parameters")
    return str(found), dict.fromkeys(found.parameters, now)
