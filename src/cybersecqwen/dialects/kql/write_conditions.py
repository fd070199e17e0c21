"""From the tests of the middle to conditions; `meaning` says how both stand to each other."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or, Test
from cybersecqwen.errors import UnsayableError

from . import meaning
from .columns import DYNAMIC, NUMBERS, TIMES, TRUTHS
from .globbing import glob_regex
from .literals import number_from
from .terms import term_of
from .tree import Among, Binary, Call, Expr, Logic, Member, Name, Number, Sign, Star, Text, Truth

_WHOLE = re.compile(r"-?(?:0|[1-9]\d{0,17})\Z")
_WORD = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)
_INFIX = {op: word for word, op in meaning.WORDS.items()}
_ORDER = {op: sign for sign, op in meaning.ORDERS.items()} | {Op.DIFFERS: "!="}


def cannot(what: str) -> UnsayableError:
    """KQL has no words for a part of a query."""
    return UnsayableError(f"KQL has no words for {what}.", what=what)


@dataclass(frozen=True, slots=True)
class Writing:
    """What a condition is written with."""

    numbers: frozenset[str] = frozenset()
    """Columns that the query itself has made and that are numbers."""
    negated: bool = False
    """Whether a `not` stands around it, so that null must not come of it."""


def condition(test: Expression, writing: Writing) -> Expr:
    """A condition that means an expression. Raises UnsayableError for what KQL has no words for."""
    if isinstance(test, Not):
        return _negated(test.inner, writing)
    if isinstance(test, And | Or):
        word = "and" if isinstance(test, And) else "or"
        made = [condition(part, writing) for part in test.parts]
        if not made:
            raise cannot("a condition without parts")
        # What is one of several, one of which is enough, is one of all; conditions that must all hold stay
        # apart, since one of them may guard another against null.
        parts = tuple(one for part in made for one in (_alternatives(part) if word == "or" else (part,)))
        return parts[0] if len(parts) == 1 else Logic(word, parts)
    return _test(test, writing)


def _alternatives(tree: Expr) -> tuple[Expr, ...]:
    return tree.parts if isinstance(tree, Logic) and tree.operator == "or" else (tree,)


_OPPOSITE = {"==": "!=", "=~": "!~", "in": "!in", "in~": "!in~"}


def _negated(inner: Expression, writing: Writing) -> Expr:
    if isinstance(inner, Not):
        return condition(inner.inner, writing)
    found = condition(inner, Writing(numbers=writing.numbers, negated=True))
    if isinstance(found, Binary | Among) and found.operator in _OPPOSITE and not _is_order(inner):
        operator = _OPPOSITE[found.operator]
        if isinstance(found, Binary):
            return Binary(operator, found.left, found.right)
        return Among(operator, found.left, found.items)
    if isinstance(found, Binary) and found.operator in _PLAIN_NEGATIONS:
        return Binary(f"!{found.operator}", found.left, found.right)
    if isinstance(found, Call) and found.name in ("isempty", "isnotempty"):
        return Call("isnotempty" if found.name == "isempty" else "isempty", found.arguments)
    return Call("not", (found,))


_PLAIN_NEGATIONS = frozenset(
    word + cased for word in (*meaning.WORDS, "has", "hasprefix", "hassuffix") for cased in ("", "_cs")
)


def _is_order(test: Expression) -> bool:
    return isinstance(test, Test) and bool(test.part or test.op in _ORDER)


def _test(test: Test, writing: Writing) -> Expr:
    if not test.field:
        return _keywords(test)
    if test.part or test.op in _ORDER:
        return _ordered(test, writing)
    return _WRITERS[test.op](test, writing)


def column(name: str) -> Expr:
    """A column as it is named; a path with dots leads into a value with parts."""
    words = name.split(".")
    if len(words) == 1 or not all(map(_WORD.match, words)):
        return Name(name)
    found: Expr = Name(words[0])
    for word in words[1:]:
        found = Member(found, word)
    return found


def text_column(name: str, numbers: frozenset[str] = frozenset()) -> Expr:
    """A column as text: converted where it is none."""
    found = column(name)
    plain = isinstance(found, Name) and name not in NUMBERS | TRUTHS | TIMES | DYNAMIC | numbers
    return found if plain else Call("tostring", (found,))


def _is_number(name: str, writing: Writing) -> bool:
    return name in NUMBERS or name in writing.numbers


def _any(parts: list[Expr]) -> Expr:
    return parts[0] if len(parts) == 1 else Logic("or", tuple(parts))


def _equals(test: Test, writing: Writing) -> Expr:
    """By `==` and `in` where no case is in question, by `=~` and `in~` where it is not regarded."""
    name = test.field
    if _is_number(name, writing) and all(map(_WHOLE.match, test.values)):
        return _listed(column(name), [_number(value) for value in test.values], cased=True)
    if name in TRUTHS and test.values in (("true",), ("false",)):
        return Binary("==", column(name), Truth(test.values[0] == "true"))
    found: list[Expr] = []
    values = [value for value in test.values if value]
    if len(values) < len(test.values):
        found.append(Call("isempty", (text_column(name, writing.numbers),)))
    if values:
        cased = test.cased or all(map(meaning.caseless, values))
        texts: list[Expr] = [Text(value) for value in values]
        found.append(_listed(text_column(name, writing.numbers), texts, cased=cased))
    return _any(found)


def _number(text: str) -> Expr:
    return Sign("-", Number(text[1:])) if text.startswith("-") else Number(text)


def _listed(left: Expr, values: list[Expr], *, cased: bool) -> Expr:
    if len(values) == 1:
        return Binary("==" if cased else "=~", left, values[0])
    return Among("in" if cased else "in~", left, tuple(values))


def _placed(test: Test, writing: Writing) -> Expr:
    left = text_column(test.field, writing.numbers)
    word = _INFIX[test.op] + ("_cs" if test.cased else "")
    if not all(test.values):
        raise cannot("the empty text in a longer one")
    return _any([Binary(word, left, Text(value)) for value in test.values])


def _glob(test: Test, writing: Writing) -> Expr:
    left = text_column(test.field, writing.numbers)
    return _any(
        [Binary("matches regex", left, Text(glob_regex(value, cased=test.cased))) for value in test.values]
    )


def _regex(test: Test, writing: Writing) -> Expr:
    return _any([_searched(text_column(test.field, writing.numbers), value) for value in test.values])


def _searched(left: Expr, pattern: str) -> Expr:
    """`has` where the pattern is that of a term, else `matches regex`."""
    term = term_of(pattern)
    if term is None:
        return Binary("matches regex", left, Text(pattern))
    text, word, cased = term
    return Binary(word + ("_cs" if cased else ""), left, Text(text))


def _cidr(test: Test, writing: Writing) -> Expr:
    """Null comes of what is no address, which must count as false below a `not`."""
    left = text_column(test.field, writing.numbers)
    four = [value for value in test.values if ipaddress.ip_network(value).version == 4]
    six = [value for value in test.values if value not in four]
    found = [_in_networks(left, values, kind) for values, kind in ((four, "ipv4"), (six, "ipv6")) if values]
    if writing.negated or len(found) > 1:
        found = [Call("coalesce", (one, Truth(False))) for one in found]
    return _any(found)


def _in_networks(left: Expr, values: list[str], kind: str) -> Expr:
    if len(values) == 1:
        return Call(f"{kind}_is_in_range", (left, Text(values[0])))
    return Call(f"{kind}_is_in_any_range", (left, *map(Text, values)))


def _present(test: Test, writing: Writing) -> Expr:
    return Call("isnotempty", (_told(test.field, writing),))


def _null(test: Test, writing: Writing) -> Expr:
    return Call("isempty", (_told(test.field, writing),))


def _told(name: str, writing: Writing) -> Expr:
    """Isempty takes a value of any type."""
    found = column(name)
    return found if isinstance(found, Name) else text_column(name, writing.numbers)


def _same_as(test: Test, writing: Writing) -> Expr:
    """With a question for presence, since two empty columns are equal and every text has the empty one."""
    other, how = test.values
    op = Op(how)
    left, right = text_column(test.field, writing.numbers), text_column(other, writing.numbers)
    if op is Op.EQUALS:
        word = "==" if test.cased else "=~"
        guard = left
    else:
        word = _INFIX[op] + ("_cs" if test.cased else "")
        guard = right
    return Logic("and", (Call("isnotempty", (guard,)), Binary(word, left, right)))


def _ordered(test: Test, writing: Writing) -> Expr:
    """Numbers: of a column that is none by `toreal`. Null counts as false below a `not`."""
    if any(number_from(value) is None for value in test.values):
        raise cannot("an order of what is no number")
    left = _as_number(test, writing)
    sign = _ORDER.get(test.op, "==")
    if test.part and test.op is not Op.EQUALS and test.op not in _ORDER:
        raise cannot("a part of a time compared as text")
    found = _any([Binary(sign, left, _number(value)) for value in test.values])
    if not writing.negated or sign == "==":
        return found
    return Logic("and", (Call("isnotnull", (left,)), found))


def _as_number(test: Test, writing: Writing) -> Expr:
    found = column(test.field)
    if test.part:
        moment = found if test.field in TIMES else Call("todatetime", (found,))
        if test.part == "minute":
            return Call("datetime_part", (Text("minute"), moment))
        return Call(meaning.PARTS[test.part], (moment,))
    return found if _is_number(test.field, writing) else Call("toreal", (found,))


def _keywords(test: Test) -> Expr:
    """In any column; only what is the same for all columns together and for each by itself."""
    if test.op is Op.CONTAINS and not any("\n" in value for value in test.values):
        word = "contains_cs" if test.cased else "contains"
        return _any([Binary(word, Star(), Text(value)) for value in test.values])
    if test.op is Op.REGEX:
        found = [term_of(value) for value in test.values]
        if all(term is not None and term[1] == "has" and "\n" not in term[0] for term in found):
            return _any([_searched(Star(), value) for value in test.values])
    raise cannot(f"keywords that are compared by {test.op}")


_WRITERS: dict[Op, Callable[[Test, Writing], Expr]] = {
    Op.EQUALS: _equals,
    Op.CONTAINS: _placed,
    Op.STARTS: _placed,
    Op.ENDS: _placed,
    Op.GLOB: _glob,
    Op.REGEX: _regex,
    Op.CIDR: _cidr,
    Op.PRESENT: _present,
    Op.NULL: _null,
    Op.SAME_AS: _same_as,
}
