"""CTI-VSP: the severity (CVSS v3.1) of a described vulnerability."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cybersecqwen.bench.interface import LONGEST, CtiTask, Extracted, Measure, Question, last_line
from cybersecqwen.errors import InputError
from cybersecqwen.specialists.cvss_score import METRICS, base_score, metrics, vector

from .texts import without_id

_VECTOR = re.compile(r"CVSS:3\.[01](?:/[A-Z]{1,3}:[A-Z]){8,23}")
_BARE = re.compile(r"AV:[NALP](?:/[A-Z]{1,3}:[A-Z]){7,22}")


class Severity(CtiTask):
    """See `CtiTask`."""

    name = "vsp"
    title = "CTI-VSP, vulnerability description to CVSS v3.1 score"
    file = "cti-vsp.tsv"
    columns = ("URL", "Description", "Prompt", "GT")
    skill = "cvss"
    specialist = "cvss"
    max_tokens = 640
    measures = (
        Measure(
            name="mad",
            title="mean absolute deviation of the score",
            over={"deviation": 1.0},
            rate=False,
            better="lower",
        ),
        Measure(
            name="mad_parsed",
            title="the same, over parsable answers alone",
            over={"deviation_parsed": 1.0},
            under={"parsed": 1.0},
            rate=False,
            only="text",
            better="lower",
        ),
        Measure(name="vector", title="whole vector right", over={"exact": 1.0}),
        Measure(
            name="metric",
            title="metrics of the vector right",
            over={"same": 1.0},
            under={"items": float(len(METRICS))},
            rate=False,
        ),
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
        """See `CtiTask.truth`: the vector with its base metrics alone."""
        try:
            return vector(metrics(text.strip()))
        except InputError as error:
            raise ValueError(error.message) from error

    def extract(self, text: str) -> Extracted:
        """The last CVSS v3 vector of the last line; where that holds none, the last one of the answer."""
        for how, part in (("last line", last_line(text)), ("elsewhere", text[-LONGEST:])):
            for pattern, prefix in ((_VECTOR, ""), (_BARE, "CVSS:3.1/")):
                for found in reversed(pattern.findall(part.replace(" ", ""))):
                    made = _whole(prefix + found)
                    if made:
                        return Extracted(values=(made,), how=how)
        return Extracted()

    def grade(self, truth: str, values: tuple[str, ...]) -> dict[str, float]:
        """See `CtiTask.grade`; what cannot be parsed deviates as far as any score could."""
        right, score = metrics(truth), base_score(truth)
        said = _whole(values[0]) if values else ""
        if not said:
            worst = max(score, 10 - score)
            return {"deviation": worst, "deviation_parsed": 0.0, "parsed": 0.0, "exact": 0.0, "same": 0.0}
        deviation = abs(base_score(said) - score)
        theirs = metrics(said)
        return {
            "deviation": deviation,
            "deviation_parsed": deviation,
            "parsed": 1.0,
            "exact": float(theirs == right),
            "same": float(sum(theirs[name] == right[name] for name in METRICS)),
        }


def _whole(text: str) -> str:
    """A vector with base metrics alone, or "" where it is not one."""
    try:
        return vector(metrics(text))
    except InputError:
        return ""
