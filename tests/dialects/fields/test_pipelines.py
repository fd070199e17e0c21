"""Pipelines of the user: what they do, and what they may not hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import And, Logsource, Not, Op, Or
from cybersecqwen.detect.sigma.model import Test as Ask
from cybersecqwen.dialects.fields.mapping import mapped
from cybersecqwen.dialects.fields.pipelines import read_pipeline
from cybersecqwen.dialects.fields.taxonomy import read_mapping
from cybersecqwen.dialects.query import Aggregate, Measure, Measured, Query
from cybersecqwen.errors import CsqError, FieldError, InputError, QueryError, UnsayableError

PROCESS = Logsource(product="windows", category="process_creation")
PIPELINE = b"""
name: ours
priority: 10
transformations:
  - id: where
    type: add_condition
    conditions: { index: [win, sysmon], source: "Xml*" }
    rule_conditions: [{ type: logsource, product: windows }]
  - id: names
    type: field_name_mapping
    mapping: { Image: exe, User: [user, account] }
  - type: field_name_prefix
    prefix: "ours."
    field_name_conditions: [{ type: exclude_fields, fields: [index, source] }]
  - type: replace_string
    regex: '^c:'
    replacement: 'D:'
    field_name_conditions: [{ type: include_fields, fields: [ours.exe] }]
  - type: drop_detection_item
    field_name_conditions: [{ type: include_fields, fields: ["ours\\\\.Drop.*"], mode: re }]
  - type: rule_failure
    message: no services here
    rule_conditions: [{ type: logsource, service: security }]
  - type: detection_item_failure
    message: nobody knows it
    field_name_conditions: [{ type: include_fields, fields: [ours.Secret] }]
  - type: change_logsource
    category: process
    rule_conditions: [{ type: processing_item_applied, processing_item_id: names }]
"""


def ask(name: str, *values: str, op: Op = Op.EQUALS) -> Ask:
    return Ask(name, op, values)


def test_each_step_does_what_it_says() -> None:
    pipeline = read_pipeline(PIPELINE, "p")
    where = And(
        (ask("Image", "c:\\a.exe"), ask("User", "bob"), Or((ask("DropMe", "x"), Not(ask("DropToo", "y")))))
    )
    steps = (Aggregate(measures=(Measure(name="n", function=Measured.COUNT),), by=("Image",)),)
    found = mapped(Query(logsource=PROCESS, where=where, steps=steps), pipeline).query
    assert found.logsource == Logsource(category="process")
    assert found.where == And(
        (
            And((ask("index", "win", "sysmon"), ask("source", "xml", op=Op.STARTS))),
            And((ask("ours.exe", "d:\\a.exe"), Or((ask("ours.user", "bob"), ask("ours.account", "bob"))))),
        )
    ) or found.where == And(
        (
            And((ask("index", "win", "sysmon"), ask("source", "xml", op=Op.STARTS))),
            ask("ours.exe", "d:\\a.exe"),
            Or((ask("ours.user", "bob"), ask("ours.account", "bob"))),
        )
    )
    assert found.steps[0].by == ("ours.exe",)  # type: ignore[union-attr]


def test_a_pipeline_refuses_in_its_own_words() -> None:
    pipeline = read_pipeline(PIPELINE, "p")
    with pytest.raises(UnsayableError, match="no services here"):
        mapped(Query(logsource=Logsource("windows", "", "security"), where=ask("A", "b")), pipeline)
    with pytest.raises(FieldError, match=r"ours\.Secret.*nobody knows it"):
        mapped(Query(logsource=PROCESS, where=ask("Secret", "b")), pipeline)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (
            "transformations: [{type: query_expression_placeholders, expression: x}]",
            "query_expression_placeholders",
        ),
        ("transformations: [{type: command_placeholders, command: id}]", "command_placeholders"),
        ("transformations: [{type: http_placeholders}]", "http_placeholders"),
        ("transformations: [{type: set_state, key: a, val: b}]", "set_state"),
        (
            "transformations: [{type: add_condition, template: true, conditions: {a: '{{ 7 - 7 }}'}}]",
            "template",
        ),
        ("transformations: []\npostprocessing: [{type: template, template: x}]", "postprocessing"),
        ("transformations: []\nfinalizers: [{type: concat}]", "finalizers"),
        (
            "transformations: [{type: drop_detection_item, rule_conditions: [{type: tag, tag: a}]}]",
            "tag",
        ),
        ("transformations: [{type: replace_string, regex: '(a', replacement: b}]", "linear time"),
        ("transformations: [{type: field_name_mapping, mapping: {a: b}, more: c}]", "more"),
        ("[1, 2]", "cannot be read"),
        ("a: &a [*a]", "pipeline"),
        ("{", "pipeline"),
    ],
)
def test_everything_else_is_refused_by_name(text: str, named: str) -> None:
    with pytest.raises(QueryError) as raised:
        read_pipeline(text.encode(), "p")
    assert named in raised.value.message


def test_templates_in_values_stay_text() -> None:
    text = b"transformations: [{type: add_condition, conditions: {a: '{{ 7 - 7 }}'}}]"
    assert mapped(Query(where=ask("x", "y")), read_pipeline(text, "p")).query.where == And(
        (ask("a", "{{ 7 - 7 }}"), ask("x", "y"))
    )


def test_a_file_that_is_not_there_or_too_large(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_pipeline(tmp_path / "none.yml")
    (tmp_path / "large.yml").write_bytes(b"#" * ((1 << 20) + 1))
    with pytest.raises(InputError, match="larger"):
        read_pipeline(tmp_path / "large.yml")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_pipeline_or_an_error(content: bytes) -> None:
    try:
        read_pipeline(content, "p")
    except CsqError as error:
        assert error.message


MAPPING = """
schema = "ours"
[groups.g]
Image = "exe"
[[home]]
for = ["windows/process_creation/"]
tables = ["proc"]
where = { kind = "start" }
groups = ["g"]
fields = { User = { to = ["dom", "name"], by = "account" }, Level = { to = "lvl", values = { High = "3" } } }
"""


def test_a_mapping_of_the_users_own(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(MAPPING, encoding="utf-8")
    mapping = read_mapping(path)
    asked = And((ask("User", "corp\\bob"), ask("Level", "high"), ask("Image", "x")))
    found = mapped(Query(logsource=PROCESS, where=asked), mapping).query
    assert found.tables == ("proc",)
    assert found.where == And(
        (ask("kind", "start"), ask("dom", "corp"), ask("name", "bob"), ask("lvl", "3"), ask("exe", "x"))
    ) or found.where == And(
        (
            ask("kind", "start"),
            And((ask("dom", "corp"), ask("name", "bob"))),
            ask("lvl", "3"),
            ask("exe", "x"),
        )
    )


@pytest.mark.parametrize(
    "text",
    [
        "schema = 'x'",
        "home = 3\nschema = 'x'",
        "schema = 'x'\n[[home]]\nfor = ['a']",
        "schema = 'x'\n[[home]]\nfor = ['a/b/c']\nfields = { A = { to = 'b', by = 'eval' } }",
        "schema = 'x'\n[[home]]\nfor = ['a/b/c']\nfields = { A = { to = 'b', by = 'account' } }",
        "schema = 'x'\n[[home]]\nfor = ['a/b/c']\nunknown = 1",
        "schema = 'x'\n[[home]]\nfor = ['a/b/c']\ngroups = ['none']",
        "not toml",
    ],
)
def test_a_mapping_in_another_form_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(QueryError):
        read_mapping(path)
