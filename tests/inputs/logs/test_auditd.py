"""Linux audit records: values, records of one event, interleaving."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cybersecqwen.inputs.logs.audit_values import decoded
from cybersecqwen.inputs.logs.syscalls import syscall_name
from cybersecqwen.inputs.text import KEY
from cybersecqwen.records import Category
from tests.inputs.logs.fed import event_of, fed, fed_whole, one, reader_of

EVENT = "\n".join(
    (
        "type=SYSCALL msg=audit(1364481363.243:24287): arch=c000003e syscall=59 success=yes exit=0 a0=7ff "
        'a1=1 items=2 ppid=2686 pid=3538 auid=1000 uid=1000 euid=0 tty=pts0 ses=1 comm="cat" exe="/bin/cat" '
        'key="watch"',
        'type=EXECVE msg=audit(1364481363.243:24287): argc=3 a0="cat" a1=2F6574632F612062 a2="x"',
        'type=CWD msg=audit(1364481363.243:24287):  cwd="/home/al"',
        'type=PATH msg=audit(1364481363.243:24287): item=0 name="./out" inode=4 nametype=CREATE',
        'type=PATH msg=audit(1364481363.243:24287): item=1 name="/lib/ld.so" inode=5 nametype=NORMAL',
        "type=PROCTITLE msg=audit(1364481363.243:24287): proctitle=636174002F6574632F61206200780A",
    )
)  # fmt: skip


def test_records_stay_apart_and_know_what_their_event_knows() -> None:
    found, damages = fed_whole(EVENT)
    assert (damages, [number for number, _, _ in found]) == ([], [1, 2, 3, 4, 5, 6])
    assert found[1][1] == len(EVENT.split("\n")[0]) + 1
    call, execve, cwd, created, loaded, title = (raw for _, _, raw in found)
    assert [raw["type"] for raw in (call, execve, cwd, created, loaded, title)] == [
        "SYSCALL", "EXECVE", "CWD", "PATH", "PATH", "PROCTITLE",
    ]  # fmt: skip
    assert {raw["#event"] for _, _, raw in found} == {"1364481363.243:24287"}
    assert {raw["#time"] for _, _, raw in found} == {1364481363.243}
    # a0 is a register in the one and the program in the other; the key is on one record alone
    assert (call["a0"], execve["a0"], execve["a1"]) == ("7ff", "cat", "/etc/a b")
    assert [raw.get("key") for _, _, raw in found] == ["watch", None, None, None, None, None]
    assert (call["SYSCALL"], call["Image"], call["ParentProcessId"]) == ("execve", "/bin/cat", "2686")
    assert (call["CommandLine"], call["CurrentDirectory"], call["User"]) == (
        "cat /etc/a b x",
        "/home/al",
        "1000",
    )
    assert (execve["exe"], execve["CommandLine"]) == ("/bin/cat", "cat /etc/a b x")
    assert (created["TargetFilename"], created["Image"], created["name"]) == (
        "/home/al/out",
        "/bin/cat",
        "./out",
    )
    assert loaded["TargetFilename"] == "/lib/ld.so"
    assert title["proctitle"] == "cat /etc/a b x\n"
    assert [event_of(raw).category for raw in (call, execve, created, loaded)] == [
        Category.PROCESS, Category.OTHER, Category.FILE, Category.OTHER,
    ]  # fmt: skip


def test_parents_are_remembered_from_earlier_starts() -> None:
    line = (
        "type=SYSCALL msg=audit(1.000:{0}): arch=c000003e syscall=59 success={3} ppid={1} pid={2} "
        'exe="/bin/{4}"\n'
    )
    execve = 'type=EXECVE msg=audit(1.000:{0}): argc=2 a0="{1}" a1="-x"\n'
    raws = fed(
        line.format(1, 1, 10, "yes", "sh") + execve.format(1, "sh")
        + line.format(2, 10, 11, "no", "no") + execve.format(2, "no")
        + line.format(3, 10, 11, "yes", "id") + execve.format(3, "id")
        + line.format(4, 11, 12, "yes", "ls") + "node=b " + line.format(5, 10, 13, "yes", "w")
    )  # fmt: skip
    calls = [raw for raw in raws if raw["type"] == "SYSCALL"]
    starts = [(raw["Image"], raw.get("ParentImage"), raw.get("ParentCommandLine")) for raw in calls]
    assert starts == [
        ("/bin/sh", None, None),
        ("/bin/no", None, None),
        ("/bin/id", "/bin/sh", "sh -x"),
        ("/bin/ls", "/bin/id", "id -x"),
        ("/bin/w", None, None),
    ]


def test_events_that_come_interleaved() -> None:
    lines = EVENT.split("\n")
    other = [line.replace("24287", "24288").replace("cat", "dog") for line in lines]
    mixed = [line for pair in zip(lines, other, strict=True) for line in pair]
    found, _ = fed_whole("\n".join(mixed))
    assert sorted(number for number, _, _ in found) == list(range(1, 13))
    commands = {raw["#event"]: raw["CommandLine"] for _, _, raw in found if raw["type"] == "SYSCALL"}
    assert commands == {
        "1364481363.243:24287": "cat /etc/a b x",
        "1364481363.243:24288": "dog /etc/a b x",
    }


def test_a_connection() -> None:
    lines = (
        "node=web1 type=SYSCALL msg=audit(1.000:8): arch=c000003e syscall=42 success=yes pid=2 uid=0 "
        'comm="nc" exe="/bin/nc" key=(null)\x1dARCH=x86_64 SYSCALL=connect AUID="al" UID="root"\n'
        "node=web1 type=SOCKADDR msg=audit(1.000:8): saddr={}\n"
    )
    for address, ip, port in (
        ("0200005DC0A80001000000000000", "192.168.0.1", "93"),
        ("0A0001BB0000000020010DB800000000000000000000000100000000", "2001:db8::1", "443"),
        ("0200\x1dSADDR={ saddr_fam=inet laddr=10.0.0.9 lport=8080 }", "10.0.0.9", "8080"),
    ):
        call, where = fed(lines.format(address))
        assert (call["host"], call["User"], call["SYSCALL"]) == ("web1", "root", "connect")
        assert (where["DestinationIp"], where["DestinationPort"], where["Image"]) == (ip, port, "/bin/nc")
        assert where["Initiated"] == "true"
    assert (
        "DestinationIp" not in fed(lines.format("0100" + "2F72756E00" * 3))[1]
    )  # a socket in the file system


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "type=SERVICE_STOP msg=audit(1.234:1): pid=1 uid=0 msg='unit=auditd comm=\"systemd\" "
            'exe="/usr/lib/systemd/systemd" hostname=? addr=? terminal=? res=success\'',
            {"unit": "auditd", "comm": "systemd", "exe": "/usr/lib/systemd/systemd", "res": "success"},
        ),
        (
            "type=USER_CMD msg=audit(1.234:1): pid=7 msg='cwd=\"/root\" cmd=6361742061 terminal=pts/0'",
            {"cmd": "cat a", "cwd": "/root", "terminal": "pts/0"},
        ),
        (
            'Jan  2 03:04:05 web1 audispd: type=ADD_USER msg=audit(1.234:1): acct="new" exe="/sbin/useradd"',
            {"host": "web1", "acct": "new", "type": "ADD_USER"},
        ),
        (
            'type=EXECVE msg=audit(1.234:1): argc=2 a0="sh" a1_len=8 a1[0]=61 a1[1]=6263 a1[2]="d"',
            {"a0": "sh", "a1": "abcd"},
        ),
        ("type=TTY msg=audit(1.234:1): tty pid=9 data=6C730D", {"data": "ls\r"}),
        (
            "type=SYSCALL msg=audit(1.234:1): arch=c00000b7 syscall=221 a0=6162",
            {"SYSCALL": "execve", "a0": "6162"},
        ),
    ],
)  # fmt: skip
def test_values(line: str, expected: dict[str, str]) -> None:
    raw = one(line + "\n", "auditd")
    assert {key: raw.get(key) for key in expected} == expected
    assert "hostname" not in raw


def test_records_that_the_kernel_printed() -> None:
    lines = (
        "Jan  2 03:04:05 web1 kernel: [   12.345678] audit: type=1400 audit(1364481363.243:7): "
        'apparmor="DENIED" operation="open" profile="p" name="/etc/x" pid=9 comm="cat"\n'
        "Jan  2 03:04:05 web1 kernel: audit: type=1300 audit(1364481363.243:8): arch=c000003e syscall=59 "
        "exe=2F62\n"
        "Jan  2 03:04:05 web1 kernel: audit: type=1999 audit(1364481363.243:9): x=1\n"
        "Jan  2 03:04:05 web1 kernel: [    1.000000] audit: initializing\n"
    )
    denied, call, other, plain = fed(lines)
    assert (denied["type"], denied["operation"], denied["name"], denied["host"]) == (
        "AVC",
        "open",
        "/etc/x",
        "web1",
    )
    assert (call["type"], call["SYSCALL"], call["exe"], call["#event"]) == (
        "SYSCALL", "execve", "/b", "1364481363.243:8",
    )  # fmt: skip
    assert other["type"] == "UNKNOWN[1999]"
    assert (plain["#kind"], plain["Message"]) == ("syslog", "[    1.000000] audit: initializing")
    assert fed_whole(lines)[0][0][2][KEY] == lines.split("\n")[0]


@given(st.binary(min_size=2, max_size=60).filter(lambda data: b"\0" not in data))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_hexadecimal_values_come_back(data: bytes) -> None:
    assert decoded(data.hex().upper()) == data.decode("utf-8", "replace")


def test_what_only_looks_like_it() -> None:
    assert decoded("xyz") == "xyz"
    assert decoded("ABC") == "ABC"
    assert syscall_name("c000003e", "59") == "execve"
    assert syscall_name("40000003", "11") == "execve"
    assert syscall_name("c000003e", "99999") == ""
    assert syscall_name("nonsense", "1") == ""


def test_what_does_not_fit_is_given_as_text_and_memory_is_bounded() -> None:
    lines = EVENT.split("\n")
    found, _ = fed_whole("\n".join((lines[0], "rubbish", "type=SYSCALL msg=audit(cut", *lines[1:])), "auditd")
    assert [raw.get("type", raw[KEY][:7]) for _, _, raw in found] == [
        "rubbish", "type=SY", "SYSCALL", "EXECVE", "CWD", "PATH", "PATH", "PROCTITLE",
    ]  # fmt: skip
    many = [lines[0], *[lines[3]] * 1_000]
    assert len(fed("\n".join(many))) == 1_001
    assert reader_of(EVENT.encode()) == "auditd"
