"""Which columns there are behind an operator."""

from __future__ import annotations

from dataclasses import dataclass, replace

from . import steps
from .name_sets import NONE, NameSet, named
from .steps import Step
from .tree import Call, Column, Expr, Index, Member, Name, Named, Star


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """What columns a table has at some place in a query."""

    made: NameSet = NONE
    """Those that the query has made or chosen."""
    tables: NameSet = NONE
    """Tables whose columns are there besides."""
    opaque: bool = False
    """Whether there are others, which nobody knows."""
    limited: bool = False
    """Whether there are none but `made`."""
    joined: int = 0
    """How often a second table was joined, whose columns may have a 1 behind their names."""
    doubled: NameSet = NONE
    """Of `made`, those that may stand there with a 1 as well: they were there when tables were joined."""

    @property
    def table(self) -> str:
        """The table that columns of the schema are of; "" where it is none, or one of several."""
        return next(iter(self.tables)) if len(self.tables) == 1 else ""

    def has(self, name: str) -> bool:
        """Whether a name is none that the schema must know."""
        return self.opaque or name in self.made or self._is_doubled(name)

    def _is_doubled(self, name: str) -> bool:
        for _ in range(min(self.joined, _MOST_ONES)):
            if not name.endswith("1"):
                return False
            name = name[:-1]
            if name in self.doubled:
                return True
        return False


_MOST_ONES = 20
"""Ones behind a name that are taken for those of joins."""


def result_name(tree: Expr) -> str:
    """What a column is called that nobody named; "" where that is not foreseen.

    As Kusto does it: https://learn.microsoft.com/kusto/query/extend-operator and .../summarize-operator.
    """
    if isinstance(tree, Name):
        return tree.text
    if isinstance(tree, Member):
        inner = result_name(tree.inner)
        return f"{inner}_{tree.name}" if inner else tree.name
    if isinstance(tree, Index):
        return result_name(tree.inner)
    if isinstance(tree, Call):
        first = tree.arguments[0] if tree.arguments else None
        inner = result_name(first) if first is not None and not isinstance(first, Star) else ""
        if tree.name in ("bin", "floor", "tostring", "startofday", "tolower", "toupper", "any", "take_any"):
            return inner
        prefix = _PREFIXES.get(tree.name, tree.name)
        if tree.name in ("arg_max", "arg_min"):
            return inner
        return f"{prefix}_{inner}" if inner or tree.name in _COUNTS else ""
    return ""


_PREFIXES = {
    "make_set": "set",
    "makeset": "set",
    "make_list": "list",
    "makelist": "list",
    "make_set_if": "set",
}
_COUNTS = frozenset(("count", "countif"))


def kind_of(step: steps.Join | steps.Union | steps.MvExpand | steps.Parse | steps.Search) -> str:
    """The word behind `kind=`; "" where there is none."""
    return next(
        (one.value.text for one in step.options if one.name == "kind" and isinstance(one.value, Name)), ""
    )


def named_by(step: Step) -> frozenset[str]:
    """Names of columns that an operator makes."""
    if isinstance(step, steps.DataTable | steps.ExternalData | steps.ParseKv):
        return frozenset(one.name.text for one in step.columns)
    if isinstance(step, steps.Range):
        return frozenset((step.column.text,))
    if isinstance(step, steps.Parse):
        return frozenset(one.name.text for one in step.pattern if isinstance(one, Column))
    if isinstance(step, steps.Print):
        return _all_named(step.items) | frozenset(f"print_{at}" for at in range(len(step.items)))
    if isinstance(step, steps.Union):
        return frozenset(_option_names(step.options, ("withsource", "with_source")))
    if isinstance(step, steps.MvExpand | steps.MvApply):
        made = _all_named(tuple(one.value for one in step.items))
        return made | frozenset(_option_names(step.options, ("with_itemindex",)))
    return frozenset()


def _option_names(options: tuple[object, ...], wanted: tuple[str, ...]) -> list[str]:
    return [
        value.text
        for one in options
        if getattr(one, "name", "") in wanted and isinstance(value := getattr(one, "value", None), Name)
    ]


def _all_named(items: tuple[Expr, ...]) -> frozenset[str]:
    found: set[str] = set()
    for item in items:
        if isinstance(item, Named):
            found.update(one.text for one in item.names)
        elif name := result_name(item):
            found.add(name)
    return frozenset(found)


def after(step: Step, columns: Columns) -> Columns:
    """The columns behind an operator that stands between the two."""
    if isinstance(step, steps.Summarize | steps.MakeSeries):
        return _summarized(step, columns)
    if isinstance(step, steps.Project):
        return _projected(step, columns)
    if isinstance(step, steps.Extend):
        return replace(columns, made=columns.made | _all_named(step.items))
    if isinstance(step, steps.Count):
        return Columns(made=named("Count"), limited=True)
    if isinstance(step, steps.Evaluate | steps.Other):
        schema = step.schema if isinstance(step, steps.Evaluate) else None
        if schema is not None and all(one.name.text != "*" for one in schema):
            return Columns(made=named(*(one.name.text for one in schema)), limited=True)
        return replace(columns, opaque=True)
    return replace(columns, made=columns.made | named_by(step))


def _summarized(step: steps.Summarize | steps.MakeSeries, columns: Columns) -> Columns:
    if isinstance(step, steps.MakeSeries):
        made = _all_named((*(one.value for one in step.items), step.axis, *step.by))
        return Columns(made=NONE | made, limited=True)
    made = _all_named((*step.items, *step.by))
    whole = any(isinstance(node, Call) and Star() in node.arguments for node in map(_call_of, step.items))
    if whole:
        return replace(columns, made=columns.made | made)
    return Columns(made=NONE | made, limited=True)


def _call_of(tree: Expr) -> Expr:
    return tree.value if isinstance(tree, Named) else tree


def _projected(step: steps.Project, columns: Columns) -> Columns:
    made = _all_named(step.items)
    if step.word in ("project", "distinct"):
        if any(isinstance(item, Star) for item in step.items):
            return columns
        return Columns(made=NONE | made, limited=True)
    if step.word == "project-keep":
        patterns = any(isinstance(item, Name) and "*" in item.text for item in step.items)
        return columns if patterns else Columns(made=NONE | made, limited=True)
    if step.word == "project-rename":
        return replace(columns, made=columns.made | made)
    return columns
