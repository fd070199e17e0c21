"""A KQL query cut down to the records that it looks at: what stands before it counts, joins or expands them.

What stays is a table (or several, of a union) with the steps that keep, compute or take apart its records one
by one: where, search, extend, parse; `project` as far as it computes. Sorting is passed over. The first other
step ends it. Tables that `let` names are followed, functions that it names are called. Comparisons of a
record's time with moments are left out: they say when to look, not what for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cybersecqwen.dialects.kql import steps as kql
from cybersecqwen.dialects.kql.names import is_parser
from cybersecqwen.dialects.kql.steps import Step
from cybersecqwen.dialects.kql.tree import (
    Between,
    Binary,
    Call,
    Expr,
    KqlQuery,
    Lambda,
    Let,
    Logic,
    Member,
    Name,
    Named,
    Pipeline,
    Star,
    Text,
)
from cybersecqwen.dialects.kql.walk import changed, walk

_TIMES = frozenset(("TimeGenerated", "Timestamp"))
_MOMENTS = frozenset(("<", ">", "<=", ">=", "==", "!="))
_DEEPEST = 30


class Apart(Exception):
    """A query of which no records can be told; its text says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Branch:
    """Records of one table."""

    table: str
    steps: tuple[Step, ...] = ()
    end: str = ""
    """The step at which it was cut; "" where it was not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Looked:
    """What a query looks at."""

    branches: tuple[Branch, ...]
    lets: Mapping[str, Expr]

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables whose records are looked at."""
        return tuple(dict.fromkeys(one.table for one in self.branches))

    @property
    def conditions(self) -> int:
        """Steps that keep only some of the records."""
        return sum(_keeps(step) for one in self.branches for step in one.steps)

    @property
    def ends(self) -> tuple[str, ...]:
        """The steps at which it was cut."""
        return tuple(dict.fromkeys(one.end for one in self.branches if one.end))

    @property
    def queries(self) -> tuple[KqlQuery, ...]:
        """A query for each branch, with those names that it needs."""
        return tuple(self._query(one) for one in self.branches)

    @property
    def query(self) -> KqlQuery:
        """All in one."""
        made = self.queries
        if len(made) == 1:
            return made[0]
        needed = {one.name.text: one for each in made for one in each.statements if isinstance(one, Let)}
        ordered = tuple(needed[name] for name in self.lets if name in needed)
        bodies = tuple(each.body for each in made if each.body is not None)
        return KqlQuery(statements=ordered, body=Pipeline(source=kql.Union(tables=bodies)))

    def _query(self, branch: Branch) -> KqlQuery:
        needed = _needed(branch.steps, self.lets)
        statements = tuple(Let(Name(name), value) for name, value in self.lets.items() if name in needed)
        source: Expr = Call(branch.table) if is_parser(branch.table) else Name(branch.table)
        return KqlQuery(statements=statements, body=Pipeline(source=source, steps=branch.steps))


def looked_at(tree: KqlQuery) -> Looked:
    """What a query looks at. Raises Apart."""
    if tree.body is None:
        raise Apart("it is no query")
    lets = {one.name.text: one.value for one in tree.statements if isinstance(one, Let)}
    following = _Following(lets)
    return Looked(branches=tuple(following.branches(tree.body, 0)), lets=following.lets)


class _Following:
    """Follows the names of tables to the tables themselves."""

    def __init__(self, lets: Mapping[str, Expr]) -> None:
        self.lets = dict(lets)

    def branches(self, tree: Expr, depth: int) -> list[Branch]:
        """The records that a table is made of."""
        if depth > _DEEPEST:
            raise Apart("its names lead nowhere")
        if isinstance(tree, Pipeline):
            return [_through(one, tree.steps) for one in self._source(tree.source, depth)]
        if isinstance(tree, Name):
            return self._named(tree.text, depth)
        if isinstance(tree, Call):
            return self._called(tree, depth)
        if isinstance(tree, Member):
            raise Apart("it looks at another workspace")
        raise Apart("it begins with a value")

    def _source(self, source: Expr | Step, depth: int) -> list[Branch]:
        if isinstance(source, kql.Union):
            return [one for table in source.tables for one in self.branches(_no_star(table), depth + 1)]
        if isinstance(source, Step):
            raise Apart(f"it begins with {word_of(source)}")
        return self.branches(source, depth + 1)

    def _named(self, name: str, depth: int) -> list[Branch]:
        if "*" in name:
            raise Apart("it looks at tables by a pattern")
        value = self.lets.get(name)
        if value is None:
            return [Branch(table=name)]
        if isinstance(value, Lambda):
            return self._called(Call(name), depth)
        if value == Name(name):
            return [Branch(table=name)]
        return self.branches(value, depth + 1)

    def _called(self, call: Call, depth: int) -> list[Branch]:
        if call.name in ("materialize", "view") and call.arguments:
            return self.branches(call.arguments[0], depth + 1)
        if call.name == "table" and call.arguments and isinstance(call.arguments[0], Text):
            return [Branch(table=call.arguments[0].value)]
        function = self.lets.get(call.name)
        if isinstance(function, Lambda):
            return self.branches(self._body(function, call.arguments), depth + 1)
        if function is None and (is_parser(call.name) or not call.arguments):
            return [Branch(table=call.name)]
        raise Apart(f"it begins with the function {call.name}")

    def _body(self, function: Lambda, arguments: Sequence[Expr]) -> Expr:
        """The body with its arguments in it; what it names itself is named for all."""
        given: dict[str, Expr] = {}
        for at, parameter in enumerate(function.parameters):
            value = arguments[at] if at < len(arguments) else parameter.default
            if value is None:
                raise Apart("a function lacks an argument")
            given[parameter.name.text] = value.value if isinstance(value, Named) else value
        for statement in function.statements:
            if isinstance(statement, Let):
                self.lets[statement.name.text] = _filled(statement.value, given)
        return _filled(function.body, given)


def _filled(tree: Expr, given: Mapping[str, Expr]) -> Expr:
    def change(node: object) -> object:
        return given.get(node.text, node) if isinstance(node, Name) else node

    return changed(tree, change) if given else tree


def _no_star(table: Expr) -> Expr:
    if isinstance(table, Star):
        raise Apart("it looks at every table")
    return table


def word_of(step: Step) -> str:
    """How people name a step."""
    return str(getattr(step, "word", "")) or type(step).__name__.lower()


def _through(branch: Branch, steps: Sequence[Step]) -> Branch:
    kept, end = list(branch.steps), branch.end
    for step in steps:
        if end:
            break
        if not _passes(step):
            end = word_of(step)
        elif (one := _simplified(step)) is not None:
            kept.append(one)
    return replace(branch, steps=tuple(kept), end=end)


def _passes(step: Step) -> bool:
    """Whether each row behind a step is a record before it."""
    if isinstance(step, kql.Project):
        return step.word != "distinct"
    one_by_one = (kql.Where, kql.Extend, kql.Parse, kql.ParseKv, kql.Sort)
    return isinstance(step, one_by_one) or (isinstance(step, kql.Search) and not step.tables)


def _simplified(step: Step) -> Step | None:
    """The step without what does not matter for which records there are; None where nothing is left."""
    if isinstance(step, kql.Sort):
        return None
    if isinstance(step, kql.Project):
        named = tuple(item for item in step.items if isinstance(item, Named))
        return kql.Extend(items=named) if named else None
    if isinstance(step, kql.Where):
        predicate = _timeless(step.predicate)
        return None if predicate is None else replace(step, predicate=predicate)
    return step


def _timeless(predicate: Expr) -> Expr | None:
    if isinstance(predicate, Logic) and predicate.operator == "and":
        parts = tuple(kept for one in predicate.parts if (kept := _timeless(one)) is not None)
        return replace(predicate, parts=parts) if len(parts) > 1 else parts[0] if parts else None
    if isinstance(predicate, Between):
        return None if _is_time(predicate.left) else predicate
    if isinstance(predicate, Binary) and predicate.operator in _MOMENTS:
        return None if _is_time(predicate.left) or _is_time(predicate.right) else predicate
    return predicate


def _is_time(tree: Expr) -> bool:
    return isinstance(tree, Name) and tree.text in _TIMES


def _keeps(step: Step) -> bool:
    return isinstance(step, kql.Where | kql.Search) or word_of(step) == "parse-where"


def _needed(steps: Sequence[Step], lets: Mapping[str, Expr]) -> set[str]:
    """The names that steps use, and those that these use."""
    found: set[str] = set()
    waiting = list(_names(tuple(steps)))
    while waiting:
        name = waiting.pop()
        if name in lets and name not in found:
            found.add(name)
            waiting.extend(_names(lets[name]))
    return found


def _names(tree: object) -> Iterator[str]:
    for node in walk(tree):
        if isinstance(node, Name):
            yield node.text
        elif isinstance(node, Call):
            yield node.name
