"""Statements in words: where rows come from, clause by clause in the order in which they work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from cybersecqwen.dialects import describing as words
from cybersecqwen.dialects.sql.tree import SqlTree

from .conditions import condition
from .values import value


def describe(tree: SqlTree) -> tuple[str, ...]:
    """What the statements do, a sentence for each clause."""
    return words.finished(sentence for one in tree.statements for sentence in _statement(one, 0))


_LEVELS = 20
"""Queries in queries that are told."""


def _statement(found: exp.Expr, depth: int) -> Iterator[str]:
    if depth > _LEVELS:
        yield "Does more, which is not told"
        return
    yield from _named(found, depth)
    if isinstance(found, exp.Subquery):
        yield from _statement(found.this, depth + 1)
        yield from _ordered(found)
    elif isinstance(found, exp.SetOperation):
        yield from _both(found, depth)
    elif isinstance(found, exp.Table):
        yield from _source(found, depth)
    elif isinstance(found, exp.Select):
        yield from _select(found, depth)
    else:
        yield f"Runs the statement {words.clean(found.key.upper())}"


def _named(found: exp.Expr, depth: int) -> Iterator[str]:
    """Queries that WITH names."""
    with_ = found.args.get("with_") or found.args.get("with")
    if with_ is None:
        return
    for one in with_.expressions:
        again = ", again and again on its own rows" if with_.args.get("recursive") else ""
        yield from words.inside(f"For {words.name(one.alias)}{again}", _statement(one.this, depth + 1))


_SETS = {exp.Union: "together", exp.Intersect: "that are in both", exp.Except: "that are only in the first"}


def _both(found: exp.SetOperation, depth: int) -> Iterator[str]:
    parts: list[exp.Expr] = []
    whole: exp.Expr = found
    while type(whole) is type(found) and not (whole is not found and _tail(whole)):
        parts.append(whole.expression)
        whole = whole.this
    parts.append(whole)
    for number, part in enumerate(reversed(parts), 1):
        yield from words.inside(f"For query {number}", _statement(part, depth + 1))
    once = ", each once" if found.args.get("distinct") else ""
    yield f"Gives the rows of {len(parts)} queries {_SETS.get(type(found), 'together')}{once}"
    yield from _ordered(found)


def _tail(found: exp.Expr) -> bool:
    return any(found.args.get(name) for name in ("order", "limit", "offset"))


def _select(found: exp.Select, depth: int) -> Iterator[str]:
    begin = found.args.get("from_") or found.args.get("from")
    if begin is not None:
        yield from _source(begin.this, depth)
    for join in found.args.get("joins") or ():
        yield from _join(join, depth)
    for clause in ("where", "having", "qualify"):
        inner = found.args.get(clause)
        for query in _queries_in(inner) if inner is not None else ():
            yield from words.inside("For the subquery", _statement(query, depth + 1))
    yield from _where(found.args.get("where"), "rows")
    yield from _columns(found)
    yield from _where(_by_names(found), "groups")
    yield from _where(found.args.get("qualify"), "rows")
    yield from _ordered(found)


def _queries_in(found: exp.Expr) -> Iterator[exp.Expr]:
    """Queries in an expression, not those inside them."""
    waiting = [found]
    while waiting:
        one = waiting.pop()
        if isinstance(one, exp.Select | exp.SetOperation):
            yield one
        else:
            waiting.extend(reversed(list(one.iter_expressions())))


def _source(found: exp.Expr, depth: int) -> Iterator[str]:
    if isinstance(found, exp.Subquery):
        yield from _statement(found.this, depth + 1)
    else:
        yield f"Looks at {_table(found)}"
    for join in found.args.get("joins") or ():
        yield from _join(join, depth)


def _table(found: exp.Expr) -> str:
    if isinstance(found, exp.Table):
        if isinstance(found.this, exp.Identifier):
            return ".".join(words.name(part.name) for part in found.parts)
        return f"what {value(found.this)} gives"
    return f"what {value(found)} gives"


def _join(found: exp.Join, depth: int) -> Iterator[str]:
    other = found.this
    inner = other.this if isinstance(other, exp.Subquery) else None
    side = _table(other) if inner is None else "a second side"
    using = words.names(one.name for one in found.args.get("using") or ())
    on = f" on {using}" if using else ""
    if found.args.get("on") is not None:
        on = f" where {words.alone(condition(found.args['on']))}"
    yield f"Joins the rows with {side}{on}, and keeps {_kept(found, bool(on))}"
    if inner is not None:
        yield from words.inside("For the second side", _statement(inner, depth + 1))


def _kept(found: exp.Join, asked: bool) -> str:
    if found.kind in ("SEMI", "ANTI"):
        return f"rows of the first side {'with' if found.kind == 'SEMI' else 'without'} a match"
    sides = {
        "LEFT": "all rows of the first side",
        "RIGHT": "all rows of the second side",
        "FULL": "all rows of both sides",
    }
    return sides.get(found.side, "what matches" if asked else "every pair")


def _where(clause: exp.Expr | None, what: str) -> Iterator[str]:
    if clause is None:
        return
    kept: list[str] = []
    dropped: list[str] = []
    for part in _all_of(clause.this):
        if isinstance(part, exp.Not) and not isinstance(part.this, exp.Is):
            dropped.append(condition(part.this))
        else:
            kept.append(condition(part))
    yield from words.split_up(kept, dropped, what)


def _by_names(found: exp.Select) -> exp.Expr | None:
    """HAVING with the names of measures in place of what computes them."""
    having: exp.Expr | None = found.args.get("having")
    named = {one.this: one.alias for one in found.expressions if isinstance(one, exp.Alias)}
    if having is None or not named:
        return having
    return having.transform(lambda node: exp.column(named[node]) if node in named else node)


def _all_of(found: exp.Expr) -> Iterator[exp.Expr]:
    found = found.unnest()
    if isinstance(found, exp.And):
        for part in found.flatten():
            yield from _all_of(part)
    else:
        yield found


def _columns(found: exp.Select) -> Iterator[str]:
    """What is told of groups, or shown of rows."""
    chosen = found.expressions
    group = found.args.get("group")
    if group is not None or any(_is_measure(one) for one in chosen):
        yield _told(chosen, group)
        return
    once = ", every combination once" if found.args.get("distinct") is not None else ""
    if any(type(one) is exp.Star for one in chosen) and len(chosen) == 1:
        if once:
            yield "Gives every row once"
        return
    said = [_column(one) for one in chosen[:16]]
    yield f"Shows {words.some(said, 'and', 14, total=len(chosen))}{once}"


def _is_measure(found: exp.Expr) -> bool:
    """Whether it is computed over groups, not over a window."""
    return any(
        not isinstance(one.parent, exp.Window) and not isinstance(one.parent.parent, exp.Window)
        for one in found.find_all(exp.AggFunc)
        if one.parent is not None
    )


def _column(found: exp.Expr) -> str:
    said = value(found)
    named = words.name(found.alias) if found.alias else ""
    if not named or said == named or said.endswith(f".{named}"):
        return said
    return f"{said} (as {named})"


def _told(chosen: Sequence[exp.Expr], group: exp.Expr | None) -> str:
    aliased = {one.alias: one for one in chosen if one.alias}
    keys = [_key(one, chosen, aliased) for one in group.expressions] if group is not None else []
    known = {key.unalias() for key in keys}
    plain = [one for one in chosen if one.unalias() not in known]
    told = words.some([_column(one) for one in plain[:16]], "and", 14, words.TOLD, total=len(plain))
    by = words.some([_column(one) for one in keys[:14]], "and", 12, words.BY, total=len(keys))
    if not plain:
        return f"Gives every combination of {by} once"
    return f"Tells {told}{f' for each {by}' if by else ''}"


def _key(found: exp.Expr, chosen: Sequence[exp.Expr], aliased: dict[str, exp.Expr]) -> exp.Expr:
    """What a group is made by: a column that a number or another name stands for."""
    if isinstance(found, exp.Literal) and found.name.isdigit() and 0 < int(found.name[:4]) <= len(chosen):
        return chosen[int(found.name[:4]) - 1]
    return aliased.get(found.name, found)


def _ordered(found: exp.Expr) -> Iterator[str]:
    order = found.args.get("order")
    if order is not None:
        keys = [
            f"{value(one.this)} ({'greatest' if one.args.get('desc') else 'least'} first)"
            for one in order.expressions
        ]
        yield f"Sorts by {words.some(keys, 'then', 8)}"
    limit, offset = found.args.get("limit"), found.args.get("offset")
    skipped = f", after leaving out {value(offset.expression)}" if offset is not None else ""
    if limit is not None and isinstance(limit.expression, exp.Expr):
        yield f"Gives the first {value(limit.expression)} rows{skipped}"
    elif offset is not None:
        yield f"Leaves out the first {value(offset.expression)} rows"
