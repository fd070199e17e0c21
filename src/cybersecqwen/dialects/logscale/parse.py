"""From the text of a query to its tree."""

from __future__ import annotations

from .filters import FilterParser
from .table import (
    APPLY,
    ASSIGN,
    CASE,
    FUNCTION,
    LINK,
    MATCH,
)
from .tree import (
    Apply,
    Assign,
    Branch,
    Call,
    Case,
    Filter,
    Glob,
    Link,
    Match,
    Pipeline,
    Regex,
    Step,
)


def parse(text: str) -> Pipeline:
    """The tree of a query. Raises QuerySyntaxError, or LimitError for what is too long or deep."""
    parser = _Parser(text)
    found = parser.pipeline()
    if not parser.done():
        raise parser.error(f"{parser.peek()!r} stands where nothing like it can.")
    return found


class _Parser(FilterParser):
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
        if self.starts(LINK):
            other = self.name()
            if other is None:
                raise self.error(f"A field must follow {LINK}.")
            return Link(field=name, other=other, place=place)
        if self.starts(ASSIGN):
            return Assign(field=name, value=self.value())
        if self.starts(APPLY):
            self.blanks()
            return Apply(field=name, call=self.call(), place=place)
        if self.word(MATCH) and self.sees("{"):
            return self.matching(name, start)
        self.at = start
        return None

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
