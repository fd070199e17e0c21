"""What of an input could not be read, as problems of a report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cybersecqwen.records import Damage, Problem

_SHOWN = 50
"""Places that are named one by one."""


def told(damage: Sequence[Damage]) -> Iterator[Problem]:
    """What could not be read, the first places one by one."""
    for one in damage[:_SHOWN]:
        yield Problem(stage="read", message=one.reason, subject=str(one.source), count=one.records)
    if len(damage) > _SHOWN:
        rest = damage[_SHOWN:]
        yield Problem(
            stage="read",
            message=f"{len(rest):,} more places could not be read.",
            count=sum(one.records for one in rest),
        )
