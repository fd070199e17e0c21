"""Whose names a query is written with: built-in, imported, or of a mapping file."""

from __future__ import annotations

from pathlib import Path

import pytest

from cybersecqwen.detect.sigma.model import And, Logsource, Op
from cybersecqwen.detect.sigma.model import Test as Asked
from cybersecqwen.dialects.fields.importing import SchemaShelf
from cybersecqwen.dialects.query import Query
from cybersecqwen.errors import CsqError, FieldError, UnknownNameError
from cybersecqwen.tasks.query.parts import fields_of
from cybersecqwen.tasks.query.whose import by_meaning, whose

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
    mapping, notes = by_meaning(QUERY, SchemaShelf(shelf).get("mine"))
    assert mapping.homes[0].fields["ParentImage"].columns == ("winlog.event_data.ParentImage",)
    assert notes == ()


def test_a_field_that_is_nowhere_is_refused_by_name(tmp_path: Path) -> None:
    shelf = imported(tmp_path, "colour,weight\nred,1\n")
    with pytest.raises(FieldError) as caught:
        whose("mine", shelf).mapped(QUERY)
    assert "ParentImage" in caught.value.message


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
