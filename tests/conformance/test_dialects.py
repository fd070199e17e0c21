"""What holds for every query language: it bounds what it reads, gives back what it wrote, and only reads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import And, Logsource, Not, Op, Or
from cybersecqwen.detect.sigma.model import Test as Asked
from cybersecqwen.dialects import DIALECTS
from cybersecqwen.dialects.examples import examples
from cybersecqwen.dialects.interface import LONGEST, Dialect, Running
from cybersecqwen.dialects.normal import equivalent
from cybersecqwen.dialects.query import Query, Span
from cybersecqwen.errors import CsqError, LimitError, QueryError, UnsayableError
from tests.strategies import FAST

NAMES = DIALECTS.names()
QUICK = settings(max_examples=25, deadline=None, phases=FAST, suppress_health_check=list(HealthCheck))
SOURCE = Logsource(product="windows", category="process_creation")
QUERY = Query(
    logsource=SOURCE,
    tables=("process",),
    where=And(
        (
            Asked("ParentImage", Op.ENDS, ("\\winword.exe", "\\excel.exe")),
            Or(
                (
                    Asked("Image", Op.ENDS, ("\\cmd.exe",)),
                    Asked("CommandLine", Op.CONTAINS, ("-enc", "%temp%")),
                )
            ),
            Not(Asked("Computer", Op.CONTAINS, ("build_",))),
            Asked("User", Op.PRESENT),
        )
    ),
)
WRITES = {
    "spl": [
        "search x=1 | outputlookup a.csv",
        "index=a | delete",
        "index=a | collect index=b",
        "x=1 | sendemail to=a",
    ],
    "kql": [".drop table T", ".set-or-append T <| U", ".delete table T records <| T"],
    "sqlite": [
        "DELETE FROM t",
        "DROP TABLE t",
        "INSERT INTO t VALUES (1)",
        "ATTACH 'x' AS y",
        "PRAGMA user_version=1",
    ],
    "duckdb": [
        "DELETE FROM t",
        "COPY t TO 'x'",
        "INSTALL httpfs",
        "SELECT * FROM read_csv('/etc/passwd')",
        "CREATE TABLE t(a int)",
    ],
}


def query(name: str) -> Query:
    """The same question everywhere; in SecOps all events lie in one table."""
    return replace(QUERY, tables=()) if name == "secops" else QUERY


def dialect(name: str) -> Dialect[Any]:
    return DIALECTS.get(name)()


@pytest.mark.parametrize("name", NAMES)
def test_a_query_comes_back_as_it_was_written(name: str) -> None:
    one = dialect(name)
    tree = one.write(query(name))
    text = one.render(tree)
    again = one.parse(text)
    assert again == tree, text
    back = one.read(again)
    # the tables of EQL are categories, and Sigma's stand in its log source
    assert equivalent(back.where, query(name).where), text
    assert one.effects(again) == ()
    named = {found.text for found in one.names(again).fields}
    assert {"ParentImage", "Image", "CommandLine", "Computer", "User"} <= named
    assert {atom.field for atom in one.atoms(again)} >= {"ParentImage", "Image", "CommandLine", "Computer"}


@pytest.mark.parametrize("name", NAMES)
def test_it_finds_what_it_must_and_nothing_that_differs_in_one_condition(name: str) -> None:
    one = dialect(name)
    made = examples(query(name), most=24)
    assert len(made.positives) >= 4 and len(made.near_misses) >= 4
    tree = one.parse(one.render(one.write(query(name))))
    for example in made.positives:
        assert one.run(tree, example.data, Running()).rows, example
    for example in made.near_misses:
        assert not one.run(tree, example.data, Running()).rows, example


@pytest.mark.parametrize("name", NAMES)
def test_a_span_is_written_or_left_to_who_runs_it(name: str) -> None:
    one = dialect(name)
    asked = replace(query(name), span=Span(last_s=86_400))
    tree = one.write(asked)
    back = one.read(one.parse(one.render(tree)))
    assert back.span in (asked.span, None)
    assert (back.span is None) is (name == "sigma")


@pytest.mark.parametrize("name", NAMES)
@QUICK
@given(text=st.text(max_size=60))
def test_any_text_is_a_query_or_an_error_with_a_place(name: str, text: str) -> None:
    try:
        tree = dialect(name).parse(text)
    except (QueryError, LimitError) as error:
        assert error.message
    else:
        assert dialect(name).parse(dialect(name).render(tree)) == tree


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", ["(" * 5_000, "a" * (LONGEST + 1), "[" * 3_000, "not " * 4_000 + "a"])
def test_what_is_too_long_or_deep_is_refused(name: str, text: str) -> None:
    with pytest.raises(CsqError):
        found = dialect(name).parse(text)
        dialect(name).read(found)  # what only is free text may parse, and then says little
        raise UnsayableError("It is text.", what="text")


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in WRITES.items() for text in texts])
def test_what_writes_is_known_for_it_and_never_read(name: str, text: str) -> None:
    one = dialect(name)
    tree = one.parse(text)
    effects = one.effects(tree)
    assert effects and effects[0].command and effects[0].what
    with pytest.raises(QueryError):
        one.read(tree)


@pytest.mark.parametrize("name", NAMES)
def test_rules_of_the_optimiser_say_why_and_where_it_is_written(name: str) -> None:
    rules = dialect(name).rules
    assert len({rule.name for rule in rules}) == len(rules)
    for rule in rules:
        assert rule.source.startswith("https://") and rule.reason.endswith(".")
        assert rule.safe or rule.caveat.endswith("."), rule.name
    least = {"spl": 12, "kql": 12, "eql": 6, "esql": 6, "lucene": 6, "sqlite": 6, "duckdb": 6}
    assert len(rules) >= least.get(name, 0)
