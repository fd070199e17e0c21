"""The store's own record of the very thing asked about: not an answer to a benchmark, but what users have.

It is reported apart and never compared: whoever has the record need not judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cybersecqwen.bench.interface import Answer, CtiTask, Mode, Question
from cybersecqwen.errors import UsageError

from .interface import Sampling, Subject

if TYPE_CHECKING:
    from cybersecqwen.knowledge.store import Store

_KINDS = {"rcm": "weakness", "ate": "technique"}


class LookUp(Subject):
    """Relations of the identifier that the item's address holds."""

    mode: Mode = "look-up"
    slow = False

    def __init__(self, task: CtiTask, store: Store) -> None:
        """Raises UsageError for a task that the store holds no records of."""
        if task.name not in _KINDS:
            raise UsageError(
                f"The store holds no records that {task.name} could be looked up in.",
                hint=f"--look-up works for {' and '.join(_KINDS)}.",
            )
        self.name = "look-up"
        self._store = store
        self._type = _KINDS[task.name]

    def answer(self, question: Question, sampling: Sampling) -> Answer:
        """See `Subject.answer`: what the record is related to; nothing where the store has no such record."""
        near = self._store.neighbours(question.own_id) if question.own_id else ()
        return Answer(ranked=tuple(one.id for one in near if one.type == self._type))

    def identity(self) -> Mapping[str, str]:
        """See `Subject.identity`."""
        return {"knowledge": self._store.version}
