"""OCSF 1.7.0: one Detection Finding (class 2004) for each detection, anomaly, or finding of an incident.

A JSON array with one object a line. It is an array, because a file that is named .json should be JSON and
because every loader of OCSF takes one; each object stands on its own line, so that `grep`, `sed` and a
log shipper can take it line by line as well. For a stream there is `ndjson`.

Attributes, classes and numbers are those of https://schema.ocsf.io/1.7.0/classes/detection_finding.
Values stay as recorded; what has no place in the class stands in `unmapped`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import orjson

from cybersecqwen.records import Report

from .interface import Renderer, RenderOptions
from .json import plain
from .ocsf_attack import AttackNames
from .ocsf_evidence import device, evidence, resource
from .ocsf_found import Found, found_in
from .ocsf_observables import MOST_OBSERVABLES, observables
from .wording import moment

VERSION = "1.7.0"
"""Of the schema."""
EVIDENCES = 50
"""Events described under one finding; `count` has the whole number."""
RESOURCES = 100
_ALERT_FROM = 3  # medium


class OcsfRenderer(Renderer):
    """See `Renderer`; the options change nothing, so that programs can rely on what they read."""

    name = "ocsf"
    media_type = "application/json"
    extension = "ocsf.json"
    for_people = False

    def render(self, report: Report, options: RenderOptions) -> str:
        """See `Renderer.render`."""
        lines = [_dumped(one) for one in detection_findings(report)]
        return "[\n" + ",\n".join(lines) + "\n]\n" if lines else "[]\n"


def _dumped(finding: dict[str, Any]) -> str:
    try:
        return orjson.dumps(finding).decode()
    except TypeError:  # lone surrogates
        return orjson.dumps(plain(finding)).decode()


def detection_findings(report: Report) -> Iterator[dict[str, Any]]:
    """The findings of a report as OCSF objects, in the order of the report."""
    names = AttackNames(report)
    seen: set[str] = set()
    for one in found_in(report):
        made = _finding(report, one, names)
        uid = made["finding_info"]["uid"]
        if uid not in seen:  # an incident repeated in a foreign report
            seen.add(uid)
            yield made


def _finding(report: Report, one: Found, names: AttackNames) -> dict[str, Any]:
    uid = _uid(report, one)
    first, last = _milliseconds(one.first), _milliseconds(one.last)
    made = _milliseconds(one.made)
    evidences = [evidence(event) for event in one.events[:EVIDENCES]]
    evidences += [
        {"name": line.source, "data": {"source": line.source, "text": line.text}} for line in one.lines
    ]
    where = {"device": device(one.hosts[0])} if one.hosts else {}
    resources = [resource(host, "Host") for host in one.hosts] + [
        resource(user, "User") for user in one.users
    ]
    seen = {**where, "evidences": evidences, "resources": resources[:RESOURCES]}
    watched = observables(seen, one.indicators)
    extensions = [{"name": "win", "uid": "2", "version": VERSION}] if _uses_windows(evidences) else []
    return _without_nothing(
        {
            "activity_id": 1,
            "activity_name": "Create",
            "category_uid": 2,
            "category_name": "Findings",
            "class_uid": 2004,
            "class_name": "Detection Finding",
            "type_uid": 200401,
            "type_name": "Detection Finding: Create",
            "severity_id": int(one.severity),
            "severity": one.severity.name.capitalize(),
            "status_id": 1,
            "status": "New",
            "time": next((time for time in (last, first, made) if time is not None), 0),
            "start_time": first,
            "end_time": last,
            "count": max(1, one.count),
            "message": one.title,
            "is_alert": one.severity >= _ALERT_FROM,
            **_confidence(one.confidence),
            "finding_info": {
                "uid": uid,
                "title": one.title,
                "desc": one.desc,
                "types": [one.type],
                "analytic": one.analytic,
                "attacks": names.attacks(one.techniques),
                "first_seen_time": first,
                "last_seen_time": last,
                "created_time": made,
                "data_sources": list(one.sources),
                "related_events_count": max(1, one.count),
            },
            "metadata": {
                "version": VERSION,
                "uid": uid,
                "correlation_uid": one.story,
                "product": {
                    "name": "cybersecqwen",
                    "vendor_name": "cybersecqwen",
                    "version": report.provenance.version,
                },
                "profiles": ["host"] if one.hosts else [],
                "extensions": extensions,
                "original_time": one.original_time,
            },
            **seen,
            "anomaly_analyses": _analyses(one),
            "observables": watched[:MOST_OBSERVABLES],
            "raw_data": "\n".join(line.text for line in one.lines),
            "remediation": {"desc": " ".join(one.steps)} if one.steps else None,
            "unmapped": {
                **one.unmapped,
                "observables_left_out": len(watched[MOST_OBSERVABLES:]) or None,
                "evidences_left_out": len(one.events[EVIDENCES:]) or None,
                "resources_left_out": len(resources[RESOURCES:]) or None,
            },
        }
    )


def _uid(report: Report, one: Found) -> str:
    """The same for the same finding in the same input, whenever and wherever it is made."""
    parts = (report.task, *report.sources, one.key, one.story or "", repr(one.first), *one.hosts)
    return str(uuid5(NAMESPACE_URL, plain("\x1f".join(parts))))


def _milliseconds(time: float | None) -> int | None:
    """Of `timestamp_t`: milliseconds since 1970; None for none and for what is no date."""
    return round(time * 1000) if time is not None and moment(time) is not None else None


def _confidence(share: float | None) -> dict[str, Any]:
    """Low below a half, high from four fifths; unknown where nothing was weighed."""
    if share is None:
        return {"confidence_id": 0, "confidence": "Unknown"}
    id, name = (3, "High") if share >= 0.8 else (2, "Medium") if share >= 0.5 else (1, "Low")
    return {"confidence_id": id, "confidence": name, "confidence_score": round(share * 100)}


def _analyses(one: Found) -> list[dict[str, Any]]:
    """The figures of an anomaly, and what they were taken of."""
    targets = [{"name": name, "type": "Host"} for name in one.hosts[:RESOURCES]]
    targets += [{"name": name, "type": "User"} for name in one.users[:RESOURCES]]
    if not one.numbers:
        return []
    parts = [
        {
            "observation_parameter": name,
            "observation_type": one.type,
            "observations": [{"value": f"{value:.12g}"}],
        }
        for name, value in one.numbers
    ]
    return [{"analysis_targets": targets or [{"name": "all records"}], "anomalies": parts}]


def _uses_windows(evidences: list[dict[str, Any]]) -> bool:
    return any(key in one for one in evidences for key in ("reg_key", "reg_value", "win_service"))


def _without_nothing(value: dict[str, Any]) -> dict[str, Any]:
    """`value` without attributes that hold nothing: None, "", [] and {}; data of evidence stays whole."""
    out = {}
    for key, inner in value.items():
        kept = _without_nothing(inner) if isinstance(inner, dict) and key != "data" else inner
        if kept is not None and kept != "" and kept != [] and kept != {}:
            out[key] = kept
    return out
