"""Tests of rules as JUnit XML: a suite for each rule, a case for each check.

What readers agree on, and nothing else: https://github.com/jenkinsci/xunit-plugin, junit-10.xsd.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from cybersecqwen.records.rule_tests import RuleFinding, RuleTest, RuleTests, Weight

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""https://www.w3.org/TR/xml/#charsets"""


def rule_tests_junit(result: RuleTests) -> str:
    """The document. An error is a failure; warnings and notes are output of their case."""
    suites = [_suite(test) for test in result.tests]
    root = ElementTree.Element("testsuites", {"name": "csq query test", **_sums(suites)})
    root.extend(suites)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _sums(suites: Sequence[ElementTree.Element]) -> dict[str, str]:
    return {
        name: str(sum(int(suite.attrib[name]) for suite in suites))
        for name in ("tests", "failures", "errors")
    }


def _suite(test: RuleTest) -> ElementTree.Element:
    cases = [_case(test, check) for check in test.checks]
    failures = sum(case.find("failure") is not None for case in cases)
    counted = {"tests": str(len(cases)), "failures": str(failures), "errors": "0", "skipped": "0"}
    suite = ElementTree.Element("testsuite", {"name": xml_text(test.title or test.path), **counted})
    suite.extend(cases)
    return suite


def _case(test: RuleTest, check: str) -> ElementTree.Element:
    case = ElementTree.Element(
        "testcase", {"name": check, "classname": xml_text(f"{test.origin}/{test.path}")}
    )
    found = test.of(check)
    wrong = [one for one in found if one.weight is Weight.ERROR]
    if wrong:
        message = xml_text(wrong[0].message)
        failure = ElementTree.SubElement(case, "failure", {"message": message, "type": check})
        failure.text = _lines(test, wrong)
    others = [one for one in found if one.weight is not Weight.ERROR]
    if others:
        ElementTree.SubElement(case, "system-out").text = _lines(test, others)
    return case


def _lines(test: RuleTest, found: Sequence[RuleFinding]) -> str:
    return "\n".join(
        xml_text(f"{test.file}:{one.line}: {one.weight}: {one.message} {one.hint}".rstrip()) for one in found
    )


def xml_text(text: str) -> str:
    """The text without characters that XML cannot have."""
    return _NO_XML.sub("\ufffd", text)
