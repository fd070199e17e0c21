"""Detections, correlations and anomalies of a scan in one form, worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cybersecqwen.detect.anomalies.observed import Anomaly
from cybersecqwen.detect.scan.detection import SAMPLES
from cybersecqwen.detect.scan.scan import Scan
from cybersecqwen.detect.sigma.correlation import Burst
from cybersecqwen.detect.sigma.model import About, Ruleset
from cybersecqwen.records import Evidence, Finding, Severity

from .judging import ANOMALY_WEIGHTS, WEIGHTS

_WHY = 400
_NOISY, _NOISY_OF = 0.5, 1_000
_MOST_GROUPS = 20


@dataclass(slots=True)
class Sighting:
    """A rule with its hits."""

    about: About
    correlation: bool
    count: int
    first: float | None
    last: float | None
    places: Mapping[tuple[str, int], int]
    """(host, minute since 1970; -1 without a time) to hits."""
    users: Sequence[tuple[str, int]]
    samples: Sequence[tuple[int, tuple[Evidence, ...]]]
    bursts: Sequence[Burst] = ()
    kinds: Sequence[tuple[str, int]] = ()
    looked_at: int = 0
    """Records of the kinds that it fired on; 0 where that says nothing."""

    @property
    def noisy(self) -> bool:
        """Whether it fires on most records of their kind, which says more about the rule than about them."""
        return self.looked_at >= _NOISY_OF and self.count > _NOISY * self.looked_at

    @property
    def level(self) -> Severity:
        """The level that it is judged by: its own, but low where it is noisy."""
        return min(self.about.level, Severity.LOW) if self.noisy else self.about.level

    @property
    def hosts(self) -> list[tuple[str, int]]:
        """Hits by host, most first."""
        found: Counter[str] = Counter()
        for (host, _), count in self.places.items():
            found[host] += count
        return sorted(found.items(), key=lambda item: (-item[1], item[0]))

    @property
    def minutes(self) -> dict[int, int]:
        """Hits by minute."""
        found: dict[int, int] = {}
        for (_, minute), count in self.places.items():
            found[minute] = found.get(minute, 0) + count
        return found

    def finding(self) -> Finding:
        """As a finding of the report."""
        return Finding(
            signal=self.about.id,
            title=self.about.title,
            weight=WEIGHTS[self.level],
            severity=self.level,
            techniques=self.about.techniques,
            events=tuple(f"e{number}" for number, _ in self.samples),
            count=self.count,
            evidence=tuple(item for _, evidence in self.samples[:3] for item in evidence),
            why=_sentence(self.about.description),
            ordinary="; ".join(self.about.falsepositives)[:_WHY],
            group=self.about.id,
        )


def sightings(scan: Scan, rules: Ruleset) -> list[Sighting]:
    """All rules that fired, the most severe first, then those that fired least often."""
    abouts = {rule.about.id: rule.about for rule in rules.rules}
    found = [
        Sighting(
            about=abouts[one.rule],
            correlation=False,
            count=one.count,
            first=one.first,
            last=one.last,
            places=dict(one.places.counts),
            users=list(one.users)[:SAMPLES],
            samples=one.samples,
            kinds=list(one.kinds),
            looked_at=sum(scan.kinds.counts.get(kind, 0) for kind, _ in one.kinds),
        )
        for one in scan.detections.values()
        if one.rule in abouts
    ]
    found += _correlated(scan)
    found.sort(key=lambda one: (-one.level, one.count, one.about.title, one.about.id))
    return found


def _correlated(scan: Scan) -> list[Sighting]:
    by_rule: dict[str, list[Burst]] = {}
    for burst in scan.collector.bursts():
        by_rule.setdefault(burst.correlation.about.id, []).append(burst)
    found = []
    for bursts in by_rule.values():
        about = bursts[0].correlation.about
        numbers = [int(ref) for burst in bursts for ref in burst.refs if ref]
        events = [scan.samples[n] for n in dict.fromkeys(numbers) if n in scan.samples][:SAMPLES]
        hosts = _hosts_of(bursts, scan)
        users = Counter(user for burst in bursts for user in _users_of(burst, scan))
        found.append(
            Sighting(
                about=about,
                correlation=True,
                count=len(bursts),
                first=min(burst.first for burst in bursts),
                last=max(burst.last for burst in bursts),
                places=Counter(
                    (host, int(burst.first // 60)) for burst, host in zip(bursts, hosts, strict=True)
                ),
                users=users.most_common(SAMPLES),
                samples=[(int(event.id[1:]), _grouped(event.id, bursts)) for event in events],
                bursts=bursts[:_MOST_GROUPS],
                kinds=[(scan.collector.labels.get(about.id, ""), len(bursts))],
            )
        )
    return found


def _hosts_of(bursts: Sequence[Burst], scan: Scan) -> list[str]:
    hosts = []
    for burst in bursts:
        event = next((scan.samples[int(r)] for r in burst.refs if r and int(r) in scan.samples), None)
        hosts.append(event.host if event is not None else "")
    return hosts


def _users_of(burst: Burst, scan: Scan) -> list[str]:
    """Accounts of the records of a burst that were kept, each once."""
    kept = (scan.samples.get(int(ref)) for ref in burst.refs if ref)
    return list(dict.fromkeys(event.user for event in kept if event is not None and event.user))


def _grouped(event: str, bursts: Sequence[Burst]) -> tuple[Evidence, ...]:
    """What the records of a burst have in common."""
    for burst in bursts:
        if event[1:] in burst.refs:
            pairs = zip(burst.correlation.group_by, burst.group, strict=True)
            return tuple(Evidence(event=event, field=name, value=value) for name, value in pairs if value)
    return ()


def anomaly_finding(anomaly: Anomaly) -> Finding:
    """An anomaly as a finding of the report."""
    return Finding(
        signal=f"anomaly:{anomaly.kind}",
        title=anomaly.sentence,
        weight=ANOMALY_WEIGHTS[anomaly.severity],
        severity=anomaly.severity,
        count=anomaly.count,
        why="",
        group=f"anomaly:{anomaly.kind}",
    )


def _sentence(text: str) -> str:
    """The first sentence of a description, at most 400 characters."""
    line = " ".join(text.split())
    for at, c in enumerate(line[:_WHY]):
        if c == "." and (at + 1 == len(line) or line[at + 1] == " ") and at > 20:
            return line[: at + 1]
    return line[:_WHY]
