"""What shapes of line formats share: flat fields, the marks of readers, a time that is already worked out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from cybersecqwen.inputs.fields import text
from cybersecqwen.inputs.shapes import Shape
from cybersecqwen.inputs.text import KEY
from cybersecqwen.inputs.times import plain_time
from cybersecqwen.records import Category, Event, Limits, Source

from .line_reader import KIND, TIME


class LineShape(Shape):
    """Records of one line format; subclasses say what their fields mean."""

    exclusive = True
    code: ClassVar[tuple[str, ...]] = ()
    """Keys of which the first that is there gives `Event.code`."""
    host: ClassVar[tuple[str, ...]] = ("host",)
    user: ClassVar[tuple[str, ...]] = ()
    canonical: ClassVar[Mapping[str, str]] = {}
    """Key to the canonical name that its value has too."""
    whole: ClassVar[bool] = True
    """Whether `Message` is the whole line where the record has none of its own."""

    def recognise(self, raw: Mapping[str, Any]) -> bool:
        """See `Shape.recognise`."""
        return bool(raw.get(KIND) == self.name)

    def head(self, raw: Mapping[str, Any]) -> tuple[str, str]:
        """See `Shape.head`: the name of the format."""
        return self.name, ""

    def category(self, raw: Mapping[str, Any]) -> Category:
        """What a record is about; text, unless the format tells more."""
        del raw
        return Category.TEXT

    def normalise(self, raw: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> Event:
        """See `Shape.normalise`."""
        fields: dict[str, str] = {}
        for name, value in raw.items():
            if len(fields) >= limits.fields:
                break
            if name[:1] != "#" and (found := text(value, limits)):
                fields[name] = found
        if self.whole and KEY in raw:
            fields.setdefault("Message", text(raw[KEY], limits))
        for own, canonical in self.canonical.items():
            if own in fields:
                fields.setdefault(canonical, fields[own])
        return Event(
            id=id,
            category=self.category(raw),
            time=plain_time(raw.get(TIME)),
            provider=self.name,
            code=_first(fields, self.code)[:128],
            host=_first(fields, self.host)[:256],
            user=_first(fields, self.user)[:1_024],
            fields=fields,
            source=source,
        )


def _first(fields: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((fields[name] for name in names if name in fields), "")
