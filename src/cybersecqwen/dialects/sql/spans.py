"""The time that a condition asks for."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from cybersecqwen.dialects.evaluating import seconds_of
from cybersecqwen.dialects.query import Span
from cybersecqwen.errors import UnsayableError

from .groups import plain_name, seconds_of_interval
from .tree import Flavour

_TURNED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.LT: exp.GT,
    exp.LTE: exp.GTE,
    exp.GT: exp.LT,
    exp.GTE: exp.LTE,
}


def without_span(
    parts: Sequence[exp.Expr], time_column: str, flavour: Flavour
) -> tuple[Span | None, list[exp.Expr]]:
    """(the span that parts of a condition ask for, the others). Raises UnsayableError for other bounds."""
    last: float | None = None
    start: float | None = None
    end: float | None = None
    others, until_now = [], False
    for part in [inner for one in parts for inner in _split(one, time_column)]:
        bound = _bound(part, time_column)
        if bound is None:
            others.append(part)
            continue
        kind, value, relative = _stepped(bound, flavour, part)
        if relative and kind is exp.GTE and last is None:
            last = value
        elif relative and kind is exp.LTE and value == 0:
            until_now = True
        elif not relative and kind is exp.GTE and start is None:
            start = value
        elif not relative and kind is exp.LT and end is None:
            end = value
        else:
            raise UnsayableError(
                "The middle knows times from a moment on and before another, and the last seconds.",
                what="such bounds of time",
                hint="Write >= for where it begins and < for where it ends.",
            )
    if until_now and last is None:
        raise UnsayableError("All that lies before now has no words.", what="such bounds of time")
    if last is not None and (start is not None or end is not None):
        raise UnsayableError(
            "The last seconds are asked for, and moments as well.", what="such bounds of time"
        )
    if last is None and start is None and end is None:
        return None, others
    return Span(last_s=last, start=start, end=end), others


def _split(part: exp.Expr, time_column: str) -> list[exp.Expr]:
    """A time between two moments as two bounds."""
    found = part.unnest()
    if not isinstance(found, exp.Between) or not _is_time(found.this.unnest(), time_column):
        return [part]
    low = exp.GTE(this=found.this.copy(), expression=found.args["low"].copy())
    high = exp.LTE(this=found.this.copy(), expression=found.args["high"].copy())
    low.parent = high.parent = part.parent  # which tells what the column's table is called
    return [low, high]


Bound = tuple[type[exp.Expr], float, bool]
"""(comparison, seconds, whether they are before now)"""


def _stepped(bound: Bound, flavour: Flavour, part: exp.Expr) -> Bound:
    """After a moment as from the next on, and up to it as before the next: where times have steps.

    DuckDB keeps microseconds, and `unixepoch` of SQLite gives whole seconds.
    """
    kind, value, relative = bound
    step = 1e-6 if flavour == "duckdb" else 1.0 if part.find(exp.Anonymous) is not None else 0.0
    if relative or not step or kind not in (exp.GT, exp.LTE):
        return bound
    return (exp.GTE if kind is exp.GT else exp.LT), value + step, False


def _bound(part: exp.Expr, time_column: str) -> Bound | None:
    """The bound that a comparison of the time sets; None for others."""
    kind = type(part)
    if isinstance(part, exp.EQ | exp.NEQ | exp.In) and _is_time(part.this.unnest(), time_column):
        raise UnsayableError("One moment is asked for, and not a time.", what="single moments")
    if kind not in _TURNED:
        return None
    left, right = part.this.unnest(), part.expression.unnest()
    if not _is_time(left, time_column):
        kind, left, right = _TURNED[kind], right, left
    if not _is_time(left, time_column):
        return None
    before = _before_now(right)
    if before is not None:
        return kind, before, True
    moment = _moment(right)
    if moment is None:
        raise UnsayableError("A time is compared with something computed.", what="computed times")
    return kind, moment, False


def _is_time(found: exp.Expr, time_column: str) -> bool:
    if isinstance(found, exp.Anonymous) and found.name.lower() == "unixepoch" and found.expressions:
        return plain_name(found.expressions[0]) == time_column
    return plain_name(found) == time_column


def _is_now(found: exp.Expr) -> bool:
    if isinstance(found, exp.CurrentTimestamp):
        return True
    if not isinstance(found, exp.Anonymous):
        return False
    name, arguments = found.name.lower(), found.expressions
    return (name == "now" and not arguments) or (
        name == "unixepoch" and len(arguments) == 1 and arguments[0].name.lower() == "now"
    )


def _before_now(found: exp.Expr) -> float | None:
    if _is_now(found):
        return 0.0
    if not isinstance(found, exp.Sub) or not _is_now(found.this.unnest()):
        return None
    amount = found.expression.unnest()
    if isinstance(amount, exp.Literal) and not amount.is_string:
        return float(amount.name)
    return seconds_of_interval(amount)


def _moment(found: exp.Expr) -> float | None:
    if isinstance(found, exp.Cast | exp.TryCast):
        found = found.this
    if not isinstance(found, exp.Literal):
        return None
    if not found.is_string:
        return float(found.name)
    text = found.name.strip()
    return seconds_of(text if text.endswith("Z") or "+" in text else f"{text}+00:00")
