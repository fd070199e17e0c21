"""Techniques that the sentences of a report describe, read by the technique specialist.

text ─advice blanked→ parts ─specialist, rolled up→ techniques with their best sentences
those sentences ─specialist, sub-techniques apart→ which of each technique's sub-techniques it is

Asking first for the technique and then, of its sentences alone, for the sub-technique is surer than asking
for sub-techniques at once: docs/report-techniques.md has the figures.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cybersecqwen.specialists.sentences import Span, sentences
from cybersecqwen.specialists.technique import REPORT_CHARS, domains_of

from .advice import without_advice
from .unwrap import unwrapped

if TYPE_CHECKING:
    from cybersecqwen.specialists.interface import Ranked
    from cybersecqwen.specialists.technique import TechniqueSpecialist

MOST_CHARS = 1_000_000
"""Of a report, how much is read: about 330 pages."""
PART_SENTENCES = 400
"""Of one part at most. A technique that one of 1,600 sentences tells is not found where all are judged as one
text: the specialist asks for more in a long one. On the 26 reports of TRAM with more than 300 sentences
parts of 400 are better than 200 and 800 (docs/report-techniques.md)."""
MOST = 100
"""Techniques of one part at most."""
BESIDE = 0.5
"""Probability from which a second sub-technique of a technique is listed beside the likeliest one. Between
.4 and .7 it makes no difference on the reports of TRAM."""
LEAST = 0.02
"""Probability from which a sub-technique may stand for its technique."""


@dataclass(kw_only=True)
class Described:
    """One technique that sentences describe."""

    probability: float = 0.0
    """That the report tells of the technique or, where this is a sub-technique, of its family; of a second
    sub-technique that times how far it is behind the likeliest."""
    words: tuple[str, ...] = ()
    """Of the text, that speak most for it."""
    spans: list[Span] = field(default_factory=list)
    """Its sentences, best guesses first part by part."""


def described(
    text: str, specialist: TechniqueSpecialist, rules: Sequence[Span] = (), domain: str = ""
) -> dict[str, Described]:
    """Labels of the specialist to what it read; raises WeightsError as the specialist does.

    Args:
        text: A report; of 1,000,000 characters sentences are judged.
        specialist: The machine.
        rules: Stretches that hold detection rules: their words say what is looked for, not what was done.
        domain: Matrix of ATT&CK; "" to tell by the text.
    """
    read = unwrapped(text[:MOST_CHARS])
    for start, end in rules:
        read = read[:start] + " " * (min(end, len(read)) - start) + read[end:] if start < len(read) else read
    spans = sentences(read, MOST_CHARS)
    if not spans:
        return {}
    masked = without_advice(read, spans)
    domains = (domain,) if domain else domains_of(read)
    families: dict[str, Described] = {}
    for start, end in parts(spans):
        for domain in domains:
            judged = specialist.report(
                masked[start:end], domain=domain, rollup=True, threshold="balanced", most=MOST
            )
            for one in judged.ranked:
                _add(
                    families.setdefault(one.label, Described()),
                    one,
                    [(start + a, start + b) for a, b in one.spans],
                )
    return _told_apart(masked, families, domains, specialist)


def parts(spans: Sequence[Span]) -> Iterator[Span]:
    """Stretches of whole sentences, about as many in each, that the specialist reads in one go each."""
    count = -(-len(spans) // PART_SENTENCES)
    size = -(-len(spans) // max(count, 1))
    first = 0
    for at in range(1, len(spans) + 1):
        over = at == len(spans) or at - first == size
        if over or spans[at][1] - spans[first][0] > REPORT_CHARS:
            yield spans[first][0], spans[at - 1][1]
            first = at


def _add(known: Described, one: Ranked, spans: list[Span]) -> None:
    """Of a technique in several parts the surest counts; all its sentences stay."""
    if one.probability > known.probability:
        known.probability, known.words = one.probability, one.reasons
    known.spans += [span for span in spans if span not in known.spans]


def _told_apart(
    text: str, families: Mapping[str, Described], domains: Sequence[str], specialist: TechniqueSpecialist
) -> dict[str, Described]:
    """For each technique the sub-techniques that its sentences speak for, or itself."""
    chosen = sorted({span for one in families.values() for span in one.spans})
    lines = [text[start:end] for start, end in chosen]
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    joined = "\n".join(lines)
    found: dict[str, Described] = {}
    for domain in domains:
        judged = specialist.report(joined, domain=domain, threshold=LEAST, most=MOST * 5)
        best: dict[str, float] = {}
        for one in judged.ranked:  # likeliest first
            top = one.label.partition(".")[0]
            family = families.get(top)
            if family is None or (top in best and one.probability < BESIDE):
                continue
            first = best.setdefault(top, one.probability)
            own = [chosen[bisect_right(starts, a) - 1] for a, _ in one.spans]
            near = [span for span in own if span in family.spans] or family.spans
            share = family.probability * one.probability / first
            found[one.label] = Described(
                probability=round(share, 4), words=one.reasons, spans=list(dict.fromkeys(near))
            )
    for top, family in families.items():
        if not any(label.partition(".")[0] == top for label in found):
            found[top] = family
    return found
