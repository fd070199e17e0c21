"""Lists of alerts as tables: one line each with a time, "Product: rule", an address and a host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cybersecqwen.inputs.cloud.flat import first, flatten
from cybersecqwen.inputs.shapes import Shape
from cybersecqwen.inputs.times import parse_time
from cybersecqwen.records import Category, Event, Limits, Source

from .carried import alert_event, make_claim
from .severity import from_word

_PREFIXES = ("alert - ", "alert: ", "event - ")


class AlertList(Shape):
    """A row of an alert list: `time,name,ip,host,…`."""

    name = "alert-list"

    def recognise(self, raw: Mapping[str, Any]) -> bool:
        """The four columns, with a product before the colon of the name."""
        name = raw.get("name")
        return isinstance(name, str) and ": " in name and "time" in raw and "ip" in raw and "host" in raw

    def head(self, raw: Mapping[str, Any]) -> tuple[str, str]:
        """See `Shape.head`; what an alert carries is known only after reading it."""
        return "", ""

    def normalise(self, raw: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> Event:
        """See `Shape.normalise`; labels of an evaluation set (`*_label`) are not read."""
        product, _, rule = first(raw, ("name",)).partition(": ")
        for prefix in _PREFIXES:
            if rule.lower().startswith(prefix):
                rule = rule[len(prefix) :]
        kept = {k: v for k, v in raw.items() if not str(k).endswith("_label")}
        fields = flatten(kept, limits)
        fields["IpAddress"] = first(raw, ("ip",))
        claim = make_claim(
            product.lower(),
            rule,
            rule_id=first(raw, ("short", "rule_id")),
            severity=from_word(first(raw, ("severity",))),
        )
        return alert_event(
            claim,
            fields,
            id=id,
            source=source,
            time=parse_time(raw.get("time")),
            host=first(raw, ("host",)),
            category=Category.ALERT,
            code=rule,
        )
