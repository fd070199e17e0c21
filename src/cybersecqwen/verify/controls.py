"""An audit settled against the store: only controls that it holds, under the names that it has for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from cybersecqwen.records import Problem
from cybersecqwen.records.audit import Audit, Control

from .identifiers import find
from .interface import Facts


def settled_audit(audit: Audit, facts: Facts) -> tuple[Audit, tuple[Problem, ...]]:
    """(the audit with what the store knows, what had to be changed)."""
    problems: list[Problem] = []
    controls = tuple(_settled(audit.controls, facts, problems))
    gaps = tuple(_settled(audit.gaps, facts, problems))
    known = {one.id for one in controls}
    mapped = tuple(
        replace(one, controls=tuple(id for id in one.controls if id in known)) for one in audit.mapped
    )
    return replace(audit, controls=controls, gaps=gaps, mapped=mapped), tuple(problems)


def _settled(controls: Iterable[Control], facts: Facts, problems: list[Problem]) -> Iterator[Control]:
    for one in controls:
        resolved = facts.resolve(one.id)
        entity = resolved.entity
        if resolved.state != "known" or entity is None or not _is_control(one.id):
            message = f"{one.id} is no control of the knowledge store and was struck out."
            problems.append(Problem(stage="verify", message=message, subject=one.id))
            continue
        if entity.name != one.name:
            message = f"{one.id} was called {one.name!r}; it is called {entity.name!r}."
            problems.append(Problem(stage="verify", message=message, subject=one.id))
        kept = tuple(each for each in one.indications if each.path[-1:] == (one.id,))
        if len(kept) < len(one.indications):
            message = f"Evidence that leads elsewhere was taken from {one.id}."
            problems.append(Problem(stage="verify", message=message, subject=one.id))
        yield replace(one, name=entity.name, indications=kept)


def _is_control(id: str) -> bool:
    return [(one.id, one.kind) for one in find(id)] == [(id, "control")]
