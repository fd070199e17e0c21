"""Parameters of text lines, column by column, only for templates in which they may still say something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cybersecqwen.detect.lines.values import split

from .batch import Batch, Part
from .covering import WILD
from .observed import Templates

LINES_OF_ONE = 512
"""Lines of one template that are looked at in a batch; of more, so many evenly spaced ones."""
_PLANS = 20_000
_LABEL_CHARS = 40


@dataclass(slots=True)
class Plan:
    """What is known of the parameters of one template."""

    text: str
    labels: list[str]
    """Name of each parameter: what stands before it."""
    dull: set[int] = field(default_factory=set)
    """Parameters that are not worth looking at: they hold anything, and are no numbers."""


@dataclass(frozen=True, slots=True)
class Values:
    """One parameter of the lines of one template."""

    id: int
    label: str
    part: Part
    texts: list[str]
    numbers: NDArray[np.float64] | None
    plan: Plan
    position: int


class Parameters:
    """Cuts lines at the parameters of their templates; remembers which of them are dull."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._plans: dict[int, Plan] = {}

    def of(self, batch: Batch) -> Iterator[Values]:
        """The values of each parameter of each template of the batch."""
        ids, texts = batch.template_ids, batch.observed.texts
        if ids is None or texts is None or len(texts) != batch.size:
            return
        rows: dict[int, list[int]] = {}
        for index, id in enumerate(ids):
            if id in rows:
                rows[id].append(index)
            else:
                rows[id] = [index]
        for id, indices in rows.items():
            plan = self._plan(id)
            if len(plan.dull) == len(plan.labels):
                continue
            if len(indices) > LINES_OF_ONE:
                indices = indices[:: -(-len(indices) // LINES_OF_ONE)]
            yield from self._cut(batch, id, plan, indices)

    def _cut(self, batch: Batch, id: int, plan: Plan, indices: list[int]) -> Iterator[Values]:
        texts = batch.observed.texts
        assert texts is not None
        cut = [split(plan.text, " ".join(str(texts[i]).split())) for i in indices]
        usable = [i for i, values in zip(indices, cut, strict=True) if values]
        if not usable:
            return
        part = Part((batch,), usable)
        for position, column in enumerate(zip(*filter(None, cut), strict=True)):
            if position in plan.dull:
                continue
            values = list(column)
            yield Values(id, plan.labels[position], part, values, _numbers(values), plan, position)

    def _plan(self, id: int) -> Plan:
        text = self._templates.template(id)
        plan = self._plans.get(id)
        if plan is None or plan.text != text:
            if len(self._plans) >= _PLANS:
                self._plans.clear()
            plan = self._plans[id] = Plan(text, _labels(text))
        return plan


def _labels(template: str) -> list[str]:
    """What stands before each parameter; numbered where that is nothing or stands there before."""
    out: list[str] = []
    for number, piece in enumerate(template.split(WILD)[:-1], 1):
        words = piece.split()
        label = words[-1][-_LABEL_CHARS:] if words else ""
        if not label or label in out:
            label = f"{label} ({number})".strip()
        out.append(label)
    return out


def _numbers(values: list[str]) -> NDArray[np.float64] | None:
    try:
        return np.array(values, dtype=np.float64)
    except ValueError:
        return None
