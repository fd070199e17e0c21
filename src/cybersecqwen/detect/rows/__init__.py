"""Records as rows of one kind, with their fields under the names that Sigma rules use.

    raw record ─RowReader→ Kind;  Kind + records ─Rows→ columns, times, hosts, users, messages

A `Kind` is one object for all records of one sort, so it serves as a key without being hashed anew. Each
shape of record has a `Form`, which knows where its fields stand; docs/sigma.md, "Logsources and fields",
says what the names are taken from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .interface import Raw, Rows
from .kinds import Kind
from .reader import RowReader, form_of

__all__ = ["Kind", "RowReader", "Rows", "column", "hosts", "messages", "rows", "times", "users"]


def rows(kind: Kind, raws: Sequence[Raw]) -> Rows:
    """The records of one kind, for taking several columns: what they share is looked up once."""
    return Rows(kind, raws, form_of(kind.shape))


def column(kind: Kind, field: str, raws: Sequence[Raw]) -> list[Any]:
    """The values of one field under its Sigma name; see `Rows.column`."""
    return rows(kind, raws).column(field)


def times(kind: Kind, raws: Sequence[Raw]) -> list[float | None]:
    """When each record happened, in seconds since 1970 UTC; None where it has no readable time."""
    batch = rows(kind, raws)
    return batch.form.times(batch)


def hosts(kind: Kind, raws: Sequence[Raw]) -> list[str]:
    """The computer of each record, "" where it names none."""
    batch = rows(kind, raws)
    return batch.form.hosts(batch)


def users(kind: Kind, raws: Sequence[Raw]) -> list[str]:
    """The acting account of each record, "" where it names none."""
    batch = rows(kind, raws)
    return batch.form.users(batch)


def messages(kind: Kind, raws: Sequence[Raw]) -> list[str] | None:
    """The free text of each record, for template mining; None for kinds that are all fields."""
    batch = rows(kind, raws)
    return batch.form.messages(batch)
