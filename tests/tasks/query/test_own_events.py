"""A person's own events, as they are read."""

from __future__ import annotations

from pathlib import Path

from cybersecqwen.inputs.damages import MOST_KEPT
from cybersecqwen.records import Limits
from cybersecqwen.tasks.query.own_events import read_own


def test_damage_is_counted_and_kept_within_bounds(tmp_path: Path) -> None:
    count = MOST_KEPT + 500
    path = tmp_path / "events.jsonl"
    path.write_text('{"Image": "a.exe", "EventID": 1}\n{"Image": \n' * count, encoding="utf-8")
    own = read_own([str(path)], Limits())
    assert len(own.raws) == count and len(own.damage.kept) == MOST_KEPT
    assert sum(one.count for one in own.problems) == own.damage.records == count
