"""What numbers are counted for, and what of a count is asked back."""

from __future__ import annotations

import pytest

from cybersecqwen.dialects.query import Aggregate, Keep, Measured
from cybersecqwen.dialects.query import Sequence as Order
from cybersecqwen.errors import UnsayableError
from cybersecqwen.tasks.query.asking import Asked, Library, read_question
from cybersecqwen.tasks.query.asking.counts import counted

NOW = 1_700_000_000.0


def ask(text: str, library: Library) -> Asked:
    return read_question(text, library=library, store=None, now=NOW)


@pytest.mark.parametrize(
    ("text", "by", "within"),
    [
        ("hosts with more than 100 dns queries in 5 minutes", ("Computer",), 300.0),
        ("users who logged on to at least 5 different hosts within an hour", ("TargetUserName",), 3600.0),
        (
            "accounts that failed to log on more than 10 times in 15 minutes",
            ("TargetUserName",),
            900.0,
        ),
        (
            "show me all source ips with more than 20 failed logons in 10 minutes",
            ("IpAddress",),
            600.0,
        ),
        ("users failing to log on more than 10 times within 5 minutes", ("TargetUserName",), 300.0),
        ("a host makes more than 100 dns queries per minute", ("Computer",), 60.0),
        ("which host made more than 100 dns queries in 5 minutes", ("Computer",), 300.0),
        ("processes with more than 10 network connections in 5 minutes", ("Image",), 300.0),
        (
            "users with more than 10 failed logons per source ip in 5 minutes",
            ("TargetUserName", "IpAddress"),
            300.0,
        ),
        ("more than 5 failed logons per user within 10 minutes", ("TargetUserName",), 600.0),
        ("processes started more than 10 times in 5 minutes on one host", ("Computer",), 300.0),
        ("in less than 5 minutes more than 10 failed logons by the same user", ("TargetUserName",), 300.0),
    ],
)
def test_a_number_is_counted_for_those_it_is_said_of(
    text: str, by: tuple[str, ...], within: float, starter: Library
) -> None:
    asked = ask(text, starter)
    group, keep = asked.query.steps
    assert isinstance(group, Aggregate) and isinstance(keep, Keep)
    assert (group.by, group.bucket_s) == (by, within)
    assert not any("counted" in one for one in asked.questions)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("users who logged on to at least 5 different hosts within an hour", "Computer"),
        ("which users logged on to more than 3 hosts yesterday", "Computer"),
        ("more than 5 users logged on in 10 minutes", "TargetUserName"),
        ("more than 5 failed logons per user within 10 minutes", ""),
        ("more than 3 user logons in 5 minutes", ""),
    ],
)
def test_things_are_counted_once_each(text: str, field: str, starter: Library) -> None:
    group = ask(text, starter).query.steps[0]
    assert isinstance(group, Aggregate)
    assert group.measures[0].field == field
    assert (group.measures[0].function is Measured.DISTINCT) == bool(field)


def test_whether_a_number_is_counted_for_each_is_asked_back(starter: Library) -> None:
    asked = ask("failed logons of users more than 10 times", starter)
    assert any("'users'" in one and "counted" in one for one in asked.questions)
    for text in (
        "failed logons more than 10 times in 5 minutes",
        "user bob failed to log on more than 10 times",
        "failed logons on host dc1 more than 10 times",
    ):
        asked = ask(text, starter)
        assert not any("counted" in one for one in asked.questions), text
        group = asked.query.steps[0]
        assert isinstance(group, Aggregate) and not group.by


def test_a_second_bound_is_asked_back(starter: Library) -> None:
    asked = ask("more than 10 failed logons on more than 3 different hosts in 5 minutes", starter)
    assert any("more than 3 different" in one for one in asked.questions)


def test_a_count_of_whatever_a_log_holds_is_asked_back(starter: Library) -> None:
    asked = ask("special logons more than 100 times in 5 minutes", starter)
    assert asked.query.where is None and asked.query.steps
    assert any("What would such a record show?" in one for one in asked.questions)
    assert not ask("hosts with more than 100 dns queries in 5 minutes", starter).questions


@pytest.mark.parametrize(
    "text",
    [
        "more than 10 failed logons per source ip in 5 minutes followed by a successful logon",
        "failed logon followed by more than 5 successful logons by the same user",
        "top 10 users by failed logons followed by a successful logon",
    ],
)
def test_a_count_in_a_sequence_is_refused(text: str, starter: Library) -> None:
    with pytest.raises(UnsayableError) as caught:
        ask(text, starter)
    assert caught.value.what == "a count in a sequence" and caught.value.hint


def test_a_sequence_without_a_count_is_written(starter: Library) -> None:
    asked = ask("failed logon followed by a successful logon by the same user within 5 minutes", starter)
    (order,) = asked.query.steps
    assert isinstance(order, Order) and order.by == ("TargetUserName",)
    steps = ask("more than 10 failed logons per user followed by frobnication", starter).query.steps
    assert isinstance(steps[0], Aggregate)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("failed logons over a vpn", 0),
        ("more than a dozen failed logons", 12),
        ("more than 7 failed logons", 7),
        ("more than a week", 0),
        ("at least ten failed logons", 10),
        ("3 or more failed logons", 3),
        ("command lines over 5 minutes", 0),
    ],
)
def test_bounds(text: str, number: int) -> None:
    found = counted(text)
    assert found.number == number and (found.op is not None) == bool(number)
