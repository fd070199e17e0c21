"""Whether something seen for the first time is worth a word, judged by how often new things came before.

New keys come to a group (hosts to a user, children to a parent image) as a Poisson process; what comes
within an hour counts once, because updates and deployments bring many at a time. The rate of each group
is taken from the later half of its history, shrunk towards the rate of all groups of the table (a Gamma
prior whose mean is the common rate; C. N. Morris, "Parametric empirical Bayes inference", JASA 78(381),
1983). So a group that has been quiet for long among quiet groups has a small rate, one among lively ones
or with a short history a large one.

Groups are then taken from the quietest on as long as their rates add up to no more than the false alarms
that are allowed in a day; arrivals in the others are not told. The sum bounds the expected number of
false alarms if the future is like the past, however many groups are watched.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, replace

from .clock import DAY, RECORDS_PER_DAY, Clock
from .detector import Known
from .grouped import Group, Grouped, Members
from .observed import LINES, Anomaly
from .seen import Seen
from .thresholds import Thresholds
from .wording import quoted, score, severity

_NAMED = 3
PRIOR_SHAPE = 0.5
"""Of the Gamma prior: rates of groups differ much from each other."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """A key that is new to its group, where that is rare enough to be told."""

    group: Group
    key: str
    seen: Seen
    expected: float
    """How many such arrivals in this group chance alone gives in a day."""
    earlier: int
    """Arrivals (one for each hour that has any) in the later half of the group's history."""
    days: float
    """Length of that history in days; where records have no times, in 10,000 records."""
    records: int
    """Records of the group before it, the baseline included."""
    keys: int
    """Different keys of the group before it."""
    others: tuple[tuple[str, Seen], ...] = ()
    """Further keys that were new to the group at the same time: with it, they are one arrival."""

    @property
    def with_others(self) -> str:
        """A clause that names the others; "" where there are none."""
        if not self.others:
            return ""
        named = ", ".join(quoted(key) for key, _ in self.others[:_NAMED])
        more = f" and {len(self.others) - _NAMED:,} more" if len(self.others) > _NAMED else ""
        return f" (with {named}{more}, all new within the hour)"

    def without(self, known: Callable[[str], bool]) -> Arrival | None:
        """The arrival less the keys that are not new after all; None where none is left."""
        left = [(key, seen) for key, seen in ((self.key, self.seen), *self.others) if not known(key)]
        if not left:
            return None
        (key, seen), *others = left
        return replace(self, key=key, seen=seen, others=tuple(others))

    def numbers(self) -> dict[str, float]:
        """The figures by name, for `Anomaly.numbers`."""
        return {
            "expected_per_day": self.expected,
            "arrivals_in_later_half": self.earlier,
            "history_days": self.days,
            "records_before": self.records,
            "different_before": self.keys,
            "new_together": 1 + len(self.others),
        }

    def anomaly(self, kind: str, sentence: str, *, template: str = "") -> Anomaly:
        """The anomaly that it is, in the words of its detector."""
        every = [self.seen, *(seen for _, seen in self.others)]
        lines = [line for seen in every for line in seen.lines[: 1 if self.others else LINES]]
        last = [t for seen in every if (t := seen.first if seen.count == 1 else seen.last) is not None]
        return Anomaly(
            kind=kind,
            sentence=sentence,
            severity=severity(self.expected),
            score=score(self.expected),
            count=sum(seen.count for seen in every),
            first=self.seen.first,
            last=max(last, default=None),
            hosts=tuple(dict.fromkeys(seen.host for seen in every if seen.host))[:LINES],
            users=tuple(dict.fromkeys(seen.user for seen in every if seen.user))[:LINES],
            numbers=self.numbers(),
            template=template,
            lines=tuple(lines[:LINES]),
        )


@dataclass(slots=True)
class _History:
    """A group at the moment from which on arrivals are looked at."""

    quiet: float
    """Length in days of the later half of its history."""
    arrivals: int
    """Clumps of arrivals in it."""
    days: float
    records: int
    keys: int
    expected: float = 0.0


def arrivals(
    table: Grouped, clock: Clock, baseline: Known | None, name: str, limits: Thresholds
) -> list[Arrival]:
    """Keys that are new against the baseline, or without one after the first half of the input.

    `name` is that of the table in the baseline; one that has not learned it gives nothing.
    """
    place = Places(clock)
    known: Grouped | None = None
    if baseline is not None:
        learned, known_clock = baseline.tables.get(name), baseline.clock
        if not isinstance(learned, Grouped):
            return []
        known = learned
        if known_clock.days < limits.learning_min_days or known_clock.by_time != clock.by_time:
            return []
        begin = clock.start
        before = Places(known_clock)
        histories = {
            group: _history(members, before, known_clock.end, limits)
            for group, members in known.groups.items()
            if not members.open and members.count >= limits.group_records
        }
    else:
        begin = learning_end(clock, limits)
        if begin >= clock.end:
            return []
        histories = {
            group: _history(members, place, begin, limits)
            for group, members in table.groups.items()
            if not members.open and members.count >= limits.group_records
        }
    usable = {group: h for group, h in histories.items() if h is not None}
    rate = _expect(usable, limits.alarms_per_day)
    if rate is None:
        return []
    common, highest = rate
    out: list[Arrival] = []
    for group, history in usable.items():
        if history.expected <= highest and group in table.groups and not table.groups[group].open:
            old = known.groups[group] if known is not None else None
            out += _told(group, table.groups[group], old, history, place, begin, (common, highest), limits)
    return out


def settled(place: float | None, clock: Clock, limits: Thresholds) -> bool:
    """Whether something was first seen while an input without a baseline was learned from."""
    return place is not None and place < learning_end(clock, limits)


def learning_end(clock: Clock, limits: Thresholds) -> float:
    """Where, in days on the clock, an input without a baseline has been learned from for long enough."""
    return clock.start + min(max(clock.days / 2, limits.learning_min_days), limits.learning_max_days)


class Places:
    """Where on the clock, in days, a key was first seen; None where it has no time and others have."""

    def __init__(self, clock: Clock) -> None:
        self._by_time = clock.by_time

    def __call__(self, seen: Seen) -> float | None:
        """The day of a key."""
        if not self._by_time:
            return seen.ordinal / RECORDS_PER_DAY
        return None if seen.first is None else seen.first / DAY


def _history(members: Members, place: Places, end: float, limits: Thresholds) -> _History | None:
    """What a group was like up to `end`; None where that is too little to say anything."""
    times = sorted(t for t in map(place, members.keys.values()) if t is not None and t < end)
    if not times or end - times[0] < limits.learning_min_days / 2:
        return None
    middle = (times[0] + end) / 2
    late = times[bisect_left(times, middle) :]
    clumps = _clumps(late, limits.clump_s / DAY)
    return _History((end - times[0]) / 2, clumps, end - times[0], members.count, len(times))


def _clumps(times: list[float], apart: float) -> int:
    """How many arrivals are left when those closer than `apart` to their predecessor count as one."""
    return sum(1 for i, t in enumerate(times) if i == 0 or t - times[i - 1] > apart)


def _rate(arrivals: int, quiet: float, common: float) -> float:
    """Arrivals a day of a group, shrunk towards the common rate."""
    return (arrivals + PRIOR_SHAPE) / (quiet + PRIOR_SHAPE / common)


def _expect(usable: dict[Group, _History], allowed: float) -> tuple[float, float] | None:
    """Set the rate of each group; the common rate, and the highest at which an arrival is told."""
    quiet = sum(h.quiet for h in usable.values())
    if quiet <= 0:
        return None
    common = (sum(h.arrivals for h in usable.values()) + 1) / quiet
    for history in usable.values():
        history.expected = _rate(history.arrivals, history.quiet, common)
    spent, highest = 0.0, 0.0
    for expected in sorted(h.expected for h in usable.values()):
        spent += expected
        if spent > allowed:
            break
        highest = expected
    return (common, highest) if highest else None


def _told(
    group: Group,
    members: Members,
    old: Members | None,
    history: _History,
    place: Places,
    begin: float,
    rates: tuple[float, float],
    limits: Thresholds,
) -> list[Arrival]:
    """The arrivals of one group from `begin` on, as long as they stay rare."""
    common, highest = rates
    found: list[tuple[float, str, Seen]] = []
    for key, seen in members.keys.items():
        when = place(seen)
        if when is not None and when >= begin and (old is None or key not in old.keys):
            found.append((when, key, seen))
    found.sort(key=lambda item: (item[0], item[1]))
    out: list[Arrival] = []
    last, come, expected = float("-inf"), history.arrivals, history.expected
    for number, (when, key, seen) in enumerate(found):
        together = when - last <= limits.clump_s / DAY
        last = when
        if not together:
            expected = _rate(come, history.quiet + when - begin, common)
            come += 1
        records = seen.before + (old.count if old is not None else 0)
        if expected > highest or records < limits.group_records:
            continue
        if together and out:
            out[-1] = replace(out[-1], others=(*out[-1].others, (key, seen)))
            continue
        out.append(
            Arrival(
                group=group,
                key=key,
                seen=seen,
                expected=expected,
                earlier=come - 1,
                days=history.days + when - begin,
                records=records,
                keys=history.keys + number,
            )
        )
    return out
