"""Searches of steps: written by the query task in the language of the user's SIEM, and checked as there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cybersecqwen.detect.sigma.model import And, Expression, Logsource, Op, Or, Rule, Test
from cybersecqwen.dialects.query import Query, Span
from cybersecqwen.errors import CsqError
from cybersecqwen.inputs.yaml_bounds import read_yaml
from cybersecqwen.records.playbook import Entity, Kind, StepQuery

from .filling import UNKNOWN

DAYS = 7
"""How far back a search looks."""
MOST_VALUES = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Hunt:
    """A search, before its values are known."""

    id: str
    title: str
    logsource: Logsource
    all: tuple[tuple[str, Op, tuple[str, ...]], ...]
    any: tuple[tuple[str, Op, tuple[str, ...]], ...]
    kinds: tuple[Kind, ...]
    """Kinds of things whose values it takes."""


@lru_cache(maxsize=1)
def hunts() -> Mapping[str, Hunt]:
    """All templates, by id."""
    text = Path(__file__).with_name("hunts.yaml").read_text(encoding="utf-8")
    return {id: _hunt(id, given) for id, given in read_yaml(text).items()}


def _hunt(id: str, given: Mapping[str, Any]) -> Hunt:
    both = {key: tuple(_test(one) for one in given.get(key, ())) for key in ("all", "any")}
    values = [value for tests in both.values() for _, _, said in tests for value in said]
    return Hunt(
        id=id,
        title=given["title"],
        logsource=Logsource(**given["logsource"]),
        kinds=tuple(Kind(one[1:-1]) for one in values if one.startswith("{")),
        **both,
    )


def _test(given: Sequence[Any]) -> tuple[str, Op, tuple[str, ...]]:
    field, how, values = given
    return field, Op(how), (values,) if isinstance(values, str) else tuple(values)


@dataclass(frozen=True, kw_only=True, slots=True)
class Language:
    """What the SIEM understands."""

    name: str = "sigma"
    """As `csq query --to` takes it."""
    schema: str = ""
    schemas: Path | None = None
    """Where schemas of the user are kept."""


def search(id: str, things: Mapping[Kind, Sequence[Entity]], language: Language) -> StepQuery | None:
    """A template's search with the things that are known; None where there is no template of that id."""
    hunt = hunts().get(id)
    if hunt is None:
        return None
    title = f"{hunt.title}, last {DAYS} days"
    missing = [kind for kind in hunt.kinds if not things.get(kind)]
    if missing:
        problem = f"It is written once {UNKNOWN[missing[0]]} is known."
        return StepQuery(title=title, dialect=language.name, text="", problem=problem)
    expressions = [_expression(one, things) for one in hunt.all]
    if hunt.any:
        either = tuple(_expression(one, things) for one in hunt.any)
        expressions.append(either[0] if len(either) == 1 else Or(either))
    where = expressions[0] if len(expressions) == 1 else And(tuple(expressions))
    return _written(title, Query(logsource=hunt.logsource, where=where, span=_SPAN), language)


def search_of_rule(rule: Rule, language: Language) -> StepQuery:
    """The search of a Sigma rule."""
    query = Query(logsource=rule.logsource, where=rule.expression, span=_SPAN)
    return _written(f"{rule.about.title}, last {DAYS} days", query, language)


_SPAN = Span(last_s=DAYS * 86_400)


def _expression(test: tuple[str, Op, tuple[str, ...]], things: Mapping[Kind, Sequence[Entity]]) -> Expression:
    field, op, values = test
    if values[0].startswith("{"):
        kind = Kind(values[0][1:-1])
        known = [_sought(kind, one.value) for one in things[kind]][:MOST_VALUES]
        values = tuple(dict.fromkeys(known))
    return Test(field, op, tuple(value.lower() for value in values))


def _sought(kind: Kind, value: str) -> str:
    """A value as it is searched for: an account without its domain, a file by its name."""
    if kind is Kind.USER:
        return value.rpartition("\\")[2].partition("@")[0]
    if kind in (Kind.FILE, Kind.PROCESS) and "\\" in value:
        return "\\" + value.rpartition("\\")[2]
    return "\\" + value if kind is Kind.PROCESS else value


@lru_cache(maxsize=512)
def _written(title: str, query: Query, language: Language) -> StepQuery:
    from cybersecqwen.tasks.query.building import build
    from cybersecqwen.tasks.query.targets import target_of
    from cybersecqwen.tasks.query.whose import whose

    try:
        target = target_of(language.name, language.schema)
        built = build(query, target, lambda name: whose(name, language.schemas), title, run_elsewhere=False)
    except CsqError as error:
        return StepQuery(title=title, dialect=language.name, text="", problem=error.message)
    if not built.sound:
        wrong = next(one for one in built.checks if not one.passed)
        problem = f"It did not pass a check ({wrong.name}), so it is not given out."
        return StepQuery(title=title, dialect=language.name, text="", problem=problem)
    passed = tuple(one.name for one in built.checks if one.passed)
    return StepQuery(title=title, dialect=language.name, text=built.text, checks=passed)
