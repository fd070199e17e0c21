"""New pair: two things that are each well known meet for the first time."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from .batch import Batch
from .clock import Clock
from .detector import Detector, Known
from .grouped import Grouped
from .novelty import Arrival, arrivals
from .observed import Anomaly, Templates
from .occurrences import Pair, counted
from .thresholds import Thresholds
from .wording import many, quoted, seldom, span, when

_HOST, _USER = "\x00host", "\x00user"
_NUMBERED = re.compile(r"\d+")
_MADE = re.compile(r"\{[0-9a-f-]{36}\}|[0-9a-f]{16,}|\d+(?:\.\d+)+|\d{3,}")
_HOME = re.compile(r"^([a-z]:\\users\\|/home/)[^\\/]+")


@dataclass(frozen=True, slots=True)
class Relation:
    """What is paired with what: the left is well known, the right is new to it."""

    name: str
    """Stands first in the group, so it is part of every baseline: never change it."""
    left: str
    """Field, or the host or user of the record."""
    right: str
    words: str
    """The sentence, with {left} and {right}."""
    noun: str
    """What the rights are, in the singular."""


RELATIONS = (
    Relation("user-host", _USER, _HOST, "User {left} appeared on host {right}", "host"),
    Relation("host-user", _HOST, _USER, "On host {left} user {right} appeared", "user"),
    Relation("parent-image", "ParentImage", "Image", "Process {left} started {right}", "child image"),
    Relation(
        "image-host", "Image", "DestinationHostname", "Process {left} connected to {right}", "destination"
    ),
    Relation("image-address", "Image", "DestinationIp", "Process {left} connected to {right}", "destination"),
    Relation("user-address", _USER, "IpAddress", "User {left} came from {right}", "address"),
    Relation("user-source", _USER, "SourceIp", "User {left} came from {right}", "address"),
)


class NewPair(Detector):
    """Users and hosts, parents and children, programs and destinations."""

    name: ClassVar[str] = "new-pair"
    columns: ClassVar[tuple[str, ...]] = (
        "ParentImage",
        "Image",
        "DestinationHostname",
        "DestinationIp",
        "IpAddress",
        "SourceIp",
    )
    learns: ClassVar[tuple[str, ...]] = ("pairs",)

    def __init__(self, thresholds: Thresholds, templates: Templates | None) -> None:
        super().__init__(thresholds, templates)
        self._pairs = Grouped(thresholds.groups, thresholds.keys)
        self.tables = {"pairs": self._pairs}

    def observe(self, batch: Batch) -> None:
        """Count the pairs that the kind of record has."""
        both: dict[tuple[str, str], Mapping[Pair, int]] = {}
        for relation in RELATIONS:
            lefts, rights = _values(batch, relation.left), _values(batch, relation.right)
            if lefts is not None and rights is not None:
                counts = both.get((relation.right, relation.left))
                if counts is not None:
                    counts = {(right, left): n for (left, right), n in counts.items()}
                else:
                    counts = both[relation.left, relation.right] = counted(lefts, rights)
                self._pairs.add(
                    batch,
                    (relation.name,),
                    lefts,
                    rights,
                    clean_left=_cleaner(relation.left),
                    clean_right=_cleaner(relation.right),
                    counts=counts,
                )

    def findings(self, clock: Clock, known: Known | None) -> list[Anomaly]:
        """Pairs that are new; one seen from both of its sides is told once, from the rarer side."""
        best: dict[frozenset[str], Arrival] = {}
        for arrival in arrivals(self._pairs, clock, known, "pairs", self.thresholds):
            both = frozenset((arrival.group[1], arrival.key))
            if both not in best or arrival.expected < best[both].expected:
                best[both] = arrival
        return [_anomaly(arrival, clock) for arrival in best.values()]


def _values(batch: Batch, name: str) -> list[Any] | None:
    if name == _HOST:
        return batch.hosts
    return batch.users if name == _USER else batch.column(name)


def clean_path(path: str) -> str:
    """A path without what differs from one installation to the next: versions, numbers, ids, the home."""
    return _HOME.sub(r"\1*", _MADE.sub("*", path.lower()))


def clean_user(user: str) -> str:
    """An account in lower case; numbered service accounts (DWM-1, UMFD-2) are one."""
    lower = user.lower()
    return _NUMBERED.sub("*", lower) if lower.rpartition("\\")[2].startswith(("dwm-", "umfd-")) else lower


def _lower(value: str) -> str:
    return value.lower()


def _cleaner(name: str) -> Callable[[str], str]:
    return {"Image": clean_path, "ParentImage": clean_path, _USER: clean_user}.get(name, _lower)


def _anomaly(a: Arrival, clock: Clock) -> Anomaly:
    relation = next(r for r in RELATIONS if r.name == a.group[0])
    what = relation.words.format(left=quoted(a.group[1]), right=quoted(a.key))
    sentence = (
        f"{what} for the first time at {when(a.seen.first)}{a.with_others}: {many(a.records, 'record')} in "
        f"{span(a.days, by_time=clock.by_time)} before had {many(a.keys, relation.noun)}, and their past "
        f"gives {seldom(a.expected)} that are new."
    )
    return a.anomaly(NewPair.name, sentence)
