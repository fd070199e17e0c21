"""What each comparison of EQL asks in Sigma's terms.

Facts: https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax and, of functions,
https://www.elastic.co/docs/reference/query-languages/eql/eql-function-ref
"""

from __future__ import annotations

import ipaddress

from cybersecqwen.detect.sigma.model import Expression, Op, Test
from cybersecqwen.detect.sigma.parse import text_of
from cybersecqwen.dialects import globs
from cybersecqwen.dialects.elastic.expressions import Among, Binary, Call, Expr, Field, Literal
from cybersecqwen.dialects.elastic.logic import Meaning, any_of, any_test
from cybersecqwen.dialects.elastic.regexes import Case, re2_of, wildcards_of
from cybersecqwen.errors import UnsayableError

_ORDER = {"<": Op.LESS, "<=": Op.AT_MOST, ">": Op.GREATER, ">=": Op.AT_LEAST}
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_TEXTS = {"stringContains": Op.CONTAINS, "startsWith": Op.STARTS, "endsWith": Op.ENDS}


def unsayable(what: str) -> UnsayableError:
    """The error for what is no test of a field."""
    return UnsayableError(f"Sigma's terms have no words for {what}.", what=what)


def read_comparison(expr: Expr) -> Meaning:
    """What a comparison asks. Raises UnsayableError where it is no test of one field with values."""
    if isinstance(expr, Binary):
        return _binary(expr)
    if isinstance(expr, Among):
        name = field_of(expr.left)
        return Meaning(_among(name, expr), (name,))
    if isinstance(expr, Call):
        return _call(expr)
    if isinstance(expr, Field):
        return Meaning(Test(expr.name, Op.EQUALS, ("true",)), (expr.name,))
    raise unsayable("values that are no condition")


def field_of(expr: Expr) -> str:
    """The name of a field that stands alone."""
    if isinstance(expr, Field):
        return expr.name
    if isinstance(expr, Call) and expr.name in ("string", "number") and len(expr.args) == 1:
        return field_of(expr.args[0])
    raise unsayable("functions of fields" if isinstance(expr, Call) else "computed values")


def _binary(expr: Binary) -> Meaning:
    op, left, right = expr.op, expr.left, expr.right
    if isinstance(left, Literal):
        op, left, right = _FLIPPED.get(op, op), right, left
    if not isinstance(right, Literal):
        raise unsayable("computed values")
    name, value = field_of(left), right.value
    if value is None:
        if op != "==":
            raise unsayable("comparisons with null")
        return Meaning(Test(name, Op.NULL))
    if op == "==":
        return Meaning(Test(name, Op.EQUALS, (text_of(value),), cased=isinstance(value, str)), (name,))
    if op not in _ORDER:
        raise unsayable("computed values")
    if isinstance(value, str | bool):
        raise unsayable("an order of texts")
    return Meaning(Test(name, _ORDER[op], (text_of(value),)), (name,))


def _among(name: str, expr: Among) -> Expression:
    values = [value.value for value in expr.values if isinstance(value, Literal)]
    if len(values) < len(expr.values) or None in values:
        raise unsayable("lists of other things than texts and numbers")
    folded = expr.op in ("in~", "like~", ":", "regex~")
    if expr.op in ("in", "in~"):
        numbers = tuple(text_of(value) for value in values if not isinstance(value, str))
        texts = [value for value in values if isinstance(value, str)]
        same = tuple(text.lower() for text in texts) if folded else tuple(texts)
        tests = [Test(name, Op.EQUALS, same, cased=not folded)] if same else []
        return any_of([*tests, *([Test(name, Op.EQUALS, numbers)] if numbers else [])])
    patterns = [str(value) for value in values]
    if expr.op in ("regex", "regex~"):
        return any_test([_regex(name, text, Case.FOLDED if folded else Case.KEPT) for text in patterns])
    wild = [text.replace("*", globs.ANY).replace("?", globs.ONE) for text in patterns]
    return any_test([globs.test_of(name, text, cased=not folded) for text in wild])


def _regex(name: str, text: str, case: Case) -> Expression:
    """What stands for text with wildcards only because `*` or `?` are characters in it is that text."""
    wild = wildcards_of(text, case)
    if wild is not None and ("*" in wild or "?" in wild):
        return globs.test_of(name, wild, cased=case is Case.KEPT)
    return Test(name, Op.REGEX, (re2_of(text, case),), cased=True)


def _call(expr: Call) -> Meaning:
    name = field_of(expr.args[0]) if expr.args else ""
    values = [arg.value for arg in expr.args[1:] if isinstance(arg, Literal) and isinstance(arg.value, str)]
    if not values or len(values) < len(expr.args) - 1:
        raise unsayable(f"the function {expr.name[:40]}")
    if expr.name == "cidrMatch" and not expr.folded:
        return Meaning(Test(name, Op.CIDR, tuple(map(_network, values))), (name,))
    if expr.name == "wildcard":
        among = Among("like~" if expr.folded else "like", expr.args[0], expr.args[1:])
        return Meaning(_among(name, among), (name,))
    op = _TEXTS.get(expr.name)
    if op is None or len(values) > 1 or not values[0]:
        raise unsayable(f"the function {expr.name[:40]}")
    text = values[0].lower() if expr.folded else values[0]
    return Meaning(Test(name, op, (text,), cased=not expr.folded), (name,))


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text.strip(), strict=False))
    except ValueError:
        raise unsayable("networks that are none") from None
