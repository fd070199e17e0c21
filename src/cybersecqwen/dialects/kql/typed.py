"""A written query whose comparisons fit the types of its columns.

Kusto compares a number with no text, and looks for no text in a number: such a query is refused as a whole
(https://learn.microsoft.com/kusto/query/scalar-data-types/, "Cannot compare values of types int and string").
Which columns are no text depends on the table: LogonType is a number in SecurityEvent, and a text in
DeviceLogonEvents. What `columns` knows of names alone is what is written first, and is mended here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from . import meaning
from .tree import Among, Binary, Call, Expr, KqlQuery, Name, Number, Sign, Text, Truth
from .walk import changed

_WHOLE = re.compile(r"-?(?:0|[1-9]\d{0,17})\Z")
_EQUAL = {"==": "==", "=~": "==", "!=": "!=", "!~": "!="}
_LISTED = {"in": "in", "in~": "in", "!in": "!in", "!in~": "!in"}
_TRUTHS = {"true": True, "false": False}
_OVER_TEXT = ("ipv4_is_in_range", "ipv4_is_in_any_range", "ipv6_is_in_range", "ipv6_is_in_any_range")


def typed(tree: KqlQuery, types: Mapping[str, str]) -> KqlQuery:
    """The tree with every comparison as the type of its column asks for; columns without one stay."""

    def change(node: object) -> object:
        if isinstance(node, Binary):
            return _binary(node, types)
        if isinstance(node, Among):
            return _among(node, types)
        if isinstance(node, Call) and node.name in _OVER_TEXT:
            name = _column(node.arguments[0], types)
            if name is not None:
                return Call(node.name, (_text(name, types), *node.arguments[1:]), node.place)
        return node

    return changed(tree, change)


def _column(tree: Any, types: Mapping[str, str]) -> Name | None:
    """The column that stands alone or as text, if its type is known."""
    if isinstance(tree, Call) and tree.name == "tostring" and len(tree.arguments) == 1:
        tree = tree.arguments[0]
    return tree if isinstance(tree, Name) and types.get(tree.text) else None


def _text(name: Name, types: Mapping[str, str]) -> Expr:
    return name if types[name.text] in ("text", "ip") else Call("tostring", (name,))


def _binary(node: Binary, types: Mapping[str, str]) -> Binary:
    name = _column(node.left, types)
    if name is None:
        return node
    kind, right = types[name.text], node.right
    if node.operator in meaning.ORDERS:
        # An order asks for numbers: a column of another type was taken for one by its name.
        bare = isinstance(node.left, Name) and kind in ("text", "dynamic", "ip") and _number(right)
        return Binary(node.operator, Call("toreal", (name,)), right) if bare else node
    other = _column(right, types)
    if other is not None:
        return Binary(node.operator, _text(name, types), _text(other, types))
    if node.operator in _EQUAL:
        value = _value(right, kind)
        if value is not None:
            return Binary(_EQUAL[node.operator], name, value)
        if isinstance(right, Number | Sign | Truth):
            return Binary(node.operator, _text(name, types), Text(_shown(right)))
    return Binary(node.operator, _text(name, types), right) if isinstance(right, Text) else node


def _among(node: Among, types: Mapping[str, str]) -> Among:
    name = _column(node.left, types)
    if name is None or not all(isinstance(one, Text) or _number(one) for one in node.items):
        return node
    if node.operator in _LISTED:
        values = [_value(one, types[name.text]) for one in node.items]
        found = tuple(one for one in values if one is not None)
        if len(found) == len(values):
            return Among(_LISTED[node.operator], name, found)
    items = tuple(one if isinstance(one, Text) else Text(_shown(one)) for one in node.items)
    return Among(node.operator, _text(name, types), items)


def _value(tree: Expr, kind: str) -> Expr | None:
    """A literal as the type of a column has it; None for a text, and where the type has no such value."""
    if kind == "number":
        if _number(tree):
            return tree
        if isinstance(tree, Text) and _WHOLE.match(tree.value):
            minus = tree.value.startswith("-")
            return Sign("-", Number(tree.value[1:])) if minus else Number(tree.value)
    if kind == "bool":
        if isinstance(tree, Truth):
            return tree
        if isinstance(tree, Text) and tree.value.lower() in _TRUTHS:
            return Truth(_TRUTHS[tree.value.lower()])
    return None


def _number(tree: object) -> bool:
    return isinstance(tree, Number) or (isinstance(tree, Sign) and isinstance(tree.inner, Number))


def _shown(tree: object) -> str:
    if isinstance(tree, Truth):
        return "true" if tree.value else "false"
    if isinstance(tree, Sign):
        return tree.sign + _shown(tree.inner)
    return tree.text if isinstance(tree, Number) else ""
