"""Baselines: files, updates, what they say, and how two differ."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cybersecqwen.detect.anomalies.baseline import Baseline
from cybersecqwen.detect.anomalies.comparison import compared
from cybersecqwen.errors import InputError, OutputError

from .made import DAY, START, batch, batches, every, watched


def learned(days: float = 10, offset: float = 0.0, users: int = 3) -> Baseline:
    rows = every(600, days, lambda i: {"host": f"pc{i % users}", "user": f"user{i % users}", "LogonType": 2})
    moved = [{**row, "time": row["time"] + offset * DAY} for row in rows]
    return watched(batches(moved)).learned()


def late(**fields: Any) -> list[Any]:
    return [batch([{"time": START + 12 * DAY, "host": "pc0", "user": "user0", **fields}])]


def test_a_file_gives_back_what_was_saved(tmp_path: Path) -> None:
    one = learned()
    one.name = "office"
    one.save(tmp_path / "b.json")
    again = Baseline.load(tmp_path / "b.json")
    assert again.to_json() == one.to_json() and again.name == "office"
    assert list(tmp_path.iterdir()) == [tmp_path / "b.json"]


def test_against_a_baseline_only_what_is_new_is_told(tmp_path: Path) -> None:
    learned().save(tmp_path / "b.json")
    known = Baseline.load(tmp_path / "b.json")
    assert watched(late(), baseline=known).findings() == []
    told = watched(late(user="user1", LogonType=10), baseline=known).findings()
    assert {a.kind for a in told} == {"new-pair", "unusual-value"}


def test_a_baseline_of_hours_says_nothing() -> None:
    assert watched(late(user="user1", LogonType=10), baseline=learned(0.9)).findings() == []


def test_an_update_equals_learning_at_once() -> None:
    both = learned(10)
    first = learned(5)
    first.merge(learned(5, 5))
    assert first.clock == both.clock and first.learned == 2
    for detector, tables in both.tables.items():
        for name, table in tables.items():
            if (detector, name) != ("broken-sequence", "steps"):  # the step from one part to the next is lost
                assert first.tables[detector][name].amounts() == table.amounts(), (detector, name)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "b.json"
    learned().save(file)
    before = file.read_bytes()

    def broken(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(json, "dump", broken)
    with pytest.raises(OutputError):
        learned(3).save(file)
    assert file.read_bytes() == before and list(tmp_path.iterdir()) == [file]
    with pytest.raises(OutputError):
        learned(3).save(tmp_path / "no" / "b.json")


def broken_files() -> list[Any]:
    sound = learned(2).to_json()
    text = json.dumps(sound)

    def changed(**fields: Any) -> str:
        return json.dumps({**sound, **fields})

    return [
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b"null",
        b"{}",
        text[: len(text) // 2],
        changed(format="other"),
        changed(version=2),
        changed(clock=None),
        changed(clock={"records": -1, "timed": 0, "first": None, "last": None}),
        changed(tables=[]),
        changed(tables={"new-pair": {"pairs": {"type": "unknown"}}}),
        changed(tables={"new-pair": {"pairs": {"type": "grouped", "groups": [[1]]}}}),
        changed(tables={"new-pair": {"pairs": {"type": ["grouped"]}}}),
        changed(miner=3),
        changed(name=None),
        changed(learned="x"),
        text.replace('"records": ', '"records": "', 1),
    ]


@pytest.mark.parametrize("number", range(18))
def test_a_damaged_file_is_refused(tmp_path: Path, number: int) -> None:
    content = broken_files()[number]
    (tmp_path / "b.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=r"b\.json"):
        Baseline.load(tmp_path / "b.json")


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        Baseline.load(tmp_path / "none.json")


def test_a_person_reads_what_is_in_it() -> None:
    one = learned()
    one.name = "office"
    lines = one.summary().splitlines()
    assert (
        lines[0] == "Baseline of office, learned 1 time: 1,440 records from 2023-11-15 00:00:00 UTC to "
        "2023-11-24 23:50:00 UTC (10.0 days)"
    )
    assert "kinds: 1, counted 1,440 times" in lines and "hosts: 3, counted 1,440 times" in lines
    assert any("00:00" in line for line in lines) and any("user-host → user0 → pc0" in line for line in lines)


def test_two_baselines_side_by_side() -> None:
    one, other = learned(10, users=3), learned(10, 20, users=4)
    lines = one.compare(other)
    assert "hosts: 1 new, 0 gone, 0 more frequent, 0 less frequent, 3 the same" in lines
    assert any(line.startswith("  new") and "pc3" in line for line in lines)
    back = other.comparisons(one)["hosts"]
    assert back.gone == (("pc3", 360.0),) and not back.new
    same = one.comparisons(one)
    assert all(not any(found.counts.values()) for found in same.values())


def test_more_and_less_frequent_need_a_factor_and_enough_records() -> None:
    before = {"much": 100.0, "few": 2.0, "steady": 1_000.0, "rare": 500.0}
    after = {"much": 400.0, "few": 6.0, "steady": 1_500.0, "rare": 20.0}
    found = compared(before, after, 10, 10, 20)
    assert [row[0] for row in found.more] == ["much"] and [row[0] for row in found.less] == ["rare"]
    assert found.more[0][1:] == (10.0, 40.0) and found.same == 2


def test_templates_of_another_miner_are_recognised() -> None:
    """A miner that has seen less has more words where the other has parameters."""
    from cybersecqwen.detect.lines import TemplateMiner

    from .made import found

    texts = (
        "job alpha finished well",
        "job beta finished well",
        "job gamma finished well",
        "queue is empty now",
    )
    rows = every(600, 10, lambda i: {"host": "a", "text": texts[i % 4]})
    miner = TemplateMiner()
    known = watched(batches(rows, miner=miner), miner=miner).learned()
    again = [{"time": START + 12 * DAY + i, "host": "a", "text": text} for i, text in enumerate(texts[:2])]
    assert found(again, "new-template", baseline=known) == []
    new = [{"time": START + 12 * DAY, "host": "a", "text": "kernel panic not syncing"}]
    assert len(found(new, "new-template", baseline=known)) == 1
