"""What a query does, in plain sentences: filters in words, functions by what they do."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from cybersecqwen.dialects import describing as words
from cybersecqwen.dialects.retelling import as_written, retold

from .read import expression, filter_of
from .render import render
from .tree import And, Apply, Assign, Call, Case, Condition, Filter, Link, Match, Pipeline, Step


def describe(query: Pipeline) -> tuple[str, ...]:
    """What a query does, a sentence for each step."""
    return words.finished(_whole(query, 0))


def leading(query: Pipeline) -> Pipeline | None:
    """Its leading filters alone; None where it begins with something else, or is nothing else."""
    kept = tuple(takewhile(lambda step: filter_of(step) is not None, query.steps))
    return Pipeline(steps=kept) if kept and len(kept) < len(query.steps) else None


def _whole(query: Pipeline, depth: int) -> Iterator[str]:
    filters: list[Condition] = []
    for step in query.steps:
        condition = filter_of(step)
        if condition is not None:
            filters += condition.parts if isinstance(condition, And) else (condition,)
            continue
        yield from _filtered(filters)
        filters = []
        yield from _step(step, depth)
    yield from _filtered(filters)


def _filtered(filters: list[Condition]) -> Iterator[str]:
    """Filters that follow each other, told as one."""
    return words.split_up(retold(filters, expression, _condition), [], "events")


def _condition(condition: Condition) -> str:
    return _written(Filter(condition=condition))


def _written(step: Step) -> str:
    return render(Pipeline(steps=(step,)))


def _step(step: Step, depth: int) -> Iterator[str]:
    if isinstance(step, Assign | Apply):
        made = _written(step).partition(":=")[2] if isinstance(step, Assign) else _call(step.call)
        yield f"Computes {words.name(step.field)} as {as_written(made)}"
    elif isinstance(step, Link):
        yield f"Asks that {words.name(step.field)} is the same as {words.name(step.other)} of another query"
    elif isinstance(step, Case):
        yield f"Sends each event down the first of {len(step.branches)} ways that keeps it"
        yield from _branches(
            [(f"the {words.ordinal(n)} way", one) for n, one in enumerate(step.branches)], depth
        )
    elif isinstance(step, Match):
        yield f"Sends each event one of {len(step.branches)} ways by {words.name(step.field)}"
        ways = [(f"the {words.ordinal(n)} way", one.pipeline) for n, one in enumerate(step.branches)]
        yield from _branches(ways, depth)
    elif isinstance(step.condition, Call):
        yield _called(step.condition)
    else:
        yield f"Keeps events where {as_written(_condition(step.condition))} holds"


def _branches(ways: list[tuple[str, Pipeline]], depth: int) -> Iterator[str]:
    if depth >= words.DEEPEST:
        return
    for way, pipeline in ways:
        yield from words.inside(f"For {way}", _whole(pipeline, depth + 1))


def _call(call: Call) -> str:
    """A function as it is written."""
    return _condition(call)


_DOES = {
    "groupby": "Groups the events",
    "bucket": "Groups the events by stretches of time",
    "timechart": "Draws how they are spread over time",
    "count": "Counts the events",
    "top": "Tells which values are most frequent",
    "table": "Shows columns",
    "select": "Keeps columns",
    "drop": "Leaves out columns",
    "rename": "Names columns anew",
    "sort": "Sorts the events",
    "head": "Gives the first events",
    "tail": "Gives the last events",
    "join": "Joins the events with those of another query",
    "selfjoin": "Joins the events with each other",
    "correlate": "Looks for events of several queries that belong together",
    "match": "Looks values up in a file",
    "lookup": "Looks values up in a file",
    "readfile": "Begins with the rows of a file",
    "definetable": "Makes a table of another query",
    "regex": "Takes fields out of a text by a pattern",
    "parsejson": "Takes fields out of JSON",
    "kvparse": "Takes fields out of pairs in a text",
    "split": "Makes an event of each element of a list",
    "eval": "Computes a field",
    "format": "Writes a text from fields",
    "session": "Groups events that follow each other closely",
    "series": "Puts values in a row by their time",
    "stats": "Computes several measures",
    "asn": "Adds who runs the network of an address",
    "iplocation": "Adds where an address is",
}
"""What functions do, by their names in small letters: https://library.humio.com/data-analysis/functions.html."""


def _called(call: Call) -> str:
    does = _DOES.get(call.name.lower(), f"Calls the function {words.name(call.name)}")
    return f"{does}: {as_written(_call(call))}" if call.arguments else does
