"""The environment file: what it says is used, what it says wrongly is told by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import InputError
from cybersecqwen.records.playbook import Role
from cybersecqwen.tasks.playbook.environment import environment_of, known_duties, read_environment
from tests.amounts import draws

WHOLE = """
organisation: Example Ltd
hours: Mon to Fri, 08:00 to 18:00
out_of_hours: +49 30 1234
assets:
  - {name: FS01, platform: windows, criticality: high, role: file server, owner: Finance}
  - {name: web.example.com, platform: linux, criticality: low}
tools:
  edr: Defender for Endpoint
  siem: {name: Splunk, language: splunk}
contacts:
  - {role: incident lead, name: Ada, phone: "+49 30 1", hours: always}
  - {role: incident lead, name: Bo}
legal:
  - gdpr
  - {name: Contract with Bank, hours: 8, to: the bank, condition: card data}
"""


def test_a_whole_file_is_taken() -> None:
    made = environment_of(WHOLE, "env.yaml")
    assert made.given and made.organisation == "Example Ltd"
    assert made.is_critical("fs01.example.com") and not made.is_critical("web.example.com")
    assert made.asset("FS01.other.example") == made.asset("fs01") is not None
    assert made.asset("nothing") is None
    assert made.tools["siem"].language == "splunk" and made.tools["edr"].name == "Defender for Endpoint"
    assert made.who(Role.LEAD) == "Ada (+49 30 1, always); Bo"
    assert made.who(Role.LEGAL) == ""
    assert [(one.id, one.hours, one.chosen) for one in made.duties] == [
        ("gdpr", 72, True),
        ("contract-with-bank", 8, True),
    ]


def test_an_empty_mapping_is_an_environment() -> None:
    assert environment_of("{}", "env.yaml").given


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("", "the file is no mapping", "organisation"),
        ("- a", "the file is no mapping", ""),
        ("organization: x", "has the key 'organization', which is none", "organisation"),
        ("assets: {a: b}", "'assets' is no list", ""),
        ("assets: [{platform: windows}]", "asset 1 has no 'name'", ""),
        ("assets: [{name: a, platform: window}]", "'window' is no platform of asset 1", "windows"),
        ("assets: [{name: a, criticality: huge}]", "'huge' is no criticality", "low"),
        ("assets: [{name: 5}]", "'name' of asset 1 is no text", "quotes"),
        ("assets: [{name: a, colour: red}]", "asset 1 has the key 'colour'", ""),
        ("tools: {ERD: x}", "tools has the key 'ERD'", ""),
        ("tools: {edr: {language: kql}}", "the tool edr has no 'name'", ""),
        ("contacts: [{name: Ada}]", "contact 1 has no 'role'", ""),
        ("contacts: [{role: boss, name: Ada}]", "'boss' is no role of contact 1", "incident lead"),
        (
            "contacts: [{role: analyst, name: A, phone: 030123}]",
            "'phone' of contact 1 is no text",
            "quotes",
        ),
        ("legal: [gpdr]", "there is no duty 'gpdr'", "gdpr"),
        ("legal: [{name: x, hours: soon}]", "hours of a duty are no whole number", ""),
        ("legal: [{name: x, hours: true}]", "hours of a duty are no whole number", ""),
        (f"organisation: {'x' * 600}", "no text of at most 500", ""),
        ("a: [", "is no YAML", ""),
        ("a: &a [*a]", "has the key 'a'", ""),
        ("base: &b {name: x}\nassets: [{<<: *b}]", "it merges mappings", ""),
        ("[" * 500, "is no YAML", ""),
    ],
)
def test_what_is_wrong_is_told_by_name(text: str, said: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        environment_of(text, "env.yaml")
    assert said in caught.value.message and caught.value.message.startswith("env.yaml")
    assert hint in caught.value.hint


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_environment(tmp_path / "none.yaml")
    with pytest.raises(InputError, match="cannot be read"):
        read_environment(tmp_path)
    (tmp_path / "a.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="cannot be read"):
        read_environment(tmp_path / "a.yaml")
    (tmp_path / "b.yaml").write_text("#" * (1 << 20) + "##")
    with pytest.raises(InputError, match="larger than"):
        read_environment(tmp_path / "b.yaml")
    (tmp_path / "c.yaml").write_text(WHOLE)
    assert read_environment(tmp_path / "c.yaml").organisation == "Example Ltd"


def test_duties_name_their_law() -> None:
    for duty in known_duties().values():
        assert duty.source and duty.to and duty.condition and 0 < duty.hours <= 1440 and not duty.chosen


@given(st.text(max_size=200))
@draws(100)
def test_any_text_is_taken_or_refused(text: str) -> None:
    try:
        environment_of(text, "env.yaml")
    except InputError as error:
        assert len(error.message) < 600
