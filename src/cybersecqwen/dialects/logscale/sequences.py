"""Events that follow each other: `correlate()`.

Source: https://library.humio.com/data-analysis/functions-correlate.html.
"""

from __future__ import annotations

from collections.abc import Callable

from cybersecqwen.detect.sigma.model import Op, Test
from cybersecqwen.dialects.query import Query, Sequence, Stage

from .arguments import Arguments, cannot, field_list, named, odd, seconds_of, span_text
from .tree import Argument, Bare, Call, Listed, Named, Pipeline

CORRELATE = "correlate"
"""The function that finds events of several queries that belong together."""


def write_sequence(step: Sequence, write: Callable[[Query], Pipeline]) -> Call:
    """The function for a sequence: a query for each of its events."""
    if not step.by or step.within_s is None:
        raise cannot(
            "sequences without a key and a time", "What the events share, or within what time, is missing."
        )
    queries = tuple(
        Argument(
            value=Named(
                name=f"e{number + 1}",
                pipeline=write(Query(tables=stage.tables, where=stage.where)),
                include=field_list(step.by),
            )
        )
        for number, stage in enumerate(step.stages)
    )
    return Call(
        name=CORRELATE,
        arguments=(
            *queries,
            named("sequence", Bare(text="true" if step.ordered else "false")),
            named("within", Bare(text=span_text(step.within_s))),
            named("globalConstraints", field_list(step.by)),
        ),
    )


def read_sequence(call: Call, read: Callable[[Pipeline], Query]) -> Sequence:
    """The sequence that the function asks for. Raises UnsayableError for links of other kinds."""
    queries = [argument.value for argument in call.arguments if isinstance(argument.value, Named)]
    others = tuple(one for one in call.arguments if not isinstance(one.value, Named))
    given = Arguments(Call(name=call.name, arguments=others), "", "sequence", "within", "globalConstraints")
    within, by = seconds_of(given.text("within")), given.texts("globalConstraints")
    if within is None or not by or not queries:
        raise odd(call)
    return Sequence(
        stages=tuple(_stage(one, read) for one in queries),
        by=by,
        within_s=within,
        ordered=given.truth("sequence"),
    )


def _stage(query: Named, read: Callable[[Pipeline], Query]) -> Stage:
    found = read(query.pipeline)
    if found.steps or found.span is not None or not isinstance(query.include, Listed | Bare | None):
        raise cannot(
            "steps within a sequence", f"The query {query.name} of a sequence does more than filter."
        )
    return Stage(where=found.where or Test("", Op.PRESENT), tables=found.tables)
