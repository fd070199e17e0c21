"""Microsoft Sentinel: SecurityAlert and SecurityIncident rows, and incidents of its API.

Fields: https://learn.microsoft.com/azure/azure-monitor/reference/tables/securityalert,
https://learn.microsoft.com/azure/azure-monitor/reference/tables/securityincident
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cybersecqwen.inputs.cloud.flat import dig, first, flatten
from cybersecqwen.inputs.shapes import Shape
from cybersecqwen.inputs.times import parse_time
from cybersecqwen.records import Event, Limits, Source

from . import evidence
from .carried import alert_event, category_of, make_claim, techniques
from .severity import from_word

_MAX_PROCESSES = 50


class Sentinel(Shape):
    """An alert or incident, with the processes among its entities as further events."""

    name = "sentinel"

    def recognise(self, raw: Mapping[str, Any]) -> bool:
        """Rows have AlertName or IncidentNumber; API objects keep all in `properties`."""
        if ("AlertName" in raw or "DisplayName" in raw) and (
            "AlertSeverity" in raw or "SystemAlertId" in raw
        ):
            return True
        if "IncidentNumber" in raw and ("Title" in raw or "Severity" in raw):
            return True
        inner = raw.get("properties")
        return isinstance(inner, Mapping) and (
            "alertDisplayName" in inner or ("incidentNumber" in inner and "title" in inner)
        )

    def head(self, raw: Mapping[str, Any]) -> tuple[str, str]:
        """See `Shape.head`; what an alert carries is known only after reading it."""
        return "", ""

    def normalise(self, raw: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> Event:
        """See `Shape.normalise`: the alert with its first process."""
        return self.events(raw, id=id, source=source, limits=limits)[0]

    def events(self, raw: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> tuple[Event, ...]:
        """The alert, then one event for each further process among its entities."""
        inner = raw.get("properties")
        body: Mapping[str, Any] = {**raw, **inner} if isinstance(inner, Mapping) else raw
        flat = flatten(
            {k: v for k, v in body.items() if k not in ("properties", "Entities", "entities")}, limits
        )
        entities = _entities(body)
        known = evidence.resolve(entities)
        shared: dict[str, str] = {}
        processes = []
        for entity in known.values():
            kind = evidence.kind_of(entity)
            nested = entity.get("properties")
            entity = nested if isinstance(nested, Mapping) else entity
            if kind == "process":
                processes.append(evidence.entity_process(entity, known))
            else:
                evidence.place(shared, entity, kind)
        processes = [p for p in processes if p["Image"] or p["CommandLine"]] or _extended(flat)
        first_process = processes[0] if processes else {}
        fields = {**flat, **shared, **{k: v for k, v in first_process.items() if v}}
        main = alert_event(
            _claim(body, flat),
            fields,
            id=id,
            source=source,
            time=parse_time(
                first(body, ("StartTime", "TimeGenerated", "startTimeUtc", "timeGenerated", "createdTimeUtc"))
            ),
            host=fields.get("Computer", "") or first(body, ("CompromisedEntity", "compromisedEntity")),
            user=fields.get("User", ""),
        )
        return (main, *further(main, processes[1:_MAX_PROCESSES]))


def further(main: Event, processes: list[dict[str, str]]) -> list[Event]:
    """Events for further processes; the claim stays with the alert."""
    out = []
    for at, found in enumerate(processes, 1):
        fields = {k: v for k, v in found.items() if v}
        out.append(
            replace(
                main,
                id=f"{main.id}.{at}",
                claim=None,
                fields=fields,
                category=category_of(fields),
                time=parse_time(found.get("UtcTime")) or main.time,
                user=found.get("User") or main.user,
                host=found.get("Computer") or main.host,
            )
        )
    return out


def _claim(body: Mapping[str, Any], flat: Mapping[str, str]) -> Any:
    return make_claim(
        "sentinel",
        first(body, ("AlertName", "DisplayName", "AlertDisplayName", "alertDisplayName", "Title", "title")),
        rule_id=first(body, ("AlertType", "alertType", "IncidentNumber", "incidentNumber", "SystemAlertId")),
        severity=from_word(first(body, ("AlertSeverity", "Severity", "severity"))),
        description=first(body, ("Description", "description")),
        named=techniques(
            *(v for k, v in flat.items() if "technique" in k.lower()),
            flat.get("AdditionalData.techniques", ""),
        ),
        fields={
            "provider": first(body, ("ProviderName", "ProductName", "providerName", "productName")),
            "tactics": first(body, ("Tactics", "tactics")) or flat.get("additionalData.tactics", ""),
            "status": first(body, ("Status", "status")),
            "entity": first(body, ("CompromisedEntity", "compromisedEntity")),
        },
    )


def _entities(body: Mapping[str, Any]) -> list[Any]:
    """The entities, which the table keeps as JSON text."""
    given = body.get("Entities") or body.get("entities") or dig(body, "relatedEntities")
    if isinstance(given, str):
        import orjson

        try:
            given = orjson.loads(given)
        except ValueError:
            return []
    return list(given)[:1_000] if isinstance(given, (list, tuple)) else []


def _extended(flat: Mapping[str, str]) -> list[dict[str, str]]:
    """What Defender for Cloud writes into ExtendedProperties instead of entities."""
    low = {k.rpartition(".")[2].lower().replace(" ", ""): v for k, v in flat.items() if "xtended" in k}
    found = {
        "CommandLine": low.get("commandline") or low.get("suspiciouscommandline", ""),
        "Image": low.get("suspiciousprocess") or low.get("processname", ""),
        "ParentImage": low.get("parentprocess", ""),
        "User": low.get("username") or low.get("accountname", ""),
        "ProcessId": low.get("suspiciousprocessid", ""),
    }
    return [found] if found["CommandLine"] or found["Image"] else []
