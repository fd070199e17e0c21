"""The indicators of a document as records: grouped, with role, reason, context and places."""

from __future__ import annotations

from collections.abc import Callable

from cybersecqwen.detect.text.matches import Match
from cybersecqwen.records.intel import Observable, Place

from . import apart, roles
from .context import sentence_at
from .evidence import Reading
from .interface import LONGEST_CONTEXT, Found, Passage
from .warning_lists import WarningLists

MOST_PLACES = 50
"""Places of one indicator that are kept."""


def collect(
    passage: Passage,
    found: Found,
    document_id: str,
    place: Callable[[int, int], Place],
    lists: WarningLists,
) -> tuple[Observable, ...]:
    """The different indicators of a document.

    Args:
        passage: The text with its blocks, links and publisher.
        found: Its matches in order of appearance, repetitions included.
        document_id: Id of the document ("d1").
        place: (start, end) → the place in the document.
        lists: What is known to be harmless.

    Returns:
        Those worth searching for first, those set apart after them; each in order of appearance. `raw` and
        `context` stand in the text letter for letter. Never raises.
    """
    grouped: dict[tuple[str, str], list[Match]] = {}
    for match in found:
        grouped.setdefault((match.type, match.value), []).append(match)
    reading = Reading(passage, found)
    told = roles.assign(passage, found, reading)
    notes = apart.reasons(passage, found, lists, told)
    usable: list[Observable] = []
    others: list[Observable] = []
    for key, some in grouped.items():
        first, role, note = some[0], told[key], notes.get(key, "")
        start, end = sentence_at(passage.text, reading.layout, first.start, first.end)
        one = Observable(
            type=first.type,
            value=first.value,
            raw=passage.text[first.start : first.end],
            role=role.role,
            tier=role.tier,
            why=role.why,
            note=note,
            places=tuple(place(match.start, match.end) for match in some[:MOST_PLACES]),
            count=len(some),
            documents=(document_id,),
            context=passage.text[start : min(end, start + LONGEST_CONTEXT)],
            port=next((match.port for match in some if match.port), 0),
        )
        (others if note else usable).append(one)
    return (*usable, *others)
