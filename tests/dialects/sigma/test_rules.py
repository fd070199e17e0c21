"""Rules to trees and back, queries to rules and back, fields with their lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import About, And, Expression, Logsource, Not, Op, Or
from cybersecqwen.detect.sigma.model import Test as Asked
from cybersecqwen.dialects import globs
from cybersecqwen.dialects.interface import Running
from cybersecqwen.dialects.normal import equivalent
from cybersecqwen.dialects.query import (
    Aggregate,
    Columns,
    Keep,
    Limit,
    Measure,
    Measured,
    Query,
    Sequence,
    Stage,
)
from cybersecqwen.dialects.sigma import Sigma, document
from cybersecqwen.errors import LimitError, QueryError, QuerySyntaxError, UnsayableError
from cybersecqwen.records import Severity
from tests.amounts import part
from tests.detect.sigma import drawn
from tests.published import rule_texts

SIGMA = Sigma()
WINDOWS = Logsource(product="windows", category="process_creation")


def _again(query: Query) -> Query:
    """A query written, laid out, parsed and read."""
    text = SIGMA.render(SIGMA.write(query))
    return SIGMA.read(SIGMA.parse(text))


@given(drawn.expressions)
@settings(max_examples=200, deadline=None)
def test_what_is_written_is_read_back(expression: Expression) -> None:
    """Every operation, cased or not, over text that folds and escapes oddly; or it is refused."""
    query = Query(logsource=WINDOWS, where=expression)
    try:
        found = _again(query)
    except UnsayableError:
        return
    assert found.logsource == WINDOWS
    assert equivalent(_simple(found.where), _simple(expression))


def _simple(expression: Expression | None) -> Expression:
    """Patterns that need none by what says the same."""
    assert expression is not None
    if isinstance(expression, Not):
        return Not(_simple(expression.inner))
    if isinstance(expression, And | Or):
        return type(expression)(tuple(map(_simple, expression.parts)))
    if expression.op is not Op.GLOB:
        return expression
    tests = [
        globs.test_of(expression.field, text, cased=expression.cased)
        for text in globs.wildcards_of(expression)
    ]
    return Or(tuple(tests))


@st.composite
def plain_tests(draw: st.DrawFn) -> Expression:
    """Tests that every rule can ask."""
    field = draw(st.sampled_from(["Image", "a.b", "c d", "e-f", "5", "true", "null", "#g", "h: i"]))
    pieces = st.sampled_from(
        [
            "a",
            "\\",
            "\\\\",
            "*",
            "?",
            globs.ANY,
            globs.ONE,
            "5",
            "true",
            "'",
            '"',
            ": ",
            " #",
            "-",
            "é",
            "\n",
            " ",
            "[",
            "%",
        ]
    )
    text = "".join(draw(st.lists(pieces, min_size=1, max_size=5)))
    return globs.test_of(field, text, cased=draw(st.booleans()))


plain = st.recursive(
    plain_tests(),
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(And, st.lists(inner, min_size=2, max_size=4).map(tuple))
        | st.builds(Or, st.lists(inner, min_size=2, max_size=4).map(tuple))
    ),
    max_leaves=10,
)


@given(plain)
@settings(max_examples=200, deadline=None)
def test_plain_tests_are_never_refused(expression: Expression) -> None:
    """Text, wildcards, presence in any shape have their words; but a rule for every record is none."""
    try:
        found = _again(Query(logsource=WINDOWS, where=expression))
    except UnsayableError as error:
        assert "every record" in error.message
        return
    assert equivalent(found.where, expression)


@given(plain)
@settings(max_examples=100, deadline=None)
def test_the_layout_is_its_own(expression: Expression) -> None:
    """What is laid out is laid out in the same way when it is read."""
    try:
        text = SIGMA.render(SIGMA.write(Query(logsource=WINDOWS, where=expression)))
    except UnsayableError:
        return
    tree = SIGMA.parse(text)
    assert SIGMA.render(tree) == text
    assert SIGMA.parse(SIGMA.render(tree)).documents == tree.documents


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.dates()
    | drawn.texts()
    | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(drawn.texts(2) | st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(values)
@settings(max_examples=200, deadline=None)
def test_any_document_is_laid_out_and_read_back(value: object) -> None:
    """Whatever YAML can hold: text that looks like numbers, dates or marks keeps what it is."""
    import yaml

    from cybersecqwen.dialects.sigma.layout import laid_out

    text = laid_out([{"detection": value}])
    try:
        (found,) = yaml.safe_load_all(text)
    except yaml.YAMLError:
        assert any("\ud800" <= c <= "\udfff" for c in repr(value) + text) or "\\ud" in repr(value)
        return
    assert repr(found["detection"]) == repr(value)


LINES = (
    "title: x\n", "logsource:\n", "  product: a\n", "detection:\n", "  s:\n", "    a|re: '('\n",
    "  condition: s\n", "correlation:\n", "  type: event_count\n", "  - x\n", "a: &x [*x]\n", "? ", "{", "]",
    "---\n", "!!python/x y\n",
)  # fmt: skip


@given(st.text(max_size=60) | st.lists(st.sampled_from(LINES), max_size=12).map("".join))
@settings(max_examples=200, deadline=None)
def test_any_text_gives_a_tree_or_an_error(text: str) -> None:
    """Never another exception, from anything that takes a tree."""
    try:
        tree = SIGMA.parse(text)
        SIGMA.parse(SIGMA.render(tree))
        SIGMA.names(tree), SIGMA.effects(tree), SIGMA.atoms(tree)
        SIGMA.read(tree)
    except (QueryError, LimitError):
        pass


def test_text() -> None:
    """How a rule looks: what a person would write."""
    where = And(
        (
            Asked("Image", Op.ENDS, ("\\cmd.exe", "\\powershell.exe")),
            Asked("EventID", Op.EQUALS, ("4688",)),
            Asked("CommandLine", Op.CONTAINS, ("a*b",)),
            Asked("CommandLine", Op.CONTAINS, (" -enc",)),
            Asked("Hash", Op.REGEX, ("(?i)a+",), cased=True),
            Not(
                Or(
                    (
                        Asked("User", Op.STARTS, ("nt ",)),
                        And((Asked("Parent", Op.NULL), Asked("a", Op.EQUALS, ("",)))),
                    )
                )
            ),
        )
    )
    about = About(
        id="6c7d4f3a-0000-4000-8000-000000000001",
        title="Shell: started",
        description="One line.\nAnother.",
        level=Severity.HIGH,
        status="test",
        tags=("attack.t1059",),
    )
    (found,) = document(Query(logsource=WINDOWS, where=where, steps=(Columns(fields=("Image",)),)), about)
    from cybersecqwen.dialects.sigma.layout import laid_out

    assert laid_out([found]) == (
        "title: 'Shell: started'\n"
        "id: 6c7d4f3a-0000-4000-8000-000000000001\n"
        "status: test\n"
        "description: |-\n"
        "    One line.\n"
        "    Another.\n"
        "logsource:\n"
        "    category: process_creation\n"
        "    product: windows\n"
        "detection:\n"
        "    selection:\n"
        "        Image|endswith:\n"
        "            - \\cmd.exe\n"
        "            - \\powershell.exe\n"
        "        EventID: 4688\n"
        "        CommandLine|contains|all:\n"
        "            - a\\*b\n"
        "            - ' -enc'\n"
        "        Hash|re|i: a+\n"
        "    filter_1:\n"
        "        User|startswith: 'nt '\n"
        "    filter_2:\n"
        "        Parent: null\n"
        "        a: ''\n"
        "    condition: selection and not 1 of filter_*\n"
        "fields:\n"
        "    - Image\n"
        "level: high\n"
        "tags:\n"
        "    - attack.t1059\n"
    )


def _counting(function: Measured, field: str = "", at: float = 0.0) -> Query:
    measure = Measure(name=function.value, function=function, field=field, at=at)
    kept = And((Asked(measure.name, Op.AT_LEAST, ("5",)), Asked(measure.name, Op.LESS, ("9",))))
    return Query(
        logsource=WINDOWS,
        where=Asked("a", Op.EQUALS, ("x",)),
        steps=(Aggregate(measures=(measure,), by=("host", "User"), bucket_s=300.0), Keep(where=kept)),
    )


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        (_counting(Measured.COUNT), "event_count"),
        (_counting(Measured.DISTINCT, "User"), "value_count"),
        (_counting(Measured.SUM, "Bytes"), "value_sum"),
        (_counting(Measured.MEAN, "Bytes"), "value_avg"),
        (_counting(Measured.MEDIAN, "Bytes"), "value_median"),
        (_counting(Measured.PERCENTILE, "Bytes", 95.0), "value_percentile"),
    ],
)
def test_counts_become_correlations(query: Query, kind: str) -> None:
    """They come back as counts within the same time, under the correlation's name."""
    tree = SIGMA.write(query)
    assert tree.documents[1]["correlation"]["type"] == kind
    assert tree.documents[1]["correlation"]["timespan"] == "5m"
    found = SIGMA.read(SIGMA.parse(tree.text))
    wanted, made = query.steps[0], found.steps[0]
    assert isinstance(wanted, Aggregate) and isinstance(made, Aggregate)
    assert (made.by, made.bucket_s) == (wanted.by, wanted.bucket_s)
    assert [(one.function, one.field, one.at) for one in made.measures] == [
        (one.function, one.field, one.at) for one in wanted.measures
    ]
    assert isinstance(found.steps[1], Keep)
    assert equivalent(
        found.steps[1].where, And((Asked(kind, Op.AT_LEAST, ("5",)), Asked(kind, Op.LESS, ("9",))))
    )


@pytest.mark.parametrize("ordered", [True, False])
def test_sequences_become_correlations(ordered: bool) -> None:
    stages = tuple(Stage(where=Asked("a", Op.EQUALS, (one,)), logsource=WINDOWS) for one in ("x", "y"))
    step = Sequence(stages=stages, by=("host",), within_s=90.0, ordered=ordered)
    assert _again(Query(logsource=WINDOWS, steps=(step,))).steps == (step,)


@pytest.mark.parametrize(
    ("query", "what"),
    [
        (Query(where=Asked("a", Op.PRESENT)), "no log source"),
        (Query(logsource=WINDOWS), "everything"),
        (Query(logsource=WINDOWS, where=Asked("a", Op.PRESENT), steps=(Limit(count=5),)), "such steps"),
        (Query(logsource=WINDOWS, where=Asked("a|b", Op.PRESENT)), "names with a bar"),
        (
            Query(logsource=WINDOWS, where=Asked("a", Op.EQUALS, ("\ue000x\ue002",))),
            "characters beyond rules",
        ),
    ],
)
def test_what_rules_cannot_say_is_refused(query: Query, what: str) -> None:
    with pytest.raises(UnsayableError) as caught:
        SIGMA.write(query)
    assert caught.value.what == what


RULE = """title: x
logsource:
  product: windows
detection:
  selection:
    - Image|endswith: '\\a.exe'
      User|fieldref: Owner
    - 'b'
  filter:
    c.d: 5
  condition: selection and not filter
"""


def test_fields_have_their_lines() -> None:
    """Also those that a reference names; keywords are none."""
    found = SIGMA.names(SIGMA.parse(RULE))
    assert [(one.text, one.line, one.column) for one in found.fields] == [
        ("Image", 6, 7),
        ("User", 7, 7),
        ("Owner", 7, 22),
        ("c.d", 10, 5),
    ]
    assert found.tables == ()


def test_a_rule_runs_on_records() -> None:
    records = [
        {"Image": "C:\\A.EXE", "User": "u", "Owner": "U"},
        {"Image": "x\\a.exe", "User": "u", "Owner": "u", "c": {"d": 5}},
    ]
    assert SIGMA.run(SIGMA.parse(RULE), {"": records}, Running()).rows == (records[0],)


def test_errors_say_where() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        SIGMA.parse("title: x\ndetection:\n  a: [1\n  b: 2\n")
    assert caught.value.line == 4


_ASKING_YOU = {
    f"rules-emerging-threats/2026/Exploits/CVE-2026-54121/win_security_adcs_certighost_{name}.yml"
    for name in ("cdc_chase_request", "cert_issued_via_chase")
}


@pytest.mark.data
@pytest.mark.slow
def test_every_rule_comes_back(data_dir: Path) -> None:
    """All rules of SigmaHQ parse, and come back the same; two need what only an organisation knows."""
    refused = set()
    files = rule_texts(data_dir)
    looked_at = part(files, 8)
    for name, content in looked_at:
        tree = SIGMA.parse(content.decode("utf-8-sig"))
        assert SIGMA.parse(SIGMA.render(tree)).documents == tree.documents, name
        try:
            query = SIGMA.read(tree)
        except UnsayableError as error:
            refused.add(name)
            assert "only your organisation knows" in error.message
            continue
        found = _again(query)
        assert found.logsource == query.logsource and equivalent(found.where, query.where), name
    assert len(files) == 3_754
    assert refused == {name for name, _ in looked_at if name in _ASKING_YOU}
