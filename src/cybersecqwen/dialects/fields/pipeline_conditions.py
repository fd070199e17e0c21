"""When a step of a pipeline is applied: conditions on the logsource, the tests and the names of fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Mapping as Map
from dataclasses import dataclass
from typing import Any

from cybersecqwen.detect.sigma.model import Expression, Logsource, Op, Test
from cybersecqwen.detect.sigma.parse import text_of
from cybersecqwen.detect.sigma.plain import Pattern
from cybersecqwen.dialects.globs import ANY, ONE, wildcards_of
from cybersecqwen.dialects.walking import tests_of
from cybersecqwen.errors import QueryError


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What a condition looks at."""

    logsource: Logsource
    where: Expression | None = None
    applied: frozenset[str] = frozenset()
    """Ids of the steps that were applied before."""
    field: str = ""
    test: Test | None = None


Condition = Callable[[Seen], bool]


def conditions(raw: Map[str, Any], kind: str) -> Condition:
    """The conditions of one kind: "rule", "detection_item", "field_name"; all or any of them, or not."""
    listed = raw.get(f"{kind}_conditions") or []
    listed = list(listed.values()) if isinstance(listed, dict) else listed
    if not isinstance(listed, list):
        raise QueryError(f"The {kind}_conditions of a pipeline are no list.")
    made = [_condition(one, kind) for one in listed]
    joined = str(raw.get(f"{kind}_cond_op", "and"))
    if joined not in ("and", "or"):
        raise QueryError(
            f"The conditions of a pipeline are joined by {joined[:40]!r}, which is neither and nor or."
        )
    negated = bool(raw.get(f"{kind}_cond_not", False))
    if not made:
        return lambda seen: True
    together = all if joined == "and" else any
    return lambda seen: together(one(seen) for one in made) is not negated


def _condition(raw: Any, kind: str) -> Condition:
    if not isinstance(raw, dict):
        raise QueryError("A condition of the pipeline is no mapping.")
    name = str(raw.get("type"))
    make = _KNOWN[kind].get(name)
    if make is None:
        raise QueryError(
            f"The condition {name[:60]!r} of a pipeline is not supported.",
            hint="Supported are " + ", ".join(_KNOWN[kind]) + ".",
        )
    return make({key: value for key, value in raw.items() if key != "type"})


def take(options: Map[str, Any], *names: str) -> list[Any]:
    """The options of these names, None for those that are absent. Raises QueryError for others."""
    for key in options:
        if key not in names:
            raise QueryError(f"A condition of the pipeline has {str(key)[:60]!r}, which is not supported.")
    return [options.get(name) for name in names]


def _logsource(options: Map[str, Any]) -> Condition:
    category, product, service = take(options, "category", "product", "service")
    wanted = Logsource(
        product=str(product or "").lower(),
        category=str(category or "").lower(),
        service=str(service or "").lower(),
    )

    def holds(seen: Seen) -> bool:
        one = seen.logsource
        return all(
            not asked or asked == there
            for asked, there in (
                (wanted.product, one.product),
                (wanted.category, one.category),
                (wanted.service, one.service),
            )
        )

    return holds


def _tests(seen: Seen) -> Iterator[Test]:
    return iter(()) if seen.where is None else tests_of(seen.where)


def _contains_item(options: Map[str, Any]) -> Condition:
    name, value = take(options, "field", "value")
    wanted = text_of(value).lower()
    return lambda seen: any(
        test.field == (name or "") and test.op is Op.EQUALS and wanted in test.values for test in _tests(seen)
    )


def _contains_field(options: Map[str, Any]) -> Condition:
    (name,) = take(options, "field")
    return lambda seen: any(test.field == (name or "") for test in _tests(seen))


def _applied(options: Map[str, Any]) -> Condition:
    (name,) = take(options, "processing_item_id")
    return lambda seen: str(name) in seen.applied


def pattern(text: Any) -> Pattern:
    """A regular expression of the pipeline, in any case. Raises QueryError where RE2 does not take it."""
    try:
        return Pattern(f"(?i){text}")
    except Exception as error:  # re2.error carries bytes
        raise QueryError(
            f"The expression {str(text)[:80]!r} of the pipeline is not one of linear time."
        ) from error


def _fields(options: Map[str, Any], *, included: bool) -> Condition:
    listed, mode, type_ = take(options, "fields", "mode", "type")
    if not isinstance(listed, list):
        raise QueryError("The fields of a condition of the pipeline are no list.")
    if (mode or type_ or "plain") == "re":
        patterns = [pattern(f"^(?:{one})") for one in listed]
        return lambda seen: any(one.search(seen.field) for one in patterns) is included
    names = frozenset(map(str, listed))
    return lambda seen: (seen.field in names) is included


def _match_string(options: Map[str, Any]) -> Condition:
    cond, text, negate = take(options, "cond", "pattern", "negate")
    found = pattern(f"^(?:{text})")
    together = any if cond == "any" else all

    def holds(seen: Seen) -> bool:
        values = wildcards_of(seen.test) if seen.test is not None else ()
        written = [value.replace(ANY, "*").replace(ONE, "?") for value in values]
        return bool(written) and together(
            (found.search(one) is not None) is not bool(negate) for one in written
        )

    return holds


def _wildcard(options: Map[str, Any]) -> Condition:
    take(options, "cond")
    return lambda seen: (
        seen.test is not None and any(ANY in value or ONE in value for value in wildcards_of(seen.test))
    )


def _null(options: Map[str, Any]) -> Condition:
    take(options, "cond")
    return lambda seen: seen.test is not None and seen.test.op is Op.NULL


_KNOWN: dict[str, dict[str, Callable[[Map[str, Any]], Condition]]] = {
    "rule": {
        "logsource": _logsource,
        "contains_detection_item": _contains_item,
        "contains_field": _contains_field,
        "processing_item_applied": _applied,
        "is_sigma_rule": lambda options: lambda seen: True,
    },
    "detection_item": {"match_string": _match_string, "contains_wildcard": _wildcard, "is_null": _null},
    "field_name": {
        "include_fields": lambda options: _fields(options, included=True),
        "exclude_fields": lambda options: _fields(options, included=False),
    },
}
