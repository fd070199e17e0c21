"""The time of a search: conditions on the seconds of an event's time.

Source: https://docs.cloud.google.com/chronicle/docs/yara-l/functions (timestamp.current_seconds).
"""

from __future__ import annotations

from collections.abc import Iterable

from cybersecqwen.dialects.query import Span

from .conditions import cannot
from .table import UNITS, WINDOW
from .tree import Call, Comparison, Condition, Number, Path, Sum

TIME = "metadata.event_timestamp"
"""The field that holds the time of an event."""
SECONDS = f"{TIME}.seconds"
"""The same in seconds since 1970 UTC."""
_NOW = Call(name="timestamp.current_seconds", arguments=())


def is_time(condition: Condition) -> bool:
    """Whether a condition is about the time of an event."""
    return (
        isinstance(condition, Comparison)
        and isinstance(condition.left, Path)
        and condition.left.name == SECONDS
        and not (isinstance(condition.right, Path))
    )


def span_of(conditions: Iterable[Condition]) -> Span | None:
    """The time that conditions leave, None for none. Raises UnsayableError for what `Span` cannot hold."""
    start = end = last = None
    for one in conditions:
        assert isinstance(one, Comparison)
        right, operator = one.right, one.operator
        if isinstance(right, Number):
            # Times of events are finer than seconds; their seconds are not.
            moment = float(right.text)
            if operator in (">=", ">") and start is None:
                start = moment + (operator == ">")
                continue
            if operator in ("<=", "<") and end is None:
                end = moment + (operator == "<=")
                continue
        elif (
            isinstance(right, Sum)
            and (right.left, right.sign, operator) == (_NOW, "-", ">=")
            and isinstance(right.right, Number)
            and last is None
        ):
            last = float(right.right.text)
            continue
        raise cannot("times of other forms", "The time is neither the last seconds nor between two moments.")
    if last is not None:
        if start is not None or end is not None:
            raise cannot("times of other forms", "The time is both the last seconds and between moments.")
        return Span(last_s=last)
    return None if start is None and end is None else Span(start=start, end=end)


def conditions_of(span: Span) -> list[Condition]:
    """The conditions that mean a time."""
    if span.last_s is not None:
        since = Sum(left=_NOW, sign="-", right=_whole(span.last_s))
        return [Comparison(left=Path(name=SECONDS), operator=">=", right=since)]
    bounds = ((">=", span.start), ("<", span.end))
    return [
        Comparison(left=Path(name=SECONDS), operator=operator, right=_whole(moment))
        for operator, moment in bounds
        if moment is not None
    ]


def _whole(seconds: float) -> Number:
    if not float(seconds).is_integer() or not 0 <= seconds < 1e15:
        raise cannot("parts of a second", "Times are counted in whole seconds.")
    return Number(text=str(int(seconds)))


def window_of(seconds: float) -> str:
    """A length of time as a window has it."""
    if not float(seconds).is_integer() or not 60 <= seconds <= 30 * UNITS["d"] or seconds % 60:
        raise cannot("windows of that length", "A window is one minute to thirty days, in whole minutes.")
    unit = next(unit for unit in ("d", "h", "m") if seconds % UNITS[unit] == 0)
    return f"{int(seconds) // UNITS[unit]}{unit}"


def seconds_of(window: str) -> float:
    """The seconds of a window."""
    found = WINDOW.fullmatch(window)
    assert found is not None
    return float(found[1]) * UNITS[found[2]]
