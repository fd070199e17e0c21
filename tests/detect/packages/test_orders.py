"""Versions of every ecosystem stand in the order that it says."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.packages.orders import is_prerelease, key, known, numbers
from tests.amounts import draws

ECOSYSTEMS = ("PyPI", "npm", "Go", "crates.io", "Maven", "RubyGems", "Packagist", "NuGet")

# Each line lowest first; "=" joins spellings of one version.
RISING = {
    "npm": """
        1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1
        1.0.0=v1.0.0=1.0.0+build.5 1.0.1 1.2.0 1.10.0 2.0.0-0 2.0.0
        """,
    "crates.io": """
        0.1.0 0.1.1 0.2.0-rc.1 0.2.0=0.2.0+x 1.0.0
        """,
    "Go": """
        v0.0.0-20190101000000-abcdef123456 v0.0.0-20200101000000-abcdef123456 v0.1.0=0.1.0
        v1.2.3-0.20200101000000-a v1.2.3=v1.2.3+incompatible go1.20 1.21rc2=go1.21rc2=1.21.0-rc.2
        1.21=go1.21.0 v2.0.0+incompatible
        """,
    "PyPI": """
        0.9 1.0.dev1 1.0a1=1.0-alpha.1 1.0b2 1.0rc1 1.0=1.0.0=v1.0=1.0+cu118 1.0.post1 1.1 1.10 1!0.5
        """,
    "Maven": """
        1.0-alpha-1 1.0-beta-1 1.0-M1=1.0-milestone-1 1.0-RC1=1.0-CR1 1.0-SNAPSHOT
        1.0=1.0.0=1.0.Final=1.0.RELEASE=1.0.ga 1.0-sp1 1.0-1 1.0.1 1.1 1.10 2.0.1-jre
        """,
    "RubyGems": """
        1.0.0.beta1 1.0.0.rc1 1.0.0=1.0=1.0.0-java=1.0.0-x86_64-linux 1.0.0.1 1.9 1.10 2.0.0.pre 2.0
        """,
    "Packagist": """
        1.0.0-dev 1.0.0-alpha1 1.0.0-beta9 1.0.0-beta10 1.0.0-RC1=1.0.0rc1 1.0.0=v1.0=1.0.0.0
        1.0.0-p1=1.0.0-patch1 1.0.0.1 1.0.1 1.10.0
        """,
    "NuGet": """
        1.0.0-alpha 1.0.0-Beta=1.0.0-beta 1.0.0-rc.2 1.0.0-rc.10 1.0.0=1.0=1.0.0.0=1.0.0+x 1.0.0.1 1.1 1.10
        """,
}
NONE = {
    "npm": "latest ^1.0.0 1.x 1.0.0.0 1.0.0- file:../x 1..2 1.0.0-a..b",
    "Go": "latest master v1.x (devel)",
    "PyPI": "latest 1.x ==1.0 1.0-n653x @git 1.0.*",
    "Maven": "${revision} LATEST [1.0,2.0) 1.0;2.0",
    "RubyGems": ">=1.0 ~>2 1..0 abc",
    "Packagist": "dev-master ^1.0 1.x-dev@x y",
    "NuGet": "1.* [1.0] $(Version) latest",
    "crates.io": "^1 1.2.3.4",
}


@pytest.mark.parametrize("ecosystem", ECOSYSTEMS)
def test_rising(ecosystem: str) -> None:
    groups = [
        [(text, key(ecosystem, text)) for text in same.split("=")] for same in RISING[ecosystem].split()
    ]
    for (low, lower), (high, higher) in itertools.combinations(enumerate(groups), 2):
        assert low < high
        for (text, one), (other, two) in itertools.product(lower, higher):
            assert one is not None and two is not None, (text, other)
            assert one < two and not two < one, (text, other)
    for group in groups:
        for (text, one), (other, two) in itertools.product(group, group):
            assert one is not None and two is not None and not one < two, (text, other)


@pytest.mark.parametrize(
    ("ecosystem", "version"),
    [(e, v) for e, versions in NONE.items() for v in [*versions.split(), "", " ", "1" * 300]],
)
def test_what_is_no_version_is_not_made_one(ecosystem: str, version: str) -> None:
    assert key(ecosystem, version) is None


def test_the_order_of_other_ecosystems_is_not_known() -> None:
    assert not known("Debian") and key("Debian", "1.0") is None
    assert all(map(known, ECOSYSTEMS))


@pytest.mark.parametrize(
    ("ecosystem", "version", "expected"),
    [
        ("PyPI", "1.0rc1", True),
        ("PyPI", "1.0.post1", False),
        ("npm", "1.0.0-0", True),
        ("npm", "1.0.0+a-b", False),
        ("RubyGems", "1.0.pre", True),
        ("RubyGems", "1.0-java", False),
        ("Maven", "1.0-jre", False),
        ("Maven", "2.0.0-M5", True),
        ("NuGet", "1.0.0-beta", True),
    ],
)
def test_prereleases(ecosystem: str, version: str, expected: bool) -> None:
    assert is_prerelease(ecosystem, version) is expected


def test_numbers() -> None:
    assert numbers("v1.26.5-rc1") == (1, 26, 5) and numbers("1!2.0") == (2, 0) and numbers("x") == ()


@pytest.mark.parametrize("ecosystem", ECOSYSTEMS)
@given(st.lists(st.text(alphabet="0123456789.-+vabcrx!_ ", max_size=20), min_size=3, max_size=3))
@draws(100)
def test_any_text_is_ordered_or_is_none(ecosystem: str, texts: list[str]) -> None:
    found = [place for text in texts if (place := key(ecosystem, text)) is not None]
    for one in found:
        assert not one < one
        for two in found:
            assert not (one < two and two < one)


@pytest.mark.parametrize("ecosystem", ECOSYSTEMS)
@given(st.lists(st.text(min_size=1, max_size=300), max_size=4))
@draws(30)
def test_no_text_raises(ecosystem: str, texts: list[str]) -> None:
    for text in texts:
        key(ecosystem, text)
        is_prerelease(ecosystem, text)
        numbers(text)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("ecosystem", ECOSYSTEMS)
def test_long_versions_are_read_in_time(ecosystem: str) -> None:
    for text in ("1." * 128, "1-" + "a." * 127, "9" * 256, "1-" + "0" * 254, "a" * 256, "1.0-" + "-" * 252):
        for _ in range(50):
            key(ecosystem, text)
