"""One report, read by every step in turn: what it holds as records with their places."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cybersecqwen.inputs.documents import Document
from cybersecqwen.records import Problem
from cybersecqwen.records.intel import DocumentInfo, Intelligence, Place, Tlp
from cybersecqwen.specialists import Judgement as Attribution
from cybersecqwen.specialists import Ranked

from .guard import verified
from .instruments import Instruments

if TYPE_CHECKING:
    from cybersecqwen.detect.report.interface import Passage

_WORD = re.compile(r"\w+")
PROSE_CHARS = 3_000_000
"""Of a document, how much is read sentence by sentence: about 1,000 pages. Techniques are read in less
(`described.MOST_CHARS`)."""
ANALYSED_CHARS = 20_000_000
"""Of a document, how much indicators are looked for in."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Analysis:
    """What one report holds, and what is needed to judge it."""

    intel: Intelligence
    attribution: Attribution
    """Groups that may stand behind it, by the actor specialist."""
    origins: tuple[str, ...] = ()
    """Countries that the report says the actor belongs to."""
    problems: tuple[Problem, ...] = field(default=())


def words_of(text: str) -> int:
    """How many words a text has."""
    return sum(1 for _ in _WORD.finditer(text))


def has_words(text: str) -> bool:
    """Whether a text has any."""
    return _WORD.search(text) is not None


def analyse(document: Document, id: str, instruments: Instruments) -> Analysis:
    """Read one document; never raises for what stands in it."""
    from cybersecqwen.detect.report import (
        dates,
        names,
        relations,
        subjects,
        targets,
        vulnerabilities,
    )
    from cybersecqwen.detect.report import techniques as reported
    from cybersecqwen.detect.report.interface import RoleOf
    from cybersecqwen.detect.report.observables import collect
    from cybersecqwen.detect.report.scan import scan

    info = _info(document, id)
    document, cut = bounded(document)
    text, store = document.text, instruments.store
    place = _places(document, id)
    passage = passage_of(document)
    prose = passage.text[:PROSE_CHARS]
    told = replace(passage, text=prose, blocks=_within(passage.blocks), links=_within(passage.links))
    found = scan(text)
    near = [one for one in found if one.end <= PROSE_CHARS]
    observables = [
        replace(one, raw=text[one.places[0].start : one.places[0].end]) if one.places else one
        for one in collect(passage, found, id, place, instruments.lists)
    ]
    roles = {(one.type, one.value): RoleOf(role=one.role, tier=one.tier, why=one.why) for one in observables}
    called = names.find(prose, store, near)
    subject = subjects.judge(prose, called, place, store, instruments.actor)
    vulnerable = vulnerabilities.judge(passage.text, found, place, store)
    techniques = reported.find(passage.text, found, place, store, instruments.technique, instruments.domain)
    concerned = targets.find(told, place)
    stated = relations.find(told, called, near, concerned, place, roles)
    ranked = [Ranked(label=one.id, probability=one.probability) for one in techniques]
    checked = list(verified(text, observables))
    return Analysis(
        intel=Intelligence(
            documents=(info,),
            marking=info.marking,
            indicators=tuple(one for one, reason in checked if not reason),
            names=tuple(replace(one, documents=(id,)) for one in (*subject, *vulnerable)),
            techniques=tuple(replace(one, documents=(id,)) for one in techniques),
            relations=stated,
            targets=tuple(replace(one, documents=(id,)) for one in concerned),
            dates=dates.find(told, document.published, place),
        ),
        attribution=instruments.actor.attribute(prose, techniques=ranked),
        origins=tuple(one.name for one in targets.origins(told, place)),
        problems=(
            *cut,
            *(_struck(reason, one.type) for one, reason in checked if reason),
            *(_unknown(one) for one in reported.unknown(found, store)),
        ),
    )


def _info(document: Document, id: str) -> DocumentInfo:
    """What is told of the document as a whole: of all its text, so that no marking is missed."""
    place = _places(document, id)
    marking, marked = marking_of(document)
    return DocumentInfo(
        id=id,
        path=_path(document),
        format=document.source.format,
        sha256=document.sha256,
        title=document.title,
        publisher=document.publisher,
        published=document.published,
        pages=document.pages,
        characters=len(document.text),
        words=words_of(document.text),
        marking=marking,
        marking_place=place(*marked) if marked else None,
    )


def bounded(document: Document) -> tuple[Document, tuple[Problem, ...]]:
    """The document as far as it is analysed, and what to say of the rest."""
    size, where = len(document.text), str(document.source)
    if size <= PROSE_CHARS:
        return document, ()
    limits = [f"sentences are read in the first {PROSE_CHARS:,} of its {size:,} characters"]
    if size > ANALYSED_CHARS:
        limits.append(f"indicators are looked for in the first {ANALYSED_CHARS:,}")
        text = document.text[:ANALYSED_CHARS]
        inside = [one for one in document.blocks if one.end <= ANALYSED_CHARS]
        linked = [one for one in document.links if one.end <= ANALYSED_CHARS]
        document = replace(document, text=text, blocks=tuple(inside), links=tuple(linked))
    message = f"It is very long: {' and '.join(limits)}."
    return document, (Problem(stage="read", message=message, subject=where),)


def _within(spans: Sequence[tuple[int, int, str]]) -> Sequence[tuple[int, int, str]]:
    return [one for one in spans if one[1] <= PROSE_CHARS]


def passage_of(document: Document) -> Passage:
    """A document as detection sees it: line breaks that only a margin made are blanks."""
    from cybersecqwen.detect.report.interface import Passage
    from cybersecqwen.detect.report.unwrap import unwrapped

    return Passage(
        text=unwrapped(document.text, document.blocks),
        blocks=document.blocks,
        links=document.links,
        title=document.title,
        publisher=document.publisher,
    )


def marking_of(document: Document) -> tuple[Tlp, tuple[int, int] | None]:
    """The strictest label of text, title and file name, with its offsets where the text has it."""
    from cybersecqwen.detect.report import markings

    stands = markings.read(document.text)
    level, at = (stands[0], (stands[1], stands[2])) if stands else (Tlp.NONE, None)
    name = re.split(r"[/\\!]", _path(document))[-1][:400].rpartition(".")
    for beside in (document.title, (name[0] or name[2]).replace("_", " ")):
        found = markings.read(beside)
        if found and found[0].rank > level.rank:
            level, at = found[0], None
    return level, at


def _places(document: Document, id: str) -> Callable[[int, int], Place]:
    def place(start: int, end: int) -> Place:
        page, line = document.place(start)
        return Place(document=id, start=start, end=end, page=page, line=line)

    return place


def _path(document: Document) -> str:
    source = document.source
    return f"{source.path}!{source.member}" if source.member else source.path


def _struck(reason: str, type: str) -> Problem:
    return Problem(stage="verify", message=f"An indicator of type {type} was struck out: {reason}.")


def _unknown(id: str) -> Problem:
    message = f"{id} stands in the report, and ATT&CK has no such identifier: it was left out."
    return Problem(stage="verify", message=message, subject=id)
