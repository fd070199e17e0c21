"""From a tree to the text of a query."""

from __future__ import annotations

from cybersecqwen.dialects.globs import ANY

from .table import (
    AND,
    APPLY,
    ARITHMETIC,
    ASSIGN,
    CASE,
    LEVELS,
    LIKE,
    LINK,
    MATCH,
    NOT,
    OR,
    PLAIN_NAME,
    PLAIN_WORD,
    RESERVED,
)
from .tree import (
    And,
    Apply,
    Argument,
    Assign,
    Bare,
    Block,
    Call,
    Case,
    Compare,
    Condition,
    Filter,
    Free,
    Glob,
    Link,
    Listed,
    Named,
    Not,
    Or,
    Pipeline,
    Regex,
    Step,
    Text,
    Truth,
    Value,
)

_WIDE = 100


def render(tree: Pipeline) -> str:
    """The text; each step has a line, and wide conditions a line for each part."""
    return "\n| ".join(_step(step) for step in tree.steps)


def _inline(tree: Pipeline) -> str:
    return " | ".join(_step(step, wide=False) for step in tree.steps)


def _step(step: Step, *, wide: bool = True) -> str:
    if isinstance(step, Filter):
        return _wide(step.condition) if wide else _condition(step.condition, 0)
    if isinstance(step, Assign):
        return f"{name(step.field)} {ASSIGN} {_value(step.value, 1)}"
    if isinstance(step, Link):
        return f"{name(step.field)} {LINK} {name(step.other)}"
    if isinstance(step, Apply):
        return f"{name(step.field)} {APPLY} {_call(step.call)}"
    if isinstance(step, Case):
        return f"{CASE} {{ " + "; ".join(map(_inline, step.branches)) + " }"
    branches = [f"{_tested(one.value)} => {_inline(one.pipeline)}" for one in step.branches]
    return f"{name(step.field)} {MATCH} {{ " + "; ".join(branches) + " }"


def _tested(value: Glob | Regex | Call) -> str:
    return _call(value) if isinstance(value, Call) else _pattern(value)


def _wide(condition: Condition) -> str:
    flat = _condition(condition, 0)
    if len(flat) <= _WIDE or not isinstance(condition, And | Or):
        return flat
    word = AND if isinstance(condition, And) else OR
    return f"\n{word} ".join(_wide_part(part, LEVELS[word]) for part in condition.parts)


def _wide_part(part: Condition, level: int) -> str:
    """A part in one line, or in brackets with a line for each of its own parts."""
    flat = _condition(part, level)
    if len(flat) <= _WIDE or not isinstance(part, And | Or):
        return flat
    word = AND if isinstance(part, And) else OR
    return "(\n  " + f"\n  {word} ".join(_condition(one, LEVELS[word]) for one in part.parts) + "\n)"


def _condition(condition: Condition, level: int) -> str:
    """One condition; in brackets within another of the other kind, so that nobody has to know which holds."""
    if isinstance(condition, And | Or):
        word = AND if isinstance(condition, And) else OR
        text = f" {word} ".join(_condition(part, LEVELS[word]) for part in condition.parts)
        return f"({text})" if level else text
    if isinstance(condition, Not):
        return f"{NOT} {_condition(condition.inner, LEVELS[NOT])}"
    if isinstance(condition, Compare):
        operator = f" {LIKE} " if condition.operator == LIKE else condition.operator
        return name(condition.field) + operator + _pattern(condition.value)
    if isinstance(condition, Free):
        return _pattern(condition.value, free=True)
    if isinstance(condition, Truth):
        return "true" if condition.value else "false"
    return _call(condition)


def name(text: str) -> str:
    """A field, in quotes where it needs them."""
    return text if PLAIN_NAME.fullmatch(text) and text.lower() not in RESERVED else quoted(text)


def quoted(text: str) -> str:
    """Text in double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _pattern(value: Glob | Regex, *, free: bool = False) -> str:
    if isinstance(value, Regex):
        return _regex(value)
    text = value.text.replace(ANY, "*")
    bare = text == "*" or (PLAIN_WORD.fullmatch(text) and text.lower() not in RESERVED)
    number = text[:1] == "-" and PLAIN_WORD.fullmatch(text[1:])
    return text if (bare and not (free and text != "*")) or (number and not free) else quoted(text)


def _regex(value: Regex) -> str:
    out, escape = [], False
    for c in value.source:
        out.append("\\/" if c == "/" and not escape else c)
        escape = c == "\\" and not escape
    return "/" + "".join(out) + "/" + value.flags


def _call(call: Call) -> str:
    arguments = list(map(_argument, call.arguments))
    if any(isinstance(argument.value, Named) for argument in call.arguments):
        return f"{call.name}(\n  " + ",\n  ".join(arguments) + "\n)"
    return f"{call.name}({', '.join(arguments)})"


def _argument(argument: Argument) -> str:
    return (f"{argument.name}=" if argument.name else "") + _value(argument.value, 1)


def _value(value: Value, level: int) -> str:
    if isinstance(value, Bare):
        return value.text
    if isinstance(value, Text):
        return quoted(value.value)
    if isinstance(value, Regex):
        return _regex(value)
    if isinstance(value, Listed):
        return "[" + ", ".join(_value(item, 1) for item in value.items) + "]"
    if isinstance(value, Named):
        include = "" if value.include is None else f" include: {_value(value.include, 1)}"
        return f"{value.name}: {{ {_inline(value.pipeline)} }}{include}"
    if isinstance(value, Block):
        return "{ " + _inline(value.pipeline) + " }"
    if isinstance(value, Call):
        return _call(value)
    own = ARITHMETIC[value.sign]
    text = f"{_value(value.left, own)} {value.sign} {_value(value.right, own + 1)}"
    return f"({text})" if own < level else text
