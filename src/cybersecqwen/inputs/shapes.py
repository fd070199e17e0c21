"""What a parsed mapping means: the event shapes, and finding the one that fits a record.

A `Shape` turns the mapping that a reader gives into an `Event` with Sysmon's and Sigma's field names
(docs/inputs.md has the list). Shapes are stateless; one instance serves the whole program.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from cybersecqwen.records import Event, Limits, Source


class Shape(ABC):
    """One way of writing down an event: OTRF JSON, winlogbeat, EVTX JSON, an Elastic alert and so on."""

    name: ClassVar[str]
    """Its name in the registry."""
    exclusive: ClassVar[bool] = False
    """True where a record that it recognises can be of no other shape: it is then tried first for the
    next record, without asking the shapes before it."""

    @abstractmethod
    def recognise(self, raw: Mapping[str, Any]) -> bool:
        """Whether the record is of this shape: a few key look-ups, no loop over all keys.

        It must not raise on any JSON value; what looks right but is not text is handled in `normalise`.
        """

    @abstractmethod
    def head(self, raw: Mapping[str, Any]) -> tuple[str, str]:
        """(provider or channel, code) of a record, cheap enough to be asked millions of times a second.

        The pair says which signals can fire at all: the key of `categories.CATEGORIES`. ("", "")
        where only `normalise` can tell.
        """

    def peek(self, raw: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The event's own fields where the record already has them under their canonical names.

        A screen looks at them to tell whether anything could match, before it pays for `normalise`.
        None where only `normalise` can tell, which is the default.
        """
        del raw
        return None

    @abstractmethod
    def normalise(self, raw: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> Event:
        """The record as an `Event`; never raises, whatever the values are.

        Text is bounded by `limits.value_chars`, the number of fields by `limits.fields`.
        """

    def events(self, raw: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> tuple[Event, ...]:
        """All events that one record carries, the main one first; most carry one.

        A shape whose records hold several (an alert with the processes that led to it) overrides it
        and calls them `id`, `id` + ".1", `id` + ".2", …
        """
        return (self.normalise(raw, id=id, source=source, limits=limits),)


class ShapeFinder:
    """Finds the shape of each record of one file, trying the last one first where that is safe."""

    def __init__(self) -> None:
        from . import SHAPES  # the list needs the modules of the shapes, and they need this one

        self._registry = SHAPES
        self._names = SHAPES.names()
        self._shapes: dict[str, Shape] = {}
        self._last: Shape | None = None

    def shape_of(self, raw: Mapping[str, Any]) -> Shape:
        """The first shape of the list that recognises the record; the last of the list takes all."""
        last = self._last
        if last is not None and last.recognise(raw):
            return last
        for name in self._names:
            shape = self._shapes.get(name)
            if shape is None:
                shape = self._shapes[name] = self._registry.get(name)()
            if shape.recognise(raw):
                self._last = shape if shape.exclusive else None
                return shape
        raise AssertionError("the generic shape takes every record")
