"""The category of events instead of any."""

from __future__ import annotations

from dataclasses import replace

from cybersecqwen.dialects.elastic.expressions import Among, Binary, Expr, Field, Literal
from cybersecqwen.dialects.elastic.rewriting import conjuncts, joined
from cybersecqwen.dialects.elastic.walking import fields_in
from cybersecqwen.dialects.eql.read import CATEGORY
from cybersecqwen.dialects.eql.tree import EqlTree, Event
from cybersecqwen.dialects.improvement import Rule

from .applying import SYNTAX, each_event

_BY_PREFIX = {
    "process": "process",
    "file": "file",
    "registry": "registry",
    "dns": "network",
    "network": "network",
    "source": "network",
    "destination": "network",
    "dll": "library",
}
"""First part of a field's name in ECS to the category whose events have such fields:
https://www.elastic.co/docs/reference/ecs/ecs-allowed-values-event-category"""
_ALLOWED = frozenset(
    (
        *("api", "authentication", "configuration", "database", "driver", "email", "file", "host", "iam"),
        *("intrusion_detection", "library", "malware", "network", "package", "process", "registry"),
        *("session", "threat", "vulnerability", "web"),
    )
)
"""The categories of ECS, from the same page."""
_COMMON = frozenset(("process", "host", "user", "event", "agent", "@timestamp", "process.parent"))
"""What events of all categories have as well."""


def _category_of(expr: Expr) -> str:
    """The only category that a condition allows; "" where it is about something else."""
    if isinstance(expr, Among) and expr.op == "in" and not expr.negated and len(expr.values) == 1:
        expr = Binary("==", expr.left, expr.values[0])
    if not isinstance(expr, Binary) or expr.op != "==":
        return ""
    for field, value in ((expr.left, expr.right), (expr.right, expr.left)):
        named = isinstance(field, Field) and field.name == CATEGORY
        if named and isinstance(value, Literal) and isinstance(value.value, str):
            return value.value
    return ""


def _specific(event: Event) -> Event:
    if event.category:
        return event
    parts = conjuncts(event.where)
    for part in parts:
        category = _category_of(part)
        if category and category != "any":
            return Event(category, joined("and", [one for one in parts if one is not part]))
    return event


def _of_ecs(event: Event) -> Event:
    """The category that a condition without regard to case names, where ECS has it."""
    if event.category:
        return event
    parts = conjuncts(event.where)
    for part in parts:
        if (
            not isinstance(part, Among)
            or part.negated
            or part.op not in (":", "in~")
            or len(part.values) != 1
        ):
            continue
        value = part.values[0].value if isinstance(part.values[0], Literal) else None
        named = isinstance(part.left, Field) and part.left.name == CATEGORY
        if named and isinstance(value, str) and value.lower() in _ALLOWED:
            return Event(value.lower(), joined("and", [one for one in parts if one is not part]))
    return event


def _likely(event: Event) -> Event:
    """The category of which most fields in a condition are."""
    if event.category or any(field.name == CATEGORY for field in fields_in(event.where)):
        return event
    firsts = {field.name.partition(".")[0] for field in fields_in(event.where)}
    special = {_BY_PREFIX[one] for one in firsts - _COMMON if one in _BY_PREFIX}
    known = firsts <= _COMMON | _BY_PREFIX.keys()
    found = special or ({"process"} if "process" in firsts else set())
    return replace(event, category=next(iter(found))) if known and len(found) == 1 else event


RULES: tuple[Rule[EqlTree], ...] = (
    Rule(
        name="specific-category",
        reason="Events of other categories are not read at all.",
        source=SYNTAX + "#eql-basic-syntax",
        apply=each_event(_specific),
    ),
)

SUGGESTIONS: tuple[Rule[EqlTree], ...] = (
    Rule(
        name="category-of-ecs",
        reason="Events of other categories are not read at all.",
        source=SYNTAX + "#eql-basic-syntax",
        apply=each_event(_of_ecs),
        safe=False,
        caveat="The category must be written in lower case in every event, as ECS has it.",
    ),
    Rule(
        name="category-from-fields",
        reason="The fields are those of one category; events of others are then not read.",
        source=SYNTAX + "#eql-syntax-match-any-event-category",
        apply=each_event(_likely),
        safe=False,
        caveat="Events of other categories may have these fields as well, and are no longer found.",
    ),
)
