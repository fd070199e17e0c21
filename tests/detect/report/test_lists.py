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
WORDS = st.text(alphabet=LETTERS, min_size=4, max_size=12)
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
