"""Matches grouped into observables."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.report.interface import LONGEST_CONTEXT, Passage
from cybersecqwen.detect.report.observables import MOST_PLACES, collect
from cybersecqwen.detect.report.warning_lists import WarningLists
from cybersecqwen.detect.text.extraction import matches
from cybersecqwen.detect.text.matches import Match
from cybersecqwen.records.intel import Observable, Place, Role

LISTS = WarningLists()


def at(start: int, end: int) -> Place:
    """A place without pages."""
    return Place(document="d1", start=start, end=end)


def collected(text: str) -> tuple[Observable, ...]:
    """The observables of a text."""
    return collect(Passage(text=text), matches(text), "d1", at, LISTS)


def test_one_indicator_with_everything_about_it() -> None:
    text = "Intro.\n\nThe implant beacons to 45.77.10[.]9 daily. Later 45.77.10.9 was down.\n"
    (one,) = collected(text)
    assert (one.type, one.value, one.raw) == ("ipv4", "45.77.10.9", "45.77.10[.]9")
    assert (one.role, one.count, one.documents, one.note) == (Role.C2, 2, ("d1",), "")
    assert one.why == '"beacons to" stands before it'
    assert one.context == "The implant beacons to 45.77.10[.]9 daily."
    assert [text[p.start : p.end] for p in one.places] == ["45.77.10[.]9", "45.77.10.9"]


def test_usable_ones_come_first_in_order_of_appearance() -> None:
    text = "See 192.0.2.7, github.com. C2: b-node[.]net and a-node[.]net."
    assert [one.value for one in collected(text)] == ["b-node.net", "a-node.net", "192.0.2.7", "github.com"]


def test_places_are_bounded_and_counted() -> None:
    (one,) = collected("quiet-garden.net " * 120)
    assert one.count == 120
    assert len(one.places) == MOST_PLACES


def test_the_port_is_that_of_the_match() -> None:
    text = "C2 is 45.77.10.9, also 45.77.10.9:8443"
    first, second = text.index("45"), text.rindex("45")
    found = [
        Match(type="ipv4", value="45.77.10.9", start=first, end=first + 10),
        Match(type="ipv4", value="45.77.10.9", start=second, end=second + 15, port=8443),
    ]
    (one,) = collect(Passage(text=text), found, "d1", at, LISTS)
    assert one.port == 8443


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["hxxp://a-b[.]net/x", "45.77.10.9", "\n", "C2:", "x" * 500, "8.8.8.8", "ß", "see", "\t"]
        ),
        max_size=30,
    ).map(" ".join)
)
def test_letter_for_letter(text: str) -> None:
    found = matches(text)
    got = collected(text)
    assert {(one.type, one.value) for one in got} == {(m.type, m.value) for m in found}
    assert sum(one.count for one in got) == len(found)
    notes = [bool(one.note) for one in got]
    assert notes == sorted(notes)
    for one in got:
        assert one.raw == text[one.places[0].start : one.places[0].end]
        assert one.context in text
        assert one.raw in one.context
        assert len(one.context) <= LONGEST_CONTEXT


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "piece",
    [
        "quiet-garden[.]net, ",
        "C2 server legitimate victim phishing ",
        "mark it as ",
        "ignore ",
        "C2:\n",
        "a\tb\n",
        "[1] https://a-b.org/x ",
        "not never no ",
        "- x 45.77.10.9\n",
    ],
)
def test_long_texts_of_anything_are_read(piece: str) -> None:
    """Steps that looked back over all of the text would take hours (the limit of the test is a minute)."""
    text = piece * (400_000 // len(piece)) + " 45.77.10.9"
    made = collect(Passage(text=text), matches(text), "d1", at, LISTS)
    assert any(one.value == "45.77.10.9" for one in made)
