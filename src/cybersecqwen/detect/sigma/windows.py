"""The hits of the last timespan, with what a correlation counts kept up to date hit by hit.

No step looks at the whole window, however many hits it holds: the sum is exact (a whole number of the
smallest difference between two floats), values in order are found by halving, and a sequence of rules is
followed by the latest hit at which each of its beginnings can start.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter, deque

from .model import Correlation, Counting
from .values import compared

_NUMBERS = frozenset(
    (Counting.VALUE_SUM, Counting.VALUE_AVG, Counting.VALUE_MEDIAN, Counting.VALUE_PERCENTILE)
)
_SORTED = frozenset((Counting.VALUE_MEDIAN, Counting.VALUE_PERCENTILE))
_UNIT_BITS = 1_074  # the smallest float is 2 to the power of -1,074


class Window:
    """Hits come in order of time."""

    def __init__(self, correlation: Correlation) -> None:
        self._correlation = correlation
        self._type = correlation.type
        self._rules_due = len(set(correlation.rules))
        self._steps: dict[str, list[int]] = {}
        for step, name in enumerate(correlation.rules):
            self._steps.setdefault(name, []).insert(0, step)
        self._pushed = 0
        self._hits: deque[tuple[float, str, str]] = deque()
        self.clear()

    def __len__(self) -> int:
        return len(self._hits)

    def clear(self) -> None:
        """Forget all hits."""
        self._hits.clear()
        self._values: Counter[str] = Counter()
        self._rules: Counter[str] = Counter()
        self._sum = self._numbers = 0
        self._sorted: list[float] = []
        self._begun = [-1] * len(self._correlation.rules)
        """For each step of the sequence the latest hit at which one that has come so far began."""

    def push(self, time: float, rule: str, value: str) -> None:
        """Add a hit; those before the timespan go."""
        self._hits.append((time, rule, value))
        self._values[value] += 1
        self._rules[rule] += 1
        self._count(value, 1)
        for step in self._steps.get(rule, ()):
            self._begun[step] = self._begun[step - 1] if step else self._pushed
        self._pushed += 1
        while self._hits[0][0] < time - self._correlation.timespan_s:
            _, old_rule, old_value = self._hits.popleft()
            _less(self._values, old_value)
            _less(self._rules, old_rule)
            self._count(old_value, -1)

    def _count(self, value: str, by: int) -> None:
        if self._type not in _NUMBERS:
            return
        number = _number(value)
        if number is None:
            return
        self._numbers += by
        if self._type not in _SORTED:
            above, below = number.as_integer_ratio()
            self._sum += by * (above << (_UNIT_BITS - below.bit_length() + 1))
        elif by > 0:
            insort(self._sorted, number)
        else:
            del self._sorted[bisect_left(self._sorted, number)]

    def number(self) -> float | None:
        """What was counted, where it satisfies the condition."""
        bounds = self._correlation.bounds
        if self._type is Counting.TEMPORAL and not bounds:
            return float(len(self._hits)) if len(self._rules) == self._rules_due else None
        if self._type is Counting.TEMPORAL_ORDERED:
            complete = self._begun[-1] >= self._pushed - len(self._hits)
            return float(len(self._hits)) if complete else None
        number = self._counted()
        if number is None or not all(compared(op, number, bound) for op, bound in bounds):
            return None
        return number

    def _counted(self) -> float | None:
        if self._type is Counting.EVENT_COUNT:
            return float(len(self._hits))
        if self._type is Counting.TEMPORAL:
            return float(len(self._rules))
        if self._type is Counting.VALUE_COUNT:
            return float(len(self._values) - ("" in self._values))
        if not self._numbers:
            return None
        if self._type is Counting.VALUE_MEDIAN:
            middle = self._numbers // 2
            upper = self._sorted[middle]
            return upper if self._numbers % 2 else self._sorted[middle - 1] / 2 + upper / 2
        if self._type is Counting.VALUE_PERCENTILE:
            at = int(self._correlation.percentile / 100 * self._numbers)
            return self._sorted[min(self._numbers - 1, at)]
        divisor = self._numbers if self._type is Counting.VALUE_AVG else 1
        try:
            return self._sum / (divisor << _UNIT_BITS)
        except OverflowError:
            return float("inf") if self._sum > 0 else float("-inf")


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None


def _less(counter: Counter[str], key: str) -> None:
    counter[key] -= 1
    if not counter[key]:
        del counter[key]
