"""Zeek's tables and JSON, the journal in both of its forms, and times in plain text."""

from __future__ import annotations

import json
import struct

import pytest

from cybersecqwen.inputs.logs.zeek import log_of
from cybersecqwen.inputs.text import KEY
from cybersecqwen.records import Category, Limits
from tests.inputs.blobs import SMALL, read
from tests.inputs.logs.fed import READERS, event_of, fed, fed_whole, one, reader_of

HEAD = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t{}\n#open\t2020\n"
DNS = HEAD.format("dns") + (
    "#fields\tts\tuid\tid.orig_h\tid.orig_p\tquery\tanswers\trejected\n"
    "#types\ttime\tstring\taddr\tport\tstring\tvector[string]\tbool\n"
    "1591367999.305988\tC1\t192.168.4.76\t36844\tq\\x09s\\xc3\\xa9t\t31.3.2.1,x\\x2cy\tF\n"
    "1591367999.4\tC2\t::1\t5\t(empty)\t(empty)\t-\n#close\t2020\n"
)


def test_a_table() -> None:
    first, second = fed(DNS)
    assert first == {
        "#time": 1591367999.305988,
        "_path": "dns",
        "ts": "1591367999.305988",
        "uid": "C1",
        "id.orig_h": "192.168.4.76",
        "id.orig_p": "36844",
        "query": "q\tsét",
        "answers": ["31.3.2.1", "x,y"],
        "rejected": "F",
    }
    assert (second["query"], second["answers"], "rejected" in second) == ("", [], False)
    event = event_of(first)
    assert (event.category, event.channel, event.get("SourceIp")) == (Category.DNS, "dns", "192.168.4.76")


def test_tables_one_behind_the_other_and_rows_that_do_not_fit() -> None:
    other = "#separator |\n#fields|ts|uid|service\n#path|conn\n1.5|C3|x\n1.5|C4\n1.5|C5|y|z\n"
    found, damages = fed_whole(DNS + other)
    assert [raw.get("uid") for _, _, raw in found] == ["C1", "C2", "C3", "C4", "C5"]
    assert [raw["_path"] for _, _, raw in found][2:] == ["conn"] * 3
    assert [(damage.source.record, damage.records) for damage in damages] == [(16, 2)]
    assert [set(raw) for _, _, raw in fed_whole("x\n#fields\ta\n", "zeek")[0]] == [{KEY}]


def test_json_records_and_the_kind_of_log() -> None:
    raw = {"ts": 1591367999.3, "uid": "C", "id.orig_h": "1.1.1.1", "id.resp_h": "2.2.2.2", "conn_state": "SF"}
    event = event_of(one(json.dumps(raw) + "\n"))
    assert (event.provider, event.channel, event.time, event.category) == (
        "zeek",
        "conn",
        1591367999.3,
        Category.NETWORK,
    )
    assert event_of({**raw, "_path": "ssl"}).channel == "ssl"
    assert log_of({"ts": 1}, "http.2024-01-02-00-00-00.log.gz") == "http"
    assert log_of({"ts": 1}, "smb_files_20240102.json") == "smb_files"
    assert log_of({"ts": 1}, "other.log") == ""
    assert event_of({"ts": 1591367999, "certificate.serial": "A"}).channel == "x509"
    assert event_of({"_path": 5, "ts": []}).provider != "zeek"


def entry(fields: dict[str, bytes]) -> bytes:
    parts = []
    for name, value in fields.items():
        if b"\n" in value:
            parts.append(name.encode() + b"\n" + struct.pack("<Q", len(value)) + value + b"\n")
        else:
            parts.append(name.encode() + b"=" + value + b"\n")
    return b"".join(parts) + b"\n"


FIRST = entry({"__REALTIME_TIMESTAMP": b"1342540861416351", "MESSAGE": b"a\nb\0\xff", "_HOSTNAME": b"h"})
SECOND = entry({"__REALTIME_TIMESTAMP": b"1342540861416352", "MESSAGE": b"hi", "SYSLOG_IDENTIFIER": b"sshd"})


def test_the_export_format() -> None:
    found, damages = fed_whole(FIRST + b"\n" + SECOND + b"__CURSOR=x\nA=1\nA=2\nA=3\n")
    assert damages == []
    assert [(number, offset) for number, offset, _ in found] == [
        (1, 0),
        (2, len(FIRST) + 1),
        (3, len(FIRST) + 1 + len(SECOND)),
    ]
    first, second, third = (raw for _, _, raw in found)
    assert first == {
        "__REALTIME_TIMESTAMP": "1342540861416351",
        "#time": 1342540861.416351,
        "MESSAGE": "a\nb\0ÿ",
        "_HOSTNAME": "h",
    }
    assert third == {"__CURSOR": "x", "A": ["1", "2", "3"]}
    event = event_of(second)
    assert (event.time, event.code, event.get("Message")) == (1342540861.416352, "sshd", "hi")


@pytest.mark.parametrize(
    ("data", "records", "reason"),
    [
        (FIRST.replace(struct.pack("<Q", 5), struct.pack("<Q", 4)) + SECOND, 2, "does not end where it says"),
        (FIRST.replace(struct.pack("<Q", 5), b"\xff" * 8) + SECOND, 2, "bound is"),
        (FIRST[: FIRST.index(b"b\0")], 1, "ends inside"),
        (b"__CURSOR=1\nno field\n\n" + SECOND, 2, "no field"),
        (b"__CURSOR=1\nA=" + b"x" * 9_000 + b"\nB=1\n\n" + SECOND, 2, "more than 2,000 bytes"),
    ],
)
def test_damaged_entries_cost_what_is_damaged(data: bytes, records: int, reason: str) -> None:
    found, damages = read(READERS.get("journal")(), data, SMALL)
    assert len(found) == records
    assert found[-1][2].get("MESSAGE", "hi") == "hi"
    assert any(reason in damage.reason for damage in damages)


def test_the_journal_as_json() -> None:
    raw = {
        "__REALTIME_TIMESTAMP": "1342540861416352",
        "MESSAGE": [104, 105, 255],
        "_HOSTNAME": "h",
        "_PID": "7",
    }
    event = event_of(one(json.dumps(raw) + "\n"))
    assert (event.time, event.host, event.get("Message"), event.get("ProcessId")) == (
        1342540861.416352,
        "h",
        "hiÿ",
        "7",
    )
    assert reader_of(FIRST) == "journal"


@pytest.mark.parametrize(
    ("line", "time", "message"),
    [
        ("2015-10-18 18:01:47,978 INFO [main] x", 1445191307.978, "INFO [main] x"),
        ("[2024-01-02T03:04:05.5+01:00] x", 1704161045.5, "x"),
        ("[Mon Jan 02 03:04:05 2023] x", 1672628645.0, "x"),
        ("17/06/09 20:10:40 INFO x", 1497039040.0, "INFO x"),
        ("081109 203615 148 INFO x", 1226262975.0, "148 INFO x"),
        ("20171223-22:15:29:606|Step|3", 1514067329.0, "Step|3"),
        ("1.2.3.4 [10/Oct/2000:13:55:36 -0700] x", 971211336.0, "1.2.3.4 [10/Oct/2000:13:55:36 -0700] x"),
        ("- 1117838570 2005.06.03 R02 2005-06-03-15.42.50.675872 x", 1117813370.675872, None),
        ("- 1131566461 2005.11.09 dn228 Nov 9 12:01:01 dn228/dn228 x", 1131566461.0, None),
        ("a.log.1.2017-05-16_13:53:08 2017-05-16 00:00:00.008 x", 1494892800.008, None),
        ("346 unix.hw 1077804742 1 x", 1077804742.0, None),
        ("no time at all", None, None),
        ("2024-13-45 99:99:10 x", None, None),
        ("12345678901234567890", None, None),
    ],
)
def test_times_of_plain_lines(line: str, time: float | None, message: str | None) -> None:
    [(_, _, raw)] = read(READERS.get("text")(), line.encode() + b"\n", Limits())[0]
    assert raw.get("#time") == (time if time is None else pytest.approx(time, abs=1e-6))
    assert raw.get("Message") == (None if time is None else line if message is None else message)
    assert raw[KEY] == line
