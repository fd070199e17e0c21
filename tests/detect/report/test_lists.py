"""Lists of indicators and nothing else come out whole, in whatever form reports give them."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.report.scan import scan, scan_slowly
from cybersecqwen.detect.text.names import is_code

ENDINGS = (
    "com net org info biz xyz top club site online shop live ru de eu nl cn su tk icu vip space website tech"
    " store dev cloud link work world today life news email io co me in is at to us co.uk com.br app"
    " agency support download stream review bid trade click help zone host press fun pw cc ws la gg ai"
)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
CUES = (
    "hash",
    "ja3",
    "mutex",
    "mutant",
    "serial",
    "cert",
    "print",
    "user",
    "agent",
    "service",
    "task",
    "commit",
    "tlsh",
)
WORDS = st.text(alphabet=LETTERS, min_size=4, max_size=12).filter(
    lambda one: not any(cue in one for cue in CUES)
)
"""Labels that are no word which tells what stands behind it."""
LABELS = st.one_of(
    WORDS,
    st.tuples(WORDS, WORDS).map("-".join),
    st.tuples(WORDS, st.integers(0, 99)).map(lambda one: f"{one[0]}{one[1]}"),
)
DOMAINS = (
    st.tuples(st.one_of(LABELS, st.tuples(LABELS, LABELS).map(".".join)), st.sampled_from(ENDINGS.split()))
    .map(".".join)
    .filter(lambda one: not is_code(one, one))
)
OCTETS = st.integers(0, 255)
ADDRESSES = st.tuples(st.integers(1, 223), OCTETS, OCTETS, st.integers(1, 254)).map(
    lambda four: ".".join(map(str, four))
)
HASHES = st.one_of(
    *(st.binary(min_size=size, max_size=size).map(bytes.hex) for size in (16, 20, 32, 64))
).filter(lambda one: not one.isdigit() and not one.isalpha() and len(set(one)) > 4)
URLS = st.tuples(
    st.sampled_from(("http://", "https://")),
    st.one_of(DOMAINS, ADDRESSES),
    st.sampled_from(("", "/", "/a.php", "/in/x.exe", "/gate?id=7")),
).map("".join)
TYPES = {16: "md5", 20: "sha1", 32: "sha256", 64: "sha512"}
NAMED = st.one_of(
    DOMAINS.map(lambda one: ("domain", one)),
    ADDRESSES.map(lambda one: ("ipv4", one)),
    HASHES.map(lambda one: (TYPES[len(one) // 2], one)),
    URLS.map(lambda one: ("url", one)),
)
LISTS = st.lists(NAMED, min_size=1, max_size=12, unique=True)
SEPARATORS = (
    "\n",
    "\r\n",
    "\n\n",
    ", ",
    ",",
    "; ",
    ";",
    " | ",
    "|",
    "\t",
    "\n- ",
    "\n* ",
    "\n\u2022 ",
    " \n",
    "\n1. ",
)


def found(text: str) -> set[tuple[str, str]]:
    """Types and values in a text, the hosts of URLs left out."""
    matches = scan(text)
    urls = [one for one in matches if one.type == "url"]
    return {
        (one.type, one.value)
        for one in matches
        if one.type == "url" or not any(url.start <= one.start and one.end <= url.end for url in urls)
    }


@settings(max_examples=400, deadline=None)
@given(LISTS, st.sampled_from(SEPARATORS))
def test_a_plain_list_comes_out_whole(some: list[tuple[str, str]], between: str) -> None:
    text = between.join(value for _, value in some)
    assert found(text) == set(some)
    assert scan(text) == scan_slowly(text)


@settings(max_examples=200, deadline=None)
@given(LISTS, st.sampled_from(SEPARATORS), st.sampled_from(('"', "'", "`", "[]", "()", "<>")))
def test_quoted_ones_come_out_whole(some: list[tuple[str, str]], between: str, marks: str) -> None:
    text = between.join(f"{marks[0]}{value}{marks[-1]}" for _, value in some)
    assert found(text) == set(some)


@settings(max_examples=200, deadline=None)
@given(LISTS)
def test_defanged_ones_come_out_whole(some: list[tuple[str, str]]) -> None:
    text = "\n".join(
        value.replace("http://", "hxxp://").replace("https://", "hxxps://").replace(".", "[.]")
        for _, value in some
    )
    assert found(text) == set(some)


@settings(max_examples=200, deadline=None)
@given(LISTS, st.booleans())
def test_json_comes_out_whole(some: list[tuple[str, str]], keyed: bool) -> None:
    rows = [{"type": kind, "value": value, "count": 3} if keyed else value for kind, value in some]
    assert found(json.dumps(rows, indent=1 if keyed else None)) == set(some)


@settings(max_examples=200, deadline=None)
@given(LISTS, st.sampled_from(",;\t|"), st.booleans())
def test_tables_come_out_whole(some: list[tuple[str, str]], delimiter: str, head: bool) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    if head:
        writer.writerow(["type", "indicator", "first seen", "hits"])
    for at, (kind, value) in enumerate(some):
        writer.writerow([kind, value, f"2024-03-{at + 1:02}", str(at * 7)])
    assert found(out.getvalue()) == set(some)


@settings(max_examples=200, deadline=None)
@given(LISTS)
def test_counts_and_dates_beside_change_nothing(some: list[tuple[str, str]]) -> None:
    text = "\n".join(f"{at + 1}\t{value}\t2024-05-01 10:2{at % 10}:00" for at, (_, value) in enumerate(some))
    assert found(text) == set(some)


AMBIGUOUS = st.tuples(LABELS, st.sampled_from(("zip", "so", "sh", "py", "pl", "rs", "md", "mov"))).map(
    ".".join
)


@settings(max_examples=200, deadline=None)
@given(st.lists(DOMAINS, min_size=2, max_size=6, unique=True), AMBIGUOUS, st.sampled_from(SEPARATORS[:-1]))
def test_endings_of_files_are_domains_among_domains(some: list[str], one: str, between: str) -> None:
    assert found(between.join([*some[:1], one, *some[1:]])) == {("domain", name) for name in [*some, one]}


@settings(max_examples=100, deadline=None)
@given(st.lists(AMBIGUOUS, min_size=1, max_size=6, unique=True), st.sampled_from(SEPARATORS))
def test_endings_of_files_are_files_among_themselves(some: list[str], between: str) -> None:
    assert {kind for kind, _ in found(between.join(some))} <= {"file"}


TOGETHER = (
    ("table 10.1.2.3", set()),
    ("\u7248\u672c 8.4.2.1", set()),
    ("a domain collector-run.sh", {("domain", "collector-run.sh")}),
    ("it calls collector-run.sh, a domain", {("domain", "collector-run.sh")}),
    ("it calls collector-run.sh and dies", {("file", "collector-run.sh")}),
    ("Calculator.app", {("file", "Calculator.app")}),
    ("made with Socket.IO and TensorFlow.js", set()),
    ("evil-panel.net\n55.228.10.3", {("domain", "evil-panel.net"), ("ipv4", "55.228.10.3")}),
    ("evil.net 55.228.10.3", {("domain", "evil.net"), ("ipv4", "55.228.10.3")}),
    ("update.version\n8.1.2.3\n", {("ipv4", "8.1.2.3")}),
    ("agent\n45.1.2.3", {("ipv4", "45.1.2.3")}),
    ("Version\t45.1.2.3", {("ipv4", "45.1.2.3")}),
    ("1.2.3.21/5.6.7.8", {("ipv4", "1.2.3.21"), ("ipv4", "5.6.7.8")}),
    ("proxied through 91.243.80.14", {("ipv4", "91.243.80.14")}),
    ("tcp/91.243.80.14", {("ipv4", "91.243.80.14")}),
    ("Chrome/120.0.60.71", set()),
    (".NET 4.7.2.1 and 4.8.1.0", set()),
    ("section 3.2.1.4 for this, 4.1.1.2 for that", set()),
    ('{"version": "2.14.0.7"}', set()),
    ("Abschnitt 4.1.2.3", set()),
    ("OID 2.5.29.15", set()),
    ("the old installer (6.0.4.22) is withdrawn", set()),
    ("upgrade to 4.2.1.9 now", set()),
    ("It connects to 6.0.4.22 after an upgrade", {("ipv4", "6.0.4.22")}),
    ("from 10.0.0.5 through 10.0.0.9", {("ipv4", "10.0.0.5"), ("ipv4", "10.0.0.9")}),
)


@pytest.mark.parametrize(("text", "expected"), TOGETHER)
def test_what_stands_beside_a_number(text: str, expected: set[tuple[str, str]]) -> None:
    assert found(text) == expected


H32, H40 = "5259b568d72fbb5a54ef0a05dce76afe", "c5f32b2874cd952b7f4c53241cd39cfdd007f252"
HARD = (
    (f"\u6837\u672c\u54c8\u5e0c\u4e3a{H32}\uff0c\u8fde\u63a5evil[.]com\u548c1.2.3.4\u7684\u670d\u52a1\u5668",
     {("md5", H32), ("domain", "evil.com"), ("ipv4", "1.2.3.4")}),
    (f"{H40.upper()}msd017.exe", {("sha1", H40)}),
    (f"MD5{H32}Filename", {("md5", H32)}),
    (f"{H32}_packed", {("md5", H32)}),
    (f"{H32}-12", set()),
    (f"commit {H40}", set()),
    (f"AES key: {H32}", set()),
    (f"a Rich header hash ({H32})", set()),
    (f"authentihash\t{H32 * 2}", set()),
    ("194.61.121[.]86Command and control", {("ipv4", "194.61.121.86")}),
    ("URLshxxps://evil[.]com/a.dathxxp://evil[.]com/b",
     {("url", "https://evil.com/a.dat"), ("url", "http://evil.com/b")}),
    ("(https://evil.com/a)MD5", {("url", "https://evil.com/a")}),
    ("http:// evil .com/a", {("url", "http://evil.com/a")}),
    ("evil[.]com/in.php, www.evil.com/x?y=1", {("url", "evil.com/in.php"), ("url", "www.evil.com/x?y=1")}),
    ("5.6.7.8:81/a.sh", {("url", "5.6.7.8:81/a.sh")}),
    ("http://evil.com/?id=<user_name>", {("domain", "evil.com")}),
    ("XXX@evil.com and XXXX.ru", set()),
    ("john[.]doe[at]evil[.]com", {("email", "john.doe@evil.com")}),
    ("::ffff:89.44.9.243", {("ipv6", "::ffff:89.44.9.243")}),
    ("0.0.0.0:80, mask 255.255.255.0", set()),
    ("“Annual Report.docx” is sent", {("file", "Annual Report.docx")}),
    ("see (Chrome Update.js)", {("file", "Chrome Update.js")}),
    ("d.h. rund", set()),
    ("C:\\A B\\track list.dat.", {("file", "C:\\A B\\track list.dat")}),
    ("C:\\Windows\\System32\\mstsc mstsc.exe",
     {("file", "C:\\Windows\\System32\\mstsc"), ("file", "mstsc.exe")}),
    ('"HKLM\\System\\CurrentControlSet\\Control\\Terminal Server" /v',
     {("registry", "HKLM\\System\\CurrentControlSet\\Control\\Terminal Server")}),
    ("HKLM\\HARDWARE\\{76BA14B7-AF0C-4dc9-9E9D-2A6970F231D9}.",
     {("registry", "HKLM\\HARDWARE\\{76BA14B7-AF0C-4dc9-9E9D-2A6970F231D9}")}),
    ('CreateNamedPipeW(L"\\\\\\\\.\\\\pipe\\\\zq77ctl", 1)', {("pipe", "\\\\.\\pipe\\zq77ctl")}),
    ("the scheduled task \\GoogleTaskUser; it", {("task", "\\GoogleTaskUser")}),
    ("it enables the service net-tuned", {("service", "net-tuned")}),
    ("Mutexes:\nLocal\\SM0:1:2\nGlobal\\one_2", {("mutex", "Local\\SM0:1:2"), ("mutex", "Global\\one_2")}),
    ("Group G0046 uses S0154 (T1059.001, T1105)",
     {("attack", one) for one in ("G0046", "S0154", "T1059.001", "T1105")}),
    ("Technique t1003.001", {("attack", "T1003.001")}),
    ("a Lenovo T1400 in room S0100", set()),
    ("flight T1057", set()),
    ("0x52908400098527886E0F7030069857D2E4169EE7", {("eth", "0x52908400098527886e0f7030069857d2e4169ee7")}),
    ('rule A { strings: $a = "x.exe" $b = "a.evil.com" condition: $a }',
     {("yara", "A"), ("domain", "a.evil.com")}),
)  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), HARD, ids=[text[:40] for text, _ in HARD])
def test_what_reports_do_to_indicators(text: str, expected: set[tuple[str, str]]) -> None:
    assert found(text) == expected
    assert scan(text) == scan_slowly(text)
