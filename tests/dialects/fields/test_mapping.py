"""What a mapped query says, what it refuses, and that it finds what the query in Sigma's names finds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.sigma import model
from cybersecqwen.detect.sigma.model import And, Expression, Logsource, Not, Op, Or
from cybersecqwen.detect.sigma.modifiers import ANY
from cybersecqwen.dialects.evaluating import holds
from cybersecqwen.dialects.fields.mapping import mapped, read_back, unmapped
from cybersecqwen.dialects.fields.placing import placed
from cybersecqwen.dialects.fields.schema import Schema, Table
from cybersecqwen.dialects.fields.schemas import schema
from cybersecqwen.dialects.fields.taxonomy import MAPS
from cybersecqwen.dialects.globs import test_of as glob_test
from cybersecqwen.dialects.normal import equivalent
from cybersecqwen.dialects.query import (
    Aggregate,
    Columns,
    Keep,
    Measure,
    Measured,
    Query,
    Sequence,
    Sort,
    Stage,
)
from cybersecqwen.errors import FieldError, UnknownNameError, UnsayableError
from tests.amounts import draws

PROCESS = Logsource(product="windows", category="process_creation")
REGISTRY = Logsource(product="windows", category="registry_set")
SECURITY = Logsource(product="windows", service="security")


def ends(field: str, *values: str) -> model.Test:
    return model.Test(field, Op.ENDS, values)


def equals(field: str, *values: str) -> model.Test:
    return model.Test(field, Op.EQUALS, values)


def contains(field: str, *values: str) -> model.Test:
    return model.Test(field, Op.CONTAINS, values)


def where(query: Query, target: str) -> Expression | None:
    return mapped(query, target).query.where


def test_a_process_goes_to_the_table_of_processes() -> None:
    found = mapped(Query(logsource=PROCESS, where=ends("Image", "\\cmd.exe")), "defender")
    assert found.query.tables == ("DeviceProcessEvents",)
    assert found.query.where == ends("FolderPath", "\\cmd.exe")
    assert found.unmapped == ()


def test_conditions_stand_before_what_was_asked() -> None:
    assert where(Query(logsource=PROCESS, where=ends("Image", "\\cmd.exe")), "ecs") == And(
        (
            equals("event.category", "process"),
            equals("event.type", "start"),
            equals("host.os.type", "windows"),
            ends("process.executable", "\\cmd.exe"),
        )
    )


def test_a_value_of_the_registry_stands_in_two_columns() -> None:
    found = where(
        Query(logsource=REGISTRY, where=contains("TargetObject", "\\currentversion\\run\\")), "defender"
    )
    assert equivalent(
        found,
        And(
            (
                equals("ActionType", "registryvalueset"),
                Or(
                    (
                        contains("RegistryKey", "\\currentversion\\run\\"),
                        ends("RegistryKey", "\\currentversion\\run"),
                    )
                ),
            )
        ),
    )


def test_hives_numbers_and_hashes_are_spelt_as_the_schema_does() -> None:
    asked = And((equals("TargetObject", "hklm\\software\\a\\b"), equals("Details", "dword (0x00000010)")))
    assert equivalent(
        where(Query(logsource=REGISTRY, where=asked), "asim"),
        And(
            (
                equals("EventType", "registryvalueset"),
                equals("RegistryKey", "hkey_local_machine\\software\\a"),
                equals("RegistryValue", "b"),
                equals("RegistryValueData", "16"),
            )
        ),
    )
    hashed = contains("Hashes", "md5=" + "a" * 32, "sha256=" + "b" * 64)
    assert where(Query(logsource=PROCESS, where=hashed), "defender") == Or(
        (equals("MD5", "a" * 32), equals("SHA256", "b" * 64))
    )


def test_an_account_is_a_domain_and_a_name() -> None:
    asked = Query(logsource=PROCESS, where=equals("User", "nt authority\\system"))
    assert where(asked, "defender") == And(
        (equals("AccountDomain", "nt authority"), equals("AccountName", "system"))
    )


def test_an_event_id_becomes_what_tells_the_event() -> None:
    asked = Query(logsource=SECURITY, where=And((equals("EventID", "4624"), equals("LogonType", "3"))))
    found = mapped(asked, "defender").query
    assert found.tables == ("DeviceLogonEvents",)
    assert found.where == And((equals("ActionType", "logonsuccess"), equals("LogonType", "network")))
    assert unmapped(found, "defender") == asked


def test_the_next_home_is_tried_where_a_field_is_missing() -> None:
    plain = mapped(Query(logsource=PROCESS, where=ends("Image", "\\cmd.exe")), "sentinel").query
    other = mapped(Query(logsource=PROCESS, where=equals("OriginalFileName", "cmd.exe")), "sentinel").query
    assert (plain.tables, other.tables) == (("SecurityEvent",), ("WindowsEvent",))


def test_what_has_no_home_is_named() -> None:
    asked = Query(logsource=PROCESS, where=And((equals("CurrentDirectory", "x"), ends("Image", "\\a.exe"))))
    with pytest.raises(
        FieldError, match="field CurrentDirectory of process_creation has no column in Device"
    ):
        mapped(asked, "defender")
    kept = mapped(asked, "defender", strict=False)
    assert kept.unmapped == ("CurrentDirectory",)
    with pytest.raises(FieldError, match="IMPHASH"):
        mapped(Query(logsource=PROCESS, where=contains("Hashes", "imphash=" + "a" * 32)), "defender")
    with pytest.raises(UnsayableError, match="no table for product opencanary"):
        mapped(Query(logsource=Logsource(product="opencanary", category="application")), "defender")
    with pytest.raises(UnknownNameError) as raised:
        mapped(asked, "defnder")
    assert "defender" in raised.value.hint


def test_a_pattern_with_very_many_wildcards_is_refused_in_time() -> None:
    long = glob_test("TargetObject", f"a{ANY}\\" * 300)
    with pytest.raises(FieldError, match="so many wildcards"):
        mapped(Query(logsource=REGISTRY, where=long), "defender")


def test_names_that_are_none_are_refused_on_the_way_back() -> None:
    with pytest.raises(FieldError, match="Nonsense"):
        unmapped(Query(tables=("DeviceProcessEvents",), where=equals("Nonsense", "x")), "defender")
    with pytest.raises(UnsayableError):
        unmapped(Query(tables=("NoSuchTable",), where=equals("Nonsense", "x")), "defender")


def test_a_part_of_a_field_is_read_back_with_a_note_where_it_says_less() -> None:
    exact = read_back(Query(tables=("DeviceProcessEvents",), where=equals("AccountName", "bob")), "defender")
    assert exact.query.where == ends("User", "\\bob")
    wide = read_back(
        Query(
            tables=("DeviceRegistryEvents",),
            where=And((equals("ActionType", "registryvalueset"), contains("RegistryKey", "\\run"))),
        ),
        "defender",
    )
    assert wide.query.logsource == REGISTRY
    assert wide.query.where == contains("TargetObject", "\\run") and wide.notes


def test_a_query_written_by_hand_is_told_by_what_it_names() -> None:
    kind = model.Test("ActionType", Op.EQUALS, ("FileCreated",), True)
    path = model.Test("FolderPath", Op.ENDS, (".exe",))
    found = read_back(Query(tables=("DeviceFileEvents",), where=And((path, kind))), "defender")
    assert found.query.logsource.category == "file_event"
    assert found.query.where == ends("TargetFilename", ".exe")
    assert any("ActionType" in note and "some alone" in note for note in found.notes)
    deleted = model.Test("ActionType", Op.EQUALS, ("FileDeleted",), True)
    other = read_back(Query(tables=("DeviceFileEvents",), where=And((path, deleted))), "defender")
    assert other.query.logsource.category == "file_delete"
    bare = read_back(Query(tables=("DeviceFileEvents",), where=path), "defender")
    assert bare.query.where == ends("TargetFilename", ".exe")
    assert any("does not say ActionType" in note for note in bare.notes)
    started = And((equals("event.category", "process"), ends("process.executable", "cmd.exe")))
    elastic = read_back(Query(where=started), "ecs")
    assert elastic.query.logsource == PROCESS and elastic.query.where == ends("Image", "cmd.exe")
    splunk = And((equals("source", "wineventlog:security"), equals("EventCode", "4688")))
    security = read_back(Query(where=splunk), "windows").query
    assert (security.logsource, security.where) == (SECURITY, equals("EventID", "4688"))


def test_steps_have_the_columns_of_the_schema_and_their_own_names() -> None:
    steps = (
        Aggregate(
            measures=(Measure(name="n", function=Measured.COUNT, field="Image"),), by=("User", "ParentImage")
        ),
        Keep(where=model.Test("n", Op.GREATER, ("3",))),
        Sort(keys=(("n", True), ("ParentImage", False))),
        Columns(fields=("n", "ParentImage")),
    )
    found = mapped(Query(logsource=PROCESS, steps=steps), "defender")
    parent = "InitiatingProcessFolderPath"
    assert found.query.steps == (
        Aggregate(
            measures=(Measure(name="n", function=Measured.COUNT, field="FolderPath"),),
            by=("AccountName", parent),
        ),
        Keep(where=model.Test("n", Op.GREATER, ("3",))),
        Sort(keys=(("n", True), (parent, False))),
        Columns(fields=("n", parent)),
    )
    assert any("AccountName" in note for note in found.notes)
    assert mapped(unmapped(found.query, "defender"), "defender").query == found.query


def test_each_stage_of_a_sequence_goes_to_its_own_table() -> None:
    stages = (
        Stage(where=ends("Image", "\\a.exe"), logsource=PROCESS),
        Stage(where=ends("TargetFilename", ".exe"), logsource=Logsource("windows", "file_event")),
    )
    query = Query(steps=(Sequence(stages=stages, by=("Computer",), within_s=60.0),))
    found = mapped(query, "defender").query
    (step,) = found.steps
    assert isinstance(step, Sequence) and step.by == ("DeviceName",)
    assert [stage.tables for stage in step.stages] == [("DeviceProcessEvents",), ("DeviceFileEvents",)]
    assert mapped(unmapped(found, "defender"), "defender").query == found


def test_an_imported_schema_takes_its_own_names() -> None:
    own = Schema(name="mine", tables={"t": Table(name="t", fields={"Image": "text"})})
    assert mapped(Query(logsource=PROCESS, where=ends("Image", "\\a.exe")), own).query.tables == ("t",)
    with pytest.raises(FieldError, match="CommandLine"):
        mapped(Query(logsource=PROCESS, where=ends("CommandLine", "x")), own)


def test_an_imported_schema_that_follows_a_product_is_mapped_as_that() -> None:
    table = schema("defender").tables["DeviceProcessEvents"]
    fewer = {name: kind for name, kind in table.fields.items() if name != "ProcessIntegrityLevel"}
    own = Schema(name="soc", tables={"DeviceProcessEvents": Table(name="DeviceProcessEvents", fields=fewer)})
    found = mapped(Query(logsource=PROCESS, where=ends("ParentImage", "\\a.exe")), own).query
    assert found.tables == ("DeviceProcessEvents",)
    assert found.where == ends("InitiatingProcessFolderPath", "\\a.exe")
    assert unmapped(found, own).where == ends("ParentImage", "\\a.exe")
    with pytest.raises(FieldError, match="IntegrityLevel"):
        mapped(Query(logsource=PROCESS, where=equals("IntegrityLevel", "high")), own)
    with pytest.raises((FieldError, UnsayableError)):
        mapped(Query(logsource=REGISTRY, where=ends("TargetObject", "x")), own)
    names = ("event.category", "event.type", "host.os.type", "process.executable", "process.command_line")
    more = ("process.pid", "process.parent.executable", "user.name", "user.domain")
    fields = dict.fromkeys((*names, *more), "text")
    elastic = Schema(name="lake", tables={"edr-1": Table(name="edr-1", fields=fields)})
    asked = mapped(Query(logsource=PROCESS, where=ends("Image", "\\a.exe")), elastic).query
    assert asked.tables == ("edr-1",) and "process.executable" in repr(asked.where)


PIECE = st.sampled_from(
    (
        "c:",
        "windows",
        "run",
        "system",
        "currentcontrolset",
        "(default)",
        "a b",
        "nt authority",
        "x.exe",
    )
)
TEXT = st.lists(PIECE, min_size=1, max_size=4).map("\\".join)
PATTERN = st.lists(st.sampled_from(("\\", ANY, "run", "hklm", "a", "system")), min_size=1, max_size=6).map(
    "".join
)
OPS = st.sampled_from((Op.EQUALS, Op.CONTAINS, Op.STARTS, Op.ENDS))


@st.composite
def drawn(draw: st.DrawFn, fields: tuple[str, ...]) -> Expression:
    field = draw(st.sampled_from(fields))
    if draw(st.booleans()):
        return glob_test(field, draw(PATTERN))
    values = draw(st.lists(TEXT, min_size=1, max_size=3, unique=True))
    return model.Test(field, draw(OPS), tuple(values))


def expressions(fields: tuple[str, ...]) -> st.SearchStrategy[Expression]:
    return st.recursive(
        drawn(fields),
        lambda inner: st.one_of(
            inner.map(Not),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts))),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
        ),
        max_leaves=5,
    )


RECORD = st.fixed_dictionaries(
    {
        "TargetObject": st.tuples(st.sampled_from(("HKLM", "HKU")), TEXT).map("\\".join),
        "Details": st.sampled_from(("DWORD (0x00000001)", "x.exe", "run")),
        "Image": TEXT.map(lambda text: "C:\\" + text),
        "User": st.sampled_from(("NT AUTHORITY\\SYSTEM", "CORP\\run", "a\\a b")),
    }
)


@draws(40)
@given(expressions(("TargetObject", "Image", "User")), RECORD)
@pytest.mark.parametrize("target", ("defender", "ecs", "windows", "sigma", "sentinel"))
def test_a_mapped_query_finds_the_row_of_a_record_that_the_query_finds(
    target: str, expression: Expression, record: dict[str, str]
) -> None:
    query = Query(logsource=REGISTRY, where=expression)
    try:
        found = mapped(query, target)
    except UnsayableError:
        assert not holds(expression, record)
        return
    assert found.home is not None
    row = placed(record, found.home)
    if found.query.where is not None:
        assert holds(found.query.where, row) == holds(expression, record), (found.query.where, row)


@draws(40)
@given(expressions(("Image", "CommandLine", "ParentImage", "OriginalFileName")), st.sampled_from(MAPS))
def test_what_is_mapped_one_to_one_comes_back(expression: Expression, target: str) -> None:
    query = Query(logsource=PROCESS, where=expression)
    try:
        found = mapped(query, target)
    except (FieldError, UnsayableError):
        return
    back = unmapped(found.query, target)
    if target != "falcon":  # which has no drive letters
        assert equivalent(back.where, query.where)
    assert mapped(back, target).query.tables == found.query.tables
