from __future__ import annotations

import zipfile
from pathlib import Path

from evaluation.query_optimise import percentiles, quartiles, summary, table
from evaluation.query_texts import kql, spl


def test_queries_are_read_from_the_archives(tmp_path: Path) -> None:
    folder = tmp_path / "queries"
    folder.mkdir()
    members = {
        "splunk_security_content": {"a.yml": "search: index=x", "b.yml": "name: none", "c.yml": "- :\n\t"},
        "kql_azure_sentinel": {"d.yaml": "query: T | take 1"},
        "kql_sentinel_reprise99": {"e.kql": "T | take 2"},
        "kql_hunting_bertjanp": {"f.md": "# x\n```KQL\nT | take 3\n```\ntext\n```\nT | take 4\n```\n"},
    }
    for name, files in members.items():
        with zipfile.ZipFile(folder / f"{name}.zip", "w") as archive:
            for path, content in files.items():
                archive.writestr(path, content)
    assert [one.text for one in spl(tmp_path)] == ["index=x"]
    assert [one.text.strip() for one in kql(tmp_path)] == [f"T | take {number}" for number in (1, 2, 3, 4)]


def test_figures() -> None:
    assert quartiles([0.1]) is None
    assert quartiles([0.0, 0.5, 1.0]) == {"median": 0.5, "from": 0.25, "to": 0.75, "n": 3}
    assert percentiles([]) is None
    assert percentiles(range(1, 101)) == {"p50": 50.5, "p95": 96, "most": 100}


def test_a_summary_counts_each_kind() -> None:
    one = {"withdrawn": [], "rules": ["r"], "suggested": [], "bare_ms": 1.0, "proof_ms": 2.0, "said": ""}
    outcomes = [
        {**one, "path": "a", "kind": "proven", "gain": 0.5},
        {**one, "path": "b", "kind": "weak", "gain": 0.1},
        {**one, "path": "c", "kind": "not run", "gain": 0.0, "said": "no"},
        {"path": "d", "kind": "unparsed", "said": "bad"},
    ]
    found = summary("spl", outcomes, 10)
    assert (found["queries"], found["parsed"]) == (4, 3)
    assert found["kinds"] == {"proven": 1, "weak": 1, "not run": 1, "unparsed": 1}
    assert found["gain"]["n"] == 2
    lines = table(found, outcomes, 5)
    assert "- unparsed: d: bad" in lines and "- not run, 1: no" in lines
