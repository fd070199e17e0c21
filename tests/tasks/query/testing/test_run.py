from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
import yaml

from cybersecqwen.errors import RuleError
from cybersecqwen.knowledge.store import Store
from cybersecqwen.records.rule_tests import RuleFinding, RuleTests, Weight
from cybersecqwen.tasks.query import testing
from cybersecqwen.tasks.query.testing import Asked

from .rules import GOOD, HIT, MISS

SWALLOWS = "        Image|endswith: ['.exe', 'x']"
CONDITION = "    condition: selection and not filter"


def result_of(folder: Path, asked: Asked | None = None, **files: str) -> RuleTests:
    for name, text in files.items():
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    return testing.test_rules([folder], asked)


def findings(result: RuleTests, check: str) -> list[RuleFinding]:
    return [one for test in result.tests for one in test.of(check)]


def test_a_good_rule_passes(tmp_path: Path) -> None:
    with Store.open() as store:
        result = result_of(tmp_path, Asked(store=store), good=GOOD)
    assert (result.failed, result.exit_code) == (0, 0)
    (test,) = result.tests
    assert test.findings == ()
    assert test.checks == (
        "reads", "examples", "id", "level", "techniques",
        "can-match", "alternatives", "filters", "logsource", "fields",
    )  # fmt: skip
    assert test.made > 8


def test_what_cannot_be_read_fails(tmp_path: Path) -> None:
    result = result_of(tmp_path, bad="title: [", other=GOOD.replace("|endswith", "|nonsense"))
    assert result.exit_code == 1
    said = [one.message for one in findings(result, "reads")]
    assert "not valid YAML" in said[0] and "modifier 'nonsense' is not known" in said[1]


def carrying(match: list[object], ignore: list[object]) -> str:
    return GOOD + yaml.safe_dump({"x_examples": {"match": match, "ignore": ignore}})


def test_examples_that_a_rule_carries_are_run(tmp_path: Path) -> None:
    result = result_of(
        tmp_path, good=carrying([HIT], [MISS]), bad=carrying([MISS], [HIT]).replace("001", "002")
    )
    by_path = {test.path: test for test in result.tests}
    assert by_path["good.yml"].examples == 2 and not by_path["good.yml"].of("examples")
    wrong = by_path["bad.yml"].of("examples")
    assert [one.message for one in wrong] == [
        "The example match 1 does not match.",
        "The example ignore 1 matches.",
    ]
    assert wrong[0].line > 20


def test_examples_beside_a_rule_are_run(tmp_path: Path) -> None:
    (tmp_path / "r.match.jsonl").write_text(f"{json.dumps(HIT)}\n\n{json.dumps(MISS)}\n", encoding="utf-8")
    (tmp_path / "r.ignore.jsonl").write_text(f"{json.dumps(MISS)}\nnonsense\n", encoding="utf-8")
    result = result_of(tmp_path, r=GOOD)
    assert result.tests[0].examples == 4
    assert [one.message for one in findings(result, "examples")] == [
        "Line 3 of r.match.jsonl does not match.",
        "Line 2 of r.ignore.jsonl is no JSON.",
    ]


def test_examples_beside_a_rule_in_an_archive_and_of_a_single_file(tmp_path: Path) -> None:
    archive = tmp_path / "set.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("a/r.yml", GOOD)
        made.writestr("a/r.match.jsonl", json.dumps(MISS))
    assert testing.test_rules([archive]).failed == 1
    (tmp_path / "r.yml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "r.match.jsonl").write_text(json.dumps(HIT), encoding="utf-8")
    result = testing.test_rules([tmp_path / "r.yml"])
    assert (result.failed, result.tests[0].examples) == (0, 1)
    assert result.tests[0].file == (tmp_path / "r.yml").as_posix()


@pytest.mark.parametrize("archived", [False, True])
def test_recordings_must_fire_their_rule(tmp_path: Path, archived: bool) -> None:
    folder = tmp_path / "regression"
    for name, record in (("good", HIT), ("bad", MISS)):
        (folder / name).mkdir(parents=True)
        info = {"rule_metadata": [{"id": "5f1cb35b-6b71-4f5a-8d0e-000000000001", "title": "x"}]}
        (folder / name / "info.yml").write_text(yaml.safe_dump(info), encoding="utf-8")
        (folder / name / "x.json").write_text(json.dumps(record), encoding="utf-8")
    (folder / "unknown").mkdir()
    (folder / "unknown" / "info.yml").write_text("rule_metadata: [{id: none}]", encoding="utf-8")
    (folder / "unknown" / "x.json").write_text("{}", encoding="utf-8")
    given = folder
    if archived:
        given = tmp_path / "regression.zip"
        with zipfile.ZipFile(given, "w") as archive:
            for path in sorted(folder.rglob("*.*")):
                archive.write(path, f"top/{path.relative_to(folder).as_posix()}")
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "r.yml").write_text(GOOD, encoding="utf-8")
    result = testing.test_rules([rules, given])
    assert result.tests[0].examples == 2
    (wrong,) = findings(result, "recordings")
    assert wrong.message.endswith("bad/x.json does not fire the rule.") and wrong.line == 11
    assert len(result.problems) == 1 and "unknown/x.json is for the rule none" in result.problems[0]
    assert testing.test_rules([rules, given], Asked(recordings=False)).failed == 0


def test_a_rule_that_can_never_match_fails(tmp_path: Path) -> None:
    result = result_of(tmp_path, r=GOOD.replace("        CommandLine|contains: ' -harmless '", SWALLOWS))
    (wrong,) = findings(result, "can-match")
    assert wrong.message == "The rule can never match: its filters exclude all that the rest asks for."
    assert wrong.weight is Weight.ERROR and wrong.line == GOOD.splitlines().index(CONDITION) + 1


def test_values_that_contradict_each_other(tmp_path: Path) -> None:
    clash = GOOD.replace("        ParentImage|endswith: '\\outlook.exe'\n", "        Image: 'C:\\a.exe'\n")
    (wrong,) = findings(result_of(tmp_path, r=clash), "can-match")
    assert wrong.message == "The rule can never match: its conditions contradict each other."
    assert wrong.hint == "Look at Image."


def test_a_value_out_of_reach_is_told_with_its_line(tmp_path: Path) -> None:
    shadowed = GOOD.replace("        CommandLine|contains: ' -harmless '", "        Image|endswith: 'd.exe'")
    (wrong,) = findings(result_of(tmp_path, r=shadowed), "alternatives")
    assert "\\\\cmd.exe" in wrong.message
    assert wrong.line == GOOD.splitlines().index("            - '\\cmd.exe'") + 1


def test_a_filter_without_effect_is_told(tmp_path: Path) -> None:
    idle = GOOD.replace("        CommandLine|contains: ' -harmless '", "        Image|endswith: '\\calc.exe'")
    (wrong,) = findings(result_of(tmp_path, r=idle), "filters")
    assert wrong.message.startswith("A filter never excludes anything (Image is text that ends with")


def test_ids(tmp_path: Path) -> None:
    one = GOOD.replace("id: 5f1cb35b-6b71-4f5a-8d0e-000000000001\n", "")
    result = result_of(tmp_path, a=GOOD, b=GOOD, c=one, d=GOOD.replace("5f1cb35b-6b71-4f5a-8d0e-0000", "x"))
    assert [(one.weight.value, one.message) for one in findings(result, "id")] == [
        ("error", "Its id stands in a.yml already."),
        ("warning", "It has no id."),
        ("warning", "Its id 'x00000001' is no UUID."),
    ]


def test_level_and_status(tmp_path: Path) -> None:
    result = result_of(tmp_path, r=GOOD.replace("level: high\n", "").replace("status: test", "status: done"))
    assert [one.line for one in findings(result, "level")] == [1, 3]


def test_techniques(tmp_path: Path) -> None:
    with Store.open() as store:
        result = result_of(tmp_path, Asked(store=store), r=GOOD.replace("t1059.001", "t9999"))
    (wrong,) = findings(result, "techniques")
    assert wrong.message == "The knowledge base has no technique T9999." and wrong.line == 7


def test_fields_and_logsources(tmp_path: Path) -> None:
    result = result_of(
        tmp_path,
        a=GOOD.replace("        CommandLine|", "        CommandLin|"),
        b=GOOD.replace("category: process_creation", "category: nonsense").replace("0001\n", "0002\n"),
    )
    (wrong,) = findings(result, "fields")
    assert "the field 'CommandLin'" in wrong.message and "CommandLine" in wrong.hint and wrong.line == 18
    (unbound,) = findings(result, "logsource")
    assert "nonsense" in unbound.message and unbound.line == 8


def test_several_rules_of_a_file_and_correlations(tmp_path: Path) -> None:
    counting = """\
---
title: Often
id: 5f1cb35b-6b71-4f5a-8d0e-000000000003
level: high
correlation:
    type: event_count
    rules: [missing]
    group-by: [Computer]
    timespan: 5m
    condition: {gte: 3}
"""
    result = result_of(tmp_path, r=GOOD + counting)
    assert [(test.path, test.line) for test in result.tests] == [("r.yml#1", 1), ("r.yml#2", 21)]
    assert [one.line for one in findings(result, "reads")] == [21]


def test_no_rules(tmp_path: Path) -> None:
    with pytest.raises(RuleError):
        testing.test_rules([tmp_path])


@pytest.mark.data
def test_recordings_of_others_fire_their_rules(data_dir: Path) -> None:
    logs = data_dir / "logs"
    rules = logs / "sigma_rules.zip"
    case = logs / "sigma_regression_dev.zip"
    found = [one for one in testing.recordings.cases(case) if one.name.endswith(".json")]
    assert len(found) > 140
    wanted = {id for one in found[::10] for id in one.rules}
    known = [one for one in testing.rules.found_in(rules) if one.id in wanted]
    result = testing.run.tested(known, found[::10], Asked(made=2), {})
    assert sum(test.examples for test in result.tests) == len(found[::10])
    assert [one.message for one in findings(result, "recordings")] == []
