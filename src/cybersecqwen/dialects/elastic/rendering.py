"""Writes expressions of both languages, by the table that parsing uses."""

from __future__ import annotations

import re

from .expressions import (
    ADD,
    AND,
    CAST,
    COMPARE,
    NOT,
    OR,
    SIGN,
    Among,
    Binary,
    Call,
    Cast,
    Expr,
    Field,
    Grammar,
    IsNull,
    Literal,
    Logic,
    Minus,
    Negation,
    Parameter,
    Star,
    Stretch,
    Values,
    strength,
)
from .tokens import quoted

_PLAIN = re.compile(r"(?:[^\W\d]|@)[\w@]*")


class Renderer:
    """Gives the text of expressions in one of the languages."""

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar

    def word(self, text: str) -> str:
        """A keyword as this language writes it."""
        return text.upper() if self._grammar.capitals else text

    def name(self, text: str) -> str:
        """A name, between backquotes where it must be."""
        parts = text.split(".")
        return ".".join(map(self._part, parts)) if all(parts) else _backquoted(text)

    def _part(self, text: str) -> str:
        word = text.lower()
        bare = _PLAIN.fullmatch(text) and word not in self._grammar.reserved
        return text if bare and word not in ("true", "false", "null") else _backquoted(text)

    def string(self, text: str) -> str:
        """A text as a literal."""
        return quoted(text, unicode_escapes=self._grammar.unicode_escapes)

    def literal(self, value: str | int | float | bool | None) -> str:
        """A literal."""
        if isinstance(value, str):
            return self.string(value)
        if value is None or isinstance(value, bool):
            return "null" if value is None else str(value).lower()
        return repr(value)

    def bound(self, expr: Expr, least: int) -> str:
        """An expression, in brackets where it binds less strongly."""
        if isinstance(expr, Literal) and isinstance(expr.value, str):
            return self.string(expr.value)
        text = self.expression(expr)
        return f"({text})" if strength(expr, self._grammar) < least else text

    def expression(self, expr: Expr) -> str:
        """The text of an expression."""
        if isinstance(expr, Literal):
            return self.literal(expr.value)
        if isinstance(expr, Field):
            return ("?" if expr.optional else "") + self.name(expr.name)
        if isinstance(expr, Logic):
            level = OR if expr.op == "or" else AND
            return f" {self.word(expr.op)} ".join(self.bound(part, level + 1) for part in expr.parts)
        if isinstance(expr, Negation):
            return f"{self.word('not')} {self.bound(expr.inner, NOT)}"
        if isinstance(expr, Binary):
            level = self._grammar.signs[expr.op]
            left = self.bound(expr.left, level + 1 if level == COMPARE else level)
            return f"{left} {expr.op} {self.bound(expr.right, level + 1)}"
        return self._among(expr) if isinstance(expr, Among) else self._other(expr)

    def _among(self, expr: Among) -> str:
        values = ", ".join(self.bound(value, ADD) for value in expr.values)
        left = self.bound(expr.left, COMPARE + 1)
        negated = self.word("not") + " " if expr.negated else ""
        word = expr.op if expr.op == ":" else f" {negated}{self.word(expr.op)}"
        listed = expr.listed or len(expr.values) != 1
        if expr.op == ":" and not self._grammar.is_null:
            word = " :"
        return f"{left}{word} ({values})" if listed else f"{left}{word} {values}"

    def _other(self, expr: Expr) -> str:
        if isinstance(expr, Call):
            return self._call(expr)
        if isinstance(expr, Minus):
            return f"-{self._unsigned(expr.inner)}"
        if isinstance(expr, IsNull):
            middle = " IS NOT NULL" if expr.negated else " IS NULL"
            return self.bound(expr.inner, COMPARE + 1) + middle
        if isinstance(expr, Cast):
            return f"{self.bound(expr.inner, CAST)}::{self.name(expr.type)}"
        if isinstance(expr, Stretch):
            return f"{expr.count} {expr.unit}"
        if isinstance(expr, Values):
            return f"[{', '.join(self.literal(item.value) for item in expr.items)}]"
        return expr.text if isinstance(expr, Parameter) else "*" if isinstance(expr, Star) else ""

    def _unsigned(self, inner: Expr) -> str:
        """What stands behind a minus: a plain number there would become one literal with it."""
        number = isinstance(inner, Literal) and isinstance(inner.value, int | float)
        text = self.bound(inner, SIGN)
        return f"({text})" if number or text.startswith("-") else text

    def _call(self, expr: Call) -> str:
        args = [self.expression(arg) for arg in expr.args]
        if expr.options:
            pairs = ", ".join(f"{self.string(name)}: {self.literal(one.value)}" for name, one in expr.options)
            args.append(f"{{{pairs}}}")
        return f"{expr.name}{'~' if expr.folded else ''}({', '.join(args)})"


def _backquoted(text: str) -> str:
    return "`" + text.replace("`", "``") + "`"
