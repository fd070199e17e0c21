"""Examples of rules of code: run by `csq rules test`, and each that does not behave is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ast_grep_py")

from cybersecqwen.interfaces.cli import main
from cybersecqwen.tasks.review import pool as room
from cybersecqwen.tasks.review.examples import check_examples, is_of_code

RULE: dict[str, Any] = {
    "title": "Frobnication without care",
    "cwe": [20],
    "severity": "high",
    "why": "It is dangerous because the house rules say that it is.",
    "instead": "Frobnicate with care, as the house rules say.",
    "calls": [{"to": ["frobnicate"]}],
    "bad": ["frobnicate()", "frobnicate(1)"],
    "good": ["x = 1"],
}


def rule(tmp_path: Path, name: str = "frobnicate", **changed: Any) -> Path:
    folder = tmp_path / "own" / "python"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.yaml").write_text(json.dumps({**RULE, **changed}))
    return folder.parent


def problems(folder: Path) -> list[str]:
    return [said for one in check_examples(folder) for said in one.problems]


def test_examples_that_behave(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = rule(tmp_path)
    (one,) = check_examples(folder)
    assert (one.title, one.examples, one.problems) == (RULE["title"], 3, [])
    assert main(["rules", "test", str(folder)]) == 0
    assert "3 examples, 0 wrong" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"bad": ["frobnicate()", "other()"]}, "It finds nothing in a bad example: 'other()'"),
        ({"good": ["frobnicate(2)"]}, "It finds something in a good example: 'frobnicate(2)'"),
        (
            {"fix": {"says": "It is good.", "call": "frobnicate"}},
            "Its fix holds in none of its bad examples.",
        ),
        ({"cwe": ["abc"]}, "its 'cwe' must be numbers of CWE"),
        ({"match": [{"kind": "nonsense"}]}, "ast-grep says"),
    ],
)
def test_examples_that_do_not(
    changed: dict[str, Any], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = rule(tmp_path, **changed)
    rule(tmp_path, "another")
    (one,) = problems(folder)
    assert said in one
    assert main(["rules", "test", str(folder)]) == 1
    assert "frobnicate.yaml: " in capsys.readouterr().out


def test_a_fix_that_holds_is_no_problem(tmp_path: Path) -> None:
    assert problems(rule(tmp_path, fix={"says": "It is good.", "call": "careful"})) == []


def test_a_rule_with_the_name_of_one_that_comes_along_is_named(tmp_path: Path) -> None:
    assert problems(rule(tmp_path, "yaml-load")) == ["There are two rules 'python-yaml-load'."]


@pytest.mark.timeout(60)
def test_an_example_with_which_no_look_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "SECONDS", 1)
    endless = "frobnicate()\n" + "/*\n" * 15_000
    (one,) = problems(rule(tmp_path, good=[endless], bad=["frobnicate()"]))
    assert "takes too long" in one


def test_sets_of_sigma_in_folders_of_the_same_names_stay_sigma(tmp_path: Path) -> None:
    folder = tmp_path / "python"
    folder.mkdir()
    (folder / "error.yml").write_text("title: A\nlogsource: {category: a}\ndetection:\n  condition: a\n")
    assert not is_of_code(tmp_path)
    assert not is_of_code(tmp_path / "nowhere")
    assert is_of_code(rule(tmp_path))
