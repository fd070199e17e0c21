from __future__ import annotations

from typing import Any

import pytest

from cybersecqwen.records.rule_tests import Weight
from cybersecqwen.verify.cacao.checking import checked

from .playbooks import AUTHOR, END, HOST, PERSON, act, found, playbook, rules, uid, when

A, B, IF = uid("action"), uid("action", 2), uid("if-condition")
SWITCH, LOGIN, EXTENSION = uid("switch-condition"), uid("user-auth"), uid("extension-definition")
MARKING = uid("marking-tlp")


def _notes(value: dict[str, Any]) -> list[str]:
    return [path for rule, path in found(value, Weight.NOTE) if rule == "unused"]


def test_agents_and_targets_that_are_not_there() -> None:
    other = uid("ssh", 9)
    value = playbook({A: act(END, agent=other, targets=[HOST, other])}, A)
    value["target_definitions"] = {HOST: value["agent_definitions"][HOST]}
    assert found(value) == [
        ("unknown-agent", f"workflow.{A}.agent"),
        ("unknown-target", f"workflow.{A}.targets[1]"),
    ]


def test_an_agent_that_is_a_target_only() -> None:
    value = playbook({A: act(END)}, A)
    value["target_definitions"] = {HOST: value["agent_definitions"].pop(HOST)}
    told = checked(value).of("unknown-agent")
    assert told[0].hint == "It is in target_definitions; define it here too."


def test_a_name_of_another_form_is_a_warning_where_it_is_defined() -> None:
    value = playbook({A: act(END, agent="fin-1")}, A)
    assert set(found(value, Weight.ERROR)) == {
        ("identifier", f"workflow.{A}.agent"),
        ("unknown-agent", f"workflow.{A}.agent"),
    }
    value["agent_definitions"]["fin-1"] = {"type": "fin", "name": "x", "further": 1}
    assert found(value, Weight.ERROR) == []
    assert len(found(value, Weight.WARNING)) == 2


def test_what_is_defined_and_not_used() -> None:
    value = playbook({A: act(END)}, A)
    assert _notes(value) == [
        f"agent_definitions.{PERSON}",
        "playbook_variables.__approved__",
        "playbook_variables.__other__",
    ]
    value["workflow"][A]["description"] = "Uses __other__"
    assert "playbook_variables.__other__" not in _notes(value)


def test_logins() -> None:
    value = playbook({A: act(END)}, A)
    value["agent_definitions"][HOST]["authentication_info"] = LOGIN
    where = f"agent_definitions.{HOST}.authentication_info"
    assert found(value) == [("unknown-authentication", where)]
    login = {"type": "user-auth", "username": "root", "password": "__secret__:value"}
    value["authentication_info_definitions"] = {LOGIN: login}
    assert found(value) == []
    login["password"] = "hunter2"
    told = checked(value).of("secret")
    assert [one.path for one in told] == [f"authentication_info_definitions.{LOGIN}.password"]
    assert "hunter2" not in told[0].message


@pytest.mark.parametrize("name", ["in_args", "out_args"])
def test_arguments_must_be_declared(name: str) -> None:
    step = act(END, **{name: ["__other__", "__unknown__", "__own__:value"]})
    step["step_variables"] = {"__own__": {"type": "string"}}
    assert found(playbook({A: step}, A)) == [("undeclared-variable", f"workflow.{A}.{name}[1]")]


def test_variables_that_are_read_must_be_declared() -> None:
    value = playbook({A: act(IF, "echo __unknown__:value __plain__"), IF: when(END, END, "__unknown__")}, A)
    assert found(value, Weight.ERROR) == [("undeclared-variable", f"workflow.{IF}.condition")]
    assert found(value, Weight.WARNING) == [("undeclared-variable", f"workflow.{A}.commands[0].command")]


def test_a_variable_that_a_step_gives_out_is_known_to_others() -> None:
    own = {"step_variables": {"__own__": {"type": "string"}}}
    steps = {A: act(IF, **own), IF: when(END, END, "__own__")}
    assert rules(playbook(steps, A)) == ["undeclared-variable"]
    steps[A]["out_args"] = ["__own__"]
    assert rules(playbook(steps, A)) == []


def test_conditions_that_cannot_be_read() -> None:
    value = playbook({IF: {**when(END, END), "condition": "the host is infected"}}, IF)
    assert found(value) == [("condition", f"workflow.{IF}.condition")]
    switch = {"type": "switch-condition", "switch": "colour", "cases": {"default": END}}
    assert found(playbook({SWITCH: switch}, SWITCH)) == [("condition", f"workflow.{SWITCH}.switch")]


def test_extensions_must_be_defined() -> None:
    value = playbook({A: act(END, step_extensions={EXTENSION: {}})}, A, playbook_extensions={EXTENSION: {}})
    assert found(value) == [
        ("unknown-extension", f"playbook_extensions.{EXTENSION}"),
        ("unknown-extension", f"workflow.{A}.step_extensions.{EXTENSION}"),
    ]
    definition = {
        "type": "extension-definition", "name": "x", "created_by": AUTHOR, "schema": "x", "version": "1",
    }  # fmt: skip
    other = uid("extension-definition", 2)
    value["extension_definitions"] = {EXTENSION: definition, other: definition}
    assert found(value) == []
    assert f"extension_definitions.{other}" in _notes(value)


def test_markings() -> None:
    value = playbook({A: act(END)}, A, markings=[MARKING])
    assert found(value) == [("unknown-marking", "markings[0]")]
    time = "2026-01-01T00:00:00Z"
    own = {"type": "marking-tlp", "id": MARKING, "created_by": AUTHOR, "created": time}
    value["data_marking_definitions"] = {MARKING: {**own, "tlpv2_level": "TLP:RED"}}
    assert found(value) == []
    value["data_marking_definitions"][MARKING]["id"] = uid("marking-tlp", 2)
    assert rules(value) == ["key-differs"]
    del value["markings"]
    assert f"data_marking_definitions.{MARKING}" in _notes(value)


@pytest.mark.parametrize(
    ("first", "second", "late"),
    [
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", False),
        ("2026-01-01T00:00:00.9Z", "2026-01-01T00:00:00.10Z", True),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z", False),
        ("2026-01-01T00:00:00.000001Z", "2026-01-01T00:00:00Z", True),
        ("2026-01-02T00:00:00Z", "2026-01-01T23:59:59Z", True),
    ],
)
def test_times_in_order(first: str, second: str, late: bool) -> None:
    value = playbook({A: act(END)}, A, created=first, modified=second)
    assert found(value) == ([("time-order", "modified")] if late else [])
    value = playbook({A: act(END)}, A, valid_from=first, valid_until=second)
    assert found(value) == ([("time-order", "valid_until")] if late else [])


def test_ids_that_stand_for_two_things() -> None:
    value = playbook({A: act(END, targets=[HOST])}, A)
    value["target_definitions"] = {HOST: {**value["agent_definitions"][HOST], "name": "Other"}}
    assert found(value) == [("duplicate-id", f"target_definitions.{HOST}")]
    value["target_definitions"] = {HOST: value["agent_definitions"][HOST]}
    assert found(value) == []
    time = "2026-01-01T00:00:00Z"
    signature = {
        "type": "jss", "id": uid("jss"), "created": time, "modified": time, "signee": "x",
        "related_to": uid("playbook"), "related_version": time, "hash_algorithm": "x", "algorithm": "RS256",
        "value": "x", "thumbprint": "x",
    }  # fmt: skip
    value["signatures"] = [signature, signature]
    assert found(value) == [("duplicate-id", "signatures[1].id")]
