"""Understanding a query that is given has an end, too, and what the optimiser may take has it within."""

from __future__ import annotations

import time
from typing import NoReturn

import pytest

from cybersecqwen.dialects.improving import improve
from cybersecqwen.dialects.kql import Kql
from cybersecqwen.errors import LimitError
from cybersecqwen.knowledge.store import Store
from cybersecqwen.records import Report
from cybersecqwen.tasks.interface import Request, Tools
from cybersecqwen.tasks.query import given as understanding
from cybersecqwen.tasks.query import tasks
from cybersecqwen.tasks.query.given import given
from cybersecqwen.tasks.query.options import QueryOptions
from cybersecqwen.tasks.query.whose import whose

TEXT = 'DeviceProcessEvents | where NoSuchField == "x"'


def endless(*_: object) -> NoReturn:
    while True:
        pass


def assessed(task: tasks.Optimise | tasks.Explain) -> Report:
    request = Request(paths=(), question=TEXT, parameters=QueryOptions(proof_events=10, proof_seconds=0.1))
    with Store.open() as store:
        tools = Tools(store=store, load_rules=lambda: None)  # type: ignore[arg-type,return-value]
        return task.assess(request, tools)


def test_a_query_that_takes_too_long_is_refused() -> None:
    with pytest.raises(LimitError, match="takes too long"):
        given(TEXT, "kql", "", endless, seconds=0.1)


@pytest.mark.parametrize("place", ["parse", "effects", "names", "read"])
def test_no_part_of_understanding_it_is_outside(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Kql, place, endless)
    with pytest.raises(LimitError, match="takes too long"):
        given(TEXT, "", "", whose, seconds=0.1)


def test_the_optimiser_understands_within_its_own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(understanding, "_whose", endless)
    monkeypatch.setattr(tasks, "_LEAST_S", 0.2)
    begun = time.process_time()
    with pytest.raises(LimitError, match="takes too long"):
        assessed(tasks.Optimise())
    assert time.process_time() - begun < understanding.READING_S / 3


def test_what_understanding_took_is_not_there_for_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[float] = []
    monkeypatch.setattr(
        tasks, "improve", lambda *_, seconds, **__: left.append(seconds) or improve(Kql(), "T")
    )
    slow = tasks.given

    def longer(*parts: object, **more: object) -> understanding.Given:
        until = time.process_time() + 0.1
        while time.process_time() < until:
            pass
        return slow(*parts, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(tasks, "given", longer)
    assessed(tasks.Optimise())
    assert left == [0.0]


@pytest.mark.parametrize("task", [tasks.Optimise(), tasks.Explain()])
def test_names_that_take_too_long_are_told(
    task: tasks.Optimise | tasks.Explain, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = tasks._unknown(given(TEXT, "kql", "", whose), 5.0)
    assert len(said) == 1 and "'NoSuchField' is not in" in said[0]
    monkeypatch.setattr(tasks, "_LEAST_S", 0.2)
    monkeypatch.setattr(tasks, "READING_S", 0.2)
    monkeypatch.setattr(tasks, "unknown", endless)
    report = assessed(task)
    assert report.query is not None
    warnings = report.query.explained.warnings if report.query.explained else ()
    told = [one.message for one in report.problems] + list(warnings)
    assert "Its names were not held against the schema: that takes too long." in told


def test_a_tree_that_is_there_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = Kql().parse("T | extend a = 1 | where n > 1")
    parsed: list[str] = []
    parse = Kql.parse
    monkeypatch.setattr(Kql, "parse", lambda self, text: parsed.append(text) or parse(self, text))
    made = improve(Kql(), "T | extend a = 1 | where n > 1", proof_events=0, tree=tree)
    assert made.steps and "T | extend a = 1 | where n > 1" not in parsed
