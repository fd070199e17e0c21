"""Playbooks for the tests: ours, small, and those of others where they are there."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from cybersecqwen.records.cacao import Checked
from cybersecqwen.records.rule_tests import Weight
from cybersecqwen.verify.cacao.checking import checked

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "playbooks"
SCHEMAS = DATA / "cacao_v2_schemas.zip"
EXAMPLES = DATA / "soarca_cacao_examples.zip"

Step = dict[str, Any]


def uid(kind: str, number: int = 1) -> str:
    """An identifier that is easy to tell from others."""
    return f"{kind}--{number:08x}-0000-4000-8000-000000000000"


START, END = uid("start"), uid("end")
PERSON, HOST = uid("individual"), uid("ssh")
AUTHOR = uid("identity")


def act(after: str, text: str = "ls", *, kind: str = "bash", agent: str = HOST, **more: Any) -> Step:
    """An action with one command."""
    command = {"type": kind, "command": text}
    return {"type": "action", "commands": [command], "agent": agent, "on_completion": after, **more}


def ask(after: str, variable: str = "__approved__", **more: Any) -> Step:
    """An action in which a person answers."""
    return act(after, "Shall it be done?", kind="manual", agent=PERSON, out_args=[variable], **more)


def when(true: str, false: str = "", variable: str = "__approved__", **more: Any) -> Step:
    """A condition on an answer."""
    own = {"type": "if-condition", "condition": f"{variable}:value == 'yes'", "on_true": true, **more}
    return {**own, "on_false": false} if false else own


def playbook(steps: Mapping[str, Step], first: str, **more: Any) -> dict[str, Any]:
    """A whole playbook: the start leads to `first`; the end, agents and one variable are there."""
    agents = {
        PERSON: {"type": "individual", "name": "Lead"},
        HOST: {"type": "ssh", "name": "Web", "address": {"dname": ["web.example"]}},
    }
    return {
        "type": "playbook",
        "spec_version": "cacao-2.0",
        "id": uid("playbook"),
        "name": "Test",
        "created_by": AUTHOR,
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-02T00:00:00.000Z",
        "workflow_start": START,
        "workflow": {START: {"type": "start", "on_completion": first}, **steps, END: {"type": "end"}},
        "agent_definitions": agents,
        "playbook_variables": {"__approved__": {"type": "string"}, "__other__": {"type": "string"}},
        **more,
    }


def found(value: dict[str, Any], *weights: Weight) -> list[tuple[str, str]]:
    """(rule, path) of the problems of some weights; of errors and warnings where none is named."""
    wanted = weights or (Weight.ERROR, Weight.WARNING)
    return [(one.rule, one.path) for one in checked(value).problems if one.severity in wanted]


def rules(value: dict[str, Any]) -> list[str]:
    """Names of the rules that errors and warnings break."""
    return [rule for rule, _ in found(value)]


def examples() -> dict[str, bytes]:
    """The examples of others by name; the test is skipped where they are not there."""
    if not EXAMPLES.is_file():
        pytest.skip(f"{EXAMPLES.name} is not among the development data")
    with zipfile.ZipFile(EXAMPLES) as archive:
        names = [name for name in archive.namelist() if name.endswith(".json") and "/models/" not in name]
        return {name: archive.read(name) for name in names}


def passing() -> dict[str, dict[str, Any]]:
    """The examples that are meant to be valid, read."""
    return {name: json.loads(text) for name, text in examples().items() if name.startswith("examples/")}


def places(value: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every value inside, with where it stands, the outermost first."""
    stack: list[tuple[tuple[str | int, ...], Any]] = [((), value)]
    while stack:
        path, one = stack.pop()
        yield path, one
        if isinstance(one, dict):
            stack.extend(((*path, key), inner) for key, inner in one.items())
        elif isinstance(one, list):
            stack.extend(((*path, at), inner) for at, inner in enumerate(one))


def changed(value: Any, path: tuple[str | int, ...], change: Callable[[Any, Any], None]) -> Any:
    """A copy in which `change(parent, last key)` was made at a path."""
    copy = json.loads(json.dumps(value))
    at = copy
    for key in path[:-1]:
        at = at[key]
    change(at, path[-1])
    return copy


def errors(result: Checked) -> list[str]:
    """Paths of the errors."""
    return [one.path for one in result.problems if one.severity is Weight.ERROR]
