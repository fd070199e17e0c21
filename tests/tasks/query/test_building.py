"""What keeps a query from being given out, and what only casts a doubt on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cybersecqwen.detect.sigma.model import Logsource, Not, Op
from cybersecqwen.detect.sigma.model import Test as Asked
from cybersecqwen.dialects.interface import Data, Effect, Rows, Running
from cybersecqwen.dialects.kql import Kql
from cybersecqwen.dialects.query import Query, Span
from cybersecqwen.errors import QuerySyntaxError, UnsayableError
from cybersecqwen.tasks.query.building import Built, build
from cybersecqwen.tasks.query.targets import target_of
from cybersecqwen.tasks.query.whose import whose

QUERY = Query(
    logsource=Logsource(product="windows", category="process_creation"),
    where=Asked("Image", Op.ENDS, ("\\rundll32.exe",)),
)
Broken = Callable[[str, Any], None]


def built() -> Built:
    return build(QUERY, target_of("defender"), whose)


def failed(one: Built) -> list[str]:
    return [check.name for check in one.checks if not check.passed]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Broken:
    """Puts something else in the place of a method of KQL."""
    return lambda name, made: monkeypatch.setattr(Kql, name, made)


def test_a_sound_query_passes_everything() -> None:
    one = built()
    assert one.sound and not failed(one) and one.trial.clean
    assert "runs elsewhere" in {check.name for check in one.checks}


def test_a_writer_that_turns_the_meaning_about_is_found_out(broken: Broken) -> None:
    write = Kql.write

    def wrong(self: Kql, query: Query) -> Any:
        assert query.where is not None
        return write(self, Query(tables=query.tables, where=Not(query.where)))

    broken("write", wrong)
    one = built()
    assert not one.sound and {"says the same", "runs", "runs elsewhere"} <= set(failed(one))


def test_a_lost_time_is_found_out(broken: Broken) -> None:
    read = Kql.read
    broken("read", lambda self, tree: replace(read(self, tree), span=None))
    one = build(replace(QUERY, span=Span(last_s=3_600.0)), target_of("defender"), whose)
    assert not one.sound
    assert any("something else: the time." in check.said for check in one.checks)


def test_a_field_of_nobody_is_found_out(broken: Broken) -> None:
    write = Kql.write
    other = Asked("FolderPathe", Op.ENDS, ("\\rundll32.exe",))
    broken("write", lambda self, query: write(self, Query(tables=query.tables, where=other)))
    one = built()
    assert not one.sound and "names what there is" in failed(one)
    assert "FolderPath" in next(check.said for check in one.checks if check.name == "names what there is")


def test_what_does_more_than_read_is_not_given_out(broken: Broken) -> None:
    broken("effects", lambda self, tree: (Effect(command=".drop", what="deletes a table"),))
    one = built()
    assert not one.sound and "only reads" in failed(one)


def test_another_engine_that_finds_something_else_casts_a_doubt(broken: Broken) -> None:
    broken("run_elsewhere", lambda self, text, data, running: Rows(rows=()))
    one = built()
    assert one.sound and failed(one) == ["runs elsewhere"]

    def refuses(self: Kql, text: str, data: Data, running: Running) -> Rows:
        raise QuerySyntaxError("A bar is expected.", line=1, column=3)

    broken("run_elsewhere", refuses)
    assert failed(built()) == ["runs elsewhere"]


def test_another_engine_that_cannot_run_it_says_nothing(broken: Broken) -> None:
    def unable(self: Kql, text: str, data: Data, running: Running) -> Rows:
        raise UnsayableError("It knows no join.", what="joins")

    broken("run_elsewhere", unable)
    one = built()
    assert not failed(one) and "runs elsewhere" not in {check.name for check in one.checks}
