"""`csq bench cti` from the outside, with made-up files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cybersecqwen.interfaces.cli import main
from cybersecqwen.models.interface import LanguageModel, Prompt
from cybersecqwen.models.scripted import Scripted
from tests.bench import made


def say(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def answers(prompt: Prompt) -> str:
    return "Because.\nCWE-787" if "teapot" in prompt.question else "CWE-79"


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """A scripted model stands in for the server."""
    model = Scripted(answers, name="tiny-served")

    @contextmanager
    def models(self: object, name: str = "") -> Iterator[tuple[LanguageModel, ...]]:
        assert name == "server"
        yield (model,)

    monkeypatch.setattr("cybersecqwen.bootstrap.App.models", models)
    return model


def test_a_model_is_measured_and_the_report_saved(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, served: Scripted
) -> None:
    data = made.write(tmp_path / "cti-bench", "rcm").parent
    target = tmp_path / "r.json"
    words = ("bench", "cti", "--data", str(data), "--task", "rcm", "--model", "server", "--save", str(target))
    code, out, err = say(capsys, *words)
    assert code == 0 and ".500" in out and "CLOSED BOOK" in out and "wrote" in err
    saved = json.loads(target.read_text("utf-8"))
    assert saved["schema"] == "cybersecqwen-bench/1"
    assert saved["reports"][0]["subject"] == "tiny-served"
    assert saved["reports"][0]["figures"][0]["value"] == 0.5
    asked = len(served.history)
    assert say(capsys, *words)[0] == 0
    assert len(served.history) == asked, "answers are taken from the journal"


def test_formats_for_programs(capsys: pytest.CaptureFixture[str], tmp_path: Path, served: Scripted) -> None:
    words = ("bench", "cti", "--data", str(made.write(tmp_path, "rcm")), "--task", "rcm", "--model", "server")
    assert json.loads(say(capsys, *words, "--format", "json")[1])["reports"][0]["task"] == "rcm"
    assert say(capsys, *words, "--format", "markdown")[1].startswith("| task |")


def test_ctrl_c_keeps_what_was_done(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, served: Scripted
) -> None:
    def stops(prompt: Prompt) -> str:
        if "guest" in prompt.question:
            raise KeyboardInterrupt
        return "CWE-787"

    served._function = stops
    words = ("--data", str(made.write(tmp_path, "rcm")), "--task", "rcm", "--model", "server")
    code, out, err = say(capsys, "bench", "cti", *words, "--save", str(tmp_path / "r.json"))
    assert code == 130 and out == "" and "goes on from there" in err
    assert not (tmp_path / "r.json").exists()
    assert "CWE-787" in (tmp_path / "r.answers.jsonl").read_text("utf-8")


def test_tasks_that_cannot_be_run_are_passed_over_unless_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, served: Scripted
) -> None:
    data = str(made.write(tmp_path, "rcm"))
    code, out, err = say(capsys, "bench", "cti", "--data", data, "--model", "server")
    assert code == 0 and "CTI-RCM" in out and err.count("left out") == 4
    code, out, err = say(capsys, "bench", "cti", "--data", data, "--model", "server", "--task", "mcq")
    assert code == 2 and out == "" and "cti-mcq.tsv" in err
    (tmp_path / "empty").mkdir()
    assert say(capsys, "bench", "cti", "--data", str(tmp_path / "empty"), "--model", "server")[0] == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--task", "poetry"), "poetry"),
        (("--format", "html"), "--format"),
        (("--save", "x.txt"), ".json nor .md"),
        (("--save", "/nowhere/at/all/x.json"), "no folder"),
        (("--look-up", "--model", "server"), "--look-up"),
        (("--open-book",), "--open-book"),
        (("--model", "gigantic"), "gigantic"),
        (("--look-up", "--task", "vsp"), "vsp"),
        (("--limit", "-1"), "limit"),
    ],
)
def test_wrong_usage_is_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    code, out, err = say(capsys, "bench", "cti", "--data", str(made.write(tmp_path)), *words)
    assert code == 2 and out == "" and said in err and "Traceback" not in err


def test_missing_columns_are_one_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "cti-rcm.tsv").write_text("URL\tDescription\na\tb\n", "utf-8")
    code, out, err = say(capsys, "bench", "cti", "--data", str(tmp_path), "--task", "rcm")
    assert code == 2 and out == "" and "lacks the columns Prompt, GT" in err


def test_a_look_up_is_reported_apart(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    data = str(made.write(tmp_path, "ate"))
    code, out, _ = say(capsys, "bench", "cti", "--data", data, "--task", "ate", "--look-up")
    assert code == 0 and "LOOK-UP" in out and "not comparable" in out


def test_the_portfolio_says_who_is_picked_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = say(capsys, "model", "portfolio", "--budget", "500ms")
    assert code == 0 and "SKILLS, within 500 ms" in out and "strict accuracy" in out
    assert "model card of athena129/CyberSecQwen-4B" in out
    assert say(capsys, "model", "portfolio", "--budget", "soon")[0] == 2
