"""Whom and what a report says the activity concerns: sectors, countries, regions, platforms.

A place counts as high where its sentence states the targeting ("targeted government agencies in Ukraine",
"victims in the energy sector") and as low for a bare mention. Countries that the actor comes from are not
targets; `origins` has them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from cybersecqwen.records.intel import Place, Target, Tier

from . import targeting
from .gazetteer import Hit, ambiguous, hits, lower, sentences_of, skipped
from .interface import LONGEST_CONTEXT, Passage

MOST_PLACES = 50
"""Places of one target that are kept."""
_FAR = 300  # characters between the words that state the targeting and what is targeted
_ORDER = {tier: index for index, tier in enumerate(Tier)}


class Mentioned(NamedTuple):
    """One mention, judged."""

    hit: Hit
    sentence: tuple[int, int]
    tier: Tier
    origin: bool


def find(passage: Passage, place: Callable[[int, int], Place]) -> tuple[Target, ...]:
    """What the text says the activity concerns; surest and most frequent first. Linear; never raises.

    Args:
        passage: The text; code is left out.
        place: Makes a place of offsets in the text.

    Returns:
        One record for each sector, country, region and platform, with up to 50 places, the sure ones first.
    """
    return _records((one for one in mentions(passage) if not one.origin), place, passage.text)


def origins(passage: Passage, place: Callable[[int, int], Place]) -> tuple[Target, ...]:
    """Countries that the text gives as the actor's ("Russian state-sponsored", "China-nexus").

    The tier is low where only a language is named ("Russian-speaking"). Arguments as in `find`.
    """
    return _records((one for one in mentions(passage) if one.origin), place, passage.text)


def mentions(passage: Passage) -> Iterator[Mentioned]:
    """Every mention that is a target or an origin, judged in its sentence, from left to right."""
    return iter(_mentions(passage.text, tuple(skipped(passage))))


@lru_cache(maxsize=1)
def _mentions(text: str, without: tuple[tuple[int, int], ...]) -> tuple[Mentioned, ...]:
    return tuple(_search(text, list(without)))


def _search(text: str, code: list[tuple[int, int]]) -> Iterator[Mentioned]:
    low = lower(text)
    found = hits(text, low)
    hit = next(found, None)
    for start, end in sentences_of(text):
        inside: list[Hit] = []
        while hit is not None and hit.end <= end:
            if hit.start >= start:
                inside.append(hit)
            hit = next(found, None)
        while code and code[-1][1] <= start:
            code.pop()
        if inside and not (code and code[-1][0] < end):
            yield from _judged(text, (start, end), inside)


def breaks(words: str) -> bool:
    """Whether words between a statement of targeting and a mention part them ("by", "using", "which")."""
    return targeting.BREAKS.search(words) is not None


def _judged(text: str, span: tuple[int, int], inside: list[Hit]) -> Iterator[Mentioned]:
    start, end = span
    sentence = text[start:end]
    stated = [match.span() for match in targeting.STATES.finditer(sentence)]
    if targeting.ATTACK.search(sentence):
        stated = sorted(
            stated + [match.span() for match in targeting.MEMBERS.finditer(sentence)], key=lambda s: s[1]
        )
    spared = targeting.LANGUAGE.search(sentence) is not None or (
        "CIS" in sentence and targeting.SPARED.search(sentence) is not None
    )
    answered = targeting.ANSWERED.search(sentence)
    reaches = len(sentence) if answered is None else answered.end()
    hearsay = targeting.UNSURE.search(sentence) is not None
    last: Hit | None = None
    for hit in inside:
        entry = hit.entry
        if last is not None and last.entry.name == entry.name and text[last.end : hit.start] == " (":
            continue  # "People's Republic of China (PRC)"
        last = hit
        at, past = hit.start - start, hit.end - start
        before, after = sentence[max(0, at - 80) : at], sentence[past : past + 160]
        if entry.kind in ("country", "region") and not _is_place(hit, before, after):
            continue
        if entry.kind == "region" and targeting.NOT_TARGET_AFTER.match(after):
            continue
        if entry.kind == "platform" and (
            targeting.PRODUCT_AFTER.match(after) or targeting.PRODUCT_BEFORE.search(before)
        ):
            continue
        if entry.kind == "country":
            if targeting.SPEAKERS.match(after) or _is_anothers_word(sentence, at, past):
                continue
            stops = (
                entry.written.endswith(".") and targeting.SURNAME.match(after) is not None
            )  # "and the U.S. Threat"
            if (targeting.ORIGIN_AFTER.match(after) and not stops) or (
                targeting.ORIGIN_BEFORE.search(before) and not after.startswith("-based")
            ):
                if hearsay or _is_aside(sentence, at, after):
                    continue
                tier = Tier.LOW if targeting.WEAK_ORIGIN.match(after) else Tier.HIGH
                yield Mentioned(hit, span, tier, True)
                continue
            if targeting.NOT_TARGET_AFTER.match(after) or targeting.INFRASTRUCTURE.search(before):
                continue
            if spared:
                continue
        tier_found = _tier(sentence, at, past, stated, after, entry.kind)
        told = at >= reaches or (entry.kind == "country" and targeting.STATEMENT_AFTER.match(after))
        if told and tier_found is Tier.HIGH:
            tier_found = Tier.LOW
        if tier_found is None:
            continue
        called = entry.sure or targeting.CALLED_SECTOR.match(after) is not None
        if not called and (tier_found is Tier.LOW or not targeting.ENDS.match(after)):
            continue  # "banking trojan", "financial information", "defense-in-depth"
        yield Mentioned(hit, span, tier_found, False)


def _is_place(hit: Hit, before: str, after: str) -> bool:
    """Whether a word that is often something else is a country here."""
    written = lower(hit.entry.written)
    if written not in ambiguous() or written in ("us", "u.s."):
        return True
    if targeting.SURNAME.match(after) and not targeting.PLACE_AFTER.match(after):
        return False
    return targeting.PLACE_AFTER.match(after) is not None or targeting.PLACE_BEFORE.search(before) is not None


def _is_anothers_word(sentence: str, at: int, past: int) -> bool:
    """Whether a country is blamed, or lends its name to that of a group."""
    before = sentence[max(0, at - 200) : at]
    if targeting.BLAMED.search(before):
        return True
    return targeting.PART_OF_NAME_BEFORE.search(before) is not None and (
        targeting.PART_OF_NAME_AFTER.match(sentence, past) is not None
    )


def _is_aside(sentence: str, at: int, after: str) -> bool:
    """Whether an actor of a country is told of as one of long ago."""
    return (
        targeting.PAST_AFTER.match(after) is not None
        or targeting.PAST_USE.search(sentence[max(0, at - 300) : at]) is not None
    )


def _tier(
    sentence: str, at: int, past: int, stated: list[tuple[int, int]], after: str, kind: str
) -> Tier | None:
    """High, low, or None where the sentence says that it is no target."""
    if kind == "platform":
        shown = targeting.PLATFORM_AFTER.match(after)
        if targeting.SURNAME.match(after) and not shown:
            return Tier.LOW  # "Windows Defender"
        if shown and targeting.MALICE.match(shown[0].rpartition(" ")[2]):
            return Tier.HIGH
    if targeting.PASSIVE.match(after):
        return None if targeting.DENIES.search(sentence[max(0, at - 60) : at]) else Tier.HIGH
    for cue_start, cue_end in reversed(stated):
        if cue_end > at:
            continue
        if at - cue_end > _FAR:
            break
        between = cue_end
        opened = targeting.OPENS.match(sentence[cue_end:at])
        if opened:
            between += opened.end()
        if targeting.BREAKS.search(sentence, between, at):
            break
        if targeting.DENIES.search(sentence[max(0, cue_start - 60) : cue_start]):
            return None
        return Tier.HIGH
    return Tier.LOW


def _records(found: Iterator[Mentioned], place: Callable[[int, int], Place], text: str) -> tuple[Target, ...]:
    groups: dict[tuple[str, str], list[Mentioned]] = {}
    for one in found:
        groups.setdefault((one.hit.entry.kind, one.hit.entry.name), []).append(one)
    records = []
    for (kind, name), every in groups.items():
        best = sorted(every, key=lambda one: _ORDER[one.tier])
        places = tuple(place(one.hit.start, one.hit.end) for one in best[:MOST_PLACES])
        start, end = best[0].sentence
        record = Target(
            kind=kind,
            name=name,
            code=best[0].hit.entry.code,
            tier=best[0].tier,
            places=places,
            count=len(every),
            documents=tuple(dict.fromkeys(one.document for one in places)),
            context=text[start : min(end, start + LONGEST_CONTEXT)],
        )
        records.append(record)
    return tuple(sorted(records, key=lambda one: (_ORDER[one.tier], -one.count, one.name)))
