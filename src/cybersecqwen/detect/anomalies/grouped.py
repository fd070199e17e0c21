"""A table of groups and the keys seen in each: users and their hosts, fields and their values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, ClassVar, Self

from .batch import VALUE_CHARS, Records, short
from .occurrences import New, Pair, counted, firsts, lasts_of
from .seen import KEY_LINES, Seen, greatest
from .table import Renamed, Table, count, invalid, same, text

Group = tuple[str, ...]

TOTAL_KEYS = 50_000
"""Keys of all groups of a table together; beyond, the least frequent groups are dropped and counted."""
_FLOOD = 1_000  # pairs of a batch from which on it may be a flood
_GENEROUS = 10_000  # keys from which on one line is kept of each
_JOIN = " → "


@dataclass(slots=True)
class Members:
    """One group: how many records it has, and the keys seen in it."""

    count: int = 0
    open: bool = False
    """It had more keys than the table keeps of a group: it holds anything, and no key is kept."""
    keys: dict[str, Seen] = field(default_factory=dict)

    @property
    def first(self) -> float | None:
        """Earliest time of a record; None where unknown or open."""
        return min((s.first for s in self.keys.values() if s.first is not None), default=None)

    @property
    def ordinal(self) -> int:
        """Number of its first record."""
        return min((s.ordinal for s in self.keys.values()), default=0)

    def limit(self, keys: int) -> int:
        """Forget the keys of a group that has too many; how many were forgotten."""
        if len(self.keys) <= keys:
            return 0
        forgotten = len(self.keys)
        self.open = True
        self.keys.clear()
        return forgotten


class Grouped(Table):
    """Groups, their keys, and counts of both, with a bound on each."""

    type: ClassVar[str] = "grouped"

    def __init__(self, groups: int = 20_000, keys: int = 200) -> None:
        self.limit_groups = groups
        self.limit_keys = keys
        self.groups: dict[Group, Members] = {}
        self.total = 0
        """Keys of all groups."""
        self.evicted = 0
        """Groups dropped because there were too many."""

    def add(
        self,
        batch: Records,
        prefix: Group,
        lefts: Sequence[Any] | str,
        rights: Sequence[Any] | str,
        *,
        clean_left: Callable[[str], str] = same,
        clean_right: Callable[[str], str] = same,
        counts: Mapping[Pair, int] | None = None,
        exact: bool = True,
    ) -> None:
        """Count each record of the batch under the group (*prefix, left) and the key right.

        A text instead of one of the sequences stands for all records. A record whose left or right is None
        or "" does not count. The `clean` functions are applied to each different left and right as text.
        `counts` has each pair with how often it stands in the batch, where the caller knows that already.
        Latest times are exact to ten minutes, or without `exact` to the batch.
        """
        assert not (isinstance(lefts, str) and isinstance(rights, str))
        pairs: list[tuple[Pair, Members, str, int]] = []
        wanted: dict[Pair, bool] = {}
        amounts = counts if counts is not None else counted(lefts, rights)
        flooded = len(amounts) >= _FLOOD and not isinstance(lefts, str) and self._is_flooded(prefix, amounts)
        for (left, right), n in amounts.items():
            if right is None or right == "" or left is None or left == "":
                continue
            group = (*prefix, clean_left(left if _is_key(left) else short(left)))
            members = self.groups.get(group)
            if members is None:
                if flooded and n == 1:
                    self.evicted += 1
                    continue
                members = self.groups[group] = Members()
            if members.open:
                members.count += n
                continue
            key = clean_right(right if _is_key(right) else short(right))
            seen = members.keys.get(key)
            if seen is None or _may_be_earlier(batch.earliest, seen.first):
                wanted[left, right] = seen is None
            pairs.append(((left, right), members, key, n))
        new = firsts(batch, lefts, rights, wanted) if wanted else {}
        for pair, members, key, _ in pairs:
            if pair in new:
                self._note(batch, members, key, new[pair])
        lasts = lasts_of(batch, lefts, rights) if exact else None
        for pair, members, key, n in pairs:
            members.count += n
            seen = members.keys[key]
            seen.count += n
            seen.last = greatest(seen.last, lasts.get(pair) if lasts is not None else batch.latest)
        if new:
            for _, members, _, _ in pairs:
                self.total -= members.limit(self.limit_keys)
            self._bound()

    def count_one(self, group: Group, key: str, seen: Seen) -> None:
        """Count one record that stands in no batch."""
        members = self.groups.setdefault(group, Members())
        if not members.open:
            seen.before = members.count
            if key in members.keys:
                members.keys[key].merge(seen)
            else:
                members.keys[key] = seen
                self.total += 1
            self.total -= members.limit(self.limit_keys)
        members.count += seen.count
        self._bound()

    def _is_flooded(self, prefix: Group, amounts: Mapping[Pair, int]) -> bool:
        """Whether most pairs of a batch are of groups never seen: then the left is no name, but a number.

        Of such a batch groups with a single record are passed over: each would cost far more than a record
        may, only to be dropped as the least frequent.
        """
        known = self.groups
        sample = list(islice(amounts, _FLOOD))
        unknown = sum(1 for left, _ in sample if type(left) is str and (*prefix, left) not in known)
        return unknown * 2 > len(sample)

    def _note(self, batch: Records, members: Members, key: str, new: New) -> None:
        host, user = batch.host(new.at), batch.user(new.at)
        kept = KEY_LINES if self.total < _GENEROUS else 1
        lines = tuple(batch.line(i) for i in new.indices[:kept])
        fresh = Seen(0, new.first, None, new.ordinal, members.count + new.before, host, user, lines)
        seen = members.keys.get(key)
        if seen is None:
            members.keys[key] = fresh
            self.total += 1
        else:
            seen.merge(fresh)

    def _bound(self) -> None:
        if len(self.groups) <= self.limit_groups and self.total <= TOTAL_KEYS:
            return
        rare_first = sorted(self.groups, key=lambda g: (self.groups[g].count, g))
        for group in rare_first:
            if len(self.groups) <= self.limit_groups * 0.9 and self.total <= TOTAL_KEYS * 0.9:
                break
            self.total -= len(self.groups.pop(group).keys)
            self.evicted += 1

    def merge(self, other: Table, shift: int, renamed: Renamed = same) -> None:
        """Add the counts of a later part, whose first record has the number `shift`."""
        assert isinstance(other, Grouped)
        self.evicted += other.evicted
        for name, theirs in other.groups.items():
            group = tuple(map(renamed, name))
            ours = self.groups.setdefault(group, Members())
            if theirs.open or ours.open:
                self.total -= ours.limit(-1)
            else:
                for key, seen in theirs.keys.items():
                    self._merge_key(ours, renamed(key), seen, shift)
                self.total -= ours.limit(self.limit_keys)
            ours.count += theirs.count
        self._bound()

    def _merge_key(self, ours: Members, key: str, seen: Seen, shift: int) -> None:
        later = Seen(
            seen.count,
            seen.first,
            seen.last,
            seen.ordinal + shift,
            seen.before + ours.count,
            seen.host,
            seen.user,
            seen.lines,
        )
        mine = ours.keys.get(key)
        if mine is None:
            ours.keys[key] = later
            self.total += 1
        else:
            mine.merge(later)

    def for_baseline(self, renamed: Renamed) -> Self:
        """A copy without lines, its tokens renamed; two tokens of one name become one."""
        return self.copy(renamed, lines=False)

    def copy(self, renamed: Renamed = same, *, lines: bool = True) -> Self:
        """A copy with tokens renamed; two tokens of one name become one."""
        out = type(self)(self.limit_groups, self.limit_keys)
        out.evicted = self.evicted
        for name, members in self.groups.items():
            group = tuple(map(renamed, name))
            if "" in group:  # of a template that the miner has forgotten
                continue
            kept = out.groups.setdefault(group, Members())
            kept.count += members.count
            kept.open = kept.open or members.open
            for token, s in members.keys.items():
                key = renamed(token)
                if not key:
                    continue
                one = replace(s) if lines else Seen(s.count, s.first, s.last, s.ordinal, s.before)
                have = kept.keys.setdefault(key, one)
                if have is not one:
                    have.merge(one)
        out.total = sum(len(m.keys) for m in out.groups.values())
        return out

    def amounts(self) -> dict[str, float]:
        """Group and key, joined by an arrow, to the count; an open group stands as "(many)"."""
        out: dict[str, float] = {}
        for group, members in self.groups.items():
            name = _JOIN.join(part for part in group if part)
            if members.open:
                out[f"{name}{_JOIN}(many)"] = members.count
            for key, seen in members.keys.items():
                out[f"{name}{_JOIN}{key}" if name else key] = seen.count
        return out

    def to_json(self) -> dict[str, Any]:
        """Everything, as JSON types."""
        rows = [
            [list(group), m.count, m.open, [[key, *s.to_json()] for key, s in m.keys.items()]]
            for group, m in self.groups.items()
        ]
        limits = {"limit_groups": self.limit_groups, "limit_keys": self.limit_keys}
        return {"type": self.type, **limits, "evicted": self.evicted, "groups": rows}

    def restore(self, data: Any) -> None:
        """Take over what `to_json` wrote, in place of all that is here; raises InputError otherwise."""
        rows = data.get("groups") if isinstance(data, dict) and data.get("type") == self.type else None
        if not isinstance(rows, list):
            raise invalid("a table of groups is missing")
        self.limit_groups = count(data.get("limit_groups"), "limit_groups")
        self.limit_keys = count(data.get("limit_keys"), "limit_keys")
        self.evicted = count(data.get("evicted"), "evicted")
        self.groups = dict(map(_group_from_json, rows))
        self.total = sum(len(m.keys) for m in self.groups.values())
        if len(self.groups) > self.limit_groups or self.total > TOTAL_KEYS:
            raise invalid("a table is larger than its bound")


def _group_from_json(row: Any) -> tuple[Group, Members]:
    if not isinstance(row, list) or len(row) != 4 or not isinstance(row[0], list):
        raise invalid("a group has no row")
    members = Members(count(row[1], "a group"), row[2] is True)
    for key in row[3] if isinstance(row[3], list) else ():
        if not isinstance(key, list) or not key:
            raise invalid("a key has no row")
        members.keys[text(key[0], "a key")] = Seen.from_json(key[1:])
    return tuple(text(part, "a group") for part in row[0]), members


def _is_key(value: Any) -> bool:
    return type(value) is str and len(value) <= VALUE_CHARS


def _may_be_earlier(earliest: float | None, first: float | None) -> bool:
    return earliest is not None and (first is None or earliest < first)
