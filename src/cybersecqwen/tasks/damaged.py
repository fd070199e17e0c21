"""What of an input could not be read, as problems of a report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cybersecqwen.records import Damage, Problem

_SHOWN = 50
"""Places that are named one by one."""


def told(damage: Sequence[Damage], unkept: int = 0, records: int = 0) -> Iterator[Problem]:
    """What could not be read, the first places one by one.

    Args:
        damage: What was kept of it.
        unkept: How many places more there were.
        records: Records that those cover.
    """
    for one in damage[:_SHOWN]:
        yield Problem(stage="read", message=one.reason, subject=str(one.source), count=one.records)
    if len(damage) > _SHOWN or unkept:
        rest = damage[_SHOWN:]
        yield Problem(
            stage="read",
            message=f"{len(rest) + unkept:,} more places could not be read.",
            count=sum(one.records for one in rest) + records,
        )
