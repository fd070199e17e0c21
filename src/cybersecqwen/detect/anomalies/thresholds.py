"""Every number that decides what is said: budgets of false alarms, histories, caps."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Thresholds:
    """The defaults are careful: a false alarm costs more than a miss. docs/anomalies.md gives the reasons."""

    alarms_per_day: float = 1.0
    """False alarms a day that chance may give, for each kind; where no record has a time, so many for
    each 10,000 records."""
    learning_min_days: float = 1.0
    """Without a baseline nothing is said about the first half of the input: at least so many days of it,"""
    learning_max_days: float = 14.0
    """and at most so many."""
    group_records: int = 100
    """Records that a group (a user, a parent image, a field) must have before anything in it is new."""
    clump_s: float = 3600.0
    """New things within so many seconds of each other count as one arrival: an update, a deployment."""
    shown: int = 20
    """Anomalies of one kind that are given; the rest is counted."""
    groups: int = 20_000
    """Groups of one table; the least frequent are dropped and counted."""
    keys: int = 200
    """Different values of a group; a group with more is one that holds anything, and nothing in it is new."""
    templates: int = 5_000
    """The same for templates of a kind of record."""
    entities: int = 50_000
    """Hosts, sessions and users that are followed at the same time."""
    series: int = 1_000
    """Series of counts over time."""
    buckets: int = 2_048
    """Buckets of one series that are not empty; more make its buckets wider."""
    cells: int = 30_000
    """Windows of sign-ins that are kept, all users and sources together."""
