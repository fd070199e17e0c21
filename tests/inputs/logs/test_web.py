"""Access logs, W3C extended logs and error logs of web servers."""

from __future__ import annotations

from pathlib import Path

import pytest

from cybersecqwen.inputs.text import KEY
from tests.inputs.logs.fed import event_of, fed, fed_whole, one, reader_of

TIME = {"#kind": "access", "#time": 971211336.0}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a.gif?x=1&y HTTP/1.0" 200 2326',
            {
                "c-ip": "127.0.0.1",
                "cs-username": "frank",
                "cs-method": "GET",
                "cs-uri": "/a.gif?x=1&y",
                "cs-uri-stem": "/a.gif",
                "cs-uri-query": "x=1&y",
                "cs-version": "HTTP/1.0",
                "sc-status": "200",
                "sc-bytes": "2326",
            },
        ),
        (
            r'::1 - - [10/Oct/2000:13:55:36 -0700] "POST /\x22 HTTP/2.0" 500 - '
            r'"http://r/" "a \"b\" \\ \x41\xe2" "extra"',
            {
                "c-ip": "::1",
                "cs-method": "POST",
                "cs-uri": '/"',
                "cs-uri-stem": '/"',
                "cs-version": "HTTP/2.0",
                "sc-status": "500",
                "cs-referer": "http://r/",
                "cs-user-agent": r'a "b" \ A\xe2',
            },
        ),
        (
            'www.x.y:443 1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "\\x16\\x03" 400 0 "-" "-"',
            {
                "c-ip": "1.2.3.4",
                "cs-host": "www.x.y",
                "s-port": "443",
                "cs-uri": "\\x16\\x03",
                "cs-uri-stem": "\\x16\\x03",
                "sc-status": "400",
                "sc-bytes": "0",
            },
        ),
        (
            '1.2.3.4 - joe smith [10/Oct/2000:13:55:36 -0700] "GET /a b HTTP/1.1" 404 1',
            {
                "c-ip": "1.2.3.4",
                "cs-username": "joe smith",
                "cs-method": "GET",
                "cs-uri": "/a b",
                "cs-uri-stem": "/a b",
                "cs-version": "HTTP/1.1",
                "sc-status": "404",
                "sc-bytes": "1",
            },
        ),
        (
            '1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "-" 408 - "-" ""',
            {"c-ip": "1.2.3.4", "sc-status": "408"},
        ),
        (
            '1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 200 7 0.004 12 "-" "curl/8"',
            {
                "c-ip": "1.2.3.4",
                "cs-method": "GET",
                "cs-uri": "/",
                "cs-uri-stem": "/",
                "cs-version": "HTTP/1.1",
                "sc-status": "200",
                "sc-bytes": "7",
                "cs-user-agent": "curl/8",
            },
        ),
        (
            '1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "GET /" 400 -',
            {"c-ip": "1.2.3.4", "cs-method": "GET", "cs-uri": "/", "cs-uri-stem": "/", "sc-status": "400"},
        ),
    ],
)
def test_access_logs(line: str, expected: dict[str, str]) -> None:
    raw = one(line + "\n")
    assert raw == {**TIME, **expected}
    assert reader_of(line.encode() + b"\n") == "access"
    event = event_of({**raw, KEY: line})
    assert (event.get("SourceIp"), event.get("Message")) == (expected["c-ip"], line)


def test_access_lines_that_do_not_fit() -> None:
    good = '1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 200 5'
    found, damages = fed_whole(f"{good}\n{good[:40]}\n\x00\x00\n{good}\n{good[:-20]}", "access")
    assert ([(number, "c-ip" in raw) for number, _, raw in found], damages) == (
        [(1, True), (2, False), (4, True), (5, False)],
        [],
    )
    assert "#time" not in one(good.replace("10/Oct", "31/Feb") + "\n")


IIS = (
    "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Date: 2021-03-01 00:00:03\n"
    "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query cs-username c-ip "
    "cs(User-Agent) cs(Referer) sc-status\n"
    "2021-03-01 00:00:03 10.0.0.4 GET /a.aspx q=1 DOM\\u 1.2.3.4 Mozilla/5.0+(x) - 200\n"
)


def test_iis() -> None:
    raw = one(IIS)
    assert raw == {
        "#kind": "w3c",
        "#time": 1614556803.0,
        "#software": "Microsoft Internet Information Services 10.0",
        "date": "2021-03-01",
        "time": "00:00:03",
        "s-ip": "10.0.0.4",
        "cs-method": "GET",
        "cs-uri": "/a.aspx?q=1",
        "cs-uri-stem": "/a.aspx",
        "cs-uri-query": "q=1",
        "cs-username": "DOM\\u",
        "c-ip": "1.2.3.4",
        "cs-user-agent": "Mozilla/5.0+(x)",
        "sc-status": "200",
    }
    assert event_of(raw).host == "10.0.0.4"


def test_fields_that_change_other_delimiters_and_short_rows() -> None:
    raws = fed(
        "#Version: 1.5\n#Fields: date time action src-ip dst-ip dst-port\n"
        "2021-03-01 00:00:03 DROP 1.2.3.4 5.6.7.8 445\n"
        '#Fields: x "quoted name"\n1 "two words"\n'
        '#Fields: date-time,client-ip,note\n2021-03-01T00:00:03.5Z,1.2.3.4,"a,b"\n'
        "#Fields: date\ttime\tx-host-header\n2021-03-01\t00:00:03\th\ttoo\tmany\n2021-03-01\n"
    )
    assert [raw.get("#time") for raw in raws] == [1614556803.0, None, 1614556803.5, 1614556803.0, None]
    assert (raws[0]["dst-ip"], raws[0]["dst-port"], raws[0]["action"]) == ("5.6.7.8", "445", "DROP")
    assert raws[1]["x"] == "1"
    assert (raws[2]["client-ip"], raws[2]["note"]) == ("1.2.3.4", "a,b")
    assert raws[3]["x-host-header"] == "h"
    assert set(raws[4]) == {"#kind", "date"}


@pytest.mark.parametrize(
    ("query", "agent"),
    [('"cmd=whoami', "curl/8"), ('"cmd=whoami', 'curl"'), ('a"b', '"'), ('""', '"x"'), ('"', '"')],
)
def test_a_quote_in_a_request_hides_no_cells(query: str, agent: str) -> None:
    found, damages = fed_whole(IIS.replace("q=1", query).replace("Mozilla/5.0+(x)", agent), "w3c")
    [(_, _, raw)] = found
    assert (raw["c-ip"], raw["sc-status"], raw["cs-uri-stem"]) == ("1.2.3.4", "200", "/a.aspx")
    assert raw.get("cs-uri-query", "") == ("" if query == '""' else query)
    assert damages == []


def test_quoted_cells_of_w3c_logs() -> None:
    head = "#Version: 1.0\n#Fields: c-ip cs(User-Agent) x sc-status\n"
    lines = (
        '1.2.3.4 "Mozilla 5 ""x""" - 200\n1.2.3.4 "Mozilla" "a""b" 200 \n'
        '1.2.3.4 "a b" 200\n1.2.3.4 "a - 200 7 8\n'
    )
    found, damages = fed_whole(head + lines + "1.2.3.4 a\n", "w3c")
    raws = [{key: value for key, value in raw.items() if key not in (KEY, "#kind")} for _, _, raw in found]
    assert raws == [
        {"c-ip": "1.2.3.4", "cs-user-agent": 'Mozilla 5 "x"', "sc-status": "200"},
        {"c-ip": "1.2.3.4", "cs-user-agent": "Mozilla", "x": 'a"b', "sc-status": "200"},
        {"c-ip": "1.2.3.4", "cs-user-agent": '"a', "x": 'b"', "sc-status": "200"},
        {"c-ip": "1.2.3.4", "cs-user-agent": '"a', "sc-status": "200"},
        {"c-ip": "1.2.3.4", "cs-user-agent": "a"},
    ]
    reason = "The line has other cells than there are fields (4)."
    assert [(damage.source.record, damage.records, damage.reason) for damage in damages] == [(6, 2, reason)]


def test_w3c_lines_before_any_fields_are_text() -> None:
    found, _ = fed_whole("a b c\n" + IIS, "w3c")
    assert [(number, set(raw) == {KEY}) for number, _, raw in found] == [(1, True), (6, False)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "[Sun Dec 04 04:47:44 2005] [error] [client 1.2.3.4] Directory index forbidden: /var/www/",
            {
                "program": "apache",
                "level": "error",
                "#time": 1133671664.0,
                "client": "1.2.3.4",
                "Message": "Directory index forbidden: /var/www/",
            },
        ),
        (
            "[Fri Sep 09 10:42:29.902022 2011] [core:error] [pid 35708:tid 4328636416] "
            "[client ::1:5] AH00035: x, referer: http://r/",
            {
                "program": "apache",
                "level": "error",
                "module": "core",
                "pid": "35708",
                "tid": "4328636416",
                "#time": 1315564949.902022,
                "client": "::1",
                "client_port": "5",
                "Message": "AH00035: x",
                "referrer": "http://r/",
            },
        ),
        (
            "[Fri Sep 09 10:42:29.902022 2011] [proxy:error] [pid 1] (13)No: [client 1.2.3.4:9] AH1: x",
            {
                "program": "apache",
                "level": "error",
                "module": "proxy",
                "pid": "1",
                "#time": 1315564949.902022,
                "client": "1.2.3.4",
                "client_port": "9",
                "Message": "(13)No: AH1: x",
            },
        ),
        (
            '2023/01/02 03:04:05 [error] 12#45: *67 open() "/x" failed (2: No such file), client: 1.2.3.4, '
            'server: s.y, request: "GET /a, b HTTP/1.1", upstream: "http://u/", host: "h.y", referrer: "http://r/"',
            {
                "program": "nginx",
                "level": "error",
                "pid": "12",
                "tid": "45",
                "connection": "67",
                "#time": 1672628645.0,
                "Message": 'open() "/x" failed (2: No such file)',
                "client": "1.2.3.4",
                "server": "s.y",
                "request": "GET /a, b HTTP/1.1",
                "upstream": "http://u/",
                "cs-host": "h.y",
                "referrer": "http://r/",
            },
        ),
        (
            "2023/01/02 03:04:05 [notice] 1#1: signal process started",
            {
                "program": "nginx",
                "level": "notice",
                "pid": "1",
                "tid": "1",
                "#time": 1672628645.0,
                "Message": "signal process started",
            },
        ),
    ],
)
def test_error_logs(line: str, expected: dict[str, object]) -> None:
    assert one(line + "\n") == {"#kind": "weberror", **expected}
    assert reader_of(line.encode() + b"\n") == "weberror"


def test_recorded_errors(logs_2k: Path) -> None:
    import csv

    with (logs_2k / "Apache" / "Apache_2k.log_structured.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    raws = fed((logs_2k / "Apache" / "Apache_2k.log").read_bytes())
    assert [raw["level"] for raw in raws] == [row["Level"] for row in rows]
    own = [
        ("[client" in row["Content"]) or raw["Message"] == row["Content"]
        for raw, row in zip(raws, rows, strict=True)
    ]
    assert all(own)
