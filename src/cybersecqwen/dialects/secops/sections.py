"""The sections of a search behind its events."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .tree import Match, Ordering, Outcome, Path, Variable

if TYPE_CHECKING:
    from .parse import Reader


def _match(reader: Reader) -> Match:
    keys = tuple(reader.several(reader.key))
    window, every = "", False
    if reader.take("name", "over"):
        every = bool(reader.take("name", "every"))
        unit = reader.take("name", "minute", "hour", "day", "week")
        window = "1" + unit.text[0].lower() if unit else reader.need("window", "", "A length like 10m").text
    return Match(keys=keys, window=window, every=every)


def _outcome(reader: Reader) -> tuple[Outcome, ...]:
    found: list[Outcome] = []
    while name := reader.take("variable"):
        reader.need("sign", "=", "=")
        found.append(Outcome(name=name.text, value=reader.sum()))
    if not found:
        raise reader.error("A variable must stand here: `$count = count(metadata.id)`.")
    return tuple(found)


def _order(reader: Reader) -> tuple[Ordering, ...]:
    def one() -> Ordering:
        key = reader.key()
        way = reader.take("name", "asc", "desc")
        return Ordering(key=key, descending=way is not None and way.text.lower() == "desc")

    return tuple(reader.several(one))


def _limit(reader: Reader) -> int:
    found = reader.need("number", "", "A number of rows")
    if not found.text.isdecimal() or len(found.text) > 9:
        raise reader.error("A whole number of rows must stand here.", reader.at - 1)
    return int(found.text)


def _keys(reader: Reader) -> tuple[Path | Variable, ...]:
    return tuple(reader.several(reader.key))


SECTION_READERS: dict[str, Callable[[Reader], Any]] = {
    "events": lambda reader: reader.conditions(),
    "match": _match,
    "outcome": _outcome,
    "dedup": _keys,
    "condition": lambda reader: reader.any_of(),
    "order": _order,
    "limit": _limit,
    "select": _keys,
    "unselect": _keys,
}
"""Section to what reads it, behind its name and colon."""
