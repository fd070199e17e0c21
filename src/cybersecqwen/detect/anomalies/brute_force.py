"""Brute force: many failed sign-ins from one source in a short time, and whether one succeeded then."""

from __future__ import annotations

from typing import ClassVar

from cybersecqwen.records import Severity

from .batch import Batch
from .clock import DAY, Clock
from .detector import Detector, Known
from .episodes import Episode, episodes, expected_per_day
from .observed import LINES, Anomaly, Templates
from .seen import Line
from .sign_ins import COLUMNS
from .thresholds import Thresholds
from .windows import WINDOW_S, Windows
from .wording import many, quoted, score, when

FAILURES = 20
"""Failures within two windows (20 minutes at most): a person who has forgotten a password gives up, or is
locked out, long before."""
WINDOWS = 2
USERS_SPRAYED = 10
"""So many users with few failures each are the matter of `password-spraying`."""
FEW_EACH = 3.0
STEADY_DAYS = 3
"""A source that did the same on so many days before is a program with an old password."""


class BruteForce(Detector):
    """Named behaviour: it needs no history, only to know what happened before as often."""

    name: ClassVar[str] = "brute-force"
    columns: ClassVar[tuple[str, ...]] = COLUMNS
    learns: ClassVar[tuple[str, ...]] = ("windows",)

    def __init__(self, thresholds: Thresholds, templates: Templates | None) -> None:
        super().__init__(thresholds, templates)
        self._windows = Windows(thresholds.cells)
        self.tables = {"windows": self._windows}

    def observe(self, batch: Batch) -> None:
        """Count attempts."""
        self._windows.add(batch)

    def findings(self, clock: Clock, known: Known | None) -> list[Anomaly]:
        """Episodes with many failures, unless the source does so every day."""
        before = earlier(known)
        out = []
        for episode in episodes(self._windows):
            failures, _ = episode.densest(WINDOWS)
            if failures < FAILURES or is_spraying(episode):
                continue
            days = before.setdefault((episode.source, episode.host), set())
            if len({day for day in days if day < int(episode.first // DAY)}) < STEADY_DAYS:
                out.append(_anomaly(episode, failures, clock, len(days)))
            days.update(range(int(episode.first // DAY), int(episode.last // DAY) + 1))
        return out


def is_spraying(episode: Episode) -> bool:
    """Whether an episode tries many users a few times each, and not some of them many times."""
    users = episode.by_user
    return len(users) >= USERS_SPRAYED and episode.failures / len(users) <= FEW_EACH


def earlier(known: Known | None) -> dict[tuple[str, str], set[int]]:
    """Days of the baseline on which each source had failures at each host."""
    table = known.tables.get("windows") if known is not None else None
    out: dict[tuple[str, str], set[int]] = {}
    for episode in episodes(table) if isinstance(table, Windows) else ():
        if episode.densest(WINDOWS)[0] >= FAILURES:
            days = range(int(episode.first // DAY), int(episode.last // DAY) + 1)
            out.setdefault((episode.source, episode.host), set()).update(days)
    return out


def lines_of(episode: Episode) -> tuple[Line, ...]:
    """The lines of the first failures, and of the success."""
    success = [line for _, _, lines in episode.succeeded for line in lines][:2]
    failed = [line for _, cell in episode.cells for line in cell.failed]
    return (*failed[: LINES - len(success)], *success)


def got_in(episode: Episode) -> str:
    """The end of a sentence: who got in afterwards."""
    if not episode.succeeded:
        return "none succeeded"
    user, time, _ = episode.succeeded[0]
    return f"then {quoted(user)} succeeded at {when(time)}"


def _anomaly(episode: Episode, failures: int, clock: Clock, days_before: int) -> Anomaly:
    users = episode.by_user
    expected = expected_per_day(days_before, clock.days)
    whom = f"user {quoted(next(iter(users)))}" if len(users) == 1 else many(len(users), "user")
    source = f"from {quoted(episode.source)}" if episode.source else "from an unknown source"
    where = f" on {quoted(episode.host)}" if episode.host else ""
    sentence = (
        f"{many(episode.failures, 'sign-in')} of {whom} {source}{where} failed from {when(episode.first)} to "
        f"{when(episode.last)}, up to {failures:,} of them in {WINDOWS * WINDOW_S // 60} minutes; "
        f"{got_in(episode)} (the source did so on {many(days_before, 'day')} before)."
    )
    return Anomaly(
        kind=BruteForce.name,
        sentence=sentence,
        severity=Severity.HIGH if episode.succeeded else Severity.MEDIUM,
        score=score(expected) + min(failures, 100_000) / 1e6,
        count=episode.failures,
        first=episode.first,
        last=episode.until,
        hosts=(episode.host,) if episode.host else (),
        users=episode.accounts,
        numbers={
            "expected_per_day": expected,
            "failures": float(episode.failures),
            "most_in_20_minutes": float(failures),
            "users": float(len(users)),
            "successes": float(len(episode.succeeded)),
            "days_before": float(days_before),
        },
        lines=lines_of(episode),
    )
