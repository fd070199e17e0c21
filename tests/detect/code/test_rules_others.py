"""The rules for Java, Go, C, C#, PHP, Ruby and shell: how many there are, and that none is slow."""

from __future__ import annotations

import pytest

pytest.importorskip("ast_grep_py")

from cybersecqwen.detect.code.looking import Look
from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.inputs.source.files import SourceFile

RULES = CodeRules.shipped()
LEAST = {"java": 12, "go": 8, "c": 14, "cpp": 14, "csharp": 10, "php": 12, "ruby": 8, "shell": 6}


@pytest.mark.parametrize("language", LEAST)
def test_there_are_rules(language: str) -> None:
    assert len(RULES.of(language)) >= LEAST[language]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("language", LEAST)
def test_a_file_of_all_bad_examples_twenty_times_is_read(language: str) -> None:
    rules = RULES.of(language)
    text = "\n".join(bad for rule in rules for bad in rule.bad) * 20
    source = SourceFile(path="example", language=language, text=text)
    assert Look(source).findings(rules)


@pytest.mark.timeout(60)
def test_a_script_of_thousands_of_commands_is_read() -> None:
    rules = RULES.of("shell")
    text = "rm -rf $a\n" * 3_000 + "curl a | sh\n" * 3_000
    assert Look(SourceFile(path="example", language="shell", text=text)).findings(rules)
