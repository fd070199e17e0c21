"""Queries whose rows and values grow without end when they are run: each is stopped, or cut, by a bound."""

from __future__ import annotations

import pytest

from cybersecqwen.dialects import DIALECTS
from cybersecqwen.dialects.interface import Data, Running
from cybersecqwen.errors import LimitError, QueryError

ROWS = [{"a": "v", "b": number, "m": ["p"] * 50} for number in range(1_000)]
DATA: Data = dict.fromkeys(("", "T", "U", "x", "t"), ROWS)
TWENTY = "a" * 20

GROWING = {
    "spl": (
        "search index=* | eval x=mvrange(0,1000000000)",
        "search index=* | join type=inner max=0 a [search index=*]",
        "search index=*" + " | append [search index=*]" * 300,
        'search index=* | eval x="abcdefghij"' + " | eval x=x.x" * 40,
        f'search index=* | eval x="{TWENTY}"' + f' | eval x=replace(x,"a","{TWENTY}")' * 8,
        "search index=* | eval x=mvappend(m,m)" + " | eval x=mvappend(x,x)" * 30,
        "search index=* | mvexpand m" + ' | eval m=split("a,b,c,d,e,f",",") | mvexpand m' * 3,
    ),
    "kql": (
        "range x from 1 to 1000000000000 step 1",
        "T | extend k=range(0,100000,1) | mv-expand k",
        "T | join kind=inner (U) on a",
        "T | extend z=m" + " | extend z=array_concat(z,z)" * 30,
        "T | mv-expand m | extend k=range(0,1000) | mv-expand k",
    ),
}
STRANGE = {
    "spl": (
        "| makeresults count=1000000000",
        "| gentimes start=1/1/1900 end=1/1/2900 increment=1s",
        "search index=* | eval x=pow(9999999999,9999999999), y=exp(1e6), z=1/0, w=5%0",
        'search index=* | eval x=strftime(1e300,"%Y"), y=relative_time(now(),"-999999999999d")',
        'search index=* | eval x=tostring(pow(10,308)*10,"duration"), y=tostring(1e300*1e300,"hex")',
        "search index=* | bin b span=0.0000000001 | stats count by b",
    ),
    "kql": (
        "print x=pow(9999999999,9999999999), y=exp(1000000), z=1/0, w=5%0",
        "print x=ago(999999999999d), y=unixtimestamp_seconds_todatetime(1e300)",
        "print x=strrep('abc',1000000000)",
        "T | summarize count() by bin(b,0)",
        "T | make-series count() on b from 0 to 1000000000000 step 1",
    ),
    "esql": (
        "FROM x | EVAL x=REPEAT(a,1000000000)",
        "ROW x=EXP(1000000), y=POW(9999999999,9999999999), z=1/0",
        "FROM x | STATS COUNT(*) BY BUCKET(b, 0)",
    ),
    "logscale": ('x:=format("%1000000000d",field=b)', "x:=math:pow(10,400) | y:=1/0", "bucket(span=1ms)"),
    "eql": ("sequence [any where true] [any where true] [any where true]", "any where 1/0 == b % 0"),
    "sqlite": (
        "SELECT replace(hex(zeroblob(1000000000)),'0','ab') FROM t",
        "SELECT printf('%.*c',1e9,'x') FROM t",
    ),
    "duckdb": ("SELECT * FROM range(1000000000000)",),
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize(("name", "query"), [(name, one) for name, all_ in GROWING.items() for one in all_])
def test_what_grows_is_stopped(name: str, query: str) -> None:
    dialect = DIALECTS.get(name)()
    with pytest.raises(LimitError):
        dialect.run(dialect.parse(query), DATA, Running(most_rows=200_000))


@pytest.mark.timeout(60)
@pytest.mark.parametrize(("name", "query"), [(name, one) for name, all_ in STRANGE.items() for one in all_])
def test_what_is_strange_gives_rows_or_an_error_of_queries(name: str, query: str) -> None:
    dialect = DIALECTS.get(name)()
    try:
        rows = dialect.run(dialect.parse(query), DATA, Running(most_rows=10_000)).rows
    except (QueryError, LimitError):
        return
    assert len(rows) <= 10_000
    assert all(len(str(value)) < 200_000 for row in rows[:10] for value in row.values())
