"""Closing notes of tickets: flexible names, bounds, reasons."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from cybersecqwen.errors import InputError, LimitError
from cybersecqwen.tuning.own import from_tickets, rows, tickets
from cybersecqwen.tuning.records import Broken, Record

NOTE = "Approved change of the backup team."


def taken(path: Path, content: str) -> list[Record | Broken]:
    path.write_text(content, encoding="utf-8")
    return list(from_tickets(path))


def test_a_ticket_becomes_its_facts_and_its_note(tmp_path: Path) -> None:
    line = {
        "Title": "Tool run",
        "Description": "psexec ran",
        "Verdict": "benign",
        "Severity": 3,
        "Notes": NOTE,
    }
    (one,) = taken(tmp_path / "t.jsonl", json.dumps(line))
    assert isinstance(one, Record)
    told = "title: Tool run\nverdict: benign\ndescription: psexec ran\nseverity: 3"
    assert one.material == (("the alert", told),)
    assert (one.skill, one.answer, one.source) == ("triage-note", NOTE, "own:tickets/1")
    assert one.licence == "LicenseRef-own"


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_csv_is_read_with_any_separator(tmp_path: Path, sign: str) -> None:
    lines = (("Short Description", "Close Notes", "Close-Code"), ("Tool run", f'"{NOTE}\nReally."', "benign"))
    (one,) = taken(tmp_path / "t.csv", "\n".join(sign.join(line) for line in lines))
    assert isinstance(one, Record)
    assert one.answer == f"{NOTE}\nReally."
    assert one.material[0][1] == "title: Tool run\nverdict: benign"


def test_gzip_and_lists_of_comments_are_read(tmp_path: Path) -> None:
    line = {"summary": "Tool run", "comments": [{"author": "x", "text": "Looked at it."}, NOTE]}
    path = tmp_path / "t.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(line).encode()))
    (one,) = from_tickets(path)
    assert isinstance(one, Record)
    assert one.answer == f"Looked at it.\n{NOTE}"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"title": "a"}, "no closing note"),
        ({"title": "a", "note": "  "}, "no closing note"),
        ({"title": "a", "note": "closed now"}, "a closing note of fewer than 3 words"),
        ({"title": "a", "note": "x " * 2_001}, "a closing note of more than 4,000 characters"),
        ({"note": NOTE}, "neither title nor description"),
        ({"description": NOTE, "note": NOTE}, "the note repeats the description"),
        (
            {"title": "a", "description": "x " * 10_001, "note": NOTE},
            "the ticket has more than 20,000 characters",
        ),
        ([1], "no JSON object"),
    ],
)
def test_what_teaches_nothing_is_named(tmp_path: Path, line: object, reason: str) -> None:
    good = json.dumps({"title": "a", "note": NOTE})
    found = taken(tmp_path / "t.jsonl", f"{good}\n{json.dumps(line)}\n")
    assert isinstance(found[0], Record)
    assert found[1:] == [Broken(line=2, reason=reason)]


def test_the_same_note_is_taken_a_few_times(tmp_path: Path) -> None:
    lines = [json.dumps({"title": f"alert {one}", "note": NOTE}) for one in range(tickets.MOST_SAME + 2)]
    found = taken(tmp_path / "t.jsonl", "\n".join(lines))
    assert [isinstance(one, Record) for one in found] == [True] * tickets.MOST_SAME + [False] * 2
    assert found[-1] == Broken(line=22, reason="20 tickets before it have the same note")


def test_a_name_that_a_later_ticket_labels_is_masked_before(tmp_path: Path) -> None:
    lines = ({"title": "jdoe ran a tool", "note": NOTE}, {"title": "user=jdoe", "note": NOTE})
    found = taken(tmp_path / "t.jsonl", "\n".join(map(json.dumps, lines)))
    assert [one.material[0][1] for one in found if isinstance(one, Record)] == [
        "title: user1 ran a tool",
        "title: user=user1",
    ]


def test_damaged_lines_do_not_end_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "LONGEST", 200)
    good = json.dumps({"title": "a", "note": NOTE}).encode()
    path = tmp_path / "t.jsonl"
    long = b'{"title": "' + b"x" * 900 + b'"}'
    path.write_bytes(b"\n".join((good, b'{"title": "\xff"}', long, b"nonsense", good)))
    found = list(from_tickets(path))
    assert [one.reason if isinstance(one, Broken) else "" for one in found] == [
        *("", "no text in UTF-8", "longer than a line may be", "no JSON", "")
    ]


def test_rows_of_csv_with_other_cells_are_named(tmp_path: Path) -> None:
    found = taken(tmp_path / "t.csv", f"title,note\na,b,c\nd,{NOTE}\n")
    assert found[0] == Broken(line=2, reason="3 cells, where the header has 2")
    assert isinstance(found[1], Record)


def test_a_cell_that_never_ends_ends(tmp_path: Path) -> None:
    found = taken(tmp_path / "t.csv", 'title,note\na,"' + "x" * 100 + "\n" * 5_000)
    assert all(isinstance(one, Broken) for one in found)


def test_files_that_cannot_be_read_are_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        list(from_tickets(tmp_path / "none"))
    with pytest.raises(InputError, match="a JSON list"):
        taken(tmp_path / "t.json", "[{}]")
    (tmp_path / "cut.gz").write_bytes(gzip.compress(b'{"a": "b"}' * 100)[:30])
    with pytest.raises(InputError, match="cannot be read"):
        list(from_tickets(tmp_path / "cut.gz"))
    monkeypatch.setattr(rows, "MOST", 2)
    with pytest.raises(LimitError):
        taken(tmp_path / "t.jsonl", "{}\n{}\n{}\n")
    assert taken(tmp_path / "t.jsonl", "") == []
