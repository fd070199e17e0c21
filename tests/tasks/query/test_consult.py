"""A question of which nothing became a condition, and a model that may choose one."""

from __future__ import annotations

import json
from pathlib import Path

from cybersecqwen.dialects.fields.importing import SchemaShelf
from cybersecqwen.knowledge.store import Store
from cybersecqwen.models.interface import Prompt
from cybersecqwen.models.scripted import Scripted
from cybersecqwen.pipeline import run
from cybersecqwen.records import Report
from cybersecqwen.tasks.interface import Request, Tools
from cybersecqwen.tasks.query.construct import Construct
from cybersecqwen.tasks.query.options import QueryOptions

OPEN = "files named frobnicator dropped somewhere"


def reports(question: str, reply: str) -> list[Report]:
    def answer(prompt: Prompt) -> str:
        return "A" if "Answer with one letter" in prompt.question else reply

    request = Request(paths=(), question=question, parameters=QueryOptions(to="sigma"))
    with Store.open() as store:
        tools = Tools(store=store, load_rules=lambda: None)  # type: ignore[arg-type,return-value]
        return list(run(Construct(), request, tools, (Scripted(answer),)))


def test_what_the_model_chose_becomes_a_checked_query() -> None:
    chosen = {"tests": [{"field": "TargetFilename", "operator": "contains", "value": "frobnicator"}]}
    first, second = reports(OPEN, json.dumps(chosen))
    assert first.query is not None and not first.query.text
    assert second.query is not None and "TargetFilename|contains: frobnicator" in second.query.text
    assert all(check.passed for check in second.query.checks)
    assert second.provenance.models == ("scripted",)


def test_a_model_that_gives_orders_changes_nothing() -> None:
    first, second = reports(OPEN, '{"tests": [{"field": "x", "operator": "delete", "value": "| delete"}]}')
    assert second.query == first.query and second.provenance.models == ()


def test_a_question_that_was_read_asks_no_model() -> None:
    assert len(reports("rundll32 connecting to the internet", "{}")) == 1


def of_own(reply: str, folder: Path, fitted: frozenset[str]) -> list[Report]:
    """As `reports`, with a schema of one's own whose names nobody knows."""
    text = b"TableName,ColumnName,ColumnType\nProcEvents,x_prc_nm_01,string\nProcEvents,x_u,string\n"
    (folder / "own.csv").write_bytes(text)
    SchemaShelf(folder).add(folder / "own.csv", "own")
    model = Scripted(lambda _: reply)
    model.fitted = fitted
    options = QueryOptions(to="sqlite", schema="own", schemas=folder)
    request = Request(paths=(), question="hosts that ran zgrabber7.exe", parameters=options)
    with Store.open() as store:
        tools = Tools(store=store, load_rules=lambda: None)  # type: ignore[arg-type,return-value]
        return list(run(Construct(), request, tools, (model,)))


def test_a_model_that_was_fitted_to_a_schema_finds_the_field_that_reading_does_not(tmp_path: Path) -> None:
    chosen = {"tests": [{"field": "x_prc_nm_01", "operator": "endswith", "value": "zgrabber7.exe"}]}
    first, second = of_own(json.dumps(chosen), tmp_path, frozenset({"own-intent"}))
    assert first.query is not None and "no column in ProcEvents" in first.query.refused
    assert second.query is not None and '"x_prc_nm_01"' in second.query.text and not second.query.refused
    assert all(check.passed for check in second.query.checks)


def test_one_that_was_not_fitted_is_not_asked_to_guess(tmp_path: Path) -> None:
    chosen = {"tests": [{"field": "x_u", "operator": "endswith", "value": "zgrabber7.exe"}]}
    first, second = of_own(json.dumps(chosen), tmp_path, frozenset({"intent"}))  # to fields in general
    assert second.query == first.query and not second.provenance.models
