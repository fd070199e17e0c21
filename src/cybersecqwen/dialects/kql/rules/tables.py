"""Rules that need to know which table a column is of: joins, unions, and types of columns."""

from __future__ import annotations

from cybersecqwen.dialects.fields.schema import Schema
from cybersecqwen.dialects.improvement import Context, Rule
from cybersecqwen.dialects.kql.names import Foreseen
from cybersecqwen.dialects.kql.naming_steps import Columns, kind_of
from cybersecqwen.dialects.kql.steps import Join, Step, Union, Where
from cybersecqwen.dialects.kql.tree import Binary, Call, Expr, KqlQuery, Name, Named, Pipeline
from cybersecqwen.dialects.kql.walk import changed

from .changing import BEST, DOCS, all_of, movable, parts_of, uses, where, where_present

_LEFT_FIRST = frozenset(("inner", "leftouter", "leftanti", "leftsemi", "anti"))
"""Kinds of joins whose rows have each one row of the left, whatever the others are."""


_MOST_JOINS = 4
"""Joins behind each other up to which the names of all columns are foreseen."""


def _known(found: Columns, schema: Schema | None) -> frozenset[str] | None:
    """All columns of a table; None where they are not all known."""
    if found.opaque or found.joined > _MOST_JOINS:
        return None
    names = set(found.made)
    names.update(name + "1" * ones for name in found.doubled for ones in range(1, found.joined + 1))
    if found.limited:
        return frozenset(names)
    if schema is None or not found.tables:
        return None
    for name in found.tables:
        table = schema.table(name)
        if table is None:
            return None
        names.update(table.fields)
    return frozenset(names)


def _lets(query: KqlQuery) -> frozenset[str]:
    return frozenset(
        name.text for one in query.statements if (name := getattr(one, "name", None)) is not None
    )


def _before_join(tree: KqlQuery, context: Context) -> KqlQuery | None:
    named, foreseen = _lets(tree), Foreseen(tree)

    def change(node: object) -> object:
        if not isinstance(node, Pipeline) or not any(isinstance(step, Join) for step in node.steps):
            return node
        return _pipeline_with_join(node, foreseen, context, named)

    made = changed(tree, change)
    return None if made is tree else made


def _pipeline_with_join(
    node: Pipeline, foreseen: Foreseen, context: Context, named: frozenset[str]
) -> Pipeline:
    """Conditions behind a join on columns of one side alone, on that side."""
    for at, (step, columns) in enumerate(zip(node.steps[:-1], foreseen.along(node), strict=False)):
        after = node.steps[at + 1]
        if not isinstance(step, Join) or not isinstance(after, Where) or isinstance(after.predicate, Named):
            continue
        going = _sides(step, after, columns, foreseen, context, named)
        if going is None:
            continue
        to_left, to_right, staying = going
        before: list[Step] = [where(to_left, after)] if to_left else []
        right = _filtered(step.right, to_right) if to_right else step.right
        joined = Join(
            word=step.word, right=right, on=step.on, options=step.options, notes=step.notes, place=step.place
        )
        rest: list[Step] = [where(staying)] if staying else []
        steps = (*node.steps[:at], *before, joined, *rest, *node.steps[at + 2 :])
        return Pipeline(node.source, steps, node.notes)
    return node


def _sides(
    step: Join, after: Where, left: Columns, foreseen: Foreseen, context: Context, named: frozenset[str]
) -> tuple[list[Expr], list[Expr], list[Expr]] | None:
    """Conditions for the left, for the right, and for neither; None where all stay."""
    kind = kind_of(step) or ("leftouter" if step.word == "lookup" else "innerunique")
    mine = _known(left, context.schema)
    theirs = _known(foreseen.of(step.right), context.schema)
    to_left: list[Expr] = []
    to_right: list[Expr] = []
    staying: list[Expr] = []
    for part in parts_of(after.predicate):
        used = uses(part) - named
        if not used or not movable(part):
            staying.append(part)
        elif mine is not None and used <= mine and kind in _LEFT_FIRST:
            to_left.append(part)
        elif (
            mine is not None and theirs is not None and kind == "inner" and used <= theirs and not used & mine
        ):
            to_right.append(part)
        else:
            staying.append(part)
    return (to_left, to_right, staying) if to_left or to_right else None


def _filtered(tree: Expr, parts: list[Expr]) -> Pipeline:
    step = Where(predicate=all_of(parts))
    if isinstance(tree, Pipeline):
        return Pipeline(tree.source, (*tree.steps, step), tree.notes)
    return Pipeline(tree, (step,))


def _into_union(tree: KqlQuery, context: Context) -> KqlQuery | None:
    """Conditions right behind a union, in each of its tables."""
    named, foreseen = _lets(tree), Foreseen(tree)

    def change(node: object) -> object:
        if not isinstance(node, Pipeline) or not isinstance(node.source, Union) or not node.steps:
            return node
        first = node.steps[0]
        if not isinstance(first, Where) or isinstance(first.predicate, Named):
            return node
        columns = [_known(foreseen.of(one), context.schema) for one in node.source.tables]
        going = [
            part
            for part in parts_of(first.predicate)
            if movable(part)
            and (used := uses(part) - named)
            and all(one is not None and used <= one for one in columns)
        ]
        if not going:
            return node
        tables = tuple(_filtered(one, going) for one in node.source.tables)
        source = Union(tables=tables, options=node.source.options, place=node.source.place)
        staying = [part for part in parts_of(first.predicate) if part not in going]
        rest = (where(staying, first), *node.steps[1:]) if staying else node.steps[1:]
        return Pipeline(source, rest, (*node.notes, *(first.notes if not staying else ())))

    made = changed(tree, change)
    return None if made is tree else made


def _without_tostring(tree: KqlQuery, context: Context) -> KqlQuery | None:
    """tostring(x) of a column that is text in every table of the schema becomes x."""
    schema = context.schema
    if schema is None:
        return None
    made_here = {one.text for node in _nameds(tree) for one in node.names} | _lets(tree)

    def change(node: object) -> object:
        if not isinstance(node, Binary) or not isinstance(node.left, Call) or node.left.name != "tostring":
            return node
        (inner,) = node.left.arguments if len(node.left.arguments) == 1 else (None,)
        if not isinstance(inner, Name) or inner.text in made_here or not _is_text(inner.text, schema):
            return node
        return Binary(node.operator, inner, node.right)

    made = changed(tree, change)
    return None if made is tree else made


def _nameds(tree: KqlQuery) -> list[Named]:
    from cybersecqwen.dialects.kql.walk import find

    return list(find((tree.statements, tree.body), Named))


def _is_text(name: str, schema: Schema) -> bool:
    kinds = {table.fields[name] for table in schema.tables.values() if name in table.fields}
    return kinds == {"text"}


TABLES: tuple[Rule[KqlQuery], ...] = (
    Rule(
        name="filter-before-join",
        reason="Rows that are left out need not be joined first.",
        source=BEST,
        apply=where_present(("Join", "Where"), _before_join),
    ),
    Rule(
        name="filter-inside-union",
        reason="Each table is filtered where it is read, and not all rows together behind.",
        source=f"{DOCS}union-operator",
        apply=where_present(("Union", "Where"), _into_union),
    ),
    Rule(
        name="no-tostring-of-text",
        reason="A column that is text already is compared as it is, by its index.",
        source=BEST,
        apply=where_present(("tostring()",), _without_tostring),
    ),
)
"""Rules that ask the schema."""
