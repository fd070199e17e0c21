"""From the records of an input to the few events that matter.

Every record is parsed and screened; kept are process starts (the tree needs them), alerts, and
events on which a signal fires. The rest is counted. What is kept is bounded, so a recording of any
length takes bounded memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cybersecqwen.inputs import Blob
from cybersecqwen.inputs.categories import CATEGORIES, GROUPS
from cybersecqwen.inputs.damages import Damages
from cybersecqwen.inputs.events import GOES_ON_UP, failure
from cybersecqwen.inputs.interface import RawRecord
from cybersecqwen.inputs.shapes import ShapeFinder
from cybersecqwen.records import Category, Damage, Event, Limits, Source

from .hits import Hit, match_event
from .rulebook import Rulebook

_TREE = frozenset({Category.PROCESS})
"""Kept whatever they say, because other events are understood through them."""
_LATER = frozenset({Category.PROCESS})
"""Matched after the tree is built, because their signals ask about ancestors."""


_REMEMBERED = 500_000  # fingerprints of records on which nothing fired: 50 MB when full
_NOWHERE = Source(path="")


@dataclass(slots=True)
class Screened:
    """What is left of one or more inputs after screening."""

    events: list[Event] = field(default_factory=list)
    """Kept events, in order of reading."""
    hits: list[Hit] = field(default_factory=list)
    """Signals that fired without the tree."""
    damage: Damages = field(default_factory=Damages)
    records: int = 0
    """Records read, kept or not."""
    categories: Counter[str] = field(default_factory=Counter)
    """How many records of each category."""
    first: float | None = None
    """Earliest and latest time of a kept event."""
    last: float | None = None
    dropped: int = 0
    """Events that mattered and did not fit into memory any more; always shown to the reader."""

    def add(self, event: Event, hits: list[Hit], limits: Limits) -> None:
        """Keep an event, as long as there is room."""
        if len(self.events) >= limits.kept_events:
            self.dropped += 1
            return
        self.events.append(event)
        self.hits += hits
        if event.time is not None:
            self.first = event.time if self.first is None else min(self.first, event.time)
            self.last = event.time if self.last is None else max(self.last, event.time)

    def merge(self, other: Screened, limits: Limits) -> None:
        """Take over what was screened elsewhere; its event ids are already unique."""
        room = limits.kept_events - len(self.events)
        self.dropped += other.dropped + max(0, len(other.events) - room)
        kept = other.events[:room]
        ids = {e.id for e in kept} if len(kept) < len(other.events) else None
        self.events += kept
        self.hits += other.hits if ids is None else [h for h in other.hits if h.event.id in ids]
        self.damage.merge(other.damage)
        self.records += other.records
        self.categories += other.categories
        times = [t for t in (self.first, other.first) if t is not None]
        self.first = min(times, default=None)
        times = [t for t in (self.last, other.last) if t is not None]
        self.last = max(times, default=None)


class Screen:
    """Screens records against a rulebook; one for each process."""

    def __init__(self, rules: Rulebook, limits: Limits) -> None:
        self.rules = rules
        self.limits = limits
        self._finder = ShapeFinder()
        self._wanted = rules.categories | _TREE | {Category.ALERT}
        self._peekable = {
            category
            for category, chosen in rules.by_category.items()
            if category not in _TREE and category is not Category.ALERT and not chosen.reads_place
        }
        self._silent: set[int] = set()

    def screen(
        self,
        blob: Blob,
        format: str,
        records: Iterable[RawRecord | Damage],
        out: Screened,
        *,
        first_id: int = 1,
    ) -> None:
        """Screen the records of one input into `out`; events are numbered from `first_id`."""
        wanted, limits = self._wanted, self.limits
        shape_of, categories, peekable = self._finder.shape_of, out.categories, self._peekable
        for record in records:
            if isinstance(record, Damage):
                out.damage.add(record)
                continue
            number, offset, raw = record
            try:
                shape = shape_of(raw)
                head = shape.head(raw)
                category = CATEGORIES.get(head)
                if category is None and head[0] in GROUPS:
                    category = Category.OTHER
                if category is not None and category not in wanted:
                    categories[category] += 1
                    out.records += 1
                    continue
                if category in peekable:
                    own = shape.peek(raw)
                    if own is not None and not self._could_match(category, head, own):
                        categories[category] += 1
                        out.records += 1
                        continue
                source = Source(
                    path=blob.path, member=blob.member, record=number, offset=offset, format=format
                )
                for event in shape.events(raw, id=f"e{first_id + number - 1}", source=source, limits=limits):
                    hits = self._hits(event)
                    categories[event.category] += 1
                    if hits or event.claim is not None or event.category in _TREE:
                        out.add(event, hits, limits)
            except GOES_ON_UP:
                raise
            except Exception as error:
                out.damage.add(failure(blob, error, record=number, offset=offset, format=format))
            else:
                out.records += 1

    def _could_match(self, category: Category, head: tuple[str, str], own: Mapping[str, Any]) -> bool:
        """Whether any signal fires on a record with these fields."""
        user = str(own.get("User") or "")
        key = _fingerprint(head, user, *map(own.get, self.rules.by_category[category].fields))
        if key in self._silent:
            return False
        provider, code = head
        event = Event(
            id="", category=category, provider=provider, code=code, fields=own, user=user, source=_NOWHERE
        )
        return bool(match_event(event, self.rules)) or self._remember(key)

    def _hits(self, event: Event) -> list[Hit]:
        """Hits that need no tree.

        Recordings repeat themselves: most events agree with an earlier one in all fields that any
        signal reads, and an answer of "none" is remembered.
        """
        chosen = self.rules.by_category.get(event.category)
        if chosen is None or event.category in _LATER:
            return []
        about = (event.provider, event.channel, event.code, event.host, event.user)
        key = _fingerprint(*about, *map(event.fields.get, chosen.fields))
        if key in self._silent:
            return []
        hits = match_event(event, self.rules)
        if not hits:
            self._remember(key)
        return hits

    def _remember(self, key: int) -> bool:
        """Note that nothing fires on what has this key; always False."""
        if len(self._silent) >= _REMEMBERED:
            self._silent.clear()
        self._silent.add(key)
        return False


def _fingerprint(*values: object) -> int:
    """64 bits that stand for the values.

    Python keys its text hash afresh for each process (PEP 456), so nobody can prepare two records
    that share one.
    """
    try:
        return hash(values)
    except TypeError:  # a value that nests
        return hash(tuple(map(str, values)))


def renumber(screened: Screened, shift: int) -> Screened:
    """The same with `shift` added to every event id and record number: for parts of one file."""
    if not shift:
        return screened

    def moved(event: Event) -> Event:
        head, dot, tail = event.id[1:].partition(".")
        source = replace(event.source, record=event.source.record + shift)
        return replace(event, id=f"e{int(head) + shift}{dot}{tail}", source=source)

    events = {event.id: moved(event) for event in screened.events}
    screened.events = list(events.values())
    screened.hits = [replace(hit, event=events[hit.event.id]) for hit in screened.hits]
    screened.damage.kept = [
        replace(d, source=replace(d.source, record=d.source.record + shift)) if d.source.record else d
        for d in screened.damage.kept
    ]
    return screened
