"""A schema: the tables that a query may read, and the fields of each with their types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table, index, data set or kind of event."""

    name: str
    fields: Mapping[str, str]
    """Field to its type: text, number, time, bool, dynamic (anything with parts), ip (an address alone)."""

    def type_of(self, field_name: str) -> str:
        """The type of a field, "dynamic" for a part of a dynamic one; "" where it is not there."""
        found = self.fields.get(field_name, "")
        at = len(field_name)
        while not found and (at := field_name.rfind(".", 0, at)) > 0:
            outer = self.fields.get(field_name[:at])
            if outer:
                return "dynamic" if outer == "dynamic" else ""
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Schema:
    """What is there to be asked about."""

    name: str
    """By which it is chosen: "defender", or what the user called an imported one."""
    title: str = ""
    tables: Mapping[str, Table] = field(default_factory=dict)
    """By name; "" holds fields that stand in every table."""
    time_field: str = ""
    """Field that holds the time of a record; "" where none is known."""
    origin: str = ""
    """Where it was taken from, with a date."""

    def table(self, name: str) -> Table | None:
        """The table of that name, in any case."""
        found = self.tables.get(name)
        if found is None:
            wanted = name.lower()
            found = next((table for table in self.tables.values() if table.name.lower() == wanted), None)
        return found

    def type_of(self, field_name: str, table: str = "") -> str:
        """The type of a field, in the table or, where none is named, in any; "" where it is not there."""
        chosen = self.table(table) if table else None
        if table and chosen is None:
            return ""
        common = self.tables.get("")
        places = [chosen or common] if table else [*self.tables.values()]
        for one in [*places, common]:
            found = one.type_of(field_name) if one else ""
            if found:
                return found
        return ""

    def names(self, table: str = "") -> tuple[str, ...]:
        """The fields of a table with those that stand in every table; of all tables where none is named."""
        chosen = self.table(table) if table else None
        found: dict[str, None] = {}
        for one in [chosen, self.tables.get("")] if table else self.tables.values():
            found.update(dict.fromkeys(one.fields if one else ()))
        return tuple(found)
