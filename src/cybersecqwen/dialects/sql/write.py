"""From a query to a SELECT: each step goes into a clause where it can, else around what there is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from cybersecqwen.detect.sigma.model import Expression, Test
from cybersecqwen.detect.sigma.model import Not as Negated
from cybersecqwen.dialects.query import (
    Aggregate,
    Columns,
    Keep,
    Limit,
    Measure,
    Measured,
    Query,
    Sort,
    Span,
    Step,
    Unique,
)
from cybersecqwen.errors import UnsayableError

from . import quoting
from .conditions import Conjunct, conjuncts, joined
from .parse import parse
from .tree import Flavour, SqlTree
from .words import WORDS, Words

EVERYTHING = "events"
"""Table that a query about everything reads."""


@dataclass(frozen=True, kw_only=True)
class _Block:
    """One SELECT."""

    source: str
    where: tuple[Conjunct, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    """(what computes it, its name); () for all."""
    group: tuple[str, ...] | None = None
    having: tuple[Conjunct, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    limit: int | None = None
    distinct: bool = False
    numbers: Mapping[str, str] = field(default_factory=dict)
    """Columns that are numbers for certain, and what computes them."""
    known: tuple[str, ...] | None = None
    """Columns that there are; None where nobody says."""


def write(query: Query, flavour: Flavour, time_column: str) -> SqlTree:
    """The tree of a SELECT that means the query. Raises UnsayableError for what SQL has no words for."""
    writer = _Writer(flavour, WORDS[flavour], time_column)
    # Positions are those of the text that the tree gives, not of the line that it is made from.
    return replace(parse(writer.query(query), flavour), source="")


class _Writer:
    def __init__(self, flavour: Flavour, words: Words, time_column: str) -> None:
        self._flavour = flavour
        self._words = words
        self._time = time_column
        self._count = 0

    def query(self, query: Query) -> str:
        where = [] if query.span is None else [(text, False) for text in self._span(query.span)]
        if query.where is not None:
            where += conjuncts(query.where, self._words)
        block = _Block(source=self._from(query.tables), where=tuple(where))
        for step in query.steps:
            block = self._step(block, step)
        return self._text(block)

    def _from(self, tables: tuple[str, ...]) -> str:
        if len(tables) < 2:
            return _table(tables[0] if tables else EVERYTHING)
        if self._flavour == "sqlite":
            raise UnsayableError("SQLite joins no tables whose columns differ.", what="several tables")
        return (
            "(" + " UNION ALL BY NAME ".join(f"SELECT * FROM {_table(one)}" for one in tables) + ') AS "all"'
        )

    def _span(self, span: Span) -> list[str]:
        if span.last_s is not None:
            return self._words.since(self._time, span.last_s)
        bounds = ((">=", span.start), ("<", span.end))
        return [self._words.moment(self._time, sign, moment) for sign, moment in bounds if moment is not None]

    def _step(self, block: _Block, step: Step) -> _Block:
        if isinstance(step, Keep):
            return self._keep(block, step.where)
        if isinstance(step, Aggregate):
            return self._aggregate(block, step)
        if isinstance(step, Sort):
            return self._sort(block, step)
        if isinstance(step, Limit):
            return replace(block, limit=min(step.count, step.count if block.limit is None else block.limit))
        if isinstance(step, Columns | Unique):
            return self._columns(block, step)
        raise UnsayableError(
            "SQL has no words for records that follow each other.",
            what="sequences",
            hint="A join gives every pair, and not each record once.",
        )

    def _keep(self, block: _Block, where: Expression) -> _Block:
        _check(block, _fields(where))
        if (
            block.order
            or block.limit is not None
            or block.distinct
            or (block.columns and block.group is None)
        ):
            block = self._around(block)
        found = conjuncts(where, self._words, block.numbers)
        if block.group is not None:
            return replace(block, having=(*block.having, *found))
        return replace(block, where=(*block.where, *found))

    def _aggregate(self, block: _Block, step: Aggregate) -> _Block:
        used = [*step.by, *(one.field for one in step.measures if one.field)]
        _check(block, [*used, self._time] if step.bucket_s else used)
        if block.columns or block.limit is not None or block.distinct:
            block = self._around(block)
        by = [(quoting.name(name), name) for name in step.by]
        if step.bucket_s:
            by.insert(0, (self._words.bucket(self._time, step.bucket_s), self._time))
        measures = [(self._measure(one, block.numbers), one.name) for one in step.measures]
        columns = (*by, *measures)
        numeric = (
            (text, one.name)
            for (text, _), one in zip(measures, step.measures, strict=True)
            if one.function is not Measured.VALUES
        )
        return replace(
            block,
            columns=columns,
            group=tuple(text for text, _ in by),
            order=(),
            numbers={name: text for text, name in numeric},
            known=tuple(name for _, name in columns),
        )

    def _measure(self, measure: Measure, numbers: Mapping[str, str]) -> str:
        function, name = measure.function, measure.field
        if function is Measured.COUNT:
            return f"count({quoting.name(name)})" if name else "count(*)"
        if function is Measured.DISTINCT:
            return f"count(DISTINCT {self._words.folded(name)})"
        if function is Measured.VALUES and self._flavour == "duckdb":
            text = self._words.text(name)
            return f"coalesce(list_sort(list(DISTINCT {text}) FILTER (WHERE {text} IS NOT NULL)), [])"
        named = _FUNCTIONS.get(function)
        if named is None or (function is Measured.MEDIAN and self._flavour == "sqlite"):
            raise UnsayableError(
                f"{self._flavour} has no words for this {function.value}.", what=f"the {function.value}"
            )
        if name in numbers:
            return f"{named}({numbers[name]})"
        return f"{named}({self._words.number(name)})" + self._words.finite(name)

    def _sort(self, block: _Block, step: Sort) -> _Block:
        _check(block, [name for name, _ in step.keys])
        if block.limit is not None or block.distinct:
            block = self._around(block)
        return replace(block, order=(*step.keys, *block.order))

    def _columns(self, block: _Block, step: Columns | Unique) -> _Block:
        _check(block, step.fields)
        unique = isinstance(step, Unique)
        if block.columns or (unique and block.limit is not None):
            block = self._around(block)
        columns = tuple((quoting.name(name), name) for name in step.fields)
        return replace(
            block, columns=columns, distinct=unique, order=() if unique else block.order, known=step.fields
        )

    def _around(self, block: _Block) -> _Block:
        self._count += 1
        inner = block if block.limit is not None else replace(block, order=())
        return _Block(
            source=f"({self._text(inner)}) AS {quoting.name(f'step{self._count}')}",
            order=block.order,
            numbers={name: quoting.name(name) for name in block.numbers},
            known=block.known,
        )

    def _text(self, block: _Block) -> str:
        chosen = ", ".join(_named(text, name) for text, name in block.columns) or "*"
        parts = [f"SELECT {'DISTINCT ' if block.distinct else ''}{chosen} FROM {block.source}"]
        if block.where:
            parts.append("WHERE " + _all(block.where))
        if block.group:
            parts.append("GROUP BY " + ", ".join(block.group))
        if block.having:
            parts.append("HAVING " + _all(block.having))
        if block.order:
            parts.append("ORDER BY " + ", ".join(self._key(name, last) for name, last in block.order))
        if block.limit is not None:
            parts.append(f"LIMIT {block.limit}")
        return " ".join(parts)

    def _key(self, name: str, descending: bool) -> str:
        """Nothing comes before everything; SQLite means that anyway."""
        if self._flavour == "sqlite":
            return quoting.name(name) + (" DESC" if descending else "")
        return quoting.name(name) + (" DESC NULLS LAST" if descending else " ASC NULLS FIRST")


_FUNCTIONS = {
    Measured.SUM: "sum",
    Measured.MEAN: "avg",
    Measured.MEDIAN: "median",
    Measured.LEAST: "min",
    Measured.MOST: "max",
}
_PLAIN = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*){1,2}", re.ASCII)


def _table(name: str) -> str:
    """A table, behind its schema where the name says one."""
    if not name:
        raise UnsayableError("A table has no name.", what="tables without a name")
    return ".".join(map(quoting.name, name.split("."))) if _PLAIN.fullmatch(name) else quoting.name(name)


def _named(text: str, name: str) -> str:
    return text if text == quoting.name(name) else f"{text} AS {quoting.name(name)}"


def _all(parts: tuple[Conjunct, ...]) -> str:
    alone = len(parts) == 1
    return joined("AND", [f"({text})" if loose and not alone else text for text, loose in parts])


def _check(block: _Block, fields: Iterable[str]) -> None:
    """Refuse columns that an earlier step has left out."""
    gone = [name for name in fields if block.known is not None and name and name not in block.known]
    if gone:
        raise UnsayableError(f"An earlier step has left out the column {gone[0]!r}.", what="columns left out")


def _fields(expression: Expression) -> list[str]:
    if isinstance(expression, Test):
        other = [expression.values[0]] if expression.op.value == "same" else []
        return [expression.field, *other]
    parts = (expression.inner,) if isinstance(expression, Negated) else expression.parts
    return [name for part in parts for name in _fields(part)]
