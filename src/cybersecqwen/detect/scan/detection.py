"""What is kept of the records on which one rule fired: counts, and the first few records whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cybersecqwen.records import Evidence

from .tally import Tally

SAMPLES = 10
"""Records kept whole for a rule."""
_NO_MINUTE = -1


@dataclass(slots=True)
class Detection:
    """One rule's hits."""

    rule: str
    """Id of the rule."""
    count: int = 0
    first: float | None = None
    last: float | None = None
    places: Tally[tuple[str, int]] = field(default_factory=lambda: Tally(5_000))
    """(host, minute since 1970; -1 without a time) to hits."""
    users: Tally[str] = field(default_factory=lambda: Tally(500))
    samples: list[tuple[int, tuple[Evidence, ...]]] = field(default_factory=list)
    """Number of the record and what made the rule fire, for the first records in order of reading."""
    kinds: Tally[str] = field(default_factory=lambda: Tally(100))
    """Labels of the kinds of record that it fired on."""

    def add(
        self, times: Sequence[float | None], hosts: Sequence[str], users: Sequence[str], kind: str
    ) -> None:
        """Count hits; the three sequences have one entry a hit."""
        self.count += len(times)
        known = [time for time in times if time is not None]
        if known:
            self.first = min(known) if self.first is None else min(self.first, *known)
            self.last = max(known) if self.last is None else max(self.last, *known)
        minutes = (_NO_MINUTE if time is None else int(time // 60) for time in times)
        self.places.add(zip(hosts, minutes, strict=True))
        self.users.add(user for user in users if user)
        self.kinds.counts[kind] += len(times)

    def merge(self, other: Detection) -> None:
        """Take over hits that come later in the input."""
        self.count += other.count
        self.first = min((t for t in (self.first, other.first) if t is not None), default=None)
        self.last = max((t for t in (self.last, other.last) if t is not None), default=None)
        self.places.merge(other.places)
        self.users.merge(other.users)
        self.kinds.merge(other.kinds)
        self.samples = [*self.samples, *other.samples][:SAMPLES]

    def hosts(self) -> dict[str, int]:
        """Hits by host, most first."""
        found: dict[str, int] = {}
        for (host, _), count in self.places:
            found[host] = found.get(host, 0) + count
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def to_json(self) -> dict[str, Any]:
        """As JSON types."""
        return {
            "rule": self.rule,
            "count": self.count,
            "first": self.first,
            "last": self.last,
            "places": self.places.to_json(),
            "users": self.users.to_json(),
            "kinds": self.kinds.to_json(),
            "samples": [
                [number, [[e.event, e.field, e.value, e.layer] for e in evidence]]
                for number, evidence in self.samples
            ],
        }

    @classmethod
    def from_json(cls, raw: Any) -> Detection:
        """Back from JSON types; raises ValueError, TypeError or KeyError for anything else."""
        return cls(
            rule=str(raw["rule"]),
            count=int(raw["count"]),
            first=raw["first"],
            last=raw["last"],
            places=Tally.from_json(raw["places"], 5_000),
            users=Tally.from_json(raw["users"], 500),
            kinds=Tally.from_json(raw["kinds"], 100),
            samples=[
                (
                    int(number),
                    tuple(Evidence(event=e, field=f, value=v, layer=layer) for e, f, v, layer in evidence),
                )
                for number, evidence in raw["samples"]
            ],
        )
