"""Tests of rules as SARIF 2.1.0, as code hosts show it beside the lines of a change.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import quote

import orjson

from cybersecqwen import __version__
from cybersecqwen.records.rule_tests import RuleFinding, RuleTest, RuleTests

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
CHECKS = {
    "reads": "The rule can be read and evaluated.",
    "examples": "Its examples match, and its counter-examples do not.",
    "recordings": "It fires on the recordings made for it.",
    "can-match": "There is a record that it matches.",
    "alternatives": "Each of its values can lead to a match.",
    "filters": "Each of its filters excludes something.",
    "id": "It has an id of its own.",
    "level": "Its level and status are those of the specification.",
    "techniques": "The techniques it names exist.",
    "logsource": "There are records of its logsource.",
    "fields": "Records of its logsource have the fields that it asks for.",
}
"""What each check asks for; those of conversions are named for their language."""


def rule_tests_sarif(result: RuleTests) -> str:
    """The document."""
    names = list(dict.fromkeys(check for test in result.tests for check in test.checks))
    rules = [{"id": name, "shortDescription": {"text": _said(name)}} for name in names]
    driver = {"name": "csq query test", "semanticVersion": __version__, "rules": rules}
    results = [_result(test, one, names) for test in result.tests for one in test.findings]
    run: dict[str, Any] = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return orjson.dumps(sound(document), option=orjson.OPT_INDENT_2).decode() + "\n"


def _said(check: str) -> str:
    return CHECKS.get(check, f"It can be said in {check.removeprefix('convert-')}.")


def _result(test: RuleTest, one: RuleFinding, names: list[str]) -> dict[str, Any]:
    # The line is left out: a finding stays the same when lines are added above it.
    mark = hashlib.sha256(f"{test.path} {test.id} {one.check} {one.message}".encode("utf-8", "replace"))
    found: dict[str, Any] = {
        "ruleId": one.check,
        "level": one.weight.value,
        "message": {"text": f"{one.message} {one.hint}".rstrip()},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(sound(test.file))},
                    "region": {"startLine": max(1, one.line)},
                }
            }
        ],
        "partialFingerprints": {"csqFinding/v1": mark.hexdigest()[:32]},
    }
    if one.check in names:
        found["ruleIndex"] = names.index(one.check)
    return found


def sound(value: Any) -> Any:
    """A value of JSON with text that UTF-8 can hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {key: sound(inner) for key, inner in value.items()}
    return list(map(sound, value)) if isinstance(value, list) else value
