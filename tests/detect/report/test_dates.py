"""Dates of the activity, and those that are of something else."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.report import dates
from cybersecqwen.detect.report.interface import Passage
from cybersecqwen.detect.text.matches import words
from cybersecqwen.records.intel import Place


def place(start: int, end: int) -> Place:
    """A place without page and line."""
    return Place(document="d1", start=start, end=end)


def read(text: str, published: str = "") -> list[tuple[str, str, str]]:
    """Kind, date and words of each date."""
    return [(one.kind, one.date, one.written) for one in dates.find(Passage(text=text), published, place)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The group has been active since at least mid-2021.", [("since", "2021")]),
        ("Attacks ran between March and June 2023.", [("since", "2023-03"), ("until", "2023-06")]),
        (
            "from January 2020 to March 2021 the group attacked banks",
            [("since", "2020-01"), ("until", "2021-03")],
        ),
        ("Attacks took place between 2009 and 2018.", [("since", "2009"), ("until", "2018")]),
        ("In Q3 2022 the actor targeted banks.", [("on", "2022")]),
        ("The attack of 2 May 2020 came late.", [("on", "2020-05-02")]),
        ("The actors were active as early as 12 May 2021", [("since", "2021-05-12")]),
        ("On 2023-05-12 the malware was deployed.", [("on", "2023-05-12")]),
        ("On May 12th, 2021 the malware was deployed.", [("on", "2021-05-12")]),
        ("The backdoor was used on 12 Sept. 2021 by the group.", [("on", "2021-09-12")]),
        ("The campaign was first observed in May 2021.", [("since", "2021-05")]),
        ("First seen: 2021-05-03, malware", [("since", "2021-05-03")]),
        ("The malware was last seen on May 12, 2021.", [("until", "2021-05-12")]),
        ("The campaign was active until June 2020.", [("until", "2020-06")]),
        ("On May 3, 2021, the FBI building was attacked.", [("on", "2021-05-03")]),
        (
            "The actor exploited it on May 3, 2021, the day that the code became public.",
            [("on", "2021-05-03")],
        ),
        ("The ransomware group has been publicly known since May 2021.", [("since", "2021-05")]),
        ("In May 2021 the group attacked a public library.", [("on", "2021-05")]),
        ("Published on: May 3, 2021", [("published", "2021-05-03")]),
        ("Original release date: July 19, 2021", [("published", "2021-07-19")]),
    ],
)
def test_forms(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(kind, iso) for kind, iso, _ in read(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "© 2021 Threat Research. All rights of the attack team reserved.",
        "Copyright 2019 - 2021 Malware Labs",
        "The actor exploited CVE-2021-44228 on servers.",
        "Microsoft patched the bug that the actor exploited on May 3, 2021.",
        "The malware runs on Windows Server 2012 and in Office 2016.",
        "[3] Attack report of the group, published in May 2019, https://example.com/2019/05/attack",
        "See https://example.com/2021/05/12/malware for the attack",
        "The malware may mar march of the victims.",
        "The attack happened last month.",
        "The malware connects on 2021-02-31 to its server.",
        "The weather was fine in May 2020.",
        "In 2021, CISA listed the trojan among the malware that it saw most.",
        "On 3 May 2021 the FBI warned of the ransomware.",
        "The flaw that the actor exploited has been public since May 2021.",
        "The bug that the actor exploited became public on May 3, 2021.",
        "The actor exploited it within a week of the code being made public on May 3, 2021.",
    ],
)
def test_dates_of_other_things(text: str) -> None:
    assert read(text) == []


def test_relative_dates_need_the_date_of_publication() -> None:
    text = (
        "The attack happened last month. The actor struck earlier this year. The attack began two years ago."
    )
    assert read(text) == []
    assert [iso for _, iso, _ in read(text, "2023-01-10")] == ["2022-12", "2023", "2021"]
    assert read("The attack began on March 3.", "2023-01-10") == [("since", "2022-03-03", "March 3")]


def test_code_is_left_out() -> None:
    text = "The malware was deployed in May 2021.\nThe malware was deployed in June 2021."
    end = text.index("\n")
    passage = Passage(text=text, blocks=[(0, end, "paragraph"), (end + 1, len(text), "code")])
    assert [one.date for one in dates.find(passage, "", place)] == ["2021-05"]


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2040, 12, 31)))
def test_every_day_in_every_form(day: date) -> None:
    name = day.strftime("%B")
    ways = (
        f"{day.day} {name} {day.year}",
        f"{name} {day.day}, {day.year}",
        f"{day.day}th of {name} {day.year}",
    )
    for written in (day.isoformat(), *ways):
        text = f"The malware was deployed on {written} by the group."
        assert read(text) == [("on", day.isoformat(), written)]


WORDS = sorted(
    words(
        """since until on in between and from to May March 2021 2021-05-12 12 Q3 last month , . - attack the
        first seen"""
    )
    | {"\n"}
)


@given(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join) | st.text(max_size=200))
def test_never_raises_and_quotes_letter_for_letter(text: str) -> None:
    for one in dates.find(Passage(text=text), "2023-05-10", place):
        assert text[one.place.start : one.place.end] == one.written
        assert one.context in text and one.written[:4] in text
        assert one.kind in ("since", "until", "on", "published")
        date.fromisoformat((one.date + "-01-01")[:10])


@pytest.mark.timeout(60)  # what grows with the square of these texts takes hours
def test_linear() -> None:
    for text in (
        "May " * 50_000,
        "from 2020 to " * 15_000,
        "first observed " * 13_000,
        "two years ago " * 14_000,
    ):
        dates.find(Passage(text=text), "2022-01-01", place)
