"""Against duckdb_kql, an independent reading of KQL: what both parse and run gives the same rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.dialects.interface import Running
from cybersecqwen.dialects.kql import Kql
from cybersecqwen.errors import QueryError
from tests.amounts import draws, part
from tests.published import sentinel

duckdb_kql = pytest.importorskip("duckdb_kql")
pytest.importorskip("duckdb")

KQL = Kql()
ROWS: list[dict[str, Any]] = [
    {"id": 1, "user": "ann", "cmd": "powershell.exe -enc QQ==", "n": 5},
    {"id": 2, "user": "Ann", "cmd": "cmd.exe /c whoami", "n": 7},
    {"id": 3, "user": "bob", "cmd": "PowerShell", "n": 1},
    {"id": 4, "user": "", "cmd": "", "n": None},
    {"id": 5, "user": "eve", "cmd": "C:\\Windows\\System32\\cmd.exe", "n": -3},
    {"id": 6, "user": "bob", "cmd": "a_b-c.d", "n": 5},
]
_CELLS = [
    f"{row['id']}, '{row['user']}', @'{row['cmd']}', {'long(null)' if row['n'] is None else row['n']}"
    for row in ROWS
]
TABLE = f"datatable(id: long, user: string, cmd: string, n: long) [{', '.join(_CELLS)}]"


@pytest.fixture(scope="module")
def connection() -> Any:
    return duckdb_kql.connect()


def theirs(connection: Any, text: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in duckdb_kql.kql(connection, text).fetchall()]


def ours(text: str) -> list[tuple[Any, ...]]:
    found = KQL.run(KQL.parse(text), {}, Running())
    return [tuple(row.get(name) for name in found.columns) for row in found.rows]


def _same(connection: Any, text: str, *, ordered: bool = False) -> None:
    a, b = ours(text), theirs(connection, text)
    if not ordered:
        a, b = sorted(a, key=repr), sorted(b, key=repr)
    assert a == b, text


TERMS = ("powershell", "PowerShell", "cmd", "exe", "b", "a_b", "C:\\Windows", "-enc", "ann", "c.d", "Q")
_text_tests = st.builds(
    lambda name, operator, term: f"{name} {operator} @'{term}'",
    st.sampled_from(("user", "cmd")),
    st.sampled_from(
        ("==", "!=", "=~", "!~", "has", "!has", "has_cs", "contains", "!contains", "contains_cs",
         "startswith",
         "!startswith", "startswith_cs", "endswith", "!endswith", "endswith_cs", "hasprefix", "hassuffix")
    ),
    st.sampled_from(TERMS),
)  # fmt: skip
_list_tests = st.builds(
    lambda name, operator, terms: f"{name} {operator} ({', '.join(f'''@'{term}' ''' for term in terms)})",
    st.sampled_from(("user", "cmd")),
    st.sampled_from(("in", "!in", "in~", "!in~", "has_any", "has_all")),
    st.lists(st.sampled_from(TERMS), min_size=1, max_size=3, unique=True),
)
_number_tests = st.builds(
    lambda operator, number: f"n {operator} {number}",
    st.sampled_from(("==", "!=", "<", "<=", ">", ">=")),
    st.sampled_from((5, 1, 0, -3)),
)
_other_tests = st.sampled_from(
    ("isempty(cmd)", "isnotempty(user)", "isnull(n)", "isnotnull(n)", "n between (1 .. 5)")
)
conditions = st.recursive(
    _text_tests | _list_tests | _number_tests | _other_tests,
    lambda inner: (
        st.builds(
            lambda word, parts: "(" + f" {word} ".join(parts) + ")",
            st.sampled_from(("and", "or")),
            st.lists(inner, min_size=2, max_size=3),
        )
        | inner.map(lambda one: f"not({one})")
    ),
    max_leaves=5,
)


@pytest.mark.slow
@draws(40)
@given(conditions)
def test_conditions_keep_the_same_rows(connection: Any, condition: str) -> None:
    _same(connection, f"{TABLE} | where {condition} | project id")


@pytest.mark.parametrize(
    "steps",
    [
        "summarize count() by user",
        "summarize n = sum(n), m = max(n), l = min(n), c = countif(n > 1), d = dcount(user)",
        "where isnotnull(n) | summarize a = avg(n) by user",
        "distinct user",
        "top 3 by n desc | project id",
        "sort by n asc, id desc | project id",
        "sort by user desc, id asc | project id",
        "extend x = strcat(user, '-', tostring(n)), y = toupper(user) | project id, x, y",
        "extend x = iff(n > 1, 'big', 'small') | project id, x",
        "extend x = case(n > 5, 'a', n > 1, 'b', 'c') | project id, x",
        "extend x = split(cmd, '.')[0] | project id, x = tostring(x)",
        "extend x = extract('([a-z]+)[.]exe', 1, cmd) | project id, x",
        "extend x = replace_string(cmd, 'e', 'E'), y = strlen(cmd), z = substring(cmd,"
        " 1, 3) | project id, x, y, z",
        "extend x = n / 2, y = n % 2, z = bin(n, 5), w = abs(n) | where n > 0 | project id, x, y, z, w",
        "join kind=inner (datatable(user: string, t: string)['ann', 'r', 'bob', 's',"
        " 'bob', 'u']) on user | project id, t",
        "join kind=leftouter (datatable(user: string, t: string)['ann', 'r']) on user |"
        " project id, t = coalesce(t, '')",
        "join kind=leftanti (datatable(user: string, t: string)['ann', 'r', 'bob', 's'])"
        " on user | project id",
        "join kind=leftsemi (datatable(user: string, t: string)['ann', 'r', 'bob', 's'])"
        " on user | project id",
        "join kind=rightanti (datatable(user: string, t: string)['x', 'r', 'bob', 's']) on user | project t",
        "project-away cmd | project-rename who = user | where id == 1",
        "extend l = dynamic([1, 2]) | mv-expand l to typeof(long) | where id < 3 | project id, l",
        "summarize arg_max(n, id) by user | project user, id",
        "summarize x = make_set(user) | project k = array_length(x)",
        "count",
    ],
)
def test_operators_give_the_same_rows(connection: Any, steps: str) -> None:
    _same(connection, f"{TABLE} | {steps}", ordered=" by " in steps and steps.startswith(("sort", "top")))


@pytest.mark.data
@pytest.mark.slow
def test_both_parse_the_same_queries(data_dir: Path) -> None:
    """Of published queries that one of the two parses, few are refused by the other."""
    both = 0
    named: list[str] = []
    texts = part(sentinel(data_dir), 16)
    for name, text in texts:
        try:
            theirs_ok = bool(duckdb_kql.parse(text).ok)
        except duckdb_kql.KqlError:
            theirs_ok = False
        try:
            KQL.parse(text)
            ours_ok = True
        except QueryError:
            ours_ok = False
        both += theirs_ok and ours_ok
        if theirs_ok and not ours_ok:
            named.append(name)
    assert both > len(texts) * 0.8
    assert named == []
