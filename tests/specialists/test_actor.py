from __future__ import annotations

import json
import time
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import WeightsError
from cybersecqwen.knowledge.interface import Relation
from cybersecqwen.specialists.actor import ActorSpecialist, Ties, shared
from cybersecqwen.specialists.interface import Ranked
from cybersecqwen.specialists.mentions import Names

WEIGHTS = {"named": 3.5, "software": 1.9, "techniques": 1.2, "unknown": 6.0}
PEOPLE: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "G0001": ("group", "Amber Crow", ("UNC9", "Play")),
    "G0002": ("group", "Blue Heron", ()),
    "G0003": ("group", "Cold Finch", ()),
    "S0001": ("software", "NestRAT", ()),
    "S0002": ("software", "Net", ("net.exe",)),
    "S0003": ("software", "Nest", ()),
    "C0001": ("campaign", "Operation Thaw", ()),
}
USES = {
    "G0001": ("S0001", "T1001", "T1002"),
    "G0002": ("S0002", "T1002", "T1003"),
    "G0003": ("S0002", "T1002"),
}


class FakeStore:
    """Three groups, three programs and a campaign."""

    def names(self, type: str) -> MappingProxyType[str, str]:
        return MappingProxyType({id: name for id, (kind, name, _) in PEOPLE.items() if kind == type})

    def get(self, id: str) -> Any:
        found = PEOPLE.get(id)
        if found is None:
            return None
        return SimpleNamespace(
            id=id, type=found[0], name=found[1], status="active", attributes={"aliases": found[2]}
        )

    def related(self, id: str, kind: str = "") -> tuple[Relation, ...]:
        if kind == "attributed-to":
            return (Relation(source=id, kind=kind, target="G0002"),) if id == "C0001" else ()
        return tuple(Relation(source=id, kind="uses", target=one) for one in USES.get(id, ()))


def manifest(folder: Path, **settings: Any) -> Path:
    (folder / "actor.json").write_text(
        json.dumps(
            {
                "name": "actor",
                "version": "2026-01-01.1",
                "data": [],
                "seed": 1,
                "trained": "2026-01-01",
                "sha256": "",
                "threshold": 0.7,
                "metrics": {},
                "settings": {"weights": WEIGHTS, "guarded": ["net", "play"]} | settings,
            }
        ),
        "utf-8",
    )
    return folder


@pytest.fixture
def specialist(tmp_path: Path) -> ActorSpecialist:
    return ActorSpecialist(store=FakeStore(), folder=manifest(tmp_path))  # type: ignore[arg-type]


@pytest.fixture
def names() -> Names:
    return Names(FakeStore(), {"net", "play"})  # type: ignore[arg-type]


def found(names: Names, text: str) -> list[tuple[str, str]]:
    hits = names.find(text)
    assert all(text[one.start : one.end] == one.text for one in hits)
    return [(one.id, one.text) for one in hits]


def test_names_and_aliases_are_found_where_they_stand(names: Names) -> None:
    text = "AMBER CROW (UNC9) dropped NestRAT in Operation Thaw."
    assert found(names, text) == [
        ("G0001", "AMBER CROW"),
        ("G0001", "UNC9"),
        ("S0001", "NestRAT"),
        ("C0001", "Operation Thaw"),
    ]


def test_a_part_of_a_word_is_no_name(names: Names) -> None:
    assert found(names, "UNC99, XUNC9, NestRATs and Nested things, anti-Nest") == []


def test_the_longest_name_counts(names: Names) -> None:
    assert found(names, "NestRAT, not Nest") == [("S0001", "NestRAT"), ("S0003", "Nest")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They play with the net of the company. Play it again.", []),
        ("The Play ransomware group was seen.", [("G0001", "Play")]),
        ("The play group was seen.", []),
        ("They used the Net utility.", [("S0002", "Net")]),
        ("Profit was 5 Net.", []),
        ("Play ransomware came. Then Play left, to play.", [("G0001", "Play"), ("G0001", "Play")]),
    ],
)
def test_ordinary_words_count_only_where_a_word_says_what_they_are(
    names: Names, text: str, expected: list[tuple[str, str]]
) -> None:
    assert found(names, text) == expected


@given(st.text(max_size=60), st.text(alphabet="İßΣa \n", max_size=12))
def test_offsets_hold_in_any_text(before: str, strange: str) -> None:
    text = f"{before} {strange} NestRAT {strange}"
    hits = Names(FakeStore(), ()).find(text)  # type: ignore[arg-type]
    assert all(text[one.start : one.end] == one.text for one in hits)
    assert "S0001" in {one.id for one in hits}


def test_a_named_group_is_the_answer_with_its_places(specialist: ActorSpecialist) -> None:
    text = "Amber Crow was seen again. Amber Crow used NestRAT; UNC9 is another name of it."
    (judged,) = specialist.judge([text])
    assert judged.answer == "G0001"
    assert judged.ranked[0].reasons[0].startswith("named 3 times (Amber Crow, UNC9)")
    assert "NestRAT (S0001)" in judged.ranked[0].reasons[1]
    assert {text[a:b] for a, b in judged.ranked[0].spans} == {"Amber Crow", "UNC9", "NestRAT"}


def test_a_campaign_speaks_for_its_group(specialist: ActorSpecialist) -> None:
    (judged,) = specialist.judge(["Operation Thaw went on. " * 12])
    assert judged.answer == "G0002"


def test_software_that_few_use_tells_more_than_what_many_use(specialist: ActorSpecialist) -> None:
    (judged,) = specialist.judge(["NestRAT was found beside the Net utility."])
    assert judged.ranked[0].label == "G0001"
    assert judged.abstained  # one program is a hint, no proof
    assert judged.because == "the actor is unknown"
    assert judged.answer == ""


def test_techniques_are_compared_and_rare_ones_count_more(specialist: ActorSpecialist) -> None:
    shared_by_all = Ranked(label="T1002", probability=0.9)
    rare = Ranked(label="T1003", probability=0.9)
    judged = specialist.attribute("Somebody was here.", techniques=[shared_by_all, rare])
    assert judged.ranked[0].label == "G0002"
    assert judged.ranked[0].reasons == ("2 techniques in common, rarest T1003, T1002",)
    assert judged.abstained


def test_identifiers_in_the_text_stand_for_techniques(specialist: ActorSpecialist) -> None:
    assert specialist.attribute("They used T1003.").ranked[0].label == "G0002"
    assert specialist.attribute("They used T1003.", techniques=[]).ranked == ()


@pytest.mark.parametrize(
    "text", ["", "The weather is fine.", "Le chien dort sur le canapé.", "x" * 1_000_000]
)
def test_text_without_any_name_is_an_abstention(specialist: ActorSpecialist, text: str) -> None:
    (judged,) = specialist.judge([text])
    assert judged.abstained
    assert judged.because == "it names no group, software or technique of the store"


def test_a_megabyte_of_names_is_read_soon(specialist: ActorSpecialist) -> None:
    began = time.process_time()
    (judged,) = specialist.judge(["Amber Crow, Play, Net " * 50_000])
    assert judged.answer == "G0001"
    assert time.process_time() - began < 5


@given(
    st.dictionaries(st.sampled_from(["T1001", "T1002", "T1003", "T9999"]), st.floats(0, 1), max_size=4),
    st.floats(-2, 12),
)
def test_probabilities_and_unknown_sum_to_at_most_one(techniques: dict[str, float], unknown: float) -> None:
    ties = Ties(USES, {})
    shares, nobody = shared(ties.weigh([], techniques), 3, WEIGHTS | {"unknown": unknown})
    assert all(0 <= one <= 1 for one in shares.values())
    assert sum(shares.values()) + nobody == pytest.approx(1)


def test_a_missing_manifest_is_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="manifest of the specialist 'actor' is missing"):
        ActorSpecialist(store=FakeStore(), folder=tmp_path).judge(["NestRAT"])  # type: ignore[arg-type]


def test_the_shipped_specialist_knows_a_named_group() -> None:
    specialist = ActorSpecialist()
    text = "APT29 sent phishing mails. Cozy Bear, as APT29 is also called, then used WINELOADER."
    (judged,) = specialist.judge([text])
    assert judged.answer == "G0016"
    assert "G0016" in specialist.labels
    (other,) = specialist.judge(["Play the video at once; the net result is a royal page."])
    assert other.abstained
    assert other.ranked == ()
