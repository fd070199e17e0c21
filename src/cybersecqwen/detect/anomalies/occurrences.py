"""Where pairs of values stand in a batch: how often, where first, when last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from .batch import Records
from .seen import KEY_LINES

Pair = tuple[Any, Any]

_COUNTED_ALONE = 32  # new pairs from which on one count over the whole batch is cheaper
_EXACT_S = 600.0  # to which latest times are exact


@dataclass(slots=True)
class New:
    """What one pass over a batch finds out about a pair."""

    before: int
    ordinal: int
    first: float | None
    at: int
    indices: list[int]


def counted(lefts: Sequence[Any] | str, rights: Sequence[Any] | str) -> Mapping[Pair, int]:
    """Each pair with how often it stands in the batch."""
    if isinstance(rights, str):
        return {(left, rights): n for left, n in Counter(lefts).items()}
    if isinstance(lefts, str):
        return {(lefts, right): n for right, n in Counter(rights).items()}
    return Counter(zip(lefts, rights, strict=True))


def lasts_of(
    batch: Records, lefts: Sequence[Any] | str, rights: Sequence[Any] | str
) -> Mapping[Pair, float | None] | None:
    """The time of each pair's last record in a batch of hours or more; None where its end is exact enough."""
    if batch.earliest is None or batch.latest is None or batch.latest - batch.earliest <= _EXACT_S:
        return None
    left_of = repeat(lefts) if isinstance(lefts, str) else lefts
    right_of = repeat(rights) if isinstance(rights, str) else rights
    times = batch.all_times()
    return dict(
        zip(zip(left_of, right_of, strict=False), [t if t == t else None for t in times], strict=False)
    )


def firsts(
    batch: Records, lefts: Sequence[Any] | str, rights: Sequence[Any] | str, wanted: Mapping[Pair, bool]
) -> dict[Pair, New]:
    """Where each wanted pair first stands, and about how many records of its group stand before it.

    `wanted` says which of them are new; of the others only the time matters. One pass over the batch.
    """
    left_of = repeat(lefts) if isinstance(lefts, str) else lefts
    right_of = repeat(rights) if isinstance(rights, str) else rights
    pairs = zip(left_of, right_of, strict=False)
    found = [(index, pair) for index, pair in enumerate(pairs) if pair in wanted]
    fresh = sum(wanted.values())
    running: list[int] = []
    if fresh > _COUNTED_ALONE and not isinstance(lefts, str):
        so_far: dict[Any, int] = {}
        for left in lefts:
            running.append(so_far.get(left, 0))
            so_far[left] = running[-1] + 1
    out: dict[Pair, New] = {}
    times = batch.all_times()
    for index, pair in found:
        new = out.get(pair)
        if new is not None:
            if len(new.indices) < KEY_LINES:
                new.indices.append(index)
            at = times[index]
            if new.first is None:
                new.first = None if at != at else at  # NaN is not equal to itself
            elif at < new.first:
                new.first = at
            continue
        before = 0
        if wanted[pair]:
            before = index if isinstance(lefts, str) else 0
            if not isinstance(lefts, str):
                before = running[index] if running else lefts[:index].count(pair[0])
        out[pair] = New(before, batch.ordinal(index), batch.time(index), index, [index])
    return out
