"""STIX 2.1: one bundle with the report, its indicators, and whom and what they belong to.

docs/intel-formats.md says what becomes what. The same report gives the same bytes: identifiers are derived
from what they name, times from the date of publication.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid5

import orjson

from cybersecqwen.records import Report
from cybersecqwen.records.intel import End, Named, Observable, Relation, ReportedTechnique, Role, Target

from .exported import Exported, exported, where
from .interface import Renderer, RenderOptions
from .stix_markings import marking_definition
from .stix_objects import (
    NAMESPACE,
    UNKNOWN_TIME,
    attack_pattern,
    domain_object,
    named_object,
    target_object,
    tool_identity,
)
from .stix_patterns import RULES, observable_object, pattern
from .stix_relations import relationship_type

_NO_INDICATOR = (Role.VICTIM, Role.LEGITIMATE, Role.REFERENCE)
"""Roles of observables that do not indicate anything malicious."""


class StixRenderer(Renderer):
    """See `Renderer`; the options change nothing, so that programs can rely on what they read."""

    name = "stix"
    media_type = "application/stix+json;version=2.1"
    extension = "stix.json"
    for_people = False

    def render(self, report: Report, options: RenderOptions) -> str:
        """See `Renderer.render`."""
        option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        return orjson.dumps(bundle(exported(report)), option=option).decode()


def bundle(view: Exported) -> dict[str, Any]:
    """The bundle of a report."""
    return _Bundle(view).whole()


class _Bundle:
    """Collects objects, each identifier once, in the order in which they were added."""

    def __init__(self, view: Exported) -> None:
        self._view = view
        self._time = f"{view.published}T00:00:00.000Z" if view.published else UNKNOWN_TIME
        self._marking = marking_definition(view.marking)
        self._identity = tool_identity()
        self._report_id = f"report--{uuid5(NAMESPACE, f'report:{view.key}')}"
        self._objects: dict[str, dict[str, Any]] = {}
        self._by_end: dict[tuple[str, str], str] = {}
        self._indicator_of: dict[str, str] = {}

    def whole(self) -> dict[str, Any]:
        """The bundle: identity and marking, the report, then what it refers to."""
        for technique in self._view.techniques:
            self._technique(technique)
        for named in self._view.names:
            self._named(named)
        for target in self._view.targets:
            self._target(target)
        for one in self._view.indicators:
            self._observable(one)
        for relation in self._view.relations:
            self._relation(relation)
        head = [self._identity, *([self._marking] if self._marking else []), self._report()]
        return {
            "type": "bundle",
            "id": f"bundle--{uuid5(NAMESPACE, f'bundle:{self._view.key}')}",
            "objects": [*head, *self._objects.values()],
        }

    def _report(self) -> dict[str, Any]:
        view = self._view
        made = domain_object(
            "report",
            view.key,
            {
                "name": view.title,
                "description": view.summary,
                "report_types": ["threat-report" if view.task == "intel" else "indicator"],
                "published": self._time,
                "object_refs": list(self._objects) or [self._identity["id"]],
                "external_references": [
                    _reference(one.id, one.title or one.path, one.sha256) for one in view.documents
                ],
            },
            self._time,
        )
        return {**self._signed(made), "created": made["modified"]}

    def _technique(self, one: ReportedTechnique) -> None:
        added = self._add(attack_pattern(one))
        if added:
            self._by_end["technique", one.id or one.name] = added
            self._note(added, "How the report describes it", one.context, one.tier.percent, where(one))

    def _named(self, one: Named) -> None:
        added = self._add(named_object(one))
        if added:
            self._by_end[one.type, one.id or one.name] = self._by_end[one.type, one.name] = added
            self._note(added, "What the report says of it", one.context, one.tier.percent, where(one))

    def _target(self, one: Target) -> None:
        added = self._add(target_object(one))
        if added:
            self._by_end[one.kind, one.name] = added

    def _observable(self, one: Observable) -> None:
        if one.type in ("cve", "attack"):
            self._identifier(one)
            return
        made = observable_object(one)
        if made:
            self._by_end[one.type, one.value] = self._add(made)
        text, language = pattern(one)
        if text and one.role not in _NO_INDICATOR:
            added = self._add(self._indicator(one, text, language))
            if made:
                self._indicator_of[made["id"]] = added
            else:
                self._by_end[one.type, one.value] = self._indicator_of[added] = added
        elif not made:
            self._note(
                self._report_id, f"Indicator without a form in STIX: {one.type}", one.value, one.tier.percent
            )

    def _identifier(self, one: Observable) -> None:
        """A CVE or technique that the report writes out, unless it is there already."""
        if one.type == "cve":
            named = Named(id=one.value, name=one.value, type="vulnerability")
            added = self._add(named_object(named))
            self._by_end[one.type, one.value] = self._by_end["vulnerability", one.value] = added
        elif one.value.startswith("T") and ("technique", one.value) not in self._by_end:
            technique = ReportedTechnique(id=one.value, name=one.value)
            self._by_end["technique", one.value] = self._add(attack_pattern(technique))

    def _indicator(self, one: Observable, text: str, language: str) -> dict[str, Any]:
        at = where(one)
        told = [f"Role: {one.role.value} ({one.why})." if one.why else f"Role: {one.role.value}."]
        told += [f"Port {one.port}."] if one.port else []
        told += [f"First on {at}."] if at else []
        told += [one.context] if one.context else []
        made = domain_object(
            "indicator",
            f"{language}:{text}",
            {
                "name": f"{one.type}: {one.value}" if one.type not in RULES else f"{one.type} rule",
                "description": " ".join(told),
                "indicator_types": ["unknown" if one.role is Role.UNKNOWN else "malicious-activity"],
                "pattern": text,
                "pattern_type": language,
                "valid_from": self._time,
            },
            self._time,
        )
        if language == "stix":
            made["pattern_version"] = "2.1"
        return {**made, "confidence": one.tier.percent}

    def _relation(self, one: Relation) -> None:
        source, target = self._end(one.source), self._end(one.target)
        if not source or not target or source == target:
            return
        kinds = source.partition("--")[0], target.partition("--")[0]
        verb = relationship_type(kinds[0], one.verb, kinds[1])
        self._relationship(source, verb, target, one.sentence, one.tier.percent)
        for observable, other in ((source, target), (target, source)):
            indicator = self._indicator_of.get(observable, "")
            if (
                indicator
                and relationship_type("indicator", "indicates", other.partition("--")[0]) == "indicates"
            ):
                self._relationship(indicator, "indicates", other, one.sentence, one.tier.percent)

    def _end(self, end: End) -> str:
        """The object at one end of a relation; "" where the bundle has none (it was set apart)."""
        for key in ((end.type, end.id), (end.type, end.value)):
            if key[1] and key in self._by_end:
                return self._by_end[key]
        return ""

    def _relationship(self, source: str, verb: str, target: str, sentence: str, confidence: int) -> None:
        key = f"{self._view.key}:{source}:{verb}:{target}"
        made = domain_object(
            "relationship",
            key,
            {"relationship_type": verb, "source_ref": source, "target_ref": target, "description": sentence},
            self._time,
        )
        self._add({**made, "confidence": confidence})

    def _note(self, about: str, abstract: str, content: str, confidence: int, at: str = "") -> None:
        if not content:
            return
        made = domain_object(
            "note",
            f"{self._view.key}:{about}:{abstract}:{content}",
            {
                "abstract": f"{abstract} ({at})" if at else abstract,
                "content": content,
                "object_refs": [about],
            },
            self._time,
        )
        self._add({**made, "confidence": confidence})

    def _add(self, made: dict[str, Any] | None) -> str:
        """Add an object, once; its identifier, or "" for none."""
        if made is None:
            return ""
        self._objects.setdefault(made["id"], self._signed(made))
        return str(made["id"])

    def _signed(self, made: dict[str, Any]) -> dict[str, Any]:
        """With its creator (observables have none) and the marking of the report."""
        if "created" in made:
            made = {**made, "created_by_ref": self._identity["id"]}
        return {**made, "object_marking_refs": [self._marking["id"]]} if self._marking else made


def _reference(id: str, title: str, sha256: str) -> dict[str, Any]:
    made: dict[str, Any] = {"source_name": f"document {id}", "description": title or "Untitled"}
    if len(sha256) == 64 and all(char in "0123456789abcdef" for char in sha256):
        made["hashes"] = {"SHA-256": sha256}
    return made
