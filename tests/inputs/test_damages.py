"""Damage is counted without end, and kept within a bound."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.events.rulebook import shipped_rulebook
from cybersecqwen.detect.events.screen import Screen, Screened
from cybersecqwen.detect.report.lookup import Lookup
from cybersecqwen.detect.report.searching import search
from cybersecqwen.inputs import damages
from cybersecqwen.inputs.damages import MOST_KEPT, Damages
from cybersecqwen.inputs.events import records
from cybersecqwen.inputs.open import open_inputs
from cybersecqwen.inputs.winxml import EventXmlReader
from cybersecqwen.interfaces.cli import main
from cybersecqwen.records import Damage, Limits, Source
from cybersecqwen.tasks.damaged import told

from .blobs import read

GOOD = (
    b"<Event xmlns='x'><System><EventID>1</EventID><Channel>c</Channel></System>"
    b"<EventData><Data Name='d'>old-panel.net</Data></EventData></Event>\n"
)
BAD = 30_000
ALL = GOOD + b"<Event xmlns='x'><System>\n<Event xmlns='x'><System></Event>\n" * (BAD // 2)


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """One event and damage that changes from event to event, in a few kilobytes."""
    path = tmp_path / "a.xml.gz"
    path.write_bytes(gzip.compress(ALL))
    return path


def test_a_screen_keeps_some_and_counts_all(packed: Path) -> None:
    [(blob, reader)] = open_inputs([packed], Limits())  # type: ignore[misc]
    out = Screened()
    Screen(shipped_rulebook(), Limits()).screen(blob, reader.name, records(blob, reader, Limits()), out)
    assert (out.records, out.damage.records, out.damage.places) == (1, BAD, BAD)
    assert len(out.damage.kept) == MOST_KEPT and out.damage.kept[0].source.record == 2
    both = Screened()
    both.merge(out, Limits())
    both.merge(out, Limits())
    assert (both.damage.records, len(both.damage.kept)) == (2 * BAD, MOST_KEPT)


def test_a_search_keeps_some_and_counts_all(packed: Path, tmp_path: Path) -> None:
    wide = tmp_path / "b.xml"  # in UTF-16 it is read record by record
    wide.write_bytes(ALL.decode().encode("utf-16"))
    *_, found = search(open_inputs([wide], Limits()), Lookup([("domain", "old-panel.net")]), Limits())
    assert (found.damage.records, found.damage.places, len(found.damage.kept)) == (BAD, BAD, MOST_KEPT)
    report = tmp_path / "report.txt"
    report.write_text("It connects to its command and control server old-panel.net.\n")
    assert main(["intel", "match", str(report), str(wide), "--format", "json"]) in (0, 1)


@pytest.mark.parametrize("command", ["triage", "logs"])
def test_reports_count_what_is_not_kept(
    command: str, packed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([command, "--format", "json", str(packed)])
    report = json.loads(capsys.readouterr().out)
    assert report["counts"]["damaged"] == BAD
    problems = [one for one in report["problems"] if one["stage"] == "read"]
    assert sum(one["count"] for one in problems) == BAD
    assert problems[-1]["message"] == "More damage was found."


def test_events_behind_damage_have_numbers_of_their_own(tmp_path: Path, packed: Path) -> None:
    """Numbers count what was damaged before, kept or not."""
    alert = tmp_path / "b.xml"
    alert.write_bytes(GOOD)
    total = Screened()
    screen = Screen(shipped_rulebook(), Limits())
    for item in open_inputs([packed, alert], Limits()):
        assert not isinstance(item, Damage)
        first = total.records + total.damage.records + 1
        screen.screen(item[0], item[1].name, records(*item, Limits()), total, first_id=first)
    assert total.records + total.damage.records == BAD + 2


@given(st.lists(st.integers(1, 9), max_size=12), st.lists(st.integers(1, 9), max_size=12), st.integers(0, 9))
def test_in_one_go_or_merged(first: list[int], second: list[int], most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(damages, "MOST_KEPT", most)
        made = [
            Damage(source=Source(path="a", record=at), reason="Bad.", records=count)
            for at, count in enumerate(first + second)
        ]
        whole, left, right = Damages(), Damages(), Damages()
        for at, one in enumerate(made):
            whole.add(one)
            (left if at < len(first) else right).add(one)
        left.merge(right)
        assert left == whole
        assert whole.kept == made[:most] and whole.records == sum(first + second)


def test_what_is_not_kept_is_told() -> None:
    one = Damage(source=Source(path="a"), reason="Bad.", records=2)
    assert [problem.count for problem in told([one])] == [2]
    assert [problem.count for problem in told([one], 3, 7)] == [2, 7]
    assert [problem.count for problem in told([one] * 51, 3, 7)][-2:] == [2, 9]


def test_broken_events_in_a_row_are_one_damage() -> None:
    event = b"<Event xmlns='x'><System><EventID>1</EventID></System></Event>"
    bad = b"<Event xmlns='x'><System><EventID>1</System></Event>"
    found, told_of = read(EventXmlReader(), event + bad * 300 + event + bad)
    assert [record[0] for record in found] == [1, 302]
    assert [(one.source.record, one.records) for one in told_of] == [(2, 300), (303, 1)]
