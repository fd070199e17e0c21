"""The examples of a signal, as events: what the conformance test runs and `csq doctor` could."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cybersecqwen.records import Category, Event, Source

from .hits import match_event
from .rulebook import Rulebook
from .signal import Signal
from .tree import ProcessTree
from .view import Surroundings

_HEADS = {"event.provider", "event.channel", "event.code", "event.host", "event.user", "category"}
_AROUND = {"Ancestors.names": "ancestors", "Parent.context": "contexts"}


def example_event(signal: Signal, example: Mapping[str, Any], *, id: str = "e1") -> Event:
    """The example as an event of the first category that the signal looks at, or of its `category`."""
    fields = {k: _text(v) for k, v in example.items() if k not in _HEADS and k not in _AROUND}
    user = _text(example.get("event.user", "")) or fields.get("User", "") or fields.get("SubjectUserName", "")
    return Event(
        id=id,
        category=Category(example.get("category", signal.looks_at[0])),
        provider=_text(example.get("event.provider", "")),
        channel=_text(example.get("event.channel", "")),
        code=_text(example.get("event.code", "")),
        host=_text(example.get("event.host", "")),
        user=user,
        fields=fields,
        source=Source(path=f"{signal.theme}:{signal.id}"),
    )


def fires_on(signal: Signal, example: Mapping[str, Any], rules: Rulebook) -> bool:
    """Whether the signal fires on the example, by the same way that recorded events go."""
    event = example_event(signal, example)
    around = ProcessTree([event], rules.kinds).surroundings(event)
    given = {name: _many(example[key]) for key, name in _AROUND.items() if key in example}
    around = Surroundings(
        ancestors=given.get("ancestors", around.ancestors),
        contexts=given.get("contexts", around.contexts),
        tasks=around.tasks,
    )
    return any(hit.signal.id == signal.id for hit in match_event(event, rules, around))


def _many(value: Any) -> tuple[str, ...]:
    return tuple(map(_text, value)) if isinstance(value, list) else (_text(value),)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
