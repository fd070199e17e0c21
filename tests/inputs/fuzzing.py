"""What fuzzing needs: a sample for every reader, unpacker and shape, mutations, and what must hold."""

from __future__ import annotations

import gzip
import json
import random
import struct
from collections.abc import Iterable
from typing import Any

import zstandard

from cybersecqwen.inputs import SHAPES
from cybersecqwen.inputs.shapes import Shape
from cybersecqwen.records import Category, Damage, Limits, Source

from .blobs import SMALL
from .evtx_maker import chunk, evtx
from .test_archives import zipped
from .test_ecs_generic import PROCESS
from .test_text_csv_xml import XML
from .test_windows import FORMS

JSONL = "\n".join(json.dumps(raw) for raw in FORMS.values()).encode()
ZEEK = (
    b"#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n"
    b"#fields\tts\tuid\tid.orig_h\tquery\tanswers\n#types\ttime\tstring\taddr\tstring\tvector[string]\n"
    b"1591367999.305988\tC1\t192.168.4.76\tte\\x73t.com\t1.2.3.4,x\\x2cy\n1591367999.4\tC2\t::1\t-\t(empty)\n"
)
SYSLOG = (
    b"<34>Oct 11 22:14:15 box su[1]: 'su root' failed\nJun 14 15:16:01 h sshd(pam_unix)[9]: x rhost=1.2.3.4\n"
    b'<165>1 2003-10-11T22:14:15.003Z h app 1 ID47 [a@1 iut="3" b="\\"q\\""] \xef\xbb\xbfAn entry\n'
    b"Nov  1 09:00:55 h sudo: al : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/id\n"
    b"<189>12: r: *Mar  1 00:01:02.123 UTC: %SYS-5-CONFIG_I: Configured\n"
    b'Jan  2 03:04:05 h a: {"a":1,"b":[2]}\nJan  2 03:04:05 h CEF:0|V|P|1|7|n|3|src=1.2.3.4 msg=a\\=b\n'
    b"Jan  2 03:04:05 h LEEF:2.0|V|P|1|7|^|src=1.2.3.4^x=y\n"
    b"Jan  2 03:04:05 h audispd: type=CWD msg=audit(1.234:7): cwd=2F61\n"
    b"Jan  2 03:04:05 h sysmon: " + XML.encode() + b"\n"
)
AUDITD = (
    b"type=SYSCALL msg=audit(1364481363.243:24287): arch=c000003e syscall=59 success=yes a0=7f ppid=1 pid=2 "
    b'uid=0 comm="cat" exe="/bin/cat" key=(null)\x1dARCH=x86_64 SYSCALL=execve UID="root"\n'
    b'type=EXECVE msg=audit(1364481363.243:24287): argc=2 a0="cat" a1_len=4 a1[0]=2F65 a1[1]=7463\n'
    b'type=CWD msg=audit(1364481363.243:24287): cwd="/"\n'
    b'type=PATH msg=audit(1364481363.243:24287): item=0 name="x" nametype=CREATE\n'
    b"type=PROCTITLE msg=audit(1364481363.243:24287): proctitle=636174002F\n"
    b"node=b type=SYSCALL msg=audit(1364481364.243:8): arch=c00000b7 syscall=203 exe=2F62\n"
    b"node=b type=SOCKADDR msg=audit(1364481364.243:8): saddr=0200005DC0A80001\x1dSADDR={ saddr_fam=inet }\n"
    b"type=USER_LOGIN msg=audit(1364481365.100:9): pid=1 msg='op=login acct=\"root\" res=failed'\n"
)
ACCESS = (
    b'1.2.3.4 - al [10/Oct/2000:13:55:36 -0700] "GET /a?b=%2e HTTP/1.0" 200 2326 "http://r/" "Mo\\"z \\x41"\n'
    b'www.x.y:80 1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "\\x16\\x03" 400 -\n'
    b'::1 - al b [10/Oct/2000:13:55:36 +0000] "-" 408 - "-" "-"\n'
)
W3C = (
    b"#Software: IIS\n#Fields: date time cs-method cs-uri-stem cs-uri-query c-ip cs(User-Agent) sc-status\n"
    b'2021-03-01 00:00:03 GET /a.aspx q=1 1.2.3.4 Mo+z 200\n2021-03-01 00:00:04 POST "/a b" - ::1 - 404\n'
    b"#Fields: date-time,client-ip\n2021-03-01T00:00:03Z,1.2.3.4\n"
)
WEBERROR = (
    b"[Sun Dec 04 04:47:44 2005] [notice] workerEnv.init() ok\n"
    b"[Fri Sep 09 10:42:29.902022 2011] [core:error] [pid 3:tid 4] (13)No: [client 1.2.3.4:5] x, referer: y\n"
    b'2023/01/02 03:04:05 [error] 1#4: *67 open() "/x" failed, client: 1.2.3.4, request: "GET /", host: "h"\n'
)
JOURNAL = (
    b"__CURSOR=s=1\n__REALTIME_TIMESTAMP=1342540861416351\nMESSAGE\n" + struct.pack("<Q", 5) + b"a\nb\0c\n"
    b"_HOSTNAME=h\nX=1\nX=2\n\n__CURSOR=s=2\n__REALTIME_TIMESTAMP=1342540861416352\nMESSAGE=hi\n"
)
TEXT = (
    b'2024-01-02T03:04:05Z h app: {"a":1,"b":[2]}\nJan  2 03:04:05 h x: y\n081109 203615 148 INFO x\n'
    b"[10.30 16:49:06] a\n20171223-22:15:29:606|S\n- 1117838570 2005.06.03 R 2005-06-03-15.42.50.6 x\n"
)
SAMPLES = {
    "jsonl": JSONL,
    "json": json.dumps([PROCESS, {"hits": {"hits": []}}], indent=1).encode(),
    "csv": b'a,b,c\n1,"x\ny",3\n4,5,6\n',
    "winxml": f"<Events>{XML}{XML}</Events>".encode(),
    "text": TEXT,
    "zip": zipped({"a.jsonl": JSONL, "b": zipped({"c": JSONL})}),
    "gz": gzip.compress(JSONL) + gzip.compress(b"[]"),
    "zst": zstandard.compress(JSONL) + zstandard.compress(b"[]"),
    "evtx": evtx(chunk(1, 4), chunk(5, 4)),
    "journal": JOURNAL,
    "zeek": ZEEK,
    "w3c": W3C,
    "auditd": AUDITD,
    "cef": b"".join(line for line in SYSLOG.splitlines(keepends=True) if b"CEF:" in line) * 2,
    "leef": b"LEEF:1.0|V|P|1|7|src=1.2.3.4\tusr=a b\nLEEF:2.0|V|P|1|7|x5E|src=::1^devTime=Oct 11 22:14:15\n",
    "access": ACCESS,
    "weberror": WEBERROR,
    "syslog": SYSLOG,
}
FRAMES = b"14 <13>Oct 1 x: y9 <34>1 - -\n5 <1>ab"
PARTS = (
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b'"',
        b"\\",
        b"\x00",
        b"\n",
        b"\r\n",
        b"\t",
        b" ",
        b"|",
        b"=",
        b"\\x",
        b"<Event>",
    ),
    *(b"<34>", b"CEF:0|", b"LEEF:2.0|", b"type=SYSCALL msg=audit(1.234:5): ", b"#fields\t", b"#Fields: "),
    *(b"#path\t", b"-", b"(empty)", b"\xef\xbb\xbf", b"\xff\xfe", b"\xff", b"Jan  2 03:04:05 ", b"__CURSOR="),
    *(b"2024-01-02T03:04:05Z ", b"[10/Oct/2000:13:55:36 -0700] ", b"99999999999999999999", b"cs1Label="),
    *(b"\xff\xff\xff\xff\xff\xff\xff\x7f", b"a" * 300, b"a=" * 40, b"\x1d", b"'", b"a0[0]=", b"12 <1>"),
    b"\xe2\x80\xa8",
)


def mutated(data: bytes, seed: int) -> bytes:
    """The bytes with a few cut out, doubled, flipped or replaced."""
    chance = random.Random(seed)
    found = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(found) + 1)
        size = chance.choice((1, 2, 7, 60))
        deed = chance.randrange(6)
        if deed == 0:
            del found[at : at + size]
        elif deed == 1:
            found[at:at] = found[at : at + size]
        elif deed == 2:
            found[at : at + size] = chance.randbytes(size)
        elif deed == 3:
            found[at:at] = chance.choice(PARTS)
        elif deed == 4:
            del found[at:]
        elif at < len(found):
            found[at] ^= 1 << chance.randrange(8)
    return bytes(found)


def patched(chance: random.Random) -> bytes:
    """Bytes made of what formats are made of, in any order."""
    return b"".join(
        chance.choice(PARTS) if chance.random() < 0.8 else chance.randbytes(chance.randint(1, 9))
        for _ in range(chance.randint(1, 30))
    )


def check(items: Iterable[Any]) -> list[dict[str, Any]]:
    """Read to the end; what comes is as it must be. The mappings."""
    found = []
    for item in items:
        if isinstance(item, Damage):
            assert item.reason
            assert item.records >= 1
            assert item.source.path
        else:
            number, offset, raw = item
            assert number >= 1
            assert offset >= -1
            assert raw.__class__ is dict
            assert raw or offset >= -1
            found.append(raw)
    return found


def shapes_on(raw: dict[str, Any], limits: Limits = SMALL) -> None:
    """Every shape that takes a mapping makes events of it that keep the bounds."""
    for _, kind in SHAPES:
        shape = kind()
        if shape.recognise(raw):
            shape_on(shape, raw, limits)


def shape_on(shape: Shape, raw: dict[str, Any], limits: Limits = SMALL) -> None:
    """One shape makes events of a mapping that keep the bounds."""
    provider, code = shape.head(raw)
    assert isinstance(provider, str)
    assert isinstance(code, str)
    for event in shape.events(raw, id="e1", source=Source(path="x"), limits=limits):
        assert isinstance(event.category, Category)
        assert all(isinstance(value, str) for value in event.fields.values())
        assert all(len(value) <= limits.value_chars for value in event.fields.values())
        assert event.time is None or isinstance(event.time, float)
