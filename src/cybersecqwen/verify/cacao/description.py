"""`objects.toml` read into shapes that can be walked: each object's properties with their kinds."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value must be."""

    word: str
    """"text", "identifier", "list", "object" and so on; the top of objects.toml has them all."""
    name: str = ""
    """Of the object, map, family or vocabulary; of `is`, the word itself."""
    least: int | None = None
    """Of a number its smallest value, of a list its fewest items."""
    most: int | None = None
    items: Kind | None = None
    """Of a list."""
    or_null: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """One type of object."""

    name: str
    properties: Mapping[str, Kind]
    required: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    exactly_one: tuple[str, ...] = ()
    open: bool = False
    """Further properties are no surprise: the type is not one of the specification's."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """An object that holds others under names or ids."""

    name: str
    key: str = ""
    """Pattern of the keys; "" where they are ids."""
    keys: str = ""
    """What the pattern asks for, in words."""
    value: Kind | None = None
    prefixes: Mapping[str, Kind] = field(default_factory=dict)
    """Type in front of an id, with what is kept under it."""
    others: Kind | None = None
    """What is kept under ids with other prefixes; None where there are no others."""
    nonempty: bool = False


@dataclass(frozen=True, slots=True)
class Family:
    """Objects in a list that are told apart by their type."""

    types: Mapping[str, Kind]
    others: Kind


@dataclass(frozen=True, slots=True)
class Description:
    """All of objects.toml."""

    objects: Mapping[str, Shape]
    maps: Mapping[str, Keyed]
    families: Mapping[str, Family]
    words: Mapping[str, frozenset[str]]


@functools.cache
def description() -> Description:
    """The objects of CACAO 2.0."""
    table = tomllib.loads(resources.files(__package__).joinpath("objects.toml").read_text(encoding="utf-8"))
    families = {
        name: Family(_kinds(one["types"]), kind(one["others"])) for name, one in table["families"].items()
    }
    return Description(
        objects={name: _shape(name, table["objects"]) for name in table["objects"]},
        maps={name: _keyed(name, one) for name, one in table["maps"].items()},
        families=families,
        words={name: frozenset(words) for name, words in table["words"].items()},
    )


def kind(text: str) -> Kind:
    """A kind from how it is written: `list1 open sector`, `integer 0..100`, `text?`."""
    word, _, rest = text.partition(" ")
    if word.startswith("list"):
        return Kind("list", least=int(word[4:] or 0), items=kind(rest))
    if word == "integer" and rest:
        low, _, high = rest.partition("..")
        return Kind("integer", least=int(low), most=int(high) if high else None)
    return Kind(word.removesuffix("?"), rest, or_null=word.endswith("?"))


def _kinds(table: Mapping[str, str]) -> dict[str, Kind]:
    return {name: kind(text) for name, text in table.items()}


def _shape(name: str, table: Mapping[str, Any]) -> Shape:
    properties: dict[str, str] = {}
    required: list[str] = []
    others, at = "", name
    while at:
        own = table[at]
        properties = {**own["properties"], **properties}
        required = [*own.get("required", ()), *required]
        others = others or own.get("others", "")
        at = own.get("extends", "")
    return Shape(
        name,
        _kinds(properties),
        tuple(dict.fromkeys(required)),
        tuple(table[name].get("forbidden", ())),
        tuple(table[name].get("exactly_one", ())),
        others == "any",
    )


def _keyed(name: str, own: Mapping[str, Any]) -> Keyed:
    return Keyed(
        name,
        own.get("key", ""),
        own.get("keys", ""),
        kind(own["value"]) if "value" in own else None,
        _kinds(own.get("prefixes", {})),
        kind(own["others"]) if "others" in own else None,
        own.get("nonempty", False),
    )
