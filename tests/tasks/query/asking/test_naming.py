"""Names of fields in a question: those of the records, those of other records, and those of nothing."""

from __future__ import annotations

import pytest

from cybersecqwen.detect.sigma.model import Logsource, Op
from cybersecqwen.detect.sigma.model import Test as Single
from cybersecqwen.dialects.fields.schema import Schema, Table
from cybersecqwen.errors import UnknownNameError
from cybersecqwen.tasks.query.asking import Library, read_question
from cybersecqwen.tasks.query.asking.library import tests as single

NOW = 1_700_000_000.0
OWN = Schema(
    name="prod",
    tables={"events": Table(name="events", fields={"ProcessColour": "text", "proc.image": "text"})},
)


def asked_for(text: str, library: Library, own: Schema | None = None) -> tuple[Logsource, set[Single]]:
    asked = read_question(text, library=library, store=None, now=NOW, own=own)
    assert asked.query.where is not None
    return asked.query.logsource, {test for test, _ in single(asked.query.where)}


@pytest.mark.parametrize(
    ("text", "name", "near"),
    [
        ("ProcessColour is red", "ProcessColour", "ProcessId"),
        ("ImageName contains evil.exe", "ImageName", "Image"),
        ("processes where process_colour = red", "process_colour", "ProcessId"),
        ("whoami.exe where the TargetFileNam ends with .exe", "TargetFileNam", "TargetFilename"),
        ("Image ends with evil.exe and CmdLine contains foo", "CmdLine", "CommandLine"),
        ("ParentColour is not red", "ParentColour", "ParentImage"),
    ],
)
def test_a_field_that_is_none_is_named_with_the_nearest(
    text: str, name: str, near: str, starter: Library
) -> None:
    with pytest.raises(UnknownNameError) as caught:
        read_question(text, library=starter, store=None, now=NOW)
    assert f"no field {name!r}" in caught.value.message
    assert near in caught.value.hint.removeprefix("Near are: ").rstrip(".").split(", ")


def test_a_field_that_is_like_none(starter: Library) -> None:
    with pytest.raises(UnknownNameError) as caught:
        read_question("Image is evil.exe and FooBar equals 3", library=starter, store=None, now=NOW)
    assert "'FooBar'" in caught.value.message
    assert "csq query fields" in caught.value.hint


def test_fields_of_an_imported_schema(starter: Library) -> None:
    _, found = asked_for("processcolour is red", starter, OWN)
    assert Single("ProcessColour", Op.EQUALS, ("red",)) in found
    _, found = asked_for("proc.image contains evil", starter, OWN)
    assert Single("proc.image", Op.CONTAINS, ("evil",)) in found


def test_an_unknown_field_is_told_with_the_fields_of_an_imported_schema(starter: Library) -> None:
    with pytest.raises(UnknownNameError) as caught:
        read_question("ProcessColor is red", library=starter, store=None, now=NOW, own=OWN)
    assert caught.value.hint.startswith("Near are in prod: ProcessColour")


@pytest.mark.parametrize(
    ("text", "source", "test"),
    [
        ("QueryName contains evil", "dns", Single("QueryName", Op.CONTAINS, ("evil",))),
        ("TargetObject contains Run", "registry", Single("TargetObject", Op.CONTAINS, ("run",))),
        ("Image is evil.exe", "process_creation", Single("Image", Op.ENDS, ("\\evil.exe",))),
        ("LogonType = 3 and event id 4624", "security", Single("LogonType", Op.EQUALS, ("3",))),
    ],
)  # fmt: skip
def test_the_name_of_a_field_says_which_records_are_meant(
    text: str, source: str, test: Single, starter: Library
) -> None:
    found, made = asked_for(text, starter)
    assert source in f"{found.category} {found.service}"
    assert test in made


@pytest.mark.parametrize(
    "text",
    [
        "PowerShell is used to download files",
        "BloodHound contains collectors that enumerate Active Directory",
        "evil.example.com is contacted by rundll32.exe",
        "Invoke-Mimikatz is run",
        "GitHub is attacked",
    ],
)
def test_names_of_other_things_are_no_fields(text: str, starter: Library) -> None:
    assert read_question(text, library=starter, store=None, now=NOW).text == text


def test_words_that_are_written_like_a_name_are_said_to_be(starter: Library) -> None:
    asked = read_question("FooBarBaz in the command", library=starter, store=None, now=NOW)
    assert any("'FooBarBaz' is looked for" in one for one in asked.assumptions)
    assert not any(one.rstrip().endswith(": .") for one in asked.assumptions)
