"""Events in the Elastic Common Schema: Elastic Defend, Auditbeat, Filebeat modules, Packetbeat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cybersecqwen.records import Event, Limits, Source

from .ecs_fields import category_of, ecs_fields
from .fields import dig, first, flatten, text
from .shapes import Shape
from .times import parse_time

# What describes the collector and not the event.
_DROPPED = (
    "agent.",
    "ecs.",
    "elastic.",
    "data_stream.",
    "host.",
    "@metadata.",
    "input.",
    "log.offset",
    "event.ingested",
)
_HOST = ("host.hostname", "host.name", "agent.hostname", "agent.name")


class EcsShape(Shape):
    """A document with ECS names, nested or dotted; what has no canonical name keeps its dotted one."""

    name = "ecs"

    def recognise(self, raw: Mapping[str, Any]) -> bool:
        """See `Shape.recognise`."""
        if "ecs" in raw or "ecs.version" in raw:
            return True
        event = raw.get("event")
        if isinstance(event, Mapping):
            return "category" in event or "kind" in event or "action" in event
        return "event.category" in raw or "event.kind" in raw

    def head(self, raw: Mapping[str, Any]) -> tuple[str, str]:
        """See `Shape.head`: dataset and action."""
        dataset = dig(raw, "event.dataset") or dig(raw, "event.module") or dig(raw, "event.provider")
        action = dig(raw, "event.action")
        return (dataset if isinstance(dataset, str) else "ecs"), (action if isinstance(action, str) else "")

    def normalise(self, raw: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> Event:
        """See `Shape.normalise`."""
        fields = ecs_fields(raw, limits)
        category = category_of(raw, fields)
        for name, value in flatten(raw, limits).items():
            if not name.startswith(_DROPPED) and name not in fields and name != "@timestamp":
                fields[name] = value
        provider = first(raw, ("event.module", "event.provider", "agent.type"), limits)
        return Event(
            id=id,
            category=category,
            time=parse_time(dig(raw, "@timestamp")) or parse_time(dig(raw, "event.created")),
            provider=provider,
            channel=first(raw, ("event.dataset", "data_stream.dataset"), limits),
            code=first(raw, ("event.code", "event.action"), limits)[:128],
            host=first(raw, _HOST, limits),
            user=fields.get("User", ""),
            fields=dict(list(fields.items())[: limits.fields]),
            source=source,
        )


def message_of(raw: Mapping[str, Any], limits: Limits) -> str:
    """The rendered text of an ECS document."""
    return text(raw.get("message"), limits)
