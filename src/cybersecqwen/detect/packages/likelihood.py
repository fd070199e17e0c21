"""How likely a problem is to be exploited soon: EPSS, where its scores were imported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from cybersecqwen.knowledge.advisories.scores import Scores
from cybersecqwen.records.review import Epss

OLD_DAYS = 30
"""A score speaks of the 30 days after its own: https://www.first.org/epss/."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Likelihoods:
    """Scores to be looked up, or none."""

    scores: Scores | None = None
    told: str = ""
    """Which they are, and whether they are old."""

    def of(self, cves: Iterable[str]) -> Epss | None:
        """The highest score of CVEs that are one problem; raises KnowledgeError where the file is damaged."""
        if self.scores is None:
            return None
        found = [
            Epss(cve=cve, score=one[0], percentile=one[1], date=self.scores.date)
            for cve in cves
            if (one := self.scores.of(cve)) is not None
        ]
        return max(found, key=lambda one: one.score, default=None)


@contextmanager
def scores_in(path: Path | None, today: date | None = None) -> Iterator[Likelihoods]:
    """The scores of a file, none where there is no file; raises KnowledgeError where it is damaged."""
    if path is None or not path.is_file():
        yield Likelihoods()
        return
    with Scores(path) as scores:
        told = f"{scores.model} of {scores.date}".strip()
        age = _age(scores.date, today or datetime.now(UTC).date())
        amount = "1 score" if scores.count == 1 else f"{scores.count:,} scores"
        yield Likelihoods(scores=scores, told=f"{told}, {amount}{age}")


def _age(day: str, today: date) -> str:
    try:
        days = (today - date.fromisoformat(day)).days
    except ValueError:
        return ", of a day that cannot be read"
    if days < -1:  # a day ahead may be another time zone
        return ", dated after today: the clock or the file is wrong"
    return f", older than {OLD_DAYS} days: import newer ones" if days > OLD_DAYS else ""
