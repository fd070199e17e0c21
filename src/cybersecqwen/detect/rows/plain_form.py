"""Records that are no Windows events: the forms of lines and of products derive from it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, ClassVar

from cybersecqwen.inputs.shapes import Shape
from cybersecqwen.records import Event, Limits, Source

from .getters import first_of, path, top
from .interface import Branch, Form, Getter, Raw, Rows
from .kinds import Kind, kind

_LIMITS = Limits()
_SOURCE = Source(path="")
Told = tuple[str, str, str]
"""Product, service and category as Sigma names them."""


Names = Mapping[str, tuple[str, ...]]


class PlainForm(Form):
    """Fields by their own, possibly dotted names; what needs more is asked of the shape itself."""

    marks: ClassVar[tuple[str, ...]] = ()
    """Keys that, all together, no other shape has: such records need not be shown to the other shapes."""
    product: ClassVar[str] = ""
    service: ClassVar[str] = ""
    category: ClassVar[str] = ""
    names: ClassVar[Names] = {}
    """Sigma's name to the names that records use for it, asked in order after Sigma's own."""
    text: ClassVar[tuple[str, ...]] = ()
    """Keys of the free text, of which the first that is there is taken."""

    def __init__(self, shape: Shape) -> None:
        self.of = shape
        self.shape = shape.name  # type: ignore[misc]

    def key(self, raw: Raw) -> Hashable:
        """See `Form.key`."""
        if self.of.exclusive:
            return self.tell(raw) if self.of.recognise(raw) else None
        if not self.marks:
            return None
        for mark in self.marks:
            if mark not in raw:
                return None
        return self.tell(raw) if self.sure(raw) else None

    def sure(self, raw: Raw) -> bool:
        """Whether a record that has all marks is of this shape for certain."""
        del raw
        return True

    def tell(self, raw: Raw) -> Told:
        """Product, service and category of a record."""
        return self.product, self.service, self.category

    def kind(self, raw: Raw) -> Kind | Branch:
        """See `Form.kind`."""
        product, service, category = self.tell(raw)
        shown = "" if category == "application" else category
        words = [product or self.shape, service if service != product else "", shown]
        return kind(self.shape, product, service, category, label=" ".join(filter(None, words)))

    def data(self, raws: Sequence[Raw]) -> Sequence[Mapping[str, Any]]:
        """See `Form.data`: the records themselves, unless a product wraps its events."""
        return raws

    def find_getter(self, kind: Kind, field: str) -> Getter:
        """See `Form.find_getter`."""
        own = self.special(kind, field)
        if own is not None:
            return own
        return first_of(*(path(name) if "." in name else top(name) for name in self.spellings(field)))

    def spellings(self, field: str) -> list[str]:
        """The names under which a field may stand, in order."""
        return [field, *self.names.get(field, ())]

    def special(self, kind: Kind, field: str) -> Getter | None:
        """The getter of a field that has to be worked out; None for fields that stand in the record."""
        del kind, field
        return None

    def times(self, rows: Rows) -> list[float | None]:
        """See `Form.times`."""
        return [event.time for event in self.events(rows)]

    def hosts(self, rows: Rows) -> list[str]:
        """See `Form.hosts`."""
        return [event.host for event in self.events(rows)]

    def users(self, rows: Rows) -> list[str]:
        """See `Form.users`."""
        return [event.user for event in self.events(rows)]

    def messages(self, rows: Rows) -> list[str] | None:
        """See `Form.messages`."""
        if not self.text:
            return None
        values = first_of(*map(top, self.text))(rows)
        if not any(map(_is_text, values)):
            return None
        return [value if isinstance(value, str) else "" for value in values]

    def events(self, rows: Rows) -> list[Event]:
        """The records as the shape understands them, which takes some ten times as long as a column."""
        return rows.once("events", lambda: [self.event(raw) for raw in rows.raws])

    def event(self, raw: Raw) -> Event:
        """One record as the shape understands it."""
        return self.of.normalise(raw, id="", source=_SOURCE, limits=_LIMITS)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""
