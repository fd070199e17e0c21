"""The rules that can fire on one kind of record, laid out for evaluation over columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .keywords import keywords_of, literals_of
from .match import FieldMatcher
from .model import And, Expression, Not, Op, Rule, Test

Node = tuple[str, "int | Node | tuple[Node, ...]"]
"""An expression as nested tuples: ("t", test), ("n", node), ("a", nodes), ("o", nodes)."""

_COMMON = frozenset(("EventID", "Channel", "Provider_Name", "EventType", "eventSource", "type"))
"""Fields that hold for many records of a kind: poor reasons to look at a rule."""


@dataclass(frozen=True, slots=True)
class Column:
    """A field with the tests on it."""

    field: str
    matcher: FieldMatcher


class Plan:
    """What is needed to evaluate some rules on records of one kind."""

    def __init__(self, rules: Sequence[tuple[int, Rule]]) -> None:
        self.rules: list[int] = [number for number, _ in rules]
        """Numbers of the rules in the set; positions in the plan are used below."""
        self.ids = frozenset(rule.about.id for _, rule in rules)
        self.tests: list[Test] = []
        """Every different test, by number."""
        self._numbers: dict[Test, int] = {}
        self.nodes: list[Node] = [self._node(rule.expression) for _, rule in rules]
        """The expression of each rule."""
        self.watch: dict[int, tuple[int, ...]] = {}
        """Test to the rules that can only hold where it does, or where another test leads to them."""
        self.always: tuple[int, ...] = ()
        """Rules that no test leads to: those that ask only for what is absent, or for keywords."""
        self._watch_all()
        by_field: dict[str, list[tuple[int, Test]]] = {}
        self.references: dict[int, Test] = {}
        """Tests that compare two fields: decided row by row."""
        for number, test in enumerate(self.tests):
            if test.op is Op.SAME_AS:
                self.references[number] = test
            else:
                by_field.setdefault(test.field, []).append((number, test))
        whole = by_field.pop("", [])
        self.columns: list[Column] = [Column(name, FieldMatcher(tests)) for name, tests in by_field.items()]
        """Fields that are looked at in every batch."""
        self.column_of: dict[int, int] = {
            number: at for at, tests in enumerate(by_field.values()) for number, _ in tests
        }
        """Test to the position of its column."""
        self.keywords = keywords_of(whole)
        """Tests on the whole text that many records can be looked through for at once."""
        covered = self.keywords.covered if self.keywords is not None else frozenset()
        hidden = [(number, test) for number, test in whole if number not in covered]
        shown = [(number, test) for number, test in whole if number in covered]
        self.whole: tuple[FieldMatcher, FieldMatcher] = (FieldMatcher(hidden), FieldMatcher(shown))
        """Tests on the whole text, looked at only where everything else holds: those that are not, and those
        that are among the `keywords`."""

    def _number(self, test: Test) -> int:
        found = self._numbers.get(test)
        if found is None:
            found = self._numbers[test] = len(self.tests)
            self.tests.append(test)
        return found

    def _node(self, expression: Expression) -> Node:
        if isinstance(expression, Test):
            return ("t", self._number(expression))
        if isinstance(expression, Not):
            return ("n", self._node(expression.inner))
        kind = "a" if isinstance(expression, And) else "o"
        parts = tuple(map(self._node, sorted(expression.parts, key=_cost)))
        return (kind, parts)

    def _watch_all(self) -> None:
        watch: dict[int, list[int]] = {}
        always: list[int] = []
        for position, node in enumerate(self.nodes):
            leads = self._leads(node)
            if leads is None:
                always.append(position)
            else:
                for test in leads[1]:
                    watch.setdefault(test, []).append(position)
        self.watch = {test: tuple(positions) for test, positions in watch.items()}
        self.always = tuple(always)

    def _leads(self, node: Node) -> tuple[float, frozenset[int]] | None:
        """(how often it is likely to hold, tests of which one must hold where the node does)."""
        kind, inner = node
        if kind == "t":
            assert isinstance(inner, int)
            test = self.tests[inner]
            if not test.field or test.op in (Op.NULL, Op.SAME_AS):
                return None
            return _likely(test), frozenset((inner,))
        if kind == "n":
            return None
        assert isinstance(inner, tuple)
        found = [self._leads(part) for part in inner]
        if kind == "a":
            return min((one for one in found if one is not None), default=None, key=lambda one: one[0])
        if any(one is None for one in found):
            return None
        known = [one for one in found if one is not None]
        return sum(one[0] for one in known), frozenset().union(*(one[1] for one in known))


def _likely(test: Test) -> float:
    """A guess at how often a test holds: long literals seldom, presence nearly always."""
    if test.op is Op.PRESENT:
        return 100.0
    base = 20.0 if test.field in _COMMON else 1.0
    if test.op in (Op.EQUALS, Op.CONTAINS, Op.STARTS, Op.ENDS):
        return base * sum(1.0 / (1 + len(value)) for value in test.values)
    return base * 0.5 * len(test.values)


def _cost(expression: Expression) -> tuple[int, int]:
    """Order within and/or: what excludes most and costs least stands first, what needs whole texts last."""
    if isinstance(expression, Test):
        if expression.field:
            return (2 if expression.op is Op.SAME_AS else 0), len(expression.values)
        return (3 if literals_of(expression) else 4), len(expression.values)
    if isinstance(expression, Not):
        return max(_cost(expression.inner)[0], 1), 0
    return max((_cost(part)[0] for part in expression.parts), default=0), len(expression.parts)
