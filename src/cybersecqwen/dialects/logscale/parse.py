"""From the text of a query to its tree."""

from __future__ import annotations

from cybersecqwen.dialects.globs import ANY, ONE

from .reader import Reader
from .table import (
    AND,
    APPLY,
    ARGUMENT,
    ARITHMETIC,
    ASSIGN,
    CASE,
    COMPARISONS,
    FUNCTION,
    LIKE,
    MATCH,
    NAME,
    NOT,
    OR,
    ORDERED,
    SPAN,
    TIGHTEST,
    TRUTHS,
    VALUE,
    WORD,
)
from .tree import (
    And,
    Apply,
    Argument,
    Assign,
    Bare,
    Block,
    Branch,
    Call,
    Case,
    Compare,
    Condition,
    Filter,
    Free,
    Glob,
    Listed,
    Match,
    Not,
    Operation,
    Or,
    Pipeline,
    Regex,
    Step,
    Text,
    Truth,
    Value,
)


def parse(text: str) -> Pipeline:
    """The tree of a query. Raises QuerySyntaxError, or LimitError for what is too long or deep."""
    parser = _Parser(text)
    found = parser.pipeline()
    if not parser.done():
        raise parser.error(f"{parser.peek()!r} stands where nothing like it can.")
    return found


class _Parser(Reader):
    def pipeline(self) -> Pipeline:
        """Steps with bars between, also before the first."""
        self.starts("|")
        steps = [self.step()]
        while self.starts("|"):
            steps.append(self.step())
        return Pipeline(steps=tuple(steps))

    def step(self) -> Step:
        self.blanks()
        start = self.at
        if self.word(CASE):
            if self.sees("{"):
                return self.case()
            self.at = start
        found = self.by_field()
        return found if found is not None else Filter(condition=self.all_of())

    def by_field(self) -> Step | None:
        """A step that begins with a field and is no filter; None, nothing read over, for any other."""
        start = self.at
        name = self.name()
        if name is None:
            return None
        place = self.place(start)
        if self.starts(ASSIGN):
            return Assign(field=name, value=self.value())
        if self.starts(APPLY):
            self.blanks()
            return Apply(field=name, call=self.call(), place=place)
        if self.word(MATCH) and self.sees("{"):
            return self.matching(name, start)
        self.at = start
        return None

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

    def case(self) -> Case:
        opened = self.at
        self.at += 1
        self.deeper()
        branches = [self.pipeline()]
        while self.starts(";"):
            if self.sees("}"):
                break
            branches.append(self.pipeline())
        self.need("}", opened)
        self.depth -= 1
        return Case(branches=tuple(branches))

    def matching(self, name: str, start: int) -> Match:
        opened = self.at
        self.need("{")
        self.deeper()
        branches = [self.branch()]
        while self.starts(";"):
            if self.sees("}"):
                break
            branches.append(self.branch())
        self.need("}", opened)
        self.depth -= 1
        return Match(field=name, branches=tuple(branches), place=self.place(start))

    def branch(self) -> Branch:
        self.blanks()
        value: Glob | Regex | Call = self.call() if FUNCTION.match(self.text, self.at) else self.pattern()
        self.need("=>")
        return Branch(value=value, pipeline=self.pipeline())

    def all_of(self) -> Condition:
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
        parts = [self.negated()]
        while self.word(OR):
            parts.append(self.negated())
        return parts[0] if len(parts) == 1 else Or(parts=_flat(Or, parts))

    def negated(self) -> Condition:
        self.blanks()
        if self.word(NOT) or (not self.sees("!=") and self.starts("!")):
            self.deeper()
            inner = self.negated()
            self.depth -= 1
            return Not(inner=inner)
        return self.single()

    def single(self) -> Condition:
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
        if ANY in text or ONE in text:
            raise self.error("A character for private use stands for a wildcard here.", start)
        return Glob(text=text.replace("*", ANY))

    def call(self) -> Call:
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
        named = self.match(ARGUMENT)
        return Argument(value=self.value(), name=named[1] if named else "")

    def value(self, level: int = 1) -> Value:
        """A value, with signs between that hold as tight as the level or tighter."""
        if level > TIGHTEST:
            return self.atom()
        found = self.value(level + 1)
        while True:
            self.blanks()
            sign = next((one for one in ARITHMETIC if self.text.startswith(one, self.at)), "")
            if not sign or ARITHMETIC[sign] != level:
                return found
            self.at += len(sign)
            found = Operation(left=found, sign=sign, right=self.value(level + 1))

    def atom(self) -> Value:
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
