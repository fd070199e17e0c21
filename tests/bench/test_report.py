"""Report files, and the table that people see: tests/snapshots/bench holds it at two widths."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path
from typing import Any

import pytest

from cybersecqwen.bench import CTI_TASKS, conditions, harness, report, table, tsv
from cybersecqwen.bench.harness import Plan
from cybersecqwen.bench.interface import Answer
from cybersecqwen.bench.journal import Journal
from cybersecqwen.errors import InputError, OutputError

from . import made
from .subjects import Fake

SNAPSHOTS = Path(__file__).parents[1] / "snapshots" / "bench"
FACTS = {
    "version": "0.1",
    "commit": "abc123",
    "cpu": "Teapot 3000",
    "cores": 2,
    "ram_gb": 8,
    "system": "Linux",
    "python": "3.11",
}


def records(folder: Path) -> list[dict[str, Any]]:
    """Three tasks with subjects of all modes; times are given, not measured."""
    answers = {
        "rcm": Fake(lambda q, _: Answer(ranked=("CWE-787", "CWE-20")), name="specialist"),
        "mcq": Fake(
            lambda q, _: Answer(text="B" if "hat" in q.prompt else "hm", cut=True), samples=True, name="tiny"
        ),
        "ate": Fake(lambda q, _: Answer(ranked=("T1059.001", "T1005")), mode="look-up", name="look-up"),
        "taa": Fake(lambda q, _: Answer(ranked=("APT29",)), mode="open-book", name="specialist"),
    }
    plan = Plan(seed=7, trials=2, temperature=0.7)
    made.write(folder)
    out = []
    for name, subject in answers.items():
        task = CTI_TASKS.get(name)()
        data = tsv.read(folder / task.file, task)
        result = harness.run(task, subject, data.items, plan, Journal(), lambda *_: None)
        one = report.record(task, subject, data, plan, result, FACTS, knowledge="k1", load_s=0.25)
        out.append(
            one
            | {
                "seconds": {"p50_s": 0.0012, "p95_s": 1.25, "total_s": 3.0, "load_s": 0.25},
                "date": "2026-01-02",
            }
        )
    return out


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_table_is_as_pinned(width: int, tmp_path: Path) -> None:
    text = table.draw(records(tmp_path), width=width)
    pinned = SNAPSHOTS / f"cti-{width}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        pinned.parent.mkdir(parents=True, exist_ok=True)
        pinned.write_text(text, encoding="utf-8", newline="\n")
    assert text == pinned.read_text(encoding="utf-8"), f"{pinned.name} differs: UPDATE_SNAPSHOTS=1 if meant"
    assert max(map(len, text.splitlines())) <= width


def test_colour_changes_no_word(tmp_path: Path) -> None:
    import re

    some = records(tmp_path)
    painted = table.draw(some, width=80, color=True)
    assert "\x1b[" in painted
    plain = re.sub(r"\x1b\[[0-9;]*m", "", painted)
    assert [line.rstrip() for line in plain.splitlines()] == table.draw(some, width=80).splitlines()


def test_a_report_file_goes_round_and_names_its_conditions(tmp_path: Path) -> None:
    some = records(tmp_path)
    path = tmp_path / "r.json"
    report.write(path, some)
    assert report.read(path) == json.loads(json.dumps(some))
    rcm, mcq, ate, taa = report.read(path)
    assert rcm["data"]["sha256"] == tsv.read(tmp_path / "cti-rcm.tsv", CTI_TASKS.get("rcm")()).sha256
    assert rcm["command"] == "csq bench cti --data DATA --task rcm --seed 7 --trials 2"
    assert mcq["command"].endswith("--task mcq --model tiny --seed 7 --trials 2 --temperature 0.7")
    assert ate["command"].startswith("csq bench cti --data DATA --task ate --look-up")
    assert rcm["identity"] == {"name": "specialist", "version": "1"}
    assert mcq["unparsable"]["value"] == pytest.approx(2 / 3, abs=1e-4)
    assert taa["figures"] == []
    assert str(tmp_path) not in path.read_text("utf-8")


def test_markdown_has_a_row_a_figure_and_the_conditions(tmp_path: Path) -> None:
    path = tmp_path / "r.md"
    some = records(tmp_path)
    report.write(path, some)
    text = path.read_text("utf-8")
    assert text.count("\n| ") == sum(len(one["figures"]) for one in some)
    assert "| rcm | specialist | closed-book | strict accuracy | .500 |" in text
    assert "Teapot 3000" in text and "--look-up" in text


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema": "other/1", "reports": []}', '{"schema": 3}'])
def test_other_files_are_no_reports(text: str, tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match="no report"):
        report.read(path)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        report.write(tmp_path / "absent" / "r.json", [])


def test_percentiles_are_values_that_occurred() -> None:
    assert report.percentile([3.0, 1.0, 2.0], 0.5) == 2
    assert report.percentile([float(n) for n in range(100)], 0.95) == 95
    assert report.percentile([], 0.5) == 0


@pytest.mark.parametrize(
    ("value", "text"), [(0.5, ".500"), (0.0, ".000"), (1.0, "1.000"), (1.25, "1.250"), (9.8, "9.800")]
)
def test_numbers_as_benchmarks_quote_them(value: float, text: str) -> None:
    assert report.number(value) == text


def test_conditions_name_neither_machine_nor_user() -> None:
    facts = conditions.conditions()
    assert facts["cores"] and facts["cpu"]
    assert platform.node() not in json.dumps(facts) or not platform.node()
    assert conditions.hardware(facts).startswith(str(facts["cores"]))
