"""Functions about lists and mappings."""

from __future__ import annotations

from collections.abc import Callable
from itertools import zip_longest
from typing import Any

from .comparing import equal
from .function_kinds import MANY, Function, takes
from .values import key, number, parsed, text, whole

_MOST = 100_000
"""Elements of a list that a function makes."""


def _list(value: Any) -> list[Any]:
    found = parsed(value)
    return found if isinstance(found, list) else []


def _length(value: Any) -> int | None:
    found = parsed(value)
    return len(found) if isinstance(found, list) else None


def _packed(*values: Any) -> dict[str, Any]:
    return {text(name): value for name, value in zip(values[::2], values[1::2], strict=False)}


def _unique(values: list[Any]) -> list[Any]:
    seen: dict[Any, Any] = {}
    for value in values:
        seen.setdefault(key(value), value)
    return list(seen.values())


def _union(*lists: Any) -> list[Any]:
    return _unique([value for one in lists for value in _list(one)])


def _difference(first: Any, *others: Any) -> list[Any]:
    without = {key(value) for one in others for value in _list(one)}
    return [value for value in _unique(_list(first)) if key(value) not in without]


def _intersection(first: Any, *others: Any) -> list[Any]:
    all_ = [{key(value) for value in _list(one)} for one in others]
    return [value for value in _unique(_list(first)) if all(key(value) in one for one in all_)]


def _has_element(values: Any, wanted: Any) -> bool:
    return any(equal(value, wanted) for value in _list(values))


def _index_of(values: Any, wanted: Any) -> int:
    return next((at for at, value in enumerate(_list(values)) if equal(value, wanted)), -1)


def _slice(values: Any, start: Any, end: Any) -> list[Any] | None:
    found, first, last = _list(values), whole(start), whole(end)
    if first is None or last is None:
        return None
    first = max(0, len(found) + first) if first < 0 else first
    last = len(found) + last if last < 0 else last
    return found[first : last + 1]


def _concat(*lists: Any) -> list[Any]:
    return [value for one in lists for value in _list(one)][:_MOST]


def _joined(values: Any, delimiter: Any) -> str:
    return text(delimiter).join(map(text, _list(values)))[:_MOST]


def _place(value: Any) -> tuple[bool, str, float]:
    """Numbers before texts."""
    return (True, value, 0) if isinstance(value, str) else (False, "", number(value) or 0)


def _sorted(greatest: bool) -> Callable[[Any], list[Any]]:
    def run(values: Any) -> list[Any]:
        found = [value for value in _list(values) if value is not None]
        nulls = [value for value in _list(values) if value is None]
        return [*sorted(found, key=_place, reverse=greatest), *nulls]

    return run


def _range(start: Any, end: Any, step: Any = 1) -> list[Any] | None:
    first, last, by = number(start), number(end), number(step)
    if first is None or last is None or not by:
        return None
    kind = type(start) if not isinstance(start, str) else float
    count = min(int((last - first) / by) + 1, _MOST)
    return [kind(first + at * by) for at in range(max(0, count))]


def _keys(value: Any) -> list[str] | None:
    found = parsed(value)
    return list(found) if isinstance(found, dict) else None


def _merged(*bags: Any) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for one in bags:
        found = parsed(one)
        if isinstance(found, dict):
            for name, value in found.items():
                out.setdefault(name, value)
    return out


def _without(value: Any, names: Any) -> Any:
    found = parsed(value)
    gone = set(map(text, _list(names)))
    return {name: one for name, one in found.items() if name not in gone} if isinstance(found, dict) else None


def _has_key(value: Any, name: Any) -> bool:
    found = parsed(value)
    return isinstance(found, dict) and text(name) in found


def _zipped(*lists: Any) -> list[Any]:
    return [list(one) for one in zip_longest(*map(_list, lists))]


def _summed(values: Any) -> float:
    return float(sum(number(value) or 0 for value in _list(values)))


LISTS: dict[str, Function] = {
    "array_length": takes(_length, 1),
    "arraylength": takes(_length, 1),
    "array_concat": takes(_concat, 1, MANY),
    "array_slice": takes(_slice, 3),
    "array_index_of": takes(_index_of, 2),
    "array_sort_asc": takes(_sorted(False), 1),
    "array_sort_desc": takes(_sorted(True), 1),
    "array_reverse": takes(lambda value: _list(value)[::-1], 1),
    "array_sum": takes(_summed, 1),
    "array_strcat": takes(_joined, 2),
    "strcat_array": takes(_joined, 2),
    "array_zip": takes(_zipped, 2, MANY),
    "zip": takes(_zipped, 2, MANY),
    "range": takes(_range, 2, 3),
    "repeat": takes(lambda value, count: [value] * max(0, min(whole(count) or 0, _MOST)), 2),
    "set_union": takes(_union, 1, MANY),
    "set_difference": takes(_difference, 2, MANY),
    "set_intersect": takes(_intersection, 2, MANY),
    "set_has_element": takes(_has_element, 2),
    "pack": takes(_packed, 2, MANY),
    "bag_pack": takes(_packed, 2, MANY),
    "pack_dictionary": takes(_packed, 2, MANY),
    "pack_array": takes(lambda *values: list(values), 0, MANY),
    "bag_keys": takes(_keys, 1),
    "bag_merge": takes(_merged, 1, MANY),
    "bag_remove_keys": takes(_without, 2),
    "bag_has_key": takes(_has_key, 2),
    "jaccard_index": takes(
        lambda one, other: (
            len(_intersection(one, other)) / len(_union(one, other)) if _union(one, other) else None
        ),
        2,
    ),
}
"""About lists and mappings."""
