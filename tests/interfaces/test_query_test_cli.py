from __future__ import annotations

from pathlib import Path

import pytest

from cybersecqwen.errors import UnknownNameError, UsageError
from cybersecqwen.interfaces.cli.query_test import check
from tests.tasks.query.testing.rules import GOOD


def test_the_exit_code_says_whether_a_rule_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "r.yml").write_text(GOOD, encoding="utf-8")
    assert check([tmp_path]) == 0
    assert capsys.readouterr().out.startswith("1 rules: 1 pass, 0 fail;")
    (tmp_path / "r.yml").write_text("title: [", encoding="utf-8")
    assert check([tmp_path]) == 1
    assert capsys.readouterr().out.startswith("FAIL  ")


def test_formats_and_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rule = tmp_path / "r.yml"
    rule.write_text(GOOD, encoding="utf-8")
    files = [tmp_path / "out.xml", tmp_path / "out.sarif", tmp_path / "out.txt"]
    assert check([rule], format="junit", save=files) == 0
    assert capsys.readouterr().out == files[0].read_text(encoding="utf-8")
    assert '"version": "2.1.0"' in files[1].read_text(encoding="utf-8")
    assert files[2].read_text(encoding="utf-8").startswith("1 rules")


def test_what_is_asked_wrongly_is_refused_first(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no format"):
        check([tmp_path], format="pdf")
    with pytest.raises(UsageError, match="no suffix"):
        check([tmp_path], save=[tmp_path / "x.pdf"])
    with pytest.raises(UnknownNameError):
        check([tmp_path], to=["nonsense"])
