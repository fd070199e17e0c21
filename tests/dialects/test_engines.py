"""KQL by another implementation, on an engine that can do nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("duckdb")
pytest.importorskip("duckdb_kql")

import contextlib

from cybersecqwen.dialects.engines import run_kql_on_duckdb
from cybersecqwen.dialects.interface import Running
from cybersecqwen.errors import CsqError, LimitError, QuerySyntaxError, UnsayableError

NOW = 1_700_000_000.0
RECORDS: list[dict[str, Any]] = [
    {"a": "X", "b": 1, "d": {"e": "q"}, "TimeGenerated": NOW - 50},
    {"a": "y", "b": 2, "d": None, "TimeGenerated": "2023-11-01T00:00:00Z"},
]
RUNNING = Running(now=NOW, types={"zz": "text"})


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("T | where a =~ 'x' and TimeGenerated > ago(1d) | summarize n=count() by b", [{"b": 1, "n": 1}]),
        ("T | where d.e == 'q' | project a, d", [{"a": "X", "d": {"e": "q"}}]),
        (
            "T | where isempty(zz) | sort by b desc | project b, TimeGenerated",
            [{"b": 2, "TimeGenerated": 1_698_796_800}, {"b": 1, "TimeGenerated": 1_699_999_950}],
        ),
        ("let x = 2; T | where b < x | count", [{"Count": 1}]),
        ("union T, U | count", [{"Count": 4}]),
        (
            "T | join kind=inner (U | project a, c = b) on a | where a == 'y' | project a, c",
            [{"a": "y", "c": 2}],
        ),
        ("print n = now()", [{"n": 1_700_000_000}]),
    ],
)
def test_queries_run(text: str, rows: list[dict[str, Any]]) -> None:
    """Text, times before now, paths into mappings, joins, tables that stand for any."""
    found = run_kql_on_duckdb(text, {"": RECORDS}, RUNNING)
    assert list(found.rows) == rows
    assert found.ordered is ("sort" in text)


def test_tables_have_their_records() -> None:
    """A named table is that one."""
    assert run_kql_on_duckdb("U | count", {"T": RECORDS, "U": RECORDS[:1]}, RUNNING).rows == ({"Count": 1},)


@pytest.mark.parametrize(
    "text",
    [
        ".drop table T",
        ".set U <| T",
        "externaldata(a:string)['http://x/y.csv']",
        "evaluate sql_request('x', 'y')",
        "T | where nobody == 1",
        "cluster('x').database('y').T",
        "declare query_parameters(p:string); T | where a == p",
    ],
)
def test_what_it_does_not_know_is_refused(text: str) -> None:
    """Control commands, what reaches out, what is not there."""
    with pytest.raises(UnsayableError):
        run_kql_on_duckdb(text, {"T": RECORDS}, RUNNING)


def test_what_does_not_parse_says_where() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        run_kql_on_duckdb("T\n| where", {"T": RECORDS}, RUNNING)
    assert caught.value.line == 2


def test_length_and_rows_are_bounded() -> None:
    with pytest.raises(LimitError):
        run_kql_on_duckdb("T" * 20_001, {"T": RECORDS}, RUNNING)
    with pytest.raises(LimitError):
        run_kql_on_duckdb("range x from 1 to 100 step 1", {"T": RECORDS}, Running(most_rows=10))


@given(
    st.lists(
        st.sampled_from(
            [
                "T",
                "|",
                "where",
                "a",
                "==",
                "'x'",
                "(",
                ")",
                "summarize",
                "count()",
                "by",
                ";",
                "let",
                "=",
                "join",
                "on",
                "[",
                "]",
                "{",
                "}",
                "5",
                ".",
                "datatable",
                "invoke",
                '"',
                "\\",
            ]
        ),
        max_size=14,
    ).map(" ".join)
    | st.text(max_size=30)
)
@settings(max_examples=40, deadline=None)
def test_any_text_gives_rows_or_an_error(text: str) -> None:
    """Never another exception."""
    with contextlib.suppress(CsqError):
        run_kql_on_duckdb(text, {"T": RECORDS}, RUNNING)


def test_whatever_the_other_parser_stumbles_over_is_no_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    import duckdb_kql

    def stumbling(*_given: object, **_named: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr(duckdb_kql, "to_sql", stumbling)
    with pytest.raises(UnsayableError, match="stumbles over the query"):
        run_kql_on_duckdb("T", {"T": RECORDS}, RUNNING)
