"""A small query language for tests of what works with any: `logs | where a = 1 | sort b | take 5`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from cybersecqwen.detect.sigma.model import Op
from cybersecqwen.dialects.improvement import Context, Rule
from cybersecqwen.dialects.interface import (
    Atom,
    Data,
    Dialect,
    Effect,
    Name,
    Names,
    Record,
    Rows,
    Running,
)
from cybersecqwen.dialects.query import Query
from cybersecqwen.errors import QuerySyntaxError, UnsayableError

_WORDS = {"where": 3, "sort": 1, "take": 1, "count": 0, "magic": 0, "write": 1}
_COSTS = {"where": 1.0, "sort": 20.0, "take": 0.1, "count": 2.0, "magic": 1.0, "write": 1.0}


@dataclass(frozen=True)
class Toy:
    """A table, and what is done with its records."""

    table: str
    steps: tuple[tuple[str, ...], ...] = ()


class ToyDialect(Dialect[Toy]):
    """The language; its rules are given."""

    name: ClassVar[str] = "toy"
    title: ClassVar[str] = "Toy"
    schema: ClassVar[str] = "toy"

    def __init__(self, *rules: Rule[Toy], priced: bool = True) -> None:
        self.rules = rules  # type: ignore[misc]
        self.priced = priced

    def parse(self, text: str) -> Toy:
        table, *parts = (part.split() for part in text.split("|"))
        for words in parts:
            if not words or _WORDS.get(words[0]) != len(words) - 1:
                raise QuerySyntaxError("no such step", line=1, column=1)
        return Toy(" ".join(table), tuple(map(tuple, parts)))

    def render(self, tree: Toy) -> str:
        return " | ".join([tree.table, *map(" ".join, tree.steps)])

    def read(self, tree: Toy) -> Query:
        raise UnsayableError("no", what="anything")

    def write(self, query: Query) -> Toy:
        raise UnsayableError("no", what="anything")

    def names(self, tree: Toy) -> Names:
        fields = [words[1] for words in tree.steps if words[0] in ("where", "sort")]
        return Names(
            tables=(Name(text=tree.table, line=1, column=1),),
            fields=tuple(Name(text=one, line=1, column=1) for one in fields),
        )

    def effects(self, tree: Toy) -> tuple[Effect, ...]:
        return tuple(
            Effect(command="write", what="writes a file") for words in tree.steps if words[0] == "write"
        )

    def run(self, tree: Toy, data: Data, running: Running) -> Rows:
        rows: list[Record] = list(data.get(tree.table, data.get("", ())))
        ordered = False
        for word, *rest in tree.steps:
            if word == "magic":
                raise UnsayableError("the step magic cannot be run here.", what="magic")
            if word == "where":
                rows = [row for row in rows if _holds(rest, row)]
            elif word == "sort":
                name = rest[0]
                rows, ordered = sorted(rows, key=lambda row: str(row.get(name))), True
            elif word == "take":
                rows = rows[: int(rest[0])]
            else:
                rows = [{"count": len(rows)}]
        return Rows(rows=tuple(rows), ordered=ordered)

    def atoms(self, tree: Toy) -> tuple[Atom, ...]:
        return tuple(
            Atom(words[1], Op.EQUALS if words[2] == "=" else Op.CONTAINS, (words[3],))
            for words in tree.steps
            if words[0] == "where"
        )

    def cost(self, tree: Toy, context: Context) -> float:
        if not self.priced:
            raise NotImplementedError
        total, share = 0.0, 1.0
        for word, *_ in tree.steps:
            total += share * _COSTS[word]
            share *= 0.1 if word == "where" else 1.0
        return 1.0 + total


def _holds(rest: list[str], row: Record) -> bool:
    name, op, wanted = rest
    value: Any = row.get(name)
    if value is None:
        return False
    return str(value) == wanted if op == "=" else wanted in str(value)


def swap(name: str, first: str, second: str, **more: Any) -> Rule[Toy]:
    """A rule that puts a step before the one that it follows."""

    def apply(tree: Toy, _context: Context) -> Toy | None:
        for at, (one, two) in enumerate(zip(tree.steps, tree.steps[1:], strict=False)):
            if (one[0], two[0]) == (first, second):
                return Toy(tree.table, (*tree.steps[:at], two, one, *tree.steps[at + 2 :]))
        return None

    return _rule(name, apply, **more)


def _rule(name: str, apply: Any, **more: Any) -> Rule[Toy]:
    return Rule(name=name, reason="It reads less.", source="https://example.org/", apply=apply, **more)


def without(name: str, word: str, **more: Any) -> Rule[Toy]:
    """A rule that leaves out one step of a kind."""

    def apply(tree: Toy, _context: Context) -> Toy | None:
        at = next((at for at, step in enumerate(tree.steps) if step[0] == word), None)
        return None if at is None else Toy(tree.table, (*tree.steps[:at], *tree.steps[at + 1 :]))

    return _rule(name, apply, **more)


def doubled(name: str, word: str) -> Rule[Toy]:
    """A rule that says a step twice, and never stops."""

    def apply(tree: Toy, _context: Context) -> Toy | None:
        step = next((step for step in tree.steps if step[0] == word), None)
        return None if step is None else Toy(tree.table, (*tree.steps, step))

    return _rule(name, apply)


def once(name: str) -> Rule[Toy]:
    """A rule that says no step twice."""

    def apply(tree: Toy, _context: Context) -> Toy | None:
        return Toy(tree.table, tuple(dict.fromkeys(tree.steps)))

    return _rule(name, apply)
