"""Tests of rules as text for a terminal: what fails first, then what to look at, then the count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cybersecqwen.records.rule_tests import RuleFinding, RuleTest, RuleTests, Weight

from .defang import safe_text

_MARKS = {Weight.ERROR: "FAIL", Weight.WARNING: "warn", Weight.NOTE: "note"}
_SHOWN = 200
"""Findings of one weight that are shown; the others are counted."""


def rule_tests_text(result: RuleTests, changed: Sequence[str] = ()) -> str:
    """The whole result; `changed` names the files because of which it was made again."""
    lines = [f"Changed: {safe_text(', '.join(changed[:10]))}"] if changed else []
    for weight in Weight:
        lines += _of_weight(result, weight)
    lines += [f"note  {safe_text(problem)}" for problem in result.problems[:_SHOWN]]
    if len(result.problems) > _SHOWN:
        lines.append(f"note  … and {len(result.problems) - _SHOWN:,} more like this.")
    return "\n".join([*lines, _summary(result)])


def _of_weight(result: RuleTests, weight: Weight) -> Iterator[str]:
    found = [(test, one) for test in result.tests for one in test.findings if one.weight is weight]
    for test, one in found[:_SHOWN]:
        yield from _lines(test, one)
    if len(found) > _SHOWN:
        yield f"{_MARKS[weight]}  … and {len(found) - _SHOWN:,} more."


def _lines(test: RuleTest, one: RuleFinding) -> Iterator[str]:
    where = f"{safe_text(test.file)}:{one.line}"
    yield f"{_MARKS[one.weight]}  {where}  {one.check}: {safe_text(one.message)}"
    if one.hint:
        yield f"      {safe_text(one.hint)}"


def _summary(result: RuleTests) -> str:
    counts = result.counts()
    examples = sum(test.examples for test in result.tests)
    made = sum(test.made for test in result.tests)
    bare = sum(not test.examples for test in result.tests)
    return (
        f"{len(result.tests):,} rules: {len(result.tests) - result.failed:,} pass, {result.failed:,} fail;"
        f" {counts[Weight.WARNING]:,} warnings. {examples:,} examples run, {bare:,} rules without any;"
        f" {made:,} records made."
    )
