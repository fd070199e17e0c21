"""CSV: every indicator once, read back letter for letter, and no cell that a spreadsheet would compute."""

from __future__ import annotations

import csv
import io
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cybersecqwen.records import Report
from cybersecqwen.records.intel import DocumentInfo, Intelligence
from cybersecqwen.render.csv_table import COLUMNS, CsvRenderer, neutral, original
from cybersecqwen.render.exported import exported
from cybersecqwen.render.interface import RenderOptions
from tests.strategies import FAST, NASTY, reports

from .exported_samples import INTEL, hostile, intel_report, intel_reports, seen
from .samples import SAMPLES

QUICK = settings(max_examples=80, deadline=None, phases=FAST, suppress_health_check=list(HealthCheck))


def rendered(report: Report) -> list[dict[str, str]]:
    text = CsvRenderer().render(report, RenderOptions())
    assert text.endswith("\r\n")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert tuple(rows[0]) == COLUMNS
    assert {len(row) for row in rows} == {len(COLUMNS)}
    for row in rows[1:]:
        assert not any(
            cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")) for cell in row
        )
    return [dict(zip(COLUMNS, map(original, row), strict=True)) for row in rows[1:]]


def check(report: Report) -> None:
    view = exported(report)
    told = [(row["type"], row["value"], row["note"], row["context"]) for row in rendered(report)]
    assert told == [(one.type, one.value, one.note, one.context) for one in (*view.indicators, *view.apart)]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_read_back(name: str) -> None:
    check(SAMPLES[name]())


@QUICK
@given(st.one_of(reports, intel_reports))
def test_any_report_is_read_back(report: Report) -> None:
    check(report)


@settings(deadline=None, max_examples=300)
@given(st.one_of(st.text(), hostile, st.sampled_from(NASTY)))
def test_neutral_loses_nothing(cell: str) -> None:
    assert original(neutral(cell)) == cell
    assert not neutral(cell).startswith(("=", "+", "-", "@"))


def test_a_row_says_where_and_what() -> None:
    rows = rendered(intel_report())
    assert len(rows) == len(INTEL.indicators)
    assert rows[0] == {
        "type": "ipv4",
        "value": "45.9.148.7",
        "role": "command and control",
        "confidence": "high",
        "note": "",
        "page": "3",
        "line": "12",
        "count": "3",
        "port": "8443",
        "context": "It beacons.",
        "document": "Cozy callers: a “quiet” campaign",
    }
    assert [row["value"] for row in rows if row["note"]] == ["https://blog.vendor.com/post", "example.com"]
    assert all(row["note"] for row in rows[-2:])


@pytest.mark.timeout(60)  # what grows with the square of this takes minutes
def test_titles_of_many_documents_are_looked_up_once() -> None:
    ids = tuple(f"d{number}" for number in range(10_000))
    documents = tuple(DocumentInfo(id=id, path=f"{id}.pdf", format="pdf", sha256="") for id in ids)
    found = tuple(seen("domain", f"host-{number}.com", documents=ids) for number in range(400))
    rows = rendered(intel_report(Intelligence(documents=documents, indicators=found)))
    assert rows[-1]["document"].split("; ") == [f"{id}.pdf" for id in ids]


def test_the_first_of_two_documents_with_one_id_has_the_title() -> None:
    documents = tuple(
        DocumentInfo(id=id, path=path, format="pdf", sha256="", title=title)
        for id, path, title in (
            ("d1", "a.pdf", "A"),
            ("d1", "b.pdf", "B"),
            ("d2", "c.pdf", ""),
            ("d3", "", ""),
        )
    )
    found = (seen("domain", "evil-host.com", documents=("d1", "d2", "d3", "d4")),)
    (row,) = rendered(intel_report(Intelligence(documents=documents, indicators=found)))
    assert row["document"] == "A; c.pdf; d3; d4"


def test_a_report_without_indicators_has_a_heading() -> None:
    assert rendered(SAMPLES["no-answer"]()) == []


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("a;=cmd()", "a;'=cmd()"),
        ("a; =cmd()", "a;' =cmd()"),
        ("a|\u00a0 @x", "a|'\u00a0 @x"),
        ("a\t-1", "a\t'-1"),
        ("a\n+1", "a\n'+1"),
        ('a;"=cmd()"', 'a;\'"=cmd()"'),
        ("=a;=b", "'=a;'=b"),
        ("a;'b", "a;''b"),
        ("a;' =b", "a;'' =b"),
        ("a;;=b", "a;;'=b"),
        ("a;b=c; d-e|f", "a;b=c; d-e|f"),
        ("https://a.example/x?a=b;c=d", "https://a.example/x?a=b;c=d"),
        ("a,=b", "a,=b"),  # it stands in quotes, which all programs heed where commas part cells
    ],
)
def test_formulas_behind_other_separators(cell: str, shown: str) -> None:
    assert neutral(cell) == shown
    assert original(shown) == cell


@settings(deadline=None, max_examples=300)
@given(st.text("=+-@;|\t\n\r' \"a,＝", max_size=12), st.sampled_from(";|\t"))
def test_no_cell_is_a_formula_however_cells_are_parted(cell: str, separator: str) -> None:
    assert original(neutral(cell)) == cell
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow(["x", neutral(cell), "y"])
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        for row in csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=separator, quoting=quoting):
            for part in row:
                assert not part.strip('" ').startswith(("=", "+", "-", "@", "＝"))


def test_separators_take_time_in_proportion() -> None:
    begun = time.process_time()
    for cell in ("; " * 500_000, ";" + " " * 1_000_000, ';"' * 500_000):
        assert original(neutral(cell)) == cell
    assert time.process_time() - begun < 2
