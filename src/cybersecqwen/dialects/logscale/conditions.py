"""Single filters, between the tree and the tests of the middle.

Text is compared with regard to case, with stars for any characters; what has no regard to case is an
expression with the flag i, or `in()` with `ignoreCase`. A filter on a field that is missing fails, but `!=`
holds. Text without a field is looked for in every field by itself, where Sigma's keywords may go from one
value to the next. Sources, beside https://library.humio.com/data-analysis/syntax-operators.html: the pages
syntax-filters.html, functions-in.html, functions-cidr.html and functions-test.html there.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import replace
from functools import lru_cache

from cybersecqwen.detect.sigma.model import Expression, Not, Op, Or, Test
from cybersecqwen.dialects import patterns
from cybersecqwen.dialects.globs import ANY, ONE, test_of, wildcards_of
from cybersecqwen.errors import UnsayableError

from .arguments import Arguments, cannot, field_value, named, odd
from .tree import Argument, Bare, Call, Compare, Condition, Free, Glob, Listed, Operation, Regex, Text, Value
from .tree import Or as Any_

NUMERIC = {Op.LESS: "<", Op.AT_MOST: "<=", Op.GREATER: ">", Op.AT_LEAST: ">="}
"""Comparisons with numbers, and how they are written."""
_OPS = {sign: op for op, sign in NUMERIC.items()}
_FLAGS = {"i": "i", "d": "s", "m": "m"}
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def read_compare(node: Compare) -> Expression:
    """The test of a field."""
    value = node.value
    if node.operator in _OPS:
        assert isinstance(value, Glob)
        return Test(node.field, _OPS[node.operator], (value.text,))
    if isinstance(value, Regex):
        found = read_regex(node.field, value)
    elif node.operator == "like":
        found = test_of(node.field, ANY + value.text + ANY, cased=True)
    else:
        found = test_of(node.field, value.text, cased=True)
    return Not(found) if node.operator == "!=" else found


def read_free(node: Free) -> Expression:
    """The test of the whole event."""
    if isinstance(node.value, Regex):
        return read_regex("", node.value)
    text = node.value.text
    return test_of("", f"{ANY}{text.strip(ANY)}{ANY}" if text.strip(ANY) else ANY, cased=True)


def read_regex(field: str, value: Regex) -> Expression:
    """The test that an expression is found."""
    return _read_regex(field, value.source, "".join(_FLAGS.get(flag, "") for flag in value.flags))


@lru_cache(maxsize=4_096)
def _read_regex(field: str, source: str, flags: str) -> Expression:
    return patterns.test_for(field, patterns.parse(source, patterns.JAVA, flags))


def read_call(call: Call) -> Expression:
    """The test that a function by itself makes. Raises UnsayableError for one without a counterpart."""
    reader = _CALLS.get(call.name)
    if reader is None:
        raise cannot(_WHAT.get(call.name, "functions"), f"The function {call.name}() has no counterpart.")
    return reader(call)


_WHAT = {
    "match": "lookup files",
    "lookup": "lookup files",
    "join": "joins",
    "selfJoin": "joins",
    "selfJoinFilter": "joins",
    "ioc:lookup": "lists of indicators",
}


def _read_in(call: Call) -> Expression:
    given = Arguments(call, "field", "values", "ignoreCase")
    field, values, folded = given.text("field"), given.texts("values"), given.truth("ignoreCase")
    if not field or not values:
        raise odd(call)
    tests = [test_of(field, value.replace("*", ANY), cased=not folded) for value in values]
    return tests[0] if len(tests) == 1 else Or(tuple(tests))


def _read_cidr(call: Call) -> Expression:
    given = Arguments(call, "field", "subnet")
    field, nets = given.text("field"), given.texts("subnet")
    try:
        found = tuple(str(ipaddress.ip_network(net.strip(), strict=False)) for net in nets)
    except ValueError:
        raise cannot("networks that are none", "A network is none.") from None
    if not field or not found:
        raise odd(call)
    return Test(field, Op.CIDR, found)


def _read_regex_call(call: Call) -> Expression:
    given = Arguments(call, "regex", "field", "flags", "strict")
    if "strict" in given.found:
        raise odd(call)
    value = given.found.get("regex")
    if isinstance(value, Text):
        value = Regex(source=value.value, flags=given.text("flags"))
    if not isinstance(value, Regex):
        raise odd(call)
    return read_regex(given.text("field"), value)


def _read_test(call: Call) -> Expression:
    value = call.arguments[0].value if len(call.arguments) == 1 else None
    if not isinstance(value, Operation) or not isinstance(value.left, Bare):
        raise cannot("computed conditions", "test() computes.")
    left, right = value.left.text, value.right
    if isinstance(right, Bare) and value.sign in _OPS and _NUMBER.fullmatch(right.text):
        return Test(left, _OPS[value.sign], (right.text,))
    if value.sign not in ("==", "!="):
        raise cannot("computed conditions", "test() computes.")
    if isinstance(right, Text):
        if {ANY, ONE} & set(right.value):
            raise cannot("characters for private use", "A character stands for a wildcard here.")
        found = test_of(left, right.value, cased=True)
    elif isinstance(right, Bare) and not _NUMBER.fullmatch(right.text) and value.sign == "==":
        return Test(left, Op.SAME_AS, (right.text, Op.EQUALS.value), True)
    else:
        raise cannot("computed conditions", "test() computes.")
    return found if value.sign == "==" else Not(found)


def _read_wildcard(call: Call) -> Expression:
    given = Arguments(call, "field", "pattern", "ignoreCase")
    text = given.text("pattern")
    field = given.text("field")
    if not field or not text:
        raise odd(call)
    return test_of(field, text.replace("*", ANY), cased=not given.truth("ignoreCase"))


_CALLS = {
    "in": _read_in,
    "cidr": _read_cidr,
    "regex": _read_regex_call,
    "test": _read_test,
    "wildcard": _read_wildcard,
}


def write_test(test: Test) -> Condition:
    """The filter of a test, of one value or of several. Raises UnsayableError for what cannot be said."""
    if test.part:
        raise cannot("parts of times", f"The {test.part} of a time is compared.")
    if test.op in (Op.PRESENT, Op.NULL):
        if not test.field:
            raise cannot("comparison with the whole text", "The whole text of an event is compared.")
        return Compare(
            field=test.field, operator="=" if test.op is Op.PRESENT else "!=", value=Glob(text=ANY)
        )
    if test.op is Op.SAME_AS:
        return _write_same(test)
    if test.op is Op.CIDR:
        nets: tuple[Value, ...] = tuple(Text(value=value) for value in test.values)
        subnet = nets[0] if len(nets) == 1 else Listed(items=nets)
        return Call(name="cidr", arguments=(Argument(value=field_value(test.field)), named("subnet", subnet)))
    if test.field and test.op is Op.EQUALS and len(test.values) > 1 and all(map(_listable, test.values)):
        return _write_in(test)
    parts = tuple(_write_one(test, value) for value in test.values)
    return parts[0] if len(parts) == 1 else Any_(parts=parts)


def _listable(value: str) -> bool:
    return bool(value) and not {"*", "\n", ANY, ONE} & set(value)


def _write_in(test: Test) -> Call:
    values = Listed(items=tuple(Text(value=value) for value in test.values))
    arguments: tuple[Argument, ...] = (Argument(value=field_value(test.field)), named("values", values))
    if not test.cased and any(map(has_case, test.values)):
        arguments = (*arguments, named("ignoreCase", Bare(text="true")))
    return Call(name="in", arguments=arguments)


def _write_same(test: Test) -> Call:
    other, op = test.values
    if Op(op) is not Op.EQUALS or not test.cased:
        raise cannot(
            "comparison of two fields", "Two fields are compared without regard to case, or in part."
        )
    left, right = field_value(test.field), field_value(other)
    if not isinstance(left, Bare) or not isinstance(right, Bare):
        raise cannot("names of fields with other characters", "In test() such a name would be text.")
    return Call(name="test", arguments=(Argument(value=Operation(left=left, sign="==", right=right)),))


def has_case(text: str) -> bool:
    """Whether the case of its letters can make a difference."""
    return text.lower() != text or text.upper() != text


def _write_one(test: Test, value: str) -> Condition:
    if test.op in NUMERIC:
        if not _NUMBER.fullmatch(value):
            raise cannot("numbers with exponents", f"{value[:60]!r} is no number that can be written.")
        return Compare(field=test.field, operator=NUMERIC[test.op], value=Glob(text=value))
    if test.op is Op.REGEX:
        tree = patterns.parse(value)
    else:
        text = wildcards_of(replace(test, values=(value,)))[0]
        if (
            (test.cased or not has_case(text))
            and not {"*", ONE, "\n"} & set(text)
            and (test.field or len(text) > 1)
        ):
            return _write_text(test.field, text)
        if not test.field and (len(text) < 2 or text[0] != ANY or text[-1] != ANY):
            raise _whole_text()
        regex = _regex(*patterns.text_source(text, test.cased, patterns.IN_JAVA))
        return Compare(field=test.field, operator="=", value=regex) if test.field else Free(value=regex)
    if not test.field and not patterns.stays_in_line(tree):
        raise _whole_text()
    regex = _regex(*patterns.flagged(tree, patterns.IN_JAVA))
    return Compare(field=test.field, operator="=", value=regex) if test.field else Free(value=regex)


def _write_text(field: str, text: str) -> Condition:
    if field:
        return Compare(field=field, operator="=", value=Glob(text=text))
    if text[0] != ANY or text[-1] != ANY:
        raise _whole_text()
    return Free(value=Glob(text=text[1:-1]))


def _regex(flags: str, source: str) -> Regex:
    return Regex(source=source, flags="".join(sorted(flags.replace("s", "d"))))


def _whole_text() -> UnsayableError:
    return cannot("comparison with the whole text", "The whole text of an event is compared.")
