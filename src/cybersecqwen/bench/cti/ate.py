"""CTI-ATE: the ATT&CK techniques in a description of malware."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cybersecqwen.bench.interface import LONGEST, CtiTask, Extracted, Measure, Question, last_line

_TECHNIQUE = re.compile(r"(?<![A-Za-z0-9])T(\d{4})(?:[./]\d{3})?(?!\d)")
_MOST = 200


class Techniques(CtiTask):
    """See `CtiTask`."""

    name = "ate"
    title = "CTI-ATE, malware description to ATT&CK techniques"
    file = "cti-ate.tsv"
    columns = ("URL", "Platform", "Description", "Prompt", "GT")
    skill = "technique-report"
    specialist = "technique"
    max_tokens = 768
    measures = (
        Measure(
            name="micro_f1",
            title="micro-F1 of main techniques",
            over={"hit": 2.0},
            under={"hit": 2.0, "extra": 1.0, "missed": 1.0},
            rate=False,
        ),
        Measure(
            name="precision",
            title="precision",
            over={"hit": 1.0},
            under={"hit": 1.0, "extra": 1.0},
            rate=False,
        ),
        Measure(
            name="recall", title="recall", over={"hit": 1.0}, under={"hit": 1.0, "missed": 1.0}, rate=False
        ),
    )

    def question(self, row: Mapping[str, str]) -> Question:
        """See `CtiTask.question`."""
        platform = row["Platform"].strip().lower()
        domain = platform if platform in ("enterprise", "mobile", "ics") else ""
        return Question(
            task=self.name, skill=self.skill, text=row["Description"], prompt=row["Prompt"], domain=domain
        )

    def truth(self, text: str) -> str:
        """See `CtiTask.truth`: main techniques, sorted, with commas between them."""
        found = _techniques(text)
        if not found:
            raise ValueError(f"{text[:20]!r} names no technique")
        return ",".join(sorted(found))

    def extract(self, text: str) -> Extracted:
        """Techniques of the last line, sub-techniques taken for their main ones; else all of the answer."""
        for how, part in (("last line", last_line(text)), ("elsewhere", text[-LONGEST:])):
            found = _techniques(part)
            if found:
                return Extracted(values=found, how=how)
        return Extracted()

    def given(self, ranked: tuple[str, ...]) -> Extracted:
        """See `CtiTask.given`: a set, each technique taken for its main one; an empty set is an answer."""
        return Extracted(values=_techniques(",".join(ranked)), how="given")

    def grade(self, truth: str, values: tuple[str, ...]) -> dict[str, float]:
        """See `CtiTask.grade`."""
        right, said = set(truth.split(",")), set(values)
        hit = len(right & said)
        return {"hit": float(hit), "extra": float(len(said) - hit), "missed": float(len(right) - hit)}


def _techniques(text: str) -> tuple[str, ...]:
    """Main techniques in order of their first mention."""
    return tuple(dict.fromkeys(f"T{number}" for number in _TECHNIQUE.findall(text)))[:_MOST]
