"""Rules about columns inside functions."""

from __future__ import annotations

from sqlglot import exp

from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.sql.groups import plain_name
from cybersecqwen.dialects.sql.tree import Flavour, SqlTree

from .changing import changed, is_text


def no_cast_of_text(tree: SqlTree, context: Context) -> SqlTree | None:
    """`CAST(a AS TEXT)` as `a` where the schema says that a is text."""
    if context.schema is None:
        return None
    return changed(tree, lambda statement: _drop_casts(statement, context), exp.Cast)


def _drop_casts(statement: exp.Expr, context: Context) -> bool:
    done = False
    for cast in list(statement.find_all(exp.Cast)):
        named = type(cast) is exp.Cast and cast.to.this in exp.DataType.TEXT_TYPES
        # What comes out of a query keeps the name that it has.
        if named and not isinstance(cast.parent, exp.Select) and _is_text_column(cast.this, context):
            cast.replace(cast.this.copy())
            done = True
    return done


def _is_text_column(found: exp.Expr, context: Context) -> bool:
    """Whether the schema knows the column, in whatever table, as text alone."""
    name = plain_name(found) if isinstance(found, exp.Column) else None
    if name is None or context.schema is None:
        return False
    kinds = {table.fields[name] for table in context.schema.tables.values() if name in table.fields}
    return kinds == {"text"}


def no_function_on_column(tree: SqlTree, context: Context) -> SqlTree | None:
    """A function of a column whose answer the column itself gives as well."""
    if context.schema is None:
        return None
    functions = (exp.Lower, exp.Upper, exp.Left, exp.Substring)
    return changed(tree, lambda statement: _bare(statement, tree.flavour, context), *functions)


def _bare(statement: exp.Expr, flavour: Flavour, context: Context) -> bool:
    done = False
    for found in list(statement.find_all(exp.EQ, exp.In)):
        made = _without_case(found, context) or _beginning(found, flavour, context)
        if made is not None:
            found.replace(made)
            done = True
    return done


def _without_case(found: exp.Expr, context: Context) -> exp.Expr | None:
    """`lower(a) = '4688'` as `a = '4688'`: text without letters has no case, and only itself folds to it."""
    side = found.this
    if not isinstance(side, exp.Lower | exp.Upper) or not _is_text_column(side.this, context):
        return None
    values = [found.expression] if isinstance(found, exp.EQ) else list(found.expressions)
    if not values or not all(is_text(value) and _has_no_letters(value.name) for value in values):
        return None
    made = found.copy()
    made.set("this", side.this.copy())
    return made


def _has_no_letters(text: str) -> bool:
    return text.isascii() and text.lower() == text.upper()


def _beginning(found: exp.Expr, flavour: Flavour, context: Context) -> exp.Expr | None:
    """`substr(a, 1, 3) = 'abc'` as a pattern: the beginning of a text."""
    side = found.this
    if not isinstance(found, exp.EQ) or not is_text(found.expression):
        return None
    text = found.expression.name
    length = _begins(side)
    if length is None or length != len(text) or not text or not _is_text_column(side.this, context):
        return None
    if flavour == "duckdb":
        return exp.StartsWith(this=side.this.copy(), expression=found.expression.copy())
    if any(c in "*?[" for c in text):
        return None
    return exp.Glob(this=side.this.copy(), expression=exp.Literal.string(text + "*"))


def _begins(side: exp.Expr) -> int | None:
    """The characters that are taken from the beginning of a column."""
    if isinstance(side, exp.Left):
        return _number(side.expression)
    if isinstance(side, exp.Substring) and _number(side.args.get("start")) == 1:
        return _number(side.args.get("length"))
    return None


def _number(found: exp.Expr | None) -> int | None:
    plain = (
        isinstance(found, exp.Literal)
        and not found.is_string
        and found.name.isascii()
        and found.name.isdigit()
    )
    return int(found.name[:9]) if plain and found is not None else None
