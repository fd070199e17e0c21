"""What a rule says about itself: id, level, status, techniques, logsource."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from cybersecqwen.detect.sigma.logsource import unbound
from cybersecqwen.detect.sigma.model import Rule
from cybersecqwen.records.rule_tests import RuleFinding, Weight

from .rules import Found

if TYPE_CHECKING:
    from cybersecqwen.knowledge.store import Store

_STATUS = ("stable", "test", "experimental", "deprecated", "unsupported")
"""https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md#status"""
_TECHNIQUE = re.compile(r"attack\.(t\d{4}(?:\.\d{1,3})?)", re.IGNORECASE)


def identity(one: Found, first: Mapping[str, str]) -> Iterator[RuleFinding]:
    """What is wrong with the id: missing, no UUID, or that of another rule (`first`: id to its file)."""
    line = one.places.key("id")
    if not one.id:
        yield _finding("id", Weight.WARNING, "It has no id.", line, "Give it a random UUID (version 4).")
        return
    if first.get(one.id, one.path) != one.path:
        message = f"Its id stands in {first[one.id]} already."
        yield _finding("id", Weight.ERROR, message, line, "Give one of the two a new UUID.")
    try:
        UUID(one.id)
    except ValueError:
        yield _finding("id", Weight.WARNING, f"Its id {one.id[:60]!r} is no UUID.", line)


def standing(one: Found) -> Iterator[RuleFinding]:
    """What is wrong with level and status."""
    raw: Mapping[str, Any] = one.raw or {}
    if raw.get("level") is None:
        yield _finding("level", Weight.WARNING, "It has no level; medium is taken.", one.places.first)
    status = raw.get("status")
    if status is not None and str(status).lower() not in _STATUS:
        message = f"Its status {str(status)[:40]!r} is none of {', '.join(_STATUS)}."
        yield _finding("level", Weight.WARNING, message, one.places.key("status"))


def techniques(one: Found, store: Store) -> Iterator[RuleFinding]:
    """Tags of techniques that the knowledge base lacks, or that are no longer in use."""
    tags = (one.raw or {}).get("tags")
    listed = [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
    for tag in listed[:100]:
        found = _TECHNIQUE.fullmatch(tag)
        if found is None:
            continue
        line = one.places.text(tag, "tags")
        resolved = store.resolve(found[1].upper())
        if resolved.state == "unknown":
            # A warning alone: ATT&CK may have grown since the knowledge was gathered.
            message = f"The knowledge base has no technique {resolved.id}."
            hint = f"It is of {store.version}; `csq kb status` says how to renew it."
            yield _finding("techniques", Weight.WARNING, message, line, hint)
        elif resolved.state != "known":
            hint = f"It is {resolved.successor} now." if resolved.successor else ""
            message = f"The technique {resolved.id} is {resolved.state}."
            yield _finding("techniques", Weight.WARNING, message, line, hint)


def logsource(one: Found) -> Iterator[RuleFinding]:
    """A logsource that no input which can be read holds."""
    reason = unbound(one.rule.logsource) if isinstance(one.rule, Rule) else ""
    if reason:
        yield _finding("logsource", Weight.WARNING, reason, one.places.key("logsource"))


def _finding(check: str, weight: Weight, message: str, line: int, hint: str = "") -> RuleFinding:
    return RuleFinding(check=check, weight=weight, message=message, hint=hint, line=line)
