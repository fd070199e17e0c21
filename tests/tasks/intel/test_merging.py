"""Several reports as one picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.knowledge.store import Store
from cybersecqwen.records.intel import Intelligence, Observable, Role, Tier, Tlp
from cybersecqwen.tasks.intel.merging import PLACES, in_order, merge, shared

from .pictures import cve, document, named, seen, stated, target, technique

APT29, APT28 = named("APT29", "G0016"), named("APT28", "G0007")


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with Store.open() as opened:
        yield opened


def whole(id: str = "d1") -> Intelligence:
    one = (id,)
    return Intelligence(
        documents=(document(id),),
        indicators=(seen("evil.example", documents=one, port=8443),),
        names=(replace(APT29, documents=one), cve("CVE-2024-3400", documents=one, kev=True)),
        techniques=(technique("T1486", documents=one),),
        relations=(stated(APT29, "uses", named("Ryuk", "S0446", "software")),),
        targets=(target("Energy"),),
    )


def without_counts(intel: Intelligence) -> Intelligence:
    def plain(things: tuple) -> tuple:  # type: ignore[type-arg]
        return tuple(replace(one, count=1) for one in things)

    return replace(
        intel,
        documents=tuple(dict.fromkeys(intel.documents)),
        indicators=plain(intel.indicators),
        names=plain(intel.names),
        targets=plain(intel.targets),
    )


def test_one_report_is_itself() -> None:
    assert merge([whole()]) is not None and merge([whole()]) == whole()


def test_none_is_empty() -> None:
    assert merge([]) == Intelligence()


def test_a_report_with_itself_changes_nothing_but_counts() -> None:
    twice = merge([whole(), whole()])
    assert without_counts(twice) == without_counts(whole())
    assert [one.count for one in twice.indicators] == [one.count for one in twice.targets] == [2]
    assert [one.count for one in twice.names] == [2, 2]


def test_the_strictest_marking_counts() -> None:
    parts = [Intelligence(marking=one) for one in (Tlp.GREEN, Tlp.AMBER_STRICT, Tlp.AMBER)]
    assert merge(parts).marking is Tlp.AMBER_STRICT


LISTED = seen("cdn.example", Role.LEGITIMATE, Tier.HIGH, note="well-known service")
WEAK = seen("cdn.example", Role.REFERENCE, Tier.LOW, note="a link")
HOSTILE = seen("cdn.example", Role.C2, Tier.MODERATE, documents=("d2",))
BARE = seen("cdn.example", Role.UNKNOWN, Tier.LOW, documents=("d3",))


@pytest.mark.parametrize(
    ("parts", "role", "note"),
    [
        ((LISTED, HOSTILE), Role.C2, ""),
        ((HOSTILE, LISTED), Role.C2, ""),
        ((LISTED, BARE), Role.LEGITIMATE, "well-known service"),
        ((BARE, LISTED), Role.LEGITIMATE, "well-known service"),
        ((WEAK, BARE), Role.UNKNOWN, ""),
        ((WEAK, LISTED), Role.LEGITIMATE, "well-known service"),
        ((BARE, HOSTILE), Role.C2, ""),
        ((WEAK, BARE, LISTED, HOSTILE), Role.C2, ""),
    ],
)
def test_what_is_set_apart_and_what_is_not(parts: tuple[Observable, ...], role: Role, note: str) -> None:
    (one,) = merge([Intelligence(indicators=(part,)) for part in parts]).indicators
    assert (one.role, one.note, one.count) == (role, note, len(parts))


SOME = st.lists(
    st.builds(
        seen,
        st.sampled_from(["a.example", "b.example", "c.example"]),
        st.sampled_from([Role.C2, Role.LEGITIMATE, Role.UNKNOWN, Role.PAYLOAD]),
        st.sampled_from(Tier),
        note=st.sampled_from(["", "", "known", "private"]),
        count=st.integers(1, 3),
    ),
    max_size=4,
    unique_by=lambda one: one.value,
)


def reports(all_found: list[list[Observable]]) -> list[Intelligence]:
    return [
        Intelligence(
            documents=(document(f"d{n}"),),
            indicators=tuple(replace(one, documents=(f"d{n}",)) for one in found),
        )
        for n, found in enumerate(all_found)
    ]


def essence(intel: Intelligence) -> dict[str, tuple[object, ...]]:
    return {
        one.value: (one.role, one.tier, one.note, one.count, one.documents, frozenset(one.places))
        for one in intel.indicators
    }


@given(st.lists(SOME, min_size=3, max_size=3))
def test_it_does_not_matter_what_is_joined_first(found: list[list[Observable]]) -> None:
    a, b, c = reports(found)
    assert (
        essence(merge([merge([a, b]), c])) == essence(merge([a, merge([b, c])])) == essence(merge([a, b, c]))
    )


@given(st.lists(SOME, max_size=4))
def test_nothing_is_lost_and_nothing_comes_in(found: list[list[Observable]]) -> None:
    parts = reports(found)
    together = merge(parts)
    assert {one.value for one in together.indicators} == {one.value for each in found for one in each}
    notes = [bool(one.note) for one in together.indicators]
    if len(parts) > 1:
        assert notes == sorted(notes)
    assert sum(one.count for one in together.indicators) == sum(one.count for each in found for one in each)


def test_no_report_is_crowded_out_of_the_places() -> None:
    many = [Intelligence(indicators=(seen("a.example", documents=(f"d{n}",), count=40),)) for n in range(20)]
    (one,) = merge(many).indicators
    assert len(one.places) == PLACES
    assert {place.document for place in one.places} == {f"d{n}" for n in range(20)}
    assert one.count == 800


def test_what_one_report_says_of_a_vulnerability_is_not_unsaid_by_another() -> None:
    told = [cve("CVE-2024-1", exploited=False, vendor="A"), cve("CVE-2024-1", exploited=True, vendor="B")]
    (one,) = merge([Intelligence(names=(each,)) for each in told]).names
    assert one.facts == {"exploited": True, "vendor": "A"}


def test_what_one_report_denies_and_another_is_about_is_open() -> None:
    denied = replace(APT29, tier=Tier.LOW, facts={"doubted": True})
    for tier, facts in ((Tier.HIGH, {}), (Tier.LOW, {"doubted": True})):
        other = replace(APT29, tier=tier, documents=("d2",))
        for parts in ((denied, other), (other, denied)):
            (one,) = merge([Intelligence(names=(part,)) for part in parts]).names
            assert (one.tier, one.facts) == (tier, facts)


def test_a_vulnerability_is_denied_where_all_reports_deny_it() -> None:
    denied, other = cve("CVE-2024-1", kev=True, denied=True), cve("CVE-2024-1", kev=True)
    for second, facts in ((denied, {"kev": True, "denied": True}), (other, {"kev": True})):
        for parts in ((denied, second), (second, denied)):
            (one,) = merge([Intelligence(names=(part,)) for part in parts]).names
            assert one.facts == facts


def test_names_stand_by_type_then_sureness() -> None:
    unsure = replace(APT28, tier=Tier.LOW)
    names = (cve("CVE-2024-1"), named("Ryuk", "S0446", "software"), unsure, APT29)
    together = merge([Intelligence(names=names), Intelligence()])
    assert [one.name for one in together.names] == ["APT29", "APT28", "Ryuk", "CVE-2024-1"]


def test_techniques_stand_along_the_kill_chain(store: Store) -> None:
    mixed = (
        technique("T1486", tactic="impact"),
        technique("T1105", tactic="command-and-control", tier=Tier.LOW),
        technique("T1071", tactic="command-and-control"),
        technique("T1566", tactic="initial-access"),
        technique("T9999", tactic="no-such-tactic"),
    )
    assert [one.id for one in in_order(mixed, store)] == ["T1566", "T1071", "T1105", "T1486", "T9999"]


def test_in_common_the_rarest_first(store: Store) -> None:
    both = merge([whole("d1"), whole("d2"), Intelligence(documents=(document("d3"),))])
    found = shared(both, store)
    assert found[-1].kind == "technique" and found[-1].rare < 1
    assert [one.rare for one in found] == sorted((one.rare for one in found), reverse=True)
    assert {one.kind for one in found} == {"indicator", "group", "vulnerability", "technique"}
    assert all(one.documents == ("d1", "d2") and 0 <= one.rare <= 1 for one in found)


def test_names_of_files_tell_less_than_addresses(store: Store) -> None:
    both = ("d1", "d2")
    found = (seen("setup.exe", type="file", documents=both), seen("evil.example", documents=both))
    assert [one.rare for one in shared(Intelligence(indicators=found), store)] == [1.0, 0.5]


def test_what_is_set_apart_is_not_in_common(store: Store) -> None:
    apart = merge([Intelligence(indicators=(replace(LISTED, documents=(id,)),)) for id in ("d1", "d2")])
    assert shared(apart, store) == ()
