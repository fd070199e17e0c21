"""CTI-RCM: the weakness (CWE) behind a vulnerability description."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cybersecqwen.bench.interface import LONGEST, CtiTask, Extracted, Measure, Question, last_line

from .texts import without_id

_CWE = re.compile(r"CWE[-_\s‑–]{0,2}(\d{1,6})(?!\d)", re.I)


class RootCause(CtiTask):
    """See `CtiTask`."""

    name = "rcm"
    title = "CTI-RCM, vulnerability description to CWE"
    file = "cti-rcm.tsv"
    columns = ("URL", "Description", "Prompt", "GT")
    skill = "cwe"
    specialist = "cwe"
    measures = (
        Measure(name="accuracy", title="strict accuracy", over={"correct": 1.0}),
        Measure(name="top3", title="among the first three", over={"top3": 1.0}, only="ranked"),
    )

    def question(self, row: Mapping[str, str]) -> Question:
        """See `CtiTask.question`."""
        return Question(
            task=self.name,
            skill=self.skill,
            text=without_id(row["Description"], row["URL"]),
            prompt=row["Prompt"],
        )

    def truth(self, text: str) -> str:
        """See `CtiTask.truth`."""
        found = _CWE.fullmatch(text.strip())
        if not found:
            raise ValueError(f"{text[:20]!r} is no CWE")
        return f"CWE-{int(found.group(1))}"

    def extract(self, text: str) -> Extracted:
        """The last CWE of the last line; where that names none, the last one of the whole answer."""
        for how, part in (("last line", last_line(text)), ("elsewhere", text[-LONGEST:])):
            found = _CWE.findall(part)
            if found:
                return Extracted(values=(f"CWE-{int(found[-1])}",), how=how)
        return Extracted()

    def grade(self, truth: str, values: tuple[str, ...]) -> dict[str, float]:
        """See `CtiTask.grade`."""
        return {"correct": float(values[:1] == (truth,)), "top3": float(truth in values[:3])}
