"""Reading the expressions of `eval` and `where`, by the table of operators, and macros."""

from __future__ import annotations

import re

from cybersecqwen.errors import LimitError

from .operators import BINARY, COMPARING, LOGIC, NOT, SIGN, SPELLINGS
from .tokens import TERMS, Placed, Reader, Token, unescaped
from .tree import Binary, Call, Field, Logic, Macro, Number, Text, Unary, Value

_MACRO = re.compile(r"\s*([^()\s,]+)\s*(?:\((.*)\))?\s*", re.DOTALL)
_ARGUMENT = re.compile(r'\s*((?:"(?:[^"\\]|\\.)*+"|[^",])*+)(?:,|\Z)', re.DOTALL)
_QUOTED = re.compile(r"\\([\\'])")
_LONGEST_CHAIN = 100
"""Operators in a row that lean on each other: a + b + c."""
_PLAIN = re.compile(r"<<\w+>>|\$[\w.]+\$|\d*[A-Za-z_@][\w:@]*")


def parse_value(reader: Reader) -> Value:
    """The expression that stands here; what follows it stays."""
    return _binary(reader, 0)


def macro_of(reader: Reader, token: Token) -> Macro:
    """The macro between two backticks."""
    found = _MACRO.fullmatch(token.text[1:-1])
    if found is None:
        raise reader.error("Between the backticks stands no name of a macro.", token.at)
    name, given = found.groups()
    if given is None:
        return Macro(name, None, token.at)
    args: list[str] = []
    at = 0
    while given.strip():
        one = _ARGUMENT.match(given, at)
        if one is None:
            raise reader.error("A quotation mark in the macro's arguments is not closed.", token.at)
        args.append(one[1].strip())
        at = one.end()
        if at >= len(given) and not one[0].endswith(","):
            break
    return Macro(name, tuple(args), token.at)


def _binary(reader: Reader, weakest: int) -> Value:
    reader.deeper(2)
    left = _prefix(reader)
    chain = 0
    while (op := _operator(reader)) is not None:
        binds = LOGIC.get(op) or BINARY.get(op) or COMPARING
        if binds < weakest:
            break
        token = reader.take(TERMS)
        if op in ("LIKE", "IN"):
            left = _worded(reader, left, op, token.at)
            continue
        if op in LOGIC:
            left = _chained(reader, left, op, token.at)
            continue
        left = Binary(op, left, _operand(reader, op, binds + 1, token.at))
        chain += 1
        if chain > _LONGEST_CHAIN:
            raise LimitError(f"The search has more than {_LONGEST_CHAIN} operators in a row.")
    reader.depth -= 2
    return left


def _chained(reader: Reader, left: Value, op: str, at: int) -> Logic:
    """All operands of an operator that stands between them, the first of which is read."""
    binds = LOGIC[op] + 1
    parts = [*_parts(left, op), *_parts(_operand(reader, op, binds, at), op)]
    while _operator(reader) == op:
        token = reader.take(TERMS)
        parts += _parts(_operand(reader, op, binds, token.at), op)
    return Logic(op, tuple(parts))


def _parts(value: Value, op: str) -> tuple[Value, ...]:
    return value.parts if isinstance(value, Logic) and value.op == op else (value,)


def _operand(reader: Reader, op: str, binds: int, at: int) -> Value:
    token = reader.peek(TERMS)
    if token.kind == "end" or token.text in (")", "]", "|", ","):
        raise reader.error(f"`{op}` has nothing behind it.", at)
    return _binary(reader, binds)


def _operator(reader: Reader) -> str | None:
    token = reader.peek(TERMS)
    if token.kind == "mark":
        op = SPELLINGS.get(token.text, token.text)
        return op if op in BINARY else None
    if token.kind == "word":
        op = token.text.upper()
        return op if op in LOGIC or op in ("LIKE", "IN") else None
    return None


def _worded(reader: Reader, left: Value, op: str, at: int) -> Value:
    """`x LIKE pattern`, `x IN (a, b)`."""
    if op == "LIKE":
        return Call("like", (left, _operand(reader, op, COMPARING + 1, at)), at)
    if not reader.is_mark("(", TERMS):
        raise reader.error("IN has no list in parentheses behind it.", at)
    return Call("in", (left, *_arguments(reader)), at)


def _prefix(reader: Reader) -> Value:
    token = reader.take(TERMS)
    if token.kind == "mark":
        return _marked(reader, token)
    if token.kind == "number":
        return Number(token.text)
    if token.kind == "string":
        return Text(unescaped(token.text[1:-1]))
    if token.kind == "quoted":
        return Field(Placed(_QUOTED.sub(r"\1", token.text[1:-1]), token.at))
    if token.kind == "macro":
        return macro_of(reader, token)
    if token.kind == "end":
        raise reader.error("The expression ends where a value was expected.", token.at)
    if token.text.upper() == "NOT":
        return Unary("NOT", _operand(reader, "NOT", NOT, token.at))
    if token.text.upper() in LOGIC:
        raise reader.error(f"{token.text.upper()} has nothing before it.", token.at)
    if reader.is_mark("(", TERMS):
        return Call(token.text.lower(), _arguments(reader), token.at)
    return Field(Placed(token.text, token.at), bare=_PLAIN.fullmatch(token.text) is None)


def _marked(reader: Reader, token: Token) -> Value:
    if token.text == "(":
        inner = _binary(reader, 0)
        reader.expect(")", token.at, "A parenthesis", TERMS)
        return inner
    if token.text in "+-":
        return Unary(token.text, _operand(reader, token.text, SIGN, token.at))
    if token.text == "." and (number := reader.peek(TERMS)).kind == "number" and number.at == token.end:
        return Number("." + reader.take(TERMS).text)
    if token.text in ("|", "]", ")", ","):
        raise reader.error("The expression ends where a value was expected.", token.at)
    raise reader.error(f"`{token.text}` has nothing before it.", token.at)


def _arguments(reader: Reader) -> tuple[Value, ...]:
    opened = reader.take(TERMS)
    args: list[Value] = []
    while not reader.is_mark(")", TERMS):
        args.append(_binary(reader, 0))
        if not reader.is_mark(",", TERMS):
            break
        reader.take(TERMS)
    reader.expect(")", opened.at, "A parenthesis", TERMS)
    return tuple(args)
