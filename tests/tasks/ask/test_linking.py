"""Which entities a text names."""

from __future__ import annotations

import pytest

from cybersecqwen.knowledge import Store
from cybersecqwen.tasks.ask.linking import Linker


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("What mitigates t1001/001?", ["T1001.001"]),
        ("Does Loud Bear use Making Noise?", ["G0001", "T1001"]),
        ("What did ACT 9 do?", ["G0001"]),
        ("Bruin Choir's songs", ["G0001"]),
        ("CWE-007 and CWE 7", ["CWE-7"]),
        ("open door", ["CWE-7"]),
        ("the kettle", []),
        ("a Whistle", ["S0001"]),
        ("nothing of the kind", []),
    ],
)
def test_names(full: Store, text: str, ids: list[str]) -> None:
    assert list(Linker(full).link(text).ids) == ids


def test_unknown_identifiers_are_named(full: Store) -> None:
    linked = Linker(full).link("T9999, CVE-2099-12345 or CWE-99999, but not v1.2 or UTF-8")
    assert linked.unknown == ("T9999", "CVE-2099-12345", "CWE-99999")
    assert linked.ids == ()


def test_small_words_are_no_names(starter_linker: Linker) -> None:
    for text in ("Who is it?", "What is at the net of the file?", "how to do it on a host"):
        assert starter_linker.link(text).ids == ()
    assert starter_linker.link("How is power shell used?").ids == ("T1059.001",)
    assert "S0002" in starter_linker.link("Who uses Mimikatz?").ids


def test_weaknesses_are_known_by_what_people_call_them(starter_linker: Linker) -> None:
    assert {"CWE-89", "CAPEC-66"} <= set(starter_linker.link("How is SQL injection prevented?").ids)
    assert {"CWE-79", "CAPEC-63"} <= set(starter_linker.link("What is cross-site scripting?").ids)


@pytest.fixture(scope="module")
def starter_linker() -> Linker:
    return Linker(Store.open())
