"""Values of literals, as a query computes with them."""

from __future__ import annotations

from typing import Any

from .literals import duration_of, moment_of, number_of
from .tree import Array, Bag, Duration, Dynamic, Expr, Null, Number, Sign, Text, Truth, Typed
from .values import CONVERSIONS, Lapse, Moment, text


def literal(tree: Expr) -> tuple[Any] | None:
    """The value of a literal, alone in a tuple; None where it depends on a row."""
    if isinstance(tree, Text):
        return (tree.value,)
    if isinstance(tree, Truth):
        return (tree.value,)
    if isinstance(tree, Number) or (isinstance(tree, Sign) and number_of(tree) is not None):
        return (number_of(tree),)
    if isinstance(tree, Duration):
        seconds = duration_of(tree.text)
        return (None if seconds is None else Lapse(seconds),)
    if isinstance(tree, Typed):
        return (_typed(tree),)
    if isinstance(tree, Dynamic):
        return (json(tree.value),)
    return (None,) if isinstance(tree, Null) else None


def _typed(tree: Typed) -> Any:
    if tree.text in ("null", ""):
        return None
    if tree.type == "datetime":
        found = moment_of(tree.text)
        return None if found is None else Moment(found)
    return CONVERSIONS.get(tree.type, text)(tree.text)


def json(tree: Expr) -> Any:
    """The value inside dynamic()."""
    if isinstance(tree, Array):
        return [json(one) for one in tree.items]
    if isinstance(tree, Bag):
        return {name: json(one) for name, one in tree.pairs}
    found = literal(tree)
    return found[0] if found is not None else getattr(tree, "text", None)
