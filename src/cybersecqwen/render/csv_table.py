"""One table of all indicators as CSV (RFC 4180): usable ones first, then those set apart with the reason.

A spreadsheet takes a cell that begins with =, +, - or @ for a formula (CWE-1236). Such a cell, and one that
begins with an apostrophe, a tab or a line break, gets an apostrophe in front. Where semicolons, tabs or bars
part cells, as is usual in some countries, cells begin inside ours: so an apostrophe stands behind each of
these, and behind a line break, that such a beginning follows. That loses nothing: a program that reads the
table takes one apostrophe off each cell that begins with one, and one behind each of ; | tab and line break.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from cybersecqwen.records import Report
from cybersecqwen.records.intel import Observable

from .exported import Exported, exported, first_place
from .interface import Renderer, RenderOptions

COLUMNS = (
    "type",
    "value",
    "role",
    "confidence",
    "note",
    "page",
    "line",
    "count",
    "port",
    "context",
    "document",
)
"""In this order; `page` and `line` are those of the first place, empty where unknown."""

# The last four are the full-width forms that spreadsheets in East Asian locales take for the same.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠")


# Blanks and quotes may stand between: what reads the table by other rules may drop them.
_INSIDE = re.compile(rf'([;|\t\r\n])(?=(?:[^\S\t\r\n]|")*+[{re.escape("".join(_FORMULA))}])')
_MARKED = re.compile(r"([;|\t\r\n])'")


class CsvRenderer(Renderer):
    """See `Renderer`; the options change nothing, so that programs can rely on what they read."""

    name = "csv"
    media_type = "text/csv;charset=utf-8;header=present"
    extension = "csv"
    for_people = False

    def render(self, report: Report, options: RenderOptions) -> str:
        """See `Renderer.render`."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for row in _rows(exported(report)):
            writer.writerow(map(neutral, row))
        return out.getvalue()


def neutral(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; see the top of the file."""
    cell = _INSIDE.sub(r"\1'", cell)
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def original(cell: str) -> str:
    """What `neutral` was given."""
    return _MARKED.sub(r"\1", cell.removeprefix("'"))


def _rows(view: Exported) -> Iterator[tuple[str, ...]]:
    for one in (*view.indicators, *view.apart):
        yield _row(view, one)


def _row(view: Exported, one: Observable) -> tuple[str, ...]:
    place = first_place(one)
    return (
        one.type,
        one.value,
        one.role.value,
        one.tier.value,
        one.note,
        str(place.page) if place and place.page else "",
        str(place.line) if place and place.line else "",
        str(one.count),
        str(one.port) if one.port else "",
        one.context,
        "; ".join(view.title_of(id) for id in one.documents),
    )
