"""Expressions in words: values, and conditions with their negation."""

from __future__ import annotations

from cybersecqwen.detect.sigma.model import Op
from cybersecqwen.dialects import describing as words
from cybersecqwen.dialects.elastic.expressions import (
    Among,
    Binary,
    Call,
    Cast,
    Expr,
    Field,
    IsNull,
    Literal,
    Logic,
    Minus,
    Negation,
    Parameter,
    Star,
    Stretch,
    Values,
)
from cybersecqwen.dialects.elastic.walking import fields_in

from .functions import PHRASES, SAME, SEVERAL

_WIDE = 200
"""Characters of a value, beyond which only the fields that it is made of are named."""


def value(expr: Expr, depth: int = 0) -> str:
    """A value in words."""
    if depth > words.DEEPEST:
        return _made_of(expr)
    said = _value(expr, depth)
    return said if len(said) <= _WIDE else _made_of(expr)


def _made_of(expr: Expr) -> str:
    fields = dict.fromkeys(one.name for one in fields_in(expr))
    return f"a value computed from {words.names(fields, most=6)}" if fields else "a computed value"


def _value(expr: Expr, depth: int) -> str:
    if isinstance(expr, Literal):
        return _literal(expr)
    if isinstance(expr, Stretch):
        return _stretch(expr)
    if isinstance(expr, Field):
        return words.name(expr.name)
    if isinstance(expr, Parameter):
        return f"the parameter {words.clean(expr.text)}"
    if isinstance(expr, Star):
        return "everything"
    if isinstance(expr, Values):
        return words.some([_literal(one) for one in expr.items[:8]], "and", 8, total=len(expr.items))
    if isinstance(expr, Cast):
        return value(expr.inner, depth + 1)
    if isinstance(expr, Minus):
        return f"minus {value(expr.inner, depth + 1)}"
    if isinstance(expr, Binary) and expr.op in ("+", "-", "*", "/", "%"):
        return _sum(expr, depth)
    if isinstance(expr, Call):
        return _call(expr, depth)
    return f"whether {words.alone(condition(expr, depth=depth + 1))}"


def _literal(expr: Literal) -> str:
    if expr.value is None:
        return "nothing"
    if isinstance(expr.value, bool):
        return "true" if expr.value else "false"
    return words.value(str(expr.value))


def _stretch(expr: Stretch) -> str:
    unit = words.clean(expr.unit).removesuffix("s")
    return f"{expr.count} {unit}" + ("" if expr.count == 1 else "s")


def _sum(expr: Binary, depth: int) -> str:
    if expr.op == "-" and isinstance(expr.right, Stretch) and expr.left == Call("NOW"):
        return f"{_stretch(expr.right)} ago"
    left, right = (_side(part, depth) for part in (expr.left, expr.right))
    return words.sign_words(expr.op, left, right)


def _side(expr: Expr, depth: int) -> str:
    said = value(expr, depth + 1)
    return f"({said})" if isinstance(expr, Binary | Call) and " " in said else said


_CONDITIONS = frozenset(("STARTS_WITH", "ENDS_WITH", "CONTAINS", "CIDR_MATCH", "MV_CONTAINS"))


def _call(expr: Call, depth: int) -> str:
    if expr.name in _CONDITIONS:
        return f"whether {condition(expr, depth=depth + 1)}"
    if expr.name == "CASE" and len(expr.args) > 1:
        return _case(expr, depth)
    said = [value(one, depth + 1) for one in expr.args[:12]]
    if expr.name in SAME and said:
        return said[0]
    phrase = PHRASES.get((expr.name, len(expr.args)))
    if phrase is not None:
        return phrase.format(*said)
    listed = words.some(said, "and", 8, total=len(expr.args))
    if expr.name in SEVERAL and said:
        return SEVERAL[expr.name].format(listed)
    return f"{words.name(expr.name)}() of {listed}" if said else f"{words.name(expr.name)}()"


def _case(expr: Call, depth: int) -> str:
    pairs = list(zip(expr.args[::2], expr.args[1::2], strict=False))
    said = [
        f"{value(then, depth + 1)} where {words.alone(condition(when, depth=depth + 1))}"
        for when, then in pairs[:6]
    ]
    shown = words.some(said, "or", 6, 150, total=len(pairs))
    return f"{shown}, otherwise {value(expr.args[-1], depth + 1)}" if len(expr.args) % 2 else shown


def condition(expr: Expr, *, negated: bool = False, depth: int = 0) -> str:
    """A condition as it follows "where"."""
    if depth > words.DEEPEST:
        return f"a condition about {_made_of(expr)} {'fails' if negated else 'holds'}"
    if isinstance(expr, Logic):
        word = "and" if (expr.op == "and") is not negated else "or"
        return words.grouped([condition(part, negated=negated, depth=depth + 1) for part in expr.parts], word)
    if isinstance(expr, Negation):
        return condition(expr.inner, negated=not negated, depth=depth + 1)
    if isinstance(expr, IsNull):
        return words.there(value(expr.inner, depth + 1), negated=negated is expr.negated)
    if isinstance(expr, Among):
        return _among(expr, negated is not expr.negated, depth)
    if isinstance(expr, Binary):
        said = _compared(expr, negated, depth)
        if said:
            return said
    if isinstance(expr, Call):
        return _asked(expr, negated, depth)
    return f"{value(expr, depth + 1)} is {'not true' if negated else 'true'}"


_AMONG: dict[str, Op | words.Verbs] = {
    "in": Op.EQUALS,
    "like": Op.GLOB,
    "rlike": ("matches the pattern as a whole", "does not match the pattern as a whole"),
    ":": ("has the word", "does not have the word"),
}


def _among(expr: Among, negated: bool, depth: int) -> str:
    texts = [one.value for one in expr.values if isinstance(one, Literal) and isinstance(one.value, str)]
    if expr.op == "like" and len(texts) == len(expr.values):
        return words.globbed(value(expr.left, depth + 1), texts, negated)
    shown = [value(one, depth + 1) for one in expr.values]
    verb = _AMONG.get(expr.op, Op.EQUALS)
    return words.compared(value(expr.left, depth + 1), verb, shown, negated=negated)


def _compared(expr: Binary, negated: bool, depth: int) -> str:
    """A comparison; "" for sums."""
    left, right = value(expr.left, depth + 1), value(expr.right, depth + 1)
    if expr.op in words.ORDER:
        if right.endswith(" ago") and isinstance(expr.left, Field):
            length = right.removesuffix(" ago")
            after = (expr.op[0] == ">") is not negated
            return f"{left} is in the last {length}" if after else f"{left} is more than {length} ago"
        return words.compared(left, words.ORDER[expr.op], [right], negated=negated)
    if expr.op in ("==", "!="):
        return words.compared(left, Op.EQUALS, [right], negated=negated is not (expr.op == "!="))
    return ""


_ASKED: dict[str, Op | words.Verbs] = {
    "STARTS_WITH": Op.STARTS,
    "ENDS_WITH": Op.ENDS,
    "CONTAINS": Op.CONTAINS,
    "CIDR_MATCH": Op.CIDR,
    "MV_CONTAINS": Op.CONTAINS,
    "MATCH": ("has the words", "does not have the words"),
    "MATCH_PHRASE": ("has the phrase", "does not have the phrase"),
}


def _asked(expr: Call, negated: bool, depth: int) -> str:
    said = [value(one, depth + 1) for one in expr.args]
    if expr.name in _ASKED and len(said) > 1:
        return words.compared(said[0], _ASKED[expr.name], said[1:], negated=negated)
    if expr.name in ("QSTR", "KQL") and said:
        return f"it {'does not match' if negated else 'matches'} the search {said[0]}"
    return f"{value(expr, depth + 1)} is {'not true' if negated else 'true'}"
