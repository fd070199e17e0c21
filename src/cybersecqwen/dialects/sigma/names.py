"""The fields that rules name, with their lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cybersecqwen.dialects.interface import Name, Names
from cybersecqwen.errors import LimitError

from .tree import Rules

_DEEPEST = 40


def names(tree: Rules) -> Names:
    """The fields, each as often as it stands; rules name no tables."""
    import yaml

    found: list[Name] = []
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for root in yaml.compose_all(tree.source or tree.text, Loader=loader):
        for key, value in _pairs(root):
            if key.value == "detection":
                for name, selection in _pairs(value):
                    if name.value not in ("condition", "timeframe"):
                        found += _selection(selection, 0)
            elif key.value == "correlation":
                found += _correlation(value)
    return Names(fields=tuple(found))


def _pairs(node: Any) -> list[tuple[Any, Any]]:
    return node.value if getattr(node, "id", "") == "mapping" else []


def _selection(node: Any, depth: int) -> Iterator[Name]:
    if depth > _DEEPEST:
        raise LimitError("The rule nests too deep.")
    if node.id == "sequence":
        for inner in node.value:
            yield from _selection(inner, depth + 1)
    for key, value in _pairs(node):
        field, *modifiers = str(key.value).split("|")
        if field:
            yield _name(field, key)
        if "fieldref" in modifiers:
            yield from _scalars(value)


def _scalars(node: Any) -> Iterator[Name]:
    for one in node.value if node.id == "sequence" else [node]:
        if one.id == "scalar":
            yield _name(str(one.value), one)


def _correlation(node: Any) -> Iterator[Name]:
    aliases: Mapping[str, Any] = {key.value: value for key, value in _pairs(_of(node, "aliases"))}
    for key, value in _pairs(node):
        if key.value == "group-by":
            yield from (one for one in _scalars(value) if one.text not in aliases)
        elif key.value == "condition":
            yield from _scalars(_of(value, "field") or value)
    for alias in aliases.values():
        for _, field in _pairs(alias):
            yield from _scalars(field)


def _of(node: Any, name: str) -> Any:
    return next((value for key, value in _pairs(node) if key.value == name), None)


def _name(text: str, node: Any) -> Name:
    return Name(text=text, line=node.start_mark.line + 1, column=node.start_mark.column + 1)
