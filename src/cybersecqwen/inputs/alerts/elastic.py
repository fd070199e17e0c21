"""Elastic Security alerts: an ECS event with `kibana.alert.*` (or the older `signal.*`) beside it.

Fields: https://www.elastic.co/guide/en/security/current/alert-schema.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cybersecqwen.inputs.cloud.flat import dig, first, flatten
from cybersecqwen.inputs.shapes import Shape
from cybersecqwen.records import Category, Claim, Event, Limits, Source

from .carried import alert_event, category_of, make_claim, techniques
from .severity import ELASTIC_RISK, from_steps, from_word

_RULE = ("kibana.alert.rule.name", "signal.rule.name", "kibana.alert.rule.rule_name")
_SEVERITY = ("kibana.alert.severity", "kibana.alert.rule.severity", "signal.rule.severity")
_RISK = ("kibana.alert.risk_score", "kibana.alert.rule.risk_score", "signal.rule.risk_score")
_REASON = ("kibana.alert.reason", "kibana.alert.rule.description", "signal.rule.description", "signal.reason")
_ID = ("kibana.alert.rule.rule_id", "kibana.alert.rule.uuid", "signal.rule.rule_id", "signal.rule.id")


class Elastic(Shape):
    """An alert document, bare or as a search hit with `_source`."""

    name = "elastic"

    def recognise(self, raw: Mapping[str, Any]) -> bool:
        """See `Shape.recognise`."""
        body = _body(raw)
        if "kibana.alert.rule.name" in body or "signal.rule.name" in body or "kibana.alert.uuid" in body:
            return True
        return dig(body, "kibana.alert") is not None or isinstance(dig(body, "signal.rule"), Mapping)

    def head(self, raw: Mapping[str, Any]) -> tuple[str, str]:
        """See `Shape.head`; what an alert carries is known only after reading it."""
        return "", ""

    def normalise(self, raw: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> Event:
        """See `Shape.normalise`: the ECS event with the alert as its claim."""
        from cybersecqwen.inputs.ecs import EcsShape

        body = _body(raw)
        nested = unflatten(
            {k: v for k, v in body.items() if not k.startswith(("kibana.", "signal."))}, limits
        )
        event = EcsShape().normalise(nested, id=id, source=source, limits=limits)
        claim = _claim(body, limits)
        category = event.category
        if category in (Category.OTHER, Category.TEXT, Category.ALERT):
            category = category_of(event.fields)
        made = alert_event(
            claim, dict(event.fields), id=id, source=source, time=event.time, host=event.host, user=event.user
        )
        return replace(
            event,
            category=category,
            claim=claim,
            fields=made.fields,
            provider=event.provider or "alert.elastic",
            code=event.code or claim.rule[:300],
        )


def _body(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = raw.get("_source")
    return inner if isinstance(inner, Mapping) else raw


def _claim(body: Mapping[str, Any], limits: Limits) -> Claim:
    alert = {k: v for k, v in body.items() if k.startswith(("kibana", "signal", "threat"))}
    flat = flatten(alert, limits)
    named = techniques(*(v for k, v in flat.items() if "technique" in k and k.endswith(".id")))
    return make_claim(
        "elastic",
        first(body, _RULE),
        rule_id=first(body, _ID),
        severity=from_word(first(body, _SEVERITY)) or from_steps(first(body, _RISK), ELASTIC_RISK),
        description=first(body, _REASON),
        named=named,
        fields={
            "risk_score": first(body, _RISK),
            "status": first(body, ("kibana.alert.workflow_status", "signal.status")),
            "tags": first(body, ("kibana.alert.rule.tags", "signal.rule.tags")),
        },
    )


def unflatten(raw: Mapping[str, Any], limits: Limits) -> dict[str, Any]:
    """Dotted keys as nested mappings; where both a value and a mapping claim a place, the value stays."""
    out: dict[str, Any] = {}
    for key, value in list(raw.items())[: limits.fields]:
        parts = key.split(".") if key.count(".") <= limits.json_depth else [key]
        here = out
        for part in parts[:-1]:
            below = here.setdefault(part, {})
            if not isinstance(below, dict):
                break
            here = below
        else:
            last = parts[-1]
            before = here.get(last)
            if isinstance(before, dict) and isinstance(value, Mapping):
                here[last] = {**value, **before}
            else:
                here.setdefault(last, dict(value) if isinstance(value, Mapping) else value)
    return out
