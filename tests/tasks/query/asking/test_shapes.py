"""Values that their shape gives away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.tasks.query.asking.mentions import Kind, without_overlaps
from cybersecqwen.tasks.query.asking.shapes import shapes


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("run mimikatz.exe now", Kind.PROGRAM, "mimikatz.exe"),
        ("loads version.dll from", Kind.LIBRARY, "version.dll"),
        ("a file dump.dmp there", Kind.FILE, "dump.dmp"),
        ("files with .hta ending", Kind.FILE, ".hta"),
        (r"in C:\Users\Public\x.txt there", Kind.PATH, r"c:\users\public\x.txt"),
        ("writes /etc/cron.d/x here", Kind.PATH, "/etc/cron.d/x"),
        ("with -enc flag", Kind.FLAG, "-enc"),
        ("with /c given", Kind.FLAG, "/c"),
        ("with --pty given", Kind.FLAG, "--pty"),
        ('contains "a b c" somewhere', Kind.TEXT, "a b c"),
        ("to 192.0.2.1 now", Kind.ADDRESS, "192.0.2.1"),
        ("to 2001:db8::1 now", Kind.ADDRESS, "2001:db8::1"),
        ("in 192.0.2.0/24 now", Kind.ADDRESS, "192.0.2.0/24"),
        ("to www.example.org now", Kind.DOMAIN, "www.example.org"),
        ("from hxxp://example.org/a?b", Kind.URL, "http://example.org/a?b"),
        ("hash d41d8cd98f00b204e9800998ecf8427e", Kind.HASH, "d41d8cd98f00b204e9800998ecf8427e"),
        (r"key HKLM\Software\Run", Kind.KEY, r"hklm\software\run"),
        ("event id 4688", Kind.EVENT, "4688"),
        ("EventID=4688", Kind.EVENT, "4688"),
        ("on port 3389", Kind.PORT, "3389"),
        ("exploits CVE-2021-44228", Kind.VULNERABILITY, "cve-2021-44228"),
        ("about T1059.001", Kind.TECHNIQUE, "t1059.001"),
        ("calls Invoke-Mimikatz now", Kind.CMDLET, "invoke-mimikatz"),
        ("by user anna.b today", Kind.USER, "anna.b"),
        ("on host WS-01 today", Kind.HOST, "ws-01"),
        ("action repo.archived.now done", Kind.API, "repo.archived.now"),
    ],
)
def test_shape(text: str, kind: Kind, value: str) -> None:
    found = [one for one in without_overlaps(shapes(text)) if one.kind is kind]
    assert [one.values for one in found] == [(value,)]


@pytest.mark.parametrize("text", ["999.1.1.1", "e.g. this", "user names", "a/b testing of it", "well-known"])
def test_no_shape(text: str) -> None:
    assert [one for one in without_overlaps(shapes(text)) if one.kind is not Kind.FLAG] == []


def test_several_numbers() -> None:
    (one,) = [m for m in shapes("events 4624, 4625 and 4634") if m.kind is Kind.EVENT]
    assert one.values == ("4624", "4625", "4634")


@given(st.text(max_size=300))
def test_places_are_within_the_text(text: str) -> None:
    for one in without_overlaps(shapes(text)):
        assert 0 <= one.start < one.end <= len(text)
        assert one.values
