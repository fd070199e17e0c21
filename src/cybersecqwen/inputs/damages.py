"""All damage of a run: every record is counted, and the first places are kept."""

from __future__ import annotations

from dataclasses import dataclass, field

from cybersecqwen.records import Damage

MOST_KEPT = 2_000
"""Damages that are kept: a few kilobytes of packed input can hold any number of broken records."""


@dataclass(slots=True)
class Damages:
    """What could not be read so far."""

    kept: list[Damage] = field(default_factory=list)
    """The first of them, in order of reading."""
    records: int = 0
    """Records that all of them cover, those that are not kept included."""
    places: int = 0
    """How many they are, those that are not kept included."""

    def add(self, damage: Damage) -> None:
        """Count a damage, and keep it as long as there is room."""
        self.records += damage.records
        self.places += 1
        if len(self.kept) < MOST_KEPT:
            self.kept.append(damage)

    def merge(self, other: Damages) -> None:
        """Take over what was met elsewhere and comes later in the input."""
        self.kept += other.kept[: max(0, MOST_KEPT - len(self.kept))]
        self.records += other.records
        self.places += other.places
