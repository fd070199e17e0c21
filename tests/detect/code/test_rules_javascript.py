"""The rules for JavaScript together: how many there are, and what they tell apart across rules."""

from __future__ import annotations

import pytest

pytest.importorskip("ast_grep_py")

from cybersecqwen.detect.code.looking import Look
from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.inputs.source.files import SourceFile

RULES = CodeRules.shipped()


def found(text: str, language: str = "javascript") -> list[str]:
    look = Look(SourceFile(path="a", language=language, text=text))
    return [one.rule.removeprefix("javascript-") for one in look.findings(RULES.of(language))]


def test_there_are_enough() -> None:
    assert len(RULES.of("javascript")) >= 25


@pytest.mark.parametrize("language", ["typescript", "tsx"])
def test_the_examples_hold_in_the_other_languages_too(language: str) -> None:
    for rule in RULES.of("javascript"):
        if language in rule.languages:
            look = [Look(SourceFile(path="a", language=language, text=text)) for text in rule.bad]
            assert all(one.findings([rule]) for one in look), rule.id
            look = [Look(SourceFile(path="a", language=language, text=text)) for text in rule.good]
            assert not any(one.findings([rule]) for one in look), rule.id


@pytest.mark.parametrize(
    ("value", "rules"),
    [
        ("['ls', name].join(' ')", ["command"]),
        ("['ls', '-l'].join(' ')", []),
        ("'ls '.concat(name)", ["command"]),
        ("name.replace('a', 'b')", ["command"]),
        ("`ls ${name}`", ["command"]),
        ("'ls'", []),
    ],
)
def test_a_command_is_built_by_whatever_puts_texts_together(value: str, rules: list[str]) -> None:
    assert (
        found(f"const {{ exec }} = require('child_process');\nconst f = (name) => exec({value});\n") == rules
    )


def test_exec_of_a_pattern_is_no_command() -> None:
    assert found("const f = (text) => /a(b)/.exec('x' + text);\n") == []


def test_types_do_not_hide_a_value() -> None:
    text = "function f(db: Db, name: string) { db.query(('SELECT a FROM b WHERE c = ' + name) as string); }\n"
    assert found(text, "typescript") == ["sql"]


def test_a_selector_of_jquery_is_neither_a_command_nor_markup() -> None:
    assert found("const f = (name) => $('#id_' + name).prop('disabled', true);\n") == []
