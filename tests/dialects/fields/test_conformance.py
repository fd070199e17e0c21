"""Every name that a mapping leads to is one of its schema."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cybersecqwen.dialects.fields.schema import Schema
from cybersecqwen.dialects.fields.schemas import SCHEMAS, schema
from cybersecqwen.dialects.fields.taxonomy import COLUMNS, MAPS, Home, taxonomy
from cybersecqwen.dialects.fields.transforms import TRANSFORMS
from cybersecqwen.dialects.query import ANYTHING

TYPES = {"text", "number", "time", "bool", "dynamic", "ip"}


def _names(home: Home) -> Iterator[str]:
    for name, _ in home.conditions:
        yield name
    for conditions in home.events.values():
        yield from (name for name, _ in conditions)
    for name, place in home.fields.items():
        yield from (column.replace("*", "x") if name.endswith(".*") else column for column in place.columns)
    if home.keywords:
        yield home.keywords
    if home.rest not in ("", "*"):
        yield home.rest.replace("*", "AnyName")


def _unknown(home: Home, target: Schema) -> set[str]:
    return {
        name
        for table in home.tables or ("",)
        for name in _names(home)
        if not target.type_of(name, table) and name != "*"
    }


@pytest.mark.parametrize("name", MAPS)
def test_every_mapped_name_is_one_of_the_schema(name: str) -> None:
    mapping = taxonomy(name)
    target = schema(mapping.schema)
    assert mapping.origin
    wrong = {str(home.logsources[0]): found for home in mapping.homes if (found := _unknown(home, target))}
    assert wrong == {}
    tables = {table for home in mapping.homes for table in home.tables}
    assert {table for table in tables if target.table(table) is None} == set()


@pytest.mark.parametrize("name", MAPS)
def test_every_transform_is_known_and_fits_its_columns(name: str) -> None:
    for home in taxonomy(name).homes:
        for field, place in home.fields.items():
            assert place.by in TRANSFORMS, field
            needed = COLUMNS[place.by]
            assert len(place.columns) == needed or (not needed and (place.columns or place.constant)), field


def test_every_transform_says_how_many_columns_it_needs() -> None:
    assert set(COLUMNS) == set(TRANSFORMS)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_says_where_it_comes_from_and_has_known_types(name: str) -> None:
    found = schema(name)
    assert found.name == name and found.title and "2026" in found.origin
    assert found.tables
    assert {kind for table in found.tables.values() for kind in table.fields.values()} <= TYPES
    assert all(field and field == field.strip() for table in found.tables.values() for field in table.fields)
    assert any(found.type_of(found.time_field, table) == "time" for table in found.tables)


def test_no_home_is_hidden_by_one_that_takes_everything_before_it() -> None:
    for name in MAPS:
        homes = taxonomy(name).homes
        taking = [at for at, home in enumerate(homes) if ANYTHING in home.logsources]
        assert all(at == len(homes) - 1 for at in taking), name
