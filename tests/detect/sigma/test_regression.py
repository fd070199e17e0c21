"""Rules fire on the events that they were written for, and logsources of a whole set are bound."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from evaluation.sigma import CASES, ORDINARY, RULES, cases, fired

from cybersecqwen.detect.rows import RowReader, rows
from cybersecqwen.detect.sigma.cache import load_rules
from cybersecqwen.detect.sigma.engine import Engine
from cybersecqwen.detect.sigma.logsource import unbound
from cybersecqwen.inputs.json_doc import JsonReader
from cybersecqwen.inputs.winxml import EventXmlReader
from tests.inputs.blobs import read

from .forms import FORMS, xml


@pytest.fixture(scope="module")
def engine(data_dir: Path) -> Engine:
    return Engine(load_rules([data_dir / RULES]))


@pytest.fixture(scope="module")
def folder(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    found = tmp_path_factory.mktemp("cases")
    with zipfile.ZipFile(data_dir / CASES) as archive:
        archive.extractall(found)
    yield found


def test_every_case_fires_its_rule(engine: Engine, folder: Path) -> None:
    seen, missed = 0, []
    for number, case in enumerate(cases(folder)):
        if case.path.suffix == ".evtx" and number % 8:
            continue  # each starts a process; `python -m evaluation.sigma` runs them all
        found, count = fired(engine, case.path)
        assert count
        seen += 1
        missed += [(case.path.name, id_) for id_ in case.rules if id_ not in found]
    assert seen > 150
    assert missed == []


def test_every_case_fires_its_rule_however_it_was_collected(engine: Engine, folder: Path) -> None:
    seen, missed = 0, []
    for case in cases(folder):
        if case.path.suffix != ".json":
            continue
        raws = [raw for _, _, raw in _records(case.path.read_bytes())]
        written = "".join(map(xml, raws)).encode()
        forms = [(form.__name__, list(map(form, raws))) for form in FORMS]
        forms.append(("xml", [raw for _, _, raw in read(EventXmlReader(), written)[0]]))
        for form, given in forms:
            found = _fired(engine, given)
            seen += 1
            missed += [(form, case.path.name, id_) for id_ in case.rules if id_ not in found]
    assert seen > 1_000
    assert missed == []


def _records(content: bytes) -> list[Any]:
    return read(JsonReader(), content)[0]


def _fired(engine: Engine, raws: list[dict[str, Any]]) -> set[str]:
    reader, found = RowReader(), set()
    for raw in raws:
        for number, _ in engine.run(rows(reader.kind_of(raw), [raw])):
            found.add(engine.ruleset.rules[number].about.id)
    return found


def test_what_fires_on_ordinary_hosts_is_known(engine: Engine, data_dir: Path) -> None:
    """docs/sigma.md defends each by quoting the event; a new one has to be looked at."""
    found, count = fired(engine, data_dir / ORDINARY)
    titles = {rule.about.title for rule in engine.ruleset.rules if rule.about.id in found}
    known = (Path(__file__).parents[3] / "docs" / "sigma.md").read_text(encoding="utf-8")
    assert count == 18_605
    assert [title for title in sorted(titles) if f"| {title} |" not in known] == []


def test_rules_that_nothing_meets_are_named(engine: Engine) -> None:
    assert not any(unbound(rule.logsource) for rule in engine.ruleset.rules)
    reasons = {one.reason for one in engine.ruleset.unsupported if "holds records" in one.reason}
    assert reasons == {
        "No input that can be read holds records of product paloalto, category file_event, "
        "service globalprotect."
    }


def test_no_rule_looks_at_windows_records_of_an_unknown_provider(engine: Engine) -> None:
    raw = {"SourceName": "Some-Vendor", "Channel": "Some-Channel", "EventID": 1, "Image": "C:\\a.exe"}
    plan = engine.plan(RowReader().kind_of(raw))
    looked_at = [engine.ruleset.rules[number].logsource for number in plan.rules] if plan is not None else []
    assert {(source.category, source.service) for source in looked_at} <= {("", "")}
