"""Reads the files of EPSS that FIRST publishes, whoever wrote them: how likely each CVE is to be exploited.

From: https://www.first.org/epss/data_stats (epss_scores-YYYY-MM-DD.csv.gz): a line with model and day, a line
with the names of columns, a line for each CVE. A file has about 300,000 of them and 10 MB, unpacked.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, cast

from cybersecqwen.errors import KnowledgeError

MAX_BYTES = 256 << 20
"""Of a file, unpacked."""
MOST = 3_000_000
"""Rows of a file."""
_LONGEST = 300  # bytes of a line; real ones have up to 70
_BLOCK = 1 << 16  # larger than a line that is read on
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_COLUMNS = ("cve", "epss", "percentile")
_CVE = re.compile(r"CVE-\d{4}-\d{4,19}", re.ASCII)
# Writers of CSV put very small ones with an exponent: 9e-05.
_SHARE = re.compile(r"[01](?:\.\d{1,20})?(?:[eE][+-]?0{1,3})?|\d(?:\.\d{1,20})?[eE]-\d{1,3}", re.ASCII)
_MODEL = re.compile(r"[A-Za-z0-9._-]{1,40}", re.ASCII)
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ].{0,40})?", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What a file says of one CVE."""

    cve: str
    score: float
    """Probability that it is exploited within 30 days, 0 to 1."""
    percentile: float
    """Share of all scored CVEs with this score or a lower one, 0 to 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoresFile:
    """An open file."""

    model: str
    """Version of the model: "v2025.03.14"; "" where it is not told."""
    date: str
    """Day that the scores are of, ISO 8601."""
    rows: Iterator[Row | int]
    """Each row, or the number of a line that is none."""


def is_scores(path: Path) -> bool:
    """Whether a file is one of EPSS, packed or not, by how it begins."""
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file, _unpacked(file) as stream:
            head = stream.read(64)
    except (OSError, EOFError, zlib.error):
        return False
    head = head.removeprefix(_BOM).lstrip().lower()
    return head.startswith((b"#model_version:", b"#score_date:", b"cve,epss"))


@contextmanager
def opened(path: Path) -> Iterator[ScoresFile]:
    """A file, to be read row by row.

    Raises:
        KnowledgeError: It cannot be read, is damaged, says no day, or is larger than any real one; while rows
            are read, too.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise _unreadable(path, error) from error
    with file, _unpacked(file) as stream:
        lines = _lines(stream, path)
        model, day = _told(next(lines, (0, b""))[1].removeprefix(_BOM))
        columns = _columns(next(lines, (0, b""))[1])
        yield ScoresFile(model=model, date=day, rows=_rows(lines, columns))


def _unreadable(path: Path, error: Exception) -> KnowledgeError:
    said = getattr(error, "strerror", None) or error
    return KnowledgeError(f"The EPSS scores {path.name!r} cannot be read ({said}).")


@contextmanager
def _unpacked(file: IO[bytes]) -> Iterator[IO[bytes]]:
    packed = file.read(2) == _GZIP
    file.seek(0)
    if not packed:
        yield file
        return
    with gzip.GzipFile(fileobj=file, mode="rb") as stream:
        yield cast(IO[bytes], stream)


def _lines(stream: IO[bytes], path: Path) -> Iterator[tuple[int, bytes]]:
    """(number, line) of each; of one that is too long the beginning, which can be no row then."""
    number = size = 0
    try:
        while line := stream.readline(_LONGEST + 1):
            number += 1
            size += len(line)
            more = line
            while len(more) > _LONGEST and not more.endswith(b"\n"):
                more = stream.readline(_BLOCK)
                size += len(more)
                _bounded(size)
            _bounded(size)
            yield number, line
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(path, error) from error


def _bounded(size: int) -> None:
    if size > MAX_BYTES:
        raise KnowledgeError(f"The EPSS scores are larger than {MAX_BYTES >> 20} MiB, unpacked.")


def _told(line: bytes) -> tuple[str, str]:
    """(model, day) of the first line."""
    text = line.decode("ascii", "replace").strip()
    fields = {
        name.strip().lower(): value.strip()
        for part in text.lstrip("#").split(",")
        for name, sign, value in [part.partition(":")]
        if sign
    }
    found = _DAY.fullmatch(fields.get("score_date", ""))
    model = fields.get("model_version", "")
    try:
        day = date.fromisoformat(found[1]).isoformat() if found and text.startswith("#") else ""
    except ValueError:
        day = ""
    if not day:
        raise KnowledgeError(
            "The EPSS scores do not say what day they are of.",
            hint="Files of FIRST begin with #model_version:…,score_date:…; bring one as it is published.",
        )
    return (model if _MODEL.fullmatch(model) else ""), day


def _columns(line: bytes) -> tuple[int, int, int, int]:
    """Places of the CVE, the score and the percentile, and how many columns there are."""
    names = line.decode("ascii", "replace").strip().lower().split(",")
    if not set(_COLUMNS) <= set(names):
        raise KnowledgeError(f"The EPSS scores have no columns {', '.join(_COLUMNS)}.")
    cve, score, percentile = map(names.index, _COLUMNS)
    return cve, score, percentile, len(names)


def _rows(lines: Iterator[tuple[int, bytes]], columns: tuple[int, int, int, int]) -> Iterator[Row | int]:
    cve, score, percentile, count = columns
    read = 0
    for number, line in lines:
        if not line.strip():
            continue
        read += 1
        if read > MOST:
            raise KnowledgeError(f"The EPSS scores have more than {MOST:,} rows.")
        cells = line.decode("ascii", "replace").rstrip("\r\n").split(",")
        if len(line) > _LONGEST or len(cells) != count:
            yield number
            continue
        name, probability, rank = cells[cve].strip(), _share(cells[score]), _share(cells[percentile])
        if not _CVE.fullmatch(name) or probability is None or rank is None:
            yield number
        else:
            yield Row(cve=name, score=probability, percentile=rank)


def _share(text: str) -> float | None:
    """A number from 0 to 1; None for anything else."""
    text = text.strip()
    if not _SHARE.fullmatch(text):
        return None
    value = float(text)
    return value if value <= 1 else None
