"""One stretch of a question, that asks for one kind of record."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cybersecqwen.detect.sigma.model import Expression, Logsource, Not, Test
from cybersecqwen.dialects.fields.schema import Schema
from cybersecqwen.dialects.query import ANYTHING

from . import adapting, exclusions, naming
from .asked import Sure
from .catalogue import events_meant
from .combining import combined
from .comparing import Compared, comparisons, field_named, tested
from .focusing import asides, focus
from .lengths import Length, length_test, lengths
from .library import Library, Near
from .mentions import Kind, Mention
from .places import Place, Placed
from .placing import placed
from .sources import Ranked, ranked
from .spotting import mentions
from .steps import field_for
from .vocabulary import Lexicon, key_of, tokens
from .weighing import is_default, said_otherwise
from .words import COMMON, SMALL, word_list

_NEAREST = 20
_TRIED = 3
_CLOSE = 0.7
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
    doubts: tuple[str, ...] = ()
    """Words behind a "not" of which it is not clear whether they are left out as well."""


def reading(
    text: str,
    library: Library,
    words: Lexicon,
    own: Schema | None = None,
    counted: Sequence[str] = (),
) -> Reading:
    """One stretch of the question; `counted` are words for fields that it counts and groups by.

    Raises UnknownNameError for a field that is none.
    """
    found = tokens(text)
    near = tuple(library.nearest(text, _NEAREST))
    everything = mentions(text, found, words, library)
    compared = tuple(comparisons(text))
    if is_vague(text, everything, compared):
        place = Place(key="", logsource=ANYTHING, lexicon=words, library=library, own=own)
        return Reading(
            text=text, found=tuple(everything), near=near, sources=(), place=place, wanted=(), unwanted=(),
            adapted=adapting.Adapted(), expression=None,
        )  # fmt: skip
    sources = ranked(
        text,
        found,
        everything,
        near,
        words,
        library,
        naming.leading(compared, words),
        naming.having(counted, words, library),
    )
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
    # A number is asked of all records that have its fields: what a near rule asks for would leave some out.
    adapted = about or adapting.adapt(text, place, () if counted else near, [*wanted, *unwanted])
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
        doubts=_doubts(text, everything, [*wanted, *unwanted]),
    )


def is_vague(text: str, everything: Sequence[Mention], compared: Sequence[Compared]) -> bool:
    """Whether a stretch says that something is wrong, and nothing about what: "anything strange"."""
    said = {word for word in re.findall(r"\w+", text.lower()) if word not in SMALL}
    named = any(one.kind is not Kind.CONCEPT for one in everything)
    return not named and not compared and said <= _SAY_NOTHING and not said.isdisjoint(_VAGUE)


_VAGUE = word_list("vague") | COMMON | {"anything", "something", "everything"}
_SAY_NOTHING = _VAGUE | word_list("asking")


def _close(sources: Sequence[Ranked]) -> list[Ranked]:
    """The logsources after the first that are tried where it has no place for anything."""
    return [one for one in sources[1:_TRIED] if one.score >= _CLOSE * sources[0].score]


def _tried(
    text: str, everything: Sequence[Mention], compared: Sequence[Compared], place: Place
) -> tuple[list[Placed], list[Placed]]:
    """What a question asks for and leaves out if it is about a logsource."""
    said: list[tuple[Compared | Length, Expression]] = [
        (one, made) for one in compared if (made := tested(one, place)) is not None
    ]
    said += [(one, length_test(one, field)) for one in lengths(text) if (field := _field_of(one, place))]
    free = [
        m
        for m in everything
        if is_default(m) or not any(m.start < one.end and m.end > one.start for one, _ in said)
    ]
    out = [one for one in exclusions.clauses(text, _things(everything)) if not one.only]
    left = [
        one
        for one in free
        if _inside(one, out) and (one.kind is not Kind.CONCEPT or _is_left_out(one, out, place))
    ]
    kept = [one for one in free if one not in left and (one.kind is Kind.CONCEPT or not _inside(one, out))]
    wanted = _chosen(text, said_otherwise(placed(text, kept, place, left), [made for _, made in said]))
    wanted += _listed(text, place, wanted)
    wanted += [_compared(one, made) for one, made in said]
    return wanted, placed(text, left, place, kept, out=True) if left else []


_NEXT = 30
"""Characters within which a concept stands behind a "not" that is about it."""


def _is_left_out(one: Mention, clauses: Sequence[exclusions.Clause], place: Place) -> bool:
    """Whether a concept is what a clause leaves out; one that says "not" itself is no such thing."""
    concept = place.lexicon.concepts[one.values[0]]
    behind = any(
        clause.behind <= one.start <= clause.behind + _NEXT and one.end <= clause.end for clause in clauses
    )
    return concept.excludes or (behind and bool(concept.tests.get(place.key)) and not concept.default)


def _things(everything: Sequence[Mention]) -> list[tuple[int, int]]:
    return [(one.start, one.end) for one in everything if one.kind is not Kind.CONCEPT]


def _doubts(text: str, everything: Sequence[Mention], used: Sequence[Placed]) -> tuple[str, ...]:
    """Words that became something and may, or may not, belong to what is left out before them."""
    found = []
    for clause in exclusions.clauses(text, _things(everything)):
        start, end = clause.doubt
        behind = [one.mention.end for one in used if start <= one.mention.start < end]
        if behind:
            found.append(" ".join(text[start : max(behind)].split()))
    return tuple(dict.fromkeys(found))


def _field_of(one: Length, place: Place) -> str:
    """The field whose length is bounded, by its name or by what it is called: "query names"."""
    last = one.field.rpartition(" ")[2]
    return (
        field_named(one.field, place)
        or field_for(one.field, place.key, place.lexicon)
        or field_for(last, place.key, place.lexicon)
    )


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


def _compared(one: Compared | Length, made: Expression) -> Placed:
    """A comparison that the words spell out."""
    value = one.value if isinstance(one, Compared) else str(one.least)
    mention = Mention(kind=Kind.TEXT, start=one.start, end=one.end, words=one.words, values=(value,))
    negated = isinstance(one, Compared) and one.negated
    return Placed(
        mention=mention,
        expression=Not(made) if negated else made,
        slot=f"{one.field} {one.start}",
        sure=Sure.STATED,
        single=False,
    )


def _inside(one: Mention, clauses: Sequence[exclusions.Clause]) -> bool:
    return any(
        clause.start <= one.start < clause.end and (not clause.place or one.kind in (Kind.PLACE, Kind.PATH))
        for clause in clauses
    )
