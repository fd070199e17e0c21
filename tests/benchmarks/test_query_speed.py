"""The timing of questions that a model is asked about: they are open, and slowness is a figure, no crash."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from benchmarks.query import OPEN, _with_model

from cybersecqwen.bootstrap import App
from cybersecqwen.errors import ModelTimeoutError
from cybersecqwen.models.interface import LanguageModel
from cybersecqwen.models.scripted import Scripted
from cybersecqwen.settings import load_settings


def app_with(model: LanguageModel) -> Any:
    app = App(load_settings())

    @contextmanager
    def models(_name: str) -> Iterator[tuple[LanguageModel, ...]]:
        yield (model,)

    return SimpleNamespace(tools=app.tools, settings=app.settings, models=models)


def test_every_question_is_one_for_the_model(capsys: pytest.CaptureFixture[str]) -> None:
    figures = _with_model(app_with(Scripted(lambda _prompt: "no choice")), "m", ())
    assert len(figures["seconds"]) == len(figures["processor"]) == len(OPEN)
    assert (figures["changed"], figures["late"]) == (0, 0)
    assert f"{len(OPEN)} questions" in capsys.readouterr().out


def test_a_model_that_is_too_slow_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    figures = _with_model(app_with(Scripted(lambda _prompt: ModelTimeoutError("slow"))), "m", ())
    assert (figures["late"], figures["seconds"]) == (len(OPEN), [])
    assert f"{len(OPEN)} given up" in capsys.readouterr().out
