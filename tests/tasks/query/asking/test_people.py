"""Names of users and computers, and words that only stand behind "user" or "host"."""

from __future__ import annotations

import pytest

from cybersecqwen.dialects.evaluating import holds
from cybersecqwen.dialects.query import Aggregate, Measured
from cybersecqwen.tasks.query.asking import Asked, Library, read_question
from cybersecqwen.tasks.query.asking.asked import Sure
from cybersecqwen.tasks.query.asking.library import tests as single

NOW = 1_700_000_000.0
NAMES = ("TargetUserName", "User", "Computer", "userIdentity.userName")


def ask(text: str, library: Library) -> Asked:
    return read_question(text, library=library, store=None, now=NOW)


def named(asked: Asked) -> list[str]:
    found = [test for test, _ in single(asked.query.where)] if asked.query.where is not None else []
    return [value for test in found if test.field in NAMES for value in test.values]


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("account lockouts", "4740"),
        ("look for account lockouts", "4740"),
        ("user logoffs in the last hour", "4634"),
        ("account unlocks", "4767"),
        ("host reboots last week", "1074"),
    ],
)
def test_what_happens_to_users_and_computers_is_no_name(text: str, event: str, starter: Library) -> None:
    asked = ask(text, starter)
    assert not named(asked) and asked.query.where is not None
    assert holds(asked.query.where, {"EventID": event})


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("account takeover", "takeover"),
        ("logons for user frobnicates", "frobnicates"),
        ("users zorbify something", "zorbify"),
        ("server frobnications", "frobnications"),
    ],
)
def test_what_may_be_no_name_is_left_over(text: str, word: str, starter: Library) -> None:
    asked = ask(text, starter)
    assert not named(asked)
    assert word in asked.unplaced


@pytest.mark.parametrize(
    ("text", "name", "sure"),
    [
        ("user bob", "bob", Sure.ASSUMED),
        ("logons of user bob", "bob", Sure.ASSUMED),
        ("account administrator", "administrator", None),
        ("logons by account administrator", "administrator", None),
        ("host dc", "dc", None),
        ("logons on host dc", "dc", None),
        ("logons by user james", "james", Sure.ASSUMED),
        ("users bob and alice", "bob", Sure.ASSUMED),
        ("user named takeover", "takeover", Sure.STATED),
        ("host called reboots", "reboots", Sure.STATED),
        ('logons of user "logoffs"', "logoffs", Sure.STATED),
        ('account "account lockouts"', "account lockouts", Sure.STATED),
        ("failed logons for user bob_2", "bob_2", Sure.STATED),
        ("account svc_backup", "svc_backup", Sure.STATED),
        ("logons by user CORP\\bob", "corp\\bob", Sure.STATED),
        ("user CORP\\bob", "corp\\bob", Sure.STATED),
        ("user a.miller", "a.miller", Sure.STATED),
        ("account ws17$", "ws17$", Sure.STATED),
        ("logons from host ws-17", "ws-17", Sure.STATED),
        ("whoami by SYSTEM", "system", Sure.STATED),
    ],
)
def test_names(text: str, name: str, sure: Sure | None, starter: Library) -> None:
    asked = ask(text, starter)
    assert any(value.strip("\\") == name for value in named(asked)), named(asked)
    if sure is not None:
        assert sure in {part.sure for part in asked.parts if part.tests and part.tests[0].field in NAMES}


def test_a_plain_word_that_is_taken_is_said_to_be_assumed(starter: Library) -> None:
    assert "'bob' is taken for the name of a user." in ask("logons of user bob", starter).assumptions
    assert "'dc' is taken for the name of a computer." in ask("logons on host dc", starter).assumptions
    assert not any("is taken for" in one for one in ask("logons of user bob_2", starter).assumptions)


@pytest.mark.parametrize(
    ("text", "function"),
    [
        ("number of user logoffs", Measured.COUNT),
        ("how many users logged on", Measured.DISTINCT),
        ("how many user accounts logged on", Measured.DISTINCT),
        ("how many different hosts logged on", Measured.DISTINCT),
    ],
)
def test_whose_events_are_counted(text: str, function: Measured, starter: Library) -> None:
    group = ask(text, starter).query.steps[0]
    assert isinstance(group, Aggregate)
    assert group.measures[0].function is function
