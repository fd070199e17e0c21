"""Lines: what a program, a record of the audit system, a web log or a device is told to be."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.rows import Kind, RowReader, column, hosts, messages, times, users
from cybersecqwen.detect.rows.line_marks import UNKNOWN, of_line
from cybersecqwen.inputs import READERS, SHAPES
from cybersecqwen.records import Limits, Source
from tests.inputs.blobs import read

CISCO = "172.16.5.10 6705: Feb 17 13:40:03.673: %PARSER-5-CFGLOG_LOGGEDCMD: User:admin  logged command:no aaa"
FORTIGATE = (
    'date=2024-05-01 time=10:00:00 devname="fw1" devid="FG1" logid="0100044547" type="event" subtype="x" '
    'level="information" user="ann" action="Add" cfgpath="firewall.policy" msg="Add firewall.policy 7"'
)


def of_lines(reader: str, text: str) -> tuple[Kind, list[dict[str, Any]]]:
    found, damages = read(READERS.get(reader)(), text.encode())
    assert not damages
    raws = [one[2] for one in found]
    kinds = {RowReader().kind_of(raw) for raw in raws}
    assert len(kinds) == 1
    return kinds.pop(), raws


def told(reader: str, text: str) -> tuple[str, str, str]:
    kind, _ = of_lines(reader, text)
    return kind.product, kind.service, kind.category


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("sshd[19]", ("linux", "sshd", "")),
        ("sshd(pam_unix)[19]", ("linux", "sshd", "")),
        ("sudo", ("linux", "sudo", "")),
        ("CRON[7]", ("linux", "cron", "")),
        ("/usr/sbin/cron[7]", ("linux", "cron", "")),
        ("crontab[7]", ("linux", "cron", "")),
        ("pkexec[7]", ("linux", "auth", "")),
        ("clamd[7]", ("linux", "clamav", "")),
        ("mysqld[7]", ("linux", "syslog", "database")),
        ("nginx[7]", ("linux", "nginx", "")),
        ("kernel", ("linux", "syslog", "")),
    ],
)
def test_the_program_tells_the_service(program: str, expected: tuple[str, str, str]) -> None:
    assert told("syslog", f"Jun 14 15:16:01 combo {program}: some message\n") == expected


def test_the_facility_tells_where_the_program_does_not() -> None:
    assert told("syslog", "<86>Jun 14 15:16:01 combo odd[1]: message\n") == ("linux", "auth", "")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (CISCO, ("cisco", "aaa", "")),
        ("*Mar  1 00:01:02: %BGP-3-NOTIFICATION: sent to neighbor", ("cisco", "bgp", "")),
        ("%ASA-session-6-302013: Built", ("cisco", "syslog", "")),
        ("50% of 100%-done", UNKNOWN),
        (FORTIGATE, ("fortigate", "event", "")),
        (FORTIGATE.replace("event", "traffic"), ("fortigate", "traffic", "firewall")),
        ("java.lang.IllegalStateException: no", UNKNOWN),
    ],
)
def test_devices_are_told_by_their_lines(line: str, expected: tuple[str, str, str]) -> None:
    assert of_line(line) == expected
    assert told("text", line + "\n") == expected


def test_pairs_of_a_line_are_fields() -> None:
    kind, raws = of_lines("text", FORTIGATE + "\n")
    assert column(kind, "cfgpath", raws) == ["firewall.policy"]
    assert column(kind, "action", raws) == ["Add"]
    assert column(kind, "username", raws) == ["ann"]
    assert column(kind, "path", raws) == [None]


def test_audit_records_are_of_the_category_that_they_tell_of() -> None:
    lines = [
        "type=SYSCALL msg=audit(1364481363.243:7): arch=c000003e syscall=59 success=yes exit=0 ppid=1 pid=2 "
        'auid=0 uid=0 comm="cat" exe="/bin/cat" key=(null)',
        'type=EXECVE msg=audit(1364481363.243:7): argc=2 a0="cat" a1="/etc/shadow"',
        'type=PATH msg=audit(1364481363.243:7): item=0 name="/tmp/x" nametype=CREATE',
        'type=PATH msg=audit(1364481363.243:7): item=1 name="/etc/shadow" nametype=NORMAL',
    ]
    found, _ = read(READERS.get("auditd")(), "\n".join(lines).encode() + b"\n")
    reader = RowReader()
    kinds = [reader.kind_of(raw) for _, _, raw in found]
    assert {kind.service for kind in kinds} == {"auditd"}
    assert [kind.category for kind in kinds] == ["process_creation", "", "file_event", ""]
    assert column(kinds[0], "Image", [found[0][2]]) == ["/bin/cat"]
    assert column(kinds[1], "a1", [found[1][2]]) == ["/etc/shadow"]


def test_a_query_may_be_written_with_its_path() -> None:
    line = '10.0.0.1 - ann [10/Oct/2000:13:55:36 -0700] "GET /a.php?id=1 HTTP/1.0" 200 12 "-" "curl/8"\n'
    kind, raws = of_lines("access", line + line.replace("?id=1", ""))
    assert kind.category == "webserver"
    assert column(kind, "cs-uri-query", raws) == [["id=1", "/a.php?id=1"], "/a.php"]
    assert column(kind, "cs-uri-stem", raws) == ["/a.php", "/a.php"]
    assert column(kind, "c-uri-extension", raws) == ["php", "php"]
    assert column(kind, "cs-user-agent", raws) == column(kind, "c-useragent", raws) == ["curl/8", "curl/8"]
    assert users(kind, raws) == ["ann", "ann"]


def test_w3c_logs_are_of_servers_proxies_and_firewalls() -> None:
    start = "#Fields: date time "
    server = start + "c-ip cs-method cs-uri-stem sc-status\n2024-01-02 03:04:05 10.0.0.1 GET /a 200\n"
    proxy = start + "c-ip cs-method cs-uri s-action\n2024-01-02 03:04:05 10.0.0.1 GET http://a/b TCP_MISS\n"
    firewall = (
        start + "action protocol src-ip dst-ip dst-port\n2024-01-02 03:04:05 DROP TCP 10.0.0.1 10.0.0.2 445\n"
    )
    assert told("w3c", server) == ("", "", "webserver")
    assert told("w3c", proxy) == ("", "", "proxy")
    assert told("w3c", firewall) == ("windows", "", "firewall")
    kind, raws = of_lines("w3c", firewall)
    assert column(kind, "dst_port", raws) == ["445"]
    kind, raws = of_lines("w3c", proxy)
    assert column(kind, "c-uri", raws) == [["http://a/b", "/b"]]
    assert column(kind, "cs-host", raws) == ["a"]


def test_cef_is_what_its_fields_show() -> None:
    head = "CEF:0|Fortinet|Fortigate|v6|1|traffic|3|"
    assert told("cef", head + "src=10.0.0.1 dst=10.0.0.2 dpt=445 act=deny\n") == ("fortigate", "", "firewall")
    request = head + "request=http://a/b requestMethod=GET requestClientApplication=curl src=10.0.0.1\n"
    kind, raws = of_lines("cef", request)
    assert kind.category == "proxy"
    assert column(kind, "c-uri", raws) == [["http://a/b", "/b"]]
    assert column(kind, "cs-host", raws) == ["a"]
    assert column(kind, "c-useragent", raws) == ["curl"]
    virus = "CEF:0|Symantec|Endpoint Protection|1|1|Trojan.X|9|filePath=C:\\\\x.exe fname=x.exe\n"
    kind, raws = of_lines("cef", virus)
    assert kind.category == "antivirus"
    assert column(kind, "Signature", raws) == ["Trojan.X"]
    assert column(kind, "Filename", raws) == ["C:\\x.exe"]


@pytest.mark.parametrize(
    ("reader", "line"),
    [
        ("syslog", "<86>Jun 14 15:16:01 combo sudo: ann : TTY=x ; PWD=/ ; USER=root ; COMMAND=/bin/id\n"),
        ("access", 'web 10.0.0.1 - ann [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 12\n'),
        ("cef", "CEF:0|V|P|1|1|n|3|src=10.0.0.1 suser=ann dvchost=fw rt=1700000000000\n"),
        (
            "auditd",
            "node=n type=USER_AUTH msg=audit(1364481363.243:7): pid=1 uid=0 msg='acct=\"ann\" res=failed'\n",
        ),
        ("weberror", "2024/01/02 03:04:05 [error] 7#7: *1 open() failed, client: 10.0.0.1, server: web\n"),
        ("text", "2024-01-02 03:04:05 something odd\n"),
    ],
)
def test_times_hosts_and_users_are_those_that_the_shapes_give(reader: str, line: str) -> None:
    kind, raws = of_lines(reader, line)
    event = SHAPES.get(kind.shape)().normalise(raws[0], id="", source=Source(path=""), limits=Limits())
    assert event.time is not None
    assert times(kind, raws) == [event.time]
    assert hosts(kind, raws) == [event.host]
    assert users(kind, raws) == [event.user]


def test_free_text_is_given_and_fields_are_not() -> None:
    kind, raws = of_lines("syslog", "Jun 14 15:16:01 combo sshd[1]: Accepted password for ann\n")
    assert messages(kind, raws) == ["Accepted password for ann"]
    kind, raws = of_lines("text", "any line\n")
    assert messages(kind, raws) == ["any line"]
    kind, raws = of_lines("access", '1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 12\n')
    assert messages(kind, raws) is None


@given(
    st.one_of(
        st.text(), st.from_regex(r"\[?20[0-9]{2}-0[0-9]-[0-3][0-9] [0-2][0-9]:00:00 \w{1,5} \w{1,5}: x")
    )
)
def test_any_line_tells_something(line: str) -> None:
    raw = {"#line": line}
    kind = RowReader().kind_of(raw)
    assert (kind.product, kind.service, kind.category) == of_line(line)
    event = SHAPES.get("text")().normalise(raw, id="", source=Source(path=""), limits=Limits())
    assert times(kind, [raw]) == [event.time]
    assert hosts(kind, [raw]) == [event.host]
