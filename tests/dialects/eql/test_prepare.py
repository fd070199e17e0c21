"""The category of events before "where"."""

from __future__ import annotations

from cybersecqwen.detect.sigma import model
from cybersecqwen.detect.sigma.model import And, Op
from cybersecqwen.dialects.eql import Eql
from cybersecqwen.dialects.query import Query, Sequence, Stage

CATEGORY = model.Test("event.category", Op.EQUALS, ("process",))
NAME = model.Test("process.name", Op.EQUALS, ("a.exe",))


def text(query: Query) -> str:
    eql = Eql()
    return " ".join(eql.render(eql.write(eql.prepared(query))).split())


def test_a_category_at_the_top_is_named_before_where() -> None:
    assert text(Query(where=And((CATEGORY, NAME)))) == 'process where process.name : "a.exe"'
    assert text(Query(where=CATEGORY)) == "process where true"


def test_several_categories_and_others_stay_conditions() -> None:
    several = Query(where=model.Test("event.category", Op.EQUALS, ("process", "file")))
    other = Query(where=model.Test("event.category", Op.EQUALS, ("made_up",)))
    for query in (several, other, Query(where=NAME), Query(tables=("file",), where=CATEGORY)):
        assert Eql().prepared(query) == query


def test_each_stage_of_a_sequence_has_its_own() -> None:
    stages = (Stage(where=And((CATEGORY, NAME))), Stage(where=NAME))
    made = Eql().prepared(Query(steps=(Sequence(stages=stages, by=("host.id",)),)))
    (step,) = made.steps
    assert isinstance(step, Sequence)
    assert step.stages == (Stage(where=NAME, tables=("process",)), Stage(where=NAME))
