"""Between the aggregations of ES|QL and those of the middle.

https://www.elastic.co/docs/reference/query-languages/esql/functions-operators/aggregation-functions
"""

from __future__ import annotations

from cybersecqwen.dialects.elastic.expressions import Call, Expr, Field, Literal, Star, Stretch
from cybersecqwen.dialects.query import Aggregate, Measured, Unique
from cybersecqwen.dialects.query import Measure as Meant

from .comparisons import unsayable
from .times import TIME, seconds_in, stretch_of
from .tree import Column, Measure, Stats

_NAMES = {
    Measured.DISTINCT: "COUNT_DISTINCT",
    Measured.SUM: "SUM",
    Measured.MEAN: "AVG",
    Measured.MEDIAN: "MEDIAN",
    Measured.LEAST: "MIN",
    Measured.MOST: "MAX",
    Measured.VALUES: "VALUES",
}
_MEANT = {name: function for function, name in _NAMES.items()}


def read_stats(stats: Stats) -> Aggregate | Unique:
    """What an aggregation means. Raises UnsayableError for what the middle has no words for."""
    if stats.inline:
        raise unsayable("aggregations beside the rows (INLINE STATS)")
    buckets = [column for column in stats.by if not isinstance(column.value, Field)]
    by = tuple(column.name for column in stats.by if column not in buckets)
    if any(isinstance(one.value, Field) and one.value.name != one.name for one in stats.by):
        raise unsayable("renamed groups")
    if len(buckets) > 1:
        raise unsayable("groups by computed values")
    bucket = _bucket(buckets[0].value) if buckets else None
    if not stats.measures and bucket is None:
        return Unique(fields=by)
    return Aggregate(measures=tuple(map(_measure, stats.measures)), by=by, bucket_s=bucket)


def _bucket(value: Expr) -> float:
    """Seconds of a stretch of time; the time itself is what is cut into stretches."""
    if isinstance(value, Call) and len(value.args) == 2 and value.name in ("BUCKET", "DATE_TRUNC"):
        first, second = value.args if value.name == "BUCKET" else reversed(value.args)
        if first == Field(TIME) and isinstance(second, Stretch):
            return seconds_in(second)
    raise unsayable("groups by computed values")


def _measure(measure: Measure) -> Meant:
    if measure.where is not None:
        raise unsayable("aggregations of a part of the rows")
    call, name = measure.column.value, measure.column.name
    if not isinstance(call, Call):
        raise unsayable("computed aggregations")
    if call.name == "COUNT" and call.args in ((), (Star(),)):
        return Meant(name=name, function=Measured.COUNT)
    field = call.args[0] if call.args else None
    if not isinstance(field, Field):
        raise unsayable("aggregations of computed values")
    if call.name == "COUNT" and len(call.args) == 1:
        return Meant(name=name, function=Measured.COUNT, field=field.name)
    if call.name == "PERCENTILE" and len(call.args) == 2 and isinstance(call.args[1], Literal):
        at = call.args[1].value
        if isinstance(at, int | float):
            return Meant(name=name, function=Measured.PERCENTILE, field=field.name, at=float(at))
    function = _MEANT.get(call.name)
    if function is None or len(call.args) != 1:
        raise unsayable(f"the aggregation {call.name[:40]}")
    return Meant(name=name, function=function, field=field.name)


def write_aggregate(step: Aggregate) -> Stats:
    """The command for an aggregation."""
    by = tuple(Column(name, Field(name)) for name in step.by)
    if step.bucket_s is not None:
        bucket = Call("BUCKET", (Field(TIME), stretch_of(step.bucket_s)))
        by = (Column(TIME, bucket), *by)
    return Stats(tuple(map(_written, step.measures)), by)


def _written(measure: Meant) -> Measure:
    field = Field(measure.field)
    if measure.function is Measured.COUNT:
        call = Call("COUNT", (field if measure.field else Star(),))
    elif measure.function is Measured.PERCENTILE:
        at = int(measure.at) if float(measure.at).is_integer() else measure.at
        call = Call("PERCENTILE", (field, Literal(at)))
    else:
        call = Call(_NAMES[measure.function], (field,))
    return Measure(Column(measure.name, call))
