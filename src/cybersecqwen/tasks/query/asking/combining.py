"""From placed mentions to one expression: what is alternative, what must hold together, what must not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or, Test

from .places import Placed

_LIST = re.compile(r"[\s,/\"'`()&+]*(?:or|and|as well as|nor)?[\s\"'`(]*", re.IGNORECASE)
_EITHER = re.compile(r"\bor\b|\beither\b|/", re.IGNORECASE)
_EXAMPLES = re.compile(
    r"\b(?:e\.g\.?|such as|like|including|any of|one of|among them|example|namely)\b", re.IGNORECASE
)
_LOOK = 60
_SHORT = 40


def combined(text: str, wanted: Sequence[Placed], unwanted: Sequence[Placed]) -> Expression | None:
    """The expression; None where there is nothing to ask for."""
    parts = [_slot(text, group) for group in _by_slot(wanted)]
    return all_of([*parts, *left_out(unwanted)])


def left_out(unwanted: Sequence[Placed]) -> list[Expression]:
    """What must not hold: all tests of one mention together, each mention for itself."""
    groups: dict[int, list[Expression]] = {}
    for one in unwanted:
        groups.setdefault(one.mention.start, []).append(one.expression)
    made = [all_of(group) for group in groups.values()]
    return [Not(one) for one in made if one is not None]


def all_of(parts: Iterable[Expression]) -> Expression | None:
    """All of them, each once; None for none."""
    unique: list[Expression] = []
    for part in parts:
        for one in part.parts if isinstance(part, And) else (part,):
            if one not in unique:
                unique.append(one)
    if not unique:
        return None
    return unique[0] if len(unique) == 1 else And(tuple(unique))


def _by_slot(wanted: Sequence[Placed]) -> list[list[Placed]]:
    groups: dict[str, list[Placed]] = {}
    for one in wanted:
        groups.setdefault(one.slot, []).append(one)
    return list(groups.values())


def _slot(text: str, group: Sequence[Placed]) -> Expression:
    """Mentions of one slot: alternatives where an event has one value there, or where the words list them."""
    if all(one.single for one in group):
        return any_of([one.expression for one in group])
    runs: list[list[Placed]] = []
    for one in sorted(group, key=lambda p: p.mention.start):
        if runs and _alternatives(text, runs[-1][-1], one):
            runs[-1].append(one)
        else:
            runs.append([one])
    made = all_of(any_of([one.expression for one in run]) for run in runs)
    assert made is not None  # a slot holds at least one
    return made


def _alternatives(text: str, before: Placed, after: Placed) -> bool:
    between = text[before.mention.end : after.mention.start]
    if len(between) > _LOOK:
        return False
    if not _LIST.fullmatch(between):
        return len(between) < _SHORT and re.search(r"[\s)]or\s", between) is not None
    if _EITHER.search(between):
        return True
    introduced = text[max(0, before.mention.start - _LOOK) : before.mention.start]
    following = text[after.mention.end : after.mention.end + _LOOK]
    return (
        bool(_EXAMPLES.search(introduced))
        or bool(re.match(r"[\s,\"'`]+or\b", following))
        or before.mention.end > after.mention.start
    )


def any_of(parts: Sequence[Expression]) -> Expression:
    """Any of them; tests of one field and operation as one test with several values."""
    merged: dict[tuple[str, Op], list[str]] = {}
    others: list[Expression] = []
    for part in parts:
        for one in part.parts if isinstance(part, Or) else (part,):
            if isinstance(one, Test) and one.values and not one.cased and not one.part:
                merged.setdefault((one.field, one.op), []).extend(one.values)
            elif one not in others:
                others.append(one)
    made: list[Expression] = [
        Test(field, op, tuple(dict.fromkeys(values))) for (field, op), values in merged.items()
    ]
    made += others
    return made[0] if len(made) == 1 else Or(tuple(made))
