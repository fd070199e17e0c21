"""Conditions on the time of records: the span of a query."""

from __future__ import annotations

from cybersecqwen.dialects.query import Span

from .columns import DEFENDER_TIME, SENTINEL_TIME
from .literals import moment_of, span_of
from .meaning import FLIPPED
from .read_columns import unsayable
from .read_conditions import Scope
from .tree import Between, Binary, Call, Expr, Name, Typed

_TIMES = (SENTINEL_TIME, DEFENDER_TIME)


def span_in(tree: Expr, scope: Scope) -> Span | None:
    """The span of a condition on TimeGenerated or Timestamp; None where it is about something else."""
    if isinstance(tree, Between) and _is_time(tree.left):
        if tree.negated:
            raise unsayable("a time that is left out")
        return _between(scope.known(tree.low), scope.known(tree.high), scope)
    if not isinstance(tree, Binary) or tree.operator not in ("<", "<=", ">", ">="):
        return None
    if _is_time(tree.right):
        return span_in(Binary(FLIPPED[tree.operator], tree.right, tree.left), scope)
    if not _is_time(tree.left):
        return None
    bound = scope.known(tree.right)
    last = _ago(bound, scope)
    if last is not None:
        if tree.operator[0] == ">":
            return Span(last_s=last)
        if last == 0:
            return Span()
        raise unsayable("a time that ends before now")
    moment = _moment(bound)
    if moment is None:
        raise unsayable("a time that is computed")
    return Span(start=moment) if tree.operator[0] == ">" else Span(end=moment)


def _is_time(tree: Expr) -> bool:
    if isinstance(tree, Call) and tree.name == "ingestion_time":
        return True
    return isinstance(tree, Name) and tree.text in _TIMES


def _ago(tree: Expr, scope: Scope) -> float | None:
    """Seconds before now of ago(1d), now(), now(-1d); None for another thing."""
    if not isinstance(tree, Call) or tree.name not in ("ago", "now") or len(tree.arguments) > 1:
        return None
    if not tree.arguments:
        return 0.0 if tree.name == "now" else None
    seconds = span_of(scope.known(tree.arguments[0]))
    return None if seconds is None else seconds if tree.name == "ago" else -seconds


def _moment(tree: Expr) -> float | None:
    if isinstance(tree, Call) and tree.name == "todatetime" and len(tree.arguments) == 1:
        value = getattr(tree.arguments[0], "value", None)
        return moment_of(value) if isinstance(value, str) else None
    return moment_of(tree.text) if isinstance(tree, Typed) and tree.type == "datetime" else None


def _between(low: Expr, high: Expr, scope: Scope) -> Span:
    last, until = _ago(low, scope), _ago(high, scope)
    if last is not None and until == 0:
        return Span(last_s=last)
    start = _moment(low)
    length = span_of(high)
    end = _moment(high) if length is None else None if start is None else start + length
    if start is None or end is None:
        raise unsayable("a time that is computed")
    return Span(start=start, end=end)


def meet(one: Span | None, other: Span) -> Span:
    """Both spans at once. Raises UnsayableError where that is no span of the middle."""
    if one is None or one == Span():
        return other
    if other == Span():
        return one
    if (one.last_s is None) is not (other.last_s is None):
        raise unsayable("two spans of different kinds")
    if one.last_s is not None and other.last_s is not None:
        return Span(last_s=min(one.last_s, other.last_s))
    starts = [found for found in (one.start, other.start) if found is not None]
    ends = [found for found in (one.end, other.end) if found is not None]
    return Span(start=max(starts, default=None), end=min(ends, default=None))
