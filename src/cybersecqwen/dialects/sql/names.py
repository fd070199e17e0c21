"""The tables and columns that SQL takes from the schema, with where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from cybersecqwen.dialects.interface import Name, Names

from .positions import Positions
from .tree import SqlTree, placed


@dataclass(frozen=True, slots=True)
class _Source:
    """What a SELECT reads from."""

    table: str
    """Name of a table of the schema; "" for what the query makes."""
    made: frozenset[str] = frozenset()
    """Columns that the query makes there, in small letters."""
    open: bool = True
    """Whether columns of the schema pass through it."""


@dataclass(frozen=True, slots=True)
class _Scope:
    """What can be named inside a SELECT."""

    sources: dict[str, _Source]
    """What it reads from, by name."""
    made: frozenset[str]
    """Columns that the query makes in what it reads from, and names that it gives itself."""
    open: bool
    """Whether columns of the schema are among those of what it reads from."""
    table: str
    """The table that it reads from; "" where there are several, or none."""


def names(tree: SqlTree) -> Names:
    """The names, each as often as it stands, in the order of the text."""
    tree = placed(tree)
    reader = _Reader(Positions(tree.source))
    for statement in tree.statements:
        reader.whole(statement)

    return Names(
        tables=tuple(sorted(reader.tables, key=_place)), fields=tuple(sorted(reader.fields, key=_place))
    )


def _place(name: Name) -> tuple[int, int]:
    return name.line, name.column


def name_of_table(table: exp.Table) -> str:
    """The name of a table with those of its schema and catalogue before it."""
    return ".".join(part.name for part in table.parts)


class _Reader:
    def __init__(self, positions: Positions) -> None:
        self._positions = positions
        self.tables: list[Name] = []
        self.fields: list[Name] = []

    def whole(self, statement: exp.Expr) -> None:
        made = {one.alias.lower(): one for one in statement.find_all(exp.CTE)}
        outputs = {name: _outputs(one.this, made, 0) for name, one in made.items()}
        for table in statement.find_all(exp.Table):
            if isinstance(table.this, exp.Identifier) and not _is_made(table, made):
                line, column = self._positions.of(table.this)
                self.tables.append(Name(text=name_of_table(table), line=line, column=column))
        scopes: dict[int, _Scope] = {}
        for column_ in statement.find_all(exp.Column):
            if isinstance(column_.this, exp.Identifier):
                self._column(column_, made, outputs, scopes)

    def _column(
        self,
        column: exp.Column,
        made: dict[str, exp.CTE],
        outputs: dict[str, _Source],
        known: dict[int, _Scope],
    ) -> None:
        parts = [part.name for part in column.parts]
        above = column.parent
        dots: list[str] = []
        while isinstance(above, exp.Dot) and isinstance(above.expression, exp.Identifier):
            dots.append(above.expression.name)
            above = above.parent
        select = column.find_ancestor(exp.Select)
        scopes: list[_Scope] = []
        while isinstance(select, exp.Select):
            if id(select) not in known:
                known[id(select)] = _scope(select, made, outputs)
            scopes.append(known[id(select)])
            select = _around(select)
        found = _resolved(column, [*parts, *dots], scopes)
        if found is not None:
            name, table = found
            line, place = self._positions.of(column.parts[0])
            self.fields.append(Name(text=name, line=line, column=place, table=table))


def _around(select: exp.Select) -> exp.Select | None:
    """The SELECT whose columns can be seen from inside one: none where that is a table of it."""
    above: exp.Expr | None = select.parent
    while above is not None and not isinstance(above, exp.Select):
        if isinstance(above, exp.From | exp.Join | exp.CTE):
            return None
        above = above.parent
    return above


def _resolved(column: exp.Column, parts: list[str], scopes: list[_Scope]) -> tuple[str, str] | None:
    """(field, its table) of a column; None for what the query makes itself."""
    first = parts[0].lower()
    if _is_variable(column, first):
        return None
    for at in range(len(parts) - 1, 0, -1):  # the table may be named with its schema
        qualifier = ".".join(parts[:at]).lower()
        for scope in scopes:
            source = scope.sources.get(qualifier)
            if source is not None:
                return _from(source, ".".join(parts[at:]))
    for scope in scopes:
        if first in scope.made:
            return None
        if scope.open:
            break
    return ".".join(parts), scopes[0].table if scopes else ""


def _from(source: _Source, name: str) -> tuple[str, str] | None:
    if name.lower() in source.made or not source.open:
        return None
    return name, source.table


def _is_variable(column: exp.Column, name: str) -> bool:
    """Whether it is the variable of a function that is written in place."""
    above = column.find_ancestor(exp.Lambda)
    while isinstance(above, exp.Lambda):
        if any(one.name.lower() == name for one in above.expressions):
            return True
        above = above.find_ancestor(exp.Lambda)
    return False


def _aliases(select: exp.Select) -> dict[str, exp.Alias]:
    """Names that a SELECT gives to what it computes, but those of what it computes from that very name."""
    return {
        one.alias.lower(): one
        for one in select.expressions
        if isinstance(one, exp.Alias)
        and all(column.parts[0].name.lower() != one.alias.lower() for column in one.find_all(exp.Column))
    }


def _is_made(table: exp.Table, made: dict[str, exp.CTE]) -> bool:
    return len(table.parts) == 1 and table.name.lower() in made


def _scope(select: exp.Select, made: dict[str, exp.CTE], outputs: dict[str, _Source]) -> _Scope:
    sources = dict(_sources(select, made, outputs))
    tables = {source.table for source in sources.values()}
    return _Scope(
        sources=sources,
        made=frozenset(_aliases(select)).union(*(source.made for source in sources.values())),
        open=any(source.open for source in sources.values()),
        table=tables.pop() if len(tables) == 1 else "",
    )


def _sources(
    select: exp.Select, made: dict[str, exp.CTE], outputs: dict[str, _Source]
) -> Iterator[tuple[str, _Source]]:
    begin = select.args.get("from_") or select.args.get("from")
    roots = [begin, *(select.args.get("joins") or ()), *(select.args.get("laterals") or ())]
    for number, root in enumerate(one for one in roots if one is not None):
        yield from _source(root.this, f"#{number}", made, outputs)


def _source(
    found: exp.Expr, key: str, made: dict[str, exp.CTE], outputs: dict[str, _Source]
) -> Iterator[tuple[str, _Source]]:
    alias = found.alias.lower() if isinstance(found, exp.Table | exp.Subquery | exp.Lateral) else ""
    if isinstance(found, exp.Table) and isinstance(found.this, exp.Identifier):
        if _is_made(found, made):
            yield alias or found.name.lower(), outputs[found.name.lower()]
        else:
            name = name_of_table(found)
            yield alias or name.lower(), _Source(name)
            if not alias and len(found.parts) > 1:
                yield found.name.lower(), _Source(name)
    elif isinstance(found, exp.Subquery):
        yield alias or key, _outputs(found.this, made, 0)
    else:
        given = found.args.get("alias")
        columns = given.columns if isinstance(given, exp.TableAlias) else []
        yield alias or key, _Source("", frozenset(one.name.lower() for one in columns), open=False)
    if isinstance(found, exp.Table | exp.Subquery):
        for join in found.args.get("joins") or ():
            yield from _source(join.this, f"{key}j", made, outputs)


def _outputs(query: exp.Expr, made: dict[str, exp.CTE], depth: int) -> _Source:
    """What columns a query gives: those that it names, and whether it lets all others through."""
    while isinstance(query, exp.Subquery):
        query = query.this
    if isinstance(query, exp.SetOperation):
        query = query.this if depth > 50 else _first(query)
    if not isinstance(query, exp.Select) or depth > 50:
        return _Source("")
    named = frozenset(one.alias_or_name.lower() for one in query.expressions if one.alias_or_name)
    starred = any(one.is_star for one in query.expressions)
    table = ""
    inner: frozenset[str] = frozenset()
    if starred:
        begin = query.args.get("from_") or query.args.get("from")
        root = begin.this if begin is not None else None
        if isinstance(root, exp.Table) and isinstance(root.this, exp.Identifier):
            if not _is_made(root, made):
                table = name_of_table(root)
            elif depth < 20:
                found = _outputs(made[root.name.lower()].this, made, depth + 10)
                table, inner = found.table, found.made
        elif isinstance(root, exp.Subquery):
            found = _outputs(root.this, made, depth + 1)
            table, inner = found.table, found.made
    return _Source(table, (named - {"*"}) | inner, open=starred)


def _first(query: exp.Expr) -> exp.Expr:
    while isinstance(query, exp.SetOperation | exp.Subquery):
        query = query.this
    return query
