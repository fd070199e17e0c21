"""Commands of ES|QL give what Elastic documents for its own examples."""

from __future__ import annotations

from typing import Any

import pytest

from cybersecqwen.dialects.esql import Esql
from cybersecqwen.dialects.interface import Running
from cybersecqwen.errors import LimitError, UnsayableError

ESQL = Esql()
PEOPLE: list[dict[str, Any]] = [
    {"n": 1, "lang": "de", "pay": 10, "tags": ["a", "b"]},
    {"n": 2, "lang": "en", "pay": 30},
    {"n": 3, "lang": "de", "pay": 20, "tags": "b"},
    {"n": 4, "pay": 40, "name": {"first": "Ada", "last": "L"}},
]
LANGUAGES = [{"lang": "de", "title": "German"}, {"lang": "en", "title": "English"}]


def _rows(text: str, **running: Any) -> list[dict[str, Any]]:
    data = {"people": PEOPLE, "languages": LANGUAGES}
    return [dict(row) for row in ESQL.run(ESQL.parse(text), data, Running(**running)).rows]


def _numbers(text: str) -> list[Any]:
    return [row["n"] for row in _rows(text)]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("ROW a = 1, b = a + 1", [{"a": 1, "b": 2}]),
        ("FROM people | STATS COUNT(*)", [{"COUNT(*)": 4}]),
        ("FROM people | WHERE n > 9 | STATS c = COUNT(*), m = MAX(pay)", [{"c": 0, "m": None}]),
        (
            "FROM people | STATS c = COUNT(*), s = SUM(pay) BY lang | SORT lang",
            [
                {"c": 2, "s": 30, "lang": "de"},
                {"c": 1, "s": 30, "lang": "en"},
                {"c": 1, "s": 40, "lang": None},
            ],
        ),
        (
            "FROM people | STATS few = COUNT(*) WHERE pay < 25, all = COUNT(*), a = ROUND(AVG(pay)) + 1",
            [{"few": 2, "all": 4, "a": 26}],
        ),
        ("FROM people | STATS c = COUNT(tags), d = COUNT_DISTINCT(tags)", [{"c": 3, "d": 2}]),
        (
            "FROM people | WHERE n == 1 | STATS n = MIN(n) BY tags | SORT tags",
            [{"n": 1, "tags": "a"}, {"n": 1, "tags": "b"}],
        ),
        (
            'FROM people | STATS v = VALUES(lang), p = PERCENTILE(pay, 50), t = TOP(pay, 2, "desc")',
            [{"v": ["de", "en"], "p": 25.0, "t": [40, 30]}],
        ),
        (
            "FROM people | STATS BY lang | SORT lang NULLS FIRST",
            [{"lang": None}, {"lang": "de"}, {"lang": "en"}],
        ),
        ("FROM people | KEEP name.first, n | WHERE n == 4", [{"name.first": "Ada", "n": 4}]),
        ("FROM people | WHERE n == 4 | KEEP name.*", [{"name.first": "Ada", "name.last": "L"}]),
        ("FROM people | WHERE n == 4 | DROP name.*, lang", [{"n": 4, "pay": 40}]),
        (
            "FROM people | WHERE n == 2 | RENAME pay AS wage, lang = lang",
            [{"n": 2, "wage": 30, "lang": "en"}],
        ),
        ("FROM people | WHERE n == 1 | MV_EXPAND tags | KEEP tags", [{"tags": "a"}, {"tags": "b"}]),
        (
            "FROM people | INLINE STATS top = MAX(pay) BY lang | WHERE pay == top | KEEP n, top",
            [{"n": 2, "top": 30}, {"n": 3, "top": 20}, {"n": 4, "top": 40}],
        ),
        (
            "FROM people | WHERE n < 3 | LOOKUP JOIN languages ON lang | KEEP n, title",
            [{"n": 1, "title": "German"}, {"n": 2, "title": "English"}],
        ),
        (
            "FROM people | WHERE n == 4 OR n == 2 | ENRICH languages ON lang WITH t = title | KEEP n, t",
            [{"n": 2, "t": "English"}, {"n": 4, "t": None}],
        ),
        (
            'ROW a = "2023-01-23T12:15:00.000Z - some text - 127.0.0.1"\n'
            '| DISSECT a """%{date} - %{msg} - %{ip}""" | KEEP date, msg, ip',
            [{"date": "2023-01-23T12:15:00.000Z", "msg": "some text", "ip": "127.0.0.1"}],
        ),
        (
            'ROW a = "1.2.3.4 GET 17" | GROK a "%{IP:ip} %{WORD:verb} %{NUMBER:size:int}" | DROP a',
            [{"ip": "1.2.3.4", "verb": "GET", "size": 17}],
        ),
    ],
)
def test_commands(text: str, rows: list[dict[str, Any]]) -> None:
    assert _rows(text) == rows


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("FROM people | SORT pay DESC | LIMIT 2", [4, 2]),
        ("FROM people | SORT lang", [1, 3, 2, 4]),
        ("FROM people | SORT lang DESC", [4, 2, 1, 3]),
        ("FROM people | SORT lang DESC NULLS LAST, pay DESC", [2, 3, 1, 4]),
        ("FROM people | SORT -pay", [4, 2, 3, 1]),
        ("FROM peop* | LIMIT 2 | WHERE n > 1", [2]),
        ("FROM *, -lang* | SORT n", [1, 2, 3, 4]),
        ("FROM people, people | STATS c = COUNT(*) BY n | SORT n", [1, 2, 3, 4]),
    ],
)
def test_orders_and_sources(text: str, numbers: list[int]) -> None:
    assert _numbers(text) == numbers


def test_stretches_of_time() -> None:
    events = [
        {"@timestamp": moment} for moment in ("2024-01-01T00:10:00Z", "2024-01-01T00:59:00Z", 1_704_070_800.0)
    ]
    text = "FROM a | STATS c = COUNT(*) BY b = BUCKET(@timestamp, 1 hour) | SORT b"
    rows = ESQL.run(ESQL.parse(text), {"a": events}, Running()).rows
    assert [(row["c"], float(row["b"])) for row in rows] == [(2, 1_704_067_200.0), (1, 1_704_070_800.0)]


def test_order_and_columns_are_said() -> None:
    found = ESQL.run(ESQL.parse("FROM people | SORT n | KEEP pay, n"), {"people": PEOPLE}, Running())
    assert (found.ordered, found.columns) == (True, ("pay", "n"))
    found = ESQL.run(ESQL.parse("FROM people | STATS c = COUNT(*) BY lang"), {"people": PEOPLE}, Running())
    assert (found.ordered, found.columns) == (False, ("c", "lang"))


@pytest.mark.parametrize(
    "text",
    [
        'FROM people | WHERE lang : "de"',
        'FROM people | WHERE KQL("lang:de")',
        "FROM people | SAMPLE 0.5",
        "FROM people | EVAL x = UNKNOWN(n)",
        "FROM people METADATA _id",
        "SHOW INFO",
        "FROM people | WHERE n == ?p",
        "FROM people | LOOKUP JOIN absent ON n",
        'FROM people | GROK lang "%{ABSENT:x}"',
        "FROM people | STATS x = n",
    ],
)
def test_what_cannot_be_run_is_refused(text: str) -> None:
    with pytest.raises(UnsayableError):
        _rows(text)


@pytest.mark.parametrize(
    "text",
    ["FROM people | MV_EXPAND tags", "FROM people, people", "FROM people | LOOKUP JOIN people ON lang"],
)
def test_bounds(text: str) -> None:
    with pytest.raises(LimitError):
        _rows(text + " | STATS c = COUNT(*) BY n, pay, lang, tags", most_rows=4)
    with pytest.raises(LimitError):
        _rows(
            "FROM a | EVAL " + ", ".join(f"x{n + 1} = x{n} + x{n}" for n in range(40)) + " | WHERE x40 > 1"
        ) or (
            ESQL.atoms(ESQL.parse("FROM a | EVAL " + ", ".join(f"x{n + 1} = x{n} + x{n}" for n in range(40))))
        )
