"""Records held out, to tell whether training helped: none of them asks what a record of training asks."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

from cybersecqwen.errors import UsageError
from cybersecqwen.tuning.records import Record

SHARE = 0.1
"""Share of the questions that is held out."""
_WORDS = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"[0-9]+")


def held_out(
    records: Iterable[Record], share: float = SHARE, seed: int = 0
) -> tuple[list[Record], list[Record]]:
    """Records for training and records held out, each in the order in which they came.

    A hash of what is asked decides, so that of the same share a question stays on its side when others come,
    and of a smaller one what is learned is still learned. Questions that are the same but for case, signs,
    numbers or placeholders stand on one side. Of two questions or more one is on each side at least; a single
    question, however often it is asked, is for training.

    Raises UsageError where the share is not between 0 and 1.
    """
    if not 0 < share < 1:
        raise UsageError(f"The share held out must lie between 0 and 1, not at {share}.")
    kept = list(records)
    places = [_place(asked_of(one), seed) for one in kept]
    order = sorted(set(places))
    out = {place for place in order if int(place, 16) < share * 16 ** len(place)}
    if len(order) > 1:
        out = (out or set(order[:1])) - (set(order[-1:]) if len(out) == len(order) else set())
    else:
        out = set()
    learned = [one for one, place in zip(kept, places, strict=True) if place not in out]
    held = [one for one, place in zip(kept, places, strict=True) if place in out]
    return learned, held


def asked_of(record: Record) -> str:
    """What a record asks, with near-duplicates alike: its material where it has some, else its question.

    The question of a record with material is the same for many (or holds shuffled lists), and tells less.
    """
    texts = [text for _, text in record.material if text.strip()] or [record.question]
    return f"{record.skill}\n{_DIGITS.sub('0', folded(texts))}"


def folded(texts: Iterable[str]) -> str:
    """The words of texts, without case and signs."""
    return " ".join(_WORDS.findall(unicodedata.normalize("NFKC", "\n".join(texts)).casefold()))


def _place(asked: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}\n{asked}".encode()).hexdigest()[:16]
