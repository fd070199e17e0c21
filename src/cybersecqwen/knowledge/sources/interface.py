"""What a loader is: it says whether a file is its own, and turns it into entities and relations."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from cybersecqwen.errors import KnowledgeError
from cybersecqwen.knowledge.interface import Entity, Passage, Relation, SourceInfo

from .files import Payload


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """What one file says."""

    info: SourceInfo
    """The source; `entities` is counted by the builder."""
    entities: tuple[Entity, ...] = ()
    """What the source describes."""
    relations: tuple[Relation, ...] = ()
    """What it relates; an end that no source describes is dropped by the builder, and counted."""
    mentioned: tuple[Entity, ...] = field(default=())
    """Entities that it names without describing them; used only where no other source does."""
    passages: tuple[Passage, ...] = field(default=())
    """Its texts beside the descriptions, for full bundles; the builder makes those of `Entity.text`."""


class Source(ABC):
    """A loader for one kind of official file."""

    name: ClassVar[str]
    """As it is registered."""
    title: ClassVar[str]
    """What people call it: "MITRE ATT&CK"."""
    licence: ClassVar[str]
    """Name of the licence or terms of use; NOTICE has the texts."""
    url: ClassVar[str]
    """Home of the source."""

    @abstractmethod
    def recognises(self, payload: Payload) -> bool:
        """Whether the file is this loader's; must be cheap and must not raise for any content."""

    @abstractmethod
    def load(self, payload: Payload) -> Loaded:
        """Read the file; raises KnowledgeError where it is damaged."""

    def info(self, payload: Payload, *, name: str = "", version: str = "", date: str = "") -> SourceInfo:
        """The description of this file as a source."""
        return SourceInfo(
            name=name or self.name,
            version=version,
            date=date,
            sha256=payload.sha256,
            licence=self.licence,
            url=self.url,
        )


def dicts(value: Any) -> Iterator[dict[str, Any]]:
    """The JSON objects of a JSON array; nothing where `value` is none."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def texts(value: Any) -> list[str]:
    """The non-empty strings of a JSON array, stripped, each once, in order."""
    if not isinstance(value, list):
        return []
    return list(dict.fromkeys(item.strip() for item in value if isinstance(item, str) and item.strip()))


def text(value: Any) -> str:
    """A JSON string, stripped; "" for anything else."""
    return value.strip() if isinstance(value, str) else ""


def facts(**values: Any) -> dict[str, Any]:
    """Attributes without the empty ones."""
    return {key: value for key, value in values.items() if value not in (None, "", [], ())}


def unique(relations: Iterable[Relation]) -> tuple[Relation, ...]:
    """Each relation once, in order."""
    return tuple(dict.fromkeys(relations))


def required(found: object, payload: Payload, what: str) -> None:
    """Raise KnowledgeError unless something was `found`."""
    if not found:
        raise KnowledgeError(f"The file {payload.name!r} holds no {what}: it is damaged or cut off.")
