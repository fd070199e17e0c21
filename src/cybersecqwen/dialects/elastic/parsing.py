"""Reads expressions of both languages, by the table in `expressions`."""

from __future__ import annotations

import re

from .cursor import Cursor
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
    IsNull,
    Literal,
    Logic,
    Minus,
    Negation,
    Parameter,
    Star,
    Stretch,
    Values,
)

UNITS = {
    name: seconds
    for names, seconds in (
        ("millisecond milliseconds ms", 0.001),
        ("second seconds sec s", 1.0),
        ("minute minutes min m", 60.0),
        ("hour hours h", 3_600.0),
        ("day days d", 86_400.0),
        ("week weeks w", 604_800.0),
        ("month months mo", 2_592_000.0),
        ("quarter quarters q", 7_776_000.0),
        ("year years yr y", 31_536_000.0),
    )
    for name in names.split()
}
"""Units of ES|QL's stretches of time, in seconds; months and years by 30 and 365 days.

https://www.elastic.co/docs/reference/query-languages/esql/esql-time-spans
"""
_WHOLE = re.compile(r"\d+")


class Parser(Cursor):
    """Reads expressions; a language adds what stands around them."""

    def expression(self, least: int = OR) -> Expr:
        """An expression of what binds at least so strongly."""
        token = self.now
        if token.kind in ("text", "raw") and self.tokens[self.at + 1].text in (",", ")"):
            self.at += 1
            return Literal(self.source.string(token, unicode_escapes=self.grammar.unicode_escapes))
        self.deeper()
        before = self.depth
        left = self._first(least)
        while True:
            found = self._behind(left, least)
            if found is None:
                break
            left = found
        self.depth = before - 1
        return left

    def _first(self, least: int) -> Expr:
        if self.word() == "not" and least <= NOT:
            self.at += 1
            return Negation(self.expression(NOT))
        if self.is_sign("-", "+"):
            negative = self.now.text == "-"
            self.at += 1
            inner = self.expression(SIGN)
            return _signed(inner, negative=negative)
        return self._atom()

    def _behind(self, left: Expr, least: int) -> Expr | None:
        """What `left` becomes by what follows it; None where that does not belong to it."""
        word = self.word() or (self.now.text if self.now.kind == "symbol" else "")
        if word in ("and", "or"):
            return self._logic(word, left, least)
        if least <= COMPARE:
            found = self._among(left, word)
            if found is not None:
                return found
        if word == "::" and self.grammar.is_null and least <= CAST:
            self.at += 1
            self.deeper()
            return Cast(left, self.name().lower())
        level = self.grammar.signs.get(word)
        if level is None or level < least or self.now.kind != "symbol":
            return None
        if level == COMPARE and isinstance(left, Binary | Among | IsNull) and self._compares(left):
            raise self.error("Comparisons cannot be chained.", hint="Join two comparisons by and.")
        self.at += 1
        self.deeper()
        return Binary(word, left, self.expression(level + 1))

    def _compares(self, left: Expr) -> bool:
        return self.tokens[self.at - 1].text != ")" and (
            not isinstance(left, Binary) or self.grammar.signs[left.op] == COMPARE
        )

    def _logic(self, word: str, left: Expr, least: int) -> Expr | None:
        level = OR if word == "or" else AND
        if level < least:
            return None
        parts = [left]
        while self.word() == word:
            self.at += 1
            parts.append(self.expression(level + 1))
        return Logic(word, tuple(parts))

    def _among(self, left: Expr, word: str) -> Expr | None:
        grammar = self.grammar
        negated = word == "not"
        if negated:
            word = self.word(1)
            if word not in grammar.negatable:
                return None
        if word == "is" and grammar.is_null:
            return self._is_null(left)
        if word not in grammar.among:
            return None
        self.at += 2 if negated else 1
        self.deeper()
        listed = self.is_sign("(")
        if not listed and word in grammar.only_lists:
            raise self.error(f"A list in brackets is expected behind {word}.")
        if listed:
            self.at += 1
            values = self.separated(lambda: self.expression(ADD))
            self.expect(")")
        else:
            values = (self.expression(ADD),)
        if word in grammar.patterns and not all(
            isinstance(one, Parameter) or (isinstance(one, Literal) and isinstance(one.value, str))
            for one in values
        ):
            raise self.error(f"Only text can stand behind {word}.", self.tokens[self.at - 1])
        return Among(word, left, values, negated, listed)

    def _is_null(self, left: Expr) -> Expr:
        self.at += 1
        self.deeper()
        negated = self.takes("not")
        self.expect("null")
        return IsNull(left, negated)

    def _atom(self) -> Expr:
        token = self.now
        if token.kind in ("text", "raw"):
            self.at += 1
            return Literal(self.source.string(token, unicode_escapes=self.grammar.unicode_escapes))
        if token.kind == "number":
            return self._number()
        if self.is_sign("("):
            self.at += 1
            inner = self.expression()
            self.expect(")")
            return inner
        if self.is_sign("?", "??"):
            return self._marked()
        if self.is_sign("[") and self.grammar.is_null:
            return self._values()
        if self.word() in ("true", "false", "null"):
            self.at += 1
            return Literal({"true": True, "false": False, "null": None}[_key(token.text)])
        return self._named()

    def _number(self) -> Expr:
        text = self.now.text
        self.at += 1
        whole = _WHOLE.fullmatch(text)
        if whole and len(text) > 30:
            raise self.error("A number has more than 30 digits.", self.tokens[self.at - 1])
        unit = self.now.text.lower() if self.now.kind == "word" else ""
        if whole and self.grammar.is_null and unit in UNITS:
            self.at += 1
            return Stretch(int(text), unit)
        number = int(text) if whole else float(text)
        if number == float("inf"):
            raise self.error("A number is too large.", self.tokens[self.at - 1])
        return Literal(number)

    def _marked(self) -> Expr:
        sign = self.now.text
        self.at += 1
        if self.grammar.optional_fields:
            line, column = self.source.place(self.now.start)
            return Field(self.name(), True, line, column)
        following = self.now
        if following.kind in ("word", "number") and following.start == self.tokens[self.at - 1].end:
            self.at += 1
            return Parameter(sign + following.text)
        return Parameter(sign)

    def _values(self) -> Expr:
        self.expect("[")
        items = self.separated(self.literal)
        self.expect("]")
        return Values(items)

    def literal(self) -> Literal:
        """A literal, also below zero."""
        token = self.now
        found = self.expression(SIGN)
        if not isinstance(found, Literal):
            raise self.error("A text, a number or a truth value is expected.", token)
        return found

    def _named(self) -> Expr:
        """A function, or a field."""
        token = self.now
        following = self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        if token.kind == "word" and following.text == "(" and following.kind == "symbol":
            if self.word() in self.grammar.reserved:
                raise self.error(f"A value is expected, not {self.shown()}.")
            return self._call()
        line, column = self.source.place(token.start)
        return Field(self.name(), False, line, column)

    def _call(self) -> Expr:
        text = self.now.text
        self.at += 2
        args: list[Expr] = []
        options: tuple[tuple[str, Literal], ...] = ()
        while not self.is_sign(")"):
            if args:
                self.expect(",")
            if self.is_sign("{") and self.grammar.is_null and args:
                options = self._options()
                break
            if self.is_sign("*") and self.grammar.is_null:
                self.at += 1
                args.append(Star())
            else:
                args.append(self.expression())
        self.expect(")")
        name = text.rstrip("~")
        return Call(name.upper() if self.grammar.capitals else name, tuple(args), text.endswith("~"), options)

    def _options(self) -> tuple[tuple[str, Literal], ...]:
        self.expect("{")

        def one() -> tuple[str, Literal]:
            name = self.literal()
            self.expect(":")
            return str(name.value), self.literal()

        found = self.separated(one)
        self.expect("}")
        return found

    def name(self) -> str:
        """A dotted name, its parts as they are or between backquotes."""
        parts = [self._part()]
        while self.is_sign(".") and self.tokens[self.at + 1].kind in ("word", "quoted"):
            self.at += 1
            parts.append(self._part(first=False))
        return ".".join(parts)

    def _part(self, *, first: bool = True) -> str:
        token = self.now
        if token.kind == "quoted":
            self.at += 1
            if len(token.text) < 3:
                raise self.error("A name is empty.", token)
            return token.text[1:-1].replace("``", "`")
        if token.kind != "word" or token.text.endswith("~"):
            raise self.error(f"A value is expected, not {self.shown()}.")
        if first and self.word() in self.grammar.reserved:
            raise self.error(f"A value is expected, not {self.shown()}.", hint="Put a name in backquotes.")
        self.at += 1
        return token.text


def _key(text: str) -> str:
    return text.lower()


def _signed(inner: Expr, *, negative: bool) -> Expr:
    if not negative:
        return inner
    if (
        isinstance(inner, Literal)
        and isinstance(inner.value, int | float)
        and not isinstance(inner.value, bool)
    ):
        return Literal(-inner.value) if not str(inner.value).startswith("-") else Minus(inner)
    return Minus(inner)
