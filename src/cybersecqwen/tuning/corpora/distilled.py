"""Description of a vulnerability → CWE as this product's own specialist judges it: skill "cwe".

Of two labellers one agrees with the other in about 83 of 100 cases, and NVD's own habits changed over the
years. The specialist has learned those of today from all labels there are, so its answers are of one mind:
a model that sees each description once learns more from them than from what somebody wrote down. Where it
abstains, the given label stands. From: Hinton, Vinyals and Dean 2015, Distilling the Knowledge in a Neural
Network.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from cybersecqwen.specialists.cwe import CweSpecialist
from cybersecqwen.tuning.records import Record

from .interface import Sources
from .weaknesses import LICENCE, described, labelled, worded

FIRST_YEAR = 2023
"""What is asked about is new: products and words of long ago teach little."""
_AT_ONCE = 256


def distilled(sources: Sources, chance: Random, count: int) -> Iterator[Record]:
    """Records of skill "cwe"; see `Corpus`. Raises InputError where a file cannot be read."""
    rows = described(sources, FIRST_YEAR)
    chance.shuffle(rows)
    specialist = CweSpecialist(store=sources.store)
    ask = worded(sources)
    made = 0
    for first in range(0, len(rows), _AT_ONCE):
        some = rows[first : first + _AT_ONCE]
        texts = [" ".join(row["desc"].split()) for row in some]
        for row, text, found in zip(some, texts, specialist.judge(texts, top=1), strict=True):
            answer = found.answer or labelled(row)
            if not answer:
                continue
            if made == count:
                return
            made += 1
            yield Record(
                skill="cwe",
                question=ask(text),
                answer=answer,
                source=f"{'specialist' if found.answer else 'nvd'}:{row['id']}",
                licence=LICENCE,
            )
