"""Our description held against the schemas of OASIS: both must say the same of every small change.

The schemas are read as what they say they are, JSON Schema draft-07, which does not know
`unevaluatedProperties`: to them an unknown property is nothing, to us a warning.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from cybersecqwen.verify.cacao.checking import checked
from cybersecqwen.verify.cacao.description import description
from cybersecqwen.verify.cacao.finding import Problems
from cybersecqwen.verify.cacao.validating import validate

from .full import commands, full
from .playbooks import SCHEMAS, changed, errors, passing, places, uid

pytestmark = pytest.mark.data
_BASE = "https://raw.githubusercontent.com/oasis-open/cacao-json-schemas/main/"
_Place = tuple[str | int, ...]


@cache
def _validator(name: str = "schemas/playbook.json") -> Draft7Validator:
    if not SCHEMAS.is_file():
        pytest.skip(f"{SCHEMAS.name} is not among the development data")
    with zipfile.ZipFile(SCHEMAS) as archive:
        texts = {one: archive.read(one) for one in archive.namelist() if one.endswith(".json")}
    held = [(_BASE + one, Resource(json.loads(text), DRAFT7)) for one, text in texts.items()]
    registry: Registry[Any] = Registry().with_resources(held)
    return Draft7Validator({"$ref": _BASE + name}, registry=registry)


def _ours(value: dict[str, Any]) -> list[str]:
    problems = Problems()
    validate(value, problems)
    return [one.path for one in problems.sorted() if one.severity.value == "error"]


def _wrong_type(value: object) -> list[object]:
    if isinstance(value, str):
        return [7, None, ["x"]]
    if isinstance(value, bool):
        return ["yes", 1]
    if isinstance(value, int):
        return ["1", 1.5, True]
    if isinstance(value, dict):
        return ["x", []]
    return ["x", {}] if isinstance(value, list) else [7]


def _setter(new: object) -> Callable[[Any, Any], None]:
    def change(parent: Any, key: Any) -> None:
        parent[key] = new

    return change


def _removed(parent: Any, key: Any) -> None:
    del parent[key]


def _renamed(parent: Any, key: Any) -> None:
    parent["unheard_of"] = {}


def _slices(value: dict[str, Any]) -> Iterator[tuple[_Place, dict[str, Any]]]:
    """The playbook in small ones, as (what is there to be changed, playbook): a validator is slow."""
    required = description().objects["playbook"].required
    plain = {key: value[key] for key in required if key != "workflow"} | {"workflow": {}}
    yield (), plain
    for key, one in value.items():
        if key not in plain and not isinstance(one, dict | list):
            yield (key,), {**plain, key: one}
        elif isinstance(one, dict) and key != "playbook_processing_summary":
            yield (key,), {**plain, key: {name: {} for name in list(one)[:1]}}
            yield from (((key, name), {**plain, key: {name: inner}}) for name, inner in one.items())
        elif isinstance(one, list | dict):
            yield (key,), {**plain, key: one}


def _mutations(value: dict[str, Any], below: _Place = ()) -> Iterator[tuple[str, _Place, dict[str, Any]]]:
    for path, one in places(value):
        if not path or path[: len(below)] != below:
            continue
        yield "remove", path, changed(value, path, _removed)
        for new in _wrong_type(one):
            yield f"be {new!r}", path, changed(value, path, _setter(new))
        if isinstance(one, str):
            if one.count("--") == 1:
                yield "be cut", path, changed(value, path, _setter(one[:-1]))
                yield "be in capitals", path, changed(value, path, _setter(one.upper()))
            if one.endswith("Z") and one[:4].isdigit():
                yield "have no zone", path, changed(value, path, _setter(one[:-1]))
                yield "be month 13", path, changed(value, path, _setter(f"{one[:5]}13{one[7:]}"))
            yield "be another word", path, changed(value, path, _setter("no such word"))
        if isinstance(one, int) and not isinstance(one, bool):
            yield "be low", path, changed(value, path, _setter(-1))
            yield "be high", path, changed(value, path, _setter(5_000))
        if isinstance(one, list | dict):
            yield "be empty", path, changed(value, path, _setter(type(one)()))
        if isinstance(one, dict):
            yield "have more", path, changed(value, (*path, "x"), _renamed)


def _stricter(what: str, path: _Place) -> str:
    """Why we may say something where the schemas say nothing; "" where we must not."""
    keys = [str(part) for part in path]
    if "commands" in keys:
        return "commands: action.json holds them against what all types share, not against their own schema"
    known = description().maps["agents"].prefixes
    if len(keys) > 1 and keys[0] in _OPEN and keys[1].partition("--")[0] not in known:
        return "others: draft-07 passes over agents and logins whose type is not of the specification"
    if what == "have more" and keys[-1] in _KEYED:
        return "keys: draft-07 passes over keys of another form"
    if what == "be 1.5" and keys[-2] == "vlan":
        return "vlan: two of four schemas take any number between 0 and 4095"
    return ""


_OPEN = ("agent_definitions", "target_definitions", "authentication_info_definitions")
_KEYED = frozenset(
    [
        "workflow",
        "playbook_variables",
        "step_variables",
        "agent_definitions",
        "target_definitions",
        "authentication_info_definitions",
        "extension_definitions",
        "data_marking_definitions",
        "playbook_extensions",
        "step_extensions",
        "agent_target_extensions",
        "authentication_info_extensions",
        "marking_extensions",
        "address",
        "email",
        "phone",
        "headers",
        "cases",
    ]
)


def _compared(value: dict[str, Any]) -> tuple[int, list[str], set[str]]:
    told, seen, reasons = [], 0, set()
    validator = _validator()
    for below, part in _slices(value):
        for what, path, mutant in _mutations(part, below):
            seen += 1
            theirs, ours = not validator.is_valid(mutant), _ours(mutant)
            if theirs == bool(ours):
                continue
            reason = "" if theirs else _stricter(what, path)
            if reason:
                reasons.add(reason.partition(":")[0])
            else:
                told.append(f"{'.'.join(map(str, path))} made to {what}: theirs {theirs}, ours {ours[:3]}")
    return seen, told, reasons


@pytest.mark.slow
def test_a_full_playbook_is_judged_as_the_schemas_judge_it() -> None:
    assert _validator().is_valid(full())
    seen, told, reasons = _compared(full())
    assert told == []
    assert seen > 4_000
    # A difference that no longer occurs must leave the list.
    assert reasons == {"commands", "others", "keys", "vlan"}


def test_examples_of_others_are_judged_as_the_schemas_judge_them() -> None:
    for name, value in passing().items():
        if "fin-" in name:
            continue  # its agent's name is no identifier: a warning here, an error to the schemas
        assert _validator().is_valid(value), name
        assert _compared(value)[1] == [], name


def test_each_required_property_that_is_removed_is_named() -> None:
    named = 0
    for name, value in {**passing(), "full": full()}.items():
        if not _validator().is_valid(value):
            assert "fin-" in name
            continue
        for below, part in _slices(value):
            for what, path, mutant in _mutations(part, below):
                key = path[-1]
                if what != "remove" or not isinstance(key, str) or _validator().is_valid(mutant):
                    continue
                told = [one for one in _ours(mutant) if one.endswith(key)]
                # One of four keys of a signature, or the last of definitions: what held it is named.
                told += [one for one in _ours(mutant) if len(path) > 1 and one.endswith(_last(path[:-1]))]
                assert told, f"{name}: {path} is not named"
                named += 1
    assert named > 100


def _last(path: _Place) -> str:
    return f"[{path[-1]}]" if isinstance(path[-1], int) else path[-1]


def test_the_playbooks_own_required_properties_are_named_in_all_examples() -> None:
    for value in passing().values():
        for name in description().objects["playbook"].required:
            assert name in _ours(changed(value, (name,), _removed))


def test_commands_are_judged_as_the_schemas_of_their_types_judge_them() -> None:
    base = full()
    action = uid("action")
    for command in commands():
        schema = f"schemas/commands/{command['type']}.json"
        for what, path, mutant in _mutations({"command": command}):
            if path == ("command",) or path == ("command", "type"):
                continue
            whole = changed(base, ("workflow", action, "commands"), _setter([mutant["command"]]))
            theirs, ours = not _validator(schema).is_valid(mutant["command"]), bool(_ours(whole))
            encoded = path[-1] in ("command_b64", "content_b64")
            if ours != theirs and not (ours and encoded):
                pytest.fail(f"{command['type']} {path} made to {what}: theirs {theirs}, ours {ours}")


def test_paths_of_errors_lead_to_what_is_wrong() -> None:
    value = changed(full(), ("workflow", uid("action"), "commands", 0, "type"), _setter(7))
    assert errors(checked(value)) == [f"workflow.{uid('action')}.commands[0].type"]
