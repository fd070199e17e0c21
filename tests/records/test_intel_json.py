"""Intelligence as JSON and back: nothing is lost, and nothing in a foreign file raises."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.records.intel import (
    Dated,
    DocumentInfo,
    End,
    Intelligence,
    Judgement,
    Named,
    Observable,
    Place,
    Relation,
    ReportedTechnique,
    Role,
    Shared,
    Statement,
    Target,
    Tier,
    Tlp,
)
from cybersecqwen.records.intel_json import from_json, to_json

TEXT = st.text(max_size=8)
COUNT = st.integers(0, 1 << 40)
PLACES = st.builds(Place, document=TEXT, start=COUNT, end=COUNT, page=COUNT, line=COUNT)
MANY = st.lists(PLACES, max_size=2).map(tuple)
TIERS, ROLES, MARKS = st.sampled_from(Tier), st.sampled_from(Role), st.sampled_from(Tlp)
ENDS = st.builds(End, type=TEXT, id=TEXT, value=TEXT)
FACTS = st.dictionaries(
    TEXT, st.none() | st.booleans() | st.integers(0, 9) | TEXT | st.lists(TEXT), max_size=2
)


def several(record: Any, /, **parts: Any) -> Any:
    return st.lists(st.builds(record, **parts), max_size=2).map(tuple)


INTELLIGENCE = st.builds(
    Intelligence,
    documents=several(
        DocumentInfo,
        id=TEXT,
        path=TEXT,
        format=TEXT,
        sha256=TEXT,
        title=TEXT,
        pages=COUNT,
        marking=MARKS,
        marking_place=st.none() | PLACES,
    ),
    marking=MARKS,
    indicators=several(
        Observable, type=TEXT, value=TEXT, raw=TEXT, role=ROLES, tier=TIERS, why=TEXT, note=TEXT, places=MANY
    ),
    names=several(Named, id=TEXT, name=TEXT, type=TEXT, tier=TIERS, places=MANY, facts=FACTS),
    techniques=several(
        ReportedTechnique, id=TEXT, name=TEXT, probability=st.floats(0, 1), tier=TIERS, places=MANY
    ),
    relations=several(Relation, source=ENDS, verb=TEXT, target=ENDS, place=PLACES, sentence=TEXT, tier=TIERS),
    targets=several(Target, kind=TEXT, name=TEXT, tier=TIERS),
    dates=several(Dated, kind=TEXT, date=TEXT, written=TEXT, place=PLACES),
    statements=several(Statement, question=TEXT, text=TEXT, places=MANY, tier=TIERS),
    judgements=several(Judgement, text=TEXT, likelihood=TEXT, confidence=TIERS, places=MANY),
    shared=several(Shared, kind=TEXT, type=TEXT, id=TEXT, value=TEXT, documents=st.just(("d1",))),
)
JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=100, deadline=None)
@given(INTELLIGENCE)
def test_nothing_is_lost(intel: Intelligence) -> None:
    assert from_json(json.loads(json.dumps(to_json(intel)))) == intel


def places(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, inner in items for place in places(inner, (*path, key)))]


@settings(max_examples=150, deadline=None)
@given(INTELLIGENCE, st.data())
def test_foreign_parts_are_left_out(intel: Intelligence, data: st.DataObject) -> None:
    raw = json.loads(json.dumps(to_json(intel)))
    *path, last = data.draw(st.sampled_from(places(raw)[1:]))
    place: Any = raw
    for key in path:
        place = place[key]
    place[last] = data.draw(JUNK)
    made = from_json(raw)
    assert isinstance(made, Intelligence)
    assert len(made.indicators) <= len(intel.indicators) or last == "indicators"


@given(JUNK.filter(lambda value: not isinstance(value, dict)))
def test_what_is_no_object_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="no object"):
        from_json(value)
