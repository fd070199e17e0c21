"""Cheaper comparisons that find the same."""

from __future__ import annotations

from dataclasses import replace

from cybersecqwen.dialects.ecs_paths import NAMES, is_name
from cybersecqwen.dialects.elastic.expressions import Among, Binary, Call, Expr, Field, Literal
from cybersecqwen.dialects.elastic.regexes import Case, wildcards_of
from cybersecqwen.dialects.elastic.rewriting import lists_joined, once
from cybersecqwen.dialects.eql.tree import EqlTree
from cybersecqwen.dialects.globs import ANY, ONE
from cybersecqwen.dialects.improvement import Rule
from cybersecqwen.errors import UnsayableError

from .applying import SYNTAX, each_condition

_WILDCARD = "https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-wildcard-query"
_LISTS = frozenset(("in", "in~", "like", "like~", ":", "regex", "regex~"))
_FUNCTIONS = {"stringContains": ("*", "*"), "startsWith": ("", "*"), "endsWith": ("*", "")}
_MOST = 20_000
"""Characters of an expression that is looked at."""


def _texts(expr: Among) -> list[str]:
    """The values, where all are texts; else none."""
    found = [one.value for one in expr.values if isinstance(one, Literal) and isinstance(one.value, str)]
    return found if len(found) == len(expr.values) else []


def _wild(text: str, case: Case) -> str | None:
    """What an expression says with wildcards; None where it says more, or of the signs themselves."""
    if len(text) > _MOST:
        return None
    try:
        found = wildcards_of(text, case)
    except UnsayableError:
        return None
    if found is None or "*" in found or "?" in found:
        return None
    return found.replace(ANY, "*").replace(ONE, "?")


def _without_regex(expr: Expr) -> Expr:
    if not isinstance(expr, Among) or expr.op not in ("regex", "regex~"):
        return expr
    case = Case.KEPT if expr.op == "regex" else Case.FOLDED
    texts = _texts(expr)
    found = [one for text in texts if (one := _wild(text, case)) is not None]
    if not texts or len(found) < len(texts):
        return expr
    return replace(expr, op="like" if case is Case.KEPT else ":", values=tuple(map(Literal, found)))


def _without_wildcards(expr: Expr) -> Expr:
    """`like` without a wildcard compares whole texts."""
    if not isinstance(expr, Among) or expr.op != "like" or expr.negated:
        return expr
    texts = _texts(expr)
    if not texts or any("*" in text or "?" in text for text in texts):
        return expr
    if len(texts) == 1:
        return Binary("==", expr.left, expr.values[0])
    return replace(expr, op="in", listed=True)


def _without_function(expr: Expr) -> Expr:
    if not isinstance(expr, Call) or expr.name not in _FUNCTIONS or len(expr.args) != 2:
        return expr
    field, part = expr.args
    text = part.value if isinstance(part, Literal) else None
    if not isinstance(field, Field) or not isinstance(text, str) or not text or "*" in text or "?" in text:
        return expr
    before, behind = _FUNCTIONS[expr.name]
    return Among(":" if expr.folded else "like", field, (Literal(before + text + behind),), listed=False)


def _by_name(expr: Expr) -> Expr:
    """The name at the end of a path, where it has a field of its own."""
    if not isinstance(expr, Among) or expr.negated or expr.op not in (":", "like", "like~"):
        return expr
    name = NAMES.get(expr.left.name) if isinstance(expr.left, Field) else None
    texts = _texts(expr)
    if name is None or not texts:
        return expr
    found = [text[2:] for text in texts if text[:2] in ("*\\", "*/") and is_name(text[2:])]
    if len(found) < len(texts):
        return expr
    values = tuple(map(Literal, found))
    if expr.op == "like":
        return Among("in", Field(name), values)
    return (
        Among("in~", Field(name), values)
        if len(values) > 1
        else Among(":", Field(name), values, listed=False)
    )


RULES: tuple[Rule[EqlTree], ...] = (
    Rule(
        name="drop-repeated-conditions",
        reason="What stands twice is looked up twice.",
        source=SYNTAX + "#eql-syntax-logical-operators",
        apply=each_condition(once),
    ),
    Rule(
        name="function-to-wildcard",
        reason="A function is computed for each event; a wildcard is looked up in the index.",
        source=SYNTAX + "#eql-how-functions-impact-search-performance",
        apply=each_condition(_without_function),
    ),
    Rule(
        name="regex-to-wildcard",
        reason="A wildcard is a simpler automaton than an expression, which is compiled first.",
        source=_WILDCARD,
        apply=each_condition(_without_regex),
    ),
    Rule(
        name="like-to-equals",
        reason="Without a wildcard a term is looked up.",
        source=SYNTAX + "#eql-syntax-comparison-operators",
        apply=each_condition(_without_wildcards),
    ),
    Rule(
        name="or-chain-to-list",
        reason="Values of one field in one list are one clause.",
        source=SYNTAX + "#eql-syntax-lookup-operators",
        apply=each_condition(lambda expr: lists_joined(expr, _LISTS)),
    ),
)

SUGGESTIONS: tuple[Rule[EqlTree], ...] = (
    Rule(
        name="path-ending-to-name",
        reason="A pattern that begins with a wildcard reads every term of the field; a name is looked up.",
        source=_WILDCARD,
        apply=each_condition(_by_name),
        safe=False,
        caveat="The name must be filled in for every event that has the path.",
    ),
)
