"""Rules about clauses: what is done first, and what need not be done at all."""

from __future__ import annotations

from sqlglot import exp

from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.sql.groups import plain_name
from cybersecqwen.dialects.sql.tree import SqlTree

from .changing import aggregates, changed, conjuncts, selects, set_conditions, text_of

_INSIDE = (exp.Subquery, exp.With)
_ORDERED = (
    exp.ArrayAgg,
    exp.GroupConcat,
    exp.First,
    exp.Last,
    exp.AnyValue,
    exp.Anonymous,
    exp.AnonymousAggFunc,
)
"""What may depend on the order of the rows that it is given."""


def having_to_where(tree: SqlTree, _context: Context) -> SqlTree | None:
    """Conditions of HAVING about groups alone as conditions of WHERE."""
    return changed(tree, lambda statement: any(_move(select) for select in selects(statement)), exp.Having)


def _move(select: exp.Select) -> bool:
    keys = {text_of(one) for one in _keys(select)}
    if not keys or _names_again(select):
        return False
    parts = conjuncts(select.args.get("having"))
    moved = [part for part in parts if not aggregates(part) and _only(part, keys)]
    if not moved:
        return False
    set_conditions(select, "having", [part for part in parts if part not in moved])
    set_conditions(select, "where", [*conjuncts(select.args.get("where")), *moved])
    return True


def _keys(select: exp.Select) -> list[exp.Expr]:
    """The columns that are grouped by; none where groups are of several kinds."""
    group = select.args.get("group")
    if group is None or [name for name, value in group.args.items() if value and name != "expressions"]:
        return []
    return [one for one in group.expressions if isinstance(one, exp.Column)]


def _names_again(select: exp.Select) -> bool:
    """Whether a name is given to something else than the column of that name."""
    return any(isinstance(one, exp.Alias) and _is_key(select, one) for one in select.expressions)


def _is_key(select: exp.Select, alias: exp.Alias) -> bool:
    name = alias.alias.lower()
    return (
        any(column.name.lower() == name for column in _keys(select)) and plain_name(alias.this) != alias.alias
    )


def _only(part: exp.Expr, keys: set[str]) -> bool:
    columns = list(part.find_all(exp.Column))
    return (
        bool(columns) and all(text_of(column) in keys for column in columns) and part.find(exp.Query) is None
    )


def filter_in_subquery(tree: SqlTree, _context: Context) -> SqlTree | None:
    """Conditions on the rows of a subquery inside of it."""
    return changed(tree, lambda statement: any(_push(select) for select in selects(statement)), *_INSIDE)


def _push(select: exp.Select) -> bool:
    inner, alias = _inner(select)
    if inner is None or any(inner.args.get(name) for name in ("limit", "offset", "distinct", "qualify")):
        return False
    if inner.find(exp.Window) is not None or any(aggregates(one) for one in inner.expressions):
        return False
    if inner.args.get("group") or inner.args.get("having"):
        return False
    outputs = _outputs(inner)
    parts = conjuncts(select.args.get("where"))
    moved = [part for part in parts if outputs is not None and _fits(part, outputs, alias)]
    if not moved or outputs is None:
        return False
    for part in moved:
        for column in list(part.find_all(exp.Column)):
            column.replace(outputs.get(column.name.lower(), exp.column(column.this.copy())).copy())
    set_conditions(select, "where", [part for part in parts if not any(part is one for one in moved)])
    set_conditions(inner, "where", [*conjuncts(inner.args.get("where")), *moved])
    return True


def _inner(select: exp.Select) -> tuple[exp.Select | None, str]:
    """(the SELECT that is all that a SELECT reads from, its name)."""
    begin = select.args.get("from_") or select.args.get("from")
    found = begin.this if begin is not None else None
    if isinstance(found, exp.Table):
        return _common(select, found)
    if not isinstance(found, exp.Subquery) or not isinstance(found.this, exp.Select):
        return None, ""
    beside = [name for name, value in found.args.items() if value and name not in ("this", "alias")]
    if beside or select.args.get("joins") or select.args.get("laterals") or found.alias_column_names:
        return None, ""
    return found.this, found.alias.lower()


def _common(select: exp.Select, table: exp.Table) -> tuple[exp.Select | None, str]:
    """The SELECT behind a name that WITH gives, if it is read once alone; and the name that it has here."""
    root = select.root()
    with_ = root.args.get("with_")
    named = [one for one in with_.expressions if one.alias == table.name] if with_ is not None else []
    reads = [one for one in root.find_all(exp.Table) if one.name.lower() == table.name.lower()]
    beside = [name for name, value in table.args.items() if value and name not in ("this", "alias")]
    if with_ is None or with_.args.get("recursive") or len(named) != 1 or len(reads) != 1 or beside:
        return None, ""
    inner = named[0].this
    if not isinstance(inner, exp.Select) or named[0].args["alias"].args.get("columns"):
        return None, ""
    if table.alias_column_names or select.args.get("joins") or select.args.get("laterals"):
        return None, ""
    return inner, table.alias_or_name.lower()


def _outputs(inner: exp.Select) -> dict[str, exp.Column] | None:
    """The columns of a SELECT by the names that they come out under; {} for all as they are.

    None where some are computed or come from several tables.
    """
    if inner.args.get("joins") or inner.args.get("laterals"):
        return None
    if [type(one) for one in inner.expressions] == [exp.Star] and not any(inner.expressions[0].args.values()):
        return {}
    found: dict[str, exp.Column] = {}
    for one in inner.expressions:
        column = one.unalias()
        if not isinstance(column, exp.Column) or column.is_star:
            return None
        found[one.alias_or_name.lower()] = column
    return found


def _fits(part: exp.Expr, outputs: dict[str, exp.Column], alias: str) -> bool:
    if part.find(exp.Query, exp.Window, exp.Dot) is not None:
        return False
    columns = list(part.find_all(exp.Column))
    known = all(not outputs or column.name.lower() in outputs for column in columns)
    own = all(not column.table or column.table.lower() == alias for column in columns)
    return bool(columns) and known and own and not any(column.args.get("db") for column in columns)


def limit_in_subquery(tree: SqlTree, _context: Context) -> SqlTree | None:
    """The limit of a SELECT that does nothing else, inside of what it reads from."""
    return changed(tree, lambda statement: any(_limit(select) for select in selects(statement)), exp.Limit)


def _limit(select: exp.Select) -> bool:
    inner, _ = _inner(select)
    limit = select.args.get("limit")
    if (
        inner is None
        or not isinstance(limit, exp.Limit)
        or inner.args.get("limit")
        or inner.args.get("offset")
    ):
        return False
    others = [
        name
        for name, value in select.args.items()
        if value and name not in ("expressions", "from_", "limit", "with_")
    ]
    if others or any(aggregates(one) or one.find(exp.Unnest, exp.Explode) for one in select.expressions):
        return False
    if not isinstance(limit.expression, exp.Literal):
        return False
    inner.set("limit", limit.copy())
    return True


def no_order_in_subquery(tree: SqlTree, _context: Context) -> SqlTree | None:
    """ORDER BY inside where what stands around counts the rows, or puts them into an order of its own."""
    return changed(
        tree, lambda statement: any(_unordered(select) for select in selects(statement)), exp.Order
    )


def _unordered(select: exp.Select) -> bool:
    inner, _ = _inner(select)
    if inner is None or not inner.args.get("order") or inner.args.get("limit") or inner.args.get("offset"):
        return False
    if select.find(exp.Window, *_ORDERED) is not None or _is_cut(select):
        return False
    counted = bool(select.args.get("group")) or any(aggregates(one) for one in select.expressions)
    if not counted and not select.args.get("order"):
        return False
    if counted and not all(map(aggregates, _loose(select))):
        return False
    inner.set("order", None)
    return True


def _loose(select: exp.Select) -> list[exp.Expr]:
    """What comes out besides the keys: SQLite takes a column by itself from whatever row comes first."""
    keys = {text_of(one) for one in _keys(select)}
    return [one for one in select.expressions if text_of(one.unalias()) not in keys]


def _is_cut(select: exp.Expr) -> bool:
    """Whether only some of the rows are read, of which an order that is lost would choose others."""
    above: exp.Expr | None = select
    while above is not None:
        if above.args.get("limit") or above.args.get("offset") or above.args.get("distinct"):
            return True
        above = above.parent
    return False


def no_distinct_of_groups(tree: SqlTree, _context: Context) -> SqlTree | None:
    """DISTINCT over groups whose keys all come out."""
    return changed(
        tree, lambda statement: any(_undistinct(select) for select in selects(statement)), exp.Distinct
    )


def _undistinct(select: exp.Select) -> bool:
    distinct = select.args.get("distinct")
    group = select.args.get("group")
    if distinct is None or distinct.args.get("on") is not None or group is None:
        return False
    if [
        name for name, value in group.args.items() if value and name != "expressions"
    ] or not group.expressions:
        return False
    chosen = {text_of(one.unalias()) for one in select.expressions}
    if not all(text_of(key) in chosen and not isinstance(key, exp.Literal) for key in group.expressions):
        return False
    select.set("distinct", None)
    return True
