"""What a query string means, in the words of the middle.

Clauses hold as the classic parser of Lucene joins them: AND makes both its neighbours required, and beside
clauses that are required those that are not change the score alone. Groups of nothing but NOT mean all else,
as Elasticsearch and OpenSearch take them. Boosts change the score alone. A range holds for a value between
both bounds; of a field with several values the middle asks whether some reach each bound.
"""

from __future__ import annotations

from collections.abc import Iterator

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or, Test
from cybersecqwen.dialects.globs import ANY, ONE
from cybersecqwen.dialects.query import Query, Span

from .render import escaped
from .times import span_of
from .tree import EXISTS, Comparison, Field, Group, Node, Phrase, Range, Word
from .values import Case, cannot, read_leaf, words_source

INDEX = "_index"
"""The field that holds the name of the index a record is in."""


def required(group: Group) -> tuple[list[Node], list[Node], list[Node]]:
    """The clauses that must hold, those of which one must, those that must not."""
    must, may, not_ = [], [], []
    for clause, behind in zip(group.clauses, [*group.clauses[1:], None], strict=True):
        if clause.sign in ("NOT", "-"):
            not_.append(clause.node)
        elif clause.sign == "+" or clause.joint == "AND" or (behind is not None and behind.joint == "AND"):
            must.append(clause.node)
        else:
            may.append(clause.node)
    return must, may, not_


def is_everything(node: Node) -> bool:
    """Whether a clause is `*:*` or a lone star."""
    if isinstance(node, Field):
        return node.name == ANY and node.inner == Word(text=ANY)
    return node == Word(text=ANY)


class Reader:
    """Reads trees, of fields that compare as `case` says, with times in `time_field`."""

    def __init__(self, case: Case, time_field: str) -> None:
        self.case = case
        self.time_field = time_field

    def query(self, tree: Group) -> Query:
        """What a whole query string means."""
        must, may, not_ = required(tree)
        if not must and len(may) == 1:
            must, may = may, []
        spans = [node for node in must if self._is_time(node)]
        tables = [node for node in must if isinstance(node, Field) and node.name == INDEX]
        # Two of a kind are a condition, which the middle has no place for.
        taken = [one for found in (spans, tables) if len(found) == 1 for one in found]
        left = [node for node in must if not any(node is one for one in taken)]
        where = None
        if left or (may and not must) or not_:
            where = self._joined(left, [] if must else may, not_)
        return Query(
            where=None if where == Test("", Op.PRESENT) else where,
            span=_span(spans[0]) if len(spans) == 1 else None,
            tables=tuple(_tables(tables[0])) if len(tables) == 1 else (),
        )

    def _is_time(self, node: Node) -> bool:
        return (
            isinstance(node, Field)
            and node.name == self.time_field
            and isinstance(node.inner, Range | Comparison)
        )

    def _joined(self, must: list[Node], may: list[Node], not_: list[Node], field: str = "") -> Expression:
        parts = [self.node(node, field) for node in must]
        if may and not must:
            found = [self.node(node, field) for node in may]
            parts.append(found[0] if len(found) == 1 else Or(tuple(found)))
        parts += [Not(self.node(node, field)) for node in not_]
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def node(self, node: Node, field: str = "") -> Expression:
        """The expression of one clause, in a group of a field's values that field's."""
        if isinstance(node, Group):
            return self._joined(*required(node), field)
        if isinstance(node, Field):
            return self._field(node)
        if not field and isinstance(node, Word | Phrase) and is_everything(node):
            return Test("", Op.PRESENT)
        if field:
            return read_leaf(field, node, self.case)
        return self._free(node)

    def _field(self, node: Field) -> Expression:
        if is_everything(node):
            return Test("", Op.PRESENT)
        if ANY in node.name or ONE in node.name:
            raise cannot("wildcards in names of fields", f"{escaped(node.name)} stands for several fields.")
        if node.name == EXISTS:
            if isinstance(node.inner, Word | Phrase) and not {ANY, ONE} & set(node.inner.text):
                return Test(node.inner.text, Op.PRESENT)
            raise cannot("wildcards in names of fields", "It asks whether any of several fields is there.")
        if self._is_time(node) or node.name == INDEX:
            raise cannot("times and indexes within a condition", f"{node.name} is part of a condition.")
        return self.node(node.inner, node.name)

    def _free(self, node: Node) -> Expression:
        """A term in no field: with stars around it somewhere in the record, else as whole words."""
        if isinstance(node, Word) and node.fuzzy is None and (ANY in node.text or ONE in node.text):
            if node.text[0] == ANY and node.text[-1] == ANY:
                return read_leaf("", node, self.case)
            raise cannot("terms with wildcards without a field", "A term with wildcards stands in no field.")
        if isinstance(node, Word | Phrase) and (node.fuzzy if isinstance(node, Word) else node.slop) is None:
            return Test("", Op.REGEX, (words_source(node.text, self.case),), True)
        assert not isinstance(node, Field | Group)
        found = read_leaf("", node, self.case)
        if isinstance(found, Test) and found.op in (Op.REGEX, Op.CONTAINS, Op.GLOB):
            return found
        raise cannot("comparisons without a field", "A range, or a whole value, is compared in no field.")


def _span(node: Node) -> Span:
    assert isinstance(node, Field) and isinstance(node.inner, Range | Comparison)
    return span_of(node.inner)


def _tables(node: Node) -> Iterator[str]:
    """Names of indexes, with their wildcards as they are written."""
    inner = node.inner if isinstance(node, Field) else node
    if isinstance(inner, Word | Phrase):
        yield inner.text.replace(ANY, "*").replace(ONE, "?")
        return
    if not isinstance(inner, Group) or any(one.sign or one.joint == "AND" for one in inner.clauses):
        raise cannot("conditions on names of indexes", "The name of the index is no plain list.")
    for clause in inner.clauses:
        yield from _tables(clause.node)
