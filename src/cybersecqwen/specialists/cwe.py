"""The weakness behind a vulnerability, from its description: ranked CWEs with their parents."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar

from .interface import Judgement, Ranked
from .network import context
from .vulnerability import Scored, VulnerabilitySpecialist, abstains, ordered, softmax

GENERAL = "Discouraged"
"""Mapping usage of the CWE catalogue that asks for a more specific weakness
(https://cwe.mitre.org/documents/cwe_usage/guidance.html)."""
_DEPTH = 8  # levels of the catalogue; view 1000 of CWE 4.14 has 6


class CweSpecialist(VulnerabilitySpecialist):
    """The weakness (CWE) behind a vulnerability."""

    name: ClassVar[str] = "cwe"
    help: ClassVar[str] = "The weakness (CWE) behind a vulnerability, from its description."

    @property
    def labels(self) -> tuple[str, ...]:
        """All weaknesses that it can name."""
        settings = self.manifest.settings
        return tuple(one for at, one in enumerate(settings["labels"]) if at not in settings["silent"])

    def judge(self, texts: Sequence[str], *, top: int = 5, labeller: str = "nvd") -> list[Judgement]:
        """See `Specialist.judge`; `labeller` says whose habits to follow (`network.LABELLERS`).

        A weakness that the catalogue discourages as a mapping gives way to one below it that the text
        fits nearly as well. Those that it prohibits (categories, views) are never named.
        """
        return [self._one(text, top, labeller) for text in texts]

    def _one(self, text: str, top: int, labeller: str) -> Judgement:
        found = self.scored(text, labeller)
        if isinstance(found, str):
            return Judgement(abstained=True, because=found)
        shares = self._shares(found)
        silent = set(self.manifest.settings["silent"])
        likely = [at for at in ordered(shares, max(top, 12)) if at not in silent]
        order = self._specific(likely, shares)[: max(top, 1)]
        names = self.manifest.settings["labels"]
        first, _ = self.head("weakness")
        marks = context(labeller)
        ranked = tuple(
            Ranked(
                label=names[at],
                probability=round(float(shares[at]), 4),
                reasons=self.network.reasons(found.reading, marks, first + at) if place < 3 else (),
                parents=self.parents(names[at]),
            )
            for place, at in enumerate(order)
        )
        settings = self.manifest.settings
        because = abstains(
            found.described, ranked[0].probability, self.manifest.threshold, float(settings["described"])
        )
        return Judgement(ranked=ranked, abstained=bool(because), because=because)

    def _shares(self, found: Scored) -> list[float]:
        """Calibrated probabilities; none for what is never named.

        That is "no vulnerability", which is told by abstaining, and what the catalogue prohibits.
        """
        first, size = self.head("weakness")
        settings = self.manifest.settings
        logits = found.logits[first : first + size] / float(settings["temperature"])
        shares = softmax(logits)
        shares[list(settings["silent"])] = 0.0
        return [float(one) for one in shares / max(float(shares.sum()), 1e-9)]

    def _specific(self, order: list[int], shares: list[float]) -> list[int]:
        names = self.manifest.settings["labels"]
        if not order or self.usage(names[order[0]]) != GENERAL:
            return order
        least = float(self.manifest.settings["specific"]) * shares[order[0]]
        for at in order[1:]:
            below = names[order[0]] in self.parents(names[at])
            if below and shares[at] >= least and self.usage(names[at]) != GENERAL:
                return [at, *(one for one in order if one != at)]
        return order

    def usage(self, label: str) -> str:
        """Whether the catalogue lets vulnerabilities be mapped to the weakness, in the catalogue's words."""
        return self._facts(label)[0]

    def parents(self, label: str) -> tuple[str, ...]:
        """All weaknesses above one, nearest first; () where the store does not know it."""
        return self._facts(label)[1]

    def _facts(self, label: str) -> tuple[str, tuple[str, ...]]:
        if label not in self._known:
            entity = self.store.get(label)
            usage = str(entity.attributes.get("mapping", "")) if entity else ""
            self._known[label] = usage, self._walk_up(label)
        return self._known[label]

    @cached_property
    def _known(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        return {}

    def _walk_up(self, label: str) -> tuple[str, ...]:
        seen: dict[str, None] = {}
        level = [label]
        for _ in range(_DEPTH):
            level = [one.id for below in level for one in self.store.parents(below) if one.id not in seen]
            seen.update(dict.fromkeys(level))
        return tuple(seen)
