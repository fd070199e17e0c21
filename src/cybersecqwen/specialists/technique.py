"""ATT&CK techniques of a sentence, a paragraph or a whole report, each with the sentences it rests on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Literal

from cybersecqwen.errors import UsageError

from .batch import score_all
from .interface import MAX_CHARS, Judgement, Manifest, Ranked, Specialist
from .linear import Linear, Scored, read_arrays, read_manifest, recipe_of
from .sentences import Span, clauses, sentences

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

REPORT_CHARS = 200_000
"""Of a report, how much is read: about 60 pages."""
MOST_SPANS = 3
"""Sentences that are named for one technique."""
DOMAINS = ("enterprise", "mobile", "ics")
"""Matrices of ATT&CK."""

_SIGNS: dict[str, re.Pattern[str]] = {
    "mobile": re.compile(
        r"\b(?:android|ios|iphones?|ipads?|apks?|sms|smartphones?|mobile (?:malware|devices?|phones?|apps?)"
        r"|google play|app store|jailbr[a-z]{2,12}|imei|contact list|call logs?)\b",
        re.IGNORECASE,
    ),
    "ics": re.compile(
        r"\b(?:plcs?|scada|hmis?|industrial control systems?|ics|operational technology|modbus|opc(?: ua)?"
        r"|safety instrumented systems?|field devices?|fieldbus|iec 6\d{4}(?:-\d-\d{1,3})?|substations?)\b",
        re.IGNORECASE,
    ),
}


@dataclass(frozen=True, slots=True)
class _Read:
    """A text, cut and scored."""

    text: str
    spans: list[Span]
    sentence: NDArray[np.float32]
    clause: NDArray[np.float32]


def domains_of(text: str) -> tuple[str, ...]:
    """Which matrices a text is about, by its own words; enterprise where it says nothing else."""
    seen = {
        name: {match.group().lower() for match in pattern.finditer(text[:REPORT_CHARS])}
        for name, pattern in _SIGNS.items()
    }
    if len(seen["mobile"]) >= 2:
        windows = len(re.findall(r"\b(?:windows|registry|powershell|dll|active directory)\b", text, re.I))
        if windows < 3:
            return ("mobile",)
    return ("enterprise", "ics") if len(seen["ics"]) >= 2 else ("enterprise",)


class TechniqueSpecialist(Specialist):
    """ATT&CK techniques that a text reports."""

    name: ClassVar[str] = "technique"
    help: ClassVar[str] = "ATT&CK techniques of a sentence or a report, with the sentences they rest on."

    @cached_property
    def manifest(self) -> Manifest:
        """Where the weights come from and how good they are."""
        return read_manifest(self.name, self._folder)

    @cached_property
    def _model(self) -> Linear:
        import numpy as np

        arrays = read_arrays(self.manifest, self._folder)
        settings = self.manifest.settings
        model = Linear(arrays, recipe_of(settings), settings["labels"])
        self._prior = np.asarray(arrays["prior"], np.float32)
        self._domain = np.asarray(settings["domain_of_label"], np.int64)
        return model

    @property
    def labels(self) -> tuple[str, ...]:
        """All techniques and sub-techniques that it knows, matrix by matrix."""
        return tuple(self.manifest.settings["labels"])

    def threshold(self, which: Literal["precise", "balanced"] = "precise", *, rollup: bool = False) -> float:
        """A published threshold for a report's list: few false ones, or the best F1."""
        return float(self.manifest.settings["thresholds"]["rolled" if rollup else "plain"][which])

    def judge(self, texts: Sequence[str], *, top: int = 5) -> list[Judgement]:
        """One judgement for each sentence or paragraph, sub-techniques told apart."""
        out = []
        for text in texts:
            found = self._ranked(text[:MAX_CHARS], domain="", rollup=False, most=top)
            first = found.ranked[0].probability if found.ranked else 0.0
            if not found.abstained and first < self.manifest.threshold:
                found = Judgement(
                    ranked=found.ranked, abstained=True, because="no sentence of it describes a technique"
                )
            out.append(found)
        return out

    def report(
        self,
        text: str,
        *,
        domain: str = "",
        rollup: bool = False,
        threshold: float | Literal["precise", "balanced"] = "precise",
        most: int = 60,
    ) -> Judgement:
        """The techniques of a whole report, likeliest first, none below the threshold.

        Args:
            text: The report; 200,000 characters of it are read.
            domain: "enterprise", "mobile" or "ics"; "" to tell by the text.
            rollup: Give techniques instead of their sub-techniques.
            threshold: A probability, or the name of a published one.
            most: Labels given at most.

        Raises:
            UsageError: There is no such domain.
            WeightsError: The weights are missing or damaged.
        """
        if domain not in ("", *DOMAINS):
            raise UsageError(
                f"There is no ATT&CK matrix {domain[:40]!r}.", hint=f"Choose {', '.join(DOMAINS)}."
            )
        least = self.threshold(threshold, rollup=rollup) if isinstance(threshold, str) else threshold
        found = self._ranked(text[:REPORT_CHARS], domain=domain, rollup=rollup, most=most, least=least)
        kept = found.above(least)
        if kept or found.abstained:
            return Judgement(ranked=kept, abstained=found.abstained, because=found.because)
        return Judgement(abstained=True, because="no sentence of it describes a technique")

    def _ranked(self, text: str, *, domain: str, rollup: bool, most: int, least: float = 0.0) -> Judgement:
        import numpy as np

        from .technique_evidence import evidence, grouped, probability

        read = self._read(text)
        if read is None:
            return Judgement(abstained=True, because="it holds no sentence")
        wanted = (domain,) if domain else domains_of(text)
        settings = self.manifest.settings
        fitted = settings["calibration"]["rolled" if rollup else "plain"]
        everything: list[tuple[float, str, NDArray[np.int64]]] = []
        for index, name in enumerate(DOMAINS):
            columns = np.flatnonzero(self._domain == index)
            if name not in wanted or not len(columns):
                continue
            groups, names = self._groups(columns, rollup)
            prior = np.maximum.reduceat(self._prior[columns], groups)
            sentence = grouped(read.sentence[:, columns], groups)
            clause = grouped(read.clause[:, columns], groups)
            shift = float(settings["shifts"][name])
            chances = probability(evidence(sentence + shift, clause + shift, prior), fitted)
            ends = np.append(groups[1:], len(columns))
            for at in np.argsort(-chances)[:most]:
                if chances[at] < least:
                    break
                inside = columns[groups[at] : ends[at]]
                everything.append((float(chances[at]), names[at], inside))
        everything.sort(key=lambda one: -one[0])
        seen: dict[int, Scored] = {}
        return Judgement(ranked=tuple(self._explained(read, one, seen) for one in everything[:most]))

    def _groups(self, columns: NDArray[np.int64], rollup: bool) -> tuple[NDArray[np.int64], list[str]]:
        """First column and name of each group of labels: a label, or a technique with what is below it."""
        import numpy as np

        names = [self._model.labels[one] for one in columns]
        if not rollup:
            return np.arange(len(columns)), names
        tops = [name.partition(".")[0] for name in names]
        firsts = [at for at, top in enumerate(tops) if at == 0 or tops[at - 1] != top]
        return np.array(firsts, np.int64), [tops[at] for at in firsts]

    def _read(self, text: str) -> _Read | None:
        spans = sentences(text)
        if not spans:
            return None
        parts = [part for span in spans for part in clauses(text, span)]
        scores = score_all(self._model, [text[start:end] for start, end in (*spans, *parts)])
        return _Read(text, spans, scores[: len(spans)], scores[len(spans) :])

    def _explained(
        self, read: _Read, one: tuple[float, str, NDArray[np.int64]], seen: dict[int, Scored]
    ) -> Ranked:
        """A label with its words and sentences: those that score near the best one."""
        import numpy as np

        chance, label, columns = one
        of_label = read.sentence[:, columns].max(1)
        order = np.argsort(-of_label, kind="stable")[:MOST_SPANS]
        best = float(of_label[order[0]])
        near = sorted(int(at) for at in order if of_label[at] >= min(best, max(best - 0.6, -0.5)))
        column = int(columns[int(read.sentence[order[0], columns].argmax())])
        first = int(order[0])
        if first not in seen:
            start, end = read.spans[first]
            seen[first] = self._model.score(read.text[start:end])
        return Ranked(
            label=label,
            probability=round(chance, 4),
            reasons=self._model.reasons(seen[first], column),
            spans=tuple(read.spans[at] for at in near),
        )
