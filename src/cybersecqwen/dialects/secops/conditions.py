"""Single conditions, between the tree and the tests of the middle.

Text compares with regard to case unless `nocase` stands behind. An expression is found anywhere in the text.
Of a field that is not set a test sees empty text (`kinds`), so that one that empty text would meet is written
beside a test that the field is set. Of a field with several values a test holds where it holds for one.
"""

from __future__ import annotations

import ipaddress
import re
from collections import Counter

from cybersecqwen.detect.sigma.model import Expression, Not, Op, Or, Test
from cybersecqwen.detect.sigma.values import compared, number_of
from cybersecqwen.dialects import patterns
from cybersecqwen.dialects.globs import ANY, ONE, test_of, wildcards_of
from cybersecqwen.errors import UnsayableError

from .kinds import Kind, kind_of
from .table import NAME, RESERVED
from .tree import And as All
from .tree import Call, Comparison, Condition, Number, Path, Regex, Text, Truth, Value
from .tree import Or as Any_

NUMERIC = {Op.LESS: "<", Op.AT_MOST: "<=", Op.GREATER: ">", Op.AT_LEAST: ">="}
"""Comparisons with numbers, and how they are written."""
_OPS = {sign: op for op, sign in NUMERIC.items()}
IN_NETWORK = "net.ip_in_range_cidr"
"""The function that asks whether an address lies in a network."""
MATCHES = "re.regex"
"""The function that finds an expression."""
_LONGEST = 169
"""Operators that a search may have in brackets."""


def cannot(what: str, message: str, hint: str = "") -> UnsayableError:
    """The refusal of a part."""
    return UnsayableError(message, what=what, hint=hint)


def read_comparison(node: Comparison) -> Expression:
    """The test of a field. Raises UnsayableError for what the middle has no words for."""
    if not isinstance(node.left, Path):
        raise cannot("conditions on computed values", "What is compared is no field.")
    if node.quantifier == "all":
        raise cannot("tests of all values of a field", "All values of a field are compared.")
    name, right = node.left.name, node.right
    if node.operator in _OPS:
        return _read_order(name, node.operator, right)
    found = _read_equal(name, right, node.nocase)
    return Not(found) if node.operator == "!=" else found


def _read_order(name: str, operator: str, right: Value) -> Expression:
    if not isinstance(right, Number):
        raise cannot("ranges of text", f"{name} is compared in order with what is no number.")
    test = Test(name, _OPS[operator], (right.text,))
    unset = compared(test.op, 0.0, float(right.text))
    return Or((test, Test(name, Op.NULL))) if unset else test


def _read_equal(name: str, right: Value, nocase: bool) -> Expression:
    if isinstance(right, Regex):
        return read_regex(name, right.source, nocase)
    if isinstance(right, Text):
        if not right.value:
            return Test(name, Op.NULL)
        if {ANY, ONE} & set(right.value):
            raise cannot("characters for private use", "A character stands for a wildcard here.")
        return test_of(name, right.value, cased=not nocase and kind_of(name) is not Kind.ENUM)
    if isinstance(right, Number):
        return Test(name, Op.NULL) if float(right.text) == 0 else Test(name, Op.EQUALS, (right.text,))
    if isinstance(right, Truth):
        found = Test(name, Op.EQUALS, ("true",))
        return found if right.value else Not(found)
    raise cannot("comparison of two fields", f"{name} is compared with what is no value.")


def read_regex(name: str, source: str, nocase: bool) -> Expression:
    """The test that an expression is found in a field; one that meets empty text holds where none is set."""
    given = f"(?i){source}" if nocase else source
    found = patterns.simplest(Test(name, Op.REGEX, (given,), True))
    return Or((found, Test(name, Op.NULL))) if patterns.meets_empty(patterns.parse(given)) else found


def read_call(node: Call) -> Expression:
    """The test that a function by itself makes."""
    arguments = node.arguments
    if len(arguments) == 2 and isinstance(arguments[0], Path) and isinstance(arguments[1], Text):
        name, text = arguments[0].name, arguments[1].value
        if node.name == MATCHES:
            return read_regex(name, text, node.nocase)
        if node.name == IN_NETWORK:
            try:
                return Test(name, Op.CIDR, (str(ipaddress.ip_network(text.strip(), strict=False)),))
            except ValueError:
                raise cannot("networks that are none", f"{text[:60]!r} is no network.") from None
    raise cannot("functions", f"The function {node.name} has no counterpart.")


def write_test(test: Test) -> Condition:
    """The condition of a test, of one value or of several. Raises UnsayableError for what cannot be said."""
    if not test.field:
        raise cannot("text in no field", "A text is looked for in the whole record.", "Name a field.")
    if test.part:
        raise cannot("parts of times", f"The {test.part} of a time is compared.")
    path = path_of(test.field)
    if test.op in (Op.PRESENT, Op.NULL):
        return Comparison(
            left=path, operator="!=" if test.op is Op.PRESENT else "=", right=_unset(test.field)
        )
    if test.op is Op.SAME_AS:
        return _write_same(test)
    parts = tuple(_write_one(test, path, value) for value in _values(test))
    return parts[0] if len(parts) == 1 else Any_(parts=parts)


def path_of(name: str) -> Path:
    """A field; UnsayableError for a name that no field of the model can have, or that is a word of search."""
    if not NAME.fullmatch(name) or name.lower() in RESERVED:
        raise cannot("names of fields with other characters", f"{name[:60]!r} is no name of a field in UDM.")
    return Path(name=name)


def _unset(name: str) -> Value:
    return Number(text="0") if kind_of(name) is Kind.NUMBER else Text(value="")


def _values(test: Test) -> tuple[str, ...]:
    return wildcards_of(test) or test.values


def _write_one(test: Test, path: Path, value: str) -> Condition:
    if test.op in NUMERIC:
        if compared(test.op, 0.0, float(value)):
            raise cannot(
                "numbers that may be missing", "A number that is not set reads as 0 and would be found."
            )
        return Comparison(left=path, operator=NUMERIC[test.op], right=_number(value))
    if test.op is Op.CIDR:
        return Call(name=IN_NETWORK, arguments=(path, Text(value=value)))
    kind = kind_of(test.field)
    if kind is not Kind.TEXT:
        return _write_other(path, kind, value, test)
    if test.op is Op.REGEX:
        return _guarded(path, value)
    if ANY in value or ONE in value:
        return _write_wildcards(path, value, test.cased)
    if not value:
        raise cannot("empty text", "Empty text and a field that is not set are the same.")
    return Comparison(
        left=path, operator="=", right=Text(value=value), nocase=not test.cased and has_case(value)
    )


def _number(value: str) -> Number:
    number = number_of(value)
    if number is None or not re.fullmatch(r"-?\d+(?:\.\d+)?", value):
        raise cannot("numbers with exponents", f"{value[:60]!r} is no number that can be written.")
    return Number(text=value)


def has_case(text: str) -> bool:
    """Whether the case of its letters can make a difference."""
    return text.lower() != text or text.upper() != text


def _write_other(path: Path, kind: Kind, value: str, test: Test) -> Condition:
    """Of a field of numbers, truth values or words of a list: nothing but being equal."""
    if test.op is not Op.EQUALS:
        raise cannot("patterns on fields that are no text", f"{path.name} holds no text to look into.")
    if kind is Kind.ENUM:
        if test.cased and value.upper() != value:
            raise cannot("text compared with regard to case", f"{path.name} holds words in capitals.")
        return Comparison(left=path, operator="=", right=Text(value=value.upper()))
    if kind is Kind.TRUTH:
        if value not in ("true", "false"):
            raise cannot("text in fields that hold none", f"{path.name} is true or false.")
        if value == "false":
            raise cannot("values that may be missing", "A truth value that is not set reads as false.")
        return Comparison(left=path, operator="=", right=Truth(value=True))
    if number_of(value) is None:
        raise cannot("text in fields that hold none", f"{path.name} holds numbers.")
    if number_of(value) == 0:
        raise cannot("numbers that may be missing", "A number that is not set reads as 0 and would be found.")
    return Comparison(left=path, operator="=", right=_number(value))


def _write_wildcards(path: Path, text: str, cased: bool) -> Condition:
    """Text with wildcards as an expression."""
    flags, source = patterns.text_source(text, cased)
    source = f"(?s){source}" if "s" in flags else source
    return Comparison(left=path, operator="=", right=Regex(source=source), nocase="i" in flags)


def _guarded(path: Path, source: str) -> Condition:
    """An expression; of one that meets empty text only where the field is set."""
    tree = patterns.parse(source)
    flags, plain = patterns.flagged(tree)
    right = Regex(source=f"(?s){plain}" if "s" in flags else plain)
    made = Comparison(left=path, operator="=", right=right, nocase="i" in flags)
    if not patterns.meets_empty(tree):
        return made
    if plain == "^$":
        raise cannot("empty text", "Empty text and a field that is not set are the same.")
    return All(parts=(Comparison(left=path, operator="!=", right=Text(value="")), made))


def _write_same(test: Test) -> Condition:
    other, op = test.values
    if Op(op) is not Op.EQUALS:
        raise cannot("comparison of two fields", "Of two fields one is looked for within the other.")
    left, right = path_of(test.field), path_of(other)
    same = Comparison(left=left, operator="=", right=right, nocase=not test.cased)
    return All(parts=(same, Comparison(left=left, operator="!=", right=_unset(test.field))))


def read_and(parts: tuple[Condition, ...]) -> tuple[list[Condition], list[Expression]]:
    """Of conditions that must all hold those that are left, and tests that take two of them to say."""
    there, gone = Counter(parts), Counter[Condition]()
    found: list[Expression] = []
    for part in parts:
        if not isinstance(part, Comparison) or not isinstance(part.left, Path) or part.operator != "=":
            continue
        if not isinstance(part.right, Path | Regex):
            continue
        guard = Comparison(left=part.left, operator="!=", right=_unset(part.left.name))
        if there[guard] <= gone[guard]:
            continue
        if isinstance(part.right, Path):
            values = (part.right.name, Op.EQUALS.value)
            found.append(Test(part.left.name, Op.SAME_AS, values, not part.nocase))
        else:
            test = read_regex(part.left.name, part.right.source, part.nocase)
            if not isinstance(test, Or):
                continue
            found.append(test.parts[0])
        gone[part] += 1
        gone[guard] += 1
    left: list[Condition] = []
    for part in parts:
        if gone[part]:
            gone[part] -= 1
        else:
            left.append(part)
    return left, found
