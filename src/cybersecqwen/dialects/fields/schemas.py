"""The built-in schemas: one data file each in `schemas/`, read when it is asked for and then kept."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files

import orjson

from cybersecqwen.errors import UnknownNameError

from .schema import Schema, Table

SCHEMAS = ("windows", "cim", "ecs", "defender", "sentinel", "asim", "udm", "falcon", "sigma")
"""Names of the built-in schemas."""


@lru_cache(maxsize=len(SCHEMAS))
def schema(name: str) -> Schema:
    """The built-in schema of that name. Raises UnknownNameError with the nearest names."""
    if name not in SCHEMAS:
        near = get_close_matches(name.lower(), SCHEMAS, n=3)
        raise UnknownNameError(
            f"There is no schema called {name[:80]!r}.",
            hint=f"{'Did you mean' if near else 'Known are'}: {', '.join(near or SCHEMAS)}.",
        )
    raw = orjson.loads(files(__package__).joinpath("schemas", f"{name}.json").read_bytes())
    return Schema(
        name=name,
        title=raw["title"],
        tables={table: Table(name=table, fields=fields) for table, fields in raw["tables"].items()},
        time_field=raw["time"],
        origin=raw["origin"],
    )
