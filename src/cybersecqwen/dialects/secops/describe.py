"""What a search does, in plain sentences: its sections in their order."""

from __future__ import annotations

from collections.abc import Iterator

from cybersecqwen.dialects import describing as words
from cybersecqwen.dialects.retelling import as_written, retold

from .read import expression
from .render import render, value
from .tree import And, Condition, Match, Path, Search, Variable


def describe(search: Search) -> tuple[str, ...]:
    """What a search does."""
    return words.finished(_whole(search))


def _whole(search: Search) -> Iterator[str]:
    if search.events is not None:
        yield from words.split_up(_told(search.events), [], "events")
    if search.match is not None:
        yield _grouped(search.match)
    if search.outcome:
        made = [f"{words.name(one.name)} as {as_written(value(one.value))}" for one in search.outcome[:10]]
        yield f"Computes {words.some(made, 'and', 8, 300, total=len(search.outcome))}"
    if search.dedup:
        yield f"Gives one event for each {_names(search.dedup)}"
    if search.condition is not None:
        yield from words.split_up(_told(search.condition), [], "groups")
    if search.order:
        keys = [
            f"{_name(one.key)} ({'greatest' if one.descending else 'least'} first)" for one in search.order
        ]
        yield f"Sorts by {words.some(keys, 'then', 8)}"
    if search.limit is not None:
        yield f"Gives the first {search.limit:,}"
    if search.select:
        yield f"Shows {_names(search.select)}"
    if search.unselect:
        yield f"Leaves out the columns {_names(search.unselect)}"


def _grouped(match: Match) -> str:
    if not match.window:
        return f"Groups them by {_names(match.keys)}"
    every = "each " if match.every else ""
    return f"Groups them by {_names(match.keys)} over {every}{words.clean(match.window)}"


def _told(condition: Condition) -> list[str]:
    parts = condition.parts if isinstance(condition, And) else (condition,)
    return retold(parts, expression, lambda part: render(Search(events=part)))


def _names(keys: tuple[Path | Variable, ...]) -> str:
    return words.some([_name(key) for key in keys[:12]], "and", 10, total=len(keys))


def _name(key: Path | Variable) -> str:
    return words.name(key.name)
