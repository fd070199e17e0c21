"""A user's own pySigma pipeline: the part of it that renames, adds conditions, drops and refuses.

The form is that of https://sigmahq-pysigma.readthedocs.io/en/latest/Processing_Pipelines.html. Everything
else in it is refused by name: templates, placeholders, states, scripts and what is done to the finished
query. Nothing is evaluated.
"""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cybersecqwen.detect.sigma.bounds import bound
from cybersecqwen.detect.sigma.model import And, Expression, Not, Or, Test
from cybersecqwen.detect.sigma.rulefiles import documents
from cybersecqwen.dialects.query import Query, Sequence
from cybersecqwen.errors import FieldError, InputError, QueryError, RuleError, UnsayableError

from .expressions import simplified
from .pipeline_changes import CHANGES, Change
from .pipeline_conditions import Condition, Seen, conditions
from .steps import renamed_steps

_LARGEST = 1 << 20
_IN_ITEM = frozenset(
    (
        *("id", "type", "rule_conditions", "rule_cond_op", "rule_cond_not"),
        *("detection_item_conditions", "detection_item_cond_op", "detection_item_cond_not"),
        *("field_name_conditions", "field_name_cond_op", "field_name_cond_not"),
    )
)
_IN_PIPELINE = frozenset(("name", "priority", "transformations", "allowed_backends", "id", "description"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One step of a pipeline."""

    name: str
    """Its id, by which later ones ask whether it was applied; "" for none."""
    change: Change
    rule: Condition
    """Whether it is applied to a query at all."""
    test: Condition
    """To which of its tests."""
    field: Condition
    """To which names of fields."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pipeline:
    """What is done to a query in Sigma's names, in order."""

    name: str
    items: tuple[Item, ...]

    def apply(self, query: Query) -> Query:
        """The query as the pipeline makes it.

        Raises UnsayableError or FieldError with the pipeline's own words where it says that a rule or a field
        cannot be used, UnsayableError for sequences.
        """
        if any(isinstance(step, Sequence) for step in query.steps):
            raise UnsayableError(
                "A pipeline is not applied to a sequence.", what="a sequence through a pipeline"
            )
        applied: set[str] = set()
        for item in self.items:
            seen = Seen(logsource=query.logsource, where=query.where, applied=frozenset(applied))
            if item.rule(seen):
                query = _applied(item, query, seen)
                applied.add(item.name)
        return query


def _applied(item: Item, query: Query, seen: Seen) -> Query:
    change = item.change
    if change.refuses_rule:
        raise UnsayableError(
            f"The pipeline refuses the rule: {change.refuses_rule}", what="a rule that the pipeline refuses"
        )
    if change.logsource is not None:
        return replace(query, logsource=change.logsource(query.logsource))
    if change.condition is not None:
        parts = [change.condition, *([query.where] if query.where is not None else [])]
        return replace(query, where=parts[0] if len(parts) == 1 else And(tuple(parts)))
    where = query.where if query.where is None else _rewritten(query.where, item, seen)

    def name(field: str) -> str:
        found = _named(item, field, seen)
        return found[0] if found else field

    def rewrite(expression: Expression) -> Expression:
        return _rewritten(expression, item, seen) or And(())

    steps = renamed_steps(query.steps, name, rewrite)
    return replace(query, where=simplified(where) if where is not None else None, steps=steps)


def _rewritten(expression: Expression, item: Item, seen: Seen) -> Expression | None:
    """The expression with the change in its tests; None where nothing of it is left."""
    if isinstance(expression, Not):
        inner = _rewritten(expression.inner, item, seen)
        return None if inner is None else Not(inner)
    if isinstance(expression, And | Or):
        parts = [one for part in expression.parts if (one := _rewritten(part, item, seen)) is not None]
        return None if not parts else parts[0] if len(parts) == 1 else type(expression)(tuple(parts))
    return _test(expression, item, seen)


def _test(test: Test, item: Item, seen: Seen) -> Expression | None:
    asked = replace(seen, field=test.field, test=test)
    if not (item.test(asked) and item.field(asked)):
        return test
    change = item.change
    if change.refuses_field:
        raise FieldError(f"The pipeline refuses the field {test.field!r}: {change.refuses_field}")
    if change.drops:
        return None
    if change.value is not None:
        return change.value(test)
    return change.test(test) if change.test is not None else test


def _named(item: Item, field: str, seen: Seen) -> tuple[str, ...]:
    if item.change.name is None or not item.field(replace(seen, field=field)):
        return ()
    return item.change.name(field)


def read_pipeline(source: Path | bytes, name: str = "") -> Pipeline:
    """The pipeline of a YAML file.

    Raises InputError where it cannot be read, QueryError that names what it may not hold.
    """
    if isinstance(source, Path):
        name = name or source.stem
        try:
            with source.open("rb") as file:
                content = file.read(_LARGEST + 1)
        except OSError as error:
            raise InputError(f"The pipeline {source} cannot be read: {error.strerror or error}.") from error
    else:
        content = source
    if len(content) > _LARGEST:
        raise InputError(f"The pipeline {name!r} is larger than 1 MiB.")
    try:
        raw = next(iter(documents(content)), None)
        bound(raw)
    except RuleError as error:
        raise QueryError(f"The pipeline {name!r} cannot be read: {error.message}") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("transformations"), list):
        raise QueryError(f"{name!r} is no pipeline: it has no list of transformations.")
    _only(raw, _IN_PIPELINE, "A pipeline")
    return Pipeline(name=str(raw.get("name") or name)[:200], items=tuple(map(_item, raw["transformations"])))


def _only(raw: Map[str, Any], known: frozenset[str], what: str) -> None:
    for key in raw:
        if key not in known and not (key in ("vars", "postprocessing", "finalizers") and not raw[key]):
            raise QueryError(
                f"{what} with {str(key)[:60]!r} is not supported.",
                hint="Supported are " + ", ".join(CHANGES) + " with their conditions.",
            )


def _item(raw: Any) -> Item:
    if not isinstance(raw, dict):
        raise QueryError("A transformation of the pipeline is no mapping.")
    kind = str(raw.get("type"))
    make = CHANGES.get(kind)
    if make is None:
        raise QueryError(
            f"The transformation {kind[:60]!r} of a pipeline is not supported.",
            hint="Supported are " + ", ".join(CHANGES) + ".",
        )
    options = {key: value for key, value in raw.items() if key not in _IN_ITEM}
    change, used = make(options)
    _only({key: value for key, value in options.items() if key not in used}, frozenset(), f"{kind}")
    return Item(
        name=str(raw.get("id") or ""),
        change=change,
        rule=conditions(raw, "rule"),
        test=conditions(raw, "detection_item"),
        field=conditions(raw, "field_name"),
    )
