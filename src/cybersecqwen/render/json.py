"""The envelope: one JSON object for every task, raw, in a fixed order of keys.

`docs/envelope.md` explains it and `docs/envelope.schema.json` pins it. Adding a key is a compatible
change; renaming or removing one needs a new number in SCHEMA.
"""

from __future__ import annotations

import math
from typing import Any

import orjson

from cybersecqwen.records import (
    Citation,
    Claim,
    Event,
    Evidence,
    Finding,
    Incident,
    Indicator,
    ProcessNode,
    Provenance,
    Report,
    Source,
    Technique,
)
from cybersecqwen.records.audit_json import audit_json
from cybersecqwen.records.intel_json import to_json
from cybersecqwen.records.playbook_json import playbook_json
from cybersecqwen.records.review_json import review_json

from .interface import Renderer, RenderOptions
from .wording import moment

SCHEMA = "cybersecqwen/report/1"
"""Value of the key `schema`."""

_OPTIONS = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS | orjson.OPT_APPEND_NEWLINE


class JsonRenderer(Renderer):
    """See `Renderer`; the options change nothing, so that programs can rely on what they read."""

    name = "json"
    media_type = "application/json"
    extension = "json"
    for_people = False

    def render(self, report: Report, options: RenderOptions) -> str:
        """See `Renderer.render`."""
        made = envelope(report)
        try:
            return orjson.dumps(made, option=_OPTIONS).decode()
        except TypeError:  # lone surrogates, integers beyond 64 bits, foreign types in `extra`
            return orjson.dumps(plain(made), option=_OPTIONS).decode()


def envelope(report: Report) -> dict[str, Any]:
    """The envelope of `report` as JSON types; see docs/envelope.md for each key."""
    return {
        "schema": SCHEMA,
        "task": report.task,
        "verdict": report.verdict.value,
        "severity": report.severity.label,
        "confidence": report.confidence,
        "title": report.title,
        "sources": report.sources,
        "counts": dict(report.counts),
        "incidents": [_incident(one) for one in report.incidents],
        "findings": [finding_object(one) for one in report.findings],
        "indicators": [_indicator(one) for one in report.indicators],
        "techniques": [_technique(one) for one in report.techniques],
        "narrative": [
            {"text": one.text, "writer": one.writer, "events": one.events} for one in report.narrative
        ],
        "citations": [_citation(one) for one in report.citations],
        "problems": [
            {"stage": one.stage, "message": one.message, "subject": one.subject, "count": one.count}
            for one in report.problems
        ],
        "timings_ms": dict(report.timings_ms),
        "provenance": _provenance(report.provenance),
        "extra": _extra(report),
    }


def _extra(report: Report) -> dict[str, Any]:
    """What only one task has, such as `intel` and `playbook`, under the names of the records' fields."""
    made = dict(report.extra)
    if report.intel is not None:
        made["intel"] = to_json(report.intel)
    if report.query is not None:
        made["query"] = to_json(report.query)
    if report.review is not None:
        made["review"] = review_json(report.review)
    if report.audit is not None:
        made["audit"] = audit_json(report.audit)
    if report.playbook is not None:
        made["playbook"] = playbook_json(report.playbook)
    return made


def _incident(one: Incident) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "verdict": one.verdict.value,
        "severity": one.severity.label,
        "confidence": one.confidence,
        "score": one.score,
        "hosts": one.hosts,
        "users": one.users,
        "start": _time(one.start),
        "end": _time(one.end),
        "findings": [finding_object(each) for each in one.findings],
        "techniques": [_technique(each) for each in one.techniques],
        "indicators": [_indicator(each) for each in one.indicators],
        "processes": [_process(each) for each in one.processes],
        "events": [_event(each) for each in one.events],
        "event_count": one.event_count,
        "claims": [_claim(each) for each in one.claims],
        "reasons": one.reasons,
        "next_steps": one.next_steps,
    }


def finding_object(one: Finding) -> dict[str, Any]:
    """A finding as the envelope holds it."""
    return {
        "signal": one.signal,
        "title": one.title,
        "weight": one.weight,
        "severity": one.severity.label,
        "techniques": one.techniques,
        "events": one.events,
        "count": one.count,
        "evidence": [_evidence(each) for each in one.evidence],
        "why": one.why,
        "ordinary": one.ordinary,
        "group": one.group,
    }


def _evidence(one: Evidence) -> dict[str, Any]:
    return {"event": one.event, "field": one.field, "value": one.value, "layer": one.layer}


def _indicator(one: Indicator) -> dict[str, Any]:
    evidence = _evidence(one.evidence)
    return {"type": one.type, "value": one.value, "raw": one.raw, "evidence": evidence, "note": one.note}


def _technique(one: Technique) -> dict[str, Any]:
    return {"id": one.id, "name": one.name, "tactics": one.tactics, "findings": one.findings}


def _process(one: ProcessNode) -> dict[str, Any]:
    return {
        "key": one.key,
        "parent": one.parent,
        "name": one.name,
        "image": one.image,
        "command": one.command,
        "user": one.user,
        "time": _time(one.time),
        "pid": one.pid,
        "event": one.event,
        "signals": one.signals,
    }


def _event(one: Event) -> dict[str, Any]:
    return {
        "id": one.id,
        "category": one.category.value,
        "time": _time(one.time),
        "provider": one.provider,
        "channel": one.channel,
        "code": one.code,
        "host": one.host,
        "user": one.user,
        "fields": dict(one.fields),
        "claim": _claim(one.claim) if one.claim else None,
        "source": _source(one.source),
    }


def _source(one: Source) -> dict[str, Any]:
    return {
        "path": one.path,
        "member": one.member,
        "record": one.record,
        "offset": one.offset,
        "format": one.format,
    }


def _claim(one: Claim) -> dict[str, Any]:
    return {
        "product": one.product,
        "rule": one.rule,
        "rule_id": one.rule_id,
        "severity": one.severity.label,
        "description": one.description,
        "techniques": one.techniques,
        "fields": dict(one.fields),
    }


def _citation(one: Citation) -> dict[str, Any]:
    return {"id": one.id, "name": one.name, "source": one.source, "url": one.url}


def _provenance(one: Provenance) -> dict[str, Any]:
    return {"models": one.models, "knowledge": one.knowledge, "rules": one.rules, "version": one.version}


def _time(time: float | None) -> str | None:
    """RFC 3339 in UTC with microseconds; null for none and for what is no date."""
    at = moment(time)
    if at is None:
        return None
    return at.replace(tzinfo=None).isoformat(timespec="microseconds").rjust(26, "0") + "Z"


def plain(value: Any, depth: int = 0) -> Any:
    r"""`value` with what JSON cannot hold written as text: lone surrogates as \udc80, huge numbers."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if -(1 << 63) <= value < 1 << 64 else _huge(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth > 100:
        return "…"
    if isinstance(value, dict):
        return {str(plain(key, depth + 1)): plain(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(inner, depth + 1) for inner in value]
    return plain(str(value), depth + 1)


def _huge(value: int) -> str:
    """Digits, in base 16 where there are more of them than Python writes in base 10 (4,300)."""
    return str(value) if value.bit_length() < 14_000 else hex(value)
