"""The schemas that a person has imported: one file each, written whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path

import orjson

from cybersecqwen.errors import InputError, OutputError, UnknownNameError
from cybersecqwen.writing import write_whole

from .reading import read_schema
from .schema import Schema, Table
from .schemas import SCHEMAS, schema

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class SchemaShelf:
    """The folder of imported schemas; the built-in ones are found through it as well."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> tuple[str, ...]:
        """Names of the imported schemas, in order."""
        if not self._folder.is_dir():
            return ()
        return tuple(sorted(path.stem for path in self._folder.glob("*.json") if _NAME.fullmatch(path.stem)))

    def list(self) -> tuple[Schema, ...]:
        """The imported schemas, in the order of their names; damaged ones are passed over."""
        return tuple(self._readable())

    def _readable(self) -> Iterator[Schema]:
        for name in self.names():
            with suppress(InputError):
                yield self._read(name)

    def get(self, name: str) -> Schema:
        """The imported schema of that name, else the built-in one.

        Raises UnknownNameError with the nearest names, InputError where the file is damaged.
        """
        if _NAME.fullmatch(name) and self._path(name).is_file():
            return self._read(name)
        if name in SCHEMAS:
            return schema(name)
        known = (*self.names(), *SCHEMAS)
        near = get_close_matches(name.lower(), known, n=3)
        raise UnknownNameError(
            f"There is no schema called {name[:80]!r}.",
            hint=f"{'Did you mean' if near else 'Known are'}: {', '.join(near or known)}.",
        )

    def add(self, source: Path, name: str = "") -> Schema:
        """Import a schema; one of the same name is replaced.

        Raises InputError for a name that is none or is that of a built-in schema, what `read_schema` raises,
        and OutputError where it cannot be kept.
        """
        name = name or re.sub(r"[^A-Za-z0-9._-]+", "-", source.name.partition(".")[0]).strip("-.") or "schema"
        if not _NAME.fullmatch(name):
            raise InputError(
                f"{name[:80]!r} is no name for a schema.", hint="Use letters, digits, -, _ and dots."
            )
        if name in SCHEMAS:
            raise InputError(f"{name!r} is a built-in schema.", hint="Choose another name with --name.")
        found = read_schema(source, name)
        self._write(found)
        return found

    def remove(self, name: str) -> None:
        """Remove an imported schema; raises UnknownNameError where there is none of that name."""
        if not _NAME.fullmatch(name) or not self._path(name).is_file():
            known = ", ".join(self.names()) or "none"
            raise UnknownNameError(f"There is no imported schema {name[:80]!r}.", hint=f"There are: {known}.")
        try:
            self._path(name).unlink()
        except OSError as error:
            raise OutputError(f"The schema {name} cannot be removed: {error.strerror or error}.") from error

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"

    def _read(self, name: str) -> Schema:
        try:
            raw = orjson.loads(self._path(name).read_bytes())
            tables = {
                str(table): Table(name=str(table), fields={str(k): str(v) for k, v in fields.items()})
                for table, fields in raw["tables"].items()
            }
            return Schema(
                name=name,
                title=str(raw["title"]),
                tables=tables,
                time_field=str(raw["time"]),
                origin=str(raw["origin"]),
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(
                f"The imported schema {name!r} is damaged.", hint="Import it again with `csq schema import`."
            ) from error

    def _write(self, made: Schema) -> None:
        path = self._path(made.name)
        content = {
            "title": made.title,
            "time": made.time_field,
            "origin": made.origin,
            "tables": {name: dict(table.fields) for name, table in made.tables.items()},
        }
        try:
            write_whole(path, orjson.dumps(content), folder_mode=0o777)
        except OutputError as error:
            raise OutputError(f"The schema cannot be kept: {error.message}") from error
