"""Schemas that a person imports: read from what a system gives, and kept on a shelf."""

from __future__ import annotations

from .reading import read_schema, schema_of
from .shelf import SchemaShelf

__all__ = ["SchemaShelf", "read_schema", "schema_of"]
