"""Controls of SP 800-53 that would help against what a text describes, for texts that name no identifier.

Where a text names a technique, the mapping itself is to be asked: it is what this was learnt from.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar

from .features import Recipe
from .interface import MAX_CHARS, Judgement, Manifest, Ranked, Specialist
from .linear import Linear, read_arrays, read_manifest, recipe_of

RECIPE = Recipe(words=2)
"""Features of a text."""
SHOWN = 5
"""Controls that are named first."""
_FEW = 4
"""Known features below which a text says nothing: what is left then is how common a control is."""


class ControlSpecialist(Specialist):
    """Controls, likeliest first."""

    name: ClassVar[str] = "control"
    help: ClassVar[str] = "Controls of NIST SP 800-53 that would help against what a text describes."

    @cached_property
    def manifest(self) -> Manifest:
        """Where the weights come from and how good they are."""
        return read_manifest(self.name, self._folder)

    @cached_property
    def _model(self) -> Linear:
        settings = self.manifest.settings
        return Linear(read_arrays(self.manifest, self._folder), recipe_of(settings), settings["labels"])

    @property
    def labels(self) -> tuple[str, ...]:
        """All controls that it can name, in order."""
        return tuple(self.manifest.settings["labels"])

    def judge(self, texts: Sequence[str], *, top: int = SHOWN) -> list[Judgement]:
        """See `Specialist.judge`; each label is as likely as its own machine says: they do not sum to 1."""
        return [self._judge(text[:MAX_CHARS], top) for text in texts]

    def _judge(self, text: str, top: int) -> Judgement:
        import numpy as np

        scored = self._model.score(text)
        if len(scored.read.rows) < _FEW:
            return Judgement(abstained=True, because="it says nothing that the controls were learnt from")
        likely = 1 / (1 + np.exp(-scored.scores.astype(np.float64)))
        order = np.argsort(-likely, kind="stable")[:top]
        ranked = tuple(
            Ranked(
                label=self._model.labels[at],
                probability=float(likely[at]),
                reasons=self._model.reasons(scored, int(at)),
            )
            for at in order
        )
        if not ranked or ranked[0].probability < self.manifest.threshold:
            return Judgement(ranked=ranked, abstained=True, because="no control is likely enough")
        return Judgement(ranked=ranked)
