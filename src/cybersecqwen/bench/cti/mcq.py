"""CTI-MCQ: multiple-choice questions about threat intelligence."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cybersecqwen.bench.interface import LONGEST, CtiTask, Extracted, Measure, Question, last_line

LETTERS = "ABCD"
# What the last line says: the letter first with a mark behind it, or the letter at its very end. A letter
# in between is none: "A" is an article too.
_HEAD = re.compile(r"(?:option\s{1,4})?([A-D])[).:,]", re.I)
_END = re.compile(r"(?<![A-Za-z0-9'])([A-D])$")
_SAID = re.compile(
    r"(?:answer|option|choice)\b[^A-Za-z0-9\n]{0,8}(?:is\b|:)?[^A-Za-z0-9\n]{0,8}"
    r"(?:option\s{1,4})?([A-D])(?=[^A-Za-z0-9' ]|\s*$|\s*\n)",
    re.I,
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
        return Question(
            task=self.name, skill=self.skill, text=row["Question"], prompt=row["Prompt"], options=options
        )

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
        found = _HEAD.match(line) or _END.search(line)
        if found:
            return Extracted(values=(found.group(1).upper(),), how="last line")
        for how, part in (("last line", line), ("elsewhere", text[-LONGEST:])):
            said = _SAID.findall(part)
            if said:
                return Extracted(values=(said[-1].upper(),), how=how)
        return Extracted()

    def grade(self, truth: str, values: tuple[str, ...]) -> dict[str, float]:
        """See `CtiTask.grade`."""
        return {"correct": float(values[:1] == (truth,))}
