"""Expressions of `search` in words: where events come from, which are kept and which are left out."""

from __future__ import annotations

from collections.abc import Iterator

from cybersecqwen.detect.sigma.model import Op
from cybersecqwen.dialects import describing as words
from cybersecqwen.dialects.spl.macros import is_idle
from cybersecqwen.dialects.spl.times import ago
from cybersecqwen.dialects.spl.tree import (
    All,
    AnyOf,
    Compare,
    Directive,
    Found,
    Free,
    Macro,
    OneOf,
    Sub,
    Without,
)
from cybersecqwen.errors import UnsayableError

from .expressions import macro

_SOURCES = {
    "index": "the index",
    "_index": "the index",
    "sourcetype": "events of the type",
    "source": "the source",
    "eventtype": "the event type",
    "host": "the host",
    "tag": "events with the tag",
}
"""Fields that say where events come from."""
_TIMES = ("earliest", "latest", "_index_earliest", "_index_latest")


def parts_of_all(found: Found | None) -> tuple[Found, ...]:
    """What must hold, each by itself."""
    if found is None:
        return ()
    if isinstance(found, All):
        return tuple(inner for part in found.parts for inner in parts_of_all(part))
    return (found,)


def source(parts: tuple[Found, ...], *, macros: bool = True) -> tuple[str, list[Found]]:
    """Where the events of a first search come from, in words, and what else is asked of them.

    A macro in front stands for a source unless `macros` is false.
    """
    places: list[str] = []
    times: dict[str, str] = {}
    rest: list[Found] = []
    for number, part in enumerate(parts):
        if isinstance(part, Macro) and is_idle(part.name):
            continue
        said = _place(part)
        if said:
            places.append(said)
        elif isinstance(part, Macro) and number == 0 and macros:
            places.append(f"the events of {macro(part)}")
        elif isinstance(part, Compare) and part.op == "=" and part.field.lower() in _TIMES:
            times[part.field.lower()] = part.value
        elif not (isinstance(part, Free) and part.text.strip("*") == ""):
            rest.append(part)
    return (words.some(places, "and", 6) or "every event") + when(times), rest


def _place(part: Found) -> str:
    if isinstance(part, Compare) and part.op == "=" and part.field in _SOURCES:
        if part.value.strip("*") == "":
            return ""
        return f"{_SOURCES[part.field]} {words.value(part.value)}"
    if isinstance(part, OneOf) and part.field in _SOURCES:
        return f"{_SOURCES[part.field]} {words.some(_members(part), 'or', 8)}"
    if isinstance(part, AnyOf):
        inner = [_place(one) for one in part.parts]
        return words.some(inner, "or", 6) if all(inner) else ""
    return ""


def when(times: dict[str, str]) -> str:
    """The time that is looked at, as it follows what is looked at; "" where none is said."""
    start = times.get("earliest", times.get("_index_earliest", ""))
    end = times.get("latest", times.get("_index_latest", ""))
    if start and end in ("", "now", "now()"):
        length = _ago(start)
        return f", in the last {length}" if length else f", since {_moment(start)}"
    if start:
        return f", from {_moment(start)} to {_moment(end)}"
    return f", before {_moment(end)}" if end else ""


def _ago(text: str) -> str:
    try:
        seconds = ago(text)
    except UnsayableError:
        return ""
    return words.length(seconds) if seconds else ""


def _moment(text: str) -> str:
    length = _ago(text)
    return f"{length} ago" if length else words.value(text)


def sides(parts: Iterator[Found] | list[Found] | tuple[Found, ...]) -> tuple[list[str], list[str]]:
    """In words, what must hold, and what must not."""
    kept: list[str] = []
    dropped: list[str] = []
    for part in parts:
        if isinstance(part, Macro) and is_idle(part.name):
            continue
        if isinstance(part, Without):
            dropped.append(condition(part.inner))
        else:
            kept.append(condition(part))
    return kept, dropped


def condition(found: Found, *, negated: bool = False, depth: int = 0) -> str:
    """An expression of `search` as it follows "where"."""
    if depth > words.DEEPEST:
        return "further conditions fail" if negated else "further conditions hold"
    if isinstance(found, Without):
        return condition(found.inner, negated=not negated, depth=depth + 1)
    if isinstance(found, All | AnyOf):
        word = "and" if isinstance(found, All) is not negated else "or"
        return words.grouped(
            [condition(part, negated=negated, depth=depth + 1) for part in found.parts], word
        )
    if isinstance(found, Compare):
        return _compare(found, negated)
    if isinstance(found, OneOf):
        return _one_of(found, negated)
    if isinstance(found, Free | Directive):
        return _text(found, negated)
    if isinstance(found, Sub):
        return f"{'none' if negated else 'one'} of the results of a subsearch fits"
    return f"{macro(found)} {'does not hold' if negated else 'holds'}"


def _text(found: Free | Directive, negated: bool) -> str:
    text = words.value(found.text.strip("*") or found.text)
    if isinstance(found, Directive):
        if found.field:
            return words.compared(words.name(found.field), Op.EQUALS, [text], negated=negated)
        return f"{text} {'does not stand' if negated else 'stands'} anywhere in it"
    if not found.text.strip("*"):
        return "there is no event" if negated else "there is an event"
    return f"{text} {'does not stand' if negated else 'stands'} anywhere in it"


def _compare(found: Compare, negated: bool) -> str:
    field = words.name(found.field)
    if found.op in words.ORDER:
        return words.compared(field, words.ORDER[found.op], [words.value(found.value)], negated=negated)
    negated = negated is not (found.op == "!=")
    if found.value and not found.value.strip("*"):
        return words.there(field, negated=negated)
    return words.globbed(field, [found.value], negated)


def _one_of(found: OneOf, negated: bool) -> str:
    texts = [one for one in found.values if not isinstance(one, Macro)]
    macros = [macro(one) for one in found.values if isinstance(one, Macro)]
    said = words.globbed(words.name(found.field), texts, negated) if texts else ""
    if not macros:
        return said
    other = words.compared(words.name(found.field), Op.EQUALS, macros, negated=negated)
    return f"({said} {'and' if negated else 'or'} {other})" if said else other


def _members(found: OneOf) -> list[str]:
    return [macro(one) if isinstance(one, Macro) else words.value(one) for one in found.values]
