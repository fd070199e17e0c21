"""The data that audits stand on: identifiers are real, numbers are in form, and origins are said."""

from __future__ import annotations

import re

import pytest

from cybersecqwen.knowledge.store import Store
from cybersecqwen.tasks.audit.crosswalks import FOLDER, NAMES, crosswalk, in_order
from cybersecqwen.tasks.audit.ways import rules

CONTROL = re.compile(r"[A-Z]{2}-[1-9]\d?(\([1-9]\d?\))?")


@pytest.fixture(scope="module")
def store() -> Store:
    return Store.open()


def test_every_file_is_named() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_says_where_it_is_from(name: str) -> None:
    about = crosswalk(name).about
    assert about.title
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", about.date)
    assert about.source.startswith("https://")
    assert about.licence


def test_weaknesses_and_their_controls_are_in_the_store(store: Store) -> None:
    for weakness, controls in crosswalk("cwe").table.items():
        assert store.resolve(weakness).state != "unknown", weakness
        for one in controls:
            entity = store.get(one)
            assert entity is not None, one
            assert entity.type == "control"


def test_baselines_contain_each_other_and_the_moderate_one_is_that_of_the_store(store: Store) -> None:
    low, moderate, high = (set(crosswalk("baselines").table[one]) for one in ("low", "moderate", "high"))
    assert low < moderate < high
    assert (len(low), len(moderate), len(high)) == (149, 287, 370)
    assert all(store.exists(one) for one in moderate)
    assert all(CONTROL.fullmatch(one) for one in high)


@pytest.mark.parametrize(
    ("name", "form", "count"), [("iso27001", r"A\.[5-8]\.[1-9]\d?", 91), ("cis", r"\d{1,2}\.\d{1,2}", 140)]
)
def test_other_frameworks_are_numbers_alone(name: str, form: str, count: int) -> None:
    table = crosswalk(name).table
    assert all(CONTROL.fullmatch(one) for one in table)
    numbers = {one for some in table.values() for one in some}
    assert all(re.fullmatch(form, one) for one in numbers)
    assert len(numbers) == count
    text = (FOLDER / f"{name}.toml").read_text("utf-8").partition("[controls]")[2]
    assert not re.search(r"[a-z]", text)  # no title of anybody's


def test_facts_that_everybody_can_check() -> None:
    assert crosswalk("cwe").table["CWE-89"] == ("SI-10",)
    assert crosswalk("iso27001").table["RA-5"] == ("A.8.8",)
    assert crosswalk("iso27001").table["AC-2"] == ("A.5.16", "A.5.18", "A.8.2")
    assert crosswalk("cis").table["AU-6"] == ("8.11",)
    assert crosswalk("cis").back()["8.11"] == ("AU-6", "AU-6(1)", "AU-7(1)")


def test_rules_are_about_what_is_there(store: Store) -> None:
    for (about, name), lines in rules().items():
        if about != "kind":
            assert store.resolve(name).state == "known", name
        for line in lines:
            entity = store.get(line.control)
            assert entity is not None, line.control
            assert entity.type == "control"
            assert re.fullmatch(r"[A-Z].*\.", line.why)


def test_numbers_are_put_in_order() -> None:
    assert sorted(["A.5.10", "A.5.9", "AC-10", "AC-2(10)", "AC-2(9)", "AC-2"], key=in_order) == [
        "A.5.9",
        "A.5.10",
        "AC-2",
        "AC-2(9)",
        "AC-2(10)",
        "AC-10",
    ]
