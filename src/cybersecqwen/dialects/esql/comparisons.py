"""What each comparison of ES|QL asks in Sigma's terms.

Text is compared with regard to case, so that `TO_LOWER` is what makes a test of Sigma's. To most comparisons
a value that is a list is null, which Sigma's terms have no words for: fields are taken for such of one value.

https://www.elastic.co/docs/reference/query-languages/esql/functions-operators/operators
https://www.elastic.co/docs/reference/query-languages/esql/esql-multivalued-fields
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from cybersecqwen.detect.sigma.model import Expression, Op, Test
from cybersecqwen.detect.sigma.parse import text_of
from cybersecqwen.detect.sigma.plain import holds
from cybersecqwen.dialects import globs
from cybersecqwen.dialects.elastic.expressions import Among, Binary, Call, Cast, Expr, Field, IsNull, Literal
from cybersecqwen.dialects.elastic.logic import NEVER, Meaning, any_of, any_test
from cybersecqwen.dialects.elastic.regexes import Case, re2_of
from cybersecqwen.errors import UnsayableError

ORDER = {"<": Op.LESS, "<=": Op.AT_MOST, ">": Op.GREATER, ">=": Op.AT_LEAST}
FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
TEXTS = {"STARTS_WITH": Op.STARTS, "ENDS_WITH": Op.ENDS, "CONTAINS": Op.CONTAINS}
PARTS = {
    "minute_of_hour": "minute",
    "hour_of_day": "hour",
    "day_of_month": "day",
    "month_of_year": "month",
    "year": "year",
}
"""Parts of times that mean the same in both."""


def unsayable(what: str) -> UnsayableError:
    """The error for what is no test of a field."""
    return UnsayableError(f"Sigma's terms have no words for {what}.", what=what)


@dataclass(frozen=True, slots=True)
class _Operand:
    """A field as it is compared."""

    name: str
    case: Case = Case.KEPT
    upper: bool = False
    """Whether it is compared in capital letters."""
    default: str | None = None
    """What stands for it where it is missing (`COALESCE`)."""


def read_comparison(expr: Expr) -> Meaning:
    """What a comparison asks. Raises UnsayableError where it is no test of one field with values."""
    if isinstance(expr, Binary):
        return _binary(expr)
    if isinstance(expr, Among):
        return _among(expr)
    if isinstance(expr, IsNull):
        operand = _operand(expr.inner)
        return Meaning(NEVER if operand.default is not None else Test(operand.name, Op.NULL))
    if isinstance(expr, Call):
        return _call(expr)
    if isinstance(expr, Field):
        return Meaning(Test(expr.name, Op.EQUALS, ("true",)), (expr.name,))
    raise unsayable("values that are no condition")


def _operand(expr: Expr) -> _Operand:
    if isinstance(expr, Field):
        return _Operand(expr.name)
    if isinstance(expr, Cast) and expr.type in ("string", "keyword", "ip"):
        return _operand(expr.inner)
    if isinstance(expr, Call) and expr.args:
        return _changed(expr)
    raise unsayable("computed values")


def _changed(expr: Call) -> _Operand:
    inner = _operand(expr.args[0])
    if len(expr.args) == 1:
        if expr.name in ("TO_STRING", "TO_IP", "TO_DOUBLE"):
            return inner
        if expr.name == "TO_LOWER" and not inner.upper:
            return _Operand(inner.name, Case.LOWERED, default=_lower(inner.default))
        if expr.name == "TO_UPPER" and inner.case is Case.KEPT and inner.default is None:
            return _Operand(inner.name, upper=True)
    if expr.name == "COALESCE" and len(expr.args) == 2 and inner.default is None:
        other = expr.args[1]
        if isinstance(other, Literal) and isinstance(other.value, str):
            return _Operand(inner.name, inner.case, inner.upper, other.value)
    raise unsayable(f"the function {expr.name[:40]}")


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()


def _meaning(operand: _Operand, test: Expression) -> Meaning:
    """Where something stands for a missing field, the test is asked of that."""
    if operand.default is None:
        return Meaning(test, (operand.name,))
    value = operand.default.upper() if operand.upper else operand.default
    tests = test.parts if not isinstance(test, Test) and hasattr(test, "parts") else (test,)
    found = any(isinstance(one, Test) and holds(one, value, lambda _name: None) for one in tests)
    return Meaning(any_of([Test(operand.name, Op.NULL), test]) if found else test)


def _texts(operand: _Operand, op: Op, values: Iterable[str]) -> Expression:
    """A test for texts; one with the wrong case for how the field is compared never holds."""
    wanted = list(values)
    if operand.case is Case.LOWERED:
        wanted = [value for value in wanted if value.lower() == value]
    if operand.upper:
        if not all(value.isascii() for value in wanted):
            raise unsayable("capital letters beyond ASCII")
        wanted = [value.lower() for value in wanted if value.upper() == value]
    if not wanted:
        return NEVER
    cased = operand.case is Case.KEPT and not operand.upper and any(map(has_case, wanted))
    return Test(operand.name, op, tuple(wanted), cased=cased)


def has_case(text: str) -> bool:
    """Whether there are letters in it of which there is another case."""
    return text.lower() != text or text.upper() != text


def _binary(expr: Binary) -> Meaning:
    op, left, right = expr.op, expr.left, expr.right
    if isinstance(left, Literal):
        op, left, right = FLIPPED.get(op, op), right, left
    if not isinstance(right, Literal):
        return _pair(op, left, right)
    if right.value is None:
        raise unsayable("comparisons with null")
    if isinstance(left, Call) and left.name in ("DATE_EXTRACT", "LOCATE"):
        return _computed(op, left, right)
    operand = _operand(left)
    if op == "==":
        return _meaning(operand, _equal(operand, [right.value]))
    if op not in ORDER or isinstance(right.value, str | bool) or operand.default is not None:
        raise unsayable("an order of texts" if isinstance(right.value, str) else "computed values")
    return Meaning(Test(operand.name, ORDER[op], (text_of(right.value),)), (operand.name,))


def _equal(operand: _Operand, values: Iterable[str | int | float | bool | None]) -> Expression:
    texts = [value for value in values if isinstance(value, str)]
    numbers = tuple(text_of(value) for value in values if not isinstance(value, str))
    tests: list[Expression] = [_texts(operand, Op.EQUALS, texts)] if texts else []
    return any_of([*tests, *([Test(operand.name, Op.EQUALS, numbers)] if numbers else [])])


def _pair(op: str, left: Expr, right: Expr) -> Meaning:
    """Two fields: compared as they are, or both in lower case."""
    if op != "==":
        raise unsayable("an order of two fields")
    return _same_as(left, right, Op.EQUALS)


def _same_as(left: Expr, right: Expr, op: Op) -> Meaning:
    one, other = _operand(left), _operand(right)
    if one.case is not other.case or one.upper or other.upper or one.default != other.default:
        raise unsayable("two fields that are compared differently")
    test = Test(one.name, Op.SAME_AS, (other.name, op.value), cased=one.case is Case.KEPT)
    return Meaning(test, (one.name, other.name))


def _computed(op: str, call: Call, right: Literal) -> Meaning:
    if call.name == "LOCATE" and op == ">" and right == Literal(0) and len(call.args) == 2:
        return _part_of_text(call.args[0], call.args[1], Op.CONTAINS)
    if call.name == "DATE_EXTRACT" and len(call.args) == 2 and not isinstance(right.value, str | bool):
        named = call.args[0]
        part = PARTS.get(str(named.value).lower()) if isinstance(named, Literal) else None
        found = ORDER.get(op, Op.EQUALS if op == "==" else None)
        if part is not None and found is not None:
            name = _operand(call.args[1]).name
            return Meaning(Test(name, found, (text_of(right.value),), part=part), (name,))
    raise unsayable(f"the function {call.name}")


def _part_of_text(left: Expr, right: Expr, op: Op) -> Meaning:
    if not isinstance(right, Literal):
        return _same_as(left, right, op)
    operand = _operand(left)
    if not isinstance(right.value, str) or not right.value:
        raise unsayable("functions of other things than text")
    return _meaning(operand, _texts(operand, op, [right.value]))


def _call(expr: Call) -> Meaning:
    if expr.name in TEXTS and len(expr.args) == 2:
        return _part_of_text(expr.args[0], expr.args[1], TEXTS[expr.name])
    values = [arg.value for arg in expr.args[1:] if isinstance(arg, Literal) and isinstance(arg.value, str)]
    if expr.name == "MV_CONTAINS" and len(values) == 1 and len(expr.args) == 2:
        operand = _operand(expr.args[0])
        if operand.default is None:
            return Meaning(_texts(operand, Op.EQUALS, values))  # never null: what is missing contains nothing
    if expr.name == "CIDR_MATCH" and values and len(values) == len(expr.args) - 1:
        operand = _operand(expr.args[0])
        return _meaning(operand, Test(operand.name, Op.CIDR, tuple(map(network, values))))
    full_text = expr.name in ("MATCH", "MATCH_PHRASE", "QSTR", "KQL", "MULTI_MATCH")
    raise unsayable("full-text search" if full_text else f"the function {expr.name[:40]}")


def network(text: str) -> str:
    """A network in its usual form. Raises UnsayableError for what is none."""
    try:
        return str(ipaddress.ip_network(text.strip(), strict=False))
    except ValueError:
        raise unsayable("networks that are none") from None


def _among(expr: Among) -> Meaning:
    if expr.op == ":":
        raise unsayable("full-text search")
    values = [value.value for value in expr.values if isinstance(value, Literal)]
    if len(values) < len(expr.values) or None in values:
        raise unsayable("lists of other things than texts and numbers")
    operand = _operand(expr.left)
    if expr.op == "in":
        return _meaning(operand, _equal(operand, values))
    return _meaning(operand, any_test([_matched(operand, expr.op, str(value)) for value in values]))


def _matched(operand: _Operand, op: str, text: str) -> Expression:
    if operand.upper:
        raise unsayable("patterns in capital letters")
    if op == "rlike":
        return Test(operand.name, Op.REGEX, (re2_of(text, operand.case),), cased=True)
    wild = wildcards_of(text)
    if operand.case is Case.LOWERED and wild.lower() != wild:
        return NEVER
    cased = operand.case is Case.KEPT and has_case(wild)
    return globs.test_of(operand.name, wild, cased=cased)


def wildcards_of(text: str) -> str:
    r"""A pattern of LIKE as text in which `globs.ANY` and `globs.ONE` are wildcards; `\` escapes."""
    out: list[str] = []
    at = 0
    while at < len(text):
        c = text[at]
        if c == "\\" and at + 1 < len(text):
            at += 1
            out.append(text[at])
        else:
            out.append({"*": globs.ANY, "?": globs.ONE}.get(c, c))
        at += 1
    return "".join(out)
