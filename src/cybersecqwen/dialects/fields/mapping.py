"""From the names of Sigma to those of a schema, and back: `mapped` and `unmapped`.

    mapped(query, "defender")     logsource to tables and conditions, fields to columns, values as spelt there
    unmapped(query, "defender")   the same the other way

A test goes over exactly or not at all: what has no home is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cybersecqwen.detect.sigma.model import Expression, Logsource
from cybersecqwen.dialects.query import ANYTHING, Keep, Query, Sequence, Stage, Step
from cybersecqwen.errors import FieldError, UnsayableError

from .adapting import adapted
from .attempt import Attempt, attempt_at, joined
from .inverse import inverted
from .meaning import nearest
from .pipelines import Pipeline
from .schema import Schema
from .schemas import SCHEMAS
from .taxonomy import MAPS, Home, Mapping, taxonomy


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapped:
    """A query in the names of a schema."""

    query: Query
    notes: tuple[str, ...] = ()
    """What does not carry over in full, a sentence each."""
    unmapped: tuple[str, ...] = ()
    """Fields of Sigma that were left as they are; empty unless the caller allowed it."""
    home: Home | None = None
    """Where the records were found to stand; None for a sequence over several homes."""


def mapping_for(target: str | Schema | Mapping) -> Mapping:
    """The taxonomy that is meant: by its name, that of a schema, or itself.

    For a schema that the user imported it is the built-in one that its names follow, cut to what it has.
    """
    if isinstance(target, Mapping):
        return target
    if isinstance(target, str):
        return taxonomy(target)
    if target.name in MAPS and target.name in SCHEMAS:
        return taxonomy(target.name)
    found = _ADAPTED.get(id(target))
    if found is None or found[0] is not target:
        if len(_ADAPTED) >= 16:
            _ADAPTED.pop(next(iter(_ADAPTED)))
        found = _ADAPTED[id(target)] = (target, adapted(target))
    return found[1]


_ADAPTED: dict[int, tuple[Schema, Mapping]] = {}
"""Taxonomies of the schemas that were imported, by the schema itself; the last sixteen."""


def mapped(query: Query, target: str | Schema | Mapping | Pipeline, *, strict: bool = True) -> Mapped:
    """The query in the names of a schema, or as a pipeline of the user's makes it.

    Raises FieldError that names the fields without a home there (where `strict` is false they keep their
    names), UnsayableError where the logsource has no table, UnknownNameError for a target that is not known.
    """
    if isinstance(target, Pipeline):
        return Mapped(query=target.apply(query))
    mapping = mapping_for(target)
    if any(isinstance(step, Sequence) for step in query.steps):
        return _sequence(query, mapping, strict=strict)
    best: Attempt | None = None
    for home in _homes(mapping, query.logsource):
        attempt = attempt_at(query.where, home)
        if attempt is None:
            continue
        attempt.steps(query)
        if not attempt.missing:
            best = attempt
            break
        if best is None or len(attempt.missing) < len(best.missing):
            best = attempt
    if best is None:
        raise _homeless(query.logsource, mapping)
    if best.missing and strict:
        raise _missing(best, query.logsource, mapping, target if isinstance(target, Schema) else None)
    notes = {**best.notes, **({best.home.note: None} if best.home.note else {})}
    return Mapped(query=best.result(query), notes=tuple(notes), unmapped=tuple(best.missing), home=best.home)


def unmapped(query: Query, target: str | Schema | Mapping) -> Query:
    """The query in the names of Sigma, as `read_back` gives it, without its notes."""
    return read_back(query, target).query


def read_back(query: Query, target: str | Schema | Mapping) -> Mapped:
    """The query in the names of Sigma: tables and conditions to a logsource, columns to fields.

    Raises FieldError that names the columns which are no field of Sigma's, UnsayableError where the tables
    hold no logsource, UnknownNameError for a target that is not known.
    """
    mapping = mapping_for(target)
    found, notes, home = inverted(query, mapping)
    return Mapped(query=found, notes=notes, home=home)


def _homes(mapping: Mapping, logsource: Logsource) -> Iterator[Home]:
    return (home for home in mapping.homes if any(meets(own, logsource) for own in home.logsources))


def meets(own: Logsource, asked: Logsource) -> bool:
    """Whether a home's logsource holds what is asked for."""
    if own == ANYTHING:
        return True
    return (
        own.category == asked.category
        and own.service == asked.service
        and (not own.product or own.product == asked.product or (not asked.product and asked != ANYTHING))
    )


def _homeless(logsource: Logsource, mapping: Mapping) -> UnsayableError:
    named = str(logsource).removesuffix(" anything")
    return UnsayableError(
        f"{mapping.name} has no table for {named}.",
        what=f"logsource without a table in {mapping.name}",
        hint="Name a schema that holds these records, or give a mapping of your own.",
    )


def _missing(
    attempt: Attempt, logsource: Logsource, mapping: Mapping, target: Schema | None = None
) -> FieldError:
    kind = logsource.category or logsource.service or logsource.product or "these records"
    where = ", ".join(attempt.home.tables) or mapping.name
    parts = [
        f"the field {name} of {kind} cannot be asked for in {where} {why}"
        if why
        else f"the field {name} of {kind} has no column in {where}"
        for name, why in attempt.missing.items()
    ]
    text = "; ".join(parts[:8]) + (f"; and {len(parts) - 8} more" if len(parts) > 8 else "")
    near: tuple[str, ...] = ()
    if target is not None and target.name not in SCHEMAS:
        near = nearest(
            next(iter(attempt.missing)), target, attempt.home.tables[0] if attempt.home.tables else ""
        )
    return FieldError(
        f"{text[0].upper()}{text[1:]}.",
        hint=f"Near are: {', '.join(near)}."
        if near
        else "Leave these fields out, or give a mapping of your own.",
    )


def _sequence(query: Query, mapping: Mapping, *, strict: bool) -> Mapped:
    """A sequence: each of its stages goes to the home of its own logsource."""
    notes: dict[str, None] = {}
    unmapped: dict[str, None] = {}
    steps: list[Step] = []
    for step in query.steps:
        if not isinstance(step, Sequence):
            if isinstance(step, Keep):
                raise UnsayableError(
                    "A filter beside a sequence is not mapped.", what="a filter beside a sequence"
                )
            steps.append(step)
            continue
        stages, columns = [], []
        for stage in step.stages:
            logsource = stage.logsource if stage.logsource != ANYTHING else query.logsource
            inner = Query(logsource=logsource, where=joined([*_of(query.where), stage.where]))
            found = mapped(inner, mapping, strict=strict)
            notes.update(dict.fromkeys(found.notes))
            unmapped.update(dict.fromkeys(found.unmapped))
            assert found.query.where is not None and found.home is not None
            stages.append(Stage(where=found.query.where, tables=found.query.tables))
            attempt = Attempt(home=found.home)
            columns.append(tuple(map(attempt.column, step.by)))
            notes.update(attempt.notes)
            if attempt.missing and strict:
                raise _missing(attempt, logsource, mapping)
        if len(set(columns)) > 1:
            raise UnsayableError(
                "The stages of the sequence stand in tables that call what joins them by different names.",
                what="a sequence over tables with different names",
            )
        steps.append(replace(step, stages=tuple(stages), by=columns[0]))
    found_query = replace(query, logsource=ANYTHING, where=None, steps=tuple(steps))
    return Mapped(query=found_query, notes=tuple(notes), unmapped=tuple(unmapped))


def _of(where: Expression | None) -> list[Expression]:
    return [] if where is None else [where]
