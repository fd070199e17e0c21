"""Plain text, tables and Windows event XML."""

from __future__ import annotations

import csv
import io
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.inputs.csv_table import CsvReader, _row_patterns
from cybersecqwen.inputs.shapes import ShapeFinder
from cybersecqwen.inputs.text import KEY, TextReader
from cybersecqwen.inputs.winxml import EventXmlReader
from cybersecqwen.records import Category, Event, Limits, Source

from .blobs import SMALL, read


def event_of(raw: dict[str, object]) -> Event:
    return ShapeFinder().shape_of(raw).normalise(raw, id="e1", source=Source(path="x"), limits=Limits())


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_lines_of_text(codec: str) -> None:
    records, damages = read(TextReader(), "first\r\n\n  zweite Zeile: é\n".encode(codec))
    assert ([(number, raw[KEY]) for number, _, raw in records], damages) == (
        [(1, "first"), (3, "  zweite Zeile: é")], [],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "time", "host"),
    [
        ("2024-01-02T03:04:05Z web1 sshd[7]: Failed password", 1704164645.0, "web1"),
        ("2024-01-02 03:04:05,250 INFO start", 1704164645.25, ""),
        ("<34>1 2024-01-02T03:04:05+01:00 web1 su - - hello", 1704161045.0, "web1"),
        ("Jan  2 03:04:05 web1 sshd[7]: Failed password", None, "web1"),
        ("no time at all", None, ""),
    ],
)
def test_time_and_host_of_a_line(line: str, time: float | None, host: str) -> None:
    event = event_of({KEY: line})
    assert (event.category, event.time, event.host, event.get("Message")) == (Category.TEXT, time, host, line)


def test_json_behind_a_syslog_header() -> None:
    records, _ = read(
        TextReader(), b'<13>Jan 2 03:04:05 h app: {"process_name":"a.exe","cmdline":"a.exe -x"}\n'
    )
    event = event_of(records[0][2])
    assert (event.get("Image"), event.get("CommandLine")) == ("a.exe", "a.exe -x")
    assert event.get("#before").startswith("<13>Jan 2")


def test_a_line_that_is_too_long() -> None:
    records, damages = read(TextReader(), b"a\n" + b"x" * 5_000 + b"\nb\n", SMALL)
    assert ([raw[KEY] for _, _, raw in records], damages[0].source.record) == (["a", "b"], 2)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_table(delimiter: str) -> None:
    text = 'time,computer name,Image\n1,h,"C:\\a, b.exe"\n2,"two\nlines",c\n'.replace(",", delimiter)
    records, damages = read(CsvReader(), text.encode())
    cell = f"C:\\a{delimiter} b.exe"
    assert [raw for _, _, raw in records] == [
        {"time": "1", "computer name": "h", "Image": cell},
        {"time": "2", "computer name": "two\nlines", "Image": "c"},
    ]
    assert [number for number, _, _ in records] == [2, 3]
    assert damages == []
    assert CsvReader().recognise(text.encode(), "x") >= 60


def test_damage_that_repeats_is_told_once_and_where_it_begins() -> None:
    rows = b"1,2,3\n" * 3 + b"1,2\n" + b"1,2,3\n" + b'"open\n'
    records, damages = read(CsvReader(), b"a,b\n" + rows)
    assert len(records) == 5
    assert [(d.source.record, d.records) for d in damages] == [(2, 3), (6, 1), (7, 1)]


def test_text_with_holes() -> None:
    lines = b"2024-01-02 03:04:05 one\n" * 9
    assert TextReader().recognise(lines + bytes(100) + lines, "x") > 0
    assert TextReader().recognise(lines[:20] + bytes(100), "x") == 0
    assert TextReader().recognise(b"a" * 257 + b"ustar" + bytes(20) + lines, "x") == 0
    records, _ = read(TextReader(), lines + bytes(100) + lines)
    assert len(records) == 18


def test_rows_that_do_not_fit() -> None:
    records, damages = read(CsvReader(), b'a,b\n1,2,3\n4\n5,"open\n')
    assert [raw for _, _, raw in records] == [{"a": "1", "b": "2"}, {"a": "4"}]
    assert [(d.source.record, d.reason.split()[1]) for d in damages] == [(2, "row"), (4, "file")]


@pytest.mark.parametrize(
    "text",
    [
        b"a, b\nplain text, with commas, here\n",
        b"one\ntwo\n",
        b"a,a\n1,2\n",
        b"1,2\n3,4\n",
        b"from a import b, c\nx = 1, 2\n",
    ],
)
def test_text_with_commas_is_no_table(text: bytes) -> None:
    assert CsvReader().recognise(text, "x.log") == 0


XML = (
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
    "<Provider Name='Linux-Sysmon' Guid='{ff032593}'/><EventID>1</EventID>"
    "<TimeCreated SystemTime='2024-05-06T07:08:09.5Z'/><Channel>Linux-Sysmon/Operational</Channel>"
    "<Computer>box</Computer></System><EventData><Data Name='Image'>/usr/bin/curl</Data>"
    "<Data Name='CommandLine'>curl &lt;x&gt;</Data><Data Name='User'>root</Data></EventData></Event>"
)


def test_event_xml_gives_the_event_that_evtx_gives() -> None:
    data = f"<Events>{XML}\n<Event><System>broken</Event>{XML}</Events>".encode()
    records, damages = read(EventXmlReader(), data)
    assert [number for number, _, _ in records] == [1, 3]
    assert [damage.source.record for damage in damages] == [2]
    event = event_of(records[0][2])
    assert (event.category, event.host, event.user) == (Category.PROCESS, "box", "root")
    assert (event.get("Image"), event.get("CommandLine")) == ("/usr/bin/curl", "curl <x>")
    assert event.time == 1714979289.5


def test_entities_are_refused() -> None:
    bomb = b'<!DOCTYPE z [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;">]>'
    records, damages = read(EventXmlReader(), b"<Event>" + bomb + b"<System>&b;</System></Event>")
    assert (records, len(damages)) == ([], 1)
    records, damages = read(EventXmlReader(), b"<Event><System>" + b"x" * 9_000, SMALL)
    assert (records, len(damages)) == ([], 1)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_quote_inside_a_cell_opens_nothing(delimiter: str) -> None:
    """Seven rows went missing, and one was told."""
    rows = ['1,echo 5" disk', *(f"{n},whoami" for n in range(2, 7)), '7,echo 6" disk', '8,"quoted\ncell" x"']
    text = "\n".join(["n,command", *rows]).replace(",", delimiter) + "\n"
    records, damages = read(CsvReader(), text.encode())
    assert [raw["n"] for _, _, raw in records] == [str(n) for n in range(1, 9)]
    assert records[0][2]["command"] == 'echo 5" disk'
    assert records[-1][2]["command"] == 'quoted\ncell x"'
    assert damages == []


def test_lines_that_are_no_row_together_are_rows_by_themselves() -> None:
    """A carriage return outside quotes is an error to `csv`."""
    rows = b'1,"a\nb" x\ry\n2,c\n'
    records, damages = read(CsvReader(), b"n,command\n" + rows)
    assert [(number, raw) for number, _, raw in records] == [
        (2, {"n": "1", "command": "a"}),
        (4, {"n": "2", "command": "c"}),
    ]
    assert [(damage.source.record, damage.records) for damage in damages] == [(3, 1)]


@given(
    st.lists(st.lists(st.text('ab" ,\t\n', max_size=6), min_size=3, max_size=3), max_size=6),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_any_table_that_csv_writes_is_read_whole(rows: list[list[str]], quoting: Any) -> None:
    out = io.StringIO()
    writer = csv.writer(out, quoting=quoting, lineterminator="\n")
    writer.writerows([["a", "b", "c"], *rows])
    records, damages = read(CsvReader(), out.getvalue().encode())
    assert [list(raw.values()) for _, _, raw in records] == [row for row in rows if any(row)]
    assert damages == []


@given(st.lists(st.text('ab",', max_size=8), min_size=1, max_size=8))
def test_lines_end_inside_quotes_where_csv_says_so(lines: list[str]) -> None:
    complete, ends = _row_patterns(",")
    for text in lines:
        state = csv.reader([text + "\n", "x"])
        closed = len(list(state)) == 2
        assert (complete.match(text + "\n") is not None) == closed
        state = csv.reader(['"' + text + "\n", "x"])
        assert (ends.match(text + "\n") is not None) == (len(list(state)) == 2)


def test_quotes_take_time_in_proportion() -> None:
    for text in ('"' * 200_000, '"a",' * 100_000 + '"', ',"' * 100_000, 'a"' * 100_000 + ',"'):
        begun = time.process_time()
        read(CsvReader(), b"a,b\n" + (text + "\n").encode() * 3)
        assert time.process_time() - begun < 2
