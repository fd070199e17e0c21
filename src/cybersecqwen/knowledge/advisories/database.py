"""The files that are kept here, advisories and EPSS scores: SQLite, opened as if somebody else wrote them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cybersecqwen.errors import KnowledgeError, OutputError

if TYPE_CHECKING:
    import sqlite3


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """What is in a file, and by what it is known."""

    what: str
    """What it holds, for messages: "advisories"."""
    schema: int
    """Number of the layout; a file with another number is refused."""
    application_id: int
    """In the file's header at offset 68."""
    ddl: tuple[str, ...]
    """Every statement that makes it, in order."""
    hint: str
    """How one is made."""


# A look-up reads `affected` by its key and `record` by number: two reads of an index for each record.
_ADVISORIES_DDL = (
    "CREATE TABLE meta(key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE record(num INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, modified TEXT NOT NULL,"
    " body TEXT NOT NULL)",
    "CREATE TABLE affected(ecosystem TEXT NOT NULL, name TEXT NOT NULL, record INTEGER NOT NULL,"
    " extent TEXT NOT NULL, PRIMARY KEY(ecosystem, name, record)) WITHOUT ROWID",
    "CREATE INDEX affected_record ON affected(record)",
)
ADVISORIES = Layout(
    what="advisories",
    schema=1,
    application_id=0x43535141,  # "CSQA"
    ddl=_ADVISORIES_DDL,
    hint="`csq kb import FILE.zip` makes a new one from databases of OSV.",
)
SCORES = Layout(
    what="EPSS scores",
    schema=1,
    application_id=0x43535145,  # "CSQE"
    ddl=(
        "CREATE TABLE meta(key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE score(cve TEXT NOT NULL PRIMARY KEY, score REAL NOT NULL, percentile REAL NOT NULL)"
        " WITHOUT ROWID",
    ),
    hint="`csq kb import epss_scores-DATE.csv.gz` makes a new one from a file of FIRST.",
)
_HEADER = b"SQLite format 3\x00"


def open_readonly(path: Path, layout: Layout = ADVISORIES) -> sqlite3.Connection:
    """A connection that can only read; raises KnowledgeError for anything that is no file of the layout."""
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        raise KnowledgeError(f"There are no {layout.what} at {str(path)!r}.", hint=layout.hint) from None
    except OSError as error:
        reason = error.strerror or error
        raise KnowledgeError(
            f"The {layout.what} {str(path)!r} cannot be read: {reason}.", hint=layout.hint
        ) from error
    if not head.startswith(_HEADER) or head[68:72] != layout.application_id.to_bytes(4, "big"):
        raise KnowledgeError(f"{str(path)!r} is no file of {layout.what}.", hint=layout.hint)
    if int.from_bytes(head[60:64], "big") != layout.schema:
        raise KnowledgeError(f"The {layout.what} {str(path)!r} are of another layout.", hint=layout.hint)
    import sqlite3  # 10 ms: not before somebody asks

    with translated(path, layout):
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
def translated(path: Path, layout: Layout = ADVISORIES) -> Iterator[None]:
    """Turn every error of the block that damage can cause into one KnowledgeError about `path`."""
    import sqlite3

    try:
        yield
    except (sqlite3.Error, UnicodeError, RecursionError, ValueError, TypeError, KeyError) as error:
        raise KnowledgeError(
            f"The {layout.what} {str(path)!r} are damaged ({error}).", hint=layout.hint
        ) from error


@contextmanager
def created(part: Path, layout: Layout = ADVISORIES) -> Iterator[sqlite3.Connection]:
    """A connection to a new file, in one transaction that the block ends; raises OutputError."""
    import sqlite3

    try:
        connection = sqlite3.connect(part, isolation_level=None)
        try:
            # A crash leaves a part file that nobody reads: no journal is needed.
            for pragma in (
                "journal_mode=OFF",
                "synchronous=OFF",
                f"application_id={layout.application_id}",
                f"user_version={layout.schema}",
            ):
                connection.execute(f"PRAGMA {pragma}")
            for statement in layout.ddl:
                connection.execute(statement)
            connection.execute("BEGIN")
            yield connection
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise OutputError(
            f"The {layout.what} cannot be written beside {str(part.parent)!r} ({error})."
        ) from error
