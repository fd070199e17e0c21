from __future__ import annotations

import json
from typing import Any

import jsonschema
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.records.rule_tests import RuleFinding, RuleTest, RuleTests, Weight
from cybersecqwen.render.rule_tests import rule_tests_text
from cybersecqwen.render.rule_tests_junit import rule_tests_junit
from cybersecqwen.render.sarif_tests import rule_tests_sarif

WRONG = RuleFinding(
    check="can-match", weight=Weight.ERROR, message="It can never match.", hint="Look at a.", line=7
)
ODD = RuleFinding(check="fields", weight=Weight.WARNING, message="No field <b> & \x1b[31m.", line=9)
RESULT = RuleTests(
    tests=(
        RuleTest(path="a.yml", title="One", id="1", origin="rules", checks=("reads", "can-match", "fields")),
        RuleTest(
            path="sub/b c.yml#2",
            title="Two",
            id="2",
            origin="rules/",
            checks=("reads", "can-match", "fields", "convert-spl"),
            findings=(WRONG, ODD),
            examples=3,
            made=20,
        ),
    ),
    problems=("A recording is for no rule.",),
    dialects=("spl",),
)

# The part of the schema that readers of SARIF 2.1.0 rely on, by sections 3.13 to 3.30 of the standard.
SARIF: dict[str, Any] = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "required": ["tool", "results"],
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "tool": {
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "required": ["name"],
                                "properties": {
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {"required": ["id"]},
                                    }
                                },
                            }
                        },
                    },
                    "results": {
                        "type": "array",
                        "items": {
                            "required": ["message", "ruleId", "locations"],
                            "properties": {
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "message": {"required": ["text"]},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "partialFingerprints": {"additionalProperties": {"type": "string"}},
                                "locations": {
                                    "type": "array",
                                    "minItems": 1,
                                    "items": {
                                        "required": ["physicalLocation"],
                                        "properties": {
                                            "physicalLocation": {
                                                "required": ["artifactLocation", "region"],
                                                "properties": {
                                                    "artifactLocation": {
                                                        "properties": {
                                                            "uri": {"type": "string", "pattern": "^[!-~]*$"}
                                                        }
                                                    },
                                                    "region": {
                                                        "properties": {
                                                            "startLine": {"type": "integer", "minimum": 1}
                                                        }
                                                    },
                                                },
                                            }
                                        },
                                    },
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}


def test_text_names_file_line_and_check() -> None:
    assert rule_tests_text(RESULT).splitlines() == [
        "FAIL  rules/sub/b c.yml:7  can-match: It can never match.",
        "      Look at a.",
        "warn  rules/sub/b c.yml:9  fields: No field <b> & \\x1b[31m.",
        "note  A recording is for no rule.",
        "2 rules: 1 pass, 1 fail; 1 warnings. 3 examples run, 1 rules without any; 20 records made.",
    ]
    assert rule_tests_text(RESULT, ["a.yml"]).startswith("Changed: a.yml\n")


def test_text_is_bounded() -> None:
    test = RuleTest(path="a.yml", title="", findings=(ODD,) * 300)
    lines = rule_tests_text(RuleTests(tests=(test,), problems=("p",) * 300)).splitlines()
    assert len(lines) == 403
    assert "warn  … and 100 more." in lines and "note  … and 100 more like this." in lines


def test_junit_has_a_case_for_each_rule_and_check() -> None:
    root = ElementTree.fromstring(rule_tests_junit(RESULT).encode())
    suites = list(root)
    assert root.tag == "testsuites" and root.attrib["failures"] == "1" and root.attrib["tests"] == "7"
    assert [suite.attrib["name"] for suite in suites] == ["One", "Two"]
    assert [case.attrib["name"] for case in suites[1]] == ["reads", "can-match", "fields", "convert-spl"]
    failure = suites[1][1].find("failure")
    assert failure is not None and failure.attrib["message"] == "It can never match."
    assert failure.text == "rules/sub/b c.yml:7: error: It can never match. Look at a."
    assert (suites[1][2].findtext("system-out") or "").startswith(
        "rules/sub/b c.yml:9: warning: No field <b> &"
    )


def sound_junit(text: str) -> None:
    """What junit-10.xsd of the xUnit plugin for Jenkins asks of these elements."""
    root = ElementTree.fromstring(text.encode())
    assert root.tag == "testsuites" and set(root.attrib) <= {"name", "time", "tests", "failures", "errors"}
    for suite in root:
        assert suite.tag == "testsuite" and {"name", "tests", "failures", "errors"} <= set(suite.attrib)
        assert int(suite.attrib["tests"]) == len(suite)
        for case in suite:
            assert case.tag == "testcase" and set(case.attrib) == {"name", "classname"}
            assert [one.tag for one in case] in ([], ["failure"], ["system-out"], ["failure", "system-out"])


def test_sarif_points_at_lines() -> None:
    found = json.loads(rule_tests_sarif(RESULT))
    jsonschema.validate(found, SARIF)
    run = found["runs"][0]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [
        "reads", "can-match", "fields", "convert-spl",
    ]  # fmt: skip
    first = run["results"][0]
    assert (first["ruleId"], first["ruleIndex"], first["level"]) == ("can-match", 1, "error")
    place = first["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "rules/sub/b%20c.yml"}, "region": {"startLine": 7}}


def test_a_finding_keeps_its_mark_when_lines_move() -> None:
    moved = RuleFinding(check="can-match", weight=Weight.ERROR, message=WRONG.message, line=70)
    marks = [
        json.loads(rule_tests_sarif(RuleTests(tests=(RuleTest(path="a", title="t", findings=(one,)),))))
        for one in (WRONG, moved)
    ]
    first, second = (one["runs"][0]["results"][0]["partialFingerprints"] for one in marks)
    assert first == second


def hostile() -> st.SearchStrategy[RuleTests]:
    text = st.text(max_size=12)
    finding = st.builds(
        RuleFinding,
        check=st.sampled_from(("reads", "id")),
        weight=st.sampled_from(Weight),
        message=text,
        hint=text,
        line=st.integers(1, 99),
    )
    test = st.builds(
        RuleTest,
        path=text,
        title=text,
        id=text,
        origin=text,
        checks=st.just(("reads", "id")),
        findings=st.lists(finding, max_size=3).map(tuple),
    )
    return st.builds(RuleTests, tests=st.lists(test, max_size=3).map(tuple), problems=st.tuples(text))


@given(hostile())
def test_any_text_is_rendered_soundly(result: RuleTests) -> None:
    sound_junit(rule_tests_junit(result))
    jsonschema.validate(json.loads(rule_tests_sarif(result)), SARIF)
    assert "\x1b" not in rule_tests_text(result)


def test_lone_surrogates_do_not_break_a_document() -> None:
    test = RuleTest(path="\ud800", title="\ud800", checks=("id",), findings=(ODD,))
    result = RuleTests(tests=(test,))
    sound_junit(rule_tests_junit(result))
    jsonschema.validate(json.loads(rule_tests_sarif(result)), SARIF)
    rule_tests_text(result).encode()
