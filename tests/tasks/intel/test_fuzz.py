"""Whatever stands in a file, `csq intel` reads it or says in one sentence why not."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from cybersecqwen.bootstrap import App
from cybersecqwen.render import FORMATS
from cybersecqwen.settings import Settings

from .fuzzing import case, check

CASES = 16


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    folder = tmp_path_factory.mktemp("fuzz")
    return App(Settings(data_dir=folder, cache_dir=folder / "cache", workers=1))


def test_changed_samples(app: App, tmp_path: Path) -> None:
    formats = tuple(FORMATS.names())
    read = 0
    for number in range(CASES):
        name, data = case(random.Random(f"suite-{number}"))
        path = tmp_path / name
        path.write_bytes(data)
        few = formats if number % 4 == 0 else formats[number % len(formats) :][:3]
        read += check(app, path, few) is not None
    assert read > CASES // 2
