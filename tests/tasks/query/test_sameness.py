"""When a query that was read back says what it was written from, and when it does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cybersecqwen.detect.sigma.model import Logsource, Not, Op
from cybersecqwen.detect.sigma.model import Test as Asked
from cybersecqwen.dialects.query import Aggregate, Keep, Limit, Measure, Measured, Query, Sort, Span, Stage
from cybersecqwen.dialects.query import Sequence as Order
from cybersecqwen.tasks.query.sameness import differing

FAILED = Asked("EventID", Op.EQUALS, ("4625",))
GROUP = Aggregate(
    measures=(Measure(name="count", function=Measured.COUNT),), by=("User", "Computer"), bucket_s=300.0
)
KEEP = Keep(where=Asked("count", Op.GREATER, ("10",)))
COUNTED = Query(
    tables=("logons",),
    where=FAILED,
    span=Span(last_s=3_600.0),
    steps=(GROUP, KEEP, Sort(keys=(("count", True),)), Limit(count=5)),
)
ORDER = Order(
    stages=(Stage(where=FAILED, tables=("logons",)), Stage(where=Not(FAILED), tables=("logons",))),
    by=("User",),
    within_s=300.0,
)
FOLLOWED = Query(steps=(ORDER,))


@pytest.mark.parametrize(
    ("other", "what"),
    [
        (replace(COUNTED, span=None), "the time"),
        (replace(COUNTED, span=Span(last_s=7_200.0)), "the time"),
        (replace(COUNTED, span=Span(start=3_600.0)), "the time"),
        (replace(COUNTED, tables=()), "where it looks"),
        (replace(COUNTED, tables=("logons", "processes")), "where it looks"),
        (replace(COUNTED, logsource=Logsource(product="windows")), "where it looks"),
        (replace(COUNTED, where=Not(FAILED)), "the conditions"),
        (replace(COUNTED, steps=(GROUP, KEEP)), "the steps"),
        (replace(COUNTED, steps=(replace(GROUP, by=("User",)), *COUNTED.steps[1:])), "the step 'aggregate'"),
        (replace(COUNTED, steps=(replace(GROUP, bucket_s=60.0), *COUNTED.steps[1:])), "the step 'aggregate'"),
        (
            replace(
                COUNTED,
                steps=(
                    replace(GROUP, measures=(Measure(name="count", function=Measured.SUM, field="a"),)),
                    *COUNTED.steps[1:],
                ),
            ),
            "the step 'aggregate'",
        ),
        (
            replace(
                COUNTED,
                steps=(GROUP, Keep(where=Asked("count", Op.GREATER, ("11",))), *COUNTED.steps[2:]),
            ),
            "the step 'keep'",
        ),
        (
            replace(COUNTED, steps=(GROUP, KEEP, Sort(keys=(("count", False),)), Limit(count=5))),
            "the step 'sort'",
        ),
        (replace(COUNTED, steps=(*COUNTED.steps[:3], Limit(count=6))), "the step 'limit'"),
        (replace(COUNTED, steps=(*COUNTED.steps[:3], KEEP)), "the step 'limit'"),
    ],
)
def test_what_differs_is_named(other: Query, what: str) -> None:
    assert differing(other, COUNTED) == what


@pytest.mark.parametrize(
    ("other", "what"),
    [
        (replace(ORDER, within_s=600.0), "the step 'sequence'"),
        (replace(ORDER, by=("Computer",)), "the step 'sequence'"),
        (replace(ORDER, ordered=False), "the step 'sequence'"),
        (replace(ORDER, stages=ORDER.stages[:1]), "the step 'sequence'"),
        (replace(ORDER, stages=ORDER.stages[::-1]), "the step 'sequence'"),
        (
            replace(ORDER, stages=(ORDER.stages[0], replace(ORDER.stages[1], tables=()))),
            "the step 'sequence'",
        ),
    ],
)
def test_a_sequence_is_compared_stage_by_stage(other: Order, what: str) -> None:
    assert differing(Query(steps=(other,)), FOLLOWED) == what


def test_names_orders_and_fractions_of_seconds_are_no_difference() -> None:
    assert differing(COUNTED, COUNTED) == "" and differing(FOLLOWED, FOLLOWED) == ""
    called = replace(GROUP, measures=(replace(GROUP.measures[0], name="n"),), by=GROUP.by[::-1])
    keep = Keep(where=Asked("n", Op.GREATER, ("10",)))
    other = replace(COUNTED, steps=(called, keep, Sort(keys=(("n", True),)), Limit(count=5)))
    assert differing(other, COUNTED) == ""
    begun = Query(where=FAILED, span=Span(start=1_700_000_000.4))
    assert differing(replace(begun, span=Span(start=1_700_000_000.0)), begun) == ""
    shown = Measure(name="first", function=Measured.LEAST, field="_time")
    more = replace(COUNTED, steps=(replace(GROUP, measures=(*GROUP.measures, shown)), *COUNTED.steps[1:]))
    assert differing(COUNTED, more) == "" and differing(more, COUNTED) == "the step 'aggregate'"
    used = replace(more, steps=(more.steps[0], Keep(where=Asked("first", Op.GREATER, ("10",)))))
    assert differing(replace(COUNTED, steps=(GROUP, KEEP)), used) == "the step 'keep'"
    plain = tuple(replace(stage, tables=()) for stage in ORDER.stages)
    assert differing(Query(tables=("logons",), steps=(replace(ORDER, stages=plain),)), FOLLOWED) == ""
