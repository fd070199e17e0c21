"""Which fields a stage asks for, and which it makes: what `names` and the rules of the optimiser go by."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import stages
from .macros import is_idle
from .saying import TIME_WORDS
from .stages import Measure, Stage
from .tree import Call, Field, Found, Macro, Sub, Value
from .walking import fields_found, fields_in, inside, parts_in, parts_of, values_of

_GROUP = re.compile(r"\(\?P?<([A-Za-z_]\w*)>")

MADE = {
    "iplocation": ("City", "Continent", "Country", "MetroCode", "Region", "Timezone", "lat", "lon"),
    "transaction": ("duration", "eventcount", "closed_txn", "field_match_sum", "linecount"),
    "makeresults": ("_time",),
}
"""Fields that commands make of themselves."""

_WHOLE = frozenset(("spath", "xmlkv", "fromjson", "extract", "kv", "multikv", "xpath", "erex", "lookup"))
"""Commands that may make fields of any name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """The fields of a stage."""

    uses: tuple[str, ...] = ()
    """Asked for, in the order in which they stand; with stars where they stand for several."""
    makes: tuple[str, ...] = ()
    """Set, or set anew."""
    closes: bool = False
    """Whether nothing but `makes` is there afterwards."""
    opaque: bool = False
    """Whether it may ask for, or make, fields that nothing here tells of."""
    drops: tuple[str, ...] = ()
    """Taken away."""


def usage(stage: Stage) -> Usage:
    """The fields of a stage; those of subsearches are theirs."""
    return _USAGES.get(type(stage), lambda _stage: Usage(opaque=True))(stage)


def asked(stage: Stage) -> tuple[str, ...]:
    """The fields that a stage asks for, or may: `a.b` without quotes may be `a` and `b` put together."""
    parts = (part for value in values_of(stage) for part in parts_in(value))
    return (*usage(stage).uses, *parts)


def _of_found(found: Found | None) -> tuple[tuple[str, ...], bool]:
    if found is None:
        return (), False
    names = tuple(name for name in fields_found(found) if name.lower() not in TIME_WORDS - {"index"})
    opaque = any(isinstance(part, Macro | Sub) for part in parts_of(found))
    return names, opaque


def _of_values(*values: Value) -> tuple[tuple[str, ...], bool]:
    names = tuple(name for value in values for name in fields_in(value))
    opaque = any(
        isinstance(part, Macro)
        or (isinstance(part, Call) and part.name in ("searchmatch", "eval"))
        or (isinstance(part, Field) and ("<<" in part.name or "$" in part.name))
        for value in values
        for part in inside(value)
    )
    return names, opaque


def _search(stage: stages.Search) -> Usage:
    names, opaque = _of_found(stage.where)
    return Usage(uses=names, opaque=opaque)


def _where(stage: stages.Where) -> Usage:
    names, opaque = _of_values(stage.where)
    return Usage(uses=names, opaque=opaque)


def _eval(stage: stages.Eval) -> Usage:
    uses: list[str] = []
    made: list[str] = []
    opaque = False
    for name, value in stage.sets:
        names, unknown = _of_values(value)
        uses.extend(one for one in names if one not in made)
        made.append(name)
        opaque = opaque or unknown or name[:1] == "{" or "<<" in name
    return Usage(uses=tuple(uses), makes=tuple(made), opaque=opaque)


def _measured(measures: tuple[Measure | Macro, ...]) -> tuple[list[str], list[str], bool]:
    uses: list[str] = []
    makes: list[str] = []
    opaque = False
    for one in measures:
        if isinstance(one, Macro):
            opaque = opaque or not is_idle(one.name)
            continue
        makes.append(one.name)
        if isinstance(one.argument, str):
            uses.append(one.argument)
            opaque = opaque or "(" in one.argument
        elif one.argument is not None:
            names, unknown = _of_values(one.argument)
            uses.extend(names)
            opaque = opaque or unknown
        if one.function in ("earliest", "latest", "earliest_time", "latest_time", "rate", "per_second"):
            uses.append("_time")
    return uses, makes, opaque


def _stats(stage: stages.Stats) -> Usage:
    uses, makes, opaque = _measured(stage.measures)
    groups = (*stage.over, *stage.by)
    closes = stage.name not in ("eventstats", "streamstats")
    time = ("_time",) if stage.name == "timechart" or "time_window" in dict(stage.options) else ()
    pivots = stage.name in ("chart", "timechart", "sistats")
    return Usage(
        uses=(*uses, *groups, *time),
        makes=(*(groups if closes else ()), *makes, *(time if closes else ())),
        closes=closes and not pivots,
        opaque=opaque or pivots or _unknown(groups),
    )


def _tstats(stage: stages.Tstats) -> Usage:
    uses, makes, opaque = _measured(stage.measures)
    names, unknown = _of_found(stage.where)
    return Usage(
        uses=(*uses, *names, *stage.by),
        makes=(*stage.by, *makes),
        closes=True,
        opaque=opaque or unknown or _unknown(stage.by),
    )


def _unknown(names: tuple[str, ...]) -> bool:
    """Whether a macro stands among names."""
    return any("`" in name for name in names)


def _listed(stage: stages.Listed) -> Usage:
    options = dict(stage.options)
    fields = stage.fields
    sorting = tuple(name.lstrip("+-") for name in stage.sortby)
    if _unknown(fields):
        return Usage(opaque=True)
    if stage.name in ("table", "fields"):
        if stage.sign == "-":
            return Usage(drops=fields)
        return Usage(uses=fields, makes=fields, closes=not any("*" in name for name in fields))
    if stage.name in ("top", "rare"):
        made = [options.get("countfield", "count"), options.get("percentfield", "percent")]
        return Usage(uses=(*fields, *stage.by), makes=(*stage.by, *fields, *made), closes=True)
    if stage.name in _WHOLE:
        made = [options["output"]] if "output" in options else []
        return Usage(
            uses=tuple(filter(None, (options.get("input", ""), *fields[:1]))), makes=tuple(made), opaque=True
        )
    changed = (
        fields if stage.name in ("fillnull", "filldown", "mvexpand", "makemv", "nomv", "mvcombine") else ()
    )
    made = list(MADE.get(stage.name, ()))
    if stage.name == "addtotals":
        made.append(options.get("fieldname", "Total"))
    whole = not fields and stage.name in ("fillnull", "filldown", "addtotals", "transaction")
    return Usage(
        uses=(*fields, *sorting),
        makes=(*changed, *made),
        opaque=whole or stage.name in ("accum", "transaction"),
    )


def _rename(stage: stages.Rename) -> Usage:
    olds = tuple(old for old, _ in stage.pairs)
    return Usage(
        uses=olds,
        makes=tuple(new for _, new in stage.pairs),
        drops=olds,
        opaque=any("*" in old for old in olds),
    )


def _rex(stage: stages.Rex) -> Usage:
    options = dict(stage.options)
    field = options.get("field", "_raw")
    made = [field] if options.get("mode") == "sed" else _GROUP.findall(stage.pattern)
    if "offset_field" in options:
        made.append(options["offset_field"])
    return Usage(uses=(field,), makes=tuple(made))


def _lookup(stage: stages.Lookup) -> Usage:
    made = tuple(name for _, name in stage.output)
    return Usage(uses=tuple(field for _, field in stage.match), makes=made, opaque=not made)


def _called(stage: stages.Called) -> Usage:
    if not is_idle(stage.macro.name):
        return Usage(opaque=True)
    return Usage(opaque=stage.macro.name.endswith("_filter"))


_USAGES: dict[type[Any], Callable[[Any], Usage]] = {
    stages.Search: _search,
    stages.Where: _where,
    stages.Eval: _eval,
    stages.Stats: _stats,
    stages.Tstats: _tstats,
    stages.Listed: _listed,
    stages.Rename: _rename,
    stages.Sort: lambda one: Usage(uses=tuple(field for _, field, _ in one.keys)),
    stages.Rex: _rex,
    stages.Regex: lambda one: Usage(uses=(one.field,)),
    stages.Bin: lambda one: Usage(uses=(one.field,), makes=(one.alias or one.field,)),
    stages.Lookup: _lookup,
    stages.Replace: lambda one: Usage(uses=one.fields, makes=one.fields, opaque=not one.fields),
    stages.Called: _called,
}
