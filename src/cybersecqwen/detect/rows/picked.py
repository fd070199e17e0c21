"""Time, host and account of records that nobody knows, by the names that the generic shape picks.

Which names it picks depends on the names that a flat record has and not on its values, so it is asked once
for each set of names, with a record whose values say which one they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from cybersecqwen.inputs.fields import text
from cybersecqwen.records import Event, Limits

from .interface import Raw
from .moments import moment

_LIMITS = Limits()
_BOUND = 4_096
_FIRST = 1_000_000_000  # a number of seconds, so that it is a time as well
_SCALARS = frozenset((str, int, float, bool))


class Found(NamedTuple):
    """What one record tells."""

    time: float | None
    host: str
    user: str


class Picker:
    """Remembers which names are picked."""

    def __init__(self, understand: Callable[[Raw], Event]) -> None:
        self._understand = understand
        self._known: dict[tuple[str, ...], tuple[str, str, str]] = {}

    def find(self, raw: Raw) -> Found:
        """What the shape would find in a record."""
        names = [name for name, value in raw.items() if value is not None and value != ""]
        if len(names) > 200 or "" in raw or not _SCALARS.issuperset([raw[name].__class__ for name in names]):
            event = self._understand(raw)
            return Found(event.time, event.host, event.user)
        picked = self._known.get(key := tuple(names))
        if picked is None:
            picked = self._pick(key)
        time, host, user = picked
        return Found(
            moment(text(raw[time], _LIMITS)) if time else None,
            text(raw[host], _LIMITS)[:256] if host else "",
            text(raw[user], _LIMITS)[:1_024] if user else "",
        )

    def _pick(self, names: tuple[str, ...]) -> tuple[str, str, str]:
        event = self._understand({name: str(_FIRST + at) for at, name in enumerate(names)})
        time = "" if event.time is None else names[int(event.time) - _FIRST]
        host, user = (names[int(said) - _FIRST] if said else "" for said in (event.host, event.user))
        if len(self._known) >= _BOUND:
            self._known.clear()
        self._known[names] = (time, host, user)
        return time, host, user
