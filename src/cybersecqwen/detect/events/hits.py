"""Hits: a signal that fired on an event, and the evidence for it."""

from __future__ import annotations

from dataclasses import dataclass

from cybersecqwen.records import Event, Evidence

from .matching import Alternative, Test
from .rulebook import Rulebook
from .signal import Signal
from .view import NONE, Surroundings, View, command_field, command_layers, command_text

_QUOTE_CHARS = 500
_LAYERS = 4


@dataclass(frozen=True, slots=True)
class Hit:
    """One signal on one event."""

    signal: Signal
    event: Event
    alternative: Alternative
    surroundings: Surroundings = NONE

    def evidence(self) -> tuple[Evidence, ...]:
        """What in the event made the signal fire, one piece a field."""
        if self.event.claim is not None and not self.alternative.tests:
            rule = self.event.claim.rule or self.event.claim.rule_id
            return (Evidence(event=self.event.id, field="claim.rule", value=rule[:_QUOTE_CHARS]),)
        view = View(self.event, self.surroundings)
        found: dict[tuple[str, str], Evidence] = {}
        for test in self.alternative.tests:
            piece = _evidence(test, view)
            if piece is not None:
                found.setdefault((piece.field, piece.layer), piece)
        field = command_field(self.event)
        if any(piece.field == field for piece in found.values()):
            for piece in _decoded(self.event, field):
                found.setdefault((piece.field, piece.layer), piece)
        return tuple(sorted(found.values(), key=lambda piece: piece.field.startswith("event.")))


def match_event(event: Event, rules: Rulebook, surroundings: Surroundings = NONE) -> list[Hit]:
    """Every signal that fires on this event alone; counting is done later, over all of them."""
    chosen = rules.by_category.get(event.category)
    if chosen is None:
        return []
    view = View(event, surroundings)
    hits = []
    for signal in chosen.candidates(view):
        alternative = signal.match(view)
        if alternative is not None:
            hits.append(Hit(signal, event, alternative, surroundings))
    hits.sort(key=lambda hit: hit.signal.id)  # candidates come in no order
    return hits


def _decoded(event: Event, field: str) -> list[Evidence]:
    """What a command says when decoded: whoever sees the command quoted wants to see that too."""
    return [
        Evidence(event=event.id, field=field, value=layer.text[:_QUOTE_CHARS], layer=layer.how)
        for layer in command_layers(event)[:_LAYERS]
    ]


def _evidence(test: Test, view: View) -> Evidence | None:
    if test.match is None:
        return None
    name, event = test.name, view.event
    recorded = event.fields.get(name)
    if recorded:
        return Evidence(event=event.id, field=name, value=_around(recorded, test))
    if name.startswith("Command."):
        return _command_evidence(test, view)
    base = name.rpartition(".")[0]
    if event.fields.get(base):
        return Evidence(event=event.id, field=base, value=event.fields[base][:_QUOTE_CHARS])
    if name == "Ancestors.names" and event.get("ParentImage"):
        return Evidence(event=event.id, field="ParentImage", value=event.get("ParentImage")[:_QUOTE_CHARS])
    if name == "User.kind" and event.user:
        return Evidence(event=event.id, field="event.user", value=event.user[:_QUOTE_CHARS])
    if name == "event.code" and event.code:
        return Evidence(event=event.id, field="event.code", value=event.code[:_QUOTE_CHARS])
    return None


def _command_evidence(test: Test, view: View) -> Evidence | None:
    """Evidence in the recorded command where it stands there, else in the layer that shows it."""
    event = view.event
    field = command_field(event)
    text = command_text(event)
    assert test.match is not None
    if test.name == "Command.text" and test.match(text.lower()):
        return Evidence(event=event.id, field=field, value=_around(text, test))
    for layer in view.command().layers:
        if test.match(layer.text.lower()) or test.name == "Command.how":
            return Evidence(event=event.id, field=field, value=_around(layer.text, test), layer=layer.how)
    return Evidence(event=event.id, field=field, value=text[:_QUOTE_CHARS], layer="plain form")


def _around(text: str, test: Test) -> str:
    """At most 500 characters of the text, with the first thing that matched in it."""
    if len(text) <= _QUOTE_CHARS:
        return text
    low = text.lower()
    places = [low.find(value) for value in test.values] if test.modifier != "re" else []
    first = min((p for p in places if p >= 0), default=0)
    start = max(0, min(first - 100, len(text) - _QUOTE_CHARS))
    return text[start : start + _QUOTE_CHARS]
