"""Conditions, functions and values: what steps are made of."""

from __future__ import annotations

from cybersecqwen.dialects.globs import ANY, ONE
from cybersecqwen.errors import LimitError

from .reader import Reader
from .table import (
    AND,
    ARGUMENT,
    ARITHMETIC,
    COMPARISONS,
    FUNCTION,
    LIKE,
    NAME,
    NAMED_QUERY,
    NOT,
    OR,
    ORDERED,
    SPAN,
    STARRED,
    TIGHTEST,
    TRUTHS,
    VALUE,
    WORD,
)
from .tree import (
    And,
    Argument,
    Bare,
    Block,
    Call,
    Compare,
    Condition,
    Free,
    Glob,
    Listed,
    Named,
    Not,
    Operation,
    Or,
    Pipeline,
    Regex,
    Text,
    Truth,
    Value,
)

_STARS = 500
"""Stars in a text: each makes what it means larger."""
_IN_A_ROW = 200
"""Values with signs of one kind between: each is a level of the tree."""
_PARTS = 50_000
"""Filters in a query."""


class FilterParser(Reader):
    """Reads conditions and values; steps are read by what is made from it."""

    def pipeline(self) -> Pipeline:
        """Steps with bars between."""
        raise NotImplementedError

    def name(self) -> str | None:
        """A field, in quotes or without; None where none stands."""
        self.blanks()
        if self.peek() == '"':
            start = self.at
            found = self.quoted()
            if found:
                return found
            self.at = start
            return None
        matched = self.match(NAME)
        return matched[0] if matched else None

    def all_of(self) -> Condition:
        """Conditions that must all hold, with `and` between or nothing."""
        parts = [self.any_of()]
        while self.word(AND) or self.begins():
            parts.append(self.any_of())
        return parts[0] if len(parts) == 1 else And(parts=_flat(And, parts))

    def begins(self) -> bool:
        """Whether another filter begins here, without a word before it."""
        self.blanks()
        c = self.peek()
        return bool(c) and (c in '("/!' or WORD.match(self.text, self.at) is not None)

    def any_of(self) -> Condition:
        """Conditions of which one must hold."""
        parts = [self.negated()]
        while self.word(OR):
            parts.append(self.negated())
        return parts[0] if len(parts) == 1 else Or(parts=_flat(Or, parts))

    def negated(self) -> Condition:
        """A condition, with `not` before it or without."""
        self.blanks()
        if self.word(NOT) or (not self.sees("!=") and self.starts("!")):
            self.deeper()
            inner = self.negated()
            self.depth -= 1
            return Not(inner=inner)
        return self.single()

    def count(self) -> None:
        """One part more; LimitError where there are too many."""
        self.parts += 1
        if self.parts > _PARTS:
            raise LimitError(f"The query has more than {_PARTS:,} parts.")

    def single(self) -> Condition:
        """A condition in brackets, a function, or a field beside a value."""
        self.count()
        if self.done():
            raise self.error("The query ends where something must follow.")
        if self.peek() == "(":
            opened = self.at
            self.at += 1
            self.deeper()
            found = self.all_of()
            self.need(")", opened)
            self.depth -= 1
            return found
        if FUNCTION.match(self.text, self.at):
            return self.call()
        return self.by_value()

    def by_value(self) -> Condition:
        """A field beside a value, or text anywhere."""
        start = self.at
        name = self.name()
        if name is not None:
            operator = next((sign for sign in COMPARISONS if self.starts(sign)), "") or self.word(LIKE)
            if operator and not self.sees("~"):
                value = self.pattern()
                if operator in ORDERED and not (isinstance(value, Glob) and _is_number(value.text)):
                    raise self.error(f"A number must follow {operator}.", start)
                return Compare(field=name, operator=operator, value=value, place=self.place(start))
        self.at = start
        truth = self.word(*TRUTHS)
        if truth:
            return Truth(value=truth == "true")
        return Free(value=self.pattern())

    def pattern(self) -> Glob | Regex:
        """What a filter looks for."""
        self.blanks()
        if self.peek() == "/":
            return self.regex()
        start = self.at
        if self.peek() == '"':
            text = self.quoted()
        else:
            if self.word(AND, OR, NOT, LIKE):
                raise self.error("Something to look for must stand here.", start)
            found = self.match(WORD)
            if not found:
                raise self.error("Something to look for must stand here.", start)
            text = found[0]
        if text.count("*") > _STARS:
            raise LimitError(f"A text has more than {_STARS:,} stars.")
        if ANY in text or ONE in text:
            raise self.error("A character for private use stands for a wildcard here.", start)
        return Glob(text=text.replace("*", ANY))

    def call(self) -> Call:
        """A function with its arguments."""
        self.blanks()
        start = self.at
        name = self.match(FUNCTION)
        if name is None:
            raise self.error("A function must stand here.")
        self.blanks()
        opened = self.at
        self.at += 1
        self.deeper()
        arguments: list[Argument] = []
        if not self.starts(")"):
            arguments.append(self.argument())
            while self.starts(","):
                arguments.append(self.argument())
            self.need(")", opened)
        self.depth -= 1
        return Call(name=name[0], arguments=tuple(arguments), place=self.place(start))

    def argument(self) -> Argument:
        """One argument, with its name or without."""
        query = self.match(NAMED_QUERY)
        if query:
            return Argument(value=self.named_query(query[1]))
        named = self.match(ARGUMENT)
        return Argument(value=self.value(), name=named[1] if named else "")

    def value(self, level: int = 1) -> Value:
        """A value, with signs between that hold as tight as the level or tighter."""
        if level > TIGHTEST:
            return self.atom()
        found = self.value(level + 1)
        for _ in range(_IN_A_ROW):
            self.blanks()
            start = self.at
            sign = self.word(AND, OR) or next((one for one in ARITHMETIC if self.starts(one)), "")
            if not sign or ARITHMETIC[sign] != level:
                self.at = start
                return found
            found = Operation(left=found, sign=sign, right=self.value(level + 1))
        raise LimitError(f"More than {_IN_A_ROW} values stand in a row.")

    def named_query(self, name: str) -> Named:
        """A query of `correlate()` behind its name."""
        block = self.bracketed("{")
        assert isinstance(block, Block)
        include: Listed | Bare | None = None
        if self.word("include"):
            self.need(":")
            fields = self.atom()
            if not isinstance(fields, Listed | Bare):
                raise self.error("Fields in a list, or a star, must stand behind include.")
            include = fields
        return Named(name=name, pipeline=block.pipeline, include=include)

    def atom(self) -> Value:
        """A single value."""
        self.blanks()
        start, c = self.at, self.peek()
        if c == '"':
            return Text(value=self.quoted(), place=self.place(start))
        if c == "/":
            return self.regex()
        if c in ("[", "{", "("):
            return self.bracketed(c)
        if FUNCTION.match(self.text, self.at):
            return self.call()
        starred = self.match(STARRED)
        if starred:
            return Bare(text=starred[0], place=self.place(start))
        if c == "*":
            self.at += 1
            return Bare(text="*", place=self.place(start))
        found = self.match(SPAN)
        if found is None or self.text[self.at : self.at + 1].isalnum():
            self.at = start
            self.starts("-")
            found = self.match(VALUE)
        if found is None:
            self.at = start
            raise self.error("A value must stand here.")
        return Bare(text=self.text[start : self.at], place=self.place(start))

    def bracketed(self, c: str) -> Value:
        """A list, a query in curly brackets, or a value in round ones."""
        opened = self.at
        self.at += 1
        self.deeper()
        found: Value
        if c == "(":
            found = self.value()
            self.need(")", opened)
        elif c == "{":
            found = Block(pipeline=self.pipeline())
            self.starts(";")
            self.need("}", opened)
        else:
            items: list[Value] = []
            while not self.starts("]"):
                items.append(self.value())
                if not self.starts(","):
                    self.need("]", opened)
                    break
            found = Listed(items=tuple(items))
        self.depth -= 1
        return found


def _is_number(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.replace(".", "", 1).isdecimal() and digits.isascii() and not digits.startswith(".")


def _flat(kind: type[And] | type[Or], parts: list[Condition]) -> tuple[Condition, ...]:
    out: list[Condition] = []
    for part in parts:
        out.extend(part.parts if isinstance(part, kind) else [part])
    return tuple(out)
