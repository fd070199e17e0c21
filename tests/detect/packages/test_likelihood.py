"""How likely a problem is to be exploited: where it stands in the list, and how old that is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cybersecqwen.detect.packages.likelihood import scores_in
from cybersecqwen.detect.packages.matching import match
from cybersecqwen.knowledge.advisories.scores import write_scores
from cybersecqwen.records import Severity
from cybersecqwen.records.review import Epss
from tests.knowledge.advisories.records import record

from .made import advisories, package


def scores(folder: Path, *lines: str, day: str = "2026-11-01") -> Path:
    source = folder / "scores.csv"
    head = f"#model_version:v2025.03.14,score_date:{day}T00:00:00+0000\ncve,epss,percentile\n"
    source.write_text(head + "\n".join(lines) + "\n")
    write_scores(folder / "epss.sqlite", source)
    return folder / "epss.sqlite"


def problem(id: str, cve: str, word: str = "", **fields: object) -> dict[str, object]:
    return record(
        id,
        ("introduced", "0"),
        aliases=[cve],
        database_specific={"severity": word},
        **fields,  # type: ignore[arg-type]
    )


def test_what_is_likely_stands_after_what_is_exploited_and_before_what_is_severe(tmp_path: Path) -> None:
    file = scores(
        tmp_path,
        "CVE-2024-0001,0.0004,0.1",
        "CVE-2024-0002,0.1,0.9",
        "CVE-2024-0003,0.05,0.9",
        "CVE-2024-0004,0.09999,0.9",
    )
    records = [
        problem("A-1", "CVE-2024-0001", "CRITICAL"),
        problem("A-2", "CVE-2024-0002", "LOW"),
        problem("A-3", "CVE-2024-0003", "MODERATE"),
        problem("A-4", "CVE-2024-0004", "MODERATE"),
        problem("A-5", "CVE-2024-0005", "MODERATE"),
        problem("A-6", "CVE-2024-0006", "LOW"),
    ]
    known = "CVE-2024-0006".__eq__
    with advisories(tmp_path, *records) as found, scores_in(file) as likely:
        got = match([package()], found, exploited=known, likely=likely.of).findings
        plain = match([package()], found, exploited=known).findings
    assert [one.id for one in got] == ["A-6", "A-2", "A-1", "A-4", "A-3", "A-5"]
    assert [one.id for one in plain] == ["A-6", "A-1", "A-3", "A-4", "A-5", "A-2"]
    by_id = {one.id: one for one in got}
    assert by_id["A-2"].severity is Severity.LOW
    assert by_id["A-2"].epss == Epss(cve="CVE-2024-0002", score=0.1, percentile=0.9, date="2026-11-01")
    assert "CVE-2024-0002 is exploited within 30 days of 2026-11-01 with 10%" in by_id["A-2"].why
    assert "EPSS" not in by_id["A-4"].why and by_id["A-5"].epss is None
    assert all(one.epss is None and "EPSS" not in one.why for one in plain)


def test_of_several_cves_the_highest_score_counts(tmp_path: Path) -> None:
    file = scores(tmp_path, "CVE-2024-0001,0.2,0.3", "CVE-2024-0002,0.4,0.5")
    with scores_in(file) as likely:
        found = likely.of(["CVE-2024-0001", "CVE-2024-0002", "CVE-2024-0003"])
        assert found is not None and (found.cve, found.score) == ("CVE-2024-0002", 0.4)
        assert likely.of([]) is None


def test_without_a_file_nothing_is_looked_up(tmp_path: Path) -> None:
    for path in (None, tmp_path / "none.sqlite"):
        with scores_in(path) as likely:
            assert likely.of(["CVE-2024-0001"]) is None and likely.told == ""


@pytest.mark.parametrize(
    ("today", "said"),
    [
        ("2026-10-31", ""),
        ("2026-11-01", ""),
        ("2026-12-01", ""),
        ("2026-12-02", ", older than 30 days: import newer ones"),
        ("2026-10-30", ", dated after today: the clock or the file is wrong"),
    ],
)
def test_old_scores_are_told(tmp_path: Path, today: str, said: str) -> None:
    file = scores(tmp_path, "CVE-2024-0001,0.2,0.3")
    with scores_in(file, date.fromisoformat(today)) as likely:
        assert likely.told == f"v2025.03.14 of 2026-11-01, 1 score{said}"
