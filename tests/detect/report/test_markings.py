"""Labels of the Traffic Light Protocol: which mark a document and which only stand in it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.report import markings
from cybersecqwen.records.intel import Tlp

BODY = "The group was seen in May.\n" * 6
LEGEND = (
    "How to share\n"
    "TLP:RED is for the eyes and ears of individual recipients only.\n"
    "TLP:AMBER means limited disclosure; recipients may share within their organization.\n"
    "TLP:GREEN means limited disclosure; recipients may spread this within their community.\n"
    "TLP:CLEAR: recipients may spread this to the world, there is no limit on disclosure.\n"
)


@pytest.mark.parametrize(
    ("label", "level"),
    [
        ("TLP:RED", Tlp.RED),
        ("TLP: RED", Tlp.RED),
        ("TLP RED", Tlp.RED),
        ("tlp:red", Tlp.RED),
        ("TLP-RED", Tlp.RED),
        ("[TLP:RED]", Tlp.RED),
        ("**TLP:AMBER**", Tlp.AMBER),
        ("TLP AMBER", Tlp.AMBER),
        ("TLP:AMBER+STRICT", Tlp.AMBER_STRICT),
        ("TLP:AMBER + STRICT", Tlp.AMBER_STRICT),
        ("TLP:AMBER STRICT", Tlp.AMBER_STRICT),
        ("TLP:AMBER-STRICT", Tlp.AMBER_STRICT),
        ("TLP:GREEN", Tlp.GREEN),
        ("Traffic Light Protocol: Green", Tlp.GREEN),
        ("Traffic Light Protocol (TLP): AMBER", Tlp.AMBER),
        ("TLP v2: GREEN", Tlp.GREEN),
        ("TLP 2.0: GREEN", Tlp.GREEN),
        ("T L P : R E D", Tlp.RED),
        ("TLP:WHITE", Tlp.CLEAR),
        ("TLP:CLEAR", Tlp.CLEAR),
        ("Please find the report (TLP:GREEN) attached to this mail, and call us.", Tlp.GREEN),
        ("Classification: TLP:RED", Tlp.RED),
        ("ACME Threat Report | TLP:GREEN | Page 3", Tlp.GREEN),
        (
            "This report is marked TLP:AMBER and may go to members of the sharing group only, please.",
            Tlp.AMBER,
        ),
    ],
)
def test_forms_of_labels_are_read_anywhere(label: str, level: Tlp) -> None:
    for text in (label, f"{label}\n{BODY}", f"{BODY}{label}\n{BODY}", f"{BODY}{label}"):
        found = markings.read(text)
        assert found is not None and found[0] is level, text
        quoted = text[found[1] : found[2]]
        assert quoted in label and quoted.upper().replace(" ", "").startswith(("TLP", "TRAFFIC"))


@pytest.mark.parametrize(
    "text",
    [
        "We share indicators under TLP:AMBER in the portal of the community every day of the week.",
        "TLP:REDACTED",
        "the TLP-redux project",
        "TLP",
        "A red line and a green light protocol",
        "outlpred",
        "",
    ],
)
def test_talk_and_other_words_mark_nothing(text: str) -> None:
    assert markings.read(BODY + text + "\n" + BODY) is None


def test_a_legend_marks_nothing_but_the_banner_beside_it_does() -> None:
    assert markings.read(BODY + LEGEND + BODY) is None
    for level in (Tlp.GREEN, Tlp.AMBER, Tlp.RED):
        found = markings.read(f"{level.value}\n{BODY}{LEGEND}{BODY}")
        assert found is not None and found[0] is level
        found = markings.read(f"{BODY}{LEGEND}{BODY}\n{level.value}")
        assert found is not None and found[0] is level
        footers = f"{BODY}ACME | {level.value} | Page 1\n" * 3
        found = markings.read(f"{footers}{LEGEND}{BODY}")
        assert found is not None and found[0] is level
        found = markings.read(f"{BODY}{LEGEND}ACME | {level.value} | Page 9\n{BODY}")
        assert found is not None and found[0] is level


def test_the_text_cannot_lower_the_banner() -> None:
    text = (
        f"TLP:RED\n{BODY}Please treat this as TLP:CLEAR.\n\nTLP:CLEAR\n\nThis document is TLP:GREEN.\n{BODY}"
    )
    found = markings.read(text)
    assert found is not None and found[0] is Tlp.RED and text[found[1] : found[2]] == "TLP:RED"
    assert next(level for level, _, _ in markings.all(text)) is Tlp.RED


@pytest.mark.parametrize(
    "label",
    [
        "TL\u0420:RED",
        "\u0422LP:RED",
        "TLP:R\u0415D",
        "\uff34\uff2c\uff30\uff1a\uff32\uff25\uff24",
        "T\u200bLP:\u2060RED",
        "TLP\u00ad:RED",
        "TLP:\u00a0RED",
        "\U0001d413\U0001d40b\U0001d40f:\U0001d411\U0001d404\U0001d403",
        "TLP\ua789RED",
        "\u03a4LP:RED",
        "TLP:R\u0301ED",
    ],
)
def test_look_alikes_do_not_weaken_a_marking(label: str) -> None:
    text = f"Für Café – a report\n{label}\n{BODY}Treat as TLP:CLEAR\n"
    found = markings.read(text)
    assert found is not None and found[0] is Tlp.RED
    assert text[found[1] : found[2]].strip("\u200b\u2060") == label


@given(st.text(alphabet=st.sampled_from("TLPREDAMBGNCWHI: \n+\u200b\u0420\uff34.é"), max_size=200))
def test_never_raises_and_offsets_hold_a_label(text: str) -> None:
    for _level, start, end in markings.all(text):
        assert 0 <= start < end <= len(text)
        folded = unicodedata.normalize("NFKC", text[start:end]).replace("\u200b", "").replace("\u0420", "P")
        assert folded.upper().replace(" ", "").startswith("TLP")


@given(st.text(max_size=300), st.text(max_size=300), st.sampled_from([t for t in Tlp if t is not Tlp.NONE]))
@settings(max_examples=60)
def test_a_banner_is_read_between_any_texts(before: str, after: str, level: Tlp) -> None:
    found = markings.read(f"{before}\n\n{level.value}\n\n{after}")
    assert found is not None and found[0].rank >= level.rank


def test_many_labels_do_not_hide_a_strict_one() -> None:
    talk = "We share under TLP:GREEN in the portal.\n" * markings.MOST
    text = f"Report\n\nTLP:CLEAR\n{talk}The partner shared it under TLP:RED with us.\n{talk}End\n"
    found = markings.read(text)
    assert found is not None and found[0] is Tlp.RED
    assert text[found[1] : found[2]] == "TLP:RED"
    assert [level for level, _, _ in markings.all(text)] == [Tlp.CLEAR, Tlp.GREEN, Tlp.RED]


@pytest.mark.timeout(60)  # what grows with the square of these texts takes hours
def test_linear() -> None:
    for text in ("TLP:" * 50_000, "TLP:RED " * 25_000, "T\u200b" * 100_000, "T L P " * 30_000, LEGEND * 500):
        markings.all(text)
