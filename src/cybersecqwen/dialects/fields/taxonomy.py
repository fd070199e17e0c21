"""Taxonomies: where the logsources and fields of Sigma stand in a schema, as data.

A file of `maps/` says it in TOML:

    schema = "defender"
    origin = "address, date"

    [groups.process]                       # fields that several homes share
    Image = "FolderPath"
    Hashes = { to = { MD5 = "MD5", SHA1 = "SHA1", SHA256 = "SHA256" } }

    [[home]]                               # in the order in which they are tried
    for = ["windows/process_creation/"]    # product/category/service, each may be empty
    tables = ["DeviceProcessEvents"]
    where = { ActionType = "ProcessCreated" }
    groups = ["process"]
    fields = { User = "AccountName" }
    rest = "EventData.*"                   # where every other field stands, if there is such a place

    [reads.process]                        # columns that are only read, for homes with this group
    FileName = { name_of = "Image" }       # the name of the file that the field has the path of
    process_path = "Image"                 # another name of the same

What `by` names is in `transforms.py`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as Map
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from cybersecqwen.detect.sigma.model import Logsource
from cybersecqwen.errors import InputError, QueryError, UnknownNameError

from .loose import Loose, loose_of
from .schemas import SCHEMAS, schema

MAPS = ("windows", "cim", "ecs", "defender", "sentinel", "asim", "udm", "falcon", "sigma")
"""Names of the built-in taxonomies: those of the schemas that they lead to."""

_TIMES = ("time", "timestamp")
"""What questions and rules call the time of a record, whose own name differs from log to log."""

Conditions = tuple[tuple[str, tuple[str, ...]], ...]
"""(field, values of which it has one; `*` stands for any characters), all of which hold."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a field of Sigma stands."""

    columns: tuple[str, ...]
    """Fields of the schema; one, or the parts that make it up."""
    by: str = "same"
    """Name of the transform between the values."""
    values: Map[str, str] = field(default_factory=dict)
    """Value of Sigma in lower case to the value in the schema, where they are spelt otherwise."""
    constant: str = ""
    """The value that it always has there; with no columns."""
    note: str = ""
    """What does not carry over in full, one sentence; "" where everything does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What a column says that queries by hand ask for, and that no field of Sigma is written as."""

    field: str = ""
    """Sigma's field."""
    name_alone: bool = False
    """Whether the column has the name of the file alone, where Sigma's field has its path."""
    part: bool = False
    """Whether the column has another part of the field, which is shown but not asked for."""
    constant: str = ""
    """The value that the column always has in the home's records; with no field."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Home:
    """The tables and conditions under which the records of some logsources stand in a schema."""

    logsources: tuple[Logsource, ...]
    """An empty product stands for any; a category or service of a query must be named."""
    tables: tuple[str, ...] = ()
    conditions: Conditions = ()
    """Besides the tables, what tells these records from others."""
    events: Map[str, Conditions] = field(default_factory=dict)
    """Where the home holds some event ids alone: those, and by what each is told."""
    fields: Map[str, Place] = field(default_factory=dict)
    """Field of Sigma to its place; "name.*" to a place with `*` stands for all fields within `name`."""
    reads: Map[str, Reading] = field(default_factory=dict)
    """Column to what it says, for columns that are only read."""
    rest: str = ""
    """Where all other fields stand, with `*` for the name; "" for nowhere."""
    keywords: str = ""
    """Field that is asked for keywords; "" for the whole text of a record."""
    note: str = ""
    """What is else to be known, one sentence."""
    time: str = ""
    """Field of the schema that holds when a record happened."""

    def place(self, name: str) -> Place | None:
        """Where a field of Sigma stands; None for nowhere."""
        found = self.fields.get(name)
        if found is None and name in _TIMES and self.time:
            return Place(columns=(self.time,))
        if found is None and "." in name:
            before, _, behind = name.partition(".")
            inner = self.fields.get(f"{before}.*")
            if inner is not None:
                return Place(columns=(inner.columns[0].replace("*", behind),))
        if found is None and self.rest:
            found = Place(columns=(self.rest.replace("*", name),))
        if found is None:
            lowered = name.lower()
            found = next((place for own, place in self.fields.items() if own.lower() == lowered), None)
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapping:
    """A taxonomy: from the names of Sigma to those of a schema."""

    name: str
    schema: str
    """Name of the schema."""
    homes: tuple[Home, ...]
    """In the order in which they are tried."""
    origin: str = ""
    """Where the facts come from, with a date."""
    loose: Loose = field(default_factory=Loose)
    """What tells the homes in queries by hand."""


@lru_cache(maxsize=len(MAPS))
def taxonomy(name: str) -> Mapping:
    """The built-in taxonomy of that name. Raises UnknownNameError with the nearest names."""
    if name not in MAPS:
        near = get_close_matches(name.lower(), MAPS, n=3)
        raise UnknownNameError(
            f"There is no mapping of names called {name[:80]!r}.",
            hint=f"{'Did you mean' if near else 'Known are'}: {', '.join(near or MAPS)}.",
        )
    return mapping_of(
        tomllib.loads(files(__package__).joinpath("maps", f"{name}.toml").read_text("utf-8")), name
    )


_LARGEST = 4 << 20


def read_mapping(path: Path) -> Mapping:
    """A taxonomy of the user's from a TOML file in the form above.

    Raises InputError where it cannot be read, QueryError where it is not in that form.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise InputError(f"The mapping {path} is larger than 4 MiB.")
        raw = tomllib.loads(content.decode("utf-8"))
    except OSError as error:
        raise InputError(f"The mapping {path} cannot be read: {error.strerror or error}.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise QueryError(f"The mapping {path} is no TOML: {str(error)[:200]}.") from error
    return mapping_of(raw, path.stem)


def mapping_of(raw: Map[str, Any], name: str) -> Mapping:
    """The taxonomy that a TOML document holds. Raises QueryError for what is none."""
    try:
        groups = {key: _places(value) for key, value in raw.get("groups", {}).items()}
        named = str(raw["schema"])
        reads = {key: _readings(value) for key, value in raw.get("reads", {}).items()}
        time = str(raw.get("time", "")) or (schema(named).time_field if named in SCHEMAS else "")
        homes = tuple(replace(_home(one, groups, reads), time=time) for one in raw["home"])
        for other, tables in raw.get("also", {}).items():
            homes += tuple(one for one in taxonomy(other).homes if set(one.tables) & set(tables))
        loose = loose_of(raw.get("loose", {}))
        return Mapping(name=name, schema=named, homes=homes, origin=str(raw.get("origin", "")), loose=loose)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise QueryError(
            f"The mapping {name[:80]!r} is not in the form of one ({str(error)[:120]}).",
            hint="It has `schema` and `[[home]]` tables with `for`, `tables`, `where`, `groups`, `fields`.",
        ) from None


COLUMNS = {
    **dict.fromkeys(("same", "values", "file_name", "hive", "drive", "details", "pipe", "hive_kernel"), 1),
    "hexadecimal": 1,
    "constant": 0,
    **dict.fromkeys(("account", "path", "request", "registry", "registry_short", "registry_kernel"), 2),
    **dict.fromkeys(("either", "either_details", "hashes"), 0),
}
"""Transforms, with how many columns they need at least."""
_KEYS = frozenset(
    ("for", "tables", "where", "events", "groups", "fields", "reads", "rest", "keywords", "note")
)


def _home(raw: Map[str, Any], groups: Map[str, Map[str, Place]], reads: Map[str, Map[str, Reading]]) -> Home:
    if unknown := set(raw) - _KEYS:
        raise ValueError(f"unknown key {min(unknown)!r}")
    fields: dict[str, Place] = {}
    own: dict[str, Reading] = {}
    for group in raw.get("groups", ()):
        if group not in reads:
            fields.update(groups[group])
        else:
            fields.update(groups.get(group, {}))
            own.update(reads[group])
    fields.update(_places(raw.get("fields", {})))
    own.update(_readings(raw.get("reads", {})))
    return Home(
        logsources=tuple(map(_logsource, raw["for"])),
        tables=tuple(raw.get("tables", ())),
        conditions=_conditions(raw.get("where", {})),
        events={str(key): _conditions(value) for key, value in raw.get("events", {}).items()},
        fields=fields,
        reads=own,
        rest=str(raw.get("rest", "")),
        keywords=str(raw.get("keywords", "")),
        note=str(raw.get("note", "")),
    )


def _logsource(text: str) -> Logsource:
    product, category, service = text.split("/")
    return Logsource(product=product, category=category, service=service)


def _conditions(raw: Map[str, Any]) -> Conditions:
    return tuple(
        (name, tuple(str(one) for one in (value if isinstance(value, list) else [value])))
        for name, value in raw.items()
    )


def _readings(raw: Map[str, Any]) -> dict[str, Reading]:
    return {str(column): _reading(said) for column, said in raw.items()}


def _reading(raw: Any) -> Reading:
    if isinstance(raw, str):
        return Reading(field=raw)
    ((kind, value),) = raw.items()
    if kind == "is":
        return Reading(constant=str(value))
    if kind not in ("name_of", "part_of"):
        raise ValueError(f"unknown key {kind!r}")
    return Reading(field=str(value), name_alone=kind == "name_of", part=kind == "part_of")


def _places(raw: Map[str, Any]) -> dict[str, Place]:
    return {name: _place(value) for name, value in raw.items()}


def _place(raw: Any) -> Place:
    if isinstance(raw, str):
        return Place(columns=(raw,))
    if isinstance(raw, list):
        return Place(columns=tuple(map(str, raw)), by="either")
    if unknown := set(raw) - {"to", "by", "values", "is", "note"}:
        raise ValueError(f"unknown key {min(unknown)!r}")
    to = raw.get("to", ())
    if isinstance(to, dict):  # kinds of hashes, each with its field
        kinds = {str(key).lower(): str(value) for key, value in to.items()}
        return Place(columns=tuple(kinds.values()), by="hashes", values=kinds)
    values = {str(key).lower(): str(value) for key, value in raw.get("values", {}).items()}
    columns = (to,) if isinstance(to, str) else tuple(map(str, to))
    by = "values" if values else "constant" if "is" in raw else str(raw.get("by", "same"))
    if by not in COLUMNS:
        raise ValueError(f"unknown transform {by[:40]!r}")
    needed = COLUMNS[by]
    if len(columns) < needed or (needed and len(columns) > needed) or not (columns or by == "constant"):
        raise ValueError(f"{by} with {len(columns)} columns")
    return Place(
        columns=columns,
        by=by,
        values=values,
        constant=str(raw.get("is", "")),
        note=str(raw.get("note", "")),
    )
