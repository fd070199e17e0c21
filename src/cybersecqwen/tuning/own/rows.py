"""Rows of a file: JSON lines, or CSV with a header; plain or gzipped, read within bounds and one by one."""

from __future__ import annotations

import csv
import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cybersecqwen.errors import InputError, LimitError
from cybersecqwen.tuning.records import MOST_BYTES, Broken

LONGEST = 400_000
"""Bytes of a line."""
MOST = 1_000_000
"""Lines of a file."""

Row = tuple[int, Mapping[str, Any]]
"""The number of its line, from 1, and its values; of CSV all of them are text."""


def rows(path: Path) -> Iterator[Row | Broken]:
    """The rows of a file, and what is none, with the reason.

    Raises InputError where it cannot be read, or is a JSON list, LimitError beyond `MOST` lines.
    """
    try:
        with path.open("rb") as stream:
            packed = stream.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if packed else path.open("rb") as stream:
            yield from _rows(_lines(stream, path), path)
    except (OSError, EOFError, zlib.error) as error:
        said = getattr(error, "strerror", None) or error
        raise InputError(f"{path} cannot be read: {said}.") from error


def _lines(stream: Any, path: Path) -> Iterator[tuple[int, str | Broken]]:
    taken = 0
    for number in range(1, MOST + 2):
        raw = stream.readline(LONGEST + 1)
        taken += len(raw)
        if not raw:
            return
        if number > MOST:
            raise LimitError(f"{path} holds more than {MOST:,} lines.", hint="Split it.")
        _bound(taken, path)
        if len(raw) > LONGEST:
            yield number, Broken(line=number, reason="longer than a line may be")
            while raw and not raw.endswith(b"\n") and taken <= MOST_BYTES:
                raw = stream.readline(1 << 20)
                taken += len(raw)
            _bound(taken, path)
            continue
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            yield number, Broken(line=number, reason="no text in UTF-8")
            continue
        yield number, text


def _bound(taken: int, path: Path) -> None:
    if taken > MOST_BYTES:
        raise LimitError(f"{path} unpacks to more than {MOST_BYTES >> 30} GB.", hint="Split it.")


def _rows(lines: Iterator[tuple[int, str | Broken]], path: Path) -> Iterator[Row | Broken]:
    for number, line in lines:
        if isinstance(line, Broken):
            yield line
        elif line.strip():
            if line.lstrip()[0] == "[":
                raise InputError(f"{path} holds a JSON list.", hint="Give an object a line: `jq -c '.[]'`.")
            yield from _json(number, line, lines) if line.lstrip()[0] == "{" else _csv(line, lines, path)
            return


def _json(number: int, line: str, lines: Iterator[tuple[int, str | Broken]]) -> Iterator[Row | Broken]:
    yield _object(number, line)
    for number, other in lines:
        if isinstance(other, Broken):
            yield other
        elif other.strip():
            yield _object(number, other)


def _object(number: int, line: str) -> Row | Broken:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return Broken(line=number, reason="no JSON")
    if not isinstance(value, dict):
        return Broken(line=number, reason="no JSON object")
    # Half a pair of surrogates can be written in JSON, and in no file.
    return number, {_clean(key): _cleaned(one) for key, one in value.items()}


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return _clean(value)
    return [_cleaned(one) for one in value] if isinstance(value, list) else value


_SURROGATES = re.compile("[\ud800-\udfff]")


def _clean(text: str) -> str:
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)


def _csv(head: str, lines: Iterator[tuple[int, str | Broken]], path: Path) -> Iterator[Row | Broken]:
    sign = max(",;\t|", key=head.count)
    try:
        header = [cell.strip() for cell in next(csv.reader([head], delimiter=sign), [])]
    except csv.Error as error:
        raise InputError(
            f"{path} cannot be read as CSV: {str(error)[:80]}.",
            hint="Its lines must end in LF or CRLF, and the first one names the columns.",
        ) from error
    spoiled: list[Broken] = []
    at = [1]

    def texts() -> Iterator[str]:
        for number, line in lines:
            at[0] = number
            if isinstance(line, Broken):
                spoiled.append(line)
            else:
                yield line

    reader = csv.reader(texts(), delimiter=sign)
    while True:
        first = at[0] + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            yield Broken(line=at[0], reason=f"no CSV ({str(error)[:80]})")
            continue
        yield from spoiled
        spoiled.clear()
        if row is None:
            return
        if row and len(row) != len(header):
            yield Broken(line=first, reason=f"{len(row)} cells, where the header has {len(header)}")
        elif row:
            yield first, dict(zip(header, row, strict=True))
