"""Events that follow each other: a variable for each, and variables for what they must agree in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from cybersecqwen.detect.sigma.model import And, Expression
from cybersecqwen.dialects.query import Sequence, Stage

from .conditions import cannot, path_of
from .times import SECONDS, seconds_of, window_of
from .tree import And as All
from .tree import (
    Call,
    Comparison,
    Condition,
    Match,
    Membership,
    Not,
    Or,
    Path,
    Search,
    Sum,
    Value,
    Variable,
)


def write_sequence(step: Sequence, write: Callable[[Expression], Condition]) -> Search:
    """The search for a sequence."""
    if not step.by or step.within_s is None:
        raise cannot(
            "sequences without a key and a time", "What the events share, or within what time, is missing."
        )
    if any(stage.tables for stage in step.stages):
        raise cannot("tables", "All events lie in one table.")
    names = [f"e{number + 1}" for number in range(len(step.stages))]
    keys = [f"k{number + 1}" for number in range(len(step.by))]
    parts: list[Condition] = []
    for name, stage in zip(names, step.stages, strict=True):
        found = of_event(write(stage.where), name)
        parts += found.parts if isinstance(found, All) else [found]
        parts += [
            Comparison(
                left=Path(name=path_of(field).name, event=name), operator="=", right=Variable(name=key)
            )
            for field, key in zip(step.by, keys, strict=True)
        ]
    if step.ordered:
        parts += [
            Comparison(
                left=Path(name=SECONDS, event=one), operator="<", right=Path(name=SECONDS, event=other)
            )
            for one, other in pairwise(names)
        ]
    named: list[Condition] = [Variable(name=name) for name in names]
    return Search(
        events=All(parts=tuple(parts)),
        match=Match(keys=tuple(Variable(name=key) for key in keys), window=window_of(step.within_s)),
        condition=named[0] if len(named) == 1 else All(parts=tuple(named)),
    )


def read_sequence(search: Search, read: Callable[[Condition], Expression]) -> Sequence:
    """The sequence that a search over several events asks for."""
    if (
        search.outcome
        or search.order
        or search.dedup
        or search.select
        or search.unselect
        or search.match is None
    ):
        raise cannot("columns of sequences", "Of events that follow each other columns are computed.")
    names, parts = _events_named(search.condition), _parts(search.events)
    by, wheres, ordered = _keys(search.match, parts, names), {name: [] for name in names}, 0  # type: ignore[var-annotated]
    for part in parts:
        if _is_key(part):
            continue
        if _is_order(part, names):
            ordered += 1
            continue
        events = events_in(part)
        if len(events) != 1 or next(iter(events)) not in wheres:
            raise cannot("conditions across events", "A condition is about no event, or about several.")
        wheres[events.pop()].append(read(of_event(part, "")))
    if search.match.every or not search.match.window or not all(wheres.values()):
        raise cannot("sequences of other forms", "An event, or the time between them, is not told.")
    if ordered not in (0, len(names) - 1):
        raise cannot("sequences of other forms", "Of some events the order is told, of others it is not.")
    return Sequence(
        stages=tuple(
            Stage(where=found[0] if len(found) == 1 else And(tuple(found))) for found in wheres.values()
        ),
        by=by,
        within_s=seconds_of(search.match.window),
        ordered=len(names) == 1 or ordered > 0,
    )


def _parts(condition: Condition | None) -> tuple[Condition, ...]:
    return condition.parts if isinstance(condition, All) else (condition,) if condition is not None else ()


def _events_named(condition: Condition | None) -> list[str]:
    found = [part.name for part in _parts(condition) if isinstance(part, Variable)]
    if len(found) != len(_parts(condition)) or not found or len(set(found)) < len(found):
        raise cannot("conditions on counts of events", "The condition is no list of events.")
    return found


def _is_key(part: Condition) -> bool:
    return isinstance(part, Comparison) and part.operator == "=" and isinstance(part.right, Variable)


def _is_order(part: Condition, names: list[str]) -> bool:
    """Whether it says that an event comes before the next one."""
    if not isinstance(part, Comparison) or part.operator != "<":
        return False
    left, right = part.left, part.right
    if not isinstance(left, Path) or not isinstance(right, Path) or {left.name, right.name} != {SECONDS}:
        return False
    if (left.event, right.event) not in pairwise(names):
        raise cannot("sequences of other forms", "The order of the events is not that of the condition.")
    return True


def _keys(match: Match, parts: tuple[Condition, ...], names: list[str]) -> tuple[str, ...]:
    """The fields that the variables of the match stand for: the same in each event."""
    found: list[str] = []
    for key in match.keys:
        fields = {
            (part.left.event, part.left.name)
            for part in parts
            if isinstance(part, Comparison)
            and _is_key(part)
            and part.right == key
            and isinstance(part.left, Path)
        }
        if {event for event, _ in fields} != set(names) or len({name for _, name in fields}) != 1:
            raise cannot("sequences by different fields", "The events do not agree in fields of one name.")
        found.append(fields.pop()[1])
    used = {part.right for part in parts if isinstance(part, Comparison) and _is_key(part)}
    if used != set(match.keys):
        raise cannot("variables of unknown origin", "A variable is no key of the match.")
    return tuple(found)


def of_event(condition: Condition, event: str) -> Condition:
    """The condition with all its fields of an event; "" takes the event away."""
    if isinstance(condition, Not):
        return Not(inner=of_event(condition.inner, event))
    if isinstance(condition, All | Or):
        return replace(condition, parts=tuple(of_event(part, event) for part in condition.parts))
    if isinstance(condition, Comparison):
        left, right = _of_event(condition.left, event), _of_event(condition.right, event)
        return replace(condition, left=left, right=right)
    if isinstance(condition, Membership):
        return replace(condition, left=_of_event(condition.left, event))
    found = _of_event(condition, event)
    assert isinstance(found, Call | Variable)
    return found


def _of_event(value: Value, event: str) -> Value:
    if isinstance(value, Path):
        return replace(value, event=event)
    if isinstance(value, Call):
        return replace(value, arguments=tuple(_of_event(one, event) for one in value.arguments))
    if isinstance(value, Sum):
        return replace(value, left=_of_event(value.left, event), right=_of_event(value.right, event))
    return value


def events_in(condition: Condition) -> set[str]:
    """The variables of the events that a condition is about; "" for fields without one."""
    from .names import paths_in

    return {path.event for path in paths_in(condition)}
