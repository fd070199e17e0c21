"""Stretches of failed sign-ins from one source (or, where no source is known, of one user) at one host."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from .observed import LINES
from .seen import Line
from .windows import WINDOW_S, Cell, Windows

AFTER_S = 1800.0
"""A success within so many seconds of the last failure belongs to the episode."""


PRIOR_EVENTS, PRIOR_DAYS = 0.5, 25.0


def expected_per_day(before: int, days: float) -> float:
    """How often a named behaviour comes by chance, from how often the same source showed it before.

    Without history it is one in fifty days: a guess that only ranks it among other kinds of anomalies.
    """
    return (before + PRIOR_EVENTS) / (days + PRIOR_DAYS)


@dataclass(slots=True)
class Episode:
    """Successive windows with failures; two windows without any end it."""

    source: str
    host: str
    windows: list[int] = field(default_factory=list)
    cells: list[tuple[str, Cell]] = field(default_factory=list)
    """User and cell."""
    succeeded: list[tuple[str, float, tuple[Line, ...]]] = field(default_factory=list)
    """Users of the episode that then got in: user, time, line."""

    @property
    def failures(self) -> int:
        """All failures."""
        return sum(cell.failures for _, cell in self.cells)

    @property
    def by_user(self) -> dict[str, int]:
        """Failures of each user, the most first."""
        out: dict[str, int] = {}
        for user, cell in self.cells:
            out[user] = out.get(user, 0) + cell.failures
        return dict(sorted(out.items(), key=lambda item: (-item[1], item[0])))

    @property
    def first(self) -> float:
        """Time of the first failure."""
        return min((c.first for _, c in self.cells if c.first is not None), default=0.0)

    @property
    def last(self) -> float:
        """Time of the last failure."""
        return max((c.last for _, c in self.cells if c.last is not None), default=0.0)

    @property
    def accounts(self) -> tuple[str, ...]:
        """Users to show: those who got in first, then those who failed most."""
        return tuple(dict.fromkeys([*(user for user, _, _ in self.succeeded), *self.by_user]))[:LINES]

    @property
    def until(self) -> float:
        """Time of the last failure, or of the success that followed."""
        return max([self.last, *(time for _, time, _ in self.succeeded)])

    def densest(self, windows: int) -> tuple[int, int]:
        """Most failures, and most different users, in so many successive windows."""
        failing: dict[int, int] = {}
        named: dict[int, list[str]] = {}
        for user, cell in self.cells:
            at = int((cell.first or 0.0) // WINDOW_S)
            failing[at] = failing.get(at, 0) + cell.failures
            named.setdefault(at, []).append(user)
        failures = users = total = 0
        inside: Counter[str] = Counter()
        begin = 0
        order = sorted(named)
        for at in order:  # the windows that end with this one
            total += failing[at]
            inside.update(named[at])
            while order[begin] <= at - windows:
                total -= failing[order[begin]]
                for user in named[order[begin]]:
                    inside[user] -= 1
                    if not inside[user]:
                        del inside[user]
                begin += 1
            failures, users = max(failures, total), max(users, len(inside))
        return failures, users


def episodes(table: Windows) -> Iterator[Episode]:
    """All episodes, by source and time."""
    failing: dict[tuple[str, str], list[tuple[int, str, Cell]]] = {}
    good: dict[tuple[str, str], list[tuple[str, Cell]]] = {}
    for (source, user, host, window), cell in table.cells.items():
        by = (source or f"\x00{user}", host)
        if cell.failures:
            failing.setdefault(by, []).append((window, user, cell))
        if cell.successes:
            good.setdefault(by, []).append((user, cell))
    for by, rows in sorted(failing.items()):
        rows.sort(key=lambda row: (row[0], row[1]))
        current: Episode | None = None
        for window, user, cell in rows:
            if current is None or window > current.windows[-1] + 2:
                if current is not None:
                    yield _ended(current, good.get(by, []))
                current = Episode("" if by[0].startswith("\x00") else by[0], by[1])
            if not current.windows or current.windows[-1] != window:
                current.windows.append(window)
            current.cells.append((user, cell))
        if current is not None:
            yield _ended(current, good.get(by, []))


def _ended(episode: Episode, good: list[tuple[str, Cell]]) -> Episode:
    """The episode with the successes of its users that came during it or soon after."""
    first, last, users = episode.first, episode.last, episode.by_user
    for user, cell in sorted(good, key=lambda item: (item[1].success or 0.0, item[0])):
        if user in users and cell.success is not None and first < cell.success <= last + AFTER_S:
            episode.succeeded.append((user, cell.success, cell.succeeded))
    return episode
