"""The tables and fields that a search takes from the schema, with where they stand."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from cybersecqwen.dialects.interface import Name, Names

from . import stages
from .macros import is_idle
from .models import UNPREFIXED, model_of, unprefixed
from .stages import Stage
from .tokens import place_of, position
from .tree import Compare, Found, OneOf, Pipeline
from .usage import usage
from .walking import found_of, parts_of, subs_of

INTERNAL = UNPREFIXED | frozenset(
    [
        "_raw",
        "_cd",
        "_bkt",
        "_si",
        "_serial",
        "_sourcetype",
        "linecount",
        "punct",
        "eventtype",
        "tag",
        "timestamp",
        "timestartpos",
        "timeendpos",
        "nodename",
        "date_hour",
        "date_mday",
        "date_minute",
        "date_month",
        "date_second",
        "date_wday",
        "date_year",
        "null",  # for null(), as some write it
        "date_zone",
    ]
)
"""Fields that every event has: https://docs.splunk.com/Documentation/Splunk/latest/Knowledge/Usedefaultfields."""


def names(pipeline: Pipeline) -> Names:
    """All names that the schema must have; not those that the search makes, nor names with stars."""
    found = _Names(pipeline.lines)
    found.pipeline(pipeline, set(), "")
    return Names(tables=tuple(found.tables), fields=tuple(found.fields))


class _Names:
    def __init__(self, lines: tuple[int, ...]) -> None:
        self.lines = lines
        self.tables: list[Name] = []
        self.fields: list[Name] = []

    def pipeline(self, pipeline: Pipeline, made: set[str], table: str) -> None:
        """The names of a pipeline that begins with these fields made; `made` grows."""
        known = True
        for number, stage in enumerate(pipeline.stages):
            here = self.source(stage)
            table = here if here is not None else "" if number == 0 and not made else table
            model = table if isinstance(stage, stages.Tstats) else ""
            asked = usage(stage)
            if known:
                self.asked(asked.uses, made, table, model, made | set(asked.makes))
            made.update(asked.makes)
            made.update(unprefixed(name) for name in asked.makes if model)
            known = known and not self.hides(stage, asked.opaque)
            for sub in subs_of(stage):
                inner = set(made) if getattr(stage, "name", "") in ("appendpipe", "foreach") else set()
                if known or not inner:
                    self.pipeline(sub.pipeline, inner, table if inner else "")
                made |= inner
            if isinstance(stage, stages.Joined):
                known = False

    def hides(self, stage: Stage, opaque: bool) -> bool:
        """Whether fields of any name may be there after a stage."""
        if isinstance(stage, stages.InputLookup):
            return True
        if isinstance(stage, stages.Called):
            return not is_idle(stage.macro.name)
        if isinstance(stage, stages.Rename):
            return opaque and not all(
                new == "*" and unprefixed(old) == "*" for old, new in stage.pairs if "*" in old
            )
        if isinstance(stage, stages.Other):
            return stage.name not in ("from", "format", "return")
        return opaque and not isinstance(stage, stages.Search | stages.Tstats | stages.Where)

    def source(self, stage: Stage) -> str | None:
        """The table that a stage reads; None where it reads none."""
        if isinstance(stage, stages.Tstats):
            table = model_of(stage.source)
            if table:
                self.table(table, place_of(stage.source) or stage.at)
                return table
        if isinstance(stage, stages.Other) and stage.name == "from" and stage.parts:
            part = stage.parts[0]
            table = model_of(part) if isinstance(part, str) else ""
            if table:
                self.table(table, place_of(str(part)) or stage.at)
            return table
        found = found_of(stage)
        if found is None or isinstance(stage, stages.InputLookup):
            return None
        indexes = [(name, at) for part in parts_of(found) for name, at in _indexes(part)]
        for name, at in indexes:
            self.table(name, at)
        return indexes[0][0] if len({name for name, _ in indexes}) == 1 else "" if indexes else None

    def table(self, name: str, at: int) -> None:
        line, column = position(self.lines, at)
        self.tables.append(Name(text=name, line=line, column=column))

    def asked(self, fields: Iterable[str], made: set[str], table: str, model: str, parts: set[str]) -> None:
        """The fields that a stage takes from its table; `parts` are those that may be put together."""
        for field in fields:
            plain = unprefixed(field) if model else str(field)
            if _stars(field) or plain in INTERNAL or field in made or plain in made or not plain:
                continue
            if "." in plain and all(part in parts for part in plain.split(".")):
                continue  # two fields of the search, put together
            if any("*" in one and fnmatchcase(plain, one) for one in made):
                continue
            line, column = position(self.lines, place_of(field))
            self.fields.append(Name(text=plain, line=line, column=column, table=table))


def _stars(field: str) -> bool:
    return "*" in field or "(" in field or "<<" in field or "$" in field or "`" in field


def _indexes(part: Found) -> list[tuple[str, int]]:
    if isinstance(part, Compare) and part.field.lower() == "index" and part.op == "=":
        return [] if "*" in part.value else [(part.value, place_of(part.field))]
    if isinstance(part, OneOf) and part.field.lower() == "index":
        return [
            (value, place_of(part.field))
            for value in part.values
            if isinstance(value, str) and "*" not in value
        ]
    return []
