"""Fixes by rule: each kind of fix, and those that are not given out."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

pytest.importorskip("ast_grep_py")

from cybersecqwen.detect.code.fixing import applied, unified
from cybersecqwen.detect.code.looking import Look
from cybersecqwen.detect.code.rule import CodeRule
from cybersecqwen.detect.code.rulefile import rule_of
from cybersecqwen.inputs.source.files import SourceFile
from cybersecqwen.records.review import CodeFinding, Edit

HEAD = "title: t\ncwe: 16\nseverity: low\nwhy: w\ninstead: i\nbad: b\ngood: g\n"


def rule(text: str, stem: str = "x", folder: str = "python") -> CodeRule:
    return rule_of(HEAD + text, folder, stem)


def findings(text: str, *rules: CodeRule, language: str = "python") -> list[CodeFinding]:
    return Look(SourceFile(path="a", language=language, text=text)).findings(rules)


def fixed(text: str, *rules: CodeRule, language: str = "python") -> str | None:
    """The text after the fix of the first finding, None where there is none."""
    found = findings(text, *rules, language=language)
    assert found
    fix = found[0].fix
    return None if fix is None else applied(text, fix.edits)


@pytest.mark.parametrize(
    ("given", "text", "made"),
    [
        (
            "calls: [{to: run, where: {shell: {is: ['True']}}}]\n"
            "fix: {says: s, argument: shell, becomes: 'False'}",
            "run(a, shell=True)",
            "run(a, shell=False)",
        ),
        (
            "calls: [{to: m.load}]\nfix: {says: s, call: m.safe_load}",
            "import m\nm.load(a, b)",
            "import m\nm.safe_load(a, b)",
        ),
        (
            "calls: [{to: get, where: {timeout: missing}}]\nfix: {says: s, add: timeout=9}",
            "get(a)",
            "get(a, timeout=9)",
        ),
        (
            "calls: [{to: get, where: {timeout: missing}}]\nfix: {says: s, add: timeout=9}",
            "get()",
            "get(timeout=9)",
        ),
        (
            "calls: [{to: get, where: {timeout: missing}}]\nfix: {says: s, add: timeout=9}",
            "get(é,\n    b)",
            "get(é,\n    b, timeout=9)",
        ),
        ("calls: [{to: run}]\nfix: {says: s, replace: 'go(${0}, ${b})'}", "x = run(1, b=2)", "x = go(1, 2)"),
        (
            "match: [{pattern: 'assert $A'}]\nfix: {says: s, replace: 'check($A)'}",
            "assert é == 2\n",
            "check(é == 2)\n",
        ),
        (
            "calls: [{to: run}]\nfix: [{says: s, replace: 'go(${4})'}, {says: t, replace: stop()}]",
            "run(1)",
            "stop()",
        ),
    ],
)
def test_each_kind_of_fix(given: str, text: str, made: str) -> None:
    assert fixed(text, rule(given)) == made


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("calls: [{to: run}]\nfix: {says: s, replace: 'go(${4})'}", "run(1)"),
        ("calls: [{to: run}]\nfix: {says: s, argument: shell, becomes: 'False'}", "run(1)"),
        ("calls: [{to: get}]\nfix: {says: s, add: timeout=9}", "get(*a)"),
        ("calls: [{to: load}]\nfix: {says: s, call: m.safe_load}", "load(a)"),
        ("calls: [{to: m.run}]\nfix: {says: s, replace: 'm.go(1)'}", "from m import run\nrun(1)"),
        ("calls: [{to: m.run}]\nfix: {says: s, of: m.go, replace: stop()}", "import m\nm.run(1)"),
        # The rule would find as much as before.
        ("calls: [{to: run}]\nfix: {says: s, argument: '0', becomes: '2'}", "run(1)"),
        ("calls: [{to: run}]\nfix: {says: s, argument: '0', becomes: '1'}", "run(1)"),
        # The file would not parse any more.
        ("calls: [{to: run}]\nfix: {says: s, replace: 'go(('}", "run(1)\nx = 2\n"),
        ("calls: [{to: run}]\nfix: {says: s, replace: 'def'}", "x = run(1)"),
    ],
)
def test_a_fix_that_cannot_hold_is_not_given_out(given: str, text: str) -> None:
    assert fixed(text, rule(given)) is None


def test_a_fix_that_brings_a_finding_of_another_rule_is_refused() -> None:
    one = rule("calls: [{to: run}]\nfix: {says: s, replace: 'go(1)'}")
    other = rule("calls: [{to: go}]", "other")
    assert fixed("run(1)", one) == "go(1)"
    assert fixed("run(1)", one, other) is None


def test_what_was_broken_before_may_stay_so() -> None:
    one = rule("calls: [{to: run}]\nfix: {says: s, replace: 'go(1)'}")
    assert fixed("run(1)\nx = = 2\n", one) == "go(1)\nx = = 2\n"


def test_edits_are_put_in_from_any_order() -> None:
    edits = [Edit(path="", start=3, end=3, text="!"), Edit(path="", start=0, end=1, text="é")]
    assert applied("abc", edits) == "ébc!"
    assert applied("abc", []) == "abc"
    same = [Edit(path="", start=1, end=2, text="B"), Edit(path="", start=1, end=1, text="-")]
    assert applied("abc", same) == applied("abc", same[::-1]) == "a-Bc"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nb\nc\n", "a\nB\nc\n"),
        ("a\nb", "a\nc"),
        ("a\nb", "a\nb\n"),
        ("a\r\nb\r\n", "a\r\nc\r\n"),
        ("a\x0cb\nc\n", "a\x0cb\nd\n"),
        ("a\u2028b\x85c\x1cd\nx\n", "a\u2028b\x85c\x1cd\ny\n"),
        ("a\rb\nc", "a\rB\nc"),
    ],
)
def test_a_difference_can_be_put_in_by_git(before: str, after: str, tmp_path: Path) -> None:
    path = tmp_path / "a b.py"
    path.write_bytes(before.encode())
    diff = unified(before, after, "a b.py")
    subprocess.run(["git", "apply", "-p1"], input=diff.encode(), cwd=tmp_path, check=True, timeout=60)
    assert path.read_bytes() == after.encode()
