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


DRAWS = """import random

token = random.randint(1, 6)
nonce = random.choice(A)
"""


def of_file(tree: Path, text: str) -> list[CodeFinding]:
    (tree / "app.py").write_text(text)
    return list(look(SourceFile(path="app.py", language="python", text=text), RULES)[0].findings)


def test_an_import_that_two_fixes_need_is_put_in_once(tmp_path: Path) -> None:
    found = of_file(tmp_path, DRAWS)
    assert [len(one.fix.edits) for one in found if one.fix is not None] == [2, 2]
    made = mend(found, RULES, tmp_path)
    assert made.fixes == 2 and made.refused == {}
    (diff,) = made.diffs.values()
    assert diff.count(b"+import secrets\n") == 1
    assert b"+token = secrets.SystemRandom().randint(1, 6)\n" in diff
    assert b"+nonce = secrets.choice(A)\n" in diff


def test_imports_of_two_fixes_stand_in_lines_of_their_own(tmp_path: Path) -> None:
    text = "import random\nfrom yaml import load\ntoken = random.choice(A)\nx = load(a)\n"
    made = mend(of_file(tmp_path, text), RULES, tmp_path)
    assert made.fixes == 2
    (diff,) = made.diffs.values()
    assert {b"+import secrets", b"+import yaml"} <= set(diff.split(b"\n"))


def test_a_fix_of_two_edits_is_put_in_whole_or_not_at_all(tmp_path: Path) -> None:
    """Its import alone would be there for nothing, and the rest without the import would not run."""
    one = finding(tmp_path)
    at = CODE.index("yaml.load(text)")
    edits = (
        Edit(path="app.py", start=0, end=0, text="import json\n"),
        Edit(path="app.py", start=at + 10, end=at + 14, text="json"),
    )
    other = Fix(edits=edits, what="", diff=unified(CODE, applied(CODE, edits), "app.py"))
    whole = (Edit(path="app.py", start=at, end=at + len("yaml.load(text)"), text="yaml.safe_load(text)"),)
    first = Fix(edits=whole, what="", diff=unified(CODE, applied(CODE, whole), "app.py"))
    for some in ([first, other], [other, first]):
        made = mend([replace(one, fix=fix) for fix in some], RULES, tmp_path)
        assert made.fixes == 1
        assert b"json" not in made.diffs["app.py"] and b"safe_load" in made.diffs["app.py"]
