"""What is new, gone and judged differently in the second of two reports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cybersecqwen.detect.events.rulebook import Rulebook
from cybersecqwen.errors import NothingAnalysedError, OutputError, UsageError
from cybersecqwen.knowledge.store import Store
from cybersecqwen.records import Report
from cybersecqwen.records.intel import Intelligence, Role, Tier
from cybersecqwen.render.marking import check_export
from cybersecqwen.tasks.intel.comparison import Change, Diff, changes
from cybersecqwen.tasks.interface import Request, Tools

from .pictures import document, named, seen, stated, target, technique

APT29, RYUK = named("APT29", "G0016"), named("Ryuk", "S0446", "software")
WHOLE = Intelligence(
    documents=(document(),),
    indicators=(seen("a.example"), seen("b.example", note="known")),
    names=(APT29, RYUK),
    techniques=(technique("T1486"),),
    relations=(stated(APT29, "uses", RYUK),),
    targets=(target("Energy"),),
)


def _no_rules() -> Rulebook:
    raise AssertionError("no rules are needed")


@pytest.fixture(scope="module")
def tools() -> Iterator[Tools]:
    with Store.open() as opened:
        yield Tools(store=opened, load_rules=_no_rules)


def told(before: Intelligence, after: Intelligence) -> list[tuple[str, str, str]]:
    return [(one.how, one.kind, one.value) for one in changes(before, after)]


def test_a_report_beside_itself() -> None:
    assert told(WHOLE, WHOLE) == []


def test_all_is_new_beside_nothing_and_gone_the_other_way_round() -> None:
    new = told(Intelligence(), WHOLE)
    assert [how for how, _, _ in new] == ["new"] * 7
    assert [(kind, value) for _, kind, value in new] == [
        ("indicator", "a.example"),
        ("indicator", "b.example"),
        ("technique", "Some Technique"),
        ("group", "APT29"),
        ("software", "Ryuk"),
        ("target", "Energy"),
        ("relation", "APT29 uses Ryuk"),
    ]
    assert told(WHOLE, Intelligence()) == [("gone", kind, value) for _, kind, value in new]


@pytest.mark.parametrize(
    ("after", "kind", "was", "now"),
    [
        (replace(WHOLE.indicators[0], role=Role.PAYLOAD), "indicator", "command and control", "payload"),
        (
            replace(WHOLE.indicators[0], note="sinkhole"),
            "indicator",
            "command and control",
            "set apart: sinkhole",
        ),
        (replace(APT29, tier=Tier.LOW), "group", "high", "low"),
        (replace(WHOLE.techniques[0], how="described"), "technique", "named", "described"),
        (replace(WHOLE.targets[0], tier=Tier.LOW), "target", "high", "low"),
    ],
)
def test_judged_differently(after: object, kind: str, was: str, now: str) -> None:
    places = {"indicator": "indicators", "group": "names", "technique": "techniques", "target": "targets"}
    field = places[kind]
    rest = getattr(WHOLE, field)[1:]
    (one,) = changes(WHOLE, replace(WHOLE, **{field: (after, *rest)}))  # type: ignore[arg-type]
    assert isinstance(one, Change)
    assert (one.how, one.kind, one.was, one.now) == ("changed", kind, was, now)


def compared(tmp_path: Path, tools: Tools, before: str, after: str) -> Report:
    paths = []
    for name, text in (("before.txt", before), ("after.txt", after)):
        (tmp_path / name).write_text(text)
        paths.append(str(tmp_path / name))
    return Diff().assess(Request(paths=tuple(paths)), tools)


OLD = "The loader connects to its command and control server old-panel.net.\n"
NEW = "The loader connects to its command and control server new-panel.net.\n"


def test_two_files(tmp_path: Path, tools: Tools) -> None:
    report = compared(tmp_path, tools, OLD, OLD + NEW)
    assert [(one.value, one.note) for one in report.indicators] == [("new-panel.net", "")]
    assert report.title.startswith("1 new, 0 gone, 0 changed")
    assert "damaged" not in report.counts
    gone = compared(tmp_path, tools, OLD + NEW, OLD)
    assert [(one.value, one.note) for one in gone.indicators] == [("new-panel.net", "gone")]


def test_what_could_not_be_read_is_named(tmp_path: Path, tools: Tools) -> None:
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "one.txt").write_text(OLD)
    report = Diff().assess(Request(paths=(str(tmp_path), str(tmp_path))), tools)
    assert [problem.stage for problem in report.problems] == ["read", "read"]
    assert report.counts["damaged"] == 2


def test_a_red_report_is_not_let_out_by_comparing_it(tmp_path: Path, tools: Tools) -> None:
    report = compared(tmp_path, tools, f"TLP:RED\n\n{OLD}", f"TLP:GREEN\n\n{NEW}")
    assert report.extra["marking"] == "TLP:RED"
    check_export(report, "terminal")
    with pytest.raises(OutputError, match="TLP:RED"):
        check_export(report, "json")
    assert "marking" not in compared(tmp_path, tools, OLD, NEW).extra


def test_refusals(tmp_path: Path, tools: Tools) -> None:
    with pytest.raises(UsageError):
        Diff().assess(Request(paths=("one",)), tools)
    with pytest.raises(NothingAnalysedError):
        compared(tmp_path, tools, OLD, "")
