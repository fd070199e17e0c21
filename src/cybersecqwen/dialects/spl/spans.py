"""When a query looks, as a condition of `where`: behind `from`, `earliest` is no more than a field."""

from __future__ import annotations

from cybersecqwen.dialects.query import Span

from .saying import joined
from .times import ago, span_text
from .tree import Binary, Call, Field, Logic, Number, Text, Value

_TIME = Field("_time")
_NOW = Call("now", ())


def span_value(span: Span) -> Value:
    """The condition on `_time` that a span is."""
    if span.last_s is not None:
        start = Call("relative_time", (_NOW, Text(f"-{span_text(span.last_s)}")))
        return Logic("AND", (Binary(">=", _TIME, start), Binary("<=", _TIME, _NOW)))
    parts: list[Value] = []
    if span.start is not None:
        parts.append(Binary(">=", _TIME, Number(moment_text(span.start))))
    if span.end is not None:
        parts.append(Binary("<", _TIME, Number(moment_text(span.end))))
    return joined("AND", parts)


def moment_text(at: float) -> str:
    """Seconds since 1970 UTC, without zeros at the end."""
    return f"{at:.6f}".rstrip("0").rstrip(".")


def span_of(value: Value) -> Span | None:
    """The span that a condition is; None for one that is none."""
    found: dict[str, float] = {}
    for part in value.parts if isinstance(value, Logic) and value.op == "AND" else (value,):
        if not isinstance(part, Binary):
            return None
        right = part.right
        if isinstance(right, Number) and part.op in (">=", "<"):
            found["start" if part.op == ">=" else "end"] = float(right.text)
        elif isinstance(right, Call) and right.name == "relative_time" and isinstance(right.args[-1], Text):
            last = ago(right.args[-1].value)
            if last is not None:
                found["last_s"] = last
    if not found or ("last_s" in found and len(found) > 1):
        return None
    span = Span(**found)
    return span if span_value(span) == value else None
