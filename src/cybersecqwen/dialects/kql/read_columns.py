"""Which column a value is about, where it is one as it stands or in another form."""

from __future__ import annotations

from dataclasses import dataclass

from cybersecqwen.errors import UnsayableError

from . import meaning
from .literals import text_of
from .tree import Call, Expr, Index, Member, Name, Star, Text


def unsayable(what: str) -> UnsayableError:
    """The middle has no words for a part of a query."""
    return UnsayableError(f"The common form has no words for {what}.", what=what)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What one side of a comparison asks about."""

    field: str
    """"" for all columns."""
    folded: bool = False
    """Whether it was put into lower case."""
    part: str = ""
    """Part of a time."""


def asked(tree: Expr) -> Asked | None:
    """What a value asks about, where it is a column as it stands or in another form; else None."""
    if isinstance(tree, Star):
        return Asked(field="")
    if isinstance(tree, Name):
        return Asked(field=tree.text)
    if isinstance(tree, Member | Index):
        path = _path(tree)
        return None if path is None else Asked(field=path)
    if isinstance(tree, Call) and tree.arguments:
        return _asked_by_call(tree)
    return None


TO_TRUTH = frozenset(("tobool", "toboolean"))
_TO_PARTS = frozenset(("parse_json", "todynamic", "tostring"))
_SAME = frozenset(("toreal", "todouble", "tolong", "toint", "todatetime")) | TO_TRUTH | _TO_PARTS
_PART_OF = {function: part for part, function in meaning.PARTS.items()}


def _asked_by_call(tree: Call) -> Asked | None:
    if tree.name == "datetime_part" and len(tree.arguments) == 2:
        inner = asked(tree.arguments[1])
        part = text_of(tree.arguments[0])
        return Asked(field=inner.field, part=part) if inner and part in ("minute", *meaning.PARTS) else None
    if len(tree.arguments) != 1:
        return None
    inner = asked(tree.arguments[0])
    if inner is None or inner.part:
        return None
    if tree.name in _SAME:
        return inner
    if tree.name in ("tolower", "toupper"):
        return Asked(field=inner.field, folded=True)
    return Asked(field=inner.field, part=_PART_OF[tree.name]) if tree.name in _PART_OF else None


def _path(tree: Expr) -> str | None:
    """A value in a value as a path with dots; None where a part is computed."""
    if isinstance(tree, Name):
        return tree.text
    if isinstance(tree, Call) and tree.name in _TO_PARTS and len(tree.arguments) == 1:
        return _path(tree.arguments[0])
    if isinstance(tree, Member) and tree.arguments is None:
        inner = _path(tree.inner)
        return None if inner is None else f"{inner}.{tree.name}"
    if isinstance(tree, Index) and isinstance(tree.at, Text) and "." not in tree.at.value:
        inner = _path(tree.inner)
        return None if inner is None else f"{inner}.{tree.at.value}"
    return None
