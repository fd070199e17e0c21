"""Expressions of `eval` and `where` in words: values, and conditions with their negation."""

from __future__ import annotations

from cybersecqwen.detect.sigma.model import Op
from cybersecqwen.dialects import describing as words
from cybersecqwen.dialects.spl.tree import Binary, Call, Field, Logic, Macro, Number, Text, Unary, Value
from cybersecqwen.dialects.spl.walking import fields_in

from .functions import PHRASES, SEVERAL

_WIDE = 200
"""Characters of a value, beyond which only the fields that it is made of are named."""


def value(tree: Value, depth: int = 0) -> str:
    """A value in words: "EndTime less StartTime"."""
    if depth > words.DEEPEST:
        return _made_of(tree)
    said = _value(tree, depth)
    return said if len(said) <= _WIDE else _made_of(tree)


def _made_of(tree: Value) -> str:
    fields = list(dict.fromkeys(fields_in(tree)))
    return f"a value computed from {words.names(fields, most=6)}" if fields else "a computed value"


def _value(tree: Value, depth: int) -> str:
    if isinstance(tree, Number):
        return words.clean(tree.text)
    if isinstance(tree, Text):
        return words.value(tree.value)
    if isinstance(tree, Field):
        return "nothing" if tree.name == "null" else words.name(tree.name)
    if isinstance(tree, Macro):
        return macro(tree)
    if isinstance(tree, Unary):
        return f"minus {value(tree.inner, depth + 1)}" if tree.op == "-" else _truth(tree, depth)
    if isinstance(tree, Binary):
        return _binary(tree, depth)
    if isinstance(tree, Call):
        return _call(tree, depth)
    return _truth(tree, depth)


def _truth(tree: Value, depth: int) -> str:
    return f"whether {condition(tree, depth=depth + 1)}"


def _binary(tree: Binary, depth: int) -> str:
    chain = _chain(tree)
    if tree.op == "." or (tree.op == "+" and any(isinstance(part, Text) for part in chain)):
        return (
            words.some([value(part, depth + 1) for part in chain[:10]], "and", 8, total=len(chain))
            + " together"
        )
    if tree.op in ("+", "-", "*", "/", "%"):
        left, right = (_side(part, depth) for part in (tree.left, tree.right))
        return words.sign_words(tree.op, left, right)
    return _truth(tree, depth)


def _chain(whole: Binary) -> list[Value]:
    """What is put together by one sign, from left to right."""
    parts: list[Value] = []
    tree: Value = whole
    while isinstance(tree, Binary) and tree.op == whole.op:
        parts.append(tree.right)
        tree = tree.left
    return [tree, *reversed(parts)]


def _operand(tree: Value, depth: int) -> str:
    said = value(tree, depth + 1)
    return f"({said})" if isinstance(tree, Binary) and " " in said else said


def _side(tree: Value, depth: int) -> str:
    """A side of a sum: whatever has several words in brackets."""
    said = _operand(tree, depth)
    return f"({said})" if isinstance(tree, Call) and " " in said else said


def macro(tree: Macro) -> str:
    """A macro by its name."""
    return f"the macro {words.name(tree.name)}"


_CONDITIONS = frozenset(
    ("like", "match", "in", "isnull", "isnotnull", "cidrmatch", "searchmatch", "isnum", "isstr", "isint",
     "isbool")
)  # fmt: skip


def _call(tree: Call, depth: int) -> str:
    if tree.name in _CONDITIONS:
        return _truth(tree, depth)
    if tree.name == "if" and len(tree.args) == 3:
        when = words.alone(condition(tree.args[0], depth=depth + 1))
        one, other = (value(arg, depth + 1) for arg in tree.args[1:])
        return f"{one} where {when}" + ("" if other == "nothing" else f", otherwise {other}")
    if tree.name == "case" and len(tree.args) >= 2:
        return _case(tree, depth)
    if tree.name == "mvfilter" and len(tree.args) == 1:
        return f"the values for which {words.alone(condition(tree.args[0], depth=depth + 1))}"
    args = [_operand(arg, depth) for arg in tree.args]
    if tree.name == "substr" and len(args) == 2 and args[1].startswith("minus "):
        return f"the last {args[1].removeprefix('minus ')} characters of {args[0]}"
    if tree.name == "mvindex" and len(args) == 2 and isinstance(tree.args[1], Number | Unary):
        return _item(args[0], args[1])
    if tree.name == "tostring" and len(args) == 2:
        return f"{args[0]} as text"
    if tree.name == "mvcount" and args and args[0].startswith("the parts of "):
        return f"the number of {args[0].removeprefix('the ')}"
    if tree.name == "replace" and tree.args[2:] == (Text(""),):
        return f"{args[0]} without what matches {args[1]}"
    phrase = PHRASES.get((tree.name, len(args)))
    if phrase is not None:
        return phrase.format(*args)
    listed = words.some(args, "and", 8)
    if tree.name in SEVERAL and args:
        return SEVERAL[tree.name].format(listed)
    return f"{words.name(tree.name)}() of {listed}" if args else f"{words.name(tree.name)}()"


def _item(of: str, at: str) -> str:
    number = at.replace("minus ", "-")
    if not number.removeprefix("-").isdigit() or len(number) > 6:
        return f"the value {at} of {of}"
    if of.startswith("the parts of "):
        return f"the {words.ordinal(int(number))} of {of}"
    return f"the {words.ordinal(int(number))} value of {of}"


def _case(tree: Call, depth: int) -> str:
    parts: list[str] = []
    for when, then in zip(tree.args[::2], tree.args[1::2], strict=False):
        said = value(then, depth + 1)
        if (isinstance(when, Call) and when.name == "true") or _always(when):
            parts.append(f"otherwise {said}")
            break
        parts.append(f"{said} where {words.alone(condition(when, depth=depth + 1))}")
    if len(parts) > 1 and parts[-1].startswith("otherwise"):
        return f"{words.some(parts[:-1], 'or', 6, 150)}, {parts[-1]}"
    return words.some(parts, "or", 6, 150)


def _always(tree: Value) -> bool:
    return isinstance(tree, Binary) and tree.op == "=" and tree.left == tree.right


def condition(tree: Value, *, negated: bool = False, depth: int = 0) -> str:
    """A condition as it follows "where": "count is greater than 5"."""
    if depth > words.DEEPEST:
        fields = words.names(dict.fromkeys(fields_in(tree)), most=6)
        return (
            f"a condition about {fields} {'fails' if negated else 'holds'}" if fields else "a condition holds"
        )
    if isinstance(tree, Unary) and tree.op == "NOT":
        return condition(tree.inner, negated=not negated, depth=depth)
    if isinstance(tree, Logic):
        return _logic(tree, negated, depth)
    if isinstance(tree, Binary) and tree.op in _COMPARED:
        return _comparison(tree, negated, depth)
    if isinstance(tree, Call):
        said = _asked(tree, negated, depth)
        if said:
            return said
    if isinstance(tree, Macro):
        return f"{macro(tree)} {'does not hold' if negated else 'holds'}"
    return f"{value(tree, depth + 1)} is {'not true' if negated else 'true'}"


def _logic(tree: Logic, negated: bool, depth: int) -> str:
    if tree.op == "XOR":
        said = words.some([condition(part, depth=depth + 1) for part in tree.parts], "or", 8)
        return f"{'not just' if negated else 'just'} one holds: {said}"
    word = "and" if (tree.op == "AND") is not negated else "or"
    return words.grouped([condition(part, negated=negated, depth=depth + 1) for part in tree.parts], word)


_COMPARED = frozenset(("=", "!=", "<", "<=", ">", ">="))


def _comparison(tree: Binary, negated: bool, depth: int) -> str:
    left, right = value(tree.left, depth + 1), value(tree.right, depth + 1)
    if tree.op in words.ORDER:
        return words.compared(left, words.ORDER[tree.op], [right], negated=negated)
    return words.compared(left, Op.EQUALS, [right], negated=negated is not (tree.op == "!="))


def _asked(tree: Call, negated: bool, depth: int) -> str:
    """What functions ask that are true or false; "" for others."""
    args = [value(arg, depth + 1) for arg in tree.args]
    if len(args) == 1:
        if tree.name in ("isnull", "isnotnull"):
            return words.there(args[0], negated=(tree.name == "isnull") is not negated)
        if tree.name in ("isnum", "isint", "isstr", "isbool"):
            what = {"isnum": "number", "isint": "whole number", "isstr": "text", "isbool": "truth value"}
            return f"{args[0]} is {'no' if negated else 'a'} {what[tree.name]}"
        if tree.name == "searchmatch":
            return f"the event {'does not match' if negated else 'matches'} the search {args[0]}"
    if len(args) == 2:
        if tree.name == "like":
            return _like(tree, args, negated)
        if tree.name == "match":
            return words.compared(args[0], Op.REGEX, args[1:], negated=negated)
        if tree.name == "cidrmatch":
            return words.compared(args[1], Op.CIDR, args[:1], negated=negated)
    if tree.name == "in" and len(args) > 1:
        return words.compared(args[0], Op.EQUALS, args[1:], negated=negated)
    if tree.name in ("true", "false") and not args:
        return "it is so, always" if (tree.name == "true") is not negated else "it is so, never"
    return ""


def _like(tree: Call, args: list[str], negated: bool) -> str:
    pattern = tree.args[1]
    if not isinstance(pattern, Text):
        return words.compared(args[0], Op.GLOB, args[1:], negated=negated)
    return words.globbed(args[0], [pattern.value], negated, "%", "_")
