"""Which versions an advisory is about, against OSV's algorithm written out word for word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.packages.orders import key
from cybersecqwen.detect.packages.ranges import BEFORE_ALL, BEHIND_ALL, Cut, judge, judge_all, spans_of
from cybersecqwen.knowledge.advisories import Extent, Range
from tests.amounts import draws

INTRODUCED, FIXED, LAST, LIMIT = "introduced", "fixed", "last_affected", "limit"
NUMBERS = st.integers(1, 30)


def extent(*events: tuple[str, str], versions: tuple[str, ...] = (), kind: str = "SEMVER") -> Extent:
    ranges = (Range(kind=kind, events=events),) if events else ()
    return Extent(record="A-1", ranges=ranges, versions=versions)


def affected(version: str, *extents: Extent, ecosystem: str = "npm") -> bool | None:
    return judge(ecosystem, version, extents).affected


def word_for_word(version: int, events: list[tuple[str, int]]) -> bool:
    """https://ossf.github.io/osv-schema/#evaluation, for versions that are numbers; 0 is before all."""
    limits = [at for kind, at in events if kind == LIMIT]
    if limits and not any(version < limit for limit in limits):
        return False
    vulnerable = False
    # A last affected version is behind what else is at that version.
    for kind, at in sorted(events, key=lambda event: (event[1], event[0] == LAST)):
        if kind == INTRODUCED and version >= at:
            vulnerable = True
        elif (kind == FIXED and version >= at) or (kind == LAST and version > at):
            vulnerable = False
    return vulnerable


EVENTS = st.lists(
    st.tuples(st.just(INTRODUCED), st.just(0) | NUMBERS)
    | st.tuples(st.sampled_from([FIXED, LAST, LIMIT]), NUMBERS),
    min_size=1,
    max_size=8,
    unique_by=lambda event: event[1],
)


@given(EVENTS, st.integers(1, 32))
@draws(300)
def test_as_the_schema_says(events: list[tuple[str, int]], version: int) -> None:
    said = [(kind, f"{at}.0.0" if at else "0") for kind, at in events]
    expected = word_for_word(version, events)
    assert affected(f"{version}.0.0", extent(*said)) is expected
    # Events may stand in any order.
    assert affected(f"{version}.0.0", extent(*reversed(said))) is expected


@pytest.mark.parametrize(
    ("ecosystem", "low", "inside", "fixed"),
    [
        ("PyPI", "1.0", "1.5", "2.0"),
        ("npm", "1.0.0", "2.0.0-rc.1", "2.0.0"),
        ("Go", "1.0.0", "v1.9.9", "2.0.0"),
        ("crates.io", "1.0.0", "1.0.1", "2.0.0"),
        ("Maven", "1.0", "2.0-SNAPSHOT", "2.0.Final"),
        ("RubyGems", "1.0", "2.0.0.rc1", "2.0"),
        ("Packagist", "1.0", "2.0.0-RC1", "2.0.0"),
        ("NuGet", "1.0", "1.9.9.9", "2.0.0"),
    ],
)
def test_bounds_in_every_ecosystem(ecosystem: str, low: str, inside: str, fixed: str) -> None:
    found = extent((INTRODUCED, low), (FIXED, fixed), kind="ECOSYSTEM")
    assert affected(low, found, ecosystem=ecosystem) is True
    assert affected(inside, found, ecosystem=ecosystem) is True
    assert affected(fixed, found, ecosystem=ecosystem) is False
    assert affected("0.0.1", found, ecosystem=ecosystem) is False
    last = extent((INTRODUCED, "0"), (LAST, fixed), kind="ECOSYSTEM")
    assert affected(fixed, last, ecosystem=ecosystem) is True
    assert affected("9.0.0", last, ecosystem=ecosystem) is False


@given(
    st.lists(st.integers(1, 99), min_size=2, max_size=2, unique=True),
    st.sampled_from(["PyPI", "npm", "Maven"]),
)
@draws(60)
def test_between_two_affected_versions_of_one_span_all_are(bounds: list[int], ecosystem: str) -> None:
    low, high = sorted(bounds)
    found = extent((INTRODUCED, f"{low}.0.0"), (FIXED, f"{high}.0.0"))
    told = [affected(f"{n}.0.0", found, ecosystem=ecosystem) for n in range(1, 101)]
    assert told == [low <= n < high for n in range(1, 101)]


def test_named_versions_count_beside_ranges() -> None:
    found = extent((INTRODUCED, "2.0.0"), versions=("1.0.0",))
    assert [affected(v, found) for v in ("1.0.0", "v1.0.0", "1.0.1", "2.0.0")] == [True, True, False, True]


def test_named_versions_alone_are_compared_in_any_spelling() -> None:
    found = Extent(record="A-1", ranges=(), versions=("1.0", "2.0rc1"))
    assert [affected(v, found, ecosystem="PyPI") for v in ("1.0.0", "2.0-rc.1", "2.0")] == [True, True, False]
    assert affected("1.0", found, ecosystem="Debian") is True
    assert affected("1.1", found, ecosystem="Debian") is False


def test_what_a_builder_adds_does_not_leave_a_range() -> None:
    assert affected("2.0.1+cu118", extent((INTRODUCED, "0"), (LAST, "2.0.1")), ecosystem="PyPI") is True


@pytest.mark.parametrize(
    ("ecosystem", "version", "found", "said"),
    [
        ("npm", "latest", extent((INTRODUCED, "0")), "'latest' is no version of npm"),
        ("npm", "1.0.0", extent((INTRODUCED, "0"), (FIXED, "soon")), "'soon', which an advisory names"),
        ("npm", "1.0.0", extent((INTRODUCED, "0"), kind="GIT"), "names commits alone"),
        ("npm", "1.0.0", extent(), "says nothing of versions"),
        ("Debian", "1.0", extent((INTRODUCED, "0")), "order of versions of Debian is not known"),
        ("PyPI", "x", extent(versions=("1.0",)), "'x' is no version of PyPI"),
    ],
)
def test_what_cannot_be_told_is_said(ecosystem: str, version: str, found: Extent, said: str) -> None:
    answer = judge(ecosystem, version, [found])
    assert answer.affected is None and said in answer.reason


def test_one_record_that_is_sure_is_enough() -> None:
    doubtful, sure = extent((INTRODUCED, "0"), (FIXED, "soon")), extent((INTRODUCED, "0"))
    assert affected("1.0.0", doubtful, sure) is True
    assert affected("1.0.0", doubtful, extent((INTRODUCED, "2.0.0"))) is None


def test_a_malicious_package_without_versions_is_affected_as_a_whole() -> None:
    found = Extent(record="MAL-2025-1", ranges=(), versions=())
    assert affected("1.0.0", found) is True
    assert judge_all("npm", [(BEFORE_ALL, BEHIND_ALL)], [found]).affected is True


def span(low: str, high: str) -> tuple[Cut, Cut]:
    return Cut(key("npm", low), -1), Cut(key("npm", high), -1)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        ("1.0.0", "2.0.0", True),
        ("1.5.0", "2.5.0", True),
        ("1.0.0", "3.0.1", False),
        ("0.9.0", "1.1.0", False),
    ],
)
def test_a_range_is_affected_where_all_of_it_is(low: str, high: str, expected: bool) -> None:
    # Two records that meet at 2.0.0 cover what neither does alone.
    found = [extent((INTRODUCED, "1.0.0"), (FIXED, "2.0.0")), extent((INTRODUCED, "2.0.0"), (FIXED, "3.0.0"))]
    assert judge_all("npm", [span(low, high)], found).affected is expected


def test_a_gap_is_no_cover() -> None:
    found = [extent((INTRODUCED, "1.0.0"), (LAST, "1.9.0")), extent((INTRODUCED, "2.0.0"), (FIXED, "3.0.0"))]
    assert judge_all("npm", [span("1.0.0", "3.0.0")], found).affected is False
    assert judge_all("npm", [(BEFORE_ALL, BEHIND_ALL)], [extent((INTRODUCED, "0"))]).affected is True
    assert judge_all("npm", [], [extent((INTRODUCED, "0"))]).affected is False


@given(EVENTS, st.integers(1, 15), st.integers(1, 15))
@draws(150)
def test_a_range_agrees_with_its_versions(events: list[tuple[str, int]], low: int, width: int) -> None:
    said = [(kind, f"{at}.0.0" if at else "0") for kind, at in events]
    if judge_all("npm", [span(f"{low}.0.0", f"{low + width}.0.0")], [extent(*said)]).affected:
        assert all(affected(f"{n}.{m}.0", extent(*said)) for n in range(low, low + width) for m in (0, 5))


@pytest.mark.timeout(60)
def test_many_events_are_read_in_time() -> None:
    events = [(kind, f"{n}.0.0") for n in range(1, 10_001) for kind in (INTRODUCED if n % 2 else FIXED,)]
    found = Range(kind="SEMVER", events=tuple(events))
    assert len(spans_of("npm", found).spans) == 5_000
