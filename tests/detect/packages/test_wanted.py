"""Ranges as manifests write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.packages.orders import key
from cybersecqwen.detect.packages.ranges import Cut
from cybersecqwen.detect.packages.wanted import lowest, spans
from tests.amounts import draws

ALLOWED = [
    ("npm", "^1.2.3", "1.2.3 1.9.9", "1.2.2 2.0.0 2.0.0-rc.1"),
    ("npm", "~1.2.3", "1.2.9", "1.3.0"),
    ("npm", "1.x", "1.0.0 1.9.9", "2.0.0 0.9.0"),
    ("npm", "1", "1.9.0", "2.0.0"),
    ("npm", "1.2.3", "1.2.3", "1.2.4"),
    ("npm", "^0.2.3", "0.2.9", "0.3.0"),
    ("npm", "^0.0.3", "0.0.3", "0.0.4"),
    ("npm", ">=1 <3 || 5", "1.0.0 2.9.0 5.9.0", "3.0.0 4.0.0"),
    ("npm", "1.2 - 2.3", "1.2.0 2.3.9", "2.4.0 1.1.0"),
    ("npm", ">1", "2.0.0", "1.9.9"),
    ("npm", "*", "0.0.1 9.0.0", ""),
    ("PyPI", ">=2,<3", "2.0 2.5", "3.0 3.0rc1 1.9"),
    ("PyPI", "~=4.1.2", "4.1.9", "4.2 4.1.1"),
    ("PyPI", "~=4.1", "4.9", "5.0"),
    ("PyPI", "==4.1.*", "4.1.9 4.1", "4.2"),
    ("PyPI", "==1.0", "1.0 1.0.0", "1.0.1"),
    ("PyPI", ">1,!=1.5", "1.6 1.5", "1.0"),
    ("PyPI", "^1.2", "1.9", "2.0"),
    ("PyPI", "~1.2", "1.2.9", "1.3"),
    ("PyPI", "", "0.1 99", ""),
    ("crates.io", "1.2", "1.2.0 1.9.9", "2.0.0"),
    ("crates.io", "0.3", "0.3.9", "0.4.0"),
    ("crates.io", "=1.2.3", "1.2.3", "1.2.4"),
    ("crates.io", ">=1, <2", "1.0.1", "2.0.0"),
    ("crates.io", "1.*", "1.3.0", "2.0.0"),
    ("RubyGems", "~> 1.2", "1.9", "2.0"),
    ("RubyGems", "~> 1.2.3", "1.2.9", "1.3"),
    ("RubyGems", ">= 1, < 2", "1.5", "2.0.0 2.0.0.rc1"),
    ("Packagist", "^1.2 || ^2.0", "1.9.0 2.1.0", "3.0.0"),
    ("Packagist", "~1.2", "1.9.0", "2.0.0"),
    ("Packagist", "1.2.*", "1.2.9", "1.3.0"),
    ("Packagist", "^7.4@dev", "7.5.0", "8.0.0"),
    ("Maven", "[1.0,2.0)", "1.0 1.9", "2.0"),
    ("Maven", "(,1.0],[1.2,)", "0.5 1.0 1.2 3", "1.1"),
    ("NuGet", "[1.0]", "1.0.0", "1.0.1"),
    ("NuGet", "1.0", "1.0 2.0", "0.9"),
]


def allows(ecosystem: str, wanted: str, version: str) -> bool:
    found, place = spans(ecosystem, wanted), key(ecosystem, version)
    assert found is not None and place is not None
    return any(not Cut(place, -1) < a and not b < Cut(place, 1) for a, b in found)


@pytest.mark.parametrize(("ecosystem", "wanted", "inside", "outside"), ALLOWED)
def test_what_a_range_allows(ecosystem: str, wanted: str, inside: str, outside: str) -> None:
    for version in inside.split():
        assert allows(ecosystem, wanted, version), version
    for version in outside.split():
        assert not allows(ecosystem, wanted, version), version


@pytest.mark.parametrize(
    ("ecosystem", "wanted"),
    [
        ("npm", "git+https://example.org/x"),
        ("npm", "workspace:*"),
        ("npm", "next"),
        ("npm", ">=2 <1"),
        ("PyPI", "@ file:///x"),
        ("PyPI", "==abc"),
        ("Maven", "${version}"),
        ("NuGet", "1.*"),
        ("npm", "1 || " * 51 + "1"),
        ("npm", "1" * 1_001),
    ],
)
def test_what_cannot_be_read_is_not_guessed(ecosystem: str, wanted: str) -> None:
    assert spans(ecosystem, wanted) is None


def test_nuget_takes_the_lowest() -> None:
    assert [lowest(text) for text in ("1.0", "[1.2, 2)", "[1.0]", "(1,2)", "1.*")] == [
        "1.0",
        "1.2",
        "1.0",
        "",
        "",
    ]


@pytest.mark.parametrize("ecosystem", ["PyPI", "npm", "crates.io", "Maven", "RubyGems", "Packagist", "NuGet"])
@given(st.text(alphabet="0123456789.^~<>=!|,- x*[]()v@a", max_size=30) | st.text(max_size=30))
@draws(80)
def test_any_text_is_read_or_is_none(ecosystem: str, text: str) -> None:
    lowest(text)
    for start, end in spans(ecosystem, text) or ():
        assert start < end


@pytest.mark.timeout(60)
def test_long_ranges_are_read_in_time() -> None:
    for text in (
        ">=1 " * 250,
        "1" * 1_000,
        ">=" * 500,
        "[1," * 333,
        "~>" + " " * 990,
        "1 " * 500,
        "1.0 -" * 200,
        "(" + " " * 450 + "," + " " * 450 + "(",
    ):
        for ecosystem in ("npm", "PyPI", "Maven", "Packagist", "NuGet"):
            for _ in range(20):
                spans(ecosystem, text)
                lowest(text)
