"""Every rule finds its bad examples and none of its good ones, and says what a reader needs."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("ast_grep_py")

from cybersecqwen.detect.code.looking import Look
from cybersecqwen.detect.code.rule import CodeRule
from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.inputs.source.files import SourceFile

RULES = CodeRules.shipped().all()
NAMES = [rule.id for rule in RULES]


def findings(rule: CodeRule, text: str, language: str) -> int:
    look = Look(SourceFile(path="example", language=language, text=text))
    return sum(one.rule == rule.id for one in look.findings([rule]))


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_its_examples(rule: CodeRule) -> None:
    language = rule.languages[0]
    for text in rule.bad:
        assert findings(rule, text, language), f"not found:\n{text}"
    for text in rule.good:
        assert not findings(rule, text, language), f"found:\n{text}"


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_it_says_what_a_reader_needs(rule: CodeRule) -> None:
    assert 8 <= len(rule.title) <= 90 and not rule.title.endswith(".")
    assert all(re.fullmatch(r"CWE-[1-9]\d{0,3}", one) for one in rule.cwe)
    for text in (rule.why, rule.instead):
        assert 30 <= len(text) <= 500 and text.endswith(".")
    assert all(one.startswith("https://") for one in rule.references)
    assert rule.words, "a rule names words, so that most files need no look"


def test_ids_are_unique() -> None:
    assert len(set(NAMES)) == len(NAMES)
