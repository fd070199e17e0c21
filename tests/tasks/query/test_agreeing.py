"""A translation that finds something else than the query is told from one that finds the same."""

from __future__ import annotations

from dataclasses import replace

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


def test_what_cannot_be_tried_is_no_agreement() -> None:
    one = understood()
    assert one.sigma is not None
    built = build(one.sigma, target_of("splunk"), whose)
    assert agreement(replace(one, home=None), built) is None
