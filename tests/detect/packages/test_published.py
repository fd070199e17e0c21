"""The measure of ranges against published advisories: its oracle, a part of its cases, its saved result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from evaluation.advisories import ARCHIVES, cases, is_affected, published

from cybersecqwen.detect.packages.ranges import judge
from cybersecqwen.knowledge.advisories import osv
from cybersecqwen.knowledge.advisories.interface import name_key
from tests.amounts import part

ROOT = Path(__file__).parents[3]
AFFECTED: dict[str, Any] = {
    "ranges": [
        {"type": "GIT", "events": [{"introduced": "0"}]},
        {"type": "ECOSYSTEM", "events": [{"introduced": "1.0"}, {"fixed": "2.0"}, {"introduced": "3.0"}]},
    ],
    "versions": ["0.5"],
}


def test_the_oracle() -> None:
    told = {
        version: is_affected("PyPI", version, AFFECTED)
        for version in ("0.5", "0.9", "1.0", "1.9", "2.0", "3.1")
    }
    assert told == {"0.5": True, "0.9": False, "1.0": True, "1.9": True, "2.0": False, "3.1": True}


def test_there_is_a_case_on_each_side_of_each_bound() -> None:
    assert {version: kind for kind, version in cases("PyPI", AFFECTED)} == {
        "1.0": "introduced",
        "1.0.dev0": "below",
        "2.0": "fixed",
        "1.1": "between",
        "3.0": "introduced",
        "3.0.dev0": "below",
        "3.1": "beyond",
        "0.5": "listed",
    }


@pytest.mark.data
@pytest.mark.parametrize("name", ARCHIVES)
def test_a_part_of_the_published_advisories(data_dir: Path, name: str) -> None:
    judged = 0
    for record in part(list(published(data_dir / "code" / name)), 40):
        entry = osv.read(json.loads(json.dumps(record, default=str)))
        for affected in record["affected"]:
            ecosystem = affected["package"]["ecosystem"]
            same = [one for one in record["affected"] if one["package"] == affected["package"]]
            key = name_key(ecosystem, affected["package"]["name"])
            extents = [extent for _, package, extent in entry.packages if package == key]
            for _, version in cases(ecosystem, affected):
                try:
                    expected = any(is_affected(ecosystem, version, one) for one in same)
                except ValueError:
                    continue
                assert judge(ecosystem, version, extents).affected is expected, (record["id"], version)
                judged += 1
    assert judged > 100


def test_the_saved_result_is_right_throughout() -> None:
    saved = json.loads((ROOT / "evaluation/results/review/advisories.json").read_text(encoding="utf-8"))
    for name in ARCHIVES:
        found = saved[name]
        assert found["not_right"] == [] and "wrong" not in found and "unreadable" not in found
        assert found["right"] + found.get("said to be unreadable, rightly", 0) == found["cases"] > 20_000
