"""The workflow of a playbook as CACAO has it.

    start → … → [parallel: lead | search | save evidence and contain] → … → end

A step that waits for a person becomes three: who decides is asked, the answer is a condition, and only "yes"
leads to the step; "no" leads around it.
"""

from __future__ import annotations

import ipaddress
import re
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from cybersecqwen.records.playbook import LANES, Effect, Entity, Kind, Phase, Playbook, Role, Step
from cybersecqwen.verify.cacao import extension as said

_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:cybersecqwen:playbook:1")
_OPEN = re.compile(r"<([A-Z_]+)>")
_KINDS = frozenset(kind.value.upper() for kind in Kind)


class Names:
    """Identifiers of everything in one playbook, the same for the same playbook."""

    def __init__(self, playbook: Playbook) -> None:
        self._root = uuid.uuid5(_SPACE, _storable(repr(playbook)))
        self.playbook = f"playbook--{self._root}"
        self.identity = f"identity--{uuid.uuid5(_SPACE, _storable(playbook.organisation or 'csq'))}"
        self.marking = f"marking-tlp--{uuid.uuid5(_SPACE, _storable(playbook.marking))}"
        self._variables = {(e.kind, e.value): name for name, e in variables_of(playbook)}

    def step(self, type: str, name: str) -> str:
        """Of a step of the workflow."""
        return f"{type}--{uuid.uuid5(self._root, _storable(f'{type} {name}'))}"

    def agent(self, role: Role) -> str:
        """Of a group of people."""
        return f"group--{uuid.uuid5(self._root, f'role {role.value}')}"

    def target(self, entity: Entity) -> str:
        """Of a host or an address; "" for things that are no targets."""
        made = uuid.uuid5(self._root, _storable(f"target {entity.kind.value} {entity.value}"))
        if entity.kind is Kind.HOST:
            return f"security-category--{made}"
        return f"net-address--{made}" if entity.kind is Kind.IP and _is_address(entity.value) else ""

    def variable(self, entity: Entity) -> str:
        """Of a thing: "__host_1__"; "" for one that no step acts on."""
        return self._variables.get((entity.kind, entity.value), "")


def variables_of(playbook: Playbook) -> Iterator[tuple[str, Entity]]:
    """Each thing with the name of its variable: "__host_1__"."""
    counts: dict[Kind, int] = {}
    used = {(entity.kind, entity.value) for step in playbook.steps for entity in step.acts_on}
    for entity in playbook.entities:
        if (entity.kind, entity.value) in used:
            counts[entity.kind] = counts.get(entity.kind, 0) + 1
            yield f"__{entity.kind.value}_{counts[entity.kind]}__", entity


def _storable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def workflow_of(playbook: Playbook, names: Names) -> tuple[dict[str, Any], str, str, tuple[str, ...]]:
    """(steps by id, id of the start, id of the end, names of the variables that hold decisions)."""
    start, end = names.step("start", ""), names.step("end", "")
    made: dict[str, Any] = {}
    decisions: list[str] = []
    first = _chain(_blocks(playbook), end, made, names, decisions)
    workflow = {start: {"type": "start", "name": "Start", "on_completion": first}, **made}
    workflow[end] = {"type": "end", "name": "End"}
    return workflow, start, end, tuple(decisions)


Block = Step | tuple[tuple[str, tuple[Step, ...]], ...]


def _blocks(playbook: Playbook) -> list[Block]:
    """The steps in order; those that are done at the same time as one block of branches."""
    lanes = {lane: tuple(step for step in playbook.steps if step.lane == lane) for lane in LANES}
    branches = tuple((lane, steps) for lane, steps in lanes.items() if steps)
    if not branches:
        return list(playbook.steps)
    first = next(at for at, step in enumerate(playbook.steps) if step.lane)
    alone = [step for step in playbook.steps[first:] if not step.lane]
    before = [step for step in alone if step.phase.rank <= Phase.CONTAINMENT.rank]
    return [*playbook.steps[:first], *before, branches, *(step for step in alone if step not in before)]


def _chain(
    blocks: Sequence[Block], last: str, made: dict[str, Any], names: Names, decisions: list[str]
) -> str:
    """Write the blocks one after the other; returns the id of the first, `last` where there is none."""
    following = last
    written: list[dict[str, Any]] = []
    for block in reversed(blocks):
        if isinstance(block, Step):
            part, following = _one(block, following, names, decisions)
        else:
            part, following = _both(block, following, names, decisions)
        written.append(part)
    for part in reversed(written):
        made.update(part)
    return following


def _both(
    branches: Sequence[tuple[str, Sequence[Step]]], following: str, names: Names, decisions: list[str]
) -> tuple[dict[str, Any], str]:
    id = names.step("parallel", "")
    made: dict[str, Any] = {}
    firsts: list[str] = []
    rest: dict[str, Any] = {}
    for lane, steps in branches:
        end = names.step("end", lane)
        firsts.append(_chain(steps, end, rest, names, decisions))
        rest[end] = {"type": "end", "name": f"End of: {lane}"}
    made[id] = {
        "type": "parallel",
        "name": "Lead, search and contain at the same time",
        "description": "One group leads and tells, one searches, one saves evidence and contains.",
        "next_steps": firsts,
        "on_completion": following,
    }
    return {**made, **rest}, id


def _one(step: Step, following: str, names: Names, decisions: list[str]) -> tuple[dict[str, Any], str]:
    id = names.step("action", step.id)
    action = _action(step, following, names)
    if not step.approval:
        return {id: action}, id
    asked, condition = names.step("action", f"{step.id} decision"), names.step("if-condition", step.id)
    variable = f"__{step.id}_decision__"
    decisions.append(variable)
    action["step_extensions"][said.EXTENSION_ID][said.APPROVAL] = asked
    return {
        asked: {
            "type": "action",
            "name": f"Decide: {step.title}"[:250],
            "description": step.approval,
            "on_completion": condition,
            "commands": [{"type": "manual", "command": _question(step)}],
            "agent": names.agent(Role.LEAD),
            "out_args": [variable],
            "step_extensions": {
                said.EXTENSION_ID: {
                    said.EFFECT: said.OBSERVE,
                    said.PHASE: step.phase.value,
                    said.ROLE: Role.LEAD.value,
                }
            },
        },
        condition: {
            "type": "if-condition",
            "name": "Approved?",
            "condition": f"{variable}:value == 'yes'",
            "on_true": id,
            "on_false": following,
        },
        id: action,
    }, asked


def _question(step: Step) -> str:
    parts = [f"Decide whether to do this: {step.title}.", step.approval]
    if step.breaks:
        parts.append(f"What could break: {step.breaks}")
    if step.decides:
        parts.append("Say yes only if: " + " ".join(step.decides))
    return " ".join(parts) + " Set the answer to yes or no."


def _action(step: Step, following: str, names: Names) -> dict[str, Any]:
    variables = [name for one in step.acts_on if (name := names.variable(one))]
    targets = [target for one in step.acts_on if (target := names.target(one))]
    made: dict[str, Any] = {
        "type": "action",
        "name": step.title[:250],
        "description": _description(step),
        "on_completion": following,
        "commands": _commands(step),
        "agent": names.agent(step.role),
        "targets": list(dict.fromkeys(targets)),
        "in_args": list(dict.fromkeys(variables)),
        "external_references": [],
        "step_extensions": {said.EXTENSION_ID: _extension(step)},
    }
    return {key: value for key, value in made.items() if value != []}


def _description(step: Step) -> str:
    parts = [step.do]
    if step.when:
        parts.append(f"Only if {step.when}.")
    if step.tool:
        parts.append(f"With {step.tool}.")
    parts.append(f"It worked if: {step.verify}")
    return " ".join(parts)


def _commands(step: Step) -> list[dict[str, Any]]:
    activity = activity_of(step)
    made = [{"type": "manual", "command": step.do, "playbook_activity": activity}]
    for command in step.commands:
        where = f"{command.tool}, {command.platform}" if command.platform else command.tool
        made.append(
            {"type": "manual", "command": _referring(command.text), "description": f"To be typed in: {where}"}
        )
    made += [
        {"type": "manual", "command": query.text, "description": f"{query.title} ({query.dialect})"}
        for query in step.queries
        if query.text
    ]
    return made


def _referring(text: str) -> str:
    """Places to fill in as variables of the playbook."""
    return _OPEN.sub(lambda found: f"__{found[1].lower()}__:value" if found[1] in _KINDS else found[0], text)


def _extension(step: Step) -> dict[str, Any]:
    made: dict[str, Any] = {
        said.EFFECT: step.effect.value,
        said.PHASE: step.phase.value,
        said.MINUTES: step.minutes,
        said.ROLE: step.role.value,
        said.REVERSIBLE: step.reversible,
        said.UNDO: step.undo,
        said.BREAKS: step.breaks,
        said.VERIFY: step.verify,
        said.COLLECTS: [one.value for one in step.collects],
        said.DESTROYS: [one.value for one in step.destroys],
        said.ACTION: step.action,
        said.BASIS: [" ".join(filter(None, (one.kind, one.id, one.text))) for one in step.basis],
    }
    return {key: value for key, value in made.items() if value not in ("", [])}


_ACTIVITIES = {
    Phase.PREPARATION: "identify-steps",
    Phase.IDENTIFICATION: "analyze-collected-data",
    Phase.CONTAINMENT: "restrict-access",
    Phase.ERADICATION: "eliminate-risk",
    Phase.RECOVERY: "restore-capabilities",
    Phase.LESSONS: "compose-content",
}


def activity_of(step: Step) -> str:
    """What a step does, in the specification's words (section 3.1.2, playbook-activity-type-ov)."""
    if step.queries:
        return "match-indicator"
    if step.effect is Effect.COLLECT:
        return "scan-system"
    if step.role in (Role.COMMUNICATIONS, Role.LEGAL):
        return "deliver-content"
    return _ACTIVITIES[step.phase]
