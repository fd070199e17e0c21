"""EQL parses what Elastic documents, renders what it parses, and says where text is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cybersecqwen.dialects.elastic.expressions import Binary, Field
from cybersecqwen.dialects.elastic.walking import fields_in, walk
from cybersecqwen.dialects.eql import Eql
from cybersecqwen.dialects.eql.tree import (
    GRAMMAR,
    EqlTree,
    Event,
    Pipe,
    Sample,
    Sequence,
    Stage,
    Window,
)
from cybersecqwen.errors import LimitError, QueryError, QuerySyntaxError
from tests.dialects.elastic.drawn import NAMES, expressions
from tests.strategies import UNHURRIED

EQL = Eql()


def _compares_fields(event: Event) -> bool:
    return any(
        isinstance(one, Binary) and fields_in(one.left) and fields_in(one.right) for one in walk(event.where)
    )


events = st.builds(
    Event, st.sampled_from(["", "process", "any", "my-cat", "6x", "in", 'q"', "\\"]), expressions(GRAMMAR)
).filter(lambda event: not _compares_fields(event))
_fields = st.lists(st.builds(Field, st.sampled_from(NAMES), st.booleans()), max_size=2).map(tuple)
_runs = st.one_of(st.none(), st.integers(1, 100))


@st.composite
def _sequences(draw: st.DrawFn) -> Sequence:
    stages = draw(st.lists(st.builds(Stage, events, _fields, _runs, st.booleans()), min_size=1, max_size=2))
    first = draw(st.builds(Stage, events, _fields, _runs))
    span = draw(st.tuples(st.integers(0, 10**6), st.sampled_from(["ms", "s", "m", "h", "d"])))
    until = draw(st.one_of(st.none(), st.builds(Stage, events, _fields)))
    keep = any(stage.missing for stage in stages) or draw(st.booleans())
    return Sequence((first, *stages), draw(_fields), span if keep else None, until)


_samples = st.builds(
    Sample,
    st.lists(st.builds(Stage, events, _fields), min_size=2, max_size=3).map(tuple),
    st.lists(st.builds(Field, st.sampled_from(NAMES), st.booleans()), min_size=1, max_size=2).map(tuple),
)
_windows = st.one_of(
    st.none(),
    st.builds(
        Window,
        st.sampled_from(["now-1d", "2024-01-01T00:00:00Z", ""]),
        st.sampled_from(["", "now", "2025-01-01T00:00:00Z"]),
    ),
)
trees = st.builds(
    EqlTree,
    st.one_of(events, events, _sequences(), _samples),
    st.lists(st.builds(Pipe, st.sampled_from(["head", "tail"]), st.integers(0, 10**6)), max_size=2).map(
        tuple
    ),
    _windows,
)


@UNHURRIED
@given(trees)
def test_what_is_rendered_parses_to_the_same(tree: EqlTree) -> None:
    assert EQL.parse(EQL.render(tree)) == tree


_WORDS = (
    "process", "where", "any", "and", "or", "not", "(", ")", "[", "![", "]", "sequence", "by", "with",
    "maxspan", "=", "15m", "runs", "until", "sample", "|", "head", "5", "==", "!=", ":", "in", "in~", "like~",
    '"a"', '"""b"""', "`c`", "?", "a.b", "null", "true", ",", "-", "*", "//x\n", "endsWith~(", "\x00", '"',
    "'x'",
)  # fmt: skip


@UNHURRIED
@given(st.one_of(st.lists(st.sampled_from(_WORDS), max_size=12).map(" ".join), st.text(max_size=40)))
def test_any_text_gives_a_tree_or_an_error(text: str) -> None:
    try:
        tree = EQL.parse(text)
    except (QueryError, LimitError):
        return
    assume(isinstance(tree.body, Event | Sequence | Sample))
    assert EQL.parse(EQL.render(tree)) == tree


@pytest.mark.parametrize(
    "text",
    [
        'process where process.name == "svchost.exe"',
        "any where true",
        '".my.event.category" where true',
        '"6eventcategory" where `my-field` == 1 or `6f` == 2',
        'process where name like ("Value-*", "VAL?") and name regex~ "a.*"',
        'process where not name in~ ("a", "b") and name not in ("c", "d")',
        "process where (4 / process.args_count) == 1 and -process.pid < 3 - 2 * 4",
        "network where ?user.id != null",
        'file where endsWith~(file.path, ".exe") and cidrMatch(source.ip, "10.0.0.0/8", "fe80::/10")',
        'process where process.name == """Raw " and \\ here"""',
        "sequence by host.name, user.name with maxspan=5s\n"
        '  [authentication where event.code : "4624"]\n  ![authentication where event.code : "4647"]',
        "sequence with maxspan=1h by user.name [file where true] by file.path [process where true] by p.path",
        "sequence by process.pid, ?process.entity_id [process where true] with runs=3 [network where true]"
        ' until [process where event.type == "stop"]',
        "sample by host [file where true] [process where true]",
        "authentication where agent.id == 4624 | head 20 | tail 10",
        "// from now-1d\nprocess where true",
    ],
)
def test_what_is_documented_parses(text: str) -> None:
    tree = EQL.parse(text)
    assert EQL.parse(EQL.render(tree)) == tree


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("process where", 1, 14),
        ("process where a = 1", 1, 17),
        ("process where\n  a == 'x'", 2, 8),
        ("process where a == b", 1, 20),
        ("process where a < 1 < 2", 1, 21),
        ("process where a : 5", 1, 19),
        ('process where a in "x"', 1, 20),
        ("process where true | count", 1, 22),
        ("sequence [any where true]", 1, 26),
        ("sequence [a where true] ![b where true]", 1, 40),
        ("sequence with maxspan=soon [a where true] [b where true]", 1, 23),
        ("a where true and", 1, 17),
        ("where true", 1, 1),
        ("process where `` == 1", 1, 15),
        ('process where a == "\\x"', 1, 21),
    ],
)
def test_errors_say_where(text: str, line: int, column: int) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        EQL.parse(text)
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    "text",
    [
        "any where " + "(" * 500 + "true" + ")" * 500,
        "any where " + "f(" * 500 + ")" * 500,
        "any where " + "not " * 500 + "true",
        "any where " + "-" * 500 + "1",
        "any where a == " + "1 + " * 500 + "1",
        "any where " + "x in (" * 300 + "1" + ")" * 300,
        "any where " + "a" * 1_000_001,
    ],
)
def test_what_is_too_deep_or_long_is_refused(text: str) -> None:
    with pytest.raises((LimitError, QuerySyntaxError)):
        EQL.parse(text)


def test_many_alternatives_are_no_depth() -> None:
    text = "any where " + " or ".join(f'a == "{number}"' for number in range(5_000))
    assert EQL.parse(EQL.render(EQL.parse(text))) == EQL.parse(text)


def test_names_have_their_places() -> None:
    tree = EQL.parse('process where a.b == "x"\n  and `c-d` : "y"')
    found: list[Any] = [(one.text, one.line, one.column, one.table) for one in EQL.names(tree).fields]
    assert found == [("a.b", 1, 15, "process"), ("c-d", 2, 7, "process")]
    assert [one.text for one in EQL.names(tree).tables] == ["process"]


def test_nothing_is_written() -> None:
    assert EQL.effects(EQL.parse("any where true")) == ()
