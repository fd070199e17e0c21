"""Suggestions by meaning, and the nearest names for unknown ones."""

from __future__ import annotations

import pytest
from evaluation.fields import SCHEMAS as JUDGED
from evaluation.fields import labels
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.dialects.fields.checking import check, unknown
from cybersecqwen.dialects.fields.lexicon import lexicon
from cybersecqwen.dialects.fields.meaning import nearest, nearest_tables, suggest
from cybersecqwen.dialects.fields.schema import Schema, Table
from cybersecqwen.dialects.fields.schemas import SCHEMAS, schema
from cybersecqwen.dialects.fields.words import bag, tokens
from cybersecqwen.dialects.interface import Name, Names
from cybersecqwen.errors import FieldError


@pytest.mark.parametrize(
    ("target", "field"),
    [
        ("windows", "ParentImage"),
        ("ecs", "process.parent.executable"),
        ("defender", "InitiatingProcessFileName"),
        ("sentinel", "ParentProcessName"),
        ("cim", "parent_process_path"),
        ("asim", "ActingProcessName"),
        ("falcon", "ParentBaseFileName"),
    ],
)
def test_the_process_that_started_it(target: str, field: str) -> None:
    first = suggest("the process that started it", schema(target))[0]
    assert first.field == field and first.why == "parent process"


def test_a_suggestion_is_of_the_table_that_is_asked_about() -> None:
    found = suggest("remote port", schema("defender"), "DeviceNetworkEvents")
    assert (found[0].field, found[0].table) == ("RemotePort", "DeviceNetworkEvents")
    assert all(one.table == "DeviceNetworkEvents" for one in found)
    assert schema("defender").type_of(found[-1].field, "DeviceNetworkEvents")


OWN = Schema(
    name="ours",
    tables={
        "edr": Table(
            name="edr",
            fields=dict.fromkeys(
                ("procParentPath", "proc_cmd", "dst_port", "srcIpAddr", "usr", "evtTime"), "text"
            ),
        )
    },
)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("what started the process", "procParentPath"),
        ("command line", "proc_cmd"),
        ("destination port", "dst_port"),
        ("source address", "srcIpAddr"),
    ],
)
def test_a_schema_that_nobody_knew_is_understood_by_its_words(words: str, field: str) -> None:
    assert suggest(words, OWN)[0].field == field


def test_nothing_near_is_nothing() -> None:
    assert suggest("", schema("ecs")) == []
    assert suggest("zzqx", schema("ecs")) == []


@pytest.mark.parametrize(
    ("name", "target", "table", "first"),
    [
        ("process.comand_line", "ecs", "", "process.command_line"),
        ("ParentImage", "defender", "DeviceProcessEvents", "InitiatingProcessFolderPath"),
        ("CommandLine", "ecs", "", "process.command_line"),
        ("ProcesCommandLine", "defender", "", "ProcessCommandLine"),
        ("dest_prot", "cim", "Network_Traffic.All_Traffic", "dest_port"),
        ("RemoteIPAddress", "defender", "DeviceNetworkEvents", "RemoteIP"),
    ],
)
def test_an_unknown_name_has_real_ones_near(name: str, target: str, table: str, first: str) -> None:
    found = nearest(name, schema(target), table)
    assert found[0] == first
    assert all(schema(target).type_of(one, table) for one in found)


def test_an_unknown_table_has_real_ones_near() -> None:
    assert nearest_tables("DeviceProcesEvents", schema("defender"))[0] == "DeviceProcessEvents"


def test_unknown_names_are_told_with_their_place() -> None:
    names = Names(
        tables=(Name(text="DeviceProcessEvents", line=1, column=1), Name(text="NoTable", line=2, column=3)),
        fields=(
            Name(text="FileName", line=3, column=4, table="DeviceProcessEvents"),
            Name(text="AdditionalFields.x", line=3, column=4, table="DeviceProcessEvents"),
            Name(text="FileNam", line=4, column=5, table="DeviceProcessEvents"),
            Name(text="FileNam", line=9, column=5, table="DeviceProcessEvents"),
            Name(text="RemotePort", line=5, column=6, table="DeviceProcessEvents"),
            Name(text="Whatever", line=6, column=7, table="NoTable"),
            Name(text="RemotePort", line=7, column=8),
        ),
    )
    found = unknown(names, schema("defender"))
    assert [(one.kind, one.name.text) for one in found] == [
        ("table", "NoTable"),
        ("field", "FileNam"),
        ("field", "RemotePort"),
    ]
    assert found[1].nearest[0] == "FileName"
    with pytest.raises(FieldError, match=r"Line 2, column 3: the table 'NoTable' .* 2 more of its names"):
        check(names, schema("defender"))
    check(Names(fields=names.fields[:2]), schema("defender"))


def test_names_and_phrases_become_the_same_words() -> None:
    assert tokens("procParentPath") == ("process", "parent", "path")
    assert tokens("src_ip") == tokens("SourceIp") == ("source", "address")
    assert tokens("process.parent.command_line") == ("process", "parent", "command", "line")
    assert "parent+parent" in bag("the parent of the parent")


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_field_of_the_lexicon_is_one_of_the_schema(name: str) -> None:
    target = schema(name)
    listed = {one for concept in lexicon().concepts for one in concept.fields.get(name, ())}
    # The lexicon gives `sigma` the names of `windows`, which has Splunk's as well.
    assert {one for one in listed if not target.type_of(one)} <= (
        {"EventCode", "host", "source", "_time", "_raw", "signature"} if name == "sigma" else set()
    )


@pytest.mark.parametrize("half", ("tune", "held"))
def test_the_labels_name_real_fields_and_are_enough(half: str) -> None:
    found = labels(half)
    assert len(found) >= 60
    for phrase, right in found:
        for name in JUDGED:
            assert all(schema(name).type_of(field) for field in right[name]), (phrase, name)
    assert not {phrase for phrase, _ in labels("tune")} & {phrase for phrase, _ in labels("held")}


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=500), st.sampled_from(SCHEMAS))
def test_any_words_give_real_fields(words: str, name: str) -> None:
    target = schema(name)
    for one in suggest(words, target):
        assert target.type_of(one.field, one.table) and 0 <= one.score <= 1
    assert all(target.type_of(one) for one in nearest(words, target))
