"""The file of advisories: one SQLite database, opened as if somebody else had written it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cybersecqwen.errors import KnowledgeError

if TYPE_CHECKING:
    import sqlite3

SCHEMA = 1
"""Number of this layout; a file with another number is refused."""

APPLICATION_ID = 0x43535141
"""In the file's header at offset 68: "CSQA"."""

# A look-up reads `affected` by its key and `record` by number: two reads of an index for each record.
DDL = (
    "CREATE TABLE meta(key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE record(num INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, modified TEXT NOT NULL,"
    " body TEXT NOT NULL)",
    "CREATE TABLE affected(ecosystem TEXT NOT NULL, name TEXT NOT NULL, record INTEGER NOT NULL,"
    " extent TEXT NOT NULL, PRIMARY KEY(ecosystem, name, record)) WITHOUT ROWID",
    "CREATE INDEX affected_record ON affected(record)",
)
"""Every statement that makes the layout, in order."""

_HEADER = b"SQLite format 3\x00"
_HINT = "`csq kb import FILE.zip` makes a new one from databases of OSV."


def open_readonly(path: Path) -> sqlite3.Connection:
    """A connection that can only read; raises KnowledgeError for anything that is no file of advisories."""
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        raise KnowledgeError(f"There are no advisories at {str(path)!r}.", hint=_HINT) from None
    except OSError as error:
        reason = error.strerror or error
        raise KnowledgeError(f"The advisories {str(path)!r} cannot be read: {reason}.", hint=_HINT) from error
    if not head.startswith(_HEADER) or head[68:72] != APPLICATION_ID.to_bytes(4, "big"):
        raise KnowledgeError(f"{str(path)!r} is no file of advisories.", hint=_HINT)
    if int.from_bytes(head[60:64], "big") != SCHEMA:
        raise KnowledgeError(f"The advisories {str(path)!r} are of another layout.", hint=_HINT)
    import sqlite3  # 10 ms: not before somebody asks

    with translated(path):
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        try:
            for pragma in ("query_only=ON", "trusted_schema=OFF", "cell_size_check=ON"):
                connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn every error of the block that damage can cause into one KnowledgeError about `path`."""
    import sqlite3

    try:
        yield
    except (sqlite3.Error, UnicodeError, RecursionError, ValueError, TypeError, KeyError) as error:
        raise KnowledgeError(f"The advisories {str(path)!r} are damaged ({error}).", hint=_HINT) from error
