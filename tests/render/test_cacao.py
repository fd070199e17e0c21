"""What is written as CACAO is CACAO: by our own check, and by the specification's schemas where at hand."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from referencing import Registry, Resource

from cybersecqwen.knowledge.store import Store
from cybersecqwen.records import Provenance, Report, Severity, Verdict
from cybersecqwen.records.playbook import Entity, Kind, Playbook
from cybersecqwen.render import FORMATS, RenderOptions
from cybersecqwen.render.cacao import document
from cybersecqwen.tasks.playbook.environment import Environment
from cybersecqwen.tasks.playbook.facts import Facts
from cybersecqwen.tasks.playbook.library import Library
from cybersecqwen.tasks.playbook.planning import plan
from cybersecqwen.verify.cacao import check
from cybersecqwen.verify.cacao.checking import checked
from cybersecqwen.verify.cacao.extension import APPROVAL, EFFECT, EXTENSION_ID
from tests.amounts import draws

SCHEMAS = Path(__file__).parents[2].parent / "shared/data/playbooks/cacao_v2_schemas.zip"
LIBRARY = Library.shipped()
STORE = Store.open()


def made(*entities: Entity, **changes: Any) -> Playbook:
    facts = Facts(
        trigger="incident",
        name="Ransomware",
        about="It answers 'ransomware'.",
        severity=90,
        techniques=("T1486", "T1490"),
        incidents=("ransomware",),
        entities=entities,
        platforms=("windows", "linux"),
        created="2026-03-03T09:11:08.955000Z",
        **changes,
    )
    return plan(facts, Environment(), LIBRARY, STORE)


HOSTS = (
    Entity(kind=Kind.HOST, value="FS01", platform="windows"),
    Entity(kind=Kind.IP, value="198.51.100.23"),
    Entity(kind=Kind.IP, value="2001:db8::1"),
    Entity(kind=Kind.HASH, value="d41d8cd98f00b204e9800998ecf8427e"),
    Entity(kind=Kind.URL, value="https://evil.example/a"),
)


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft7Validator:
    if not SCHEMAS.exists():
        pytest.skip("the schemas of CACAO 2.0 are not at hand")
    registry: Registry[Any] = Registry()
    root: dict[str, Any] = {}
    with zipfile.ZipFile(SCHEMAS) as archive:
        for name in archive.namelist():
            if name.endswith(".json"):
                one = json.loads(archive.read(name))
                registry = registry.with_resource(one["$id"], Resource.from_contents(one))
                root = one if name.endswith("/playbook.json") else root
    return jsonschema.Draft7Validator(root, registry=registry)


@pytest.mark.parametrize("playbook", [made(), made(*HOSTS), made(*HOSTS, marking="TLP:AMBER+STRICT")])
def test_it_is_valid(playbook: Playbook, schema: jsonschema.Draft7Validator) -> None:
    assert [error.message for error in schema.iter_errors(document(playbook, "1.0"))] == []


@pytest.mark.parametrize("playbook", [made(), made(*HOSTS), made(*HOSTS, marking="TLP:RED")])
def test_nothing_is_wrong_with_it(playbook: Playbook) -> None:
    assert [p.message for p in check(json.dumps(document(playbook, "1.0")).encode()).problems] == []


def test_what_lasts_waits_for_an_answer() -> None:
    playbook = made(*HOSTS)
    workflow = document(playbook, "1.0")["workflow"]
    waiting = [step for step in playbook.steps if step.approval]
    conditions = {id: one for id, one in workflow.items() if one["type"] == "if-condition"}
    assert len(conditions) == len(waiting) > 0
    for one in conditions.values():
        action = workflow[one["on_true"]]
        asked = workflow[action["step_extensions"][EXTENSION_ID][APPROVAL]]
        assert asked["out_args"][0] in one["condition"] and one["on_false"] == action["on_completion"]
    lasting = [
        w
        for w in workflow.values()
        if w.get("step_extensions", {}).get(EXTENSION_ID, {}).get(EFFECT) == "destroy"
    ]
    assert lasting and all(APPROVAL in one["step_extensions"][EXTENSION_ID] for one in lasting)


def test_every_step_is_in_it_once_and_all_commands_are_for_people() -> None:
    playbook = made(*HOSTS)
    workflow = document(playbook, "1.0")["workflow"]
    named = [one["name"] for one in workflow.values() if one["type"] == "action"]
    assert sorted(n for n in named if not n.startswith("Decide: ")) == sorted(s.title for s in playbook.steps)
    commands = [command for one in workflow.values() for command in one.get("commands", ())]
    assert commands and {one["type"] for one in commands} == {"manual"}


def test_lanes_are_branches_that_end() -> None:
    playbook = made(*HOSTS)
    workflow = document(playbook, "1.0")["workflow"]
    (parallel,) = (one for one in workflow.values() if one["type"] == "parallel")
    assert len(parallel["next_steps"]) == len({step.lane for step in playbook.steps} - {""})
    assert sum(one["type"] == "end" for one in workflow.values()) == len(parallel["next_steps"]) + 1


def test_things_are_variables_and_open_places_come_from_outside() -> None:
    variables = document(made(*HOSTS), "1.0")["playbook_variables"]
    assert variables["__host_1__"] == {"type": "string", "value": "FS01", "constant": True, "external": False}
    assert variables["__ip_1__"]["type"] == "ipv4-addr" and variables["__ip_2__"]["type"] == "ipv6-addr"
    open_ = document(made(), "1.0")
    assert open_["playbook_variables"]["__host__"]["external"]
    assert "__host__:value" in json.dumps(open_["workflow"])


def test_the_same_playbook_has_the_same_identifiers() -> None:
    assert document(made(*HOSTS), "1.0") == document(made(*HOSTS), "1.0")
    assert document(made(*HOSTS), "1.0")["id"] != document(made(), "1.0")["id"]
    assert document(made(*HOSTS), "1.0")["created"] == "2026-03-03T09:11:08.955Z"


@pytest.mark.parametrize(
    "said", ["", "soon", "9999-99-99T99:99:99Z", "\N{ARABIC-INDIC DIGIT TWO}026-01-01T00:00:00Z"]
)
def test_a_time_that_is_none_does_not_come_into_the_playbook(said: str) -> None:
    written = document(replace(made(*HOSTS), created=said), "1.0")
    assert written["created"] == written["modified"] == "1970-01-01T00:00:00.000Z"
    assert not [one for one in checked(written).problems if one.rule == "form"]


def test_a_report_without_steps_begins_and_ends() -> None:
    report = Report(
        task="ask",
        verdict=Verdict.BENIGN,
        severity=Severity.LOW,
        confidence=1.0,
        provenance=Provenance(version="1.0"),
    )
    text = FORMATS.get("cacao")().render(report, RenderOptions())
    assert [p.message for p in check(text.encode()).problems if p.severity == "error"] == []


@given(st.sampled_from(list(Kind)), st.text(max_size=60))
@draws(40)
def test_any_name_is_written_as_valid_json(kind: Kind, value: str) -> None:
    playbook = made(Entity(kind=kind, value=value, basis=value))
    report = Report(
        task="playbook",
        verdict=Verdict.BENIGN,
        severity=Severity.LOW,
        confidence=1.0,
        provenance=Provenance(version="1.0"),
        playbook=playbook,
    )
    text = FORMATS.get("cacao")().render(report, RenderOptions())
    assert [p.message for p in check(text.encode()).problems if p.severity == "error"] == []
