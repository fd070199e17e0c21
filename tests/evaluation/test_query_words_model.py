"""Measuring with a model: answers are kept, a run that was stopped goes on, slowness loses no reading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from evaluation.query_words import main
from evaluation.query_words_model import Remembered, filled

from cybersecqwen.detect.sigma.model import Rule
from cybersecqwen.detect.sigma.parse import parse_rule
from cybersecqwen.errors import ModelError, ModelTimeoutError, SchemaError
from cybersecqwen.models.interface import LanguageModel, Prompt
from cybersecqwen.models.scripted import Scripted
from cybersecqwen.tasks.query.asking import Library

SCHEMA: dict[str, Any] = {"type": "object", "required": ["a"]}
OPEN = "files named frobnicator dropped somewhere"
CHOSEN = '{"tests": [{"field": "TargetFilename", "operator": "contains", "value": "frobnicator"}]}'


def kept(model: Scripted, path: Path | None) -> Remembered:
    return Remembered("m", lambda: model, path)


def asked(question: str) -> Prompt:
    return Prompt(instructions="i", question=question)


def rule() -> Rule:
    made = parse_rule(
        {"title": "x", "logsource": {"product": "windows"}, "detection": {"a": {"b": "c"}, "condition": "a"}}
    )
    assert isinstance(made, Rule)
    return made


def test_an_answer_is_asked_for_once(tmp_path: Path) -> None:
    path = tmp_path / "x.answers.jsonl"
    model = kept(Scripted(['{"a": 1}'], probabilities=(3, 1)), path)
    for _ in range(2):
        assert model.generate_json(asked("q"), SCHEMA) == {"a": 1}
        assert model.choose(asked("q"), ("one", "two")) == (0.75, 0.25)
    assert len(path.read_text().splitlines()) == 2
    assert "gave 4 answers" in model.said()


def test_a_run_that_was_stopped_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "x.answers.jsonl"
    model = kept(Scripted(['{"a": 1}', '{"b": 1}']), path)
    model.generate_json(asked("first"), SCHEMA)
    with pytest.raises(SchemaError):
        model.generate_json(asked("second"), SCHEMA)
    with path.open("a") as file:
        file.write('{"key": "cut o')

    def never() -> LanguageModel:
        raise AssertionError("loaded though every answer is there")

    again = Remembered("m", never, path)
    assert again.generate_json(asked("first"), SCHEMA) == {"a": 1}
    with pytest.raises(SchemaError):
        again.generate_json(asked("second"), SCHEMA)
    onwards = kept(Scripted(['{"a": 3}']), path)
    assert onwards.generate_json(asked("third"), SCHEMA) == {"a": 3}
    assert kept(Scripted([]), path).generate_json(asked("third"), SCHEMA) == {"a": 3}


@pytest.mark.parametrize("line", ["[]", "{}", "3", '"key"', '{"key": 1}', '{"key": "k", "answer": 1'])
def test_lines_that_hold_no_answer_are_passed_over(tmp_path: Path, line: str) -> None:
    path = tmp_path / "x.answers.jsonl"
    path.write_text(line, encoding="utf-8")
    assert kept(Scripted(['{"a": 1}']), path).generate_json(asked("q"), SCHEMA) == {"a": 1}
    assert kept(Scripted([]), path).generate_json(asked("q"), SCHEMA) == {"a": 1}


def test_another_question_schema_or_model_is_asked_anew(tmp_path: Path) -> None:
    path = tmp_path / "x.answers.jsonl"
    kept(Scripted(['{"a": 1}']), path).generate_json(asked("q"), SCHEMA)
    other = kept(Scripted(['{"a": 2}', '{"a": 3}']), path)
    assert other.generate_json(asked("Q"), SCHEMA) == {"a": 2}
    assert other.generate_json(asked("q"), {"type": "object"}) == {"a": 3}
    bigger = Remembered("n", lambda: Scripted(['{"a": 4}']), path)
    assert bigger.generate_json(asked("q"), SCHEMA) == {"a": 4}


def test_what_failed_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.answers.jsonl"
    model = kept(Scripted([ModelTimeoutError("slow"), '{"a": 1}']), path)
    with pytest.raises(ModelTimeoutError):
        model.generate_json(asked("q"), SCHEMA)
    assert not path.exists()
    assert model.generate_json(asked("q"), SCHEMA) == {"a": 1}


def test_a_reading_is_filled_and_stays_where_the_model_is_slow() -> None:
    library = Library(())

    def reply(prompt: Prompt) -> str:
        return "A" if "Answer with one letter" in prompt.question else CHOSEN

    assert filled(Scripted(reply), library)(rule(), OPEN)[1] is not None
    slow = filled(Scripted(lambda _prompt: ModelTimeoutError("slow")), library)(rule(), OPEN)
    assert slow[0].category == "file_event"
    with pytest.raises(ModelError):  # a model that cannot be used is no figure
        filled(Scripted(lambda _prompt: ModelError("no weights")), library)(rule(), OPEN)


def test_a_model_that_is_no_file_is_said_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["query_words", str(tmp_path), "--model", str(tmp_path)])
    with pytest.raises(SystemExit):
        main()
    assert "name the GGUF file" in capsys.readouterr().err
