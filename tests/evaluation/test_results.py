"""What the portfolio and the pages say is what the report files under evaluation/results hold."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cybersecqwen.bench import report
from cybersecqwen.models.skills import Candidate, candidates

ROOT = Path(__file__).resolve().parents[2]
RESULTS = sorted((ROOT / "evaluation" / "results").glob("*.json"))
OURS = [row for row in candidates() if row.ours]


@pytest.fixture(scope="module")
def measured() -> ModuleType:
    """scripts/measured.py, which is no package."""
    spec = importlib.util.spec_from_file_location("measured", ROOT / "scripts" / "measured.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def heads(row: Candidate) -> list[dict[str, Any]]:
    """Headline figures of the report that a row names, for its skill and mode."""
    some = report.read(ROOT / row.source)
    return [one["figures"][0] for one in some if (one["skill"], one["mode"]) == (row.skill, row.mode)]


@pytest.mark.parametrize("row", OURS, ids=lambda row: f"{row.skill}-{row.candidate}-{row.mode}")
def test_every_row_of_ours_stands_in_its_report(row: Candidate) -> None:
    figures = [(one["name"], one["value"], one["low"], one["high"], one["n"]) for one in heads(row)]
    assert (row.measure, row.value, row.low, row.high, row.n) in figures


def test_the_table_is_made_from_the_reports(measured: ModuleType) -> None:
    assert (ROOT / "src/cybersecqwen/models/measured.toml").read_text("utf-8") == measured.measured_toml(ROOT)


def test_the_page_is_made_from_the_reports(measured: ModuleType) -> None:
    text = (ROOT / "docs/benchmarks.md").read_text("utf-8")
    assert text.count("<!-- results: ") == text.count("<!-- end -->") > 0
    assert measured.with_results(text, ROOT) == text


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_reports_are_small_and_hold_no_item(path: Path) -> None:
    """Figures alone: the benchmark's texts are not ours to pass on."""
    assert path.stat().st_size < 20_000
    for one in report.read(path):
        assert one["figures"] and one["conditions"]["commit"] and one["data"]["sha256"]
        assert not {"text", "prompt", "answers", "predictions"} & {key for key, value in one.items() if value}


def test_a_page_without_reports_says_so(measured: ModuleType, tmp_path: Path) -> None:
    page = "x\n<!-- results: mcq -->\nold\n<!-- end -->\ny\n"
    made = measured.with_results(page, tmp_path)
    assert "old" not in made and "Nothing has been measured yet." in made
    assert measured.with_results(made, tmp_path) == made
