"""Steps that group, count, sort and cut, and the steps of the middle.

Names of columns, limits and orders are those of the functions where a query gives none: groupBy, count,
stats, top, bucket, timeChart, sort, head, select, table (https://library.humio.com/data-analysis/functions.html).
"""

from __future__ import annotations

from collections.abc import Iterator

from cybersecqwen.dialects.query import Aggregate, Columns, Limit, Measure, Measured, Sort, Step, Unique

from .arguments import Arguments, cannot, field_list, field_value, named, odd, seconds_of, span_text
from .tree import Argument, Bare, Call, Listed

TIME = "@timestamp"
"""The field that holds the time of an event."""
_FUNCTIONS = {
    "count": Measured.COUNT,
    "sum": Measured.SUM,
    "avg": Measured.MEAN,
    "min": Measured.LEAST,
    "max": Measured.MOST,
}
_NAMES = {function: name for name, function in _FUNCTIONS.items()}
_AT_MOST = 200
"""Rows that sort, head and table give where no limit is told."""
SORTED = 20_000
"""The most rows that sort gives."""
_ALL = 1_000_000
"""Groups that groupBy gives at most."""
_DEFAULT = [Call(name="count")]


def read_step(call: Call) -> tuple[Step, ...] | None:
    """The steps of the middle that a function means; None for one that is no such step."""
    reader = _STEPS.get(call.name)
    return None if reader is None else tuple(reader(call))


def _measure(call: Call) -> Measure:
    function = _FUNCTIONS.get(call.name)
    if function is None:
        raise cannot(
            "computed columns", f"The function {call.name}() computes what the middle has no words for."
        )
    given = Arguments(call, "field", "as", "distinct")
    field = given.text("field")
    if function is Measured.COUNT and "distinct" in given.found and given.truth("distinct"):
        function = Measured.DISTINCT
    elif "distinct" in given.found or (not field and function is not Measured.COUNT):
        raise odd(call)
    return Measure(name=given.text("as", f"_{call.name}"), function=function, field=field)


def _measures(given: Arguments) -> tuple[Measure, ...]:
    calls = given.calls("function")
    return tuple(map(_measure, _DEFAULT if calls is None else calls))


def _group_by(call: Call) -> Iterator[Step]:
    given = Arguments(call, "field", "function", "limit")
    fields, limit = given.texts("field"), given.number("limit", _ALL)
    if not fields:
        raise odd(call)
    measures = _measures(given)
    yield Aggregate(measures=measures, by=fields) if measures else Unique(fields=fields)
    if limit < SORTED:
        yield Limit(count=limit)


def _stats(call: Call) -> Iterator[Step]:
    measures = _measures(Arguments(call, "function"))
    if not measures:
        raise odd(call)
    yield Aggregate(measures=measures)


def _single(call: Call) -> Iterator[Step]:
    yield Aggregate(measures=(_measure(call),))


def _bucket(call: Call) -> Iterator[Step]:
    given = Arguments(call, "span", "field", "function", "limit")
    yield from _buckets(given, given.texts("field"))


def _time_chart(call: Call) -> Iterator[Step]:
    given = Arguments(call, "series", "span", "function")
    yield from _buckets(given, given.texts("series"))


def _buckets(given: Arguments, by: tuple[str, ...]) -> Iterator[Step]:
    seconds = seconds_of(given.text("span"))
    if seconds is None or "limit" in given.found:
        raise odd(given.call)
    yield Aggregate(measures=_measures(given), by=by, bucket_s=seconds)


def _top(call: Call) -> Iterator[Step]:
    given = Arguments(call, "field", "limit", "as")
    name = given.text("as", "_count")
    yield Aggregate(measures=(Measure(name=name, function=Measured.COUNT),), by=given.texts("field"))
    yield Sort(keys=((name, True),))
    yield Limit(count=given.number("limit", 10))


def _sort(call: Call) -> Iterator[Step]:
    given = Arguments(call, "field", "order", "type", "limit", "reverse")
    fields, orders = given.texts("field") or ("_count",), given.texts("order") or ("desc",)
    if (
        given.text("type", "number") not in ("any", "number")
        or "reverse" in given.found
        or not {"asc", "desc"}.issuperset(orders)
    ):
        raise odd(call)
    if len(orders) not in (1, len(fields)):
        raise odd(call)
    orders = orders * len(fields) if len(orders) == 1 else orders
    yield Sort(keys=tuple((name, way == "desc") for name, way in zip(fields, orders, strict=True)))
    limit = given.number("limit", SORTED if given.text("limit") == "max" else _AT_MOST)
    if limit < SORTED:
        yield Limit(count=limit)


def _head(call: Call) -> Iterator[Step]:
    yield Limit(count=Arguments(call, "limit").number("limit", _AT_MOST))


def _select(call: Call) -> Iterator[Step]:
    fields = Arguments(call, "fields").texts("fields")
    if not fields or any("*" in field for field in fields):
        raise odd(call)
    yield Columns(fields=fields)


def _table(call: Call) -> Iterator[Step]:
    given = Arguments(call, "fields", "limit", "sortby", "order")
    fields, order = given.texts("fields"), given.text("order", "desc")
    if not fields or order not in ("asc", "desc"):
        raise odd(call)
    yield Sort(keys=((given.text("sortby", TIME), order == "desc"),))
    limit = given.number("limit", SORTED if given.text("limit") == "max" else _AT_MOST)
    if limit < SORTED:
        yield Limit(count=limit)
    yield Columns(fields=fields)


_STEPS = {
    "groupBy": _group_by,
    "stats": _stats,
    "bucket": _bucket,
    "timeChart": _time_chart,
    "top": _top,
    "sort": _sort,
    "head": _head,
    "select": _select,
    "table": _table,
    **dict.fromkeys(_FUNCTIONS, _single),
}


def write_steps(steps: tuple[Step, ...]) -> Iterator[Call | Step]:
    """The functions that mean steps; a step that is a condition is given back as it is."""
    left = list(steps)
    while left:
        step = left.pop(0)
        if isinstance(step, Aggregate):
            yield _write_aggregate(step)
        elif isinstance(step, Unique):
            yield Call(name="groupBy", arguments=_by(step.fields, (named("function", Listed(items=())),)))
        elif isinstance(step, Sort):
            behind = left[0] if left else None
            limit = behind.count if isinstance(behind, Limit) and 0 < behind.count < SORTED else SORTED
            if limit < SORTED:
                left.pop(0)
            yield _write_sort(step, limit)
        elif isinstance(step, Limit):
            yield Call(name="head", arguments=(Argument(value=Bare(text=str(step.count))),))
        elif isinstance(step, Columns):
            yield Call(name="select", arguments=(Argument(value=field_list(step.fields)),))
        else:
            yield step


def _by(fields: tuple[str, ...], behind: tuple[Argument, ...]) -> tuple[Argument, ...]:
    return (Argument(value=field_list(fields)), *behind, named("limit", Bare(text="max")))


def _write_aggregate(step: Aggregate) -> Call:
    functions = Listed(items=tuple(map(_write_measure, step.measures)))
    if not step.measures:
        raise cannot("groups without a count", "Groups are made and nothing is computed.")
    if step.bucket_s:
        span = named("span", Bare(text=span_text(step.bucket_s)))
        by = (named("field", field_list(step.by)),) if step.by else ()
        return Call(name="bucket", arguments=(span, *by, named("function", functions)))
    if step.by:
        return Call(name="groupBy", arguments=_by(step.by, (named("function", functions),)))
    return Call(name="stats", arguments=(named("function", functions),))


def _write_measure(measure: Measure) -> Call:
    distinct = measure.function is Measured.DISTINCT
    name = _NAMES.get(Measured.COUNT if distinct else measure.function)
    if name is None:
        raise cannot(
            "medians, percentiles and lists of values", f"{measure.name[:60]} is none of the usual counts."
        )
    if not measure.field and (distinct or measure.function is not Measured.COUNT):
        raise cannot("measures of nothing", "A measure lacks its field.")
    arguments: list[Argument] = [Argument(value=field_value(measure.field))] if measure.field else []
    if distinct:
        arguments.append(named("distinct", Bare(text="true")))
    return Call(name=name, arguments=(*arguments, named("as", field_value(measure.name))))


def _write_sort(step: Sort, limit: int) -> Call:
    orders = Listed(items=tuple(Bare(text="desc" if descending else "asc") for _, descending in step.keys))
    return Call(
        name="sort",
        arguments=(
            Argument(value=field_list(tuple(name for name, _ in step.keys))),
            named("order", orders),
            named("type", Bare(text="any")),
            named("limit", Bare(text=str(limit) if limit < SORTED else "max")),
        ),
    )
