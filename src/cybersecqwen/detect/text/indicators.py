"""Indicators as records: of a text, and of an event with what was decoded from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cybersecqwen.detect.decode.interface import Layer
from cybersecqwen.records import Event, Evidence, Indicator

from .extraction import matches
from .matches import Match

EVIDENCE_CHARS = 500
"""Characters of evidence kept, see `records.Evidence`."""

# Where commands stand, as in `detect.events`: the first that an event has is what layers come from
_COMMANDS = ("CommandLine", "ScriptBlockText", "ImagePath", "TaskArguments", "Payload", "HostApplication")


def indicators(text: str, *, field: str, event_id: str, layer: str = "") -> tuple[Indicator, ...]:
    """The different indicators of a field or decoded layer, each where it stands first.

    Args:
        text: The field's text, or the text of the layer.
        field: Name of the field.
        event_id: Id of the event.
        layer: `Layer.how` of decoded text, else "".

    Returns:
        Indicators whose `raw` stands in `text` letter for letter.
    """
    return tuple(_records(text, matches(text), field, event_id, layer))


def event_indicators(event: Event, layers: Iterable[Layer] = (), *, field: str = "") -> tuple[Indicator, ...]:
    """The different indicators of an event and of what was decoded from it.

    Args:
        event: The event. Typed fields (DestinationIp, Hashes, TargetFilename …) are read by their
            type, the others as free text.
        layers: Texts decoded from the event's command.
        field: The field that the layers come from; left out, the event's command or script.

    Returns:
        Indicators in the order of the fields, each where it stands first; recorded text before
        decoded text. `raw` stands in the field or layer that `evidence` names.
    """
    from .fields import read  # with its patterns: 10 ms that a clean recording never needs

    found: dict[tuple[str, str], Indicator] = {}
    for name, text in event.fields.items():
        for indicator in _records(text, read(name, text), name, event.id, ""):
            found.setdefault((indicator.type, indicator.value), indicator)
    source = field or next((name for name in _COMMANDS if event.get(name)), "")
    for layer in layers:
        for indicator in indicators(layer.text, field=source, event_id=event.id, layer=layer.how):
            found.setdefault((indicator.type, indicator.value), indicator)
    return tuple(found.values())


def _records(
    text: str, found: tuple[Match, ...], field: str, event_id: str, layer: str
) -> Iterator[Indicator]:
    seen: set[tuple[str, str]] = set()
    for match in found:
        if (match.type, match.value) not in seen:
            seen.add((match.type, match.value))
            raw = text[match.start : match.end]
            evidence = Evidence(event=event_id, field=field, value=raw[:EVIDENCE_CHARS], layer=layer)
            yield Indicator(type=match.type, value=match.value, raw=raw, evidence=evidence, note=match.note)
