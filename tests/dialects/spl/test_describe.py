"""What is said of queries in plain words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from cybersecqwen.dialects.spl import Spl, stages
from cybersecqwen.dialects.spl.tree import Compare, Pipeline
from tests.amounts import draws, part
from tests.dialects.described import HOSTILE, sound
from tests.published import splunk

from .drawn import pipelines

SPL = Spl()

CASES = [
    (
        (
            "search index=win sourcetype=xmlwineventlog EventCode=4625 earliest=-24h NOT user IN "
            '(svc_backup, "NT AUTHORITY") | bin _time span=10m | stats count dc(user) as users '
            "values(src) as sources by _time, dest | where count > 20 AND users >= 5 | sort - count "
            "| head 10"
        ),
        (
            "Looks at the index win and events of the type xmlwineventlog, in the last 1 day.",
            "Keeps events where EventCode is 4625.",
            "Leaves out events where user is svc_backup or “NT AUTHORITY”.",
            "Rounds _time down to 10 minutes.",
            (
                "Tells how many there are, how many different values of user (as users) and the "
                "values of src (as sources) for each _time and dest."
            ),
            "Keeps rows where count is greater than 20 and users is at least 5.",
            "Sorts by count (greatest first).",
            "Gives the first 10 rows.",
        ),
        ("The index win.",),
    ),
    (
        (
            "| tstats `security_content_summariesonly` count min(_time) as firstTime from "
            'datamodel=Endpoint.Processes where Processes.process_name IN ("rundll32.exe", '
            '"regsvr32.exe") (Processes.process="*http*" OR Processes.process="*.sct*") by '
            "Processes.dest Processes.user _time span=1h | `drop_dm_object_name(Processes)` | "
            "`security_content_ctime(firstTime)` | `my_rule_filter`"
        ),
        (
            "Looks at the data model Endpoint.Processes.",
            (
                "Keeps events where process_name is rundll32.exe or regsvr32.exe and process "
                "contains http or .sct."
            ),
            (
                "Tells how many there are and the first time (as firstTime) for each dest, user and "
                "_time in stretches of 1 hour."
            ),
            "Shows firstTime as a date.",
            "Leaves out the exceptions of the macro my_rule_filter.",
        ),
        (
            "The data model Endpoint.Processes.",
            "The macro my_rule_filter.",
        ),
    ),
    (
        (
            'index=proxy | eval mb=round(bytes/1024/1024, 2), kind=case(mb > 100, "large", mb > 10, '
            '"middle", true(), "small"), tool=if(match(agent, "(?i)curl"), "curl", "other") | lookup '
            "asset_list ip as src OUTPUT owner, site as place | join type=left src [search "
            "index=dhcp earliest=-7d | stats latest(mac) as mac by src] | table src owner mb kind mac"
        ),
        (
            "Looks at the index proxy.",
            (
                "Computes mb as ((bytes divided by 1024) divided by 1024) rounded to 2 places; kind "
                "as large where mb is greater than 100 or middle where mb is greater than 10, "
                "otherwise small; and tool as curl where agent matches the pattern (?i)curl, "
                "otherwise other."
            ),
            "Looks up src (there ip) in the table asset_list and adds owner and place.",
            "Joins the rows with those of a second search on src, and keeps all rows.",
            "For the second side: looks at the index dhcp, in the last 1 week.",
            "For the second side: tells the latest mac for each src.",
            "Shows src, owner, mb, kind and mac.",
        ),
        (
            "The indexes proxy and dhcp.",
            "The lookup table asset_list.",
        ),
    ),
    (
        (
            "`powershell` EventCode=4104 [| inputlookup watched_hosts where site=Berlin | fields "
            'host] | rex field=ScriptBlockText "(?<url>https?://\\S+)" | regex url!="contoso" | '
            "eventstats avg(size) as mean by host | dedup 2 host | fillnull value=none user | "
            'mvexpand url | append [search index=other] | transaction host maxspan=5m startswith="a '
            'b" | iplocation src | top limit=5 url by host'
        ),
        (
            "For the subsearch: reads the rows of the lookup table watched_hosts.",
            "For the subsearch: keeps those where site is Berlin.",
            "For the subsearch: shows host.",
            "Looks at the events of the macro powershell.",
            "Keeps events where EventCode is 4104 and one of the results of a subsearch fits.",
            "Takes url out of ScriptBlockText by the pattern (?<url>https?://\\S+).",
            "Keeps rows where url does not match the pattern contoso.",
            "Adds to each row, over those with the same host, the mean of size (as mean).",
            "Keeps the first 2 rows for each host.",
            "Puts none where user is missing.",
            "Makes a row of each value of url.",
            "Adds the rows of a second search below.",
            "For the second side: looks at the index other.",
            (
                "Groups events with the same host into transactions, each of which begins with “a b” "
                "and lasts at most 5 minutes."
            ),
            "Looks up where in the world the address src is.",
            "Tells the 5 most frequent values of url for each host.",
        ),
        (
            "The index other.",
            "The lookup table watched_hosts.",
            "The macro powershell.",
        ),
    ),
]
"""Queries, what is said of them, and the data that they need."""


@pytest.mark.parametrize(("text", "said", "needed"), CASES)
def test_queries_are_told_step_by_step(text: str, said: tuple[str, ...], needed: tuple[str, ...]) -> None:
    tree = SPL.parse(text)
    assert SPL.describe(tree) == said
    assert SPL.sources(tree) == needed


@draws(50)
@given(pipelines())
def test_every_query_is_told(tree: Pipeline) -> None:
    assert sound(SPL.describe(tree))


@pytest.mark.data
def test_every_search_of_the_data_is_told(data_dir: Path) -> None:
    told = unknown = 0
    searches = splunk(data_dir)
    assert len(searches) == 1_711
    for name, text in part(searches, 4):
        sentences = SPL.describe(SPL.parse(text))
        assert sound(sentences), name
        told += len(sentences)
        unknown += sum("uns the command" in one or "oes what stands in" in one for one in sentences)
    assert unknown < 0.01 * told


LEADING = [
    ('index=a x=1 | where y > 2 | regex z="q" | stats count by x', "index=a x=1\n| where y > 2\n| regex z=q"),
    ("index=a x=1 | `my_filter` | search y=2 | eval z=1", "index=a x=1\n| search y=2"),
    (
        "| tstats count min(_time) as first from datamodel=Web where Web.url=x by Web.src",
        "| tstats count from datamodel=Web where Web.url=x",
    ),
]


@pytest.mark.parametrize(("text", "expected"), LEADING)
def test_the_leading_filter(text: str, expected: str) -> None:
    tree = SPL.leading(SPL.parse(text))
    assert tree is not None
    assert tree == SPL.parse(expected)


def test_what_begins_with_no_filter_has_no_leading_one() -> None:
    assert SPL.leading(SPL.parse("| makeresults | eval a=1")) is None
    assert SPL.leading(SPL.parse("| inputlookup a where b=1")) is None


def test_commands_that_are_not_known_are_told_as_written() -> None:
    sentences = SPL.describe(SPL.parse("index=a | bucketdir pathfield=source sizefield=size"))
    assert sentences[-1] == "Runs the command bucketdir with pathfield=source sizefield=size."


VALUES = [
    ("substr(a, -4)", "the last 4 characters of a"),
    ('a + "-" + b', "a, “-” and b together"),
    ('mvindex(split(a, "/"), -1)', "the last of the parts of a between “/”"),
    ('mvfilter(like(a, "x%"))', "the values for which a begins with x"),
    ('if(isnull(a), "none", a)', "none where there is no a, otherwise a"),
    ("(a - b) / c", "(a less b) divided by c"),
    ('mvcount(split(a, ",")) - 1', "(the number of parts of a between “,”) less 1"),
]


@pytest.mark.parametrize(("value", "said"), VALUES)
def test_values(value: str, said: str) -> None:
    assert SPL.describe(SPL.parse(f"index=a | eval v={value}"))[1] == f"Computes v as {said}."


def test_what_writes_is_said() -> None:
    assert SPL.describe(SPL.parse("index=a | outputlookup b.csv"))[-1] == (
        "Writes the rows to the lookup table b.csv."
    )


def test_hostile_names_are_shown_safely() -> None:
    tree = Pipeline(
        (
            stages.Search(where=Compare(HOSTILE, "=", HOSTILE), implicit=True),
            stages.Rename(pairs=((HOSTILE, HOSTILE),)),
            stages.Listed(name="table", fields=(HOSTILE,) * 50),
            stages.Other(name="x", parts=(HOSTILE * 20,)),
        )
    )
    assert sound(SPL.describe(tree))


def test_long_searches_are_cut() -> None:
    text = "index=a" + "".join(f" | eval f{number}={number}" for number in range(100))
    sentences = SPL.describe(SPL.parse(text))
    assert len(sentences) == 40
    assert sentences[-1] == "… and 62 more steps."
