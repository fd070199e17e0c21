"""What conditions cost Elasticsearch: what their clauses look up, and how many events they leave.

A term is looked up; a prefix reads a stretch of the terms in order; a pattern that begins with anything reads
every term of the field; a function is computed for every event. The figures are the order of these, in
readings of one event over a million events; no cluster was measured.

https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-wildcard-query
https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax#eql-how-functions-impact-search-performance
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .expressions import Among, Binary, Call, Cast, Expr, Field, IsNull, Literal, Logic, Minus, Negation
from .logic import positive
from .walking import walk

EVENTS = 1_000_000.0
_CLAUSE = 20.0
_TERM = 200.0
_CASELESS = 600.0
"""A term in any case: both cases of each of its letters."""
_STRETCH = 5_000.0
_ALL_TERMS = 400_000.0
_BY_EXPRESSION = 600_000.0
_COMPUTED = 1_000_000.0
"""A function of a field: every event."""
_RANGE = 500.0
_PATTERN = 20.0
"""Finding that a pattern has no wildcard."""
_CATEGORY = "event.category"
_OF_A_CATEGORY = 0.2
"""Share of events that are of one category."""

Shape = Callable[[str], str]
"""Of a pattern: "equal", "prefix" or "inner"."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What is different between the two languages."""

    patterns: frozenset[str]
    """Operators whose values have wildcards."""
    expressions: frozenset[str]
    """Those whose values are regular expressions."""
    caseless: frozenset[str]
    """Those that have no regard to case."""
    indexed: frozenset[str]
    """Functions of which an index answers as it does without them."""
    own: frozenset[str]
    """Functions that an index answers by itself, as one look-up."""
    escapes: bool
    """Whether a backslash escapes a wildcard."""


def work(expr: Expr, costs: Costs) -> float:
    """The work of finding the events for which a condition is true."""
    expr = positive(expr)
    if isinstance(expr, Logic):
        return sum(work(part, costs) for part in expr.parts)
    if isinstance(expr, Negation):
        return work(expr.inner, costs)
    return 1.0 if isinstance(expr, Literal) else _CLAUSE + len(_below(expr)) + _comparison(expr, costs)


def _comparison(expr: Expr, costs: Costs) -> float:
    if isinstance(expr, Among):
        indexed = _is_indexed(expr.left, costs)
        return sum(_value(expr, value, costs) for value in expr.values) if indexed else _COMPUTED
    if isinstance(expr, Binary):
        sides = all(_is_indexed(side, costs) for side in (expr.left, expr.right))
        return _looked_up(expr, costs) if sides else _COMPUTED
    if isinstance(expr, Call) and expr.name in costs.own and _is_indexed(expr.args[0], costs):
        return _TERM * (len(expr.args) - 1)
    return _TERM if isinstance(expr, Field | IsNull) else _COMPUTED


def _looked_up(expr: Binary, costs: Costs) -> float:
    if expr.op not in ("==", "!="):
        return _RANGE
    caseless = any(isinstance(side, Call) and side.name in costs.indexed for side in (expr.left, expr.right))
    return _CASELESS if caseless else _TERM


def _is_indexed(expr: Expr, costs: Costs) -> bool:
    if isinstance(expr, Call):
        constant = not any(isinstance(one, Field) for one in _below(expr))
        return constant or (expr.name in costs.indexed and _is_indexed(expr.args[0], costs))
    if isinstance(expr, Binary):
        return not any(isinstance(one, Field) for one in _below(expr))
    return not isinstance(expr, Cast | Minus | Logic | Negation | Among)


def _below(expr: Expr) -> list[Expr]:
    return list(walk(expr))


def _value(expr: Among, value: Expr, costs: Costs) -> float:
    caseless = expr.op in costs.caseless or isinstance(expr.left, Call)
    text = value.value if isinstance(value, Literal) and isinstance(value.value, str) else ""
    if expr.op in costs.expressions:
        return _BY_EXPRESSION
    if expr.op in costs.patterns:
        shape = shape_of(text, escapes=costs.escapes)
        if shape != "equal":
            return (_STRETCH if shape == "prefix" else _ALL_TERMS) * (1.1 if caseless else 1.0)
        return _PATTERN + (_CASELESS if caseless else _TERM)
    return _CASELESS if caseless else _TERM


def shape_of(text: str, *, escapes: bool) -> str:
    """Whether a pattern is a text ("equal"), begins with some ("prefix"), or with a wildcard ("inner")."""
    if text[:1] in ("*", "?"):
        return "inner"
    plain = text.replace("\\\\", "").replace("\\*", "").replace("\\?", "") if escapes else text
    return "prefix" if "*" in plain or "?" in plain else "equal"


def share(expr: Expr) -> float:
    """The share of events for which a condition is taken to be true, 0 to 1.

    That of the rarest of conditions that must all be true, and of the most common of others: saying a thing
    twice, or in other words, changes nothing.
    """
    expr = positive(expr)
    if isinstance(expr, Logic):
        found = [share(part) for part in expr.parts]
        return min(found) if expr.op == "and" else max(found)
    if isinstance(expr, Negation):
        return round(1.0 - share(expr.inner), 9)
    if isinstance(expr, Literal):
        return 1.0 if expr.value else 0.0
    if isinstance(expr, Among):
        return _one(expr.left)
    if isinstance(expr, IsNull):
        return 0.9 if expr.negated else 0.1
    if isinstance(expr, Binary):
        null = Literal(None) in (expr.left, expr.right)
        field = expr.right if isinstance(expr.left, Literal) else expr.left
        return 0.1 if null else _one(field) if expr.op == "==" else 0.3
    return 0.02


def _one(field: Expr) -> float:
    """The share of events that have one value of a field."""
    return _OF_A_CATEGORY if isinstance(field, Field) and field.name == _CATEGORY else 0.02
