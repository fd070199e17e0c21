"""What SQL would do besides reading: other statements than SELECT, and functions that reach beyond tables.

Functions are those of https://duckdb.org/docs/stable/sql/functions/overview and https://sqlite.org/cli.html.
Of functions that give tables only those are taken for harmless that are known to be.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from cybersecqwen.dialects.interface import Effect

from .positions import Positions
from .tree import SqlTree, placed

_WORDS: dict[type[exp.Expr], tuple[str, str]] = {
    exp.Insert: ("INSERT", "writes rows"),
    exp.Update: ("UPDATE", "changes rows"),
    exp.Delete: ("DELETE", "deletes rows"),
    exp.Merge: ("MERGE", "changes rows"),
    exp.Drop: ("DROP", "deletes what is stored"),
    exp.Create: ("CREATE", "stores something"),
    exp.Alter: ("ALTER", "changes a table"),
    exp.TruncateTable: ("TRUNCATE", "deletes rows"),
    exp.Copy: ("COPY", "reads or writes files"),
    exp.Attach: ("ATTACH", "opens another database"),
    exp.Detach: ("DETACH", "closes a database"),
    exp.Install: ("INSTALL", "fetches an extension"),
    exp.Pragma: ("PRAGMA", "changes settings"),
    exp.Set: ("SET", "changes settings"),
    exp.Use: ("USE", "changes settings"),
    exp.Lock: ("FOR UPDATE", "locks rows"),
    exp.Into: ("INTO", "stores the rows"),
    exp.Commit: ("COMMIT", "ends a transaction"),
    exp.Rollback: ("ROLLBACK", "ends a transaction"),
    exp.Transaction: ("BEGIN", "begins a transaction"),
    exp.Command: ("", "is a command, and no query"),
}
_HARMLESS_TABLES = frozenset(
    ("range", "generate_series", "unnest", "json_each", "json_tree", "json_array_elements", "explode")
)
_REACHING = {
    **dict.fromkeys(
        ("readfile", "writefile", "edit", "fsdir", "lsmode", "zipfile", "zipfile_cds", "sqlar_uncompress"),
        "reads or writes files",
    ),
    **dict.fromkeys(("load_extension", "fts3_tokenizer", "eval", "query", "query_table"), "runs other code"),
    **dict.fromkeys(
        (
            "getenv",
            "current_setting",
            "getvariable",
            "duckdb_secrets",
            "which_secret",
            "sqlite_compileoption_get",
        ),
        "reads settings of the machine",
    ),
    **dict.fromkeys(("nextval", "setval", "setseed", "last_insert_rowid"), "changes or tells a state"),
    **dict.fromkeys(("http_get", "http_post", "http_put", "write_log", "shell", "system"), "reaches beyond"),
    **dict.fromkeys(("glob", "read_text", "read_blob", "sniff_csv", "parse_path_files"), "reads files"),
}
_STARTS = (
    "read_",
    "write_",
    "pragma_",
    "duckdb_",
    "sqlite_",
    "postgres_",
    "mysql_",
    "parquet_",
    "iceberg_",
    "st_read",
)
_ENDS = ("_scan", "_csv", "_parquet", "_json_auto", "_csv_auto", "_attach", "_query", "_execute")
_FILES = ("/", "\\", "://", "*")
_SUFFIXES = (
    ".csv",
    ".tsv",
    ".parquet",
    ".json",
    ".jsonl",
    ".ndjson",
    ".db",
    ".duckdb",
    ".sqlite",
    ".gz",
    ".zst",
    ".xlsx",
    ".txt",
)


def effects(tree: SqlTree) -> tuple[Effect, ...]:
    """All of them, in the order of the text; () for a query that only reads."""
    if not any(True for statement in tree.statements for _ in _of(statement, Positions(""))):
        return ()
    # Only what is told needs its place.
    tree = placed(tree)
    positions = Positions(tree.source)
    return tuple(one for statement in tree.statements for one in _of(statement, positions))


def _of(statement: exp.Expr, positions: Positions) -> Iterator[Effect]:
    found = False
    for node in statement.walk():
        word = next((_WORDS[kind] for kind in type(node).__mro__ if kind in _WORDS), None)
        if word is not None:
            command, what = word
            yield _effect(command or str(node.this or "")[:40].upper(), what, node, positions)
            found = True
        elif isinstance(node, exp.Func):
            yield from _call(node, positions)
        elif isinstance(node, exp.Table):
            yield from _table(node, positions)
    if not found and not isinstance(statement, exp.Query | exp.Subquery):
        command = (
            type(statement).__name__.upper() if not isinstance(statement, exp.Column) else statement.name
        )
        yield _effect(command, "is no SELECT", statement, positions)


def name_of(call: exp.Func) -> str:
    """The name of a function in small letters."""
    return (call.name if isinstance(call, exp.Anonymous | exp.AnonymousAggFunc) else call.sql_name()).lower()


def _call(call: exp.Func, positions: Positions) -> Iterator[Effect]:
    name = name_of(call)
    if name in ("and", "or", "xor") or isinstance(call, exp.Connector):
        return
    what = _REACHING.get(name)
    if what is None and isinstance(call.parent, exp.Table | exp.From | exp.Join | exp.Lateral):
        what = None if name in _HARMLESS_TABLES else "may read beyond the tables"
    if what is None and (name.startswith(_STARTS) or name.endswith(_ENDS)):
        what = "may read beyond the tables"
    if what is not None:
        yield _effect(f"{name}()", what, call, positions)


def _table(table: exp.Table, positions: Positions) -> Iterator[Effect]:
    """A name that is a file: DuckDB reads such files by themselves."""
    if not isinstance(table.this, exp.Identifier):
        return
    name = ".".join(part.name for part in table.parts).lower()
    if name.endswith(_SUFFIXES) or any(mark in name for mark in _FILES):
        yield _effect(name[:60], "reads a file", table, positions)
    if name.startswith(("sqlite_", "pragma_", "dbstat", "information_schema.", "pg_catalog.", "duckdb_")):
        yield _effect(name[:60], "reads what the engine knows of itself", table, positions)


def _effect(command: str, what: str, node: exp.Expr, positions: Positions) -> Effect:
    line, column = positions.of(node)
    return Effect(command=command, what=what, line=line, column=column)
