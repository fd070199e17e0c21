"""CACAO 2.0: a playbook that other programs read (OASIS, CACAO Security Playbooks Version 2.0, 2023-11-27).

Every command is a manual one: a person runs it. The same report gives the same identifiers (UUIDs of version
5).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from cybersecqwen.records import Report
from cybersecqwen.records.playbook import Entity, Kind, Phase, Playbook, Role, Step
from cybersecqwen.verify.cacao.extension import EXTENSION_ID, definition
from cybersecqwen.verify.cacao.forms import is_timestamp

from .cacao_flow import Names, activity_of, variables_of, workflow_of
from .interface import Renderer, RenderOptions
from .json import plain

_OPTIONS = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
_TYPES = {
    Phase.PREPARATION: "prevention",
    Phase.IDENTIFICATION: "investigation",
    Phase.CONTAINMENT: "mitigation",
    Phase.ERADICATION: "remediation",
    Phase.RECOVERY: "remediation",
}
_OPEN = re.compile(r"<([A-Z_]+)>")
_VARIABLE = {Kind.URL: "uri"}
_HASHES = {32: "md5-hash", 64: "sha256-hash"}
_NO_TIME = "1970-01-01T00:00:00.000Z"


class CacaoRenderer(Renderer):
    """See `Renderer`; a report without a playbook is one that begins and ends."""

    name = "cacao"
    media_type = "application/cacao+json;version=2.0"
    extension = "cacao.json"
    for_people = False

    def render(self, report: Report, options: RenderOptions) -> str:
        """See `Renderer.render`."""
        playbook = report.playbook or Playbook(
            name=report.title[:200] or f"Report of csq {report.task}",
            about=f"A report of csq {report.task} holds no steps.",
            trigger="report",
            severity=0,
        )
        made = document(playbook, report.provenance.version)
        try:
            return orjson.dumps(made, option=_OPTIONS).decode()
        except TypeError:  # lone surrogates
            return orjson.dumps(plain(made), option=_OPTIONS).decode()


def document(playbook: Playbook, version: str) -> dict[str, Any]:
    """The playbook as CACAO 2.0 has it, in JSON types."""
    names = Names(playbook)
    created = _moment(playbook.created)
    workflow, start, end, decisions = workflow_of(playbook, names)
    made: dict[str, Any] = {
        "type": "playbook",
        "spec_version": "cacao-2.0",
        "id": names.playbook,
        "name": playbook.name,
        "description": _description(playbook),
        "playbook_types": list(dict.fromkeys(_TYPES[s.phase] for s in playbook.steps if s.phase in _TYPES)),
        "playbook_activities": list(dict.fromkeys(map(activity_of, playbook.steps))),
        "created_by": names.identity,
        "created": created,
        "modified": created,
        "revoked": False,
        "priority": max(1, 100 - playbook.severity) if playbook.severity else 0,
        "severity": playbook.severity,
        "impact": _impact(playbook.steps),
        "labels": ["csq", *playbook.incidents, *playbook.techniques][:100],
        "external_references": list(_references(playbook, version)),
        "playbook_processing_summary": {
            "manual_playbook": True,
            "if_logic": bool(decisions),
            "parallel_processing": any(step.lane for step in playbook.steps),
            "data_markings": bool(playbook.marking),
            "extensions": bool(playbook.steps),
        },
        "playbook_variables": _variables(playbook, workflow, decisions),
        "workflow_start": start,
        "workflow_exception": end,
        "workflow": workflow,
        "agent_definitions": _agents(playbook, names),
        "target_definitions": _targets(playbook, names),
        "extension_definitions": {EXTENSION_ID: definition(names.identity)} if playbook.steps else {},
        **_marking(playbook, names, created),
    }
    return {key: value for key, value in made.items() if value not in ({}, [])}


def _description(playbook: Playbook) -> str:
    return "\n".join((playbook.about, *playbook.general))


def _moment(text: str) -> str:
    """A time as the specification wants it: three digits behind the second."""
    found = re.fullmatch(r"([0-9T:-]{19})(?:\.([0-9]{1,9}))?Z", text)
    made = f"{found[1]}.{((found[2] or '') + '000')[:3]}Z" if found else _NO_TIME
    return made if is_timestamp(made) else _NO_TIME


def _impact(steps: Iterable[Step]) -> int:
    """How much following it may harm: 1 for looking, 90 for what cannot be taken back."""
    return max((1, 5, 50, 90)[step.effect.rank] for step in steps) if steps else 0


def _references(playbook: Playbook, version: str) -> Iterator[dict[str, str]]:
    yield {"name": "cybersecqwen", "description": f"Written by csq playbook, version {version}."}
    known = {one.id: one.text for step in playbook.steps for one in step.basis if one.kind == "technique"}
    for id, text in known.items():
        path = id.replace(".", "/")
        yield {
            "name": f"{id} {text}".strip(),
            "source": "ATT&CK",
            "external_id": id,
            "url": f"https://attack.mitre.org/techniques/{path}/",
        }


def _variables(playbook: Playbook, workflow: dict[str, Any], decisions: Iterable[str]) -> dict[str, Any]:
    """Things with their values as constants; what is left to fill in as values from outside; decisions."""
    made: dict[str, Any] = {}
    for name, entity in variables_of(playbook):
        made[name] = {"type": _type(entity), "value": entity.value, "constant": True, "external": False}
        if entity.basis:
            made[name]["description"] = f"Named by {entity.basis}."
    open_ = {found for step in playbook.steps for c in step.commands for found in _OPEN.findall(c.text)}
    for kind in sorted(open_ & {one.value.upper() for one in Kind}):
        made[f"__{kind.lower()}__"] = {
            "type": "string",
            "description": f"The {kind.lower().replace('_', ' ')} to fill in.",
            "constant": False,
            "external": True,
        }
    for name in decisions:
        made[name] = {"type": "string", "description": "yes or no", "constant": False, "external": False}
    return made


def _type(entity: Entity) -> str:
    if entity.kind is Kind.IP:
        return "ipv6-addr" if ":" in entity.value else "ipv4-addr"
    if entity.kind is Kind.HASH:
        return _HASHES.get(len(entity.value), "hash")
    return _VARIABLE.get(entity.kind, "string")


def _agents(playbook: Playbook, names: Names) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for role in dict.fromkeys((*(step.role for step in playbook.steps), *_deciders(playbook.steps))):
        people = playbook.roles.get(role.value, "")
        one = {"type": "group", "name": role.value}
        if people:
            one["description"] = people
        made[names.agent(role)] = one
    return made


def _deciders(steps: Iterable[Step]) -> tuple[Role, ...]:
    return (Role.LEAD,) if any(step.approval for step in steps) else ()


_CATEGORY = {"windows": "os-windows", "linux": "os-linux", "macos": "os-mac"}


def _targets(playbook: Playbook, names: Names) -> dict[str, Any]:
    """Hosts by what they run on, addresses as they are; other things are variables alone."""
    made: dict[str, Any] = {}
    for step in playbook.steps:
        for entity in step.acts_on:
            target = names.target(entity)
            if entity.kind is Kind.HOST:
                category = _CATEGORY.get(entity.platform, "endpoint")
                made[target] = {"type": "security-category", "name": entity.value, "category": [category]}
            elif target:
                key = "ipv6" if ":" in entity.value else "ipv4"
                made[target] = {"type": "net-address", "name": entity.value, "address": {key: [entity.value]}}
    return made


def _marking(playbook: Playbook, names: Names, created: str) -> dict[str, Any]:
    if not playbook.marking:
        return {}
    marking = names.marking
    one = {
        "type": "marking-tlp",
        "id": marking,
        "created_by": names.identity,
        "created": created,
        "tlpv2_level": playbook.marking,
    }
    return {"markings": [marking], "data_marking_definitions": {marking: one}}
