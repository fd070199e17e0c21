"""Names that would break out of their quotes: every language writes them as names, or refuses them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cybersecqwen.detect.sigma.model import Logsource, Op
from cybersecqwen.detect.sigma.model import Test as Asked
from cybersecqwen.dialects import DIALECTS
from cybersecqwen.dialects.interface import Dialect, Names
from cybersecqwen.dialects.normal import equivalent
from cybersecqwen.dialects.query import (
    Aggregate,
    Columns,
    Measure,
    Measured,
    Query,
    Sequence,
    Sort,
    Stage,
    Step,
    Unique,
)
from cybersecqwen.errors import CsqError

SOURCE = Logsource(product="windows", category="process_creation")
NAMES = (
    *('a" OR "1"="1', "a' OR '1'='1", 'a\\"b', "a) OR (1=1", "x]|delete", "x`|delete", "a;drop table t"),
    *("a\nb | delete", "a\rb", "a\x00b", "a\x1bb", "a\u2028b", "a\u202eb", "\t", "  ", "\ud800", "é"),
    *("a--b", "a//b", "a/*b*/c", "#x", "a\\", '"', "'", "`", "*", "a*", "?", "$x$", "{{x}}", "%s", "a]]b"),
    *("a:b", "a=b", "a,b", "-a", "@t", "[a]", "a[0]", "['a']", "a.b..c", "a.", "1", "A" * 5_000),
    *("not", "OR", "and", "in", "by", "select", "search", "where", "null", "true", "over", "<script>"),
)
ONE = Asked("a", Op.EQUALS, ("x",))


def steps(name: str) -> Iterator[Step]:
    """A name in each step that may hold one."""
    yield Aggregate(measures=(Measure(name="n", function=Measured.COUNT),), by=(name,))
    yield Aggregate(measures=(Measure(name="n", function=Measured.DISTINCT, field=name),), by=("b",))
    yield Aggregate(measures=(Measure(name=name, function=Measured.COUNT),), by=("b",))
    yield from (Sort(keys=((name, True),)), Columns(fields=("a", name)), Unique(fields=("a", name)))


def queries(name: str, tables: tuple[str, ...]) -> Iterator[Query]:
    """A name wherever a query may hold one, and as a value."""
    wheres = [
        *(Asked(name, op, ("x",)) for op in (Op.EQUALS, Op.CONTAINS, Op.REGEX)),
        *(Asked(name, Op.PRESENT), Asked(name, Op.GREATER, ("5",)), Asked(name, Op.CIDR, ("10.0.0.0/8",))),
        *(Asked("a", Op.SAME_AS, (name, "equals")), Asked("a", Op.EQUALS, (name.lower(),))),
        Asked("a", Op.CONTAINS, (name.lower(), "b")),
    ]
    for where in wheres:
        yield Query(logsource=SOURCE, tables=tables, where=where)
    yield Query(logsource=SOURCE, tables=(name,), where=ONE)
    for step in steps(name):
        yield Query(logsource=SOURCE, tables=tables, where=ONE, steps=(step,))
    stages = (
        Stage(where=ONE, tables=tables, logsource=SOURCE),
        Stage(where=Asked(name, Op.EQUALS, ("x",)), tables=tables, logsource=SOURCE),
    )
    yield Query(logsource=SOURCE, steps=(Sequence(stages=stages, by=(name,), within_s=60.0),))


def read_again(one: Dialect[Any], query: Query) -> tuple[Query, Names] | None:
    """What the text of a query means; None where it is refused, or taken for one that does more than read."""
    try:
        tree = one.parse(one.render(one.write(query)))
        return None if one.effects(tree) else (one.read(tree), one.names(tree))
    except CsqError as error:
        assert error.message
        return None


@pytest.mark.parametrize("dialect", DIALECTS.names())
def test_a_name_stays_a_name_wherever_it_stands(dialect: str) -> None:
    one = DIALECTS.get(dialect)()
    own = {one.time_field, "@timestamp", "TimeGenerated", "_source", "metadata.id"}
    said: dict[str, int] = {}
    for name in NAMES:
        for query in queries(name, () if dialect == "secops" else ("process",)):
            found = read_again(one, query)
            if found is None:
                continue
            back, names = found
            said[name] = said.get(name, 0) + 1
            assert equivalent(back.where, query.where), (name, query)
            if any(isinstance(step, Sequence) for step in query.steps):
                assert [type(step) for step in back.steps] == [Sequence]
            elif dialect != "sigma":  # whose rules name columns, but do not cut to them
                assert back.steps == query.steps, (name, query)
            if dialect != "sigma":  # which escapes stars in names
                strange = {one.text for one in names.fields} - {name, "a", "b", "n", "other", *own}
                assert not strange, (name, query)
    least = {"secops": 10}  # which has no quotes for names
    assert len(said) >= least.get(dialect, len(NAMES) - 3), sorted(set(NAMES) - set(said))
