"""Tables with a header line: CSV and its relatives with semicolons, tabs or bars."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from cybersecqwen.records import Damage, Limits

from .damage_runs import DamageRun
from .interface import Blob, RawRecord, Reader
from .lines import TooLong, as_utf8, lines
from .text import text_of

_DELIMITERS = ",;\t|"
_NAME = re.compile(
    r"(?!import |from |#include )[A-Za-z_@#][\w.\-/@()#:%\[\]]{0,40}(?: [\w.\-/@()#:%\[\]]{1,20}){0,3}"
)
_PROBED = 6
_ROW_CHARS = 1 << 18  # of a row that goes over several lines


class CsvReader(Reader):
    """A table whose first line names the columns; each further line becomes a mapping."""

    name = "csv"
    by_line = True

    def recognise(self, head: bytes, name: str) -> int:
        """See `Reader.recognise`: names in the first line, and as many cells in the next ones."""
        text = as_utf8(head)
        if b"\x00" in text or b"\n" not in text:
            return 0
        sample = text_of(text[:32_768])
        whole = len(text) < 32_768
        bonus = 15 if name.lower().endswith((".csv", ".tsv")) else 0
        best = max(_fit(sample, delimiter, whole) for delimiter in _DELIMITERS)
        return best + bonus if best else 0

    def read(self, blob: Blob, limits: Limits) -> Iterator[RawRecord | Damage]:
        """See `Reader.read`. A row with other cells than the header gives what fits, and a damage."""
        with blob.open() as stream:
            source = _Rows(blob, lines(stream, limits), limits)
            header, delimiter = source.header()
            wide = DamageRun(blob, self.name)
            for number, offset, row in source.rows(delimiter) if header else ():
                if source.damages:
                    yield from source.damages
                    source.damages.clear()
                if len(row) > len(header):
                    yield from wide.add(
                        number, offset, f"The row has more cells than the header ({len(header)})."
                    )
                if row and any(row):
                    yield number, offset, dict(zip(header, row, strict=False))
            yield from wide.flush()
            yield from source.damages


def _fit(sample: str, delimiter: str, whole: bool) -> int:
    """How well a sample reads as a table with this delimiter: 0 to 80."""
    if delimiter not in sample.partition("\n")[0]:
        return 0
    try:
        table = list(islice(csv.reader(io.StringIO(sample), delimiter=delimiter), _PROBED))
    except csv.Error:
        return 0
    if not whole and len(table) < _PROBED:
        table = table[:-1]  # the sample may end inside it
    if len(table) < 2:
        return 0
    header = [cell.strip() for cell in table[0]]
    width = len(header)
    if width < 2 or len(set(header)) != width or not all(map(_NAME.fullmatch, header)):
        return 0
    same = sum(len(row) == width for row in table[1:] if row)
    # Two columns are easily met by chance, in prose and in program text.
    if same < (len(table) - 1) * (0.8 if width > 2 else 1.0) or (width == 2 and sample.count("\n\n")):
        return 0
    return 60 + min(width, 20)


@cache
def _row_patterns(delimiter: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What fits a line that ends outside quoted cells: one that begins outside them, one that begins inside.

    As in `csv`, a quote opens a cell only where it is its first character.
    """
    rest = '(?:[^"]++|"")*+"'  # of a quoted cell, behind its first quote
    plain = f"[^{re.escape(delimiter)}]*+"
    cell = f'(?:"{rest}{plain}|(?!"){plain})'
    cells = f"(?:{re.escape(delimiter)}{cell})*+\\Z"
    return re.compile(cell + cells), re.compile(rest + plain + cells)


class _Rows:
    """Rows of cells from lines; a quoted cell may go on over lines, up to the bound of a line."""

    def __init__(self, blob: Blob, found: Iterator[tuple[int, int, bytes] | TooLong], limits: Limits) -> None:
        self._blob = blob
        self._lines = found
        self._bound = limits.line_bytes
        self.damages: list[Damage] = []

    def header(self) -> tuple[list[str], str]:
        first = next(self._lines, None)
        if first is None or isinstance(first, TooLong):
            return [], ","
        text = text_of(first[2]).rstrip("\r\n")
        delimiter = max(_DELIMITERS, key=text.count)
        rows = self._parse(text, delimiter, first[0], first[1])
        return [cell.strip() for cell in rows], delimiter

    def rows(self, delimiter: str) -> Iterator[tuple[int, int, list[str]]]:
        begun: list[tuple[int, int, str]] = []  # lines of a row whose quoted cell goes on
        complete, ends = _row_patterns(delimiter)
        size = 0
        for line in self._lines:
            if isinstance(line, TooLong):
                reason = f"The line has {line.length:,} bytes; the bound is {self._bound:,}."
                self._damage(reason, line.number, line.offset)
                continue
            number, offset, text = line[0], line[1], text_of(line[2])
            if not begun and ('"' not in text or complete.match(text)):
                yield number, offset, self._parse(text.rstrip("\r\n"), delimiter, number, offset)
                continue
            size = size + len(text) if begun else len(text)
            goes_on = not begun or ends.match(text) is None
            begun.append((number, offset, text))
            if goes_on and size <= _ROW_CHARS:
                continue
            if goes_on:
                self._damage("A quoted cell does not end.", begun[0][0], begun[0][1], len(begun))
            else:
                yield from self._joined(begun, delimiter)
            begun = []
        if begun:
            self._damage("The file ends inside a quoted cell.", begun[0][0], begun[0][1], len(begun))

    def _joined(
        self, begun: list[tuple[int, int, str]], delimiter: str
    ) -> Iterator[tuple[int, int, list[str]]]:
        """The row of several lines; where it is none, a row of each line by itself."""
        number, offset, _ = begun[0]
        try:
            cells = self._cells("".join(text for _, _, text in begun).rstrip("\r\n"), delimiter)
        except csv.Error:
            for number, offset, text in begun:
                yield number, offset, self._parse(text.rstrip("\r\n"), delimiter, number, offset)
        else:
            yield number, offset, cells

    def _parse(self, text: str, delimiter: str, number: int, offset: int) -> list[str]:
        try:
            return self._cells(text, delimiter)
        except csv.Error as error:
            self._damage(f"It is not a valid row ({error}).", number, offset)
            return []

    def _cells(self, text: str, delimiter: str) -> list[str]:
        csv.field_size_limit(max(csv.field_size_limit(), self._bound))
        return next(csv.reader([text], delimiter=delimiter), [])

    def _damage(self, reason: str, number: int, offset: int, records: int = 1) -> None:
        damage = self._blob.damage(reason, record=number, offset=offset, format="csv", records=records)
        self.damages.append(damage)
