"""The texts of CAPEC beside the descriptions: prerequisites, skills, mitigations, steps of an attack."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cybersecqwen.knowledge.interface import Passage
from cybersecqwen.knowledge.texts import passages_of

from .interface import dicts, text, texts

_LISTS = {
    "x_capec_prerequisites": "prerequisite",
    "x_capec_resources_required": "resource",
    "x_capec_example_instances": "example",
}
_BLOCK = re.compile(r"</?(?:li|td|th|h2|h3|p|div|ol|tr|table|tbody)>")


def capec_passages(found: dict[str, Any], id: str) -> Iterator[Passage]:
    """Every text of an attack pattern but its description."""
    yield from passages_of(id, "description", [text(found.get("x_capec_extended_description"))])
    for field, section in _LISTS.items():
        yield from passages_of(id, section, texts(found.get(field)))
    skills = found.get("x_capec_skills_required")
    if isinstance(skills, dict):
        told = (f"Skill level {level}: {text(skill)}" for level, skill in skills.items())
        yield from passages_of(id, "skill", told)
    consequences = found.get("x_capec_consequences")
    if isinstance(consequences, dict):
        for scope, impacts in consequences.items():
            told = (f"Scope: {scope}. Impact: {impact}." for impact in texts(impacts))
            yield from passages_of(id, "consequence", told)
    yield from _flow(text(found.get("x_capec_execution_flow")), id)
    domains = texts(found.get("x_capec_domains"))
    if domains:
        yield from passages_of(id, "domain", [f"Domains of attack: {', '.join(domains)}."])


def capec_mitigations(objects: list[dict[str, Any]], ids: dict[str, str]) -> Iterator[Passage]:
    """The texts of mitigations, which CAPEC writes as objects of their own."""
    stix = {text(o.get("id")): o for o in objects if o.get("type") == "course-of-action"}
    for found in dicts(objects):
        if found.get("relationship_type") == "mitigates":
            id = ids.get(text(found.get("target_ref")), "")
            action = stix.get(text(found.get("source_ref")), {})
            if id:
                yield from passages_of(id, "mitigation", [text(action.get("description"))])


def _flow(markup: str, id: str) -> Iterator[Passage]:
    phase = ""
    for block in _BLOCK.split(markup[:40_000]):
        line = block.strip()
        if line in ("Explore", "Experiment", "Exploit"):
            phase = line
        elif len(line) > 20:
            yield from passages_of(id, "execution flow", [f"{phase}: {line}" if phase else line])
