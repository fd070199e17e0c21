"""What belongs together: hits on one host, near in time; and such clusters that share an outside address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from cybersecqwen.detect.anomalies.observed import Anomaly
from cybersecqwen.detect.text.indicators import event_indicators
from cybersecqwen.records import Event

from .sightings import Sighting

GAP = 30
"""Minutes without anything that end a cluster."""
_REACH = 12 * 60
"""Minutes over which an outside address still joins two clusters: an intruder comes back the same day."""
_COMMON = 20
"""Clusters that may share an address; one that more of them have is a service, not an intruder."""
_INSIDE = ("private", "loopback", "link-local", "unspecified", "multicast", "broadcast", "reserved", "shared")


@dataclass(slots=True)
class Cluster:
    """One host and a stretch of time."""

    host: str
    label: str
    """Kind of record, where none names a host: those of one kind are one place."""
    start: int
    """First and last minute since 1970; -1 for hits without a time."""
    end: int
    hits: dict[str, int] = field(default_factory=dict)
    """Id of the rule to hits."""

    def holds(self, event: Event) -> bool:
        """Whether a record lies in it."""
        if event.host != self.host:
            return False
        if event.time is None:
            return self.start < 0
        return self.start <= int(event.time // 60) <= self.end


@dataclass(slots=True)
class Group:
    """Clusters that are one incident."""

    clusters: list[Cluster]
    address: str = ""
    """The outside address that joins them; empty for a single cluster."""

    @property
    def hits(self) -> dict[str, int]:
        """Id of the rule to hits."""
        found: dict[str, int] = {}
        for cluster in self.clusters:
            for rule, count in cluster.hits.items():
                found[rule] = found.get(rule, 0) + count
        return found

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts by name, those without one left out."""
        return tuple(dict.fromkeys(cluster.host for cluster in self.clusters if cluster.host))

    def holds(self, event: Event) -> bool:
        """Whether a record lies in one of its clusters."""
        return any(cluster.holds(event) for cluster in self.clusters)

    def is_near(self, anomaly: Anomaly) -> bool:
        """Whether an anomaly of one of its hosts begins within the cluster or half an hour of it."""
        if anomaly.first is None:
            return False
        minute = int(anomaly.first // 60)
        return any(
            cluster.host in anomaly.hosts and cluster.start - GAP <= minute <= cluster.end + GAP
            for cluster in self.clusters
            if cluster.host and cluster.start >= 0
        )

    def span(self, events: Sequence[Event]) -> tuple[float | None, float | None]:
        """Start and end in seconds since 1970: of its records, else of its minutes."""
        known = [event.time for event in events if event.time is not None]
        minutes = [cluster.start for cluster in self.clusters if cluster.start >= 0]
        ends = [cluster.end for cluster in self.clusters if cluster.start >= 0]
        start = min(known, default=min(minutes) * 60.0 if minutes else None)
        return start, max(known, default=max(ends) * 60.0 if ends else None)

    def place(self) -> str:
        """Where it happened, as the end of a title."""
        hosts = self.hosts
        labels = [one.label for one in self.clusters if not one.host and one.label]
        if len(self.clusters) > 1 and self.address:
            others = len({(one.host, one.label) for one in self.clusters})
            return f" in {others} places, joined by {self.address}" if others > 1 else f" by {self.address}"
        if hosts:
            return f" on {hosts[0]}"
        return f" in {labels[0]}" if labels else ""


def clusters(found: Sequence[Sighting]) -> list[Cluster]:
    """What belongs together, by host and time; hits without a time are one cluster of their host."""
    cells: dict[tuple[str, str], list[tuple[int, str, int]]] = {}
    for one in found:
        label = one.kinds[0][0] if one.kinds else ""
        for (host, minute), count in one.places.items():
            place = (host, "" if host else label)
            cells.setdefault(place, []).append((minute, one.about.id, count))
    made: list[Cluster] = []
    for (host, label), of_host in cells.items():
        of_host.sort()
        current: Cluster | None = None
        for minute, rule, count in of_host:
            if current is None or minute - current.end > GAP or (current.end < 0 <= minute):
                current = Cluster(host, label, minute, minute)
                made.append(current)
            current.end = minute
            current.hits[rule] = current.hits.get(rule, 0) + count
    return made


def joined(found: Sequence[Cluster], events: Sequence[Event]) -> list[Group]:
    """Clusters with those that share an outside address within twelve hours, in order of time.

    Addresses are those of the records that are kept whole. Each cluster is in one group.
    """
    having: dict[str, list[Cluster]] = {}
    for event in events:
        cluster = next((one for one in found if one.holds(event)), None)
        if cluster is not None and cluster.start >= 0:
            for address in _outside(event):
                members = having.setdefault(address, [])
                if cluster not in members:
                    members.append(cluster)
    group_of = {id(cluster): Group([cluster]) for cluster in found}
    for address, members in sorted(having.items()):
        if not 1 < len(members) <= _COMMON:
            continue
        members.sort(key=lambda one: one.start)
        for before, after in pairwise(members):
            first, second = group_of[id(before)], group_of[id(after)]
            if first is not second and after.start - before.end <= _REACH:
                first.clusters += second.clusters
                first.address = first.address or second.address or address
                for cluster in second.clusters:
                    group_of[id(cluster)] = first
    groups: dict[int, Group] = {id(group): group for group in group_of.values()}
    for group in groups.values():
        group.clusters.sort(key=lambda one: one.start)
    return list(groups.values())


def _outside(event: Event) -> list[str]:
    """Addresses of a record that are not the organisation's own."""
    return [
        one.value
        for one in event_indicators(event)
        if one.type in ("ipv4", "ipv6") and not any(word in one.note for word in _INSIDE)
    ]
