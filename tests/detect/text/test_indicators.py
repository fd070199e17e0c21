"""Extraction from free text, against labelled lines and on any text."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.text import EXTRACTORS, indicators, matches

from .lines import LINES


@pytest.mark.parametrize(("line", "expected"), LINES, ids=[line[:40] for line, _ in LINES])
def test_labelled_line(line: str, expected: tuple[str, ...]) -> None:
    assert Counter(f"{m.type} {m.value}" for m in matches(line)) == Counter(expected)


@pytest.mark.parametrize(("line", "expected"), LINES, ids=[line[:40] for line, _ in LINES])
def test_raw_stands_where_the_offsets_say(line: str, expected: tuple[str, ...]) -> None:
    padded = f"ŠİΣ {line} end"
    for match in matches(padded):
        assert padded[match.start : match.end].strip() == padded[match.start : match.end]
    for indicator in indicators(padded, field="Message", event_id="e1"):
        assert indicator.raw in padded
        assert indicator.evidence.value == indicator.raw[:500]
        assert (indicator.evidence.event, indicator.evidence.field) == ("e1", "Message")


def test_the_lines_are_enough_and_cover_every_type() -> None:
    assert len(LINES) >= 80
    types = {label.split()[0] for _, labels in LINES for label in labels}
    assert types >= {"ipv4", "ipv6", "domain", "url", "email", "md5", "sha1", "sha256", "sha512", "cve"}
    assert types >= {"attack", "registry", "file", "pipe"}


NOTES = {
    "10.1.2.3": "private address (RFC 1918)",
    "172.31.0.9": "private address (RFC 1918)",
    "172.32.0.9": "",
    "192.168.1.10": "private address (RFC 1918)",
    "100.64.1.1": "shared address space (RFC 6598)",
    "127.0.0.1": "loopback (RFC 1122)",
    "169.254.1.1": "link-local (RFC 3927)",
    "169.254.169.254": "cloud metadata service (RFC 3927 link-local)",
    "192.0.2.7": "documentation (RFC 5737)",
    "198.51.100.7": "documentation (RFC 5737)",
    "203.0.113.7": "documentation (RFC 5737)",
    "224.0.0.251": "multicast (RFC 5771)",
    "240.0.0.1": "reserved (RFC 1112)",
    "255.255.255.0": "network mask",
    "255.255.255.255": "limited broadcast (RFC 919)",
    "45.77.12.9": "",
    "2001:db8::1": "documentation (RFC 3849)",
    "fe80::1": "link-local (RFC 4291)",
    "fd12:3456::1": "unique local (RFC 4193)",
    "2a00:1450:4001::1": "",
    "example.com": "documentation (RFC 2606)",
    "ocsp.digicert.com": "well-known service: certificate status",
    "fe2.update.microsoft.com": "well-known service: Windows update",
    "evil.com": "",
    "notexample.com": "",
    "d41d8cd98f00b204e9800998ecf8427e": "hash of the empty file",
    "31d6cfe0d16ae931b73c59d7e0c089c0": "NT hash of the empty password",
    "C:\\Windows\\System32\\cmd.exe": "operating system file",
    "powershell.exe": "operating system file",
    "C:\\Users\\bob\\cmd.exe": "",
    "C:\\Windows\\System32\\evil.exe": "",
    "C:\\Windows\\System32\\some.dll": "operating system folder",
    "/usr/bin/curl": "operating system file",
    "/tmp/curl": "",
}


@pytest.mark.parametrize(("value", "note"), NOTES.items())
def test_what_is_set_apart_and_why(value: str, note: str) -> None:
    (match,) = matches(f"seen {value} here")
    assert match.note == note


def test_the_host_of_a_url_carries_the_note_of_the_url() -> None:
    url, host = matches("GET http://169.254.169.254/latest/meta-data/")
    assert url.note == host.note == "cloud metadata service (RFC 3927 link-local)"


def test_repetitions_are_matched_but_recorded_once() -> None:
    text = "45.77.12.9 then 45.77.12.9 and 45[.]77.12.9"
    assert len(matches(text)) == 3
    (indicator,) = indicators(text, field="x", event_id="e1")
    assert indicator.raw == "45.77.12.9"


def test_order_is_that_of_the_text() -> None:
    assert [m.value for m in matches("b.com a.com 45.77.12.9")] == ["b.com", "a.com", "45.77.12.9"]


SYNTAX = (
    "http:// hxxp [.] . evil com @ [at] \\ C:\\ \\\\ HKLM\\ /tmp/ 1.2.3.4 :"
    " ::1 [ ] ( ) T1059 %TEMP%\\ pipe\\ é İ -"
)
PIECES = st.sampled_from([*SYNTAX.split(), "a1" * 16, "CVE-2021-44228", " ", '"'])


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=40).map("".join)))
def test_any_text(text: str) -> None:
    for match in matches(text):
        assert 0 <= match.start < match.end <= len(text)
        assert match.value
    for indicator in indicators(text, field="x", event_id="e1", layer="base64"):
        assert indicator.raw in text
        assert indicator.evidence.layer == "base64"


ATTACKS = (
    "." * 200_000,
    "a." * 100_000,
    "/" * 200_000,
    "http://a.com/" * 15_000,
    "C:\\w " * 40_000,
    "HKLM\\a b " * 20_000,
    '"C:\\' * 40_000,
    "a[.]" * 50_000,
    "a[at]" * 40_000,
    "1:" * 100_000,
    "http://a.b/" + ")" * 200_000,
)


@pytest.mark.parametrize("text", ATTACKS, ids=lambda text: text[:10])
@pytest.mark.timeout(20)
def test_attack_strings_end(text: str) -> None:
    """Quadratic behaviour would take minutes here; the limit is generous for slow machines."""
    assert len(matches(text)) <= len(text)


def test_every_extractor_is_described_and_callable() -> None:
    for name, extractor in EXTRACTORS:
        assert extractor.__doc__, name
        assert list(extractor("", "")) == []


def test_flat_top_level_domains_are_as_in_the_list_of_public_suffixes() -> None:
    from pathlib import Path

    import publicsuffixlist

    from cybersecqwen.detect.text.names import FLAT

    listed = Path(publicsuffixlist.__file__).with_name("public_suffix_list.dat").read_text("utf-8")
    icann = listed.partition("===BEGIN PRIVATE DOMAINS===")[0].splitlines()
    rules = {line.strip() for line in icann if line.strip() and not line.startswith("//")}
    assert rules >= FLAT
    assert not {rule for rule in rules if "." in rule and rule.rpartition(".")[2] in FLAT}
