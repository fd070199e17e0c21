"""Intents from Sigma rules: simple selections, in the rule's own words and in so many words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cybersecqwen.errors import RuleError
from cybersecqwen.tasks.query.asking.filling import chosen
from cybersecqwen.tuning.own import from_rules
from cybersecqwen.tuning.records import Broken, Record

from .test_schema import offered

HEAD = """title: {title}
id: "{id}"
description: {description}
logsource: {{product: own, category: process_creation}}
detection:
"""


def rule(folder: Path, detection: str, description: str = "Something.", id_: str = "1") -> None:
    text = HEAD.format(title="A rule", id=id_, description=description) + detection
    (folder / f"{id_}.yml").write_text(text, encoding="utf-8")


def taken(folder: Path) -> tuple[list[Record], list[Broken]]:
    found = list(from_rules(folder))
    return [one for one in found if isinstance(one, Record)], [
        one for one in found if isinstance(one, Broken)
    ]


def test_a_description_with_the_value_is_a_question(tmp_path: Path) -> None:
    detection = "  s: {x_img|endswith: '\\rclone.exe'}\n  condition: s\n"
    rule(tmp_path, detection, "Detects rclone.exe being run. Long text.")
    records, broken = taken(tmp_path)
    assert not broken
    assert records[0].material == (("the question", "Detects rclone.exe being run"),)
    assert (
        records[0].answer == '{"tests": [{"field": "x_img", "operator": "endswith", "value": "rclone.exe"}]}'
    )
    assert records[0].source == "own:rules/1/0"


def test_each_combination_of_values_is_asked_for_in_words(tmp_path: Path) -> None:
    images, lines = "['\\a.exe', '\\b.exe']", "['/add', 'two words', 'ends.']"
    rule(tmp_path, f"  s:\n    x_img|endswith: {images}\n    x_cl|contains: {lines}\n  condition: s\n")
    records, _ = taken(tmp_path)
    asked = {tuple(test["value"] for test in json.loads(one.answer)["tests"]) for one in records}
    assert asked == {("\\a.exe", "/add"), ("\\b.exe", "/add")}
    for one in records:
        fields, words = offered(one)
        answer = json.loads(one.answer)
        assert len(chosen(answer, fields, words)) == 2
        assert all(test["value"] in one.material[0][1] for test in answer["tests"])


def test_fields_of_other_rules_of_the_logsource_are_offered(tmp_path: Path) -> None:
    rule(tmp_path, "  s: {x_img|contains: alpha}\n  condition: s\n")
    rule(tmp_path, "  s: {zz9: beta, X_IMG: gamma}\n  condition: s\n", id_="2")
    records, _ = taken(tmp_path)
    of_first = [one for one in records if one.source.startswith("own:rules/1/")]
    assert of_first
    assert all({"x_img", "zz9"} <= set(offered(one)[0]) for one in of_first)
    assert not any("X_IMG" in one.question for one in of_first)


@pytest.mark.parametrize(
    "detection",
    [
        "  s: {a: b}\n  f: {c: d}\n  condition: s and not f\n",
        "  s: {a: b}\n  f: {c: d}\n  condition: s or f\n",
        "  s: {a|re: 'b.*'}\n  condition: s\n",
        "  s: {a: one, b: two, c: three, d: four}\n  condition: s\n",
        "  s: [keyword]\n  condition: s\n",
    ],
)
def test_what_is_not_simple_is_named(tmp_path: Path, detection: str) -> None:
    rule(tmp_path, detection)
    records, broken = taken(tmp_path)
    assert not records
    assert len(broken) == 1
    assert broken[0].reason.endswith(": rule 'A rule'")


def test_values_of_several_words_and_broken_rules_are_named(tmp_path: Path) -> None:
    rule(tmp_path, "  s: {a: two words}\n  condition: s\n")
    (tmp_path / "z.yml").write_text("title: [", encoding="utf-8")
    records, broken = taken(tmp_path)
    assert not records
    assert [one.line for one in broken] == [1, 2]
    assert broken[0].reason == "its values are no single words: rule 'A rule'"
    assert broken[1].reason.endswith("(z.yml)")


def test_a_description_with_one_of_two_values_is_no_question(tmp_path: Path) -> None:
    rule(tmp_path, "  s: {a: [alpha, beta]}\n  condition: s\n", "Detects alpha in use")
    records, _ = taken(tmp_path)
    assert records
    assert not any("Detects" in one.material[0][1] for one in records)


def test_the_licence_of_a_rule_is_kept_and_no_rules_are_an_error(tmp_path: Path) -> None:
    rule(tmp_path, "  s: {a: alpha}\n  condition: s\nlicense: DRL-1.1\n")
    assert {one.licence for one in taken(tmp_path)[0]} == {"DRL-1.1"}
    assert taken(tmp_path) == taken(tmp_path)
    with pytest.raises(RuleError):
        list(from_rules(tmp_path / "none"))
