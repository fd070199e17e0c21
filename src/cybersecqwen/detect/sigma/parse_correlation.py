"""From the `correlation` of a rule file to a `Correlation` (specification 2.1, "Correlation rules")."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cybersecqwen.errors import RuleError

from .model import About, Correlation, Counting, Op

_TIMESPAN = re.compile(r"(\d{1,9})\s?(s|m|h|d|w|M|y)", re.ASCII)
_SECONDS = {
    "s": 1.0,
    "m": 60.0,
    "h": 3_600.0,
    "d": 86_400.0,
    "w": 604_800.0,
    "M": 2_629_746.0,
    "y": 31_556_952.0,
}
_BOUNDS = {
    "lt": Op.LESS,
    "lte": Op.AT_MOST,
    "gt": Op.GREATER,
    "gte": Op.AT_LEAST,
    "eq": Op.EQUALS,
    "neq": Op.DIFFERS,
}
_MOST_RULES = 200
_MOST_FIELDS = 20


def parse_correlation(document: Mapping[str, Any], about: About) -> Correlation:
    """The correlation of a document. Raises RuleError, in one sentence, for what cannot be evaluated."""
    raw = document["correlation"]
    if not isinstance(raw, Mapping):
        raise RuleError("Its correlation is no mapping.")
    kind = str(raw.get("type") or "")
    if kind not in tuple(Counting):
        raise RuleError(f"The correlation type {kind[:40]!r} is not known.")
    type_ = Counting(kind)
    rules = tuple(str(rule) for rule in _list(raw.get("rules")))
    if not 0 < len(rules) <= _MOST_RULES:
        raise RuleError(f"The correlation names no rules, or more than {_MOST_RULES}.")
    fields = tuple(str(name) for name in _list(raw.get("group-by")))
    if len(fields) > _MOST_FIELDS:
        raise RuleError(f"The correlation groups by more than {_MOST_FIELDS} fields.")
    found = _TIMESPAN.fullmatch(str(raw.get("timespan") or "").strip())
    if found is None:
        raise RuleError("The correlation has no timespan such as 5m.")
    bounds, field, percentile = _bounds(raw.get("condition"), type_)
    aliases = raw.get("aliases") or {}
    if not isinstance(aliases, Mapping) or not all(isinstance(v, Mapping) for v in aliases.values()):
        raise RuleError("The aliases of the correlation are no mappings.")
    return Correlation(
        about=about,
        type=type_,
        rules=rules,
        group_by=fields,
        timespan_s=int(found[1]) * _SECONDS[found[2]],
        bounds=bounds,
        counted=field,
        percentile=percentile,
        aliases={str(name): {str(r): str(f) for r, f in of.items()} for name, of in aliases.items()},
        # The key has stood inside and beside the correlation.
        generate=document.get("generate") is True or raw.get("generate") is True,
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _bounds(condition: Any, type_: Counting) -> tuple[tuple[tuple[Op, float], ...], str, float]:
    if type_ in (Counting.TEMPORAL, Counting.TEMPORAL_ORDERED):
        if condition is None:
            return (), "", 0.0
        if type_ is Counting.TEMPORAL_ORDERED or not isinstance(condition, Mapping) or "field" in condition:
            raise RuleError(f"A correlation of type {type_.value} with such a condition is not supported.")
    if not isinstance(condition, Mapping):
        raise RuleError("The correlation has no condition.")
    field = condition.get("field")
    if not isinstance(field, str | None) or (type_ is Counting.EVENT_COUNT and field):
        raise RuleError(f"A correlation of type {type_.value} with such a field is not supported.")
    if not field and type_ not in (Counting.EVENT_COUNT, Counting.TEMPORAL):
        raise RuleError(f"A correlation of type {type_.value} names no field.")
    bounds = []
    for name, value in condition.items():
        if name in ("field", "percentile"):
            continue
        if name not in _BOUNDS or _number(value) is None:
            raise RuleError(f"The correlation's condition {str(name)[:40]!r} is not supported.")
        bounds.append((_BOUNDS[name], float(value)))
    if not bounds:
        raise RuleError("The correlation's condition has no number.")
    percentile = _number(condition.get("percentile", 50))
    if percentile is None or not 0 <= percentile <= 100:
        raise RuleError("The percentile of the correlation is not between 0 and 100.")
    return tuple(bounds), field or "", percentile


def _number(value: Any) -> float | None:
    """A finite number; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e300:
        return None
    return float(value)
