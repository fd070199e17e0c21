"""Relations that one sentence states between two things it names.

A sentence is cut into its mentions and the words between them. Only a few forms of these words state a
relation: subject, verb, object ("APT29 used Mimikatz"), the passive ("was delivered by"), the genitive
("APT29's WellMess"), nouns ("use of Mimikatz by APT29"), and a server that is named as a family's. Anything
else states nothing here: a wrong arrow costs more than a missing one. Denied sentences and comparisons give
none; what may, can or could be has the lowest tier.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from cybersecqwen.detect.text.matches import Match
from cybersecqwen.records.intel import End, Place, Relation, Target, Tier

from . import ends, phrases, tables
from . import targets as targets_of
from .ends import Mention, Run
from .gazetteer import sentences_of, skipped
from .interface import LONGEST_CONTEXT, NameFound, Passage, RoleOf
from .stated import has_verb, said
from .verbs import allowed

MOST = 2_000
"""Relations of one text."""
MOST_MEMBERS = 12
"""Members of one list that are related."""
_LONGEST_GAP = 220


class _Stated(NamedTuple):
    source: Run
    said: str
    target: Run
    tier: Tier
    span: tuple[int, int]


def find(
    passage: Passage,
    names: Sequence[NameFound],
    found: Sequence[Match],
    targets: Sequence[Target],
    place: Callable[[int, int], Place],
    roles: Mapping[tuple[str, str], RoleOf],
) -> tuple[Relation, ...]:
    """What single sentences and rows of tables state, each relation once: where it stands surest, then first.

    Args:
        passage: The text; code is left out.
        names: Groups, software, campaigns, vulnerabilities with their offsets.
        found: Indicators with their offsets.
        targets: What `targets.find` gave; only what is sure of it counts.
        place: Makes a place of offsets in the text.
        roles: What `roles.assign` gave; links to read on, victims and legitimate services are no ends.

    Returns:
        Relations in order of appearance, at most `MOST`; both ends stand in the stretch that `place` names.
        Linear in the text; never raises.
    """
    text = passage.text
    mentions = ends.of(text, names, found, targets, roles)
    best: dict[tuple[End, str, End], Relation] = {}
    for stated in _every(passage, mentions):
        start, end = stated.span
        record_place: Place | None = None
        for source, source_type in zip(stated.source.members, stated.source.stix, strict=True):
            for target, target_type in zip(stated.target.members, stated.target.stix, strict=True):
                how = allowed(source_type, stated.said, target_type)
                if how is None or source == target:
                    continue
                one, other = (target, source) if how.turned else (source, target)
                key = (one, how.verb, other)
                known = best.get(key)
                if known is not None and _ORDER[known.tier] <= _ORDER[stated.tier]:
                    continue
                if known is None and len(best) >= MOST:
                    continue
                record_place = record_place or place(start, end)
                best[key] = Relation(
                    source=one,
                    verb=how.verb,
                    target=other,
                    place=record_place,
                    sentence=text[start:end],
                    tier=stated.tier,
                )
    return tuple(sorted(best.values(), key=lambda relation: relation.place.start))


_ORDER = {tier: index for index, tier in enumerate(Tier)}


def _every(passage: Passage, mentions: list[Mention]) -> Iterator[_Stated]:
    text = passage.text
    code = skipped(passage)
    yield from (
        _Stated(one, "communicates-with", other, Tier.HIGH, span)
        for one, other, span in tables.servers(passage, mentions)
    )
    if len(mentions) < 2:
        return
    at = 0
    for start, end in sentences_of(text):
        while at < len(mentions) and mentions[at].start < start:
            at += 1
        first = at
        while at < len(mentions) and mentions[at].end <= end:
            at += 1
        while code and code[-1][1] <= start:
            code.pop()
        if at - first < 2 or (code and code[-1][0] < end):
            continue
        last: _Stated | None = None
        for one, other in pairwise(ends.runs(text, mentions[first:at])):
            stated = _between(text, (start, end), one, other)
            if stated is None and last is not None and last.target == one:
                stated = _further(text, (start, end), last, one, other)
            if stated is not None:
                yield stated
            last = stated


def _further(text: str, sentence: tuple[int, int], last: _Stated, one: Run, other: Run) -> _Stated | None:
    """More of what the same subject targets or does: "… industries, including maritime, across Canada"."""
    gap = text[one.end : other.start]
    span = _window(sentence, last.source.start, other.end)
    if span is None or len(gap) > 150 or phrases.DENIED.search(gap):
        return None
    tier = Tier.LOW if last.tier is Tier.LOW else Tier.MODERATE
    where = ("identity", "location")
    if last.said == "targets" and one.stix[0] in where and other.stix[0] in where:
        if targets_of.breaks(gap) or has_verb(gap):
            return None
        return _Stated(last.source, "targets", other, tier, span)
    if last.said == "uses" and one.stix[0] == other.stix[0] == "attack-pattern":
        if not phrases.TECHNIQUE_HEAD.fullmatch(gap) or ";" in gap or "|" in gap:
            return None
        return _Stated(last.source, "uses", other, tier, span)
    return None


def _between(text: str, sentence: tuple[int, int], one: Run, other: Run) -> _Stated | None:
    """What the words between two neighbouring lists state; None where they state nothing."""
    gap = text[one.end : other.start]
    if not 1 <= len(gap) <= _LONGEST_GAP or ("\t" in gap and one.stix[0] != "attack-pattern"):
        return None
    one, other = (
        run._replace(members=run.members[:MOST_MEMBERS], stix=run.stix[:MOST_MEMBERS]) for run in (one, other)
    )
    before = text[max(sentence[0], one.start - 100) : one.start]
    after = text[other.end : min(sentence[1], other.end + 30)]
    what = said(gap, before, after, one, other)
    if what is None:
        return None
    verb, turned, tier = what
    near = before[-45:].rpartition(";")[2] + gap
    if (
        phrases.DENIED.search(near)
        or phrases.DENIED.search(text[max(sentence[0], sentence[1] - 3) : sentence[1]])
        or phrases.COMPARED.search(gap)
    ):
        return None
    if phrases.FORMER.search(before):
        return None
    if phrases.MAYBE.search(near):
        tier = Tier.LOW
    span = _window(sentence, one.start, other.end)
    if span is None:
        return None
    return _Stated(other, verb, one, tier, span) if turned else _Stated(one, verb, other, tier, span)


def _window(sentence: tuple[int, int], first: int, last: int) -> tuple[int, int] | None:
    """The sentence, or as much of it around both ends as may be quoted."""
    start, end = sentence
    if end - start <= LONGEST_CONTEXT:
        return sentence
    if last - first > LONGEST_CONTEXT:
        return None
    start = max(start, last - LONGEST_CONTEXT, first - (LONGEST_CONTEXT - (last - first)) // 2)
    return start, min(end, start + LONGEST_CONTEXT)
