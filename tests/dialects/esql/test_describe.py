"""What is said of queries in plain words."""

from __future__ import annotations

import pytest
from hypothesis import given

from cybersecqwen.dialects.elastic.expressions import Binary, Field, Literal
from cybersecqwen.dialects.esql import Esql
from cybersecqwen.dialects.esql.tree import EsqlTree, From, MvExpand, Rename, Where
from tests.amounts import draws
from tests.dialects.described import HOSTILE, sound

from .drawn import trees

ESQL = Esql()

CASES = [
    (
        (
            "FROM logs-endpoint.events.process-* METADATA _id | WHERE @timestamp >= NOW() - 1 day "
            'AND process.name LIKE "*.scr" AND NOT user.name IN ("SYSTEM", "svc") | EVAL seconds = '
            'DATE_DIFF("seconds", process.start, @timestamp), name = TO_LOWER(process.name) | STATS '
            "starts = COUNT(*), users = COUNT_DISTINCT(user.name) BY host.name, day = DATE_TRUNC(1 "
            "day, @timestamp) | WHERE starts > 5 OR users IS NULL | SORT starts DESC | LIMIT 10"
        ),
        (
            "Looks at logs-endpoint.events.process-*.",
            "Keeps rows where @timestamp is in the last 1 day and process.name ends with .scr.",
            "Leaves out rows where user.name is SYSTEM or svc.",
            (
                "Computes seconds as the seconds from process.start to @timestamp and name as "
                "process.name in small letters."
            ),
            (
                "Tells how many there are (as starts) and how many different values of user.name (as "
                "users) for each host.name and 1 day of @timestamp (as day)."
            ),
            "Keeps rows where starts is greater than 5 or there is no users.",
            "Sorts by starts (greatest first).",
            "Gives the first 10 rows.",
        ),
        ("The index logs-endpoint.events.process-*.",),
    ),
    (
        (
            'FROM web | GROK message "%{IP:client} %{WORD:method}" | LOOKUP JOIN threats ON client | '
            "ENRICH places ON client WITH country | MV_EXPAND tags | KEEP client, country | DROP tags"
        ),
        (
            "Looks at web.",
            "Takes client and method out of message by the pattern “%{IP:client} %{WORD:method}”.",
            "Joins the rows with the lookup index threats on client, and keeps all rows.",
            "Looks up the value of client by the policy places and adds country.",
            "Makes a row of each value of tags.",
            "Shows client and country.",
            "Leaves out the column tags.",
        ),
        (
            "The index web.",
            "The lookup index threats.",
            "The enrich policy places.",
        ),
    ),
]
"""Queries, what is said of them, and the data that they need."""


@pytest.mark.parametrize(("text", "said", "needed"), CASES)
def test_queries_are_told_step_by_step(text: str, said: tuple[str, ...], needed: tuple[str, ...]) -> None:
    tree = ESQL.parse(text)
    assert ESQL.describe(tree) == said
    assert ESQL.sources(tree) == needed


@draws(60)
@given(trees)
def test_every_query_is_told(tree: EsqlTree) -> None:
    assert sound(ESQL.describe(tree))


def test_the_leading_filter() -> None:
    tree = ESQL.parse("FROM a | WHERE b == 1 | WHERE c == 2 | EVAL d = 1 | WHERE d == 1")
    assert ESQL.leading(tree) == ESQL.parse("FROM a | WHERE b == 1 | WHERE c == 2")
    assert ESQL.leading(ESQL.parse("FROM a | EVAL d = 1")) is None
    assert ESQL.leading(ESQL.parse("ROW a = 1 | WHERE a == 1")) is None


def test_hostile_names_are_shown_safely() -> None:
    tree = EsqlTree(
        (
            From((HOSTILE,)),
            Where(Binary("==", Field(HOSTILE), Literal(HOSTILE))),
            Rename(((HOSTILE, HOSTILE),) * 40),
            MvExpand(HOSTILE),
        )
    )
    assert sound(ESQL.describe(tree))
