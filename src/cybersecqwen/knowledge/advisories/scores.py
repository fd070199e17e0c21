"""The file of EPSS scores: made of a file that FIRST publishes, looked up by CVE."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from cybersecqwen.errors import KnowledgeError
from cybersecqwen.knowledge.writer import replacing

from .database import SCORES, created, open_readonly, translated
from .epss import Row, ScoresFile, opened

if TYPE_CHECKING:
    import sqlite3


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportedScores:
    """What came of an import."""

    model: str
    date: str
    """Day that the scores are of, ISO 8601."""
    scores: int
    """CVEs that have one now."""
    garbled: int
    """Lines that are no row."""
    first_garbled: int
    """Number of the first of them; 0 for none."""
    twice: int
    """Rows of a CVE that had one before: the first counts."""
    before: str
    """Day of the scores that were replaced; "" for none."""


class Scores:
    """EPSS scores from one file, read only; any number of threads may use it at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        """The file that is read."""
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection = open_readonly(path, SCORES)
        try:
            with translated(path, SCORES):
                meta: dict[str, str] = dict(self._connection.execute("SELECT key, value FROM meta"))
                self.model: str = str(meta["model"])
                """Version of the model that made them; "" where it is not told."""
                self.date: str = str(meta["date"])
                """Day that they are of, ISO 8601."""
                self.count: int = int(meta["scores"])
                """How many CVEs have one."""
        except BaseException:
            self._connection.close()
            raise

    def of(self, cve: str) -> tuple[float, float] | None:
        """(score, percentile) of a CVE, both 0 to 1; None where it has none. Raises KnowledgeError."""
        with self._lock, translated(self.path, SCORES):
            name = cve.encode("utf-8", "replace").decode("utf-8")
            found = self._connection.execute(
                "SELECT score, percentile FROM score WHERE cve = ?", (name,)
            ).fetchone()
            return None if found is None else (float(found[0]), float(found[1]))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Scores:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def write_scores(to: Path, source: Path) -> ImportedScores:
    """Put the scores of a file that FIRST publishes in the place of those at `to`, in one step or not at all.

    Raises:
        KnowledgeError: The file cannot be used (see `epss.opened`), or holds no score.
        OutputError: The scores cannot be written.
    """
    before = _day_of(to)
    with opened(source) as given, replacing(to) as part, created(part, SCORES) as connection:
        counts = _Counts()
        connection.executemany("INSERT OR IGNORE INTO score VALUES(?, ?, ?)", counts.rows(given))
        scores = int(connection.execute("SELECT count(*) FROM score").fetchone()[0])
        if not scores:
            raise KnowledgeError(f"{source.name!r} holds no EPSS score.")
        meta = {"model": given.model, "date": given.date, "scores": str(scores)}
        connection.executemany("INSERT INTO meta VALUES(?, ?)", meta.items())
        connection.execute("COMMIT")
    return ImportedScores(
        model=given.model,
        date=given.date,
        scores=scores,
        garbled=counts.garbled,
        first_garbled=counts.first,
        twice=counts.read - scores,
        before=before,
    )


class _Counts:
    """Rows on their way into the file."""

    def __init__(self) -> None:
        self.read = self.garbled = self.first = 0

    def rows(self, given: ScoresFile) -> Iterator[tuple[str, float, float]]:
        for row in given.rows:
            if isinstance(row, Row):
                self.read += 1
                yield row.cve, row.score, row.percentile
            else:
                self.garbled += 1
                self.first = self.first or row


def _day_of(path: Path) -> str:
    """The day of the scores in use; "" where there are none that can be read: they are replaced."""
    try:
        with Scores(path) as scores:
            return scores.date
    except KnowledgeError:
        return ""
