"""The project's own specialists as subjects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cybersecqwen.bench.interface import Answer, CtiTask, Mode, Question
from cybersecqwen.errors import CsqError, UsageError
from cybersecqwen.specialists import SPECIALISTS

from .interface import Sampling, Subject

if TYPE_CHECKING:
    from cybersecqwen.knowledge.store import Store

READS_STORE: frozenset[str] = frozenset({"actor"})
"""Specialists that compare a text with the store's own texts and relations when they judge."""
_TOP = 10


class OneSpecialist(Subject):
    """A specialist, asked one text at a time, as a user would."""

    slow = False

    def __init__(self, task: CtiTask, store: Store) -> None:
        """Raises UsageError where this installation has no such specialist; weights are read at once."""
        name = task.specialist
        if name not in SPECIALISTS.names():
            raise UsageError(
                f"There is no specialist {name!r} in this installation, which {task.name} is answered by.",
                hint="--model names a language model instead.",
            )
        self.name = "specialist"
        self.mode: Mode = "open-book" if name in READS_STORE else "closed-book"
        self._specialist = SPECIALISTS.get(name)(store=store)
        self._store = store
        self._manifest = self._specialist.manifest
        self._specialist.load()

    def answer(self, question: Question, sampling: Sampling) -> Answer:
        """See `Subject.answer`: ranked labels; for techniques of a report the set that it would list."""
        if question.task == "ate":
            return Answer(ranked=self._techniques(question))
        judged = self._specialist.judge([question.text], top=_TOP)[0]
        return Answer(ranked=tuple(one.label for one in judged.ranked), abstained=judged.abstained)

    def identity(self) -> Mapping[str, str]:
        """See `Subject.identity`."""
        known = self._manifest
        facts = {"specialist": known.name, "version": known.version, "sha256": known.sha256}
        return {**facts, "knowledge": self._store.version} if self.mode == "open-book" else facts

    def _techniques(self, question: Question) -> tuple[str, ...]:
        """A report's techniques, rolled up, of the platform's domain, at the threshold that finds more."""
        report: Any = getattr(self._specialist, "report", None)
        if report is None:
            raise CsqError(f"The specialist {self._manifest.name!r} cannot judge a whole report.")
        judged = report(question.text, domain=question.domain, rollup=True, threshold="balanced")
        return tuple(one.label for one in judged.ranked)
