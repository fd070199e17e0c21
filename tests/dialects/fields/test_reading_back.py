"""Queries as people write them by hand: names of files, logs named loosely, in Sigma's names again."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cybersecqwen.detect.sigma import model
from cybersecqwen.detect.sigma.model import And, Logsource, Not, Op
from cybersecqwen.dialects import DIALECTS
from cybersecqwen.dialects.evaluating import holds
from cybersecqwen.dialects.fields.file_names import whole_path
from cybersecqwen.dialects.fields.mapping import Mapped, mapped, read_back
from cybersecqwen.dialects.fields.placing import placed
from cybersecqwen.dialects.fields.schemas import schema
from cybersecqwen.dialects.fields.taxonomy import MAPS, taxonomy
from cybersecqwen.dialects.globs import ANY, ONE
from cybersecqwen.dialects.globs import test_of as glob_test
from cybersecqwen.dialects.normal import equivalent
from cybersecqwen.dialects.query import Aggregate, Columns, Query
from cybersecqwen.errors import FieldError
from tests.amounts import draws

PROCESS = Logsource(product="windows", category="process_creation")
SECURITY = Logsource(product="windows", service="security")


def back(dialect: str, text: str, target: str) -> Mapped:
    chosen = DIALECTS.get(dialect)()
    return read_back(chosen.read(chosen.parse(text)), target)


def ends(field: str, *values: str) -> model.Test:
    return model.Test(field, Op.ENDS, values)


BY_NAME = (
    ("kql", "defender", 'DeviceProcessEvents | where FileName =~ "a.exe"'),
    ("kql", "defender", 'DeviceProcessEvents | where ActionType == "ProcessCreated" and FileName =~ "a.exe"'),
    ("kql", "sentinel", 'SecurityEvent | where EventID == 4688 and Process =~ "a.exe"'),
    ("kql", "asim", 'imProcessCreate | where TargetProcessFilename =~ "a.exe"'),
    ("eql", "ecs", 'process where process.name : "a.exe"'),
    ("lucene", "ecs", "process.name:a.exe"),
    ("spl", "cim", '| tstats count from datamodel=Endpoint.Processes where Processes.process_name="a.exe"'),
    ("spl", "windows", '`sysmon` EventCode=1 process_name="a.exe"'),
    ("spl", "windows", 'index=main source="*Sysmon*" EventCode=1 process_name="a.exe"'),
    ("spl", "windows", 'index=main sourcetype=XmlWinEventLog EventID=1 process_name="a.exe"'),
    ("logscale", "falcon", "#event_simpleName=ProcessRollup2 | FileName=/^a\\.exe$/i"),
    (
        "secops",
        "udm",
        'metadata.event_type = "PROCESS_LAUNCH" AND target.process.file.names = "a.exe" nocase',
    ),
)


@pytest.mark.parametrize(("dialect", "target", "text"), BY_NAME)
def test_the_name_of_a_file_is_the_end_of_its_path(dialect: str, target: str, text: str) -> None:
    found = back(dialect, text, target).query
    assert found.logsource == PROCESS
    assert equivalent(found.where, ends("Image", "\\a.exe"))


def test_names_of_parents_and_denials_go_over() -> None:
    text = 'process where process.name : "a.exe" and not process.parent.name : ("b.exe", "c.exe")'
    known = model.Test("ParentImage", Op.PRESENT)
    wanted = And((ends("Image", "\\a.exe"), known, Not(ends("ParentImage", "\\b.exe", "\\c.exe"))))
    assert equivalent(back("eql", text, "ecs").query.where, wanted)


NAMES = st.text(st.sampled_from("ab.c"), min_size=1, max_size=4)
FOLDERS = st.lists(st.text(st.sampled_from("ab.c"), max_size=3), min_size=1, max_size=3)
OPS = st.sampled_from((Op.EQUALS, Op.CONTAINS, Op.STARTS, Op.ENDS))


@draws(100)
@given(st.lists(NAMES, min_size=1, max_size=2), OPS, FOLDERS, NAMES, st.sampled_from("\\/"))
def test_a_test_of_the_name_holds_where_that_of_the_path_does(
    values: list[str], op: Op, folders: list[str], name: str, mark: str
) -> None:
    asked = model.Test("name", op, tuple(values))
    path = mark.join([*folders, name])
    whole = whole_path(asked, "path", mark)
    assert whole is not None
    assert holds(whole, {"path": path}) == holds(asked, {"name": name})


@draws(100)
@given(st.text(st.sampled_from(f"ab.{ANY}{ONE}"), min_size=1, max_size=5), FOLDERS, NAMES, st.booleans())
def test_patterns_of_the_name_are_patterns_of_the_last_part(
    text: str, folders: list[str], name: str, cased: bool
) -> None:
    asked = glob_test("name", text, cased=cased)
    assert isinstance(asked, model.Test)
    assume(asked.op is not Op.PRESENT)
    whole = whole_path(asked, "path", "\\")
    assert whole is not None
    assert holds(whole, {"path": "\\".join([*folders, name])}) == holds(asked, {"name": name})


def test_what_no_test_of_the_path_says_is_refused_by_name() -> None:
    text = 'DeviceProcessEvents | where FileName matches regex "a.*b"'
    with pytest.raises(FieldError, match="FileName"):
        back("kql", text, "defender")


def test_groups_by_name_that_are_compared_are_refused_and_others_told() -> None:
    counted = "DeviceProcessEvents | summarize count() by FileName"
    with pytest.raises(FieldError, match="FileName"):
        back("kql", f"{counted} | where count_ > 5", "defender")
    found = back("kql", counted, "defender")
    assert any("FileName is a part of Image" in note for note in found.notes)
    shown = back("kql", "DeviceProcessEvents | project Timestamp, FileName", "defender").query
    assert shown.steps == (Columns(fields=("timestamp", "Image")),)


def test_a_field_that_two_columns_are_read_as_is_grouped_by_once() -> None:
    found = back("kql", "DeviceProcessEvents | summarize count() by FileName, FolderPath", "defender").query
    (step,) = found.steps
    assert isinstance(step, Aggregate) and step.by == ("Image",)


@pytest.mark.parametrize(
    "said",
    [
        "index=wineventlog",
        "sourcetype=WinEventLog:Security",
        "sourcetype=XmlWinEventLog",
        "`wineventlog_security`",
        "eventtype=wineventlog_security",
        "source=*Security",
        "source=WinEventLog:Security",
        "index=win Channel=Security",
    ],
)
def test_the_log_is_told_by_however_it_is_named(said: str) -> None:
    found = back("spl", f"{said} EventCode=4625 TargetUserName=x", "windows").query
    assert found.logsource == SECURITY
    tests = (model.Test("EventID", Op.EQUALS, ("4625",)), model.Test("TargetUserName", Op.EQUALS, ("x",)))
    assert equivalent(found.where, And(tests))


def test_a_log_that_was_taken_by_its_number_is_told() -> None:
    found = back("spl", "index=main EventCode=7045", "windows")
    assert found.query.logsource == Logsource(product="windows", service="system")
    assert any("7045 is taken to be of system" in note for note in found.notes)


def test_numbers_of_several_logs_tell_none() -> None:
    found = back("spl", "index=main EventCode IN (4625, 7045)", "windows").query
    assert found.logsource not in (SECURITY, Logsource(product="windows", service="system"))


def test_a_number_beside_others_is_not_dropped() -> None:
    found = back("kql", "SecurityEvent | where EventID in (4624, 4688)", "sentinel").query
    assert equivalent(found.where, model.Test("EventID", Op.EQUALS, ("4624", "4688")))


@pytest.mark.parametrize("target", MAPS)
def test_columns_that_are_only_read_are_those_of_the_schema(target: str) -> None:
    mapping = taxonomy(target)
    found = schema(mapping.schema)
    for home in mapping.homes:
        if home.rest == "*":
            continue
        for column in home.reads:
            assert all(found.type_of(column, table) for table in home.tables or ("",)), (home.tables, column)


@pytest.mark.parametrize("target", [name for name in MAPS if name not in ("windows", "sigma")])
def test_what_is_read_of_a_row_holds_for_the_record(target: str) -> None:
    image = "C:\\Windows\\a.exe"
    for home in taxonomy(target).homes:
        if home.logsources[0] != PROCESS:
            continue
        row = placed({"Image": image, "ParentImage": "C:\\b.exe"}, home)
        for column, reading in home.reads.items():
            if reading.name_alone and reading.field == "Image":
                asked = model.Test(column, Op.EQUALS, ("a.exe",))
                found = read_back(
                    mapped(Query(logsource=PROCESS, where=ends("Image", "\\a.exe")), target).query, target
                )
                assert holds(asked, row) and found.query.where is not None
                assert holds(found.query.where, {"Image": image})
