"""Who is asked where nobody was named: the user's choice, else who was measured best within the time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cybersecqwen.bootstrap import App
from cybersecqwen.errors import SettingsError
from cybersecqwen.models import skills
from cybersecqwen.models.scripted import Scripted
from cybersecqwen.models.shelf import Shelf
from cybersecqwen.models.skills import Candidate
from cybersecqwen.settings import Settings

from .models.tiny_gguf import tiny_qwen3


def candidate(name: str, value: float, p95_ms: float) -> Candidate:
    return Candidate(
        skill="narrative",
        candidate=name,
        needs=(f"model:{name}",),
        mode="open-book",
        measure="passed",
        title="passed",
        better="higher",
        value=value,
        n=20,
        on="made up",
        source="nowhere",
        p95_ms=p95_ms,
    )


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> App:
    """Two models on the shelf: a quick one, and a slow one that was measured better."""
    shelf = Shelf(tmp_path / "models")
    file = tiny_qwen3(tmp_path / "tiny.gguf")
    for name in ("quick", "slow"):
        shelf.import_file(file, name)
    table = (candidate("quick", 0.3, 2_000), candidate("slow", 0.9, 20_000))
    monkeypatch.setattr(skills, "candidates", lambda: table)
    monkeypatch.setattr(Shelf, "load", lambda self, name="", **_: Scripted([], name=name or self.default()))
    return App(Settings(models_dir=tmp_path / "models"))


def asked(app: App, timeout_s: float) -> str:
    settings = Settings(models_dir=app.settings.models_dir, model_timeout_s=timeout_s)
    with App(settings).models("auto") as models:
        return models[0].name


def test_the_best_within_the_time_is_asked(app: App) -> None:
    assert asked(app, 30) == "slow"
    assert asked(app, 5) == "quick"


def test_without_one_in_time_the_default_is_asked(app: App) -> None:
    assert asked(app, 1) == app.shelf.default() == "quick"


def test_the_users_choice_comes_first(app: App) -> None:
    assert app.shelf.chosen() == ""
    app.shelf.use("quick")
    assert app.shelf.chosen() == "quick" and asked(app, 30) == "quick"


def test_what_is_installed_is_said_in_the_words_of_the_table(app: App) -> None:
    assert {"model:quick", "model:slow"} <= app.installed
    assert app.pick("narrative", 30_000).candidate == candidate("slow", 0.9, 20_000)


def test_served_models_are_asked_as_the_settings_say() -> None:
    skills = (("cwe", "threat"), ("judging", "code@http://127.0.0.1:8001/v1"))
    settings = Settings(
        server_url="http://127.0.0.1:8000/v1", server_model="base", server_skills=skills, server_concurrency=2
    )
    with App(settings).models() as models:
        assert [model.name for model in models] == ["base + threat + code"]
    broken = App(replace(settings, server_concurrency=0))
    with pytest.raises(SettingsError, match="at a time"), broken.models():
        pytest.fail("no such number")
