from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import And, Op
from cybersecqwen.detect.sigma.model import Test as Asked
from cybersecqwen.dialects.evaluating import holds, seconds_of
from cybersecqwen.dialects.examples import events
from cybersecqwen.dialects.interface import Atom
from tests.amounts import draws

NOW = 1_700_000_000.0
ATOMS = (
    Atom("EventID", Op.EQUALS, ("4688", "4624")),
    Atom("Image", Op.ENDS, ("\\cmd.exe", "\\ps.exe")),
    Atom("CommandLine", Op.CONTAINS, ("-enc",)),
    Atom("CommandLine", Op.CONTAINS, ("http",)),
    Atom("ip", Op.CIDR, ("10.0.0.0/8",)),
    Atom("port", Op.GREATER, ("1024",)),
    Atom("name", Op.REGEX, ("^a.*b$",)),
    Atom("path", Op.GLOB, ("*foo*bar?",)),
)


def test_conjunctions_hold_often_and_fail_often() -> None:
    tests = [Asked(atom.field, atom.op, atom.values) for atom in ATOMS if atom.op is not Op.GLOB]
    records = events(ATOMS, count=4_000)[""]
    assert len(records) == 4_000
    whole = sum(holds(And(tuple(tests)), record) for record in records)
    assert 100 < whole < 3_000
    for test in tests:
        rest = And(tuple(other for other in tests if other is not test))
        assert sum(holds(rest, record) and not holds(test, record) for record in records) > 10, test


def test_each_table_has_events_about_its_own_comparisons() -> None:
    atoms = (Atom("a", Op.EQUALS, ("x",), "One"), Atom("b", Op.EQUALS, ("y",), "Two"))
    made = events(atoms, count=1_000, fields=("key",))
    assert {name: len(rows) for name, rows in made.items()} == {"One": 500, "Two": 500}
    assert sum(str(row.get("a")).lower() == "x" for row in made["One"]) > 250
    assert {row.get("key") for row in made["One"]} == {row.get("key") for row in made["Two"]}


def test_keys_repeat_and_are_now_and_then_missing() -> None:
    records = events(ATOMS, count=2_000, fields=("user",))[""]
    counts = Counter(record.get("user") for record in records)
    assert len(counts) <= 10
    assert 0 < counts[None] < 400


def test_times_lie_before_now() -> None:
    for kind in ("time", "number"):
        rows = events(ATOMS, count=500, time_field="t", types={"t": kind}, now=NOW, span_s=86_400)[""]
        moments = [seconds_of(row["t"]) or 0.0 for row in rows]
        assert min(moments) >= NOW - 86_400 and max(moments) <= NOW
        assert sum(moment > NOW - 3_600 for moment in moments) > 50


def test_numbers_and_text_by_type() -> None:
    atoms = (Atom("n", Op.EQUALS, ("7",)), Atom("t", Op.EQUALS, ("7",)))
    rows = events(atoms, count=500, types={"n": "number", "t": "text"})[""]
    assert all(not isinstance(row.get("n"), str) for row in rows)
    assert all(not isinstance(row.get("t"), int) for row in rows)


def test_paths_below_a_field_with_parts() -> None:
    rows = events((Atom("p.a.b", Op.EQUALS, ("x",)),), count=50, types={"p": "dynamic"})[""]
    assert any(row.get("p") == {"a": {"b": "x"}} for row in rows)


def test_fields_that_are_compared_agree_and_differ() -> None:
    rows = events((Atom("a", Op.SAME_AS, ("b", "equals")),), count=500)[""]
    same = sum(row.get("a") == row.get("b") for row in rows)
    assert 200 < same < 500


def test_words_anywhere_stand_in_a_text() -> None:
    rows = events((Atom("", Op.CONTAINS, ("mimikatz",)),), count=200)[""]
    assert 50 < sum("mimikatz" in str(row["message"]) for row in rows) < 200


def atoms() -> st.SearchStrategy[Atom]:
    """Comparisons with any text, as hostile queries have them."""
    ops = st.sampled_from([op for op in Op if op is not Op.SAME_AS])
    values = st.lists(st.text(max_size=6) | st.sampled_from(("10.0.0.0/8", "1", "2023-01-01", "*a?", "(")))
    return st.builds(Atom, st.sampled_from(("a", "b", "p.q", "")), ops, values.map(tuple))


@given(st.lists(atoms(), max_size=6), st.sampled_from(("", "text", "number", "bool", "time", "dynamic")))
@draws(50)
def test_any_comparisons_give_events_and_the_same_again(asked: list[Atom], kind: str) -> None:
    types: dict[str, Any] = {"a": kind, "p": "dynamic"}
    made = events(asked, count=40, types=types, time_field="t", fields=("k",))
    assert sum(map(len, made.values())) == 40
    assert made == events(asked, count=40, types=types, time_field="t", fields=("k",))


def test_wide_events_have_many_values_and_paths_through_lists_hold_lists() -> None:
    asked = (Atom("name", Op.STARTS, ("describe",)), Atom("who{}.id", Op.EQUALS, ("x",)))
    narrow, wide = (events(asked, count=2_000, wide=one)[""] for one in (False, True))
    names = [
        {row.get("name") for row in rows if str(row.get("name")).startswith("describe")}
        for rows in (narrow, wide)
    ]
    assert len(names[0]) < 10 < 30 < len(names[1])
    assert any(isinstance(row.get("who{}.id"), list) and "x" in row["who{}.id"] for row in narrow)
