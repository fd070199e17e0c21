"""Small events for tests, built in one line."""

from __future__ import annotations

from itertools import count

from cybersecqwen.records import Category, Event, Source

_NUMBERS = count(1)


def event(
    category: str = "process", *, id: str = "", time: float | None = None, host: str = "WS-1", **fields: str
) -> Event:
    """An event with the given fields; `provider`, `code`, `user` and `channel` are its own."""
    number = next(_NUMBERS)
    own = {name: fields.pop(name) for name in ("provider", "code", "channel") if name in fields}
    return Event(
        id=id or f"e{number}",
        category=Category(category),
        time=time,
        host=host,
        user=fields.get("User", ""),
        fields=fields,
        source=Source(path="made.jsonl", record=number),
        **own,
    )
