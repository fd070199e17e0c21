"""Findings of other programs, told as ours are; programs are made up but for ruff, which the tests have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ast_grep_py")

from cybersecqwen.errors import InputError
from cybersecqwen.inputs.source.naming import Root
from cybersecqwen.interfaces.cli import main
from cybersecqwen.records import Severity
from cybersecqwen.tasks.review import others
from cybersecqwen.tasks.review.others import by_ruff, by_semgrep

CODE = """import tempfile


def f(x):
    return eval(x)


name = tempfile.mktemp()
password = "hunter-9-is-secret"
assert f
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "a.py").write_text(CODE)
    (folder / "ruff.toml").write_text('[lint]\nignore = ["S"]\n')
    monkeypatch.chdir(folder)
    return folder


def program(folder: Path, name: str, text: str, code: int = 0, said: str = "") -> None:
    (folder / "answer.json").write_text(text)
    made = folder / name
    made.write_text(f"#!/bin/sh\necho {said!r} >&2\ncat {folder / 'answer.json'}\nexit {code}\n")
    made.chmod(0o755)


def test_ruff_is_asked_without_the_settings_of_the_tree(tree: Path) -> None:
    found = {one.rule: one for one in by_ruff(["."], Root.of(["."]))}
    assert {"ruff-S307", "ruff-S306", "ruff-S101"} <= set(found)
    one = found["ruff-S307"]
    assert one.place.path == "a.py" and one.place.line == 5
    assert one.place.text == "    return eval(x)" and len(one.fingerprint) == 32
    assert all("hunter-9" not in json.dumps(str(each)) for each in found.values())


def test_on_a_line_of_ours_nothing_is_said_twice(capsys: pytest.CaptureFixture[str], tree: Path) -> None:
    main(["review", "--ruff", "--no-cache", "--format", "json", "--fail-on", "never"])
    findings: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["extra"]["review"]["findings"]
    by_line: dict[int, list[str]] = {}
    for one in findings:
        by_line.setdefault(one["place"]["line"], []).append(one["rule"])
    assert by_line[5] == ["python-eval"] and by_line[10] == ["ruff-S101"]
    assert main(["review", "--ruff", "--staged"]) == 2


def test_semgrep_runs_rules_of_the_user(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/bin:/usr/bin")
    result = {
        "check_id": "rules.eval-used",
        "path": "a.py",
        "start": {"line": 5, "col": 12},
        "end": {"line": 5, "col": 19},
        "extra": {"message": "eval is used.", "severity": "ERROR", "metadata": {"cwe": ["CWE-95: Eval"]}},
    }
    outside = {**result, "path": "/etc/hostname"}
    program(folder, "semgrep", json.dumps({"results": [result, outside, "nonsense", {}]}), code=1)
    (one,) = by_semgrep(["."], tree, Root.of(["."]))
    assert (one.rule, one.cwe, one.severity) == ("semgrep-eval-used", ("CWE-95",), Severity.HIGH)
    assert one.place.text == "    return eval(x)"
    program(folder, "semgrep", "no json")
    with pytest.raises(InputError, match="no JSON"):
        by_semgrep(["."], tree, Root.of(["."]))
    program(folder, "semgrep", "{}", code=7, said="bad rules")
    with pytest.raises(InputError, match="semgrep ends with 7: bad rules"):
        by_semgrep(["."], tree, Root.of(["."]))
    with pytest.raises(InputError, match="There are no rules"):
        by_semgrep(["."], Path("nowhere"), Root.of(["."]))


def test_what_is_not_installed_is_named(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(others.shutil, "which", lambda *_, **__: None)
    with pytest.raises(InputError, match="--ruff needs ruff, which is not installed"):
        by_ruff(["."], Root.of(["."]))
    with pytest.raises(InputError, match="needs semgrep or opengrep"):
        by_semgrep(["."], tree, Root.of(["."]))
