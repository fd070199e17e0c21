"""The record of what was understood: the query, its parts, and everything that the asker should know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cybersecqwen.detect.sigma.model import Expression, Not, Op, Test
from cybersecqwen.dialects.query import ANYTHING, Query, Span, Stage
from cybersecqwen.dialects.query import Sequence as Order
from cybersecqwen.dialects.wording import duration, span_words
from cybersecqwen.errors import UnsayableError

from .asked import Asked, Part, Source, Sure
from .combining import all_of
from .counts import Counted
from .exclusions import Hosts, clauses, host_kinds
from .leftover import leftover
from .library import Near, tests
from .mentions import Kind
from .naming import lacking
from .places import Placed
from .saying import said, shortened, source_said
from .steps import fields_for, steps
from .stretch import Reading
from .techniques import named_techniques
from .times import When
from .vocabulary import Lexicon

if TYPE_CHECKING:
    from cybersecqwen.knowledge import Store

_SHOWN = 5
_TITLE = 200
"""Characters of the title of a rule that are shown."""
_CLOSE = 0.8
"""Share of the first logsource's weight above which the second is named."""
_SURE = 0.3
"""Nearness above which a rule is named as near."""


def answer(
    text: str,
    bare: str,
    read: Sequence[Reading],
    moments: Sequence[When],
    counted: Counted,
    notes: Sequence[str],
    lexicon: Lexicon,
    store: Store | None,
) -> Asked:
    """What a question became, from the reading of its stretches."""
    first = read[0]
    span, contradictions = _span(moments)
    things = [(m.start, m.end) for one in read for m in one.found if m.kind is not Kind.CONCEPT]
    hosts = [(one, *_host_test(one, bare, things)) for one in host_kinds(bare)]
    always = [when.test for when in moments if when.test is not None] + [made for _, made, _ in hosts]
    query, unknown = _query(read, always, span, counted, lexicon, text[slice(*counted.bound)].strip())
    parts = tuple(sorted(_parts(text, read, moments, counted, hosts), key=lambda part: part.start))
    left = leftover(bare, read, hosts, moments, counted, lexicon)
    assumptions = [*notes, *_assumptions(read, moments, counted, hosts, query)]
    return Asked(
        text=text,
        query=query,
        parts=parts,
        assumptions=tuple(dict.fromkeys(assumptions)),
        unplaced=(*unknown, *left),
        questions=tuple(_questions(text, read, counted, hosts, query)),
        contradictions=tuple(dict.fromkeys([*contradictions, *_contradictions(read)])),
        techniques=named_techniques((m for one in read for m in one.found), store),
        based_on=tuple(dict.fromkeys(_source(near) for one in read for near in one.adapted.rules)),
        nearest=tuple(_source(near) for near in first.near[:_SHOWN] if near.score >= _SURE),
        sources=tuple(one.logsource for one in first.sources[:_SHOWN]),
    )


def _query(
    read: Sequence[Reading],
    always: Sequence[Expression],
    span: Span | None,
    counted: Counted,
    lexicon: Lexicon,
    bound: str,
) -> tuple[Query, list[str]]:
    place = read[0].place
    found, unknown = steps(counted, place.key, lexicon)
    if place.logsource == ANYTHING and all(one.expression is None for one in read):
        return Query(span=span), unknown  # nothing is known of what would be counted
    if len(read) > 1:
        stages = tuple(
            Stage(where=where, logsource=one.place.logsource)
            for one in read
            if (where := all_of([*([one.expression] if one.expression else ()), *always])) is not None
        )
        by = fields_for(counted.by, place.key, lexicon)[0]
        if len(stages) > 1:
            _check_uncounted(counted, bound)
            by = by or _shared(place.logsource.product, place.key, lexicon)
            order = Order(stages=stages, by=by, within_s=counted.within_s)
            same = len({one.logsource for one in stages}) == 1
            source = place.logsource if same else type(place.logsource)(product=place.logsource.product)
            return Query(logsource=source, span=span, steps=(order,)), unknown
    where = all_of([*([read[0].expression] if read[0].expression else ()), *always])
    return Query(logsource=place.logsource, where=where, span=span, steps=found), unknown


def _check_uncounted(counted: Counted, bound: str) -> None:
    """Raises UnsayableError for a number inside a sequence, whose stages are single records."""
    if counted.op is None and not counted.top and not counted.counts:
        return
    said = f"“{bound}”" if bound else "A count"
    raise UnsayableError(
        f"{said} cannot be asked for in a sequence: each of its parts is one record.",
        what="a count in a sequence",
        hint="Ask for what is counted and for what follows it apart.",
    )


_HOSTED = frozenset(("", "windows", "linux", "macos"))


def _shared(product: str, key: str, lexicon: Lexicon) -> tuple[str, ...]:
    """What the records of a sequence share where nothing is said: the computer, in clouds the account."""
    return ("Computer",) if product in _HOSTED else tuple(fields_for(("user",), key, lexicon)[0])


def _host_test(one: Hosts, bare: str, things: Sequence[tuple[int, int]]) -> tuple[Expression, bool]:
    """The test that stands for a kind of computers, and whether it leaves them out."""
    out = any(not clause.only and clause.start <= one.start < clause.end for clause in clauses(bare, things))
    test = Test("Computer", Op.CONTAINS, (one.name,))
    return (Not(test) if out else test), out


def _span(moments: Sequence[When]) -> tuple[Span | None, list[str]]:
    """The time of the query, and what is said of it twice."""
    spans = [when for when in moments if when.span is not None]
    if not spans:
        return None, []
    first = spans[0].span
    others = [when for when in spans[1:] if when.span != first]
    if len(spans) == 2 and others and first is not None:  # "since Monday", "before Friday"
        joined = _joined(first, others[0].span)
        if joined is not None:
            return joined, []
    return first, [
        f'Two times are named, "{spans[0].words}" and "{one.words}"; the first is used.' for one in others
    ]


def _joined(one: Span, other: Span | None) -> Span | None:
    """One span of a start and an end, or of two days that follow each other; None where they are two."""
    if other is not None and one.end is not None and one.end == other.start:
        return Span(start=one.start, end=other.end)
    if other is None or one.last_s is not None or other.last_s is not None:
        return None
    starts = [span.start for span in (one, other) if span.start is not None]
    ends = [span.end for span in (one, other) if span.end is not None]
    if len(starts) == len(ends) == 1 and starts[0] < ends[0]:
        return Span(start=starts[0], end=ends[0])
    return None


def _parts(
    text: str,
    read: Sequence[Reading],
    moments: Sequence[When],
    counted: Counted,
    hosts: Sequence[tuple[Hosts, Expression, bool]],
) -> Iterator[Part]:
    for one in read:
        for placed in one.wanted:
            yield _part(
                placed.mention.words,
                said(placed.expression),
                placed.sure,
                placed.mention.start,
                placed.expression,
            )
        for placed in one.unwanted:
            made = Not(placed.expression)
            yield _part(placed.mention.words, said(made), placed.sure, placed.mention.start, made)
        for placed in one.adapted.placed:
            words = "" if one.adapted.rules else placed.mention.words
            yield _part(words, said(placed.expression), placed.sure, placed.mention.start, placed.expression)
    for when in moments:
        became = said(when.test) if when.test is not None else _span_said(when.span)
        yield Part(words=when.words, became=became, sure=Sure.STATED, start=when.start)
    for host, test, _ in hosts:
        yield _part(host.words, said(test), Sure.ASSUMED, host.start, test)
    for start, end in (*counted.ranges, *counted.heads):
        yield Part(
            words=text[start:end].strip(), became=_counting_said(counted), sure=Sure.STATED, start=start
        )


def _part(words: str, became: str, sure: Sure, start: int, expression: Expression) -> Part:
    return Part(
        words=words, became=became, sure=sure, start=start, tests=tuple(test for test, _ in tests(expression))
    )


def _span_said(span: Span | None) -> str:
    return span_words(span) if span is not None else ""


_COMPARED = {
    Op.LESS: "fewer than",
    Op.AT_MOST: "at most",
    Op.GREATER: "more than",
    Op.AT_LEAST: "at least",
    Op.EQUALS: "exactly",
    Op.DIFFERS: "other than",
}


def _counting_said(counted: Counted) -> str:
    bits = []
    if counted.op is not None:
        what = f"different {counted.distinct}" if counted.distinct else "records"
        bits.append(f"{what} {_COMPARED[counted.op]} {counted.number:g}")
    if counted.by:
        bits.append(f"by {', '.join(counted.by)}")
    if counted.within_s:
        bits.append(f"within {duration(counted.within_s)}")
    if counted.top:
        bits.append(f"the {'rarest' if counted.rarest else 'first'} {counted.top}")
    return ", ".join(bits) or "number of records"


def _assumptions(
    read: Sequence[Reading],
    moments: Sequence[When],
    counted: Counted,
    hosts: Sequence[tuple[Hosts, Expression, bool]],
    query: Query,
) -> Iterator[str]:
    for one in read:
        for placed in (*one.wanted, *one.unwanted):
            yield from _assumed(placed)
        for placed in one.adapted.placed:
            yield _added(placed, one.adapted.rules)
        if one.place.logsource == ANYTHING:
            continue
        if len(one.sources) > 1 and one.sources[1].score >= _CLOSE * one.sources[0].score:
            other = source_said(one.sources[1].logsource)
            yield f"Read as a question about {source_said(one.place.logsource)}; it could be about {other}."
        else:
            yield f"Read as a question about {source_said(one.place.logsource)}."
    for host, test, _ in hosts:
        yield f"{host.words!r} are told by their name: {said(test)}."
    if not any(when.span for when in moments):
        yield "No time is given: there is no limit on time."
    yield from (when.note for when in moments if when.note)
    if len(read) > 1 and not counted.by:
        shared = "computer" if read[0].place.logsource.product in _HOSTED else "account"
        yield f"The records of the sequence are taken to be of the same {shared}."
    if counted.op is not None and counted.within_s is None and query.span is None:
        yield "The number is counted over all records, since no time is given."


def _added(placed: Placed, rules: Sequence[Near]) -> str:
    """Why something is asked for that no word of the lexicon says."""
    if rules:
        titles = "; ".join(_title(near) for near in rules[:3])
        return f"{said(placed.expression)} is added because near rules ask for it: {titles}."
    why = "rules ask for it" if placed.sure is Sure.LEARNED else "it is written like a name"
    return f"{placed.mention.words!r} is looked for as {said(placed.expression)}, since {why}."


def _assumed(placed: Placed) -> Iterator[str]:
    mention = placed.mention
    if mention.kind is Kind.PROGRAM and mention.group:
        names = next((test.values for test, _ in tests(placed.expression)), ())
        yield f"{mention.words!r} read as {shortened(tuple(name.lstrip(chr(92) + '/') for name in names))}."
    elif placed.sure is Sure.ASSUMED and mention.kind in (Kind.USER, Kind.HOST):
        what = "a user" if mention.kind is Kind.USER else "a computer"
        yield f"{mention.values[0]!r} is taken for the name of {what}."
    elif placed.sure is Sure.ASSUMED:
        yield f"{mention.words!r} is taken for the name of a program, which no rule here has."
    elif mention.kind is Kind.PLACE:
        yield f"{mention.words!r} read as {said(placed.expression)}."
    elif mention.kind is Kind.CONCEPT:
        yield f"{said(placed.expression)} stands for the words of the question by the lexicon."


def _questions(
    text: str,
    read: Sequence[Reading],
    counted: Counted,
    hosts: Sequence[tuple[Hosts, Expression, bool]],
    query: Query,
) -> Iterator[str]:
    for host, _, _ in hosts:
        yield f"Which computers are {host.words}? Name them, or a field that tells."
    if read[0].place.logsource == ANYTHING and read[0].expression is None:
        yield _WHICH
    elif query.where is None and (not query.steps or _counts_any(read[0], counted)):
        about = source_said(read[0].place.logsource)
        yield f"What would such a record show? Name a program, a file, a field or an event of {about}."
    if len(read) > 1:
        for one in read:
            if one.expression is None:
                part = " ".join(one.text.split())
                yield f"What would {part!r} show? This part of the sequence is left out."
    for words in (words for one in read for words in one.doubts):
        yield f"Is {words!r} left out as well, or asked for?"
    if read[0].place.logsource != ANYTHING and read[0].place.own is None:
        about = source_said(read[0].place.logsource)
        for word, name in lacking((*counted.by, counted.distinct), read[0].place).items():
            yield f"Which field of {about} is {word!r}? {name} is taken, which its records may lack."
    for more in counted.more:
        yield f"Only one bound can be counted: what of {more!r}?"
    start, end = counted.perhaps_for
    noun = text[start:end]
    named = any(
        m.start <= end + 1 <= m.end and m.kind in (Kind.USER, Kind.HOST) for one in read for m in one.found
    )
    if noun and not named:
        yield f"Is the number counted for each of {noun!r}? It is counted over all of them now."
    if counted.vague and counted.op is None:
        yield f"How many are {counted.vague!r}, and within which time?"


def _counts_any(one: Reading, counted: Counted) -> bool:
    """Whether a bound is on all records of a log that holds events of many kinds."""
    return counted.op is not None and any(one.place.role(kind) is not None for kind in ("event", "api"))


_WHICH = (
    "What would it look like, and in which records? Name a program, a file, an address, a user or an event: "
    "process starts, logons, connections, changes of the registry, calls of a cloud."
)


def _contradictions(read: Sequence[Reading]) -> Iterator[str]:
    for one in read:
        both = {said(p.expression) for p in one.wanted} & {said(p.expression) for p in one.unwanted}
        yield from (f"The question asks for {what} and leaves it out." for what in sorted(both))


def _source(near: Near) -> Source:
    return Source(id=near.rule.about.id[:_TITLE], title=_title(near), score=round(near.score, 3))


def _title(near: Near) -> str:
    """The title of a rule in one line: what an imported rule says is shown, and no more than shown."""
    title = near.rule.about.title[: 2 * _TITLE]
    plain = " ".join("".join(c if c.isprintable() else " " for c in title).split())
    return plain if len(plain) <= _TITLE else f"{plain[: _TITLE - 1]}…"
