"""Password spraying: one source tries a few passwords on many users."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from cybersecqwen.records import Severity

from .batch import Batch
from .brute_force import got_in, is_spraying, lines_of
from .clock import Clock
from .detector import Detector, Known
from .episodes import Episode, episodes, expected_per_day
from .observed import Anomaly, Templates
from .sign_ins import COLUMNS
from .thresholds import Thresholds
from .windows import Windows
from .wording import many, quoted, score, when

USERS = 10
"""Users with a failure within an hour, from one source at one host."""
WINDOWS = 6
FACTOR = 3.0
"""And so many times as many as is usual for the source: behind a gateway or a proxy are many users."""


class PasswordSpraying(Detector):
    """Named behaviour: it needs no history, but knows how many users of a source usually fail."""

    name: ClassVar[str] = "password-spraying"
    columns: ClassVar[tuple[str, ...]] = COLUMNS
    reads: ClassVar[str] = "brute-force"
    shares: ClassVar[str] = "brute-force"

    def __init__(self, thresholds: Thresholds, templates: Templates | None) -> None:
        super().__init__(thresholds, templates)
        self.tables = {"windows": Windows(thresholds.cells)}

    @property
    def _windows(self) -> Windows:
        table = self.tables["windows"]
        assert isinstance(table, Windows)
        return table

    def observe(self, batch: Batch) -> None:
        """Count attempts."""
        self._windows.add(batch)

    def findings(self, clock: Clock, known: Known | None) -> list[Anomaly]:
        """Episodes in which many users fail a few times each."""
        table = known.tables.get("windows") if known is not None else None
        usual: dict[tuple[str, str], list[int]] = {}
        for episode in episodes(table) if isinstance(table, Windows) else ():
            usual.setdefault((episode.source, episode.host), []).append(len(episode.by_user))
        out = []
        for episode in episodes(self._windows):
            if not episode.source:
                continue
            past = usual.setdefault((episode.source, episode.host), [])
            _, users = episode.densest(WINDOWS)
            median = float(np.median(past)) if len(past) >= 3 else 0.0
            if users >= USERS and is_spraying(episode) and users >= FACTOR * median:
                out.append(_anomaly(episode, users, median, clock, len(past)))
            past.append(len(episode.by_user))
        return out


def _anomaly(episode: Episode, most: int, median: float, clock: Clock, before: int) -> Anomaly:
    users = episode.by_user
    expected = expected_per_day(0, clock.days)
    each = episode.failures / len(users)
    where = f" on {quoted(episode.host)}" if episode.host else ""
    past = (
        f"{many(median, 'user')} are usual in {before} such stretches" if median else "no such stretch before"
    )
    sentence = (
        f"{many(len(users), 'user')} failed to sign in from {quoted(episode.source)}{where} from "
        f"{when(episode.first)} to {when(episode.last)}, {each:.1f} times each and up to {most:,} of them in "
        f"an hour; {got_in(episode)} ({past})."
    )
    return Anomaly(
        kind=PasswordSpraying.name,
        sentence=sentence,
        severity=Severity.HIGH if episode.succeeded else Severity.MEDIUM,
        score=score(expected) + min(most, 100_000) / 1e6,
        count=episode.failures,
        first=episode.first,
        last=episode.until,
        hosts=(episode.host,) if episode.host else (),
        users=episode.accounts,
        numbers={
            "expected_per_day": expected,
            "users": float(len(users)),
            "most_users_in_an_hour": float(most),
            "failures": float(episode.failures),
            "failures_each": each,
            "successes": float(len(episode.succeeded)),
            "usual_users": median,
        },
        lines=lines_of(episode),
    )
