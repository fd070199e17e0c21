"""From conditions to the tests of the middle."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or, Test
from cybersecqwen.dialects.globs import test_of, wildcards

from . import meaning
from .globbing import glob_text
from .literals import number_of, text_of, values_of
from .read_columns import TO_TRUTH, Asked, asked, unsayable
from .terms import term_pattern
from .tree import Among, Between, Binary, Call, Expr, Index, Logic, Member, Name, Text, Truth


@dataclass(frozen=True, slots=True)
class Leaf:
    """A test, and what must hold for it to be anything but null."""

    test: Expression
    defined: Expression | None = None
    """None where it is never null."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What `let` has named."""

    values: Mapping[str, Expr] = field(default_factory=dict)
    """Literals and lists by name."""
    guarded: bool = False
    """Whether it was asked before that the columns are there."""

    def known(self, tree: Expr) -> Expr:
        """What a name stands for, or the tree itself."""
        return self.values.get(tree.text, tree) if isinstance(tree, Name) else tree


def condition(tree: Expr, scope: Scope, *, negated: bool = False) -> Expression:
    """The tests of a condition: where it is true, or with `negated` where it is false.

    Raises UnsayableError for what the middle has no words for.
    """
    if isinstance(tree, Logic):
        guarded = _without_guard(tree)
        if guarded is not None:
            found = condition(guarded, Scope(values=scope.values, guarded=True))
            return Not(found) if negated else found
        parts = tuple(condition(part, scope, negated=negated) for part in tree.parts)
        return And(parts) if (tree.operator == "and") is not negated else Or(parts)
    if isinstance(tree, Call) and tree.name == "not" and len(tree.arguments) == 1:
        return condition(tree.arguments[0], scope, negated=not negated)
    if isinstance(tree, Call) and tree.name == "coalesce" and tree.arguments[1:] == (Truth(False),):
        found = condition(tree.arguments[0], scope)
        return Not(found) if negated else found
    truth = _compared_with_truth(tree)
    if truth is not None:
        return condition(truth[0], scope, negated=negated is truth[1])
    leaf = _leaf(tree, scope)
    if not negated:
        return leaf.test
    return Not(leaf.test) if leaf.defined is None else And((leaf.defined, Not(leaf.test)))


def _compared_with_truth(tree: Expr) -> tuple[Expr, bool] | None:
    """The condition in `condition == true`, and whether it must hold; None for another thing."""
    if not isinstance(tree, Binary) or tree.operator not in ("==", "!=") or not isinstance(tree.right, Truth):
        return None
    if isinstance(tree.left, Name | Member | Index) or (isinstance(tree.left, Call) and asked(tree.left)):
        return None
    return tree.left, tree.right.value is (tree.operator == "==")


def _without_guard(tree: Logic) -> Expr | None:
    """The second of `isnotnull(x) and x > 5`: what is written so that null counts as false."""
    if tree.operator != "and" or len(tree.parts) != 2:
        return None
    guard, rest = tree.parts
    if not isinstance(guard, Call) or guard.name not in meaning.THERE or len(guard.arguments) != 1:
        return None
    told = guard.arguments[0]
    tests = rest.parts if isinstance(rest, Logic) and rest.operator == "or" else (rest,)
    return rest if all(_guards(guard.name, told, test) for test in tests) else None


def _guards(guard: str, told: Expr, test: Expr) -> bool:
    """Whether a test is null, or holds by mistake, exactly where a value is missing."""
    if not isinstance(test, Binary):
        return False
    if test.operator in meaning.ORDERS and number_of(test.right) is not None:
        return told == test.left and guard in ("isnotnull", "notnull")
    return asked(test.left) is not None and asked(test.right) is not None and told in (test.left, test.right)


def _leaf(tree: Expr, scope: Scope) -> Leaf:
    if isinstance(tree, Binary):
        return _binary(tree, scope)
    if isinstance(tree, Among):
        return _among(tree, scope)
    if isinstance(tree, Between):
        return _between(tree, scope)
    if isinstance(tree, Call):
        return _call(tree, scope)
    told = asked(tree)
    if told is None or not told.field:
        raise unsayable("a condition of this form")
    return Leaf(Test(told.field, Op.EQUALS, ("true",)))


def _between(tree: Between, scope: Scope) -> Leaf:
    told = asked(tree.left)
    low, high = number_of(scope.known(tree.low)), number_of(scope.known(tree.high))
    if told is None or low is None or high is None:
        raise unsayable("a condition with between")
    tests = (
        Test(told.field, Op.AT_LEAST, (str(low),), part=told.part),
        Test(told.field, Op.AT_MOST, (str(high),), part=told.part),
    )
    inside = And(tests)
    return Leaf(Not(inside) if tree.negated else inside, Test(told.field, Op.PRESENT))


def _call(tree: Call, scope: Scope) -> Leaf:
    told = asked(tree.arguments[0]) if tree.arguments else None
    if told is None or not told.field:
        raise unsayable(f"the function {tree.name}")
    if len(tree.arguments) == 1:
        if tree.name in meaning.MISSING:
            return Leaf(Test(told.field, Op.NULL))
        if tree.name in meaning.THERE:
            return Leaf(Test(told.field, Op.PRESENT))
        if tree.name == "ipv4_is_private":
            return Leaf(Test(told.field, Op.CIDR, meaning.PRIVATE), _address(told, meaning.ANY_IPV4))
        converted = asked(tree)
        if converted is not None and tree.name in TO_TRUTH:
            return Leaf(Test(converted.field, Op.EQUALS, ("true",)))
    elif tree.name in _NETWORKS:
        return _network(tree, told, scope)
    raise unsayable(f"the function {tree.name}")


_NETWORKS = {
    "ipv4_is_in_range": meaning.ANY_IPV4,
    "ipv4_is_in_any_range": meaning.ANY_IPV4,
    "ipv4_is_match": meaning.ANY_IPV4,
    "ipv6_is_in_range": meaning.ANY_IPV6,
    "ipv6_is_in_any_range": meaning.ANY_IPV6,
}


def _address(told: Asked, all_: str) -> Expression:
    return Test(told.field, Op.CIDR, (all_,))


def _network(tree: Call, told: Asked, scope: Scope) -> Leaf:
    values = values_of(tree.arguments[1:], scope.values)
    if values is None:
        raise unsayable(f"the function {tree.name}")
    try:
        networks = tuple(str(ipaddress.ip_network(text_of(one) or "", strict=False)) for one in values)
    except ValueError:
        raise unsayable("a network that is none") from None
    return Leaf(Test(told.field, Op.CIDR, networks), _address(told, _NETWORKS[tree.name]))


def _binary(tree: Binary, scope: Scope) -> Leaf:
    left, right = scope.known(tree.left), scope.known(tree.right)
    if text_of(left) is not None and text_of(right) is None and tree.operator in meaning.FLIPPED:
        return _binary(Binary(meaning.FLIPPED[tree.operator], right, left), scope)
    told = asked(left)
    if told is None:
        raise unsayable("a condition about a computed value")
    text = text_of(right)
    if text is None:
        other = asked(right)
        if other is None:
            raise unsayable("a comparison with a computed value")
        return _columns(tree.operator, told, other, scope)
    operator = tree.operator
    negated = operator.startswith("!") and operator != "!~"
    if operator in ("!=", "!~"):
        negated, operator = True, {"!=": "==", "!~": "=~"}[operator]
    elif negated:
        operator = operator[1:]
    leaf = _compared(operator, told, text, number_of(right) is not None or isinstance(right, Truth))
    return Leaf(Not(leaf.test), leaf.defined) if negated else leaf


def _compared(operator: str, told: Asked, text: str, plain: bool) -> Leaf:
    """A test without negation; `plain` for values that are no text and have no case."""
    if operator in meaning.ORDERS or told.part:
        return _ordered(operator, told, text)
    word, _, cased = operator.partition("_")
    if operator in ("==", "=~"):
        cased_ = operator == "==" and not told.folded and not plain
        if text and not told.field:
            raise unsayable("equality of any column")
        return Leaf(_equals(told.field, text, cased_) if text else Test(told.field, Op.NULL))
    if not text:
        raise unsayable("the empty text in a condition")
    if word in meaning.WORDS:
        return Leaf(_text_test(told, meaning.WORDS[word], text, bool(cased)))
    if word in ("has", "hasprefix", "hassuffix") or operator == ":":
        pattern = term_pattern(text, word="has" if operator == ":" else word, cased=bool(cased))
        return Leaf(Test(told.field, Op.REGEX, (pattern,), cased=True))
    if operator == "matches regex":
        return Leaf(_regex(told, text))
    raise unsayable(f"the operator {operator}")


def _equals(name: str, text: str, cased: bool) -> Test:
    if cased and not meaning.caseless(text):
        return Test(name, Op.EQUALS, (text,), cased=True)
    return Test(name, Op.EQUALS, (text.lower(),))


def _text_test(told: Asked, op: Op, text: str, cased: bool) -> Test:
    if not told.field and op is not Op.CONTAINS:
        raise unsayable("where a keyword begins or ends")
    if cased and not told.folded and not meaning.caseless(text):
        return Test(told.field, op, (text,), cased=True)
    return Test(told.field, op, (text.lower(),))


def _regex(told: Asked, text: str) -> Expression:
    found = glob_text(text)
    if found is not None and told.field:
        return test_of(told.field, wildcards(found[0]), cased=found[1])
    if told.folded:
        raise unsayable("a regular expression over text in lower case")
    return Test(told.field, Op.REGEX, (text,), cased=True)


def _ordered(operator: str, told: Asked, text: str) -> Leaf:
    try:
        float(text)
    except ValueError:
        raise unsayable("an order of texts") from None
    op = meaning.ORDERS.get(operator) or (Op.EQUALS if operator == "==" else None)
    if op is None or not told.field:
        raise unsayable("a condition of this form")
    test = Test(told.field, op, (text,), part=told.part)
    return Leaf(test, None if op is Op.EQUALS else Test(told.field, Op.PRESENT))


_BETWEEN_COLUMNS: dict[str, tuple[Op, bool]] = {
    "==": (Op.EQUALS, True),
    "=~": (Op.EQUALS, False),
    **{word: (op, False) for word, op in meaning.WORDS.items()},
    **{f"{word}_cs": (op, True) for word, op in meaning.WORDS.items()},
}


def _columns(operator: str, one: Asked, other: Asked, scope: Scope) -> Leaf:
    """A column compared with another: that holds where both are empty, as nothing does in the middle."""
    negated = operator in ("!=", "!~") or operator[0] == "!"
    positive = {"!=": "==", "!~": "=~"}.get(operator, operator.removeprefix("!"))
    if positive not in _BETWEEN_COLUMNS or not one.field or not other.field or one.part or other.part:
        raise unsayable("a comparison of two columns by this operator")
    op, cased = _BETWEEN_COLUMNS[positive]
    test: Expression = Test(one.field, Op.SAME_AS, (other.field, op.value), cased and not one.folded)
    if not scope.guarded:
        empty: Expression = Test(other.field, Op.NULL)
        if op is Op.EQUALS:
            empty = And((Test(one.field, Op.NULL), empty))
        test = Or((test, empty))
    return Leaf(Not(test) if negated else test)


def _among(tree: Among, scope: Scope) -> Leaf:
    told = asked(tree.left)
    values = values_of(tree.items, scope.values)
    if told is None or values is None:
        raise unsayable("a list that is computed")
    if not values:
        raise unsayable("an empty list")
    operator = tree.operator.removeprefix("!")
    made = [_member_test(operator, told, value) for value in values]
    made = made if operator == "has_all" else _joined(made)
    found: Expression = made[0] if len(made) == 1 else (And if operator == "has_all" else Or)(tuple(made))
    return Leaf(Not(found) if tree.operator.startswith("!") else found)


def _joined(tests: list[Expression]) -> list[Expression]:
    """Tests that differ in their values alone as one."""
    groups: dict[tuple[str, Op, bool], list[str]] = {}
    others: list[Expression] = []
    for test in tests:
        if isinstance(test, Test) and test.values:
            groups.setdefault((test.field, test.op, test.cased), []).extend(test.values)
        else:
            others.append(test)
    joined = [
        Test(name, op, tuple(dict.fromkeys(values)), cased) for (name, op, cased), values in groups.items()
    ]
    return [*others, *joined]


def _member_test(operator: str, told: Asked, value: Expr) -> Expression:
    plain = not isinstance(value, Text)
    infix = {"in": "==", "in~": "=~"}.get(operator, "has")
    return _compared(infix, told, text_of(value) or "", plain).test
