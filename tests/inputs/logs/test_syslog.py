"""Syslog lines in all their forms, and what travels inside them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cybersecqwen.inputs import READERS
from cybersecqwen.inputs.logs.clock import Clock
from cybersecqwen.inputs.text import KEY
from cybersecqwen.records import Category, Limits
from tests.inputs.blobs import file_blob
from tests.inputs.test_text_csv_xml import XML

from .fed import event_of, fed, fed_whole, one, reader_of


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "<34>Oct 11 22:14:15 box su: 'su root' failed on /dev/pts/8",
            {
                "priority": "34", "facility": "auth", "severity": "crit", "host": "box", "program": "su",
                "Message": "'su root' failed on /dev/pts/8",
            },
        ),
        (
            "Jun 14 15:16:01 combo sshd(pam_unix)[19939]: authentication failure; rhost=1.2.3.4 ",
            {
                "host": "combo", "program": "sshd(pam_unix)", "pid": "19939",
                "Message": "authentication failure; rhost=1.2.3.4 ",
            },
        ),
        (
            "Jul  1 09:00:55 mac Microsoft Word[14600]: hi",
            {"host": "mac", "program": "Microsoft Word", "pid": "14600", "Message": "hi"},
        ),
        (
            "Jul  1 09:00:55 mac launchd[1] (com.apple.x[2]): hi",
            {"host": "mac", "program": "launchd", "pid": "1", "Message": "hi"},
        ),
        ("Jan  2 03:04:05 kernel: no host", {"program": "kernel", "Message": "no host"}),
        (
            "Jan  2 03:04:05 fe80::1 postfix/smtpd[7]: x",
            {"host": "fe80::1", "program": "postfix/smtpd", "pid": "7", "Message": "x"},
        ),
        ("Dec 10 06:55:46 LabSZ -- MARK --", {"host": "LabSZ", "Message": "-- MARK --"}),
        (
            "2024-01-02T03:04:05.5+01:00 web1 kernel: [1.2] x",
            {"host": "web1", "program": "kernel", "Message": "[1.2] x"},
        ),
        (
            "<189>12: r1: *Mar  1 00:01:02.123 UTC: %SYS-5-CONFIG_I: Configured",
            {
                "priority": "189", "facility": "local7", "severity": "notice", "host": "r1",
                "program": "%SYS-5-CONFIG_I", "Message": "Configured",
            },
        ),
        (
            "Jan  1 2024 01:02:03 fw : %ASA-6-302013: Built",
            {"host": "fw", "program": "%ASA-6-302013", "Message": "Built"},
        ),
        ("<7>bare", {"priority": "7", "facility": "kern", "severity": "debug", "Message": "bare"}),
        ("<999>Jan  1 01:02:03 h p: m", {"host": "h", "program": "p", "Message": "m"}),
    ],
)  # fmt: skip
def test_forms_of_a_line(line: str, expected: dict[str, str]) -> None:
    raw = one(line + "\n", "syslog")
    raw.pop("#time", None)
    assert raw == {"#kind": "syslog", **expected}
    assert reader_of(line.encode() + b"\n") == "syslog"


def test_structured_data() -> None:
    raw = one(
        '<165>1 2003-10-11T22:14:15.003Z mymachine app 12 ID47 [a@1 iut="3" s="q\\"uo\\\\te\\]"][b@2 x=""] '
        "\ufeffAn entry\n"
    )
    assert raw == {
        "#kind": "syslog",
        "#time": 1065910455.003,
        "priority": "165",
        "facility": "local4",
        "severity": "notice",
        "host": "mymachine",
        "program": "app",
        "pid": "12",
        "msgid": "ID47",
        "a@1.iut": "3",
        "a@1.s": 'q"uo\\te]',
        "b@2.x": "",
        "Message": "An entry",
    }
    assert one("<14>1 - - - - - -\n") == {
        "#kind": "syslog", "priority": "14", "facility": "user", "severity": "info", "Message": "",
    }  # fmt: skip


def test_octet_counted_frames() -> None:
    first, second = b"<34>1 2003-10-11T22:14:15Z h su - - - two\nlines", b"<13>Jan  2 03:04:05 h x: y"
    data = b"%d %s%d %s\n" % (len(first), first, len(second), second)
    found, damages = fed_whole(data + b"junk\n" + b"%d %s" % (len(second), second) + b"99999999 <1>x")
    assert [(number, offset, raw[KEY]) for number, offset, raw in found] == [
        (1, 3, first.decode()),
        (2, 3 + len(first) + 3, second.decode()),
        (3, len(data), "junk"),
        (4, len(data) + 8, second.decode()),
    ]
    assert [damage.source.record for damage in damages] == [5]
    assert "the bound is" in damages[0].reason


def test_the_year_is_the_last_one_that_the_file_allows(tmp_path: Path) -> None:
    path = tmp_path / "messages"
    days = (b"Dec 31 23:59:58", b"Jan  1 00:00:01", b"Feb 29 00:00:00", b"Feb 30 00:00:00")
    path.write_bytes(b"".join(day + b" h p: x\n" for day in days))
    os.utime(path, (1_704_070_000, 1_704_070_000))  # 2024-01-01 00:46:40 UTC
    records = list(READERS.get("syslog")().read(file_blob(path), Limits()))
    times = [record[2].get("#time") for record in records if isinstance(record, tuple)]
    assert times == [1704067198.0, 1704067201.0, 1582934400.0, None]


@given(st.integers(0, 4_000_000_000), st.sampled_from(["+0000", "-0730", "+14:00", "Z", None]))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_times_are_those_of_the_standard_library(seconds: int, zone: str | None) -> None:
    from datetime import UTC, datetime, timedelta

    away = 0.0 if zone in (None, "Z", "+0000") else -27_000.0 if zone == "-0730" else 50_400.0
    there = datetime.fromtimestamp(seconds, UTC) + timedelta(seconds=away)
    clock = Clock(float(seconds) + 90_000)
    assert clock.iso(f"{there:%Y-%m-%dT%H:%M}", zone) == seconds - seconds % 60
    if zone is not None and zone != "Z":
        assert clock.clf(f"{there:%d/%b/%Y:%H:%M}", zone) == seconds - seconds % 60
    if away == 0.0:
        assert clock.month_day(f"{there:%b} {there.day:2} {there:%H:%M}") == seconds - seconds % 60


def test_what_sudo_says() -> None:
    raw = one(
        "Nov  1 09:00:55 h sudo:   al : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/home/al ; "
        "USER=root ; COMMAND=/bin/sh -c a ; b\n"
    )
    assert {key: raw[key] for key in ("user", "reason", "TTY", "PWD", "USER", "COMMAND")} == {
        "user": "al", "reason": "3 incorrect password attempts", "TTY": "pts/0", "PWD": "/home/al",
        "USER": "root", "COMMAND": "/bin/sh -c a ; b",
    }  # fmt: skip
    assert event_of(raw).user == "al"


def test_what_is_inside_a_line_is_read_as_what_it_is() -> None:
    raws = fed(
        "Jan  2 03:04:05 h app: plain\n"
        'Jan  2 03:04:05 h app: {"process_name":"a.exe","cmdline":"a.exe -x"}\n'
        "Jan  2 03:04:05 h CEF:0|V|P|1|7|n|3|src=1.2.3.4\n"
        "Jan  2 03:04:05 h LEEF:1.0|V|P|1|7|src=1.2.3.4\n"
        'Jan  2 03:04:05 h audispd: type=USER_AUTH msg=audit(1364481363.243:7): pid=1 res=failed\n'
        f"Jan  2 03:04:05 h sysmon: {XML}\n"
        'Jan  2 03:04:05 h app: broken {"a":\n'
        "Jan  2 03:04:05 h CEF:0|V\n",
        "syslog",
    )  # fmt: skip
    assert [raw.get("#kind") for raw in raws] == [
        "syslog",
        None,
        "cef",
        "leef",
        "auditd",
        None,
        "syslog",
        "syslog",
    ]
    assert raws[1]["#before"] == "Jan  2 03:04:05 h app:"
    assert (raws[2]["host"], raws[2]["src"]) == ("h", "1.2.3.4")
    assert (raws[4]["host"], raws[4]["program"], raws[4]["#time"]) == ("h", "audispd", 1364481363.243)
    assert event_of(raws[5]).category is Category.PROCESS


def test_json_in_a_message_leaves_the_message_alone() -> None:
    raw = one('Jan  2 03:04:05 h app: got {"a":1,"b":2}\n')
    assert (raw["program"], raw["Message"]) == ("app", 'got {"a":1,"b":2}')


def test_lines_between_xml_are_not_lost() -> None:
    data = f"Jan  2 03:04:05 h sysmon: {XML}\nJan  2 03:04:05 h sshd[1]: x\n".encode()
    assert reader_of(data) == "syslog"
    assert reader_of(f"Jan  2 03:04:05 h sysmon: {XML}\n".encode()) == "winxml"


def test_what_is_no_syslog_is_given_as_text() -> None:
    found, damages = fed_whole(
        b"Jan  2 03:04:05 h p: x\n\x00\x00\n\n\xff\xfe junk\nJan  2 03:04:05 h p: y", "syslog"
    )
    assert [(number, raw[KEY]) for number, _, raw in found] == [
        (1, "Jan  2 03:04:05 h p: x"),
        (4, "ÿþ junk"),
        (5, "Jan  2 03:04:05 h p: y"),
    ]
    assert damages == []


@pytest.mark.parametrize("system", ["Linux", "OpenSSH", "Mac"])
def test_recorded_lines_have_their_parts(system: str, logs_2k: Path) -> None:
    """Program and message of real lines, beside what the collection's own table says of them."""
    import csv

    with (logs_2k / system / f"{system}_2k.log_structured.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    raws = fed((logs_2k / system / f"{system}_2k.log").read_bytes())
    assert len(raws) == len(rows) == 2_000
    same = sum(raw["Message"].strip() == row["Content"].strip() for raw, row in zip(raws, rows, strict=True))
    assert same >= 1_980
    assert all("#time" in raw for raw in raws)
