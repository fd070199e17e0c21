from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from evaluation.query_kql import Item, Original, answer, items, original_of, peer, plain
from evaluation.query_kql_agreement import KQL, Found, NotRun, agreement, key_of, matched, same_table
from evaluation.query_kql_records import Apart, Looked, looked_at
from evaluation.query_kql_summary import figures, mean, summary, table

from cybersecqwen.dialects.fields.schemas import schema
from cybersecqwen.dialects.interface import Running
from cybersecqwen.tasks.query.asking import Library

SENTINEL = schema("sentinel")
START = 'SecurityEvent | where EventID == 4688 | where NewProcessName endswith "\\\\cmd.exe"'


def looked(text: str) -> Looked:
    return looked_at(KQL.parse(text))


def shown(text: str) -> str:
    return " ".join(KQL.render(looked(text).query).split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("T | where a == 1 | summarize count() by b | where count_ > 2", "T | where a == 1"),
        ("T | project x = a, b | where x == 1 | take 5", "T | extend x = a | where x == 1"),
        ("T | sort by a | where a == 1 | distinct a | where a > 0", "T | where a == 1"),
        ("T | where a == 1 | join kind=inner (U | where b == 2) on c", "T | where a == 1"),
        ("T | where a == 1 | mv-expand b | where b == 2", "T | where a == 1"),
        ("T | parse-where a with 'x' b | union U", "T | parse-where a with 'x' b"),
        ("T | where TimeGenerated > ago(1d) and a == 1", "T | where a == 1"),
        ("T | where TimeGenerated between (ago(2d) .. now()) | where a == 1", "T | where a == 1"),
        ("T | where hourofday(TimeGenerated) < 6", "T | where hourofday(TimeGenerated) < 6"),
        ("let n = 1; let m = 2; T | where a == n", "let n = 1; T | where a == n"),
        ("let x = materialize(T | where a == 1); x | where b == 2", "T | where a == 1 | where b == 2"),
        ("let x = T | where a == 1 | count; x | where Count == 2", "T | where a == 1"),
        ("let f = (t:string, n:int=3) { table(t) | where a == n }; f('T')", "T | where a == 3"),
    ],
)
def test_what_is_looked_at(text: str, expected: str) -> None:
    assert shown(text) == " ".join(KQL.render(KQL.parse(expected)).split())


def test_a_union_is_looked_at_branch_by_branch() -> None:
    found = looked("union (A | where x == 1 | count), B, A | where y == 2")
    assert [(one.table, len(one.steps), one.end) for one in found.branches] == [
        ("A", 1, "count"),
        ("B", 1, ""),
        ("A", 1, ""),
    ]
    assert found.tables == ("A", "B")
    assert found.conditions == 3


@pytest.mark.parametrize(
    "text",
    [
        "union * | where a == 1",
        "union withsource=t Event* | where a == 1",
        "print x = 1",
        "externaldata(a:string)['https://example.org'] | where a == 'x'",
        "_GetWatchlist('x') | where a == 1",
        "workspace('x').T | where a == 1",
        "let f = (n:int) { T | where a == n }; f()",
        ".show tables",
    ],
)
def test_what_no_records_can_be_told_of(text: str) -> None:
    with pytest.raises(Apart):
        looked(text)


def test_a_query_agrees_with_itself_and_with_its_other_form() -> None:
    for other in (START, 'SecurityEvent | where NewProcessName endswith @"\\cmd.exe" and EventID == 4688'):
        found = agreement(looked(START), looked(other), SENTINEL, 300)
        assert 0 < found.both == found.original == found.other < found.records
        assert found.f1 == 1


def test_a_wider_query_finds_more_and_another_value_finds_others() -> None:
    wider = agreement(looked(START), looked("SecurityEvent | where EventID == 4688"), SENTINEL, 300)
    assert 0 < wider.original == wider.both < wider.other
    assert 0 < wider.f1 < 1
    another = agreement(looked(START), looked("SecurityEvent | where EventID == 4625"), SENTINEL, 300)
    assert another.both == 0 < another.other
    assert another.f1 == 0


def test_a_branch_that_is_missed_costs_recall() -> None:
    both = looked('union (SigninLogs | where ResultType == "1"), (AuditLogs | where Category == "x")')
    found = agreement(both, looked('SigninLogs | where ResultType == "1"'), SENTINEL, 300)
    assert found.both == found.other < found.original


def test_records_are_matched_by_their_numbers() -> None:
    data = {"t": [{"a": 1, "csq_example": 5}, {"a": 2, "csq_example": 6}]}
    assert matched(looked("T | where a == 2 | extend b = 3"), data, Running()) == {6}
    with pytest.raises(NotRun):
        matched(looked("T | where nosuchfunction(a) == 2"), data, Running())


def test_f1() -> None:
    assert Found(records=10, original=4, other=2, both=1).f1 == pytest.approx(1 / 3)
    assert Found(records=10, original=0, other=0, both=0).f1 == 0


def test_tables_are_compared_without_case_and_by_the_parsers_records() -> None:
    assert key_of("SecurityEvent") == "securityevent"
    assert key_of("_Im_Dns") == key_of("imDns") == key_of("ASimDns") != key_of("DnsEvents")
    assert same_table(("A", "b"), ("B",))
    assert not same_table(("A",), ())


def test_an_original_is_compared_or_set_apart() -> None:
    found = original_of(START, SENTINEL, 200)
    assert (found.apart, found.in_schema) == ("", True)
    assert 0 < found.bare < 1
    assert "conditions" in original_of("SecurityEvent | count", SENTINEL, 200).apart
    assert "parse" in original_of("SecurityEvent | where", SENTINEL, 200).apart
    never = original_of("SecurityEvent | where EventID == 1 and EventID == 2", SENTINEL, 200)
    assert never == Original(looked=None, apart="it finds none of the made records", in_schema=True)
    assert not original_of("Custom_CL | where a_s == 'x'", SENTINEL, 200).in_schema


def test_questions_are_read_from_the_archive(tmp_path: Path) -> None:
    (tmp_path / "queries").mkdir()
    with zipfile.ZipFile(tmp_path / "queries" / "kql_azure_sentinel.zip", "w") as archive:
        archive.writestr("b/x.yaml", "name: 'A name'\ndescription: |\n  'Two\n  lines.'\nquery: T | take 1\n")
        archive.writestr("a.yaml", "name: none\nquery: T\n")
        archive.writestr("LICENSE", "text")
    (only,) = items(tmp_path)
    assert only == Item(path="b/x.yaml", name="A name", description="Two lines.", query="T | take 1")
    assert only.question("description") == "Two lines."
    assert only.question("name and description") == "A name. Two lines."
    assert plain("'") == "'"


def test_answers_are_queries_or_reasons() -> None:
    library = Library(())
    built, refused = answer("powershell.exe started with -enc on Windows", library)
    assert built is not None
    assert refused == ""
    assert built.whose.name == "sentinel"
    assert peer(built.text) == "yes"
    assert answer("the and of", library)[0] is None
    assert peer("T | where (") == "no"


def outcome(**changed: object) -> dict[str, object]:
    base: dict[str, object] = {
        "path": "p", "kind": "description", "apart": "", "in_schema": True, "bare": 0.5,
        "seconds": 0.01, "processor": 0.01,
        "refused": "", "text": "T", "parses": True, "peer": "yes", "unknown": (), "same_table": True,
        "not_run": "", "f1": 1.0,
    }  # fmt: skip
    return {**base, **changed}


def test_figures() -> None:
    missing = {"text": "", "parses": False, "peer": "", "same_table": False, "f1": 0.0, "refused": "E: 'x'"}
    found = figures(
        [
            outcome(),
            outcome(peer="lacks", same_table=False, f1=0.0),
            outcome(peer="no", unknown=("a",), apart="why", same_table=False, f1=0.0),
            outcome(**missing),
        ]
    )
    assert found["given"] == {"hits": 3, "of": 4, "share": 0.75}
    assert found["parses by duckdb_kql"] == {"hits": 1, "of": 2, "share": 0.5}
    assert found["schema-valid"]["hits"] == 2
    assert found["compared"] == 3
    assert found["same table"]["hits"] == 1
    assert found["f1"]["mean"] == pytest.approx(1 / 3, abs=1e-4)
    assert found["f1 of those given"]["mean"] == 0.5
    assert found["f1 of the same table"] == {"n": 1, "mean": 1.0, "low": 1.0, "high": 1.0}
    assert mean([])["mean"] is None


def test_a_summary_keeps_what_is_apart_and_counts_like_reasons_together() -> None:
    outcomes = [
        outcome(),
        outcome(apart="it does not parse: Line 3, column 1: The query has ended, and '|' comes."),
        outcome(apart="it does not parse: Line 7, column 2: The query has ended, and 'x' comes."),
        outcome(in_schema=False, refused="E: 'a'", text="", f1=0.0, same_table=False),
    ]
    found = {"rules": 1, **summary(outcomes, ("description",))}
    assert found["originals"]["compared"] == 2
    assert found["originals"]["tables within the schema"] == 3
    assert list(found["originals"]["apart"].values()) == [2]
    assert [one["f1"]["mean"] for one in found["questions"]] == [0.5, 1.0]
    assert "- Refused, 1: E: …" in list(table(found))
