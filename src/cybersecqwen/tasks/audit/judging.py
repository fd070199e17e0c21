"""Ways in, controls out: how each stands, what nothing speaks about, and the same for other frameworks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cybersecqwen.knowledge.store import Store
from cybersecqwen.records import Severity
from cybersecqwen.records.audit import (
    Control,
    Direction,
    Indication,
    Mapped,
    Observation,
    Standing,
    Strength,
)

from .crosswalks import crosswalk, in_order

_DIRECTIONS = tuple(Direction)
_STRENGTHS = tuple(Strength)


def standing(indications: Iterable[Indication]) -> Standing:
    """How a control stands: what is against it outweighs what is for it, and a hint decides nothing."""
    deciding = {one.direction for one in indications if one.strength is not Strength.WEAK}
    if Direction.AGAINST in deciding:
        return Standing.NOT_SATISFIED
    if Direction.FOR in deciding:
        return Standing.SATISFIED
    return Standing.NEEDED if Direction.NEEDED in deciding else Standing.NOT_ASSESSED


def controls(
    found: Mapping[str, Sequence[Indication]],
    observations: Mapping[str, Observation],
    baseline: frozenset[str],
    store: Store,
) -> tuple[tuple[Control, ...], tuple[Control, ...]]:
    """(controls with evidence, worst first; controls of the baseline without, in their own order)."""
    made: list[Control] = []
    gaps: list[Control] = []
    for id in sorted({*found, *baseline}, key=in_order):
        entity = store.get(id)
        if entity is None or entity.type != "control":
            continue
        indications = sorted(found.get(id, ()), key=lambda one: _order(one, observations))
        stands = standing(indications)
        one = Control(
            id=id,
            name=entity.name,
            family=str(entity.attributes.get("family", "")),
            standing=stands,
            severity=_severity(stands, indications, observations),
            in_baseline=id in baseline,
            indications=tuple(indications),
            iso=crosswalk("iso27001").table.get(id, ()),
            cis=crosswalk("cis").table.get(id, ()),
        )
        (gaps if stands is Standing.NOT_ASSESSED else made).append(one)
    made.sort(key=lambda one: (one.standing.rank, -one.severity, -_weight(one), in_order(one.id)))
    return tuple(made), tuple(gaps)


def _order(one: Indication, observations: Mapping[str, Observation]) -> tuple[object, ...]:
    seen = observations[one.observation]
    return (
        _DIRECTIONS.index(one.direction),
        _STRENGTHS.index(one.strength),
        -seen.severity,
        in_order(one.observation),
    )


def _severity(
    stands: Standing, indications: Sequence[Indication], observations: Mapping[str, Observation]
) -> Severity:
    """Of the worst that decided; nothing is bad about a control that works or was not looked at."""
    wanted = {Standing.NOT_SATISFIED: Direction.AGAINST, Standing.NEEDED: Direction.NEEDED}.get(stands)
    return max(
        (
            observations[one.observation].severity
            for one in indications
            if one.direction is wanted and one.strength is not Strength.WEAK
        ),
        default=Severity.INFORMATIONAL,
    )


def _weight(one: Control) -> int:
    return sum(each.strength is not Strength.WEAK for each in one.indications)


def mapped(framework: str, found: Sequence[Control]) -> tuple[Mapped, ...]:
    """Every control of the other framework that 800-53 is related to, in its own order.

    It is other than satisfied where one related control is, and satisfied only where all of them are,
    also those that nothing speaks about.
    """
    if framework == "800-53":
        return ()
    stands = {one.id: one.standing for one in found}
    made = []
    for id, related in crosswalk(framework).back().items():
        known = {stands.get(one, Standing.NOT_ASSESSED) for one in related}
        worst = min(known, key=lambda one: one.rank)
        if worst is Standing.SATISFIED and known != {Standing.SATISFIED}:
            worst = Standing.NOT_ASSESSED
        made.append(
            Mapped(
                id=id,
                standing=worst,
                controls=tuple(sorted((one for one in related if one in stands), key=in_order)),
            )
        )
    return tuple(made)
