"""A batch as detectors see it: hashable values, checked times, a global number for each record."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Hashable, Sequence
from itertools import accumulate
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cybersecqwen.records import Source

from .observed import TEXT_CHARS, Observed

_EARLIEST, _LATEST = -2_208_988_800.0, 7_258_118_400.0  # 1900 and 2200, as in inputs.times
VALUE_CHARS = 200
"""Characters of a value that are told apart; two values that agree in so many and in length are one."""


class Records(Protocol):
    """Records of which a table asks the first lines of something."""

    earliest: float | None
    latest: float | None

    def ordinal(self, index: int) -> int:
        """Number of a record in the whole input, from 0."""
        ...

    def time(self, index: int) -> float | None:
        """Time of a record, None where unknown."""
        ...

    def all_times(self) -> list[float]:
        """Times of all records, NaN where unknown."""
        ...

    def host(self, index: int) -> str:
        """Host of a record, "" where unknown."""
        ...

    def user(self, index: int) -> str:
        """User of a record, "" where unknown."""
        ...

    def line(self, index: int) -> tuple[Source, str]:
        """Where a record stands and what it says, at most `TEXT_CHARS` characters."""
        ...


class Batch:
    """An `Observed`, cleaned on demand; every detector shares one."""

    def __init__(self, observed: Observed, first: int) -> None:
        self.observed = observed
        self.kind = observed.kind
        self.first = first
        """Number of its first record in the whole input, from 0."""
        self.size = len(observed.numbers)
        self.times = _times(observed.times, self.size)
        """Seconds since 1970, NaN where unknown."""
        known = self.times[~np.isnan(self.times)]
        self.timed = int(known.size)
        self.earliest: float | None = float(known.min()) if known.size else None
        self.latest: float | None = float(known.max()) if known.size else None
        self.shared: dict[str, Any] = {}
        """What one detector has worked out and others need too."""
        self._columns: dict[str, list[Any] | None] = {}
        self._lines: dict[int, tuple[Source, str]] = {}

    def ordinal(self, index: int) -> int:
        """Number of a record in the whole input, from 0."""
        return self.first + index

    @property
    def hosts(self) -> list[Any] | None:
        """Hosts; None where no record has one."""
        return self._cached("\x00hosts", self.observed.hosts)

    @property
    def users(self) -> list[Any] | None:
        """Users; None where no record has one."""
        return self._cached("\x00users", self.observed.users)

    @property
    def template_ids(self) -> list[Any] | None:
        """Ids of the templates; None where the kind is not text."""
        return self._cached("\x00templates", self.observed.templates or ())

    def column(self, name: str) -> list[Any] | None:
        """Values of a field, all hashable; None where the batch lacks it."""
        return self._cached(name, self.observed.columns.get(name) or ())

    def _cached(self, name: str, values: Sequence[Any]) -> list[Any] | None:
        if name not in self._columns:
            usable = len(values) == self.size and self.size > 0
            self._columns[name] = _hashable(values) if usable else None
        return self._columns[name]

    def all_times(self) -> list[float]:
        """Times of all records, NaN where unknown."""
        found: list[float] | None = self.shared.get("times")
        if found is None:
            found = self.shared["times"] = self.times.tolist()
        return found

    def time(self, index: int) -> float | None:
        """Time of a record."""
        value = float(self.times[index])
        return None if math.isnan(value) else value

    def host(self, index: int) -> str:
        """Host of a record, "" where unknown."""
        hosts = self.hosts
        return short(hosts[index]) if hosts is not None else ""

    def user(self, index: int) -> str:
        """User of a record, "" where unknown."""
        users = self.users
        return short(users[index]) if users is not None else ""

    def line(self, index: int) -> tuple[Source, str]:
        """Where a record stands and what it says, at most `TEXT_CHARS` characters; made once."""
        found = self._lines.get(index)
        if found is None:
            found = self._lines[index] = self._line(index)
        return found

    def _line(self, index: int) -> tuple[Source, str]:
        seen = self.observed
        offsets = seen.offsets
        source = Source(
            path=seen.path,
            member=seen.member,
            record=int(seen.numbers[index]),
            offset=int(offsets[index]) if len(offsets) == self.size else -1,
            format=seen.format,
        )
        if seen.texts is not None and index < len(seen.texts):
            return source, str(seen.texts[index])[:TEXT_CHARS]
        parts = [self.kind]
        for name in seen.columns:
            values = self.column(name)
            if values is not None and values[index] not in (None, ""):
                parts.append(f"{name}={short(values[index])}")
        return source, " ".join(parts)[:TEXT_CHARS]


class Part:
    """Some records of some batches, in an order of their own."""

    def __init__(self, batches: Sequence[Batch], order: Sequence[int] | NDArray[np.int64]) -> None:
        """`order` holds indices into the batches' records, one batch laid behind the other."""
        self._batches = batches
        self._order = order
        self._times: list[float] | None = None
        self._starts = list(accumulate((batch.size for batch in batches), initial=0))
        self.earliest = min((b.earliest for b in batches if b.earliest is not None), default=None)
        self.latest = max((b.latest for b in batches if b.latest is not None), default=None)

    def _at(self, index: int) -> tuple[Batch, int]:
        place = int(self._order[index])
        which = bisect_right(self._starts, place) - 1
        return self._batches[which], place - self._starts[which]

    def all_times(self) -> list[float]:
        """As in the batches."""
        if self._times is None:
            every = np.concatenate([batch.times for batch in self._batches])
            self._times = every[np.asarray(self._order, dtype=np.int64)].tolist()
        return self._times

    def ordinal(self, index: int) -> int:
        """As in the batch."""
        batch, at = self._at(index)
        return batch.first + at

    def time(self, index: int) -> float | None:
        """As in the batch."""
        batch, at = self._at(index)
        return batch.time(at)

    def host(self, index: int) -> str:
        """As in the batch."""
        batch, at = self._at(index)
        return batch.host(at)

    def user(self, index: int) -> str:
        """As in the batch."""
        batch, at = self._at(index)
        return batch.user(at)

    def line(self, index: int) -> tuple[Source, str]:
        """As in the batch."""
        batch, at = self._at(index)
        return batch.line(at)


def short(value: Any) -> str:
    """A value as a key of a table: text of bounded length."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value if len(value) <= VALUE_CHARS else f"{value[:VALUE_CHARS]}…[{len(value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value.bit_length() > 256:
        return "a huge number"
    return short(str(value))


def _hashable(values: Sequence[Any]) -> list[Any]:
    """The values as they are where all are plain; what nests becomes text."""
    kinds = set(map(type, values))
    if kinds <= {str, int, bool, type(None)}:
        return values if isinstance(values, list) else list(values)
    return [v if isinstance(v, str | int | bool | None) else _plain(v) for v in values]


def _plain(value: Any) -> Hashable:
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)  # NaN is not equal to itself
    if isinstance(value, list | tuple) and len(value) <= 20 and all(isinstance(v, str) for v in value):
        return ", ".join(v[:VALUE_CHARS] for v in value)
    return f"({type(value).__name__})"


def _times(values: Sequence[Any], size: int) -> NDArray[np.float64]:
    if len(values) != size:
        return np.full(size, np.nan)
    try:
        times = np.array(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        times = np.array([_one_time(v) for v in values], dtype=np.float64)
    if times.shape != (size,):
        return np.full(size, np.nan)
    times[~((times >= _EARLIEST) & (times <= _LATEST))] = np.nan
    return times


def _one_time(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.nan
