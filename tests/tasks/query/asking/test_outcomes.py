"""Events that questions name by kind and outcome, and words of the lexicon that found no place."""

from __future__ import annotations

import pytest

from cybersecqwen.dialects.evaluating import holds
from cybersecqwen.tasks.query.asking import Asked, Library, read_question
from cybersecqwen.tasks.query.asking.vocabulary import Phrases, tokens

NOW = 1_700_000_000.0


def ask(text: str, library: Library) -> Asked:
    return read_question(text, library=library, store=None, now=NOW)


def finds(asked: Asked, **record: object) -> bool:
    assert asked.query.where is not None
    return holds(asked.query.where, record)


@pytest.mark.parametrize(
    ("text", "event", "kind"),
    [
        ("failed logons of type 3", "4625", "3"),
        ("failed rdp logons", "4625", "10"),
        ("failed network logons for user bob", "4625", "3"),
        ("failed logon type 10 for user bob", "4625", "10"),
        ("failed remote interactive logons", "4625", "10"),
        ("unsuccessful interactive logons", "4625", "2"),
        ("network logons that failed", "4625", "3"),
        ("logons of type 3 that failed", "4625", "3"),
        ("event id 4625 with logon type 3", "4625", "3"),
        ("EventID = 4625 and network logon", "4625", "3"),
        ("failed pass the hash logons", "4625", "9"),
        ("network logons", "4624", "3"),
        ("logon type 3", "4624", "3"),
        ("logons of type 10 from 10.1.1.1", "4624", "10"),
        ("rdp logons", "4624", "10"),
        ("remote interactive logons", "4624", "10"),
        ("successful rdp logons", "4624", "10"),
        ("users who logged in via rdp", "4624", "10"),
        ("pass the hash", "4624", "9"),
    ],
)
def test_the_type_of_a_logon_and_its_outcome(text: str, event: str, kind: str, starter: Library) -> None:
    asked = ask(text, starter)
    record = {"TargetUserName": "bob", "IpAddress": "10.1.1.1"}
    assert finds(asked, EventID=event, LogonType=kind, **record)
    assert not finds(asked, EventID="4625" if event == "4624" else "4624", LogonType=kind, **record)
    assert not finds(asked, EventID=event, LogonType="5", **record)
    assert not asked.unplaced


@pytest.mark.parametrize(
    "text",
    [
        "non-interactive logons from 10.1.2.3",
        "logons that are not interactive from 10.1.2.3",
        "logons that aren't interactive from 10.1.2.3",
        "logons that are not of type 2 from 10.1.2.3",
    ],
)
def test_a_type_that_is_left_out(text: str, starter: Library) -> None:
    asked = ask(text, starter)
    assert finds(asked, EventID="4624", LogonType="3", IpAddress="10.1.2.3")
    assert not finds(asked, EventID="4624", LogonType="2", IpAddress="10.1.2.3")
    assert not finds(asked, EventID="4624", LogonType="3", IpAddress="10.1.2.4")


def test_an_outcome_that_is_left_out(starter: Library) -> None:
    asked = ask("logons from 10.0.0.1 except failed logons", starter)
    assert finds(asked, EventID="4624", IpAddress="10.0.0.1")
    assert not finds(asked, EventID="4625", IpAddress="10.0.0.1")


def test_both_outcomes(starter: Library) -> None:
    asked = ask("failed and successful network logons", starter)
    assert finds(asked, EventID="4624", LogonType="3")
    assert finds(asked, EventID="4625", LogonType="3")


def test_an_outcome_that_is_not_understood_is_no_success(starter: Library) -> None:
    asked = ask("logons by user bob where some check failed", starter)
    assert finds(asked, EventID="4625", TargetUserName="bob")
    assert not finds(asked, EventID="4624", TargetUserName="bob")


def test_words_of_the_lexicon_that_found_no_place_are_left_over(starter: Library) -> None:
    asked = ask("powershell that is not signed started by winword.exe", starter)
    assert "signed" in asked.unplaced
    assert "vpn" in ask("failed vpn logons", starter).unplaced
    assert not ask("dll loads that are not signed from temp", starter).unplaced


def test_any_one_word_in_a_phrase() -> None:
    phrases = Phrases()
    phrases.add("failed * logon", "x")
    found = list(phrases.weighed(tokens("a failed rdp logon")))
    assert [(name, weight) for name, _, _, weight in found] == [("x", 2.0)]
    assert not list(phrases.find(tokens("a failed logon"))) and not list(phrases.find(tokens("failed rdp")))
    assert phrases.words("x") == {"fail", "logon"}
