"""The scanner: hard cases, offsets, and that windows find what the whole text has."""

from __future__ import annotations

import gc
import json
import sys
import zipfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.report.extractors import REPORT_EXTRACTORS
from cybersecqwen.detect.report.scan import lookers, scan, scan_slowly
from cybersecqwen.detect.text.matches import refanged

from .scan_cases import CASES
from .test_lookers_rules import YARA_RULE


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text[:40] for text, _ in CASES])
def test_hard_case(text: str, expected: tuple[str, ...]) -> None:
    assert Counter(f"{match.type} {match.value}" for match in scan(text)) == Counter(expected)
    assert scan(text) == scan_slowly(text)


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text[:40] for text, _ in CASES])
def test_context_around_changes_neither_offsets_nor_findings(text: str, expected: tuple[str, ...]) -> None:
    alone = scan(text)
    front = "Σİ ß — 𝒳 plain words\n\n"
    around = scan(f"{front}{text}\n\nand more")
    assert [
        (match.type, match.value, match.start + len(front), match.end + len(front)) for match in alone
    ] == [(match.type, match.value, match.start, match.end) for match in around]


PORTS = {
    "192.0.2.7:8080": ("ipv4", 8080),
    "192.0.2[.]7[:]443": ("ipv4", 443),
    "[2001:db8::1]:53": ("ipv6", 53),
    "evil.com:8443": ("domain", 8443),
    "evil[.]com[:]8443": ("domain", 8443),
    "192.0.2.7": ("ipv4", 0),
    "192.0.2.7:99999": ("ipv4", 0),
}


@pytest.mark.parametrize(("text", "expected"), PORTS.items())
def test_ports(text: str, expected: tuple[str, int]) -> None:
    (match,) = scan(f"to {text} now")
    assert (match.type, match.port) == expected


NOTES = {
    "d41d8cd98f00b204e9800998ecf8427e": "hash of the empty file",
    "192.168.1.1": "private address (RFC 1918)",
    "10.0.0.0/8": "private address (RFC 1918)",
    "ff:ff:ff:ff:ff:ff": "broadcast",
}


@pytest.mark.parametrize(("text", "note"), NOTES.items())
def test_what_is_set_apart(text: str, note: str) -> None:
    assert [match.note for match in scan(text)] == [note]


def test_invisible_characters_stand_within_the_offsets() -> None:
    text = "to ev\u200bil\u00ad.com and 192.0.2.7"
    found = [(match.value, text[match.start : match.end]) for match in scan(text)]
    assert found == [("evil.com", "ev\u200bil\u00ad.com"), ("192.0.2.7", "192.0.2.7")]


def test_no_text_no_match() -> None:
    assert scan("") == ()
    assert scan("Plain prose. It says nothing; nobody is named, no.") == ()


class _Cycle:
    """Refers to itself: only the search for cycles frees one."""

    def __init__(self) -> None:
        self.me = self


def test_the_search_for_cycles_goes_on_between_texts() -> None:
    """What is made and dropped between two texts must not be taken for long-lived."""
    scan("")
    gc.collect()
    for _ in range(400):
        for _ in range(150):
            _Cycle()
        scan("")
    assert gc.isenabled()
    # Not isinstance: it asks objects for their class, and some of other libraries warn when asked anything.
    assert sum(type(one) is _Cycle for one in gc.get_objects()) < 20_000


def test_a_collector_that_is_off_stays_off() -> None:
    gc.disable()
    try:
        scan("evil.com")
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_no_text_is_kept() -> None:
    text = "".join(["C:\\a\\b.exe and ", "evil.com"])
    before = sys.getrefcount(text)
    scan(text)
    assert sys.getrefcount(text) == before


def test_threads_read_texts_apart() -> None:
    """What one of them knows about rules is not used for the text of another."""
    rule = YARA_RULE.replace("nobody {", "C:\\a\\b.exe")
    no_rule = rule.replace("private rule", "private file")
    texts = [rule, no_rule, f"{no_rule}\n{rule}", "C:\\c\\d.exe"] * 8
    alone = [scan(text) for text in texts]
    assert [[match.type for match in found] for found in alone[:2]] == [["yara"], ["file"]]
    with ThreadPoolExecutor(4) as pool:
        assert [*pool.map(scan, texts)] == alone


def test_all_lookers_load_and_own_names_are_distinct() -> None:
    assert len(lookers()) == len(REPORT_EXTRACTORS.names())


SYNTAX = (
    "http:// hxxp hxxps :// [:] [:// [/] __ [.] [. .] (.) {.} [dot] \\. . .. evil com ru "
    "co.uk @ [at] (at) [ ] ( ) { } < > \\ \\\\ C:\\ C:/ HKLM\\ Software\\Microsoft\\ "
    "HKEY_CURRENT_USER /tmp/ ~/ 1.2.3.4 1 10.0.0 255 /24 - -20 :443 : :: ::1 fe80 2001:db8 "
    "%eth0 T1059 /001 TA0011 S0154 mitre CVE- 2021 44228 /45046 AS AS13335 asn %TEMP%\\ "
    "$env:x\\ pipe\\ \\\\.\\ \xe9 \u0130 \u017f K \u0131 \xdf _ ~ + , ; ! ? * # "
    "00:1a:2b:3c:4d:5e 001a.2b3c.4d5e exe .exe .zip NET ASP.NET The version v System.IO "
    "commit serial key <tag>\\ ..\\ \u200b \xad \uff0e \u3002 \u2011 \u2013 \u201c \u201d "
    "\uff11 \u4e2d\u6587 \U0001f600 \ud800 \u2028 \xa0"
)
PIECES = st.sampled_from(
    [
        *SYNTAX.split(" "),
        "a1" * 16,
        "0b" * 20,
        "c3" * 32,
        " ",
        " ",
        "\n",
        "\r\n",
        "\t",
        '"',
        "'",
        " dot ",
        " at ",
        " .com",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=30).map("".join)))
def test_windows_find_what_the_whole_text_has(text: str) -> None:
    assert scan(text) == scan_slowly(text)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_a_value_derives_from_its_stretch(text: str) -> None:
    """Every letter and digit of a value but those of its normal form stands between its offsets."""
    for match in scan(text):
        assert 0 <= match.start < match.end <= len(text)
        raw = text[match.start : match.end]
        assert raw.strip(" \n") == raw
        if match.type in ("domain", "md5", "sha1", "sha256") and raw.isascii():
            assert refanged(raw).lower().replace(" ", "") == match.value or " dot " in raw.lower()


@pytest.mark.data
def test_reports_are_read_the_same_in_windows(data_dir: Path) -> None:
    with zipfile.ZipFile(data_dir / "intel" / "tram_reports.zip") as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".mjson"))
        texts = [json.loads(archive.read(name))["signal"] for name in names[::20]]
    for text in texts:
        found = scan(text[:20_000])
        assert found == scan_slowly(text[:20_000])
