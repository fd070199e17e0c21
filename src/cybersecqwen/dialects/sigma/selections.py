"""An expression as the detection of a rule: selections that people can read, and their condition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cybersecqwen.detect.sigma.model import And, Expression, Not, Or, Test
from cybersecqwen.errors import LimitError, UnsayableError

from .items import Item, items_of, joined, with_all

_DEEPEST = 60
Selection = Any
"""A mapping, a list of mappings, or a list of keywords."""


def detection_of(expression: Expression) -> dict[str, Any]:
    """The detection: its selections by name, and the condition. Raises UnsayableError, LimitError."""
    return _Writer().whole(expression)


class _Writer:
    def __init__(self) -> None:
        self._selections: dict[str, Selection] = {}
        self._parts = 0

    def whole(self, expression: Expression) -> dict[str, Any]:
        parts = _flat(And, expression)
        positive = [part for part in parts if not isinstance(part, Not)]
        negative = [inner for part in parts if isinstance(part, Not) for inner in _flat(Or, part.inner)]
        phrases = [*self._positive(positive, alone=not negative), *self._negative(negative)]
        return {**self._selections, "condition": " and ".join(phrases)}

    def _positive(self, parts: Sequence[Expression], *, alone: bool) -> list[str]:
        """What must hold: one selection for all fields that it can hold, others beside it."""
        words = [part for part in parts if _is_keyword(part)]
        main, others = _one_map([part for part in parts if not _is_keyword(part)])
        made = [*([main] if main else []), *(_selection(part) for part in others)]
        whole = [one for one in made if one is not None]
        loose = [part for part, one in zip(others, made[bool(main) :], strict=True) if one is None]
        phrases = self._named("selection", whole, "all of")
        asked, rest = _one_map(words)
        keywords = [*([_as_list(asked)] if asked else []), *map(_keywords, rest)]
        phrases += self._named("keywords", keywords, "all of")
        within = bool(phrases) or len(loose) > 1 or not alone
        return phrases + [self._phrase(part, 0, within=within) for part in loose]

    def _negative(self, parts: Sequence[Expression]) -> list[str]:
        """What must not hold: a filter each."""
        made = [(_selection(part), part) for part in parts]
        phrases = self._named("filter", [one for one, _ in made if one is not None], "1 of")
        return [f"not {phrase}" for phrase in phrases] + [
            f"not {self._phrase(part, 0, within=True)}" for one, part in made if one is None
        ]

    def _named(self, name: str, selections: Sequence[Selection], several: str) -> list[str]:
        if len(selections) == 1:
            self._selections[name] = selections[0]
            return [name]
        for number, selection in enumerate(selections, 1):
            self._selections[f"{name}_{number}"] = selection
        return [f"{several} {name}_*"] if selections else []

    def _phrase(self, expression: Expression, depth: int, *, within: bool = False) -> str:
        """A part of the condition in words, over selections with numbers; in brackets within others."""
        if depth > _DEEPEST:
            raise LimitError(f"The expression nests deeper than {_DEEPEST} levels.")
        selection = _selection(expression)
        if selection is not None:
            self._parts += 1
            name = f"part_{self._parts}"
            self._selections[name] = selection
            return name
        if isinstance(expression, Not):
            return f"not {self._phrase(expression.inner, depth + 1, within=True)}"
        if isinstance(expression, Test) or not expression.parts:
            raise UnsayableError("A part of the expression never holds, or always does.", what="such a part")
        word = " and " if isinstance(expression, And) else " or "
        text = word.join(self._phrase(part, depth + 1, within=True) for part in expression.parts)
        return f"({text})" if within and len(expression.parts) > 1 else text


def _flat(kind: type[And] | type[Or], expression: Expression) -> list[Expression]:
    if isinstance(expression, kind) and expression.parts:
        return [inner for part in expression.parts for inner in _flat(kind, part)]
    return [expression]


def _is_keyword(part: Expression) -> bool:
    """Whether only the text of the record is asked, in one way."""
    if isinstance(part, Or):
        return bool(part.parts) and all(map(_is_keyword, part.parts))
    return isinstance(part, Test) and not part.field


def _keywords(part: Expression) -> Selection:
    """Several ways to ask the text of the record, of which one must hold."""
    return [{item.key: item.content} for item in joined(_or_items(part))]


def _as_list(asked: dict[str, Any]) -> Selection:
    """Keywords that take no modifier as the list that people write."""
    if list(asked) != [""]:
        return asked
    return asked[""] if isinstance(asked[""], list) else [asked[""]]


def _or_items(part: Expression) -> list[Item]:
    """The lines of which one must hold."""
    if isinstance(part, Test):
        return items_of(part)
    return [item for inner in part.parts for item in _or_items(inner)] if isinstance(part, Or) else []


def _single(part: Expression) -> Item | None:
    """The one line that asks for a part; None where it takes several or none can."""
    if not isinstance(part, Test) and not (
        isinstance(part, Or) and part.parts and all(isinstance(one, Test) for one in _flat(Or, part))
    ):
        return None
    items = joined(_or_items(part))
    return items[0] if len(items) == 1 else None


def _one_map(parts: Sequence[Expression]) -> tuple[dict[str, Any], list[Expression]]:
    """(a mapping of all parts that one can hold, the others)."""
    items: dict[str, Item] = {}
    every: dict[str, list[Any]] = {}
    others: list[Expression] = []
    for part in parts:
        item = _single(part)
        if item is None:
            others.append(part)
        elif item.key not in items:
            items[item.key] = item
            every[item.key] = list(item.values)
        elif _joins(items[item.key], item) and len(items[item.key].values) == 1:
            every[item.key] += item.values
        else:
            others.append(part)
    found: dict[str, Any] = {}
    for key, item in items.items():
        if len(every[key]) > len(item.values):
            found[with_all(key)] = every[key]
        else:
            found[key] = item.content
    return found, others


def _joins(one: Item, other: Item) -> bool:
    """Whether both can be asked for by `all`: each of one value, and none of them null or numbers."""
    return len(other.values) == 1 and all(isinstance(item.values[0], str) for item in (one, other))


def _selection(part: Expression) -> Selection | None:
    """The selection that asks for a part by itself: a mapping, or a list of which one must hold."""
    found = _map(part)
    if found is not None:
        return found
    if not isinstance(part, Or):
        return None
    # Lines of one field that differ in their values alone are one line.
    tests = [one for one in _flat(Or, part) if isinstance(one, Test)]
    lines: list[Selection] = [{item.key: item.content} for item in joined(_or_items(Or(tuple(tests))))]
    maps = [_map(one) for one in _flat(Or, part) if not isinstance(one, Test)]
    if not lines and not maps:
        return None
    if len(maps) + len(lines) == 1:
        return (lines + maps)[0]
    return None if None in maps else lines + maps


def _map(part: Expression) -> dict[str, Any] | None:
    """A mapping that asks for a test, or for all of some tests."""
    if isinstance(part, Test):
        items = joined(items_of(part))
        return {items[0].key: items[0].content} if len(items) == 1 else None
    if not isinstance(part, And) or not part.parts:
        return None
    found, others = _one_map(_flat(And, part))
    return found if found and not others else None
