"""Groups of the development lines against hand-made ones, and what parts mined apart come to."""

from __future__ import annotations

from pathlib import Path

import pytest
from evaluation.templates import (
    PUBLISHED,
    System,
    group_f1,
    grouping_accuracy,
    mined,
    parsing_accuracy,
    read_systems,
)

from cybersecqwen.detect.lines import TemplateMiner


@pytest.fixture(scope="module")
def systems(data_dir: Path) -> list[System]:
    return read_systems(data_dir)


@pytest.mark.data
def test_no_system_is_grouped_worse_than_by_drain_with_settings_of_its_own(systems: list[System]) -> None:
    found = {system.name: grouping_accuracy(mined(system)[0], system.events) for system in systems}
    shares = {name: rate.hits / rate.of for name, rate in found.items()}
    assert {name: share for name, share in shares.items() if share < PUBLISHED[name]} == {}
    assert sum(shares.values()) / len(PUBLISHED) > 0.93


@pytest.mark.data
def test_halves_mined_apart_group_like_the_whole(systems: list[System]) -> None:
    for system in systems:
        whole = TemplateMiner().add(system.contents)
        one, other = TemplateMiner(), TemplateMiner()
        half = len(system.contents) // 2
        ids, there = one.add(system.contents[:half]), other.add(system.contents[half:])
        mapping = one.merge(other)
        together = [one.resolve(id) for id in ids] + [mapping[id] for id in there]
        same = grouping_accuracy(together, whole)
        assert same.hits / same.of > 0.95, system.name


def test_measures_of_accuracy() -> None:
    true, found = ["a", "a", "b", "c", "c"], [1, 1, 2, 2, 3]
    assert grouping_accuracy(found, true).hits == 2
    assert group_f1(found, true) == pytest.approx(2 * 1 / 6)
    assert parsing_accuracy(["a <*>", "b <*>"], ["a <*>.<*>", "b c"]) == 0.5
