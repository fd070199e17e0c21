"""A tree of a query string that means a query of the middle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or, Test
from cybersecqwen.dialects.globs import ANY, ONE, wildcards_of
from cybersecqwen.dialects.query import Query

from .read import INDEX
from .render import can_stand_bare
from .times import range_of
from .tree import EXISTS, Clause, Field, Group, Node, Phrase, Word
from .values import Case, Leaf, cannot, write_values

EVERYTHING = Field(name=ANY, inner=Word(text=ANY))
"""`*:*`."""


class Writer:
    """Writes trees, for fields that compare as `case` says, with times in `time_field`."""

    def __init__(self, case: Case, time_field: str) -> None:
        self.case = case
        self.time_field = time_field

    def query(self, query: Query) -> Group:
        """The tree of a query. Raises UnsayableError for what is more than a filter."""
        if query.steps:
            kind = type(query.steps[0]).__name__
            raise cannot(
                _STEPS.get(kind, "steps behind the filter"),
                "A query string filters and does no more.",
                "Count and sort by an aggregation of the search request.",
            )
        parts: list[Node | Expression] = []
        if query.tables:
            parts.append(self._named(INDEX, [_table(name) for name in query.tables]))
        if query.span is not None:
            parts.append(Field(name=self.time_field, inner=range_of(query.span)))
        if query.where is not None:
            parts += query.where.parts if isinstance(query.where, And) else [query.where]
        return self.every(parts) if parts else _alone(EVERYTHING)

    def every(self, parts: Iterable[Node | Expression]) -> Group:
        """A group of which all must hold."""
        clauses: list[Clause] = []
        for part in _flat(And, parts):
            negated, inner = _unwrapped(part)
            clauses.append(
                Clause(
                    joint="AND" if clauses else "",
                    sign="NOT" if negated else "",
                    node=self.node(inner),
                )
            )
        return Group(clauses=tuple(clauses)) if clauses else _alone(EVERYTHING)

    def node(self, part: Node | Expression) -> Node:
        """One clause; a group where it takes several."""
        if isinstance(part, And | Not):
            return self.every([part])
        if isinstance(part, Or):
            return self._any(part)
        if isinstance(part, Test):
            return self._test(part)
        return part

    def _any(self, part: Or) -> Node:
        clauses = tuple(
            Clause(joint="OR" if at else "", node=self.node(one))
            for at, one in enumerate(_joined(_flat(Or, part.parts)))
        )
        if not clauses:
            return _alone(EVERYTHING, sign="NOT")
        return clauses[0].node if len(clauses) == 1 else Group(clauses=clauses)

    def _test(self, test: Test) -> Node:
        if test.op in (Op.PRESENT, Op.NULL):
            return self._presence(test)
        if not test.field:
            self._refuse_whole(test)
        leaves = write_values(test, self.case)
        return self._named(test.field, leaves)

    def _presence(self, test: Test) -> Node:
        if not test.field:
            return EVERYTHING if test.op is Op.PRESENT else _alone(EVERYTHING, sign="NOT")
        name = Word(text=test.field) if not {ANY, ONE} & set(test.field) else Phrase(text=test.field)
        found = Field(name=EXISTS, inner=name)
        return found if test.op is Op.PRESENT else _alone(found, sign="NOT")

    def _refuse_whole(self, test: Test) -> None:
        """Keywords are found within a record; what asks for all of its text cannot be said."""
        if test.op is Op.REGEX:
            return
        for text in wildcards_of(test) or ("",):
            if len(text) < 2 or text[0] != ANY or text[-1] != ANY:
                raise cannot("comparison with the whole text", "The whole text of a record is compared.")

    def _named(self, name: str, leaves: list[Leaf]) -> Node:
        """One of the leaves, in a field or in none."""
        if not leaves:
            return _alone(EVERYTHING, sign="NOT")
        inner: Leaf | Group = leaves[0]
        if len(leaves) > 1:
            inner = Group(
                clauses=tuple(Clause(joint="OR" if at else "", node=leaf) for at, leaf in enumerate(leaves))
            )
        return Field(name=name, inner=inner) if name else inner


_STEPS = {
    "Aggregate": "counting and grouping",
    "Keep": "conditions on counts",
    "Sort": "sorting",
    "Limit": "a limit of rows",
    "Columns": "a choice of columns",
    "Unique": "different values alone",
    "Sequence": "sequences of events",
}


def _joined(parts: Iterable[Node | Expression]) -> Iterable[Node | Expression]:
    """Tests of one kind on one field as one test of several values, in the place of the first."""
    found: dict[object, Node | Expression] = {}
    for part in parts:
        if not isinstance(part, Test) or not part.values or part.op is Op.SAME_AS:
            found[len(found)] = part
            continue
        key = (part.field, part.op, part.cased, part.part)
        before = found.get(key)
        values = (*before.values, *part.values) if isinstance(before, Test) else part.values
        found[key] = replace(part, values=tuple(dict.fromkeys(values)))
    return found.values()


def _alone(node: Node, sign: str = "") -> Group:
    return Group(clauses=(Clause(sign=sign, node=node),))


def _table(name: str) -> Leaf:
    text = name.replace("*", ANY).replace("?", ONE)
    return Word(text=text) if text != name or can_stand_bare(text) else Phrase(text=text)


def _unwrapped(part: Node | Expression) -> tuple[bool, Node | Expression]:
    """Whether a part is negated, and what is within."""
    negated = False
    while isinstance(part, Not):
        negated, part = not negated, part.inner
    if isinstance(part, Test) and part.op is Op.NULL and part.field:
        return not negated, Test(part.field, Op.PRESENT)
    return negated, part


def _flat(kind: type[And] | type[Or], parts: Iterable[Node | Expression]) -> Iterable[Node | Expression]:
    for part in parts:
        if isinstance(part, kind):
            yield from _flat(kind, part.parts)
        else:
            yield part
