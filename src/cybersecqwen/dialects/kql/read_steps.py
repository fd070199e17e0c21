"""From `summarize` to the aggregations of the middle."""

from __future__ import annotations

from cybersecqwen.dialects.query import Aggregate, Measure, Measured

from .columns import SENTINEL_TIME, TIMES
from .literals import number_of, span_of
from .read_columns import unsayable
from .steps import Summarize
from .tree import Call, Expr, Index, Member, Name, Named, Number

_MEASURES = {
    "dcount": Measured.DISTINCT,
    "dcountif": Measured.DISTINCT,
    "count_distinct": Measured.DISTINCT,
    "count_distinctif": Measured.DISTINCT,
    "sum": Measured.SUM,
    "avg": Measured.MEAN,
    "min": Measured.LEAST,
    "max": Measured.MOST,
    "make_set": Measured.VALUES,
    "makeset": Measured.VALUES,
    "make_set_if": Measured.VALUES,
    "percentile": Measured.PERCENTILE,
    "countif": Measured.COUNT,
}
_CONVERTED = frozenset(("tostring", "toreal", "todouble"))
_IF = frozenset(("dcountif", "count_distinctif", "make_set_if", "countif"))


def name_of(tree: Expr) -> str:
    """The column that is meant. Raises UnsayableError for what is computed or renamed."""
    if isinstance(tree, Named) and len(tree.names) == 1 and tree.value == tree.names[0]:
        tree = tree.value
    if (
        isinstance(tree, Call)
        and tree.name in ("tostring", "toreal", "todouble")
        and len(tree.arguments) == 1
    ):
        tree = tree.arguments[0]
    if isinstance(tree, Name) and "*" not in tree.text:
        return tree.text
    if isinstance(tree, Member) and tree.arguments is None:
        return f"{name_of(tree.inner)}.{tree.name}"
    if isinstance(tree, Index):
        raise unsayable("a part of a column")
    raise unsayable("a column that is computed")


def aggregate(step: Summarize) -> Aggregate:
    """The groups and measures of a summarize. Raises UnsayableError for what the middle has no words for."""
    by: list[str] = []
    bucket: float | None = None
    for item in step.by:
        found = _bucket(item)
        if found is None:
            by.append(name_of(item))
        elif bucket is None:
            bucket = found
        else:
            raise unsayable("two stretches of time")
    return Aggregate(measures=tuple(map(_measure, step.items)), by=tuple(by), bucket_s=bucket)


def _bucket(tree: Expr) -> float | None:
    """Seconds of bin(TimeGenerated, 10m); None for another thing."""
    inner = tree.value if isinstance(tree, Named) else tree
    if not isinstance(inner, Call) or inner.name not in ("bin", "floor") or len(inner.arguments) != 2:
        return None
    column = inner.arguments[0]
    if not isinstance(column, Name) or column.text not in (TIMES | {SENTINEL_TIME}):
        raise unsayable("numbers put into bins")
    if isinstance(tree, Named) and tree.names[0].text != column.text:
        raise unsayable("a renamed stretch of time")
    seconds = span_of(inner.arguments[1])
    if seconds is None or seconds <= 0:
        raise unsayable("a stretch of time that is computed")
    return seconds


def _measure(tree: Expr) -> Measure:
    name = tree.names[0].text if isinstance(tree, Named) and len(tree.names) == 1 else ""
    call = tree.value if isinstance(tree, Named) else tree
    if not isinstance(call, Call):
        raise unsayable("an aggregate of this form")
    if call.name == "count" and not call.arguments:
        return Measure(name=name or "count_", function=Measured.COUNT)
    function = _MEASURES.get(call.name)
    if function is None or not call.arguments:
        raise unsayable(f"the function {call.name}")
    if call.name == "countif":
        return Measure(name=name or "countif_", function=function, field=_there(call.arguments[0]))
    column = name_of(call.arguments[0])
    told = name or f"{_prefix(call.name)}_{column}"
    if call.name in _IF and _there(call.arguments[1] if len(call.arguments) > 1 else call) != column:
        raise unsayable(f"the function {call.name} with this condition")
    if function is Measured.PERCENTILE:
        at = number_of(call.arguments[1]) if len(call.arguments) == 2 else None
        if at is None:
            raise unsayable("a percentile that is computed")
        if at == 50:
            return Measure(name=told, function=Measured.MEDIAN, field=column)
        return Measure(name=told, function=function, field=column, at=float(at))
    if len(call.arguments) > (2 if call.name in _IF else 1) and not isinstance(call.arguments[-1], Number):
        raise unsayable(f"the function {call.name} with these arguments")
    return Measure(name=told, function=function, field=column)


def _prefix(name: str) -> str:
    return {"make_set": "set", "makeset": "set", "make_set_if": "set"}.get(name, name)


def _there(tree: Expr) -> str:
    """The column in isnotempty(column)."""
    if isinstance(tree, Call) and tree.name in ("isnotempty", "isnotnull") and len(tree.arguments) == 1:
        return name_of(tree.arguments[0])
    raise unsayable("an aggregate under a condition")
