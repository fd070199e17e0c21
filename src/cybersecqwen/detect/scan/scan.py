"""What is left of the records that were scanned: bounded, mergeable in order, and writable as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from cybersecqwen.detect.anomalies.watcher import Watcher
from cybersecqwen.detect.lines.miner import TemplateMiner
from cybersecqwen.detect.sigma.correlation import Collector, Seen
from cybersecqwen.inputs.damages import Damages
from cybersecqwen.records import Category, Claim, Damage, Event, Severity, Source

from .detection import Detection
from .tally import Tally

_MOST_MINUTES = 200_000  # 138 days of full minutes; beyond, the rarest minutes are put together
_MOST_NAMES = 20_000
_MOST_CELLS = 400_000
"""Places and accounts that all detections keep together, about 100 MB: thousands of rules may fire."""
_FEWEST_CELLS = 100


@dataclass(slots=True)
class Scan:
    """Counts, detections and samples of everything scanned so far."""

    collector: Collector
    watcher: Watcher | None = None
    miner: TemplateMiner | None = None
    """Templates of free text; its ids are those that the watcher has counted."""
    records: int = 0
    """Records read."""
    bytes: int = 0
    """Bytes of the files read, unpacked."""
    files: Tally[str] = field(default_factory=lambda: Tally(100))
    """Input readers to files."""
    kinds: Tally[str] = field(default_factory=lambda: Tally(5_000))
    """Labels of kinds to records."""
    hosts: Tally[str] = field(default_factory=lambda: Tally(_MOST_NAMES))
    users: Tally[str] = field(default_factory=lambda: Tally(_MOST_NAMES))
    minutes: Tally[int] = field(default_factory=lambda: Tally(_MOST_MINUTES))
    """Minute since 1970 to records."""
    first: float | None = None
    last: float | None = None
    detections: dict[str, Detection] = field(default_factory=dict)
    """By id of the rule."""
    samples: dict[int, Event] = field(default_factory=dict)
    """Records kept whole, by their number in the whole run."""
    damage: Damages = field(default_factory=Damages)
    """What could not be read."""
    applicable: set[str] = field(default_factory=set)
    """Ids of the rules that some record could have fired."""

    def detection(self, rule: str) -> Detection:
        """What is kept of a rule's hits; the more rules fire, the fewer places each of them keeps."""
        known = self.detections.get(rule)
        if known is None:
            known = self.detections[rule] = Detection(rule=rule)
            number = len(self.detections)
            self._share_cells(self.detections.values() if number & (number - 1) == 0 else (known,))
        return known

    def _share_cells(self, detections: Iterable[Detection]) -> None:
        power = 1 << len(self.detections).bit_length()  # at least the number of rules: seldom another one
        most = max(_FEWEST_CELLS, _MOST_CELLS // power)
        for one in detections:
            one.places.narrow(most)
            one.users.narrow(max(_FEWEST_CELLS, most // 10))

    def merge(self, other: Scan) -> None:
        """Take over what was scanned elsewhere and comes later in the input."""
        self.collector.merge(other.collector)
        renamed = None
        if self.miner is not None and other.miner is not None:
            renamed = self.miner.merge(other.miner)
        if self.watcher is not None and other.watcher is not None:
            self.watcher.merge(other.watcher, renamed)
        self.records += other.records
        self.bytes += other.bytes
        for name in ("files", "kinds", "hosts", "users", "minutes"):
            getattr(self, name).merge(getattr(other, name))
        self.first = min((t for t in (self.first, other.first) if t is not None), default=None)
        self.last = max((t for t in (self.last, other.last) if t is not None), default=None)
        for rule, detection in other.detections.items():
            known = self.detections.get(rule)
            if known is None:
                self.detections[rule] = detection
            else:
                known.merge(detection)
        self._share_cells(self.detections.values())
        self.samples.update(other.samples)
        self.damage.merge(other.damage)
        self.applicable |= other.applicable

    def forget_unused(self) -> None:
        """Drop samples that no detection and no correlation needs any more."""
        used = {number for d in self.detections.values() for number, _ in d.samples}
        used.update(int(seen.ref) for kept in self.collector.seen.values() for seen in kept if seen.ref)
        self.samples = {number: event for number, event in self.samples.items() if number in used}

    def to_json(self) -> dict[str, Any]:
        """As JSON types."""
        return {
            "records": self.records,
            "bytes": self.bytes,
            **{name: getattr(self, name).to_json() for name in _TALLIES},
            "first": self.first,
            "last": self.last,
            "detections": [one.to_json() for one in self.detections.values()],
            "samples": [[number, _event(event)] for number, event in self.samples.items()],
            "damage": [{**asdict(one)} for one in self.damage.kept],
            "damaged": self.damage.records,
            "damaged_places": self.damage.places,
            "applicable": sorted(self.applicable),
            "seen": {
                name: [[s.time, s.rule, s.group, s.value, s.ref] for s in kept]
                for name, kept in self.collector.seen.items()
            },
            "lost": dict(self.collector.lost),
            "timeless": dict(self.collector.timeless),
            "labels": dict(self.collector.labels),
            "watcher": None if self.watcher is None else self.watcher.state(),
            "miner": None if self.miner is None else self.miner.state(),
        }

    def restore(self, raw: Mapping[str, Any]) -> None:
        """Take over what `to_json` gave; raises ValueError, TypeError or KeyError for anything else."""
        self.records, self.bytes = int(raw["records"]), int(raw["bytes"])
        for name, most in _TALLIES.items():
            setattr(self, name, Tally.from_json(raw[name], most))
        self.first, self.last = raw["first"], raw["last"]
        self.detections = {one["rule"]: Detection.from_json(one) for one in raw["detections"]}
        self._share_cells(self.detections.values())
        self.samples = {int(number): _event_from(event) for number, event in raw["samples"]}
        kept = [
            Damage(source=Source(**one["source"]), reason=one["reason"], records=one["records"])
            for one in raw["damage"]
        ]
        self.damage = Damages(kept, int(raw["damaged"]), int(raw.get("damaged_places", len(kept))))
        self.applicable = set(raw["applicable"])
        self.collector.seen = {
            name: [Seen(time, rule, tuple(group), value, ref) for time, rule, group, value, ref in kept]
            for name, kept in raw["seen"].items()
        }
        self.collector.lost.update(raw["lost"])
        self.collector.timeless.update(raw["timeless"])
        self.collector.labels.update(raw["labels"])
        if self.miner is not None and raw["miner"] is not None:
            self.miner.restore(raw["miner"])
        if self.watcher is not None and raw["watcher"] is not None:
            self.watcher.restore(raw["watcher"])


_TALLIES = {
    "files": 100,
    "kinds": 5_000,
    "hosts": _MOST_NAMES,
    "users": _MOST_NAMES,
    "minutes": _MOST_MINUTES,
}


def _event(event: Event) -> dict[str, Any]:
    return {**asdict(event), "category": event.category.value}


def _event_from(raw: Mapping[str, Any]) -> Event:
    claim = raw["claim"]
    return Event(
        **{
            **raw,
            "category": Category(raw["category"]),
            "source": Source(**raw["source"]),
            "claim": None
            if claim is None
            else Claim(
                **{
                    **claim,
                    "severity": Severity(claim["severity"]),
                    "techniques": tuple(claim["techniques"]),
                }
            ),
        }
    )
