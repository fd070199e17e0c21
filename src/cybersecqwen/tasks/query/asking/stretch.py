"""One stretch of a question, that asks for one kind of record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cybersecqwen.detect.sigma.model import Expression, Logsource, Not, Test
from cybersecqwen.dialects.fields.schema import Schema

from . import adapting, exclusions, naming
from .asked import Sure
from .catalogue import events_meant
from .combining import combined
from .comparing import Compared, comparisons, tested
from .focusing import asides, focus
from .library import Library, Near
from .mentions import Kind, Mention
from .places import Place, Placed
from .placing import placed
from .sources import Ranked, ranked
from .spotting import mentions
from .vocabulary import Lexicon, key_of, tokens

_NEAREST = 20
_TRIED = 3
_CLOSE = 0.5
"""Share of the first logsource's weight that another must have to be tried."""
_FIRST = Ranked("windows/process_creation", Logsource(product="windows", category="process_creation"), 0.0)
"""What is looked at where nothing speaks for any logsource."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A stretch of the question that asks for one kind of record."""

    text: str
    found: tuple[Mention, ...]
    near: tuple[Near, ...]
    sources: tuple[Ranked, ...]
    place: Place
    wanted: tuple[Placed, ...]
    unwanted: tuple[Placed, ...]
    adapted: adapting.Adapted
    expression: Expression | None


def reading(text: str, library: Library, words: Lexicon, own: Schema | None = None) -> Reading:
    """One stretch of the question. Raises UnknownNameError for a field that is none."""
    found = tokens(text)
    near = tuple(library.nearest(text, _NEAREST))
    everything = mentions(text, found, words, library)
    compared = tuple(comparisons(text))
    sources = ranked(text, found, everything, near, words, naming.leading(compared, words))
    ways = [
        Place(key=one.key, logsource=one.logsource, lexicon=words, library=library, own=own)
        for one in (sources[:1] or [_FIRST]) + _close(sources)
    ]
    place = ways[0]
    wanted, unwanted = _tried(text, everything, compared, place)
    for other in () if wanted or unwanted else ways[1:]:
        found_there = _tried(text, everything, compared, other)
        if found_there[0] or found_there[1]:
            place, (wanted, unwanted) = other, found_there
            break
    naming.check([one for one in compared if tested(one, place) is None], place, everything)
    about = adapting.of_techniques(everything, library) if not wanted and not unwanted else None
    if about is not None:
        source = about.rules[0].rule.logsource
        place = Place(key=key_of(source), logsource=source, lexicon=words, library=library)
    adapted = about or adapting.adapt(text, place, near, [*wanted, *unwanted])
    return Reading(
        text=text,
        found=tuple(everything),
        near=near,
        sources=tuple(sources),
        place=place,
        wanted=tuple(wanted),
        unwanted=tuple(unwanted),
        adapted=adapted,
        expression=combined(text, [*wanted, *adapted.placed], unwanted),
    )


def _close(sources: Sequence[Ranked]) -> list[Ranked]:
    """The logsources after the first that are tried where it has no place for anything."""
    return [one for one in sources[1:_TRIED] if one.score >= _CLOSE * sources[0].score]


def _tried(
    text: str, everything: Sequence[Mention], compared: Sequence[Compared], place: Place
) -> tuple[list[Placed], list[Placed]]:
    """What a question asks for and leaves out if it is about a logsource."""
    words = place.lexicon
    said = [(one, made) for one in compared if (made := tested(one, place)) is not None]
    free = [m for m in everything if not any(m.start < one.end and m.end > one.start for one, _ in said)]
    out = [one for one in exclusions.clauses(text) if not one.only]
    left = [
        one
        for one in free
        if _inside(one, out) and (one.kind is not Kind.CONCEPT or words.concepts[one.values[0]].excludes)
    ]
    kept = [one for one in free if one not in left and (one.kind is Kind.CONCEPT or not _inside(one, out))]
    wanted = _chosen(text, placed(text, kept, place))
    wanted += _listed(text, place, wanted)
    wanted += [_compared(one, made) for one, made in said]
    return wanted, placed(text, left, place) if left else []


def _chosen(text: str, found: list[Placed]) -> list[Placed]:
    """Of a text of many sentences what those say that ask; the rest where they say nothing."""
    asking = focus(text)
    first = [one for one in found if any(start <= one.mention.start < end for start, end in asking)]
    away = asides(text)
    plain = [
        one
        for one in first
        if one.mention.kind not in _LOOSE or not any(s <= one.mention.start < e for s, e in away)
    ]
    if plain:
        return plain
    return first or found


_LOOSE = frozenset((Kind.PROGRAM, Kind.TEXT, Kind.PLACE, Kind.LIBRARY, Kind.FILE, Kind.DOMAIN, Kind.CONCEPT))
"""What is often named by the way."""


def _listed(text: str, place: Place, wanted: Sequence[Placed]) -> list[Placed]:
    """What the catalogue has for the asking sentences, where no event is named."""
    if any(one.mention.kind in (Kind.EVENT, Kind.API) for one in wanted):
        return []
    asking = " ".join(text[start:end] for start, end in focus(text))
    found = events_meant(place.key, asking)
    if found is None or any(
        isinstance(one.expression, Test) and one.expression.field == found[0].field for one in wanted
    ):
        return []
    words = asking.strip()
    mention = Mention(
        kind=Kind.CONCEPT,
        start=focus(text)[0][0],
        end=focus(text)[-1][1],
        words=words,
        values=("",),
        sure=Sure.KNOWN,
    )
    return [Placed(mention=mention, expression=found[0], slot=found[0].field, sure=Sure.KNOWN)]


def _compared(one: Compared, made: Test) -> Placed:
    """A comparison that the words spell out."""
    mention = Mention(kind=Kind.TEXT, start=one.start, end=one.end, words=one.words, values=(one.value,))
    expression: Expression = Not(made) if one.negated else made
    return Placed(
        mention=mention,
        expression=expression,
        slot=f"{made.field} {one.start}",
        sure=Sure.STATED,
        single=False,
    )


def _inside(one: Mention, clauses: Sequence[exclusions.Clause]) -> bool:
    return any(
        clause.start <= one.start < clause.end and (not clause.place or one.kind in (Kind.PLACE, Kind.PATH))
        for clause in clauses
    )
