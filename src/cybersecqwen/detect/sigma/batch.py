"""A plan over a batch of records: columns, classes, masks.

A mask is an integer with one bit a record. Only tests that hold somewhere in the batch get one, only
rules that such a test leads to are evaluated, and within a rule only what can still change the answer:
the cost of a batch depends on what is in it, hardly on how many rules there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from .model import Test
from .plain import holds
from .plan import Node, Plan
from .values import whole_text

ColumnOf = Callable[[str], Sequence[Any]]
"""Gives the values of a field for all records of the batch, None where one has none."""

_SMALL = 96  # records; below it, counting bits beats numpy
_PLAIN = {str, type(None)}
_NUMBERS = {str, type(None), int}


def evaluate(
    plan: Plan, raws: Sequence[Mapping[str, Any]], column_of: ColumnOf
) -> list[tuple[int, list[int]]]:
    """(number of the rule, records that it holds for in order) for every rule that holds anywhere."""
    if not plan.rules or not raws:
        return []
    batch = _Batch(plan, raws, column_of)
    found = []
    for position in sorted(batch.candidates()):
        mask = batch.within(plan.nodes[position], batch.full)
        if mask:
            found.append((plan.rules[position], list(bits(mask))))
    return found


def bits(mask: int) -> Iterator[int]:
    """The positions of the bits that are set, in order."""
    if mask.bit_count() > _SMALL:
        packed = np.frombuffer(mask.to_bytes(-(-mask.bit_length() // 8), "little"), dtype=np.uint8)
        yield from np.flatnonzero(np.unpackbits(packed, bitorder="little")).tolist()
        return
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _mask_of(rows: Sequence[int]) -> int:
    """The mask of some records, in order."""
    if len(rows) <= _SMALL:
        mask = 0
        for row in rows:
            mask |= 1 << row
        return mask
    flags = np.zeros(rows[-1] + 1, dtype=bool)
    flags[list(rows)] = True
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")


class _Batch:
    def __init__(self, plan: Plan, raws: Sequence[Mapping[str, Any]], column_of: ColumnOf) -> None:
        self._plan, self._size = plan, len(raws)
        self._column_of, self._raws = column_of, raws
        self.full = (1 << len(raws)) - 1
        self._unsuspected = 0
        """Records known to hold no keyword."""
        self._searched = 0
        """Records that were looked through for keywords."""
        self._masks: dict[int, int] = {}
        self._arrays: dict[int, Any] = {}
        self._whole: tuple[dict[int, int], dict[int, int]] = ({}, {})
        """Classes of whole texts by record, for each of the two matchers of the plan."""
        self._classes: list[list[int]] = []
        self._holding: list[dict[int, list[int]]] = []
        """For each column: test to the classes in which it holds."""
        for matcher in plan.whole:
            matcher.begin()
        for column in plan.columns:
            column.matcher.begin()
            classes = _classes(column_of(column.field), column.matcher)
            self._classes.append(classes)
            holding: dict[int, list[int]] = {}
            for one in set(classes):
                for test in column.matcher.table[one]:
                    holding.setdefault(test, []).append(one)
            self._holding.append(holding)

    def candidates(self) -> set[int]:
        """Positions of the rules that a test of this batch leads to."""
        watch = self._plan.watch
        found = set(self._plan.always)
        for holding in self._holding:
            for test in holding:
                led = watch.get(test)
                if led is not None:
                    found.update(led)
        return found

    def within(self, node: Node, mask: int) -> int:
        """The records of `mask` for which the node holds."""
        kind, inner = node
        if kind == "t":
            return self._test(inner, mask)  # type: ignore[arg-type]
        if kind == "n":
            return mask & ~self.within(inner, mask)  # type: ignore[arg-type]
        if kind == "a":
            for part in inner:  # type: ignore[union-attr]
                mask = self.within(part, mask)  # type: ignore[arg-type]
                if not mask:
                    break
            return mask
        found = 0
        for part in inner:  # type: ignore[union-attr]
            found |= self.within(part, mask & ~found)  # type: ignore[arg-type]
            if found == mask:
                break
        return found

    def _test(self, number: int, mask: int) -> int:
        if not mask:
            return 0
        at = self._plan.column_of.get(number)
        if at is None:
            return self._row_by_row(number, mask)
        holding = self._holding[at].get(number)
        if holding is None:
            return 0
        known = self._masks.get(number)
        if known is None:
            known = self._masks[number] = self._mask(at, holding)
        return known & mask

    def _mask(self, at: int, holding: list[int]) -> int:
        classes = self._classes[at]
        if self._size <= _SMALL:
            mask, wanted = 0, set(holding)
            for row, one in enumerate(classes):
                if one in wanted:
                    mask |= 1 << row
            return mask
        array = self._arrays.get(at)
        if array is None:
            array = self._arrays[at] = np.array(classes, dtype=np.int32)
        table = np.zeros(int(array.max()) + 1, dtype=bool)
        table[holding] = True
        return int.from_bytes(np.packbits(table[array], bitorder="little").tobytes(), "little")

    def _row_by_row(self, number: int, mask: int) -> int:
        reference = self._plan.references.get(number)
        if reference is not None:
            return self._compared(reference, mask)
        keywords = self._plan.keywords
        shown = keywords is not None and number in keywords.covered
        if shown:
            self._search(mask & ~self._searched)
            mask &= ~self._unsuspected
        matcher, classes = self._plan.whole[shown], self._whole[shown]
        rows = []
        for row in bits(mask):
            one = classes.get(row)
            if one is None:
                one = classes[row] = matcher.classify(whole_text(self._raws[row]), remember=False)
            if number in matcher.table[one]:
                rows.append(row)
        return _mask_of(rows)

    def _search(self, mask: int) -> None:
        keywords = self._plan.keywords
        if keywords is None or not mask:
            return
        self._searched |= mask
        rows = list(bits(mask))
        suspected = keywords.suspects([self._raws[row] for row in rows])
        clear = [row for row, suspect in zip(rows, suspected, strict=True) if not suspect]
        self._unsuspected |= _mask_of(clear)

    def _compared(self, test: Test, mask: int) -> int:
        left, right = self._column_of(test.field), self._column_of(test.values[0])
        found = 0
        for row in bits(mask):
            if holds(test, left[row], lambda _field, row=row: right[row]):  # type: ignore[misc]
                found |= 1 << row
        return found


def _classes(values: Sequence[Any], matcher: Any) -> list[int]:
    """The classes of a column's values."""
    known = matcher.known
    first = values[0]
    # Of most fields no record of a kind has a value, and some have the same in all.
    if first.__class__ in _PLAIN and values.count(first) == len(values):
        one = known.get(first)
        return [matcher.classify(first) if one is None else one] * len(values)
    types = set(map(type, values))
    if types <= _PLAIN or types <= _NUMBERS:
        classes = list(map(known.get, values))
        if None in classes:
            classify = matcher.classify
            for row, one in enumerate(classes):
                if one is None:
                    # A later value may be one that has just been met, or that was forgotten meanwhile.
                    found = known.get(values[row])
                    classes[row] = classify(values[row]) if found is None else found
        return classes
    classify = matcher.classify
    found = []
    for value in values:
        one = known.get(value) if value.__class__ in _NUMBERS else None
        found.append(classify(value) if one is None else one)
    return found
