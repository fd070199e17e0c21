"""Precision, recall and F1 of extractors on labelled paragraphs, with bootstrap intervals over paragraphs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass

import numpy as np

from .indicators_labels import Paragraph
from .indicators_tools import Answer
from .indicators_values import HOSTS, canonical, host_of

RESAMPLES = 2_000
SEED = 20_261_126

Key = tuple[str, str]
"""Type and canonical value."""
Counts = tuple[int, int, int]
"""Right, found in all, true in all: of one paragraph."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """How good a tool is on some types."""

    right: int
    found: int
    true: int
    precision: tuple[float, float, float]
    """Value, lower and upper end of the 95 % interval; 1 where nothing was found."""
    recall: tuple[float, float, float]
    f1: tuple[float, float, float]


def score(rows: Sequence[Counts]) -> Score:
    """Sums over paragraphs, and intervals from resampling them."""
    counts = np.array(rows or [(0, 0, 0)], dtype=np.int64)
    draw = np.random.default_rng(SEED)
    weights = draw.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), size=RESAMPLES)
    right, found, true = counts.sum(axis=0).tolist()
    samples = weights @ counts

    def interval(top: int, bottom: int, tops: object, bottoms: object) -> tuple[float, float, float]:
        below = np.asarray(bottoms)
        shares = np.where(below > 0, np.asarray(tops) / np.maximum(below, 1), 1.0)
        low, high = np.quantile(shares, (0.025, 0.975)).tolist()
        return (top / bottom if bottom else 1.0), low, high

    return Score(
        right=right,
        found=found,
        true=true,
        precision=interval(right, found, samples[:, 0], samples[:, 1]),
        recall=interval(right, true, samples[:, 0], samples[:, 2]),
        f1=interval(2 * right, found + true, 2 * samples[:, 0], samples[:, 1] + samples[:, 2]),
    )


def by_values(paragraph: Paragraph, answer: Answer, types: Set[str], *, lenient: bool) -> Counts:
    """Compares sets of (type, value): a value counts once a paragraph, wherever it stands in it.

    Lenient: left out of the count is what a tool found beyond the labels if it is the host of a labelled URL
    or e-mail address, a CVE in a labelled URL, or a labelled host that it gives as a URL.
    """
    true = {(one.type, canonical(one.type, one.value, lenient=lenient)) for one in paragraph.labels}
    found = {(one.type, canonical(one.type, one.value, lenient=lenient)) for one in answer.items}
    true = {key for key in true if key[0] in types}
    found = {key for key in found if key[0] in types}
    if lenient:
        excused = _excused(paragraph)
        found = {key for key in found if key in true or not excused(key)}
    return len(true & found), len(found), len(true)


def by_spans(paragraph: Paragraph, answer: Answer, types: Set[str]) -> Counts:
    """Compares (start, end, type): every occurrence counts, and the span must be exact.

    Hosts within a labelled URL or e-mail address are left out of the count.
    """
    true = {(one.start, one.end, one.type) for one in paragraph.labels if one.type in types}
    found = {(one.start, one.end, one.type) for one in answer.items if one.type in types}
    outer = [(one.start, one.end) for one in paragraph.labels if one.type in {"url", "email"}]
    found = {
        one
        for one in found
        if one in true
        or not (one[2] in HOSTS and any(start <= one[0] and one[1] <= end for start, end in outer))
    }
    return len(true & found), len(found), len(true)


def missed(paragraph: Paragraph, answer: Answer) -> tuple[set[Key], set[Key]]:
    """What is false in an answer and what is missing from it, strictly; for mending the extractor."""
    true = {(one.type, canonical(one.type, one.value)) for one in paragraph.labels}
    found = {(one.type, canonical(one.type, one.value)) for one in answer.items}
    return found - true, true - found


def total(
    paragraphs: Iterable[Paragraph], answers: Iterable[Answer], types: Set[str], *, lenient: bool = False
) -> Score:
    """The score by values over all paragraphs."""
    pairs = zip(paragraphs, answers, strict=True)
    return score([by_values(one, answer, types, lenient=lenient) for one, answer in pairs])


def total_spans(paragraphs: Iterable[Paragraph], answers: Iterable[Answer], types: Set[str]) -> Score:
    """The score by spans over all paragraphs."""
    return score([by_spans(one, answer, types) for one, answer in zip(paragraphs, answers, strict=True)])


def _excused(paragraph: Paragraph) -> Callable[[Key], bool]:
    inner = {host_of(one.type, one.value) for one in paragraph.labels} - {""}
    urls = " ".join(one.value.lower() for one in paragraph.labels if one.type == "url")
    hosts = {canonical(one.type, one.value) for one in paragraph.labels if one.type in HOSTS}

    def excused(key: Key) -> bool:
        kind, value = key
        if kind in HOSTS:
            return value in inner
        if kind == "cve":
            return value.lower() in urls
        rest = value.partition("://")[2]
        return kind == "url" and "/" not in rest and host_of("url", value) in hosts

    return excused
