"""The rules for Java, Go, C, C#, PHP, Ruby and shell: how many there are, and that none is slow."""

from __future__ import annotations

import pytest

pytest.importorskip("ast_grep_py")

from cybersecqwen.detect.code.looking import Look
from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.inputs.source.files import SourceFile

RULES = CodeRules.shipped()


@pytest.mark.parametrize(("language", "least"), [("java", 12)])
def test_there_are_rules(language: str, least: int) -> None:
    assert len(RULES.of(language)) >= least
