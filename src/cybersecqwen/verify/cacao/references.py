"""What a playbook refers to: agents, targets, logins, variables, extensions, markings, times, conditions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from cybersecqwen.records.rule_tests import Weight

from .conditions import unread, variables
from .finding import Path, Problems, quoted
from .flow import CONDITIONS, Flow, Step
from .forms import moment

_ARGS = ("in_args", "out_args")
_TIMES = (("created", "modified"), ("valid_from", "valid_until"))
_SECRETS = ("password", "token", "oauth_header")


def check_references(playbook: Mapping[str, Any], flow: Flow, problems: Problems) -> None:
    """Everything that is named and not there, and what is there and never named."""
    _conditions(flow, problems)
    _agents(playbook, flow, problems)
    _logins(playbook, problems)
    _variables(playbook, flow, problems)
    _extensions(playbook, flow, problems)
    _markings(playbook, problems)
    _times(playbook, problems)
    _twice(playbook, problems)


def table(playbook: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object of the playbook; empty where it is something else."""
    found = playbook.get(name)
    return found if isinstance(found, dict) else {}


def texts(value: object) -> list[str]:
    """The texts of a list, or the one text."""
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def strings(value: object, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text inside a value, with where it stands; names of properties are left out."""
    stack: list[tuple[Path, object]] = [(path, value)]
    while stack:
        at, one = stack.pop()
        if isinstance(one, str):
            yield at, one
        elif isinstance(one, dict):
            stack.extend(((*at, key), inner) for key, inner in reversed(one.items()))
        elif isinstance(one, list):
            stack.extend(((*at, number), one[number]) for number in reversed(range(len(one))))


def _conditions(flow: Flow, problems: Problems) -> None:
    for step in flow.steps:
        name = "switch" if step.type == "switch-condition" else "condition"
        text = step.raw.get(name)
        if step.type not in CONDITIONS or not isinstance(text, str):
            continue
        if name == "switch":
            reason = "" if next(variables(text), None) else "It names no variable."
            hint = "Write __variable__:value."
        else:
            reason, hint = unread(text), "Write a comparison: __variable__:value == 'text'."
        if reason:
            message = f"The condition {quoted(text)} cannot be read. {reason}"
            problems.add("condition", (*step.path, name), message, hint)


def _agents(playbook: Mapping[str, Any], flow: Flow, problems: Problems) -> None:
    agents, targets = table(playbook, "agent_definitions"), table(playbook, "target_definitions")
    used: set[str] = set()
    for step in flow.steps:
        if step.type != "action":
            continue
        agent = step.raw.get("agent")
        if isinstance(agent, str):
            used.add(agent)
            _named((*step.path, "agent"), agent, "agent", agents, targets, problems)
        aimed = step.raw.get("targets")
        for at, target in enumerate(aimed if isinstance(aimed, list) else ()):
            if isinstance(target, str):
                used.add(target)
                _named((*step.path, "targets", at), target, "target", targets, agents, problems)
    for where, held in (("agent_definitions", agents), ("target_definitions", targets)):
        _unused(((where, key) for key in held if key not in used), problems)


def _named(
    path: Path, name: str, what: str, held: Collection[str], other: Collection[str], problems: Problems
) -> None:
    if name in held:
        return
    elsewhere = "target_definitions" if what == "agent" else "agent_definitions"
    hint = f"It is in {elsewhere}; define it here too." if name in other else "Define it, or name another."
    message = f"There is no {what} {quoted(name)} in {what}_definitions."
    problems.add(f"unknown-{what}", path, message, hint)


def _unused(paths: Iterable[Path], problems: Problems) -> None:
    for path in paths:
        problems.add("unused", path, "It is defined, and no step uses it.")


def _logins(playbook: Mapping[str, Any], problems: Problems) -> None:
    logins = table(playbook, "authentication_info_definitions")
    used: set[str] = set()
    for where in ("agent_definitions", "target_definitions"):
        for key, one in table(playbook, where).items():
            name = one.get("authentication_info") if isinstance(one, dict) else None
            if not isinstance(name, str):
                continue
            used.add(name)
            if name not in logins:
                message = f"There is no {quoted(name)} in authentication_info_definitions."
                problems.add("unknown-authentication", (where, key, "authentication_info"), message)
    where = "authentication_info_definitions"
    _unused(((where, key) for key in logins if key not in used), problems)
    for key, login in logins.items():
        for name in _SECRETS if isinstance(login, dict) else ():
            value = login.get(name)
            if isinstance(value, str) and value and next(variables(value), None) is None:
                message = f"The {name} stands in the playbook, for everybody who gets it."
                hint = "Keep it in a key store (kms), or read it from a variable that comes from outside."
                problems.add("secret", (where, key, name), message, hint)


def _variables(playbook: Mapping[str, Any], flow: Flow, problems: Problems) -> None:
    everywhere = table(playbook, "playbook_variables")
    handed: set[str] = set()  # variables of one step that it gives out
    for step in flow.steps:
        handed.update(set(texts(step.raw.get("out_args"))) & table(step.raw, "step_variables").keys())
    known = everywhere.keys() | handed
    used = {name for _, text in strings(_rest(playbook)) for name, _ in variables(text)}
    for step in flow.steps:
        used |= _of_step(step, known, problems)
    _unused((("playbook_variables", key) for key in everywhere if key not in used), problems)


def _rest(playbook: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in playbook.items() if key != "workflow"}


def _of_step(step: Step, known: set[str], problems: Problems) -> set[str]:
    own = table(step.raw, "step_variables")
    used: set[str] = set()
    for args in _ARGS:
        named = step.raw.get(args)
        for at, name in enumerate(named if isinstance(named, list) else ()):
            if isinstance(name, str):
                bare = name.removesuffix(":value")
                used.add(bare)
                if bare not in known and bare not in own:
                    _undeclared((*step.path, args, at), bare, None, problems)
    for path, text in strings(step.raw):
        if path[0] in _ARGS:
            continue
        weight = None if path[0] in ("condition", "switch") else Weight.WARNING
        for name, asked in variables(text):
            used.add(name)
            if name not in known and name not in own and (asked or weight is None):
                _undeclared((*step.path, *path), name, weight, problems)
    _unused(((*step.path, "step_variables", key) for key in own if key not in used), problems)
    return used


def _undeclared(path: Path, name: str, weight: Weight | None, problems: Problems) -> None:
    message = f"The variable {quoted(name)} is not declared."
    hint = "Declare it in playbook_variables, or in step_variables of this step."
    problems.add("undeclared-variable", path, message, hint, severity=weight)


def _extensions(playbook: Mapping[str, Any], flow: Flow, problems: Problems) -> None:
    known = table(playbook, "extension_definitions")
    used: set[str] = set()
    for path, held in _held(playbook, flow):
        for key in held:
            used.add(key)
            if key not in known:
                message = f"There is no {quoted(key)} in extension_definitions."
                problems.add("unknown-extension", (*path, key), message)
    _unused((("extension_definitions", key) for key in known if key not in used), problems)


def _held(playbook: Mapping[str, Any], flow: Flow) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Every object of extensions, with where it stands."""
    yield ("playbook_extensions",), table(playbook, "playbook_extensions")
    for step in flow.steps:
        yield (*step.path, "step_extensions"), table(step.raw, "step_extensions")
    for where, name in (
        ("agent_definitions", "agent_target_extensions"),
        ("target_definitions", "agent_target_extensions"),
        ("authentication_info_definitions", "authentication_info_extensions"),
        ("data_marking_definitions", "marking_extensions"),
    ):
        for key, one in table(playbook, where).items():
            if isinstance(one, dict):
                yield (where, key, name), table(one, name)


def _markings(playbook: Mapping[str, Any], problems: Problems) -> None:
    known = table(playbook, "data_marking_definitions")
    named = playbook.get("markings")
    used = texts(named if isinstance(named, list) else [])
    for at, name in enumerate(named if isinstance(named, list) else ()):
        if isinstance(name, str) and name not in known:
            message = f"There is no {quoted(name)} in data_marking_definitions."
            problems.add("unknown-marking", ("markings", at), message)
    kept = set(used)
    _unused((("data_marking_definitions", key) for key in known if key not in kept), problems)
    for key, one in known.items():
        own = one.get("id") if isinstance(one, dict) else None
        if isinstance(own, str) and own != key:
            message = f"The marking's id is {quoted(own)}, and it is kept under another."
            problems.add("key-differs", ("data_marking_definitions", key, "id"), message)


def _times(playbook: Mapping[str, Any], problems: Problems) -> None:
    for first, second in _TIMES:
        early, late = moment(playbook.get(first)), moment(playbook.get(second))
        if early and late and late < early:
            problems.add("time-order", (second,), f"{second} is before {first}.")


def _twice(playbook: Mapping[str, Any], problems: Problems) -> None:
    agents, targets = table(playbook, "agent_definitions"), table(playbook, "target_definitions")
    for key in agents.keys() & targets.keys():
        if agents[key] != targets[key]:
            message = f"{quoted(key)} is one thing as an agent and another as a target."
            problems.add("duplicate-id", ("target_definitions", key), message)
    seen: set[str] = set()
    signatures = playbook.get("signatures")
    for at, one in enumerate(signatures if isinstance(signatures, list) else ()):
        name = one.get("id") if isinstance(one, dict) else None
        if isinstance(name, str) and name in seen:
            problems.add("duplicate-id", ("signatures", at, "id"), f"{quoted(name)} stands here twice.")
        elif isinstance(name, str):
            seen.add(name)
