"""What responders expect is read whole, judged whole, and held against actions that exist."""

from __future__ import annotations

from pathlib import Path

import pytest
from evaluation.playbook_coverage import Judged, measure, read_table, unknown
from evaluation.playbook_expected import CARDS, REACT, Expected, card, digest_of, expected

from evaluation import playbook_coverage, playbooks

ARCHIVES = Path(__file__).resolve().parents[3] / "shared" / "data" / "playbooks"
CARD = """##### A card

**(P) Preparation**

1.  Look at the sea \\[1\\]
2.  Watch for:
    a. Ships
    b. Whales

**(C) Containment**

1.  Close the harbour

**References:**

1.  A book about harbours
"""


@pytest.fixture(scope="module")
def given() -> list[Expected]:
    if not ((ARCHIVES / REACT).is_file() and (ARCHIVES / CARDS).is_file()):
        pytest.skip("the collections of others are not beside this repository")
    return expected(ARCHIVES)


def judged(text: str, *ours: str, why: str = "") -> Judged:
    return Judged(source="card", id="1-P-01", digest=digest_of(text), ours=ours, why=why)


def test_a_card_is_read_into_its_actions() -> None:
    found = [(one.id, one.phase, one.text) for one in card("0001", CARD)]
    assert found == [
        ("0001-P-01", "preparation", "Look at the sea \\[1\\]"),
        ("0001-P-02", "preparation", "Watch for: Ships"),
        ("0001-P-03", "preparation", "Watch for: Whales"),
        ("0001-C-04", "containment", "Close the harbour"),
    ]


def test_a_digest_is_of_the_words_alone() -> None:
    assert (
        digest_of("Close the *harbour*. \\[2\\]")
        == digest_of("close_the harbour")
        != digest_of("close a harbour")
    )
    assert len(digest_of("")) == 8


def test_every_action_of_ours_in_the_table_exists() -> None:
    table = read_table()
    assert table and not unknown(table)
    assert unknown([judged("x", "host-isolate", "host-paint-green")]) == ["host-paint-green"]


@pytest.mark.parametrize(
    "row", ["\t", "host-isolate\tmissing", "\tbored", "host-isolate\t\ncard\t2\tab\thost-isolate\t"]
)
def test_a_row_is_answered_or_explained_once(row: str, tmp_path: Path) -> None:
    path = tmp_path / "table.tsv"
    path.write_text(f"source\tid\tdigest\tours\twhy\ncard\t1\tab\t{row}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"twice|neither"):
        read_table(path)


def test_shares_are_counted_by_occurrence_and_by_text() -> None:
    actions = [*card("0001", CARD), *card("0002", CARD.replace("Whales", "Ducks"))]
    table = [
        judged("Look at the sea", "host-isolate"),
        judged("Watch for: Ships", why="programme"),
        judged("Watch for: Whales", why="missing"),
        judged("Gone", "host-isolate"),
        judged("Close the harbour", "host-isolate"),
    ]
    made = measure(actions, table)
    assert made["not in the table"] == ["0002-P-03"] and made["not in the archives"] == ["1-P-01"]
    row = made["card"]["occurrences"]
    assert (row["all"]["hits"], row["all"]["of"], row["what a step can be"]["of"]) == (4, 7, 5)
    assert (made["card"]["distinct"]["all"]["hits"], made["card"]["distinct"]["all"]["of"]) == (2, 4)
    assert made["card"]["by phase"]["containment"]["occurrences"]["all"]["share"] == 1.0
    assert made["card"]["without counterpart"]["programme"] == {"occurrences": 2, "distinct": 1}
    assert measure(actions, table, ["host-isolate"])["card"]["occurrences"]["all"]["hits"] == 0


def test_all_that_responders_expect_was_judged(given: list[Expected]) -> None:
    made = measure(given, read_table())
    assert made["not in the table"] == made["not in the archives"] == made["unknown actions of ours"] == []
    assert len({one.id[:4] for one in given if one.source == "card"}) == 68
    assert sum(one.source == "react" for one in given) == 216
    assert len({one.id for one in given}) == len(given)
    for source in ("react", "card"):
        assert made[source]["occurrences"]["what a step can be"]["share"] >= 0.8


def test_the_command_writes_what_it_found(
    given: list[Expected], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = str(ARCHIVES.parent)
    monkeypatch.setattr("sys.argv", ["playbooks", data, "--coverage", "--out", str(tmp_path)])
    assert playbooks.main() == 0
    kept = (playbooks.RESULTS / "coverage.json").read_text(encoding="utf-8")
    assert (tmp_path / "coverage.json").read_text(encoding="utf-8") == kept
    assert "missing" in capsys.readouterr().out


def test_a_text_that_drifted_is_told(given: list[Expected], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playbook_coverage, "read_table", lambda: read_table()[1:])
    assert not playbook_coverage.run(ARCHIVES.parent, None)
