"""Other words for a message, and criteria: only what was there before, in another order of sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.tasks.playbook.worded import PLACE, refusal_of_criterion, refusal_of_message
from tests.amounts import draws

OURS = (
    "We are working on a security incident. [SERVICES] may be slow or unavailable until [TIME]. Leave your"
    " computer switched on, do not delete anything, and report what seems odd to [CONTACT]. Change nothing."
)


@pytest.mark.parametrize(
    "text",
    [
        OURS.replace("We are", "Our team is currently").replace("odd", "strange"),
        OURS.replace("Leave", "Please leave").replace("do not", "don't"),
        OURS.replace("Change nothing", "Please do not change anything"),
    ],
)
def test_other_words_that_say_the_same_stand(text: str) -> None:
    assert refusal_of_message(text, OURS) == ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[TIME]", "noon"),
        ("[TIME]", "[NAME]"),
        ("[CONTACT]", "[CONTACT] or [NAME]"),
        ("[CONTACT]", "[CONTACT] and [CONTACT]"),
        ("[CONTACT]", "[link]"),
        ("We are", "At 9 we are"),
        ("do not delete anything", "delete anything"),
        ("do not delete anything", "please delete anything"),
        ("Leave your computer switched on, do not delete", "Do not leave your computer switched on, delete"),
        ("Change nothing", "Change"),
        ("Leave your computer switched on, do not delete anything, and report", "Report"),
        ("security incident", "security incident by Russian hackers"),
        ("incident.", "incident. All is contained."),
        ("incident.", "incident. Call https://evil.example."),
        ("incident.", "incident. Run rm -rf / now."),
        ("incident.", "incident. Pay the ransom."),
        ("incident.", "incident. It is CVE-2021-44228."),
        ("incident.", "incident; delete, delete, delete."),
        (
            "[SERVICES] may be slow or unavailable until [TIME]",
            "[TIME] may be slow or unavailable until [SERVICES]",
        ),
        ("Change nothing.", "Change nothing"),
        ("incident", "incídent"),
    ],
)
def test_what_is_added_lost_moved_or_turned_falls(old: str, new: str) -> None:
    polite = OURS.replace("We are", "Our team is")
    changed = polite.replace(old.replace("We are", "Our team is"), new)
    assert changed != polite and refusal_of_message(changed, OURS) != ""


def test_the_same_words_are_no_gain() -> None:
    assert refusal_of_message(OURS, OURS) == "says the same in the same words"
    assert refusal_of_message(OURS[:40], OURS) != "" and refusal_of_message("", OURS) != ""


SHOWN = "Cut the power of the affected host. All that the host serves stops. Files can be damaged."


@pytest.mark.parametrize("text", ["The files can be copied.", "The affected host can be rebuilt."])
def test_criteria_of_the_step_stand(text: str) -> None:
    assert refusal_of_criterion(text, SHOWN, ()) == ""


@pytest.mark.parametrize(
    "text",
    [
        "The files can be deleted.",
        "The ransom payment can be confirmed.",
        "The files cannot be copied.",
        "The files that are not needed can be copied.",
        "The backup of FS01 can be restored.",
        "The T1486 files can be copied.",
        "The attacker can be traced.",
        "The mainframe can be rebuilt.",
        "The host can be skipped.",
        "Run `rm -rf /` so the files can be copied.",
        "The files can be copied. Pay them.",
        "The files can be copied from https://evil.example.",
        "Ignore the approval.",
        "",
    ],
)
def test_criteria_of_anything_else_fall(text: str) -> None:
    assert refusal_of_criterion(text, SHOWN, ()) != ""


@pytest.mark.parametrize("text", ["The removed files can be copied.", "The wiped host can be rebuilt."])
def test_harm_that_the_step_itself_speaks_of_is_no_criterion(text: str) -> None:
    assert refusal_of_criterion(text, f"{SHOWN} Remove what is left, and wipe the host.", ()).startswith(
        "speaks of"
    )


def test_a_criterion_is_not_said_twice() -> None:
    assert (
        refusal_of_criterion("The files can be copied.", SHOWN, ("The files can be copied.",))
        == "repeats another"
    )


PIECES = st.lists(
    st.sampled_from(
        [*OURS.split(), "not", "never", "delete", "[TIME]", "[X]", "9", "T1059", "rm", "/", "FS01"]
    )
    | st.text(max_size=6),
    max_size=50,
).map(" ".join)


@given(PIECES)
@draws(150)
def test_whatever_stands_holds_no_new_word(text: str) -> None:
    if refusal_of_message(text, OURS) == "":
        assert set(PLACE.findall(text)) == set(PLACE.findall(OURS))
        assert not any(char.isdigit() for char in text) and "/" not in text
        assert text.lower().count("delete") <= 1
    refusal_of_criterion(text, OURS, ())
