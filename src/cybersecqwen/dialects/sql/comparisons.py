"""From one comparison of SQL to a test."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import re2
from sqlglot import exp

from cybersecqwen.detect.sigma.condition import all_of, any_of
from cybersecqwen.detect.sigma.model import Expression, Not, Op, Test
from cybersecqwen.detect.sigma.parse import text_of
from cybersecqwen.dialects.globs import ANY, test_of
from cybersecqwen.errors import UnsayableError

from .networks import network_of
from .patterns import of_glob, of_like
from .tree import Flavour

Named = Callable[[exp.Expr], str | None]


@dataclass(frozen=True, slots=True)
class _Side:
    """What stands on one side of a comparison."""

    field: str
    case: str = ""
    """"lower" or "upper" where its text is folded."""
    number: bool = False
    """Whether it is taken as a number."""


def comparison(found: exp.Expr, flavour: Flavour, named: Named) -> Expression:
    """The test. Raises UnsayableError for what the middle has no words for."""
    return _Reader(flavour, named).read(found)


_TURNED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.LT: exp.GT,
    exp.LTE: exp.GTE,
    exp.GT: exp.LT,
    exp.GTE: exp.LTE,
    exp.EQ: exp.EQ,
    exp.NEQ: exp.NEQ,
}
_OPS: dict[type[exp.Expr], Op] = {
    exp.LT: Op.LESS,
    exp.LTE: Op.AT_MOST,
    exp.GT: Op.GREATER,
    exp.GTE: Op.AT_LEAST,
}


class _Reader:
    def __init__(self, flavour: Flavour, named: Named) -> None:
        self._flavour = flavour
        self._named = named

    def read(self, found: exp.Expr) -> Expression:
        kind: type[exp.Expr] = type(found)
        if kind in _TURNED:
            return self._binary(kind, found.this, found.expression)
        if isinstance(found, exp.In) and found.expressions:
            side = self._side(found.this)
            return any_of([self._equal(side, self._literal(one)) for one in found.expressions])
        if isinstance(found, exp.Between):
            low = self._binary(exp.GTE, found.this, found.args["low"])
            return all_of([low, self._binary(exp.LTE, found.this, found.args["high"])])
        if isinstance(found, exp.Like | exp.ILike | exp.Glob):
            return self._like(found, None)
        if isinstance(found, exp.Escape) and isinstance(found.this, exp.Like | exp.ILike):
            return self._like(found.this, self._text(found.expression))
        if isinstance(found, exp.Func):
            return self._function(found)
        raise _unknown(found)

    def _binary(self, kind: type[exp.Expr], left: exp.Expr, right: exp.Expr) -> Expression:
        if is_literal(left) and not is_literal(right):
            kind, left, right = _TURNED[kind], right, left
        if not is_literal(right):
            return self._same(kind, left, right)
        position = self._position(kind, left, right)
        if position is not None:
            return position
        side, value = self._side(left), self._literal(right)
        if kind is exp.EQ:
            return self._equal(side, value)
        if kind is exp.NEQ:
            return all_of([test_of(side.field, ANY), Not(self._equal(side, value))])
        if isinstance(value, str | bool):
            raise UnsayableError("Texts are compared by their order.", what="the order of texts")
        return Test(side.field, _OPS[kind], (text_of(value),))

    def _position(self, kind: type[exp.Expr], left: exp.Expr, right: exp.Expr) -> Expression | None:
        """`instr(x, 'v') > 0`: whether a text stands somewhere."""
        if isinstance(left, exp.StrPosition) and kind in (exp.GT, exp.NEQ) and right.name == "0":
            return self._wild(self._side(left.this), ANY + self._text(left.args["substr"]) + ANY)
        return None

    def _equal(self, side: _Side, value: object) -> Expression:
        if isinstance(value, str) and not side.number:
            return self._wild(side, value)
        if isinstance(value, str):
            raise UnsayableError("A number is compared with text.", what="numbers as text")
        text = text_of(value)
        if side.number and not isinstance(value, bool):
            # What is made a number is one however it is written: 5.0 is 5, and as text is not.
            return all_of([Test(side.field, op, (text,)) for op in (Op.AT_LEAST, Op.AT_MOST)])
        return Test(side.field, Op.EQUALS, (text.lower(),))

    def _same(self, kind: type[exp.Expr], left: exp.Expr, right: exp.Expr) -> Expression:
        one, other = self._side(left), self._side(right)
        if kind not in (exp.EQ, exp.NEQ) or one.case != other.case or one.number or other.number:
            raise UnsayableError(
                "Two columns are compared in another way than for being equal.", what="such columns"
            )
        test = Test(one.field, Op.SAME_AS, (other.field, "equals"), not one.case)
        if kind is exp.EQ:
            return test
        return all_of([test_of(one.field, ANY), test_of(other.field, ANY), Not(test)])

    def _like(self, found: exp.Expr, escape: str | None) -> Expression:
        pattern, side = self._text(found.expression), self._side(found.this)
        if isinstance(found, exp.Glob):
            return self._wild(side, of_glob(pattern))
        folds = isinstance(found, exp.ILike) or self._flavour == "sqlite"
        if folds and not side.case:
            return test_of(side.field, of_like(pattern, escape))
        return self._wild(side, of_like(pattern.lower() if folds else pattern, escape))

    def _wild(self, side: _Side, wanted: str) -> Expression:
        """A test for text with wildcards, with regard to case unless the column is folded."""
        if not side.case:
            return test_of(side.field, wanted, cased=True)
        if wanted != (wanted.lower() if side.case == "lower" else wanted.upper()):
            raise UnsayableError(
                "A column in small or capital letters is compared with text in others: that never holds.",
                what="what never holds",
            )
        return test_of(side.field, wanted)

    def _function(self, found: exp.Func) -> Expression:
        if isinstance(found, exp.RegexpLike):
            return self._regex(found)
        name = found.name.lower() if isinstance(found, exp.Anonymous) else found.sql_name().lower()
        arguments = found.expressions if isinstance(found, exp.Anonymous) else [found.this, found.expression]
        around = _AROUND.get(name)
        if around is not None and len(arguments) == 2 and all(arguments):
            if not is_literal(arguments[1]):
                return self._part_of(Op(around[2]), arguments[0], arguments[1])
            return self._wild(self._side(arguments[0]), around[0] + self._text(arguments[1]) + around[1])
        if name == "regexp_full_match" and len(arguments) == 2:
            return self._pattern(self._side(arguments[0]), rf"\A(?:{self._text(arguments[1])})\z")
        raise _unknown(found)

    def _part_of(self, op: Op, left: exp.Expr, right: exp.Expr) -> Expression:
        one, other = self._side(left), self._side(right)
        if one.case != other.case:
            raise UnsayableError(
                "Two columns are compared, and one of them in small letters.", what="such columns"
            )
        return Test(one.field, Op.SAME_AS, (other.field, op.value), not one.case)

    def _regex(self, found: exp.RegexpLike) -> Expression:
        if self._flavour == "sqlite":
            raise UnsayableError(
                "SQLite has regular expressions only where a program adds them, and then each its own.",
                what="regular expressions",
            )
        flag = found.args.get("flag")
        flags = self._text(flag) if flag is not None else ""
        if not set(flags) <= set("ics"):
            raise UnsayableError(
                f"The options {flags[:20]!r} of an expression have no words.", what="such options"
            )
        kept = "".join(c for c in "is" if c in flags)
        pattern = self._text(found.expression)
        return self._pattern(self._side(found.this), f"(?{kept}){pattern}" if kept else pattern)

    def _pattern(self, side: _Side, pattern: str) -> Expression:
        if side.case or side.number:
            raise UnsayableError("An expression is searched for in changed text.", what="folded expressions")
        network = network_of(pattern)
        if network is not None:
            return Test(side.field, Op.CIDR, (network,))
        options = re2.Options()
        options.log_errors = False
        try:
            re2.compile(pattern, options)
        except (re2.error, UnicodeEncodeError):  # half a pair of surrogates is no text
            raise UnsayableError("RE2 does not take an expression.", what="such an expression") from None
        return Test(side.field, Op.REGEX, (pattern,), cased=True)

    def _side(self, found: exp.Expr) -> _Side:
        found = found.unnest()
        named = self._named(found)
        if named is not None:
            return _Side(named)
        if isinstance(found, exp.Lower | exp.Upper):
            inner = self._side(found.this)
            if not inner.case:
                return _Side(inner.field, "lower" if isinstance(found, exp.Lower) else "upper")
        if isinstance(found, exp.Cast | exp.TryCast):
            return self._cast(found)
        if isinstance(found, exp.Replace):
            return self._folded_by_hand(found)
        raise _unknown(found)

    def _folded_by_hand(self, found: exp.Replace) -> _Side:
        """`replace(lower(x), 'É', 'é')`: letters beyond ASCII, which SQLite does not fold."""
        great, small = found.expression, found.args.get("replacement")
        if great is not None and small is not None and self._text(great).lower() == self._text(small):
            return self._side(found.this)
        raise _unknown(found)

    def _cast(self, found: exp.Cast | exp.TryCast) -> _Side:
        inner = self._side(found.this)
        kind = found.to.this
        if kind in exp.DataType.TEXT_TYPES:
            return inner
        if kind in exp.DataType.NUMERIC_TYPES and not inner.case:
            return _Side(inner.field, number=True)
        raise _unknown(found)

    def _literal(self, found: exp.Expr) -> object:
        found = found.unnest()
        if isinstance(found, exp.Cast | exp.TryCast):
            return self._literal(found.this)
        if isinstance(found, exp.Boolean):
            return bool(found.this)
        if isinstance(found, exp.Neg):
            value = self._literal(found.this)
            return -value if isinstance(value, int | float) and not isinstance(value, bool) else None
        if not isinstance(found, exp.Literal):
            raise _unknown(found)
        return found.name if found.is_string else _number(found.name)

    def _text(self, found: exp.Expr) -> str:
        value = self._literal(found)
        if not isinstance(value, str):
            raise UnsayableError("A number stands where a text is due.", what="numbers as text")
        return value


_AROUND = {
    "contains": (ANY, ANY, "contains"),
    "starts_with": ("", ANY, "starts"),
    "prefix": ("", ANY, "starts"),
    "ends_with": (ANY, "", "ends"),
    "suffix": (ANY, "", "ends"),
}


def is_literal(found: exp.Expr) -> bool:
    """Whether it is a value that is written out: a text, a number, a truth value."""
    found = found.unnest()
    while isinstance(found, exp.Cast | exp.TryCast | exp.Neg | exp.Paren):
        found = found.this
    return isinstance(found, exp.Literal | exp.Boolean)


def _number(text: str) -> int | float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not abs(value) < float("inf"):
        raise UnsayableError(f"{text[:30]!r} is no number that can be compared.", what="such a number")
    return int(value) if re.fullmatch(r"\d{1,18}", text) else value


def _unknown(found: exp.Expr) -> UnsayableError:
    what = (
        type(found).__name__.lower()
        if not isinstance(found, exp.Anonymous)
        else f"{found.name.lower()[:40]}()"
    )
    return UnsayableError(f"The middle has no words for {what} in a condition.", what=f"{what} in conditions")
