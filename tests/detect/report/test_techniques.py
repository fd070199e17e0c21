"""Techniques that a report writes out and describes."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.report import advice, described, technique_names, techniques
from cybersecqwen.detect.report.technique_names import written
from cybersecqwen.detect.text.codes import find_attack
from cybersecqwen.detect.text.matches import Match
from cybersecqwen.knowledge.store import Store
from cybersecqwen.records.intel import Place, ReportedTechnique, Tier
from cybersecqwen.specialists.sentences import sentences
from cybersecqwen.specialists.technique import TechniqueSpecialist

STORE = Store.open()
SPECIALIST = TechniqueSpecialist(store=STORE)
DUMPED = "The attackers dumped the memory of lsass.exe with procdump to steal credentials."
RUN_KEY = "For persistence it adds a value to the Run key in the registry so that it starts at logon."


def place(start: int, end: int) -> Place:
    return Place(document="d1", start=start, end=end)


def matches(text: str) -> tuple[Match, ...]:
    return tuple(find_attack(text, text.lower()))


def found(text: str, specialist: TechniqueSpecialist | None = None) -> dict[str, ReportedTechnique]:
    return {one.id: one for one in techniques.find(text, matches(text), place, STORE, specialist)}


def test_identifiers_are_named() -> None:
    one = found("It ran a script (T1059.001).")["T1059.001"]
    assert (one.how, one.tier, one.probability, one.name) == ("named", Tier.HIGH, 1.0, "PowerShell")
    assert one.tactics == ("execution",)
    assert one.documents == ("d1",)
    assert one.context == "It ran a script (T1059.001)."


def test_a_revoked_one_is_its_successor_and_says_so() -> None:
    one = found("It used T1086.")
    assert set(one) == {"T1059.001"}
    assert "T1086" in one["T1059.001"].why


def test_unknown_ones_are_told_apart() -> None:
    text = "T1059 and T1999 and T1059.999, T1999 again; TA0002"
    assert set(found(text)) == {"T1059"}
    assert techniques.unknown(matches(text), STORE) == ("T1999", "T1059.999")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see https://attack.mitre.org/techniques/T1055/012/ for more", {"T1055.012"}),
        ("MITRE ATT&CK: Process Hollowing was observed.", {"T1055.012"}),
        ("The technique Process Hollowing was observed.", {"T1055.012"}),
        ("Process Hollowing was observed.", set()),
        ("The technique process hollowing was observed.", set()),
        ("Technique T1055 Process Hollowing", {"T1055"}),
        ("The technique Process Hollowings was observed.", set()),
    ],
)
def test_links_and_official_names(text: str, expected: set[str]) -> None:
    assert {one.id for one in written(text, matches(text), STORE)} == expected


def test_sentences_are_read_and_quoted() -> None:
    text = f"Report.\n\n{DUMPED} {RUN_KEY} It was a Monday."
    given = found(text, SPECIALIST)
    assert {"T1003.001", "T1547.001"} <= set(given)
    one = given["T1003.001"]
    assert one.how == "described"
    assert [text[at.start : at.end] for at in one.places] == [DUMPED]
    assert one.context == DUMPED
    assert 0 < one.probability < 1
    assert "“" in one.why


def test_named_and_described_are_one_record() -> None:
    one = found(f"{DUMPED} (T1003.001) was seen.", SPECIALIST)["T1003.001"]
    assert (one.how, one.probability, len(one.places)) == ("named", 1.0, 2)


def test_the_order_is_that_of_the_kill_chain() -> None:
    given = list(found("T1486 T1566.001 T1003.001 T1059.001 T1566"))
    assert given == ["T1566", "T1566.001", "T1059.001", "T1003.001", "T1486"]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Enable multi-factor authentication for all accounts.", True),
        ("Organizations should disable macros in Office documents.", True),
        ("We recommend blocking PowerShell.", True),
        ("- Monitor for the creation of scheduled tasks.", True),
        ("The malware enables remote desktop.", False),
        ("It disables Windows Defender.", False),
        ("Using PowerShell, they downloaded the payload.", False),
        ("Users were sent a document with macros.", False),
    ],
)
def test_advice(sentence: str, expected: bool) -> None:
    assert advice.is_advice(sentence) is expected


def test_advice_alone_describes_nothing() -> None:
    told = "Monitor for attackers who dump the memory of lsass.exe with procdump to steal credentials."
    assert found(told, SPECIALIST) == {}
    assert found(DUMPED, SPECIALIST)


def test_sentences_over_several_lines_are_whole() -> None:
    wrapped = DUMPED.replace(" of lsass", "\nof lsass")
    one = found(f"Report.\n\n{wrapped}\n\nEnd.", SPECIALIST)["T1003.001"]
    assert one.context == wrapped


def test_detection_rules_are_not_read() -> None:
    text = f"Report.\n\n{DUMPED}\n\nEnd."
    rule = Match(type="sigma", value="title", start=9, end=9 + len(DUMPED))
    assert techniques.find(text, (rule,), place, STORE, SPECIALIST) == ()
    assert techniques.find(text, (), place, STORE, SPECIALIST)


def test_long_reports_are_read_to_their_end() -> None:
    lines = ["The weather was fine in the mountains on that day, " * 24 + "as ever."] * 500
    text = "\n".join(
        [*lines, DUMPED, "Mimikatz read passwords from LSASS memory (sekurlsa::logonpasswords)."]
    )
    assert len(text) > 600_000
    given = found(text, SPECIALIST)["T1003.001"]
    assert all(at.start > 600_000 for at in given.places)
    assert DUMPED in [text[at.start : at.end] for at in given.places]


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 5_000), st.integers(1, 400))
def test_parts_hold_every_sentence_once(count: int, size: int) -> None:
    spans = [(at * (size + 2), at * (size + 2) + size) for at in range(count)]
    given = list(described.parts(spans))
    covered = [span for start, end in given for span in spans if start <= span[0] and span[1] <= end]
    assert covered == spans
    assert all(end - start <= 200_000 for start, end in given)


PIECES = (
    "T1059", "T1086", "T1999", ".001", " ATT&CK ", "Process Hollowing", "attack.mitre.org/techniques/T1055",
    "/012", "\n", ". ", "Ensure ", DUMPED,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=25).map("".join))
def test_any_text_is_read_and_every_quote_stands_in_it(text: str) -> None:
    for one in found(text, SPECIALIST).values():
        assert one.context in text
        assert all(0 <= at.start < at.end <= len(text) for at in one.places)
        assert STORE.exists(one.id)
    masked = advice.without_advice(text, sentences(text))
    assert len(masked) == len(text)


@pytest.mark.data
def test_a_report_of_tram_gives_what_it_names_and_describes(data_dir: Path) -> None:
    with zipfile.ZipFile(data_dir / "intel" / "tram_reports.zip") as packed:
        name = next(name for name in sorted(packed.namelist()) if name.startswith("AA21076A"))
        text = json.loads(packed.read(name))["signal"]
    given = found(text, SPECIALIST)
    assert {one.value for one in matches(text) if "." in one.value} <= set(given) | set(
        techniques.unknown(matches(text), STORE)
    )
    assert any(one.how == "described" for one in given.values())


@pytest.fixture(scope="module", autouse=True)
def _closed() -> Iterator[None]:
    yield
    STORE.close()


@given(st.text("ab\n", max_size=60), st.sets(st.integers(0, 60), max_size=20))
def test_the_beginning_of_a_line_is_found_from_the_place_before(text: str, places: set[int]) -> None:
    begin = at = 0
    for place in sorted(one for one in places if one <= len(text)):
        begin, at = technique_names._line(text, place, begin, at)
        assert (begin, at) == (text.rfind("\n", 0, place) + 1, place)


@pytest.mark.timeout(60)  # what grows with the square of this takes minutes
def test_a_line_of_any_length_takes_time_in_proportion() -> None:
    text = "x " * 2_000_000 + "T1059 " * 400_000
    places = range(4_000_000, len(text), 6)
    every = tuple(Match(type="attack", value="T1059", start=at, end=at + 5) for at in places)
    assert len(list(written(text, every, STORE))) == len(every)
