"""Whose names a query is written with: built-in, imported, or of a mapping file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cybersecqwen.detect.sigma.model import And, Logsource, Op
from cybersecqwen.detect.sigma.model import Test as Asked
from cybersecqwen.dialects.fields.importing import SchemaShelf
from cybersecqwen.dialects.fields.mapping import mapped
from cybersecqwen.dialects.fields.meaning import Suggestion, suggest
from cybersecqwen.dialects.fields.schema import Schema, Table
from cybersecqwen.dialects.fields.schemas import schema
from cybersecqwen.dialects.query import Aggregate, Measure, Measured, Query
from cybersecqwen.errors import CsqError, FieldError, UnknownNameError
from cybersecqwen.tasks.query.parts import fields_of
from cybersecqwen.tasks.query.whose import Whose, by_meaning, whose

QUERY = Query(
    logsource=Logsource(product="windows", category="process_creation"),
    where=And(
        (Asked("ParentImage", Op.ENDS, ("\\winword.exe",)), Asked("CommandLine", Op.CONTAINS, ("/c",)))
    ),
)


def imported(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "schema.csv"
    file.write_text(text, encoding="utf-8")
    SchemaShelf(tmp_path / "shelf").add(file, "mine")
    return tmp_path / "shelf"


def test_a_built_in_schema_is_mapped_by_its_taxonomy() -> None:
    found = whose("defender").mapped(QUERY).query
    assert found.tables == ("DeviceProcessEvents",)
    assert {"InitiatingProcessFolderPath", "ProcessCommandLine"} <= set(fields_of(found))


def test_fields_of_an_imported_schema_are_found_by_meaning_and_said(tmp_path: Path) -> None:
    shelf = imported(tmp_path, "when,host_name,parent_process_path,proc_command_line,user_name\n1,a,b,c,d\n")
    found = whose("mine", shelf).mapped(QUERY)
    assert set(fields_of(found.query)) == {"parent_process_path", "proc_command_line"}
    assert any("ParentImage is taken to be parent_process_path" in note for note in found.notes)


def test_a_name_that_the_schema_has_is_no_guess(tmp_path: Path) -> None:
    shelf = imported(tmp_path, "winlog.event_data.ParentImage,winlog.event_data.CommandLine\na,b\n")
    mapping = by_meaning(QUERY, SchemaShelf(shelf).get("mine"))
    assert mapping.homes[0].fields["ParentImage"].columns == ("winlog.event_data.ParentImage",)
    assert whose("mine", shelf).mapped(QUERY).notes == ()


def following(name: str, without: tuple[str, ...] = (), more: tuple[str, ...] = ()) -> Whose:
    """An imported schema with the names of a product."""
    tables = {
        table.name: Table(
            name=table.name,
            fields={
                **{field: kind for field, kind in table.fields.items() if field not in without},
                **dict.fromkeys(more, "text"),
            },
        )
        for table in schema(name).tables.values()
    }
    target = Schema(name="soc", tables=tables)
    return Whose(name="soc", schema=target, target=target, imported=True)


@pytest.mark.parametrize("name", ("defender", "sentinel", "ecs", "cim"))
def test_a_schema_that_follows_a_product_is_mapped_as_that_and_nothing_is_guessed(name: str) -> None:
    found, built_in = following(name).mapped(QUERY), mapped(QUERY, name)
    assert found == built_in
    assert following(name).read_back(found.query).query == whose(name).read_back(built_in.query).query


def test_what_such_a_schema_calls_otherwise_is_found_by_meaning_beside_what_tells_the_records() -> None:
    lacking = ("ParentProcessName", "EventData", "InitiatingProcessFolderPath")
    own = following("sentinel", without=lacking, more=("parent_process_image",))
    found = own.mapped(QUERY)
    assert found.query.tables == ("SecurityEvent",)
    assert fields_of(found.query) == ["EventID", "parent_process_image", "CommandLine"]
    assert found.notes == ("ParentImage is taken to be parent_process_image (parent process).",)
    counted = replace(
        QUERY, steps=(Aggregate(measures=(Measure(name="n", function=Measured.COUNT),), by=("ParentImage",)),)
    )
    assert own.mapped(replace(counted, where=None)).notes == found.notes


def test_a_value_that_cannot_be_said_is_no_reason_to_guess_a_field() -> None:
    hashed = replace(QUERY, where=Asked("Hashes", Op.CONTAINS, ("imphash=" + "a" * 32,)))
    with pytest.raises(FieldError, match="IMPHASH"):
        following("defender").mapped(hashed)


def test_a_table_of_its_own_is_asked_under_its_own_names_before_any_guess() -> None:
    tables = {
        "a": Table(name="a", fields={"ParentImage": "text", "parent_command": "text"}),
        "b": Table(name="b", fields={"ParentImage": "text", "CommandLine": "text"}),
    }
    target = Schema(name="soc", tables=tables)
    found = Whose(name="soc", schema=target, target=target, imported=True).mapped(QUERY)
    assert found.query.tables == ("b",) and found.notes == ()


def test_the_table_with_what_is_nearest_is_taken_and_said() -> None:
    tables = {
        "web": Table(name="web", fields={"url": "text", "user_name": "text"}),
        "starts": Table(name="starts", fields={"parent_process_path": "text", "proc_command_line": "text"}),
    }
    target = Schema(name="soc", tables=tables)
    found = Whose(name="soc", schema=target, target=target, imported=True).mapped(QUERY)
    assert found.query.tables == ("starts",)
    assert "The records are taken to stand in starts." in found.notes and len(found.notes) == 3


def test_fields_are_looked_for_in_all_tables_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    fields = {"parent_process_path": "text", "proc_command_line": "text"}
    target = Schema(
        name="soc", tables={f"t{number}": Table(name=f"t{number}", fields=fields) for number in range(99)}
    )
    calls: list[str] = []

    def counted(words: str, *rest: Any, **more: Any) -> list[Suggestion]:
        calls.append(words)
        return suggest(words, *rest, **more)

    monkeypatch.setattr("cybersecqwen.tasks.query.whose.suggest", counted)
    assert by_meaning(QUERY, target).homes[0].tables == ("t0",)
    assert len(calls) == 4, "once for the table, once for the field in it"


def test_a_field_that_is_nowhere_is_refused_by_name(tmp_path: Path) -> None:
    shelf = imported(tmp_path, "colour,weight\nred,1\n")
    with pytest.raises(FieldError) as caught:
        whose("mine", shelf).mapped(QUERY)
    assert "ParentImage" in caught.value.message


def test_a_field_that_is_nowhere_is_refused_with_the_nearest(tmp_path: Path) -> None:
    shelf = imported(tmp_path, "colour,weight\nred,1\n")
    asked = replace(QUERY, where=Asked("Colouring", Op.EQUALS, ("1",)))
    with pytest.raises(FieldError) as caught:
        whose("mine", shelf).mapped(asked)
    assert "colour" in caught.value.hint


def test_a_pipeline_of_pysigma_is_followed(tmp_path: Path) -> None:
    file = tmp_path / "ours.yml"
    file.write_text(
        "name: ours\npriority: 10\ntransformations:\n  - id: a\n    type: field_name_mapping\n"
        "    mapping:\n      ParentImage: parent.path\n      CommandLine: cmd\n",
        encoding="utf-8",
    )
    assert set(fields_of(whose(str(file)).mapped(QUERY).query)) == {"parent.path", "cmd"}
    with pytest.raises(CsqError):
        whose(str(file)).read_back(QUERY)


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError) as caught:
        whose("defendre", tmp_path)
    assert "defender" in caught.value.hint
    with pytest.raises(CsqError):
        whose(str(tmp_path / "missing.yml"))
