"""The look-up of indicators in lines: equal to a plain search, bounded as words are."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.report.lookup import BLOCK, Lookup

NAMES = ["evil.example", "a.evil.example", "bad-host.test", "x_y.test", "cdn.bad-host.test"]
DIGEST = "5f2b7c0e9d4a1836bb07e2c95a6d318f40c7e9a2b1d85f63c4e07a9218db6f35"
PIECES = [*NAMES, "203.0.113.7", "1203.0.113.7", "203.0.113.70", DIGEST, DIGEST[:32]]
GLUE = [" ", ".", "-", "_", ":", "/", "\\", '"', "\n", "@", "a", "9", "", ",", ". ", "\t", "é"]
TEXTS = st.lists(st.sampled_from([*PIECES, *GLUE]), max_size=12).map("".join)


def found(entries: list[tuple[str, str]], text: str) -> list[tuple[str, str]]:
    lookup = Lookup(entries)
    raw = text.encode()
    return [(lookup.entries[hit.entry].value, raw[hit.start : hit.end].decode()) for hit in lookup.find(raw)]


@pytest.mark.parametrize(
    ("type", "value", "line"),
    [
        ("domain", "evil.example", "GET http://evil.example/x"),
        ("domain", "evil.example", "query: www.evil.example."),
        ("domain", "evil.example", "at EVIL.EXAMPLE:443"),
        ("domain", "evil.example", "mail from a@evil.example"),
        ("domain", "evil.example", r'{"m":"one\nevil.example"}'),
        ("ipv4", "203.0.113.7", "src=203.0.113.7 dst"),
        ("ipv4", "203.0.113.7", "203.0.113.7."),
        ("ipv4", "203.0.113.7", '"203.0.113.7"'),
        ("cidr", "203.0.113.0/24", "src=203.0.113.99,"),
        ("ipv6", "2001:db8::1", "[2001:db8::1]:443"),
        ("ipv6", "2001:db8::1", "2001:0db8:0000:0000:0000:0000:0000:0001"),
        ("url", "http://evil.example/a/b.php?x=1", "GET http://evil.example/a/b.php?x=1 200"),
        ("url", "http://evil.example/a/b.php", r'"url":"http:\/\/evil.example\/a\/b.php"'),
        ("url", "https://evil.example/a", "host evil.example/a from proxy"),
        ("email", "a.b@evil.example", "From: <A.B@evil.example>"),
        ("sha256", DIGEST, f"SHA256={DIGEST.upper()},IMPHASH=0"),
        ("file", r"C:\Users\x\evil thing.exe", r"Image: C:\Users\X\evil thing.exe started"),
        ("file", r"C:\Users\x\evil.exe", r'{"Image":"C:\\Users\\x\\evil.exe"}'),
        ("file", "evil.exe", r"C:\a\evil.exe /q"),
        ("registry", r"HKLM\Software\Evil\Run", r"TargetObject: HKLM\Software\Evil\Run\x"),
        ("registry", r"HKLM\Software\Evil\Run", r"\REGISTRY\MACHINE\SOFTWARE\Evil\Run"),
        ("registry", r"HKCU\Software\Evil", r"HKU\S-1-5-21\Software\Evil"),
        ("mutex", r"Global\LNF-4419-QX", r"mutant Global\LNF-4419-QX"),
        ("user-agent", "Mozilla/5.0 (X; Evil) 9", '"Mozilla/5.0 (X; Evil) 9"'),
        ("cve", "CVE-2024-3400", "exploit for cve-2024-3400 seen"),
    ],
)
def test_what_is_found(type: str, value: str, line: str) -> None:
    assert [name for name, _ in found([(type, value)], line)] == [value]


@pytest.mark.parametrize(
    ("type", "value", "line"),
    [
        ("domain", "evil.example", "notevil.example"),
        ("domain", "evil.example", "evil.example.com"),
        ("domain", "evil.example", "evil.exampleé"),
        ("domain", "evil.example", "x-evil.example"),
        ("ipv4", "203.0.113.7", "203.0.113.70"),
        ("ipv4", "203.0.113.7", "1.203.0.113.7"),
        ("ipv4", "203.0.113.7", "1203.0.113.7"),
        ("cidr", "203.0.113.0/24", "203.0.114.1 999.0.113.1 1.203.0.113.1"),
        ("sha256", DIGEST, DIGEST + "0"),
        ("file", "evil.exe", "notevil.exe evil.exe.bak"),
        ("url", "http://evil.example/a", "http://evil.example/ab"),
        ("email", "a.b@evil.example", "xa.b@evil.example"),
    ],
)
def test_what_is_not(type: str, value: str, line: str) -> None:
    assert found([(type, value)], line) == []


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.sets(st.sampled_from(NAMES), min_size=1))
@example("evil.example.evil.example", {"evil.example"})
@example("a..evil.example", {"evil.example"})
@example("evil.example._", {"evil.example"})
@example("evil.example.....", {"evil.example"})
def test_domains_are_found_like_a_pattern_finds_them(text: str, names: set[str]) -> None:
    expected = set()
    for name in names:
        inner = r"[A-Za-z0-9_\-\x80-\U0010ffff]"
        pattern = rf"(?<!{inner}){re.escape(name)}(?!{inner})(?!\.[.\-]*{inner})"
        expected |= {(name, match.start()) for match in re.finditer(pattern, text, re.IGNORECASE)}
    lookup = Lookup([("domain", name) for name in sorted(names)])
    raw = text.encode()
    got = {(lookup.entries[hit.entry].value, len(raw[: hit.start].decode())) for hit in lookup.find(raw)}
    # `\n` written out in a log ends a word as well; the pattern does not know that
    extra = {(name, at) for name, at in got - expected if text[at - 2 : at] in ("\\n", "\\r", "\\t")}
    assert got - extra == expected


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=300), st.lists(st.tuples(st.sampled_from(["domain", "url", "file", "x"]), st.text()))
)
def test_never_raises_and_hits_hold_the_value(block: bytes, entries: list[tuple[str, str]]) -> None:
    lookup = Lookup(entries)
    for hit in lookup.find(block):
        assert 0 <= hit.start < hit.end <= len(block)


def test_hits_are_in_order_and_a_url_counts_once() -> None:
    entries = [("url", "http://evil.example/a"), ("domain", "evil.example")]
    assert found(entries, "http://evil.example/a evil.example") == [
        ("http://evil.example/a", "http://evil.example/a"),
        ("evil.example", "evil.example"),
        ("evil.example", "evil.example"),
    ]


def test_what_is_too_short_is_named() -> None:
    lookup = Lookup(
        [("mutex", "ab"), ("attack", "T1059"), ("cidr", "no network"), ("domain", "evil.example")]
    )
    assert [one.value for one in lookup.unsought] == ["ab", "T1059", "no network"]


def test_a_block_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        Lookup([]).find(b" " * (BLOCK + 1))


def test_nothing_to_look_for() -> None:
    assert Lookup([]).find(b"some line") == []
    assert Lookup([("domain", "evil.example")]).find(b"") == []


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("bücher-steal.com", "GET xn--bcher-steal-thb.com"),
        ("faß.de", "GET xn--fa-hia.de"),
        ("straße-login.com", "GET straße-login.com"),
        ("βόλος.com", "GET xn--nxasmm1c.com"),
    ],
)
def test_names_beyond_ascii_as_dns_carries_them(value: str, line: str) -> None:
    assert [one for one, _ in found([("domain", value)], line)] == [value]


def test_a_name_that_older_rules_make_of_another_is_somebody_elses() -> None:
    entries = [("domain", "straße-login.com"), ("domain", "a\u200db-login.com"), ("domain", "βόλος.com")]
    assert found(entries, "strasse-login.com ab-login.com xn--nxasmq6b.com") == []
