"""What a source of an organisation's own data is: a way to make masked records from a file of theirs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from cybersecqwen.tuning.conditions import SKILLS, lost_by_masking
from cybersecqwen.tuning.masking import Masker
from cybersecqwen.tuning.records import LONGEST, Broken, Record

LICENCE = "LicenseRef-own"
"""Of records that hold an organisation's own words."""


class Source(Protocol):
    """Makes records from data of an organisation; every one of them is masked."""

    def __call__(self, path: Path, *, masker: Masker | None = None) -> Iterator[Record | Broken]:
        """The records of a file or folder, in its order, and what cannot be used, with the reason.

        A masker that is given keeps its placeholders over several sources, and counts what it masked.
        Raises InputError or LimitError where nothing can be read at all.
        """


def masked_records(found: Iterable[Record | Broken], masker: Masker | None) -> Iterator[Record | Broken]:
    """The same, masked: the one way by which records leave this package.

    Of intents whose condition can no longer be told from the masked question, the reason alone is left.
    """
    masker = masker or Masker()
    for number, one in enumerate(found, 1):
        if isinstance(one, Broken):
            yield Broken(line=one.line, reason=masker.mask(one.reason)[0])
            continue
        made, _ = masker.record(one)
        reason = lost_by_masking(made) if made.skill in SKILLS else ""
        if not reason and len(made.text) + len(made.answer) > LONGEST:
            reason = "longer than a record may be"
        yield Broken(line=number, reason=reason) if reason else made
