"""CTI-TAA: who is behind a described incident."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from cybersecqwen.bench.interface import LONGEST, CtiTask, Extracted, Measure, Question

from .actors import Actors


class Attribution(CtiTask):
    """See `CtiTask`. The official file has no answers: they come in a column GT or a file of their own."""

    name = "taa"
    title = "CTI-TAA, threat report to threat actor"
    file = "cti-taa.tsv"
    columns = ("URL", "Text", "Prompt")
    skill = "actor"
    specialist = "actor"
    optional_truth = True
    measures = (
        Measure(name="correct", title="correct, aliases included", over={"correct": 1.0}),
        Measure(name="plausible", title="correct or plausible", over={"plausible": 1.0}),
    )

    @cached_property
    def actors(self) -> Actors:
        """The groups of the store by name."""
        from cybersecqwen.knowledge.store import Store

        return Actors(self._store or Store.open())

    def question(self, row: Mapping[str, str]) -> Question:
        """See `CtiTask.question`."""
        return Question(task=self.name, skill=self.skill, text=row["Text"], prompt=row["Prompt"])

    def truth(self, text: str) -> str:
        """See `CtiTask.truth`: the group's identifier where the store knows the name, else the name."""
        name = " ".join(text.split())
        if not name or len(name) > 200:
            raise ValueError("an actor's name has 1 to 200 characters")
        return self.actors.canonical(name)

    def extract(self, text: str) -> Extracted:
        """The first group of the store that the answer names: the prompt asks for it before the reasons."""
        found = self.actors.first_in(text[:LONGEST])
        return Extracted(values=(found,), how="first named") if found else Extracted()

    def given(self, ranked: tuple[str, ...]) -> Extracted:
        """See `CtiTask.given`; "unknown" is an answer, and a wrong one."""
        return Extracted(values=tuple(map(self.actors.canonical, ranked)), how="given")

    def named(self, value: str) -> str:
        """See `CtiTask.named`: the group's name beside its identifier."""
        return self.actors.named(value)

    def grade(self, truth: str, values: tuple[str, ...]) -> dict[str, float]:
        """See `CtiTask.grade`."""
        correct = values[:1] == (truth,)
        near = correct or (bool(values) and self.actors.related(truth, values[0]))
        return {"correct": float(correct), "plausible": float(near)}
