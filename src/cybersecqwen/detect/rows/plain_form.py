"""Records of any other shape: fields by their own, possibly dotted names, else by the canonical ones."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from cybersecqwen.inputs.shapes import Shape
from cybersecqwen.records import Event, Limits, Source

from .getters import path, top
from .interface import Branch, Form, Getter, Raw, Rows
from .kinds import Kind, kind

_LIMITS = Limits()
_SOURCE = Source(path="")


class PlainForm(Form):
    """Asks the shape itself for what it has no faster way to tell."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self.shape = shape.name  # type: ignore[misc]

    def key(self, raw: Raw) -> Hashable:
        """See `Form.key`."""
        return self._shape.head(raw) if self._shape.recognise(raw) else None

    def kind(self, raw: Raw) -> Kind | Branch:
        """See `Form.kind`."""
        provider, code = self._shape.head(raw)
        label = f"{provider} {code}".strip() or self.shape
        return kind(self.shape, provider=provider[:256], code=code[:128], label=label[:400])

    def data(self, raws: Sequence[Raw]) -> list[Mapping[str, Any]]:
        """See `Form.data`."""
        return list(raws)

    @lru_cache(maxsize=65_536)  # noqa: B019 - forms live as long as the program
    def getter(self, kind: Kind, field: str) -> Getter:
        """See `Form.getter`."""
        return path(field) if "." in field else top(field)

    def times(self, rows: Rows) -> list[float | None]:
        """See `Form.times`."""
        return [self.event(raw).time for raw in rows.raws]

    def hosts(self, rows: Rows) -> list[str]:
        """See `Form.hosts`."""
        return [self.event(raw).host for raw in rows.raws]

    def users(self, rows: Rows) -> list[str]:
        """See `Form.users`."""
        return [self.event(raw).user for raw in rows.raws]

    def event(self, raw: Raw) -> Event:
        """The record as the shape understands it."""
        return self._shape.normalise(raw, id="", source=_SOURCE, limits=_LIMITS)
