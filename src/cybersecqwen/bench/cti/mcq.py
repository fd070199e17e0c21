"""CTI-MCQ: multiple-choice questions about threat intelligence."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cybersecqwen.bench.interface import LONGEST, CtiTask, Extracted, Measure, Question, last_line

LETTERS = "ABCD"
_ALONE = re.compile(r"(?<![A-Za-z0-9])([A-D])(?![A-Za-z0-9])")
_SAID = re.compile(
    r"(?:answer|option|choice)\b[^A-Za-z0-9\n]{0,8}(?:is|:)?[^A-Za-z0-9\n]{0,8}([A-D])(?![A-Za-z0-9'])", re.I
)


class MultipleChoice(CtiTask):
    """See `CtiTask`."""

    name = "mcq"
    title = "CTI-MCQ, threat-intelligence multiple choice"
    file = "cti-mcq.tsv"
    columns = ("URL", "Question", "Option A", "Option B", "Option C", "Option D", "Prompt", "GT")
    skill = "multiple-choice"
    measures = (Measure(name="accuracy", title="strict accuracy", over={"correct": 1.0}),)

    def question(self, row: Mapping[str, str]) -> Question:
        """See `CtiTask.question`."""
        options = tuple(row[f"Option {letter}"].strip() for letter in LETTERS)
        return Question(task=self.name, text=row["Question"], prompt=row["Prompt"], options=options)

    def truth(self, text: str) -> str:
        """See `CtiTask.truth`; some published answers are in lower case or carry blanks."""
        letter = text.strip().upper()
        if len(letter) != 1 or letter not in LETTERS:
            raise ValueError(f"{text[:20]!r} is none of A, B, C, D")
        return letter

    def extract(self, text: str) -> Extracted:
        """The letter that the last line holds; else the last one that is said to be the answer."""
        line = last_line(text)
        if len(line) == 1 and line.upper() in LETTERS:
            return Extracted(values=(line.upper(),), how="last line")
        head = re.match(r"(?:option\s+)?([A-D])[).:,]", line, re.I)
        alone = _ALONE.findall(line[:LONGEST])
        if head:
            return Extracted(values=(head.group(1).upper(),), how="last line")
        if len(set(alone)) == 1:
            return Extracted(values=(alone[0],), how="last line")
        said = _SAID.findall(text[-LONGEST:])
        return Extracted(values=(said[-1].upper(),), how="elsewhere") if said else Extracted()

    def grade(self, truth: str, values: tuple[str, ...]) -> dict[str, float]:
        """See `CtiTask.grade`."""
        return {"correct": float(values[:1] == (truth,))}
