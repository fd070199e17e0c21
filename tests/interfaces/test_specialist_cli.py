"""`csq specialist` with a specialist made for these tests."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from cybersecqwen.errors import WeightsError
from cybersecqwen.interfaces.cli import main
from cybersecqwen.registry import Registry
from cybersecqwen.specialists import Judgement, Manifest, Ranked, Specialist


class Made(Specialist):
    """Knows one weakness."""

    name = "made"
    help = "Made for tests."

    def judge(self, texts: Sequence[str], *, top: int = 5) -> list[Judgement]:
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> Judgement:
        spans = ((0, len(text)),)
        ranked = (
            Ranked(
                label="CWE-79",
                probability=0.75,
                reasons=("script", "pa\x1bge"),
                spans=spans,
                parents=("CWE-74",),
            ),
        )
        if "script" not in text:
            return Judgement(ranked=ranked if text else (), abstained=True, because="no word of it is known")
        parts = {"AV": (Ranked(label="N", probability=0.9), Ranked(label="L", probability=0.1))}
        return Judgement(ranked=ranked, parts=parts, facts={"score": 6.1})

    @property
    def manifest(self) -> Manifest:
        accuracy = {"n": 1000, "value": 0.8125, "interval": [0.7871, 0.8355]}
        metrics = {"validation": {"coverage": 0.5, "accuracy": accuracy}}
        return Manifest(
            name="made",
            version="2026-01-01.1",
            data=(),
            seed=0,
            trained="2026-01-01",
            sha256="ab",
            threshold=0.5,
            metrics=metrics,
        )

    @property
    def labels(self) -> tuple[str, ...]:
        return ("CWE-79",)


class Reports(Made):
    """Judges whole reports too."""

    def report(self, text: str) -> Judgement:
        return Judgement(ranked=(Ranked(label="CWE-80", probability=0.5),))


class Broken(Made):
    """Its weights are damaged."""

    def judge(self, texts: Sequence[str], *, top: int = 5) -> list[Judgement]:
        raise WeightsError("The weights of 'broken' are damaged.")


class Missing(Made):
    """It has no manifest."""

    @property
    def manifest(self) -> Manifest:
        raise WeightsError("The manifest of the specialist 'missing' is missing.")


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = {
        "made": f"{__name__}:Made",
        "broken": f"{__name__}:Broken",
        "reports": f"{__name__}:Reports",
        "missing": f"{__name__}:Missing",
    }
    monkeypatch.setattr("cybersecqwen.specialists.SPECIALISTS", Registry("specialist", entries))


def say(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["specialist", *words])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_list_says_what_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = say(capsys, "list")
    made, broken, _, missing = out.splitlines()
    assert code == 2, "something is damaged"
    assert (
        "ok" in made and "2026-01-01.1" in made and "validation accuracy 0.812 [0.787, 0.836] n 1,000" in made
    )
    assert "damaged" in broken and "is missing." in missing


def test_a_judgement_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = say(capsys, "run", "made", "a script in a page")
    assert code == 0 and " 75.0%  CWE-79  Improper Neutralization" in out
    assert "because of script; pa?ge" in out and "“a script in a page”" in out and "AV  N 90%  L 10%" in out
    assert "within CWE-74" in out and "score: 6.1" in out


def test_a_whole_report_for_those_that_judge_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert "CWE-80" in say(capsys, "run", "reports", "a script", "--report")[1]
    code, _, err = say(capsys, "run", "made", "a script", "--report")
    assert code == 2 and "not whole reports" in err


def test_an_abstention_is_said_first(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = say(capsys, "run", "made", "hello")
    assert code == 0 and out.startswith("No answer: no word of it is known.") and "CWE-79" in out


def test_a_judgement_for_programs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("a script", "utf-8")
    found = json.loads(say(capsys, "run", "made", "--file", str(path), "--format", "json")[1])
    assert found["schema"] == "cybersecqwen-judgement/1" and found["answer"] == "CWE-79"
    assert found["ranked"][0]["probability"] == 0.75 and found["abstained"] is False


def test_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a script\xff")))
    assert "CWE-79" in say(capsys, "run", "made", "-")[1]


def test_show_prints_the_manifest(capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(say(capsys, "show", "made")[1])["metrics"]["validation"]["accuracy"]["n"] == 1000


@pytest.mark.parametrize(
    "words",
    [
        ("run", "made"),
        ("run", "other", "x"),
        ("run", "made", "x", "--file", "y"),
        ("run", "broken", "x"),
        ("show", "missing"),
        ("run", "made", "--file", "/nowhere/x"),
        ("run", "made", "x", "-f", "xml"),
    ],
)
def test_wrong_usage_is_one_sentence(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    code, out, err = say(capsys, *words)
    assert code == 2 and out == "" and err.startswith("csq: ")
