"""Reading a benchmark's file: tab-separated, with a header, quoted as spreadsheets do it.

The file may be anything, so its size, its lines and its fields are bounded, and whatever is wrong with it
is one sentence.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cybersecqwen.errors import InputError, LimitError

from .cti.texts import address_id
from .interface import CtiTask, Item

MAX_BYTES = 64 << 20
"""Of a file; the largest official one has 3 MB."""
MAX_ROWS = 100_000
"""Lines of a file."""
MAX_FIELD = 200_000
"""Characters of one field."""
_COLUMNS = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class DataFile:
    """A benchmark file that has been read."""

    name: str
    """Its name, without folders."""
    sha256: str
    """Of its bytes."""
    items: tuple[Item, ...]
    """In the order of the file."""
    has_truth: bool
    """Whether every item has an answer to compare with."""


def find(folder: Path, task: CtiTask) -> Path:
    """The task's official file in a folder, or in its only `cti-bench*` sub-folder that holds it.

    Raises:
        InputError: It is in none of them.
    """
    if not folder.is_dir():
        raise InputError(
            f"There is no folder {str(folder)!r}.", hint="--data names the folder of cti-mcq.tsv."
        )
    places = [folder, *sorted(one for one in folder.glob("cti-bench*") if one.is_dir())]
    for place in places:
        if (place / task.file).is_file():
            return place / task.file
    raise InputError(
        f"There is no {task.file} in {str(folder)!r}.",
        hint="--data names the folder with the official files.",
    )


def read(path: Path, task: CtiTask, truth_path: Path | None = None) -> DataFile:
    """The items of a task's file.

    Args:
        path: The official file.
        task: Which task it is of.
        truth_path: A file with the columns URL and GT, for a task whose official file has no answers.

    Raises:
        InputError: It cannot be read, is no such file, lacks columns or items, or an answer is impossible.
        LimitError: It is larger than the bounds.
    """
    raw = _bytes(path)
    rows = _rows(raw, path.name, task.columns)
    answers = _answers(truth_path) if truth_path else {}
    items: list[Item] = []
    for number, row in enumerate(rows, 2):
        said = row.get("GT", "") or answers.get(row[task.address].strip(), "")
        try:
            truth = task.truth(said) if said.strip() or not task.optional_truth else ""
        except ValueError as error:
            raise InputError(
                f"{path.name} is no file of {task.name}: in row {number}, {error}.",
                hint="Is it the official file, unchanged?",
            ) from error
        own_id = address_id(row[task.address])
        question = replace(task.question(row), own_id="")
        items.append(Item(key=_key(task.name, row), question=question, truth=truth, own_id=own_id))
    if not items:
        raise InputError(f"{path.name} holds no items.", hint="Its first line is the header.")
    return DataFile(
        name=path.name,
        sha256=hashlib.sha256(raw).hexdigest(),
        items=tuple(items),
        has_truth=all(item.truth for item in items),
    )


def _answers(path: Path) -> dict[str, str]:
    """Addresses to answers, of a file with both."""
    return {row["URL"].strip(): row["GT"] for row in _rows(_bytes(path), path.name, ("URL", "GT"))}


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise LimitError(
                f"{path.name} is larger than {MAX_BYTES >> 20} MiB.", hint="Is it the official file?"
            )
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be read: {error.strerror}.") from error


def _rows(raw: bytes, name: str, columns: tuple[str, ...]) -> Iterator[Mapping[str, str]]:
    """Rows by column name, each checked to have as many fields as the header."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{name} is no text in UTF-8.", hint="Is it the official file?") from None
    if not text.strip():
        raise InputError(f"{name} is empty.")
    lines = _parsed(text, name)
    header = [column.strip() for column in next(lines, [])]
    missing = [column for column in columns if column not in header]
    if missing:
        what = "no tab-separated file" if len(header) < 2 else "not as published"
        raise InputError(
            f"{name} is {what}: it lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}.",
            hint="The first line of the official file names its columns.",
        )
    if len(header) > _COLUMNS or len(set(header)) != len(header):
        raise InputError(f"{name} has too many columns, or two of the same name.")
    for number, fields in enumerate(lines, 2):
        if not any(fields):
            continue
        if number > MAX_ROWS:
            raise LimitError(f"{name} has more than {MAX_ROWS:,} rows.", hint="Is it the official file?")
        if len(fields) != len(header):
            raise InputError(
                f"{name} is damaged: row {number} has {len(fields)} fields, the header {len(header)}.",
                hint="Is it the official file, unchanged?",
            )
        yield dict(zip(header, fields, strict=True))


def _parsed(text: str, name: str) -> Iterator[list[str]]:
    """Fields line by line; the csv module's own bound is the process's, so fields are measured here too."""
    before = csv.field_size_limit(MAX_FIELD)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter="\t")
    except csv.Error as error:
        raise InputError(
            f"{name} is damaged: {error}.", hint="Is it the official file, unchanged?"
        ) from error
    finally:
        csv.field_size_limit(before)


def _key(task: str, row: Mapping[str, str]) -> str:
    digest = hashlib.sha256(task.encode())
    for column, value in sorted(row.items()):
        digest.update(f"\0{column}\0{value}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:24]
