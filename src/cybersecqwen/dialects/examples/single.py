"""Records for which an expression holds, each in its own way, and records that miss it by one condition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or, Test
from cybersecqwen.detect.sigma.plain import holds as holds_for
from cybersecqwen.dialects.evaluating import holds
from cybersecqwen.dialects.walking import tests_of

from .building import Making, as_record, build
from .changes import changes
from .contradictions import contradictory, impossible
from .model import MISSING
from .values import Unfilled, meets
from .ways import Need, Path, Target, fields_of, part_at, targets, way
from .ways import only as without_choices
from .wording import held, said

_TRIES = 6
_FEWEST = 4
"""Positives that are made, with other values, even where there is only one way."""
_OF_A_FILTER = 4
"""Ways in which one filter is made to hold."""
_MOST_FILTERS = 40
_WITH_A_FILTER = 12
"""Positives that a filter is tried on, until it excludes one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """Values by field that were made for one purpose."""

    values: dict[str, Any]
    needs: tuple[Need, ...]
    """What they were made to meet."""
    about: str
    """One short sentence."""


@dataclass(kw_only=True, slots=True)
class Report:
    """What could not be made."""

    unreachable: list[str] = field(default_factory=list)
    """Conditions that no match can rest on."""
    problems: list[str] = field(default_factory=list)
    """Conditions for which no value was hit upon."""


def positives(expression: Expression, making: Making, most: int, report: Report) -> list[Made]:
    """Values for which the expression holds, at most so many: every choice in it is taken at least once."""
    wanted = sorted(targets(expression), key=lambda target: target.value or 0)
    found: list[Made] = []
    failed: set[Target] = set()
    for target in islice(wanted, most):
        made = positive(expression, making, target)
        if made is not None:
            found.append(made)
        elif making.work.left < 0:
            break
        else:
            failed.add(target)
            _tell(expression, target, making, report)
    ways = [target for target in wanted if target not in failed]
    for number in range(_FEWEST if found else 0):
        if ways and len(found) < min(_FEWEST, most):
            made = positive(expression, making, ways[number % len(ways)])
            found += [made] if made is not None else []
    return found


def positive(expression: Expression, making: Making, target: Target | None = None) -> Made | None:
    """Values for which the expression holds because of the target; None where none were hit upon."""
    others = list(fields_of(expression))
    for attempt in range(_TRIES):
        needs = None if making.work.spent() else way(expression, making.rng, target)
        if needs is None:
            return None
        if contradictory(needs, making.types):
            continue
        try:
            values = build(needs, making, others if attempt == 0 else ())
        except Unfilled:
            continue
        if holds(expression, as_record(values, making.types)):
            return Made(values=values, needs=tuple(needs), about=_about(expression, target, needs))
    return None


def _about(expression: Expression, target: Target | None, needs: Sequence[Need]) -> str:
    if target is None:
        return held(needs[0].test) if needs else "Any record."
    need = next((need for need in needs if need.path == target.path), None)
    if need is None:
        return "All conditions hold."
    return held(need.test) if need.holds else f"It passes by: {_denied(need.test)}"


def _denied(test: Test) -> str:
    return f"{test.field or 'the whole text'} is not {said(test)}."


def _tell(expression: Expression, target: Target, making: Making, report: Report) -> None:
    """Say that nothing was made for a target, and whether nothing can be."""
    test = part_at(expression, target.path)
    if not isinstance(test, Test) or not _positive(expression, target.path):
        return
    if target.value is not None:
        test = replace(test, values=(test.values[target.value],))
    if impossible(without_choices(expression, target), making.types):
        report.unreachable.append(f"No match can have this: {held(test)}")
    else:
        report.problems.append(f"No example was found for: {held(test)}")


def _positive(expression: Expression, path: Path) -> bool:
    """Whether what stands at a path must hold, not fail."""
    wanted = True
    for at in path:
        if isinstance(expression, Not):
            wanted, expression = not wanted, expression.inner
        elif isinstance(expression, And | Or):
            expression = expression.parts[at]
    return wanted


def near_misses(
    expression: Expression, found: Sequence[Made], making: Making, most: int, report: Report
) -> list[Made]:
    """Values for which the expression does not hold, each one condition away from a positive."""
    made: list[Made] = []
    seen: set[object] = set()
    for one in _all(expression, found, making, seen, report):
        key = repr(sorted(one.values.items(), key=lambda item: item[0]))
        if key not in seen:
            seen.add(key)
            made.append(one)
        if len(made) >= most:
            break
    return made


def _all(
    expression: Expression, found: Sequence[Made], making: Making, seen: set[object], report: Report
) -> Iterator[Made]:
    """First each condition once, then each filter, then each field missing, then the other values."""
    later: list[tuple[Made, Need]] = []
    for one in found:
        for need in one.needs:
            if not need.holds or making.work.left < 0:
                continue
            if need.path in seen:
                later.append((one, need))
                continue
            flipped = _flipped(expression, one, need, making)
            if flipped is not None:
                seen.add(need.path)
                yield flipped
    if found:
        yield from _filtered(expression, found[:_WITH_A_FILTER], making, report)
    for one in found:
        for need in one.needs:
            if making.work.left < 0:
                return
            if need.holds and ("missing", need.test.field) not in seen and need.test.field:
                seen.add(("missing", need.test.field))
                values = {name: value for name, value in one.values.items() if name != need.test.field}
                if not holds(expression, as_record(values, making.types)):
                    yield replace(one, values=values, about=f"{need.test.field} is missing.")
    for one, need in later:
        if making.work.left < 0:
            return
        flipped = _flipped(expression, one, need, making)
        if flipped is not None:
            yield flipped


def _flipped(expression: Expression, one: Made, need: Need, making: Making) -> Made | None:
    """The values with one condition no longer met; all others on the same field, where that can be, are."""
    names = _carriers(one, need.test)
    value = one.values.get(names[0], MISSING) if names else MISSING
    beside = [other for other in one.needs if other.path != need.path and other.test.field == need.test.field]
    loose: Made | None = None
    kind = making.types.get(names[0], "") if names else ""
    for changed, about in changes(need.test, value, making.rng, making.now, kind):
        if making.work.spent():
            return loose
        values = {name: kept for name, kept in one.values.items() if name not in names}
        if changed is not MISSING:
            values |= dict.fromkeys(names or [need.test.field or "message"], changed)
        if holds(expression, as_record(values, making.types)):
            continue
        missed = replace(one, values=values, about=about)
        if not need.test.field or meets(beside, changed):
            return missed
        loose = loose or missed
    return loose


def _carriers(one: Made, test: Test) -> list[str]:
    """The fields that a condition rests on: its own, of the whole text those that have the words."""
    if test.field:
        return [test.field]
    if test.op is Op.SAME_AS:
        return []
    return [name for name, value in one.values.items() if holds_for(test, value, lambda _: None)]


def _filtered(
    expression: Expression, found: Sequence[Made], making: Making, report: Report
) -> Iterator[Made]:
    """Values that have everything, and that a filter excludes."""
    for path, inner in islice(_filters(expression), _MOST_FILTERS):
        made: list[Made] = []
        for one in found:
            kept = [need for need in one.needs if need.path[: len(path)] != path]
            if len(kept) < len(one.needs) and not made:
                tried = islice(targets(inner), _OF_A_FILTER)
                excluded = (_excluded(expression, inner, target, kept, making) for target in tried)
                made += [one for one in excluded if one is not None]
        yield from made
        if not made:
            told = next(tests_of(inner), None)
            report.problems.append(
                f"No near miss was found for the filter{f' on {told.field}' if told else ''}."
            )


def _excluded(
    expression: Expression, inner: Expression, target: Target, kept: Sequence[Need], making: Making
) -> Made | None:
    for _ in range(_TRIES):
        needs = None if making.work.spent() else way(inner, making.rng, target)
        if needs is None:
            return None
        try:
            values = build([*kept, *needs], making)
        except Unfilled:
            continue
        if not holds(expression, as_record(values, making.types)):
            need = next((need for need in needs if need.path == target.path), needs[0])
            said_ = held(need.test) if need.holds else f"not {held(need.test)}"
            return Made(values=values, needs=tuple(kept), about=f"Excluded by a filter: {said_}")
    return None


def _filters(expression: Expression) -> Iterator[tuple[Path, Expression]]:
    """What must not hold, with the place where it stands."""
    stack: list[tuple[Expression, Path]] = [(expression, ())]
    while stack:
        one, path = stack.pop()
        if isinstance(one, Not):
            yield path, one.inner
        elif isinstance(one, And | Or):
            stack += [(part, (*path, at)) for at, part in enumerate(one.parts)]
