"""Links that nobody can click, names that stay as they are, and characters that nobody obeys."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.records import Evidence, Indicator
from cybersecqwen.render.defang import Defanger, safe_text
from tests.strategies import UNHURRIED, texts

KNOWN = Defanger(["evil.example", "files.evil.example", "2001:db8::7", "bücher.example"])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://evil.example/a.ps1", "hxxp://evil[.]example/a.ps1"),
        ("HTTPS://Evil.Example:8443/a", "HXXPS://Evil[.]Example:8443/a"),
        ("hTtP://a.example", "hxxP://a[.]example"),
        ("ftp://a.example/x", "fxp://a[.]example/x"),
        ("ldap://a.example/x", "ldap://a[.]example/x"),
        ("http://user:pw@a.example/", "hxxp://user:pw[@]a[.]example/"),
        ("http://a.example/?u=http://b.example", "hxxp://a[.]example/?u=hxxp://b[.]example"),
        ("x1mhttp://a.example", "x1mhxxp://a[.]example"),
        ("aaaaaaaaaaaaaaaaaaaaaaaa.http://evil.example", "aaaaaaaaaaaaaaaaaaaaaaaa.hxxp://evil[.]example"),
        ("www.b.examplehttp://evil.example", "www[.]b[.]examplehxxp://evil[.]example"),
        ("http://a.example(http://b.example)", "hxxp://a[.]example(hxxp://b[.]example)"),
        ("a@b.http://evil.example", "a[@]b[.]hxxp://evil[.]example"),
        ("http://evil\u3002example/", "hxxp://evil[.]example/"),
        ("('http://203.0.113.7/a')", "('hxxp://203[.]0[.]113[.]7/a')"),
        ("from 203.0.113.7 port 80", "from 203[.]0[.]113[.]7 port 80"),
        (r"\\203.0.113.7\share", r"\\203[.]0[.]113[.]7\share"),
        ("203.0.113.7:4444", "203[.]0[.]113[.]7:4444"),
        ("mail bob.b@corp.example now", "mail bob.b[@]corp[.]example now"),
        ("a@b.example@c.example", "a[@]b[.]example[@]c[.]example"),
        (".evil.example", ".evil[.]example"),
        ("ask evil.example.", "ask evil[.]example."),
        ("cdn.EVIL.example", "cdn[.]EVIL[.]example"),
        ("www.other.example", "www[.]other[.]example"),
        ("bücher.example", "bücher[.]example"),
        ("to 2001:db8::7 now", "to 2001[:]db8[:][:]7 now"),
    ],
)
def test_what_could_be_clicked_is_broken(text: str, shown: str) -> None:
    assert KNOWN(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "powershell.exe",
        "System.Net.WebClient",
        "New-Object System.IO.Compression.GzipStream",
        "notes.md and run.sh",
        "version 4.0.0.0",
        "Version=4.0.0.0, Culture=neutral",
        "v1.2.3.4",
        "Chrome/120.0.0.0",
        r"C:\Program Files\App\1.2.3.4\app.exe",
        "Windows 10.0.19041.1",
        "999.1.1.1",
        "09:14:07.250",
        "aa:bb:cc:dd:ee:ff",
        r"C:\Windows\System32\cmd.exe",
        "notevil.example.exe",
        "HKLM\\Software\\Microsoft\\Windows",
        "T1059.001",
        "user@localhost",
    ],
)
def test_names_and_versions_stay_as_they_are(text: str) -> None:
    assert KNOWN(text) == text


def indicator(kind: str, value: str) -> Indicator:
    return Indicator(type=kind, value=value, raw=value, evidence=Evidence(event="", field="", value=value))


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("domain", "evil.com", "evil[.]com"),
        ("ipv4", "1.2.3.4", "1[.]2[.]3[.]4"),
        ("ipv6", "2001:db8::1", "2001[:]db8[:][:]1"),
        ("email", "a@b.example", "a[@]b[.]example"),
        ("url", "http://b.example/c.exe", "hxxp://b[.]example/c.exe"),
        ("file", r"c:\a\b.exe", r"c:\a\b.exe"),
    ],
)
def test_an_indicator_is_broken_by_its_type(kind: str, value: str, shown: str) -> None:
    assert Defanger().indicator(indicator(kind, value)) == shown


def fanged(text: str) -> str:
    for broken, whole in (("[.]", "."), ("[@]", "@"), ("[:]", ":"), ("xx", "tt"), ("XX", "TT"), ("fx", "ft")):
        text = text.replace(broken, whole)
    return text


@UNHURRIED
@given(texts)
def test_nothing_but_links_is_changed(text: str) -> None:
    once = KNOWN.show(text)
    assert fanged(once) == fanged(safe_text(text))
    assert fanged(KNOWN.show(once)) == fanged(once)


@UNHURRIED
@given(texts)
def test_nothing_that_links_is_left(text: str) -> None:
    shown = KNOWN.show(text).lower()
    assert "http://" not in shown
    assert not re.search(r"(?<![\w.-])www[.]evil", shown)


def test_long_runs_take_one_pass() -> None:
    for run in (
        "a" * 200_000,
        "a." * 100_000,
        "a@" * 100_000,
        "http://" * 30_000,
        ":" * 200_000,
        "a-" * 100_000,
    ):
        assert len(KNOWN.show(run)) >= len(run)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", r"\x1b[2J"),
        ("\x9b31m\x7f", r"\x9b31m\x7f"),
        ("a\r\nb\tc\rd", r"a↵b⇥c\x0dd"),
        ("txt.\u202eexe", r"txt.\u202eexe"),
        ("a\u200bb\ufeff", r"a\u200bb\ufeff"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("a\u00a0b", r"a\xa0b"),
        ("漢字\u3000かな é 😀", "漢字\u3000かな é 😀"),
        ("z" + "\u0301" * 6, "z" + "\u0301" * 4 + r"\u0301\u0301"),
    ],
)
def test_what_would_be_obeyed_becomes_visible(text: str, shown: str) -> None:
    assert safe_text(text) == shown


def test_lines_can_be_kept() -> None:
    assert safe_text("a\r\nb\tc\x1b", lines=True) == "a\nb    c\\x1b"


@UNHURRIED
@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_only_printable_characters_remain(text: str) -> None:
    assert all(char.isprintable() or char == "\u3000" for char in safe_text(text))
