from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from cybersecqwen.errors import SettingsError
from cybersecqwen.records import Limits
from cybersecqwen.settings import Settings, load_settings

DOCS = Path(__file__).parent.parent / "docs" / "settings.md"


def test_defaults_need_no_file() -> None:
    assert load_settings({}).model == "auto"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text('model = "instant"\nworkers = 3\nknown_tasks = ["\\\\Corp\\\\"]\n[limits]\ndepth = 2\n')
    settings = load_settings({"CSQ_SETTINGS": str(file), "CSQ_MODEL": "none", "CSQ_LIMIT_MEMBERS": "7"})
    assert (settings.model, settings.workers, settings.known_tasks) == ("none", 3, ("\\Corp\\",))
    assert (settings.limits.depth, settings.limits.members) == (2, 7)


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"CSQ_MODLE": "x"}, "CSQ_MODLE"),
        ({"CSQ_WORKERS": "many"}, "CSQ_WORKERS"),
        ({"CSQ_WORKERS": "0"}, "CSQ_WORKERS"),
        ({"CSQ_SERVER_ALLOW_REMOTE": "perhaps"}, "CSQ_SERVER_ALLOW_REMOTE"),
        ({"CSQ_LIMIT_NOTHING": "1"}, "CSQ_LIMIT_NOTHING"),
        ({"CSQ_LIMITS": "1"}, "CSQ_LIMITS"),
        ({"CSQ_SETTINGS": "/nowhere/settings.toml"}, "/nowhere/settings.toml"),
    ],
)
def test_wrong_settings_are_named(environ: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load_settings(environ)


def test_a_near_key_is_offered() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({"CSQ_MODLE": "x"})
    assert "model" in caught.value.hint


@pytest.mark.parametrize("text", ["model = ", "model = 1\nlimits = 3\n", "\xff"])
def test_a_broken_file_is_one_error(tmp_path: Path, text: str) -> None:
    file = tmp_path / "s.toml"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(SettingsError):
        load_settings({}, file)


def test_every_setting_is_documented() -> None:
    page = DOCS.read_text()
    for field in fields(Settings):
        assert f"`{field.name}`" in page, field.name
    for field in fields(Limits):
        assert f"`limits.{field.name}`" in page, field.name
