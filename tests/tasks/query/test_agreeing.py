"""A translation that finds something else than the query is told from one that finds the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from cybersecqwen.dialects.examples import Examples
from cybersecqwen.dialects.query import Sequence as Order
from cybersecqwen.dialects.query import Span, Stage
from cybersecqwen.dialects.spending import OutOfTime
from cybersecqwen.errors import LimitError, UnsayableError
from cybersecqwen.tasks.query import agreeing
from cybersecqwen.tasks.query.agreeing import agreement
from cybersecqwen.tasks.query.building import build
from cybersecqwen.tasks.query.given import Given, given
from cybersecqwen.tasks.query.targets import target_of
from cybersecqwen.tasks.query.whose import whose

TEXT = 'DeviceProcessEvents | where FileName =~ "certutil.exe" and ProcessCommandLine contains "urlcache"'


def understood(text: str = TEXT) -> Given:
    return given(text, "kql", "", whose)


def test_both_find_the_same_records() -> None:
    one = understood()
    assert one.sigma is not None
    tried = agreement(one, build(one.sigma, target_of("splunk"), whose))
    assert tried is not None
    records, same, both = tried
    assert records == same >= 8 and both >= 2


def test_a_translation_that_lost_a_condition_is_found_out() -> None:
    one, less = understood(), understood(TEXT.partition(" and ")[0])
    assert less.sigma is not None
    tried = agreement(one, build(less.sigma, target_of("splunk"), whose))
    assert tried is not None and tried[1] < tried[0]
    assert one.sigma is not None
    other_way = agreement(less, build(one.sigma, target_of("splunk"), whose))
    assert other_way is not None and other_way[1] < other_way[0]


@pytest.mark.parametrize("target", ["splunk", "splunk-cim", "sentinel", "asim", "duckdb", "sigma"])
def test_times_and_numbers_of_events_do_not_keep_both_from_finding(target: str) -> None:
    one = understood("SecurityEvent | where EventID == 4625 and TimeGenerated > ago(1h)")
    assert one.sigma is not None
    tried = agreement(one, build(one.sigma, target_of(target), whose))
    assert tried is not None and tried[0] == tried[1] > tried[2] >= 1


BASE = 'DeviceProcessEvents | where FileName =~ "certutil.exe"'
SINCE = f"{BASE} and Timestamp > ago({{}})"
SPAN = f"{BASE} and Timestamp between (datetime({{}}) .. datetime({{}}))"


@pytest.mark.parametrize(
    ("text", "other"),
    [
        (SINCE.format("1h"), SINCE.format("30d")),
        (SPAN.format("2024-01-01", "2024-02-01"), SPAN.format("2023-01-01", "2024-02-01")),
    ],
)
def test_a_translation_that_looks_at_another_time_is_found_out(text: str, other: str) -> None:
    one, longer = understood(text), understood(other)
    assert one.sigma is not None and longer.sigma is not None
    same = agreement(one, build(one.sigma, target_of("splunk"), whose))
    assert same is not None and same[0] == same[1] > same[2] >= 1
    tried = agreement(one, build(longer.sigma, target_of("splunk"), whose))
    assert tried is not None and tried[1] == tried[0] - 1


@pytest.mark.parametrize(
    ("span", "inside"),
    [
        (None, [0.0, 50.0, 90.0, 100.0]),
        (Span(last_s=50.0), [50.0, 90.0, 100.0]),
        (Span(start=50.0, end=90.0), [50.0]),
        (Span(start=90.0), [90.0, 100.0]),
        (Span(end=50.0), [0.0]),
    ],
)
def test_a_translation_that_does_not_say_when_is_asked_of_that_time(
    span: Span | None, inside: list[float]
) -> None:
    moments = [0.0, 50.0, 90.0, 100.0]
    records = [{agreeing.TIME: moment} for moment in moments]
    found = [one for one, record in zip(moments, records, strict=True) if agreeing._inside(span, record, 100)]
    assert found == inside


def test_what_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    one = understood()
    assert one.sigma is not None
    built = build(one.sigma, target_of("splunk"), whose)
    for begin in (True, False):
        answers = iter((begin, None))

        def tried(
            records: Sequence[object], *_: object, answers: Iterator[bool | None] = answers
        ) -> list[bool]:
            answer = next(answers)
            return [number < 3 if answer is None else answer for number in range(len(records))]

        monkeypatch.setattr(agreeing, "found", tried)
        counted = agreement(one, built)
        assert counted is not None
        assert counted[1:] == ((3, 3) if begin else (counted[0] - 3, 0))


def test_what_cannot_be_tried_is_no_agreement() -> None:
    one = understood()
    assert one.sigma is not None
    built = build(one.sigma, target_of("splunk"), whose)
    assert agreement(replace(one, home=None), built) is None
    everything = replace(one, sigma=replace(one.sigma, where=None))
    where = one.sigma.where
    assert where is not None
    following = replace(one, sigma=replace(one.sigma, steps=(Order(stages=(Stage(where=where),)),)))
    for other in (replace(one, sigma=None), replace(one, query=None), everything, following):
        assert agreement(other, built) is None


@pytest.mark.parametrize("error", [UnsayableError("No.", what="this"), LimitError("No."), OutOfTime()])
def test_what_cannot_be_run_is_no_agreement(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    one = understood()
    assert one.sigma is not None
    built = build(one.sigma, target_of("splunk"), whose)

    def refused(*_: object) -> list[bool]:
        raise error

    monkeypatch.setattr(agreeing, "found", refused)
    assert agreement(one, built) is None


def test_no_records_are_no_agreement(monkeypatch: pytest.MonkeyPatch) -> None:
    one = understood()
    assert one.sigma is not None
    monkeypatch.setattr(agreeing, "made_examples", lambda *_, **__: Examples())
    assert agreement(one, build(one.sigma, target_of("splunk"), whose)) is None
