"""Which subject answers a task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cybersecqwen.errors import UsageError

from .interface import CtiTask
from .subjects.interface import Subject

if TYPE_CHECKING:
    from cybersecqwen.knowledge.store import Store
    from cybersecqwen.models.interface import LanguageModel

SPECIALIST = "specialist"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which subject was asked for."""

    model: LanguageModel | None = None
    """An open language model; None stands for the project's own answerers."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What tells the model's weights."""
    load_s: float = 0.0
    """Seconds that opening the model took."""
    open_book: bool = False
    """The model reads passages of the store."""
    look_up: bool = False
    """The store's own records instead of any judgement."""


def subject_for(task: CtiTask, wanted: Wanted, store: Store) -> Subject:
    """The subject, ready to answer: weights are read here, not at the first question.

    Raises:
        UsageError: This task cannot be answered in that way.
        CsqError: Weights are missing or damaged.
    """
    if wanted.look_up:
        from .subjects.look_up import LookUp

        return LookUp(task, store)
    if wanted.open_book and task.specialist:
        raise UsageError(
            f"{task.name} has no open-book mode with a model.", hint="--open-book is for --task mcq."
        )
    if not task.specialist and (wanted.open_book or wanted.model is None):
        from .subjects.open_book import OpenBook

        return OpenBook(store, wanted.model, wanted.facts)
    if wanted.model is None:
        from .subjects.specialists import OneSpecialist

        return OneSpecialist(task, store)
    from .subjects.language_models import ClosedBook

    return ClosedBook(wanted.model, wanted.facts)
