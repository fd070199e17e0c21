"""Microsoft Defender XDR: Graph alerts v2, the older Defender for Endpoint API, and AlertInfo rows.

Fields: https://learn.microsoft.com/graph/api/resources/security-alert,
https://learn.microsoft.com/defender-endpoint/api/alerts
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cybersecqwen.inputs.cloud.flat import first, flatten
from cybersecqwen.inputs.shapes import Shape
from cybersecqwen.inputs.times import parse_time
from cybersecqwen.records import Event, Limits, Source

from . import evidence
from .carried import alert_event, make_claim, techniques
from .sentinel import further
from .severity import from_word

_MAX_PROCESSES = 50


class Defender(Shape):
    """An alert with its evidence."""

    name = "defender"

    def recognise(self, raw: Mapping[str, Any]) -> bool:
        """A title and severity with evidence or a Defender service; or an AlertInfo row."""
        body = _body(raw)
        if "AlertId" in body and "ServiceSource" in body:
            return True
        titled = "title" in body and "severity" in body
        return titled and (
            "serviceSource" in body or "detectionSource" in body or isinstance(body.get("evidence"), list)
        )

    def head(self, raw: Mapping[str, Any]) -> tuple[str, str]:
        """See `Shape.head`; what an alert carries is known only after reading it."""
        return "", ""

    def normalise(self, raw: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> Event:
        """See `Shape.normalise`: the alert with its first process."""
        return self.events(raw, id=id, source=source, limits=limits)[0]

    def events(self, raw: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> tuple[Event, ...]:
        """The alert, then one event for each further process of its evidence."""
        body = _body(raw)
        given = body.get("evidence")
        listed = (
            [e for e in given if isinstance(e, Mapping)][:1_000] if isinstance(given, (list, tuple)) else []
        )
        flat = flatten({k: v for k, v in body.items() if k not in ("evidence", "properties")}, limits)
        shared: dict[str, str] = {}
        processes = []
        for entity in listed:
            kind = evidence.kind_of(entity)
            if kind == "process" or "processCommandLine" in entity:
                processes.append(_process(entity))
            else:
                evidence.place(shared, entity, kind)
        processes = [p for p in processes if p["Image"] or p["CommandLine"]]
        fields = {**flat, **shared, **({k: v for k, v in processes[0].items() if v} if processes else {})}
        main = alert_event(
            _claim(body, flat),
            fields,
            id=id,
            source=source,
            time=parse_time(
                first(body, ("firstActivityDateTime", "alertCreationTime", "createdDateTime", "Timestamp"))
            ),
            host=first(body, ("computerDnsName",)) or fields.get("Computer", ""),
            user=fields.get("User", "") or first(body, ("relatedUser.userName",)),
        )
        return (main, *further(main, processes[1:_MAX_PROCESSES]))


def _body(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """Streaming wraps rows as `properties` of a category "AdvancedHunting-AlertInfo"."""
    inner = raw.get("properties")
    return inner if isinstance(inner, Mapping) and "AlertId" in inner else raw


def _process(entity: Mapping[str, Any]) -> dict[str, str]:
    """Graph's nested evidence, or the flat one of the Defender for Endpoint API."""
    if "imageFile" in entity:
        return evidence.process(entity)
    from .carried import hashes, joined_path

    return {
        "Image": joined_path(first(entity, ("filePath",)), first(entity, ("fileName",))),
        "CommandLine": first(entity, ("processCommandLine",)),
        "ParentImage": joined_path(
            first(entity, ("parentProcessFilePath",)), first(entity, ("parentProcessFileName",))
        ),
        "ProcessId": first(entity, ("processId",)),
        "ParentProcessId": first(entity, ("parentProcessId",)),
        "Hashes": hashes(entity),
        "User": evidence.account(entity),
        "UtcTime": first(entity, ("processCreationTime", "evidenceCreationTime")),
        "Computer": "",
    }


def _claim(body: Mapping[str, Any], flat: Mapping[str, str]) -> Any:
    return make_claim(
        "defender",
        first(body, ("title", "Title")),
        rule_id=first(body, ("detectorId", "id", "AlertId")),
        severity=from_word(first(body, ("severity", "Severity"))),
        description=first(body, ("description", "Description")),
        named=techniques(*(v for k, v in flat.items() if "technique" in k.lower())),
        fields={
            "category": first(body, ("category", "Category")),
            "service": first(body, ("serviceSource", "ServiceSource", "detectionSource")),
            "status": first(body, ("status",)),
            "determination": first(body, ("determination",)),
        },
    )
