"""Times and numbers in words."""

from __future__ import annotations

import pytest

from cybersecqwen.detect.sigma.model import Op
from cybersecqwen.dialects.evaluating import holds
from cybersecqwen.dialects.query import Span
from cybersecqwen.errors import UnsayableError
from cybersecqwen.tasks.query.asking.counts import counted, stages
from cybersecqwen.tasks.query.asking.times import times

NOW = 1_700_000_000.0  # Tuesday, 14 November 2023, 22:13:20 UTC
TODAY = 1_699_920_000.0
DAY = 86_400.0


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("x in the last day", Span(last_s=DAY)),
        ("x in the past 2 hours", Span(last_s=7_200.0)),
        ("x over the last 90 minutes", Span(last_s=5_400.0)),
        ("x within the previous three weeks", Span(last_s=3 * 7 * DAY)),
        ("x last 24h", Span(last_s=DAY)),
        ("x since yesterday", Span(start=TODAY - DAY)),
        ("x today", Span(start=TODAY, end=TODAY + DAY)),
        ("x since Monday", Span(start=TODAY - DAY)),
        ("x since last Tuesday", Span(start=TODAY - 7 * DAY)),
        ("x before 2023-11-02", Span(end=1_698_883_200.0)),
        ("x on 3 November 2023", Span(start=1_698_969_600.0, end=1_698_969_600.0 + DAY)),
        ("x on November 3rd", Span(start=1_698_969_600.0, end=1_698_969_600.0 + DAY)),
        ("x between 2023-11-02 and 2023-11-03", Span(start=1_698_883_200.0, end=1_698_883_200.0 + 2 * DAY)),
        ("x since 2023-11-02 08:30", Span(start=1_698_883_200.0 + 30_600)),
        ("x since 3 days ago", Span(last_s=3 * DAY)),
        ("x this week", Span(start=TODAY - DAY)),
        ("x on 2023-11-02 08:30", Span(start=1_698_883_200.0 + 30_600, end=1_698_883_200.0 + 30_660)),
        ("x at noon", Span(start=TODAY + DAY / 2, end=TODAY + DAY / 2 + 60)),
        ("x between yesterday and now", Span(start=TODAY - DAY, end=NOW)),
    ],
)
def test_spans(text: str, span: Span) -> None:
    (one,) = times(text, NOW, "time")
    assert one.span == span
    assert text[one.start : one.end].strip() == one.words


def test_a_bare_now_is_no_time() -> None:
    assert times("the account can now sign in", NOW, "time") == []


@pytest.mark.parametrize(
    ("text", "hour", "inside"),
    [
        ("outside office hours", 3, True),
        ("outside office hours", 11, False),
        ("during business hours", 11, True),
        ("at night", 23, True),
        ("at night", 12, False),
        ("between 9am and 5pm", 10, True),
        ("between 9am and 5pm", 18, False),
        ("between 22:00 and 04:00", 1, True),
    ],
)
def test_hours_of_the_day(text: str, hour: int, inside: bool) -> None:
    (one,) = times(text, NOW, "time")
    assert one.test is not None
    assert one.note
    assert holds(one.test, {"time": f"2023-11-14T{hour:02}:10:00Z"}) is inside


@pytest.mark.parametrize(
    "text", ["2023-99-99", "between 2023-11-05 and 2023-11-02", "on 31 February", "port 445"]
)
def test_no_times(text: str) -> None:
    assert not [
        one for one in times(text, NOW, "time") if one.span is not None and one.span.last_s is not None
    ]


@pytest.mark.parametrize(
    ("text", "op", "number", "by", "within"),
    [
        ("more than 5 failed logons per user within 10 minutes", Op.GREATER, 5, ("user",), 600),
        (
            "at least three different hosts by the same account in an hour",
            Op.AT_LEAST,
            3,
            ("account",),
            3_600,
        ),
        ("fewer than 2 logons per host", Op.LESS, 2, ("host",), None),
        ("10 or more connections from the same ip", Op.AT_LEAST, 10, ("ip",), None),
        ("exactly 4 deletions grouped by user and host", Op.EQUALS, 4, ("user", "host"), None),
    ],
)
def test_thresholds(text: str, op: Op, number: float, by: tuple[str, ...], within: float | None) -> None:
    found = counted(text)
    assert (found.op, found.number, found.by, found.within_s) == (op, number, by, within)
    assert all(0 <= start < end <= len(text) for start, end in found.ranges)


def test_single_events_are_not_counted() -> None:
    found = counted("powershell started in the last 2 hours")
    assert found.op is None
    assert not found.by
    assert not found.counts


def test_different_values_and_numbers_of_them() -> None:
    assert counted("more than 3 different hosts per user").distinct.startswith("hosts")
    assert counted("how many users logged on").distinct == "users"
    assert counted("how many logons").distinct == ""
    assert counted("multiple failed logons").vague == "multiple"


def test_stages_of_a_sequence() -> None:
    text = "a file is written, followed by a process start and then a connection"
    cut = [text[start:end].strip() for start, end in stages(text)]
    assert cut == ["a file is written", "a process start", "a connection"]
    assert stages("one thing") == [(0, 9)]


@pytest.mark.parametrize(
    "text", ["powershell on weekends", "logons on Saturdays", "whoami.exe during the weekend", "every Monday"]
)
def test_days_of_the_week_are_refused_by_name(text: str) -> None:
    with pytest.raises(UnsayableError) as caught:
        times(text, NOW, "time")
    assert "Days of the week" in caught.value.message
    assert caught.value.hint
