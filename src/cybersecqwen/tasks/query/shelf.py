"""What the tasks about queries work with: schemas, also imported ones, and the library of rules."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from cybersecqwen.detect.sigma.model import Ruleset
from cybersecqwen.dialects.fields.importing import SchemaShelf
from cybersecqwen.dialects.fields.schema import Schema
from cybersecqwen.dialects.fields.schemas import SCHEMAS, schema
from cybersecqwen.errors import UnknownNameError
from cybersecqwen.tasks.interface import Tools

from .asking.library import Library
from .options import QueryOptions


def schema_named(name: str, folder: Path | None) -> Schema:
    """An imported schema of that name, else one that comes along.

    Raises UnknownNameError where there is none.
    """
    if folder is not None and name not in SCHEMAS:
        shelf = SchemaShelf(folder)
        if name in {one.name for one in shelf.list()}:
            return shelf.get(name)
        if not any(name == known for known in SCHEMAS):
            imported = [one.name for one in shelf.list()]
            raise UnknownNameError(
                f"There is no schema called {name[:60]!r}.",
                hint=f"Known are: {', '.join([*SCHEMAS, *imported])}."
                " `csq query schema import FILE` adds one.",
            )
    return schema(name)


def rules_of(tools: Tools, options: QueryOptions) -> Ruleset:
    """The starter rules, the imported ones, and those that the user names."""
    return tools.load_sigma(options.rules, False)


def library_of(rules: Ruleset) -> Library:
    """The index over them; the last one made is kept."""
    return _library(_Once(rules))


class _Once:
    """A rule set as a key: by version and size, since hashing every rule takes longer than the work."""

    def __init__(self, rules: Ruleset) -> None:
        self.rules = rules
        self._key = (rules.version, len(rules.rules))

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Once) and other._key == self._key


@lru_cache(maxsize=2)
def _library(rules: _Once) -> Library:
    return Library(rules.rules.rules)
