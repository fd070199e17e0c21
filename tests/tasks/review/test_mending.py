"""Fixes put into files: a text that no parser ends with is ended, and never taken for one that is mended."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("ast_grep_py")

from cybersecqwen.detect.code.fixing import applied, unified
from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.inputs.source.files import SourceFile
from cybersecqwen.records.review import CodeFinding, Edit, Fix
from cybersecqwen.tasks.review import pool as room
from cybersecqwen.tasks.review.looking import look
from cybersecqwen.tasks.review.mending import Mended, mend

RULES = CodeRules.shipped()
CODE = "import hashlib\nimport yaml\n\n\ndef read(text):\n    return yaml.load(text)\n"
ENDLESS = "/*\n" * 30_000


def finding(tree: Path, text: str = CODE) -> CodeFinding:
    (tree / "app.py").write_text(text)
    found = look(SourceFile(path="app.py", language="python", text=text), RULES)[0].findings
    return next(one for one in found if one.rule == "python-yaml-load")


def mended(one: CodeFinding, tree: Path, *edits: Edit, text: str = CODE) -> Mended:
    if edits:
        diff = unified(text, applied(text, edits), "app.py")
        one = replace(one, fix=Fix(edits=edits, what="", diff=diff))
    return mend([one], RULES, tree)


def test_a_fix_that_holds_is_put_in(tmp_path: Path) -> None:
    made = mended(finding(tmp_path), tmp_path)
    assert made.fixes == 1 and made.refused == {}
    assert b"+    return yaml.load(text, Loader=yaml.SafeLoader)\n" in made.diffs["app.py"]


@pytest.mark.timeout(60)
def test_a_fix_with_which_no_look_ends_is_not_put_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "SECONDS", 1)
    made = mended(finding(tmp_path), tmp_path, Edit(path="app.py", start=0, end=len(CODE), text=ENDLESS))
    assert made.diffs == {} and made.fixes == 0
    assert "takes too long" in made.refused["app.py"]


@pytest.mark.timeout(60)
def test_a_file_with_which_no_look_ends_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "SECONDS", 1)
    one = finding(tmp_path)
    (tmp_path / "app.py").write_text(ENDLESS)
    made = mended(one, tmp_path, Edit(path="app.py", start=0, end=len(ENDLESS), text=CODE), text=ENDLESS)
    assert made.diffs == {} and "takes too long" in made.refused["app.py"]
