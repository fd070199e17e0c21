"""Sequences and samples find what the documentation of Elastic says of its own examples."""

from __future__ import annotations

from typing import Any

import pytest

from cybersecqwen.dialects.eql import Eql, sequences
from cybersecqwen.dialects.interface import Running
from cybersecqwen.errors import LimitError, UnsayableError

EQL = Eql()


def _events(letters: str, **more: Any) -> list[dict[str, Any]]:
    return [
        {"a": letter, "id": 1, "@timestamp": 100.0 + n, "n": n, **more} for n, letter in enumerate(letters)
    ]


def _found(text: str, events: list[dict[str, Any]], **running: Any) -> list[list[int]]:
    rows = EQL.run(EQL.parse(text), {"": events}, Running(**running)).rows
    return [[event["n"] for event in row["events"]] for row in rows]


A, B = '[any where a == "A"]', '[any where a == "B"]'
AB = f"sequence by id {A} {B}"


@pytest.mark.parametrize(
    ("text", "letters", "found"),
    [
        (AB, "AB", [[0, 1]]),
        (AB, "BA", []),
        (AB, "AAB", [[1, 2]]),
        (AB, "ABB", [[0, 1]]),
        (AB, "ABAB", [[0, 1], [2, 3]]),
        (AB, "AxxxB", [[0, 4]]),
        (AB.replace("by id", "by id with maxspan=3s"), "AxxxB", []),
        (AB.replace("by id", "by id with maxspan=4s"), "AxxxB", [[0, 4]]),
        (AB + ' until [any where a == "C"]', "ABC", [[0, 1]]),
        (AB + ' until [any where a == "C"]', "ACB", []),
        ('sequence [any where true] [any where a == "B"]', "AB", [[0, 1]]),
        ('sequence [any where a == "B"] [any where true]', "B", []),
        ('sequence [any where a == "A"] with runs=3 [any where a == "B"]', "AAAB", [[0, 1, 2, 3]]),
        ('sequence [any where a == "A"] with runs=3 [any where a == "B"]', "AAB", []),
        (
            'sequence with maxspan=9s [any where a == "A"] ![any where a == "C"] [any where a == "B"]',
            "AxB",
            [[0, 2]],
        ),
        (
            'sequence with maxspan=9s [any where a == "A"] ![any where a == "C"] [any where a == "B"]',
            "ACB",
            [],
        ),
        ('sequence with maxspan=2s [any where a == "A"] ![any where a == "C"]', "AxxC", [[0]]),
        (f'sequence with maxspan=9s {A} ![any where a == "C"] {B} [any where a == "D"]', "ABCD", [[0, 1, 3]]),
        (f'sequence with maxspan=9s {A} ![any where a == "C"] {B} with runs=2', "ABCB", [[0, 1, 3]]),
        (f'sequence with maxspan=9s {A} {B} ![any where a == "B"] [any where a == "D"]', "ABD", [[0, 1, 2]]),
        (f'sequence with maxspan=2s {A} {B} ![any where a == "C"]', "ABxC", [[0, 1]]),
        (f'sequence with maxspan=3s {A} {B} [any where a == "D"]', "AxBxD", []),
        (f'sequence with maxspan=4s {A} {B} [any where a == "D"]', "AxBxD", [[0, 2, 4]]),
        (f"sequence {A} {B} until {B}", "AB", []),
        ('sequence with maxspan=3s [any where a == "A"] ![any where a == "C"]', "AxxC", []),
        ('sequence [any where a == "A"] [any where a == "B"] | tail 1', "ABAB", [[2, 3]]),
        ('sample by id [any where a == "B"] [any where a == "A"]', "AxB", [[2, 0]]),
        ('sample by id [any where true] [any where a == "A"]', "A", []),
        ('sample by id [any where true] [any where a == "A"]', "AB", [[1, 0]]),
    ],
)
def test_what_is_found(text: str, letters: str, found: list[list[int]]) -> None:
    assert _found(text, _events(letters)) == found


def test_other_values_are_other_sequences() -> None:
    events = _events("AB")
    events[1]["id"] = 2
    assert _found(AB, events) == []
    del events[0]["id"], events[1]["id"]
    assert _found(AB, events) == []
    assert _found(AB.replace("by id", "by ?id"), events) == [[0, 1]]


def test_what_ends_or_must_be_missing_is_about_the_same_values() -> None:
    events = [
        {**event, "id": n, "b": b} for event, n, b in zip(_events("AACBB"), "12121", "xxxxx", strict=True)
    ]
    assert _found(f'{AB} until [any where a == "C"]', events) == [[1, 3]]
    pair = f"sequence {A} by id, b {B} by id, b"
    assert _found(f'{pair} until [any where a == "C"] by id', events) == [[1, 3]]
    missing = f'sequence by id with maxspan=9s {A} ![any where a == "C"] {B}'
    assert _found(missing, events) == [[1, 3]]
    text = f"sample by b {A} by id {B} by n"
    assert _found(text, events) == [] and _found(f"sample by b {A} by b {B} by b", events) == [[0, 3]]


def test_sequences_and_their_keys_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    events = [{**event, "id": number // 2} for number, event in enumerate(_events("AB" * 4))]
    assert len(_found(AB, events)) == 4
    with pytest.raises(LimitError):
        _found(AB, events, most_rows=3)
    monkeypatch.setattr(sequences, "_MOST_KEYS", 3)
    with pytest.raises(LimitError):
        _found(AB, events)


def test_shared_values_may_stand_in_different_fields() -> None:
    text = 'sequence [file where a == "A"] by path [process where a == "B"] by exe'
    file, process = _events("AB")
    data = {"file": [{**file, "path": "x"}], "process": [{**process, "exe": "x"}]}
    assert len(EQL.run(EQL.parse(text), data, Running()).rows) == 1
    data["process"][0]["exe"] = "y"
    assert EQL.run(EQL.parse(text), data, Running()).rows == ()


def test_rows_have_the_shared_values() -> None:
    row = EQL.run(EQL.parse(AB), {"": _events("AB")}, Running()).rows[0]
    assert row["id"] == "1"


def test_events_come_in_the_order_of_their_times() -> None:
    events = [{"a": "x", "@timestamp": moment} for moment in (3.0, 1.0, 2.0)]
    rows = EQL.run(EQL.parse("any where true | head 2"), {"": events}, Running()).rows
    assert [row["@timestamp"] for row in rows] == [1.0, 2.0]
    rows = EQL.run(EQL.parse("any where true | tail 1"), {"": events}, Running()).rows
    assert [row["@timestamp"] for row in rows] == [3.0]


def test_the_time_in_the_first_line_counts() -> None:
    events = [{"@timestamp": 1_000.0 + moment} for moment in (0, 50, 100)]
    text = "// from now-60s\nany where true"
    rows = EQL.run(EQL.parse(text), {"": events}, Running(now=1_100.0)).rows
    assert [row["@timestamp"] for row in rows] == [1_050.0, 1_100.0]


def test_categories_are_tables_or_fields() -> None:
    tree = EQL.parse("process where true")
    data: dict[str, list[dict[str, Any]]] = {
        "process": [{"n": 1}],
        "file": [{"n": 2}],
        "": [{"n": 3, "event": {"category": ["process"]}}, {"n": 4, "event.category": "file"}],
    }
    assert [row["n"] for row in EQL.run(tree, data, Running()).rows] == [1, 3]


def test_bounds() -> None:
    with pytest.raises(LimitError):
        EQL.run(EQL.parse("any where true"), {"": _events("AAAA")}, Running(most_rows=3))
    with pytest.raises(UnsayableError):
        _found('sequence with maxspan=1h ![any where true] [any where a == "A"]', _events("A"))


LONG = "sequence by id" + ' [any where a == "A"] with runs=100' * 256


@pytest.mark.timeout(60)
def test_the_steps_that_nothing_leads_to_are_not_looked_at() -> None:
    assert _found(LONG, _events("x" * 2_000)) == []
    events = [{**event, "id": number // 20} for number, event in enumerate(_events("A" * 6_000))]
    assert _found(LONG, events) == []
    until = f'{AB} until [any where a == "C"]'
    ended = [{**event, "id": number // 3} for number, event in enumerate(_events("ACB" * 15_000))]
    assert _found(until, ended) == []


@pytest.mark.timeout(60)
def test_sequences_that_all_go_on_are_bounded() -> None:
    with pytest.raises(LimitError):
        _found(LONG, _events("A" * 4_000))
    events = [{**event, "b": n} for n, event in enumerate(_events("A" * 5_000 + "C" * 5_000))]
    pair = 'sequence [any where a == "A"] by id, b [any where a == "B"] by id, b'
    text = f'{pair} until [any where a == "C"] by id'
    assert _found(text, events) == []
    with pytest.raises(LimitError):
        _found(
            f'{pair} until [any where a == "C"] by c',
            [{**event, "c": 2} for event in events],
        )
