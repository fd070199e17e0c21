"""Rules about conditions by themselves."""

from __future__ import annotations

from sqlglot import exp

from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.sql.chains import chain_of
from cybersecqwen.dialects.sql.tree import SqlTree

from .changing import changed, is_text, text_of


def in_for_or(tree: SqlTree, _context: Context) -> SqlTree | None:
    """`a = 'x' OR a = 'y'` as `a IN ('x', 'y')`: the same also where a is NULL."""
    return changed(tree, _join_equalities, exp.Or)


def _join_equalities(statement: exp.Expr) -> bool:
    done = False
    chains = [one for one in statement.find_all(exp.Or) if not isinstance(one.parent, exp.Or)]
    for chain in chains:
        parts = list(chain.flatten(unnest=False))
        made = _joined(parts)
        if len(made) < len(parts):
            _put(chain, made)
            done = True
    return done


def _joined(parts: list[exp.Expr]) -> list[exp.Expr]:
    """Equalities of one side with several texts or numbers as one IN."""
    groups: dict[str, tuple[exp.Expr, list[exp.Expr]]] = {}
    places: dict[str, int] = {}
    out: list[exp.Expr | None] = []
    for part in parts:
        left, values = _equality(part)
        if left is None:
            out.append(part)
            continue
        kind = "text" if is_text(values[0]) else "number"
        key = f"{kind} {text_of(left)}"
        if key not in groups:
            groups[key], places[key] = (left, []), len(out)
            out.append(part)
        groups[key][1].extend(values)
    for key, (left, values) in groups.items():
        unique = list({text_of(value): value for value in values}.values())
        if len(unique) > 1:
            out[places[key]] = exp.In(this=left.copy(), expressions=[value.copy() for value in unique])
    return [part for part in out if part is not None]


def _equality(part: exp.Expr) -> tuple[exp.Expr | None, list[exp.Expr]]:
    """(what is compared, the literals of one kind that it may equal); (None, []) for other conditions."""
    found = part.unnest()
    if isinstance(found, exp.EQ) and isinstance(found.expression, exp.Literal):
        return found.this, [found.expression]
    if isinstance(found, exp.In) and found.expressions and not found.args.get("query"):
        kinds = {is_text(one) for one in found.expressions}
        if len(kinds) == 1 and all(isinstance(one, exp.Literal) for one in found.expressions):
            return found.this, list(found.expressions)
    return None, []


def _put(chain: exp.Expr, parts: list[exp.Expr]) -> None:
    """A chain of OR in the place of another."""
    made = chain_of(exp.Or, [part.copy() for part in parts])
    target = chain
    if len(parts) == 1 and isinstance(chain.parent, exp.Paren) and isinstance(chain.parent.parent, _LOOSE):
        target = chain.parent
    target.replace(made)


_LOOSE = (exp.Connector, exp.Not, exp.Where, exp.Having, exp.Paren)
"""What a comparison can stand in without brackets; what compares it again would take it apart."""


def no_condition_twice(tree: SqlTree, _context: Context) -> SqlTree | None:
    """Of equal parts of a chain the first."""
    return changed(tree, _drop_equal, exp.And, exp.Or)


def _drop_equal(statement: exp.Expr) -> bool:
    done = False
    for chain in list(statement.find_all(exp.And, exp.Or)):
        if isinstance(chain.parent, type(chain)) or _is_volatile(chain):
            continue
        parts = list(chain.flatten(unnest=False))
        first: dict[exp.Expr, exp.Expr] = {}
        for part in parts:
            first.setdefault(part.unnest(), part)
        unique = list(first.values())
        if len(unique) < len(parts):
            chain.replace(chain_of(type(chain), [part.copy() for part in unique]))
            done = True
    return done


def _is_volatile(chain: exp.Expr) -> bool:
    """Whether it may be something else each time that it is computed."""
    names = ("random", "randomblob", "uuid", "gen_random_uuid", "nextval")
    return chain.find(exp.Rand, exp.Uuid) is not None or any(
        call.name.lower() in names for call in chain.find_all(exp.Anonymous)
    )


def equals_for_like(tree: SqlTree, _context: Context) -> SqlTree | None:
    """LIKE without wildcards as an equality: in DuckDB both keep case."""
    return changed(tree, _equal, exp.Like)


def _equal(statement: exp.Expr) -> bool:
    done = False
    for like in list(statement.find_all(exp.Like)):
        pattern = like.expression
        if type(like) is not exp.Like or not is_text(pattern) or isinstance(like.parent, exp.Escape):
            continue
        if "%" not in pattern.name and "_" not in pattern.name:
            kind = exp.NEQ if like.args.get("negate") else exp.EQ
            like.replace(kind(this=like.this.copy(), expression=pattern.copy()))
            done = True
    return done
