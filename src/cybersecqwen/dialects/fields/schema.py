"""A schema: the tables that a query may read, and the fields of each with their types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table, index, data set or kind of event."""

    name: str
    fields: Mapping[str, str]
    """Field to its type: text, number, time, bool, dynamic (anything with parts)."""


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
        for one in [chosen] if chosen else self.tables.values():
            found = one.fields.get(field_name)
            if found:
                return found
        common = self.tables.get("")
        return common.fields.get(field_name, "") if common else ""
