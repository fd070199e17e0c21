"""What is said of queries in plain words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from cybersecqwen.dialects.kql import Kql, steps
from cybersecqwen.dialects.kql.tree import Binary, KqlQuery, Let, Name, Pipeline, Text
from cybersecqwen.errors import QueryError
from tests.amounts import draws, part
from tests.dialects.described import HOSTILE, sound
from tests.published import hunting, sentinel

from .drawn import queries

KQL = Kql()

CASES = [
    (
        (
            'let window = 4h;\nlet admins = dynamic(["alice", "bob"]);\nSigninLogs\n| where '
            "TimeGenerated > ago(window) and ResultType != 0 and UserPrincipalName !in (admins)\n| "
            'where AppDisplayName has_any ("Azure Portal", "PowerShell") and not(IPAddress '
            'startswith "10.")\n| extend City = tostring(LocationDetails.city), Hour = '
            "bin(TimeGenerated, 1h)\n| summarize Failures = count(), Cities = dcount(City), First = "
            "min(TimeGenerated) by UserPrincipalName, bin(TimeGenerated, 30m)\n| where Failures > "
            "10\n| order by Failures desc\n| take 20"
        ),
        (
            "Sets window to 4 hours.",
            "Sets admins to alice and bob.",
            "Looks at SigninLogs.",
            (
                "Keeps rows where TimeGenerated is in the last 4 hours, ResultType is not 0, "
                "UserPrincipalName is not among the values of admins and AppDisplayName has the word "
                "“Azure Portal” or PowerShell."
            ),
            "Leaves out rows where IPAddress begins with 10.",
            "Computes City as LocationDetails.city and Hour as TimeGenerated rounded down to 1 hour.",
            (
                "Tells how many there are (as Failures), how many different values of City (as "
                "Cities) and the earliest TimeGenerated (as First) for each UserPrincipalName and 30 "
                "minutes of TimeGenerated."
            ),
            "Keeps rows where Failures is greater than 10.",
            "Sorts by Failures (greatest first).",
            "Gives at most 20 rows.",
        ),
        ("The table SigninLogs.",),
    ),
    (
        (
            "let Rare = DeviceProcessEvents | summarize Hosts = dcount(DeviceId) by SHA256 | where "
            "Hosts < 3;\nDeviceNetworkEvents\n| where RemotePort in (4444, 8443)\n| join kind=inner "
            '(DeviceProcessEvents | where FileName =~ "powershell.exe" | project DeviceId, SHA256, '
            "ProcessCommandLine) on DeviceId, $left.InitiatingProcessSHA256 == $right.SHA256\n| where "
            "SHA256 in (Rare)\n| extend Delay = Timestamp - ProcessCreationTime, Parts = "
            'split(RemoteUrl, "/")[2]\n| mv-expand Parts\n| project-away DeviceId'
        ),
        (
            "For Rare: looks at DeviceProcessEvents.",
            "For Rare: tells how many different values of DeviceId (as Hosts) for each SHA256.",
            "For Rare: keeps rows where Hosts is less than 3.",
            "Looks at DeviceNetworkEvents.",
            "Keeps rows where RemotePort is 4444 or 8443.",
            (
                "Joins the rows with a second side on DeviceId and InitiatingProcessSHA256 (there "
                "SHA256), and keeps what matches."
            ),
            "For the second side: looks at DeviceProcessEvents.",
            "For the second side: keeps rows where FileName is powershell.exe.",
            "For the second side: shows DeviceId, SHA256 and ProcessCommandLine.",
            "Keeps rows where SHA256 is among the values of Rare.",
            (
                "Computes Delay as Timestamp less ProcessCreationTime and Parts as the 3rd of the "
                "parts of RemoteUrl between “/”."
            ),
            "Makes a row of each item of Parts.",
            "Leaves out the column DeviceId.",
        ),
        ("The tables DeviceProcessEvents and DeviceNetworkEvents.",),
    ),
    (
        (
            "union isfuzzy=true SecurityEvent, (WindowsEvent | where EventID == 4688)\n| parse "
            'CommandLine with * "-Uri " Target " " *\n| evaluate bag_unpack(EventData)\n| make-series '
            "Count = count() default=0 on TimeGenerated from ago(7d) to now() step 1d by Computer\n| "
            "render timechart"
        ),
        (
            "Looks at SecurityEvent and query 1 together.",
            "For query 1: looks at WindowsEvent.",
            "For query 1: keeps rows where EventID is 4688.",
            "Takes Target out of CommandLine, by -Uri around it.",
            "Makes a column of each key of EventData.",
            (
                "Makes series of how many there are (as Count), a value for every 1 day of "
                "TimeGenerated from 1 week ago to now, for each Computer."
            ),
            "Draws the rows as a timechart.",
        ),
        ("The tables SecurityEvent and WindowsEvent.",),
    ),
    (
        (
            'let f = (user: string) { AuditLogs | where Identity == user };\nf("alice")\n| summarize '
            "arg_max(TimeGenerated, *) by OperationName\n| where toscalar(Heartbeat | count) > 5\n| "
            "top 3 by TimeGenerated asc"
        ),
        (
            "For the function f of user: looks at AuditLogs.",
            "For the function f of user: keeps rows where Identity is user.",
            "Looks at what f() gives for alice.",
            "Keeps the row with the latest TimeGenerated for each OperationName.",
            "For the subquery: looks at Heartbeat.",
            "For the subquery: tells how many there are.",
            "Keeps rows where the result of the subquery is greater than 5.",
            "Gives the first 3 rows by TimeGenerated (least first).",
        ),
        ("The tables AuditLogs and Heartbeat.",),
    ),
]
"""Queries, what is said of them, and the data that they need."""


@pytest.mark.parametrize(("text", "said", "needed"), CASES)
def test_queries_are_told_step_by_step(text: str, said: tuple[str, ...], needed: tuple[str, ...]) -> None:
    tree = KQL.parse(text)
    assert KQL.describe(tree) == said
    assert KQL.sources(tree) == needed


@draws(40)
@given(queries)
def test_every_query_is_told(tree: KqlQuery) -> None:
    assert sound(KQL.describe(tree))


@pytest.mark.data
def test_every_query_of_the_data_is_told(data_dir: Path) -> None:
    told = unknown = count = 0
    texts = [*sentinel(data_dir), *hunting(data_dir)]
    assert len(texts) > 1_900
    for name, text in part(texts, 4):
        try:
            tree = KQL.parse(text)
        except QueryError:
            continue
        sentences = KQL.describe(tree)
        assert sound(sentences), name
        count += 1
        told += len(sentences)
        unknown += sum("uns the operator" in one or "pplies the plugin" in one for one in sentences)
    assert count > len(part(texts, 4)) * 0.9
    assert unknown < 0.01 * told


LEADING = [
    ("T | where a == 1 | where b == 2 | extend c = 1", "T | where a == 1 | where b == 2"),
    ("let x = 5; T | where a > x | join U on a", "let x = 5; T | where a > x"),
]


@pytest.mark.parametrize(("text", "expected"), LEADING)
def test_the_leading_filter(text: str, expected: str) -> None:
    assert KQL.leading(KQL.parse(text)) == KQL.parse(expected)


@pytest.mark.parametrize("text", ["T", "T | extend a = 1 | where a == 1", "let f = 1;", ".drop table T"])
def test_what_begins_with_no_filter_has_no_leading_one(text: str) -> None:
    assert KQL.leading(KQL.parse(text)) is None


KINDS = [
    ("", "keeps what matches (one row of the first side for each key)"),
    ("kind=inner", "keeps what matches"),
    ("kind=leftouter", "keeps all rows of the first side"),
    ("kind=leftanti", "keeps rows of the first side without a match"),
    ("kind=rightsemi", "keeps rows of the second side with a match"),
    ("kind=fullouter", "keeps all rows of both sides"),
]


@pytest.mark.parametrize(("kind", "kept"), KINDS)
def test_kinds_of_joins(kind: str, kept: str) -> None:
    said = KQL.describe(KQL.parse(f"T | join {kind} U on a"))
    assert said == ("Looks at T.", f"Joins the rows with U on a, and {kept}.")


def test_keys_of_joins_that_are_joined_by_and() -> None:
    said = KQL.describe(KQL.parse("T | join kind=inner U on $left.a == $right.b and $left.c == $right.c"))
    assert said[1] == "Joins the rows with U on a (there b) and c, and keeps what matches."


CONDITIONS = [
    ("a has 'x'", "a has the word x"),
    ("a !has 'x'", "a does not have the word x"),
    ("a has_all ('x', 'y')", "a has the words x and y"),
    ("a in ('x', 'y')", "a is x or y"),
    ("a !in ('x', 'y', 'z')", "a is none of x, y or z"),
    ("a between (1 .. 5)", "a is between 1 and 5"),
    ("isnotempty(a)", "there is an a"),
    ("not(isnull(a)) or b > 5", "there is an a or b is greater than 5"),
    ("a == 'x' or a == 'y' or b == 1", "a is x or y, or b is 1"),
    ("Timestamp > now() - 2d", "Timestamp is in the last 2 days"),
    ("Timestamp < ago(2h)", "Timestamp is more than 2 hours ago"),
    ("strlen(a) > 5", "the length of a is greater than 5"),
    ("ipv4_is_private(a)", "a is a private address"),
    ("ipv4_is_in_range(a, '10.0.0.0/8')", "a is an address in 10.0.0.0/8"),
    ("tolower(a) == 'x'", "a is x"),
    ("5 < a", "a is greater than 5"),
]


@pytest.mark.parametrize(("condition", "said"), CONDITIONS)
def test_conditions(condition: str, said: str) -> None:
    sentences = KQL.describe(KQL.parse(f"T | where {condition}"))
    assert sentences in (
        ("Looks at T.", f"Keeps rows where {said}."),
        ("Looks at T.", f"Leaves out rows where {said}."),
    )


VALUES = [
    ("EndTime - StartTime", "EndTime less StartTime"),
    ("iff(a > 1, 'x', 'y')", "x where a is greater than 1, otherwise y"),
    ("split(a, '/')[-1]", "the last of the parts of a between “/”"),
    ("tostring(parse_json(a).b[0].c)", "c of the first item of a.b"),
    ("strcat(a, '-', b)", "a, “-” and b together"),
    ("extract('x(.)', 1, a)", "group 1 of the pattern x(.) in a"),
    ("datetime_diff('minute', b, a)", "the minutes from a to b"),
    (
        "tostring(parse_json(tostring(parse_json(tostring(a.b)).c)).d[0].e)",
        "e of the first item of a.b.c.d",
    ),
    ("strcat('x', strcat(a, 'y'))", "x, a and y together"),
    ("now(-1d)", "1 day ago"),
    ("split(a, '.', -1)", "the last of the parts of a between “.”"),
    ("not_known(a, b)", "not_known() of a and b"),
    ("a > 5 and b < 3", "whether a is greater than 5 and b is less than 3"),
]


@pytest.mark.parametrize(("value", "said"), VALUES)
def test_values(value: str, said: str) -> None:
    assert KQL.describe(KQL.parse(f"T | extend v = {value}"))[1] == f"Computes v as {said}."


def test_hostile_names_are_shown_safely() -> None:
    name = Name(HOSTILE)
    tree = KqlQuery(
        statements=(Let(name, Text(HOSTILE)),),
        body=Pipeline(
            name,
            (
                steps.Where(predicate=Binary("==", name, Text(HOSTILE))),
                steps.Project(word="project", items=(name,) * 100),
                steps.Other(word=HOSTILE, text=HOSTILE * 20),
            ),
        ),
    )
    assert sound(KQL.describe(tree))


def test_long_queries_are_cut() -> None:
    text = "T" + "".join(f" | extend f{number} = {number}" for number in range(100))
    sentences = KQL.describe(KQL.parse(text))
    assert len(sentences) == 40
    assert sentences[-1] == "… and 62 more steps."
