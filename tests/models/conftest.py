"""Models for the tests of this room: a tiny random one always, a real one where it is installed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cybersecqwen.models.shelf import Shelf

from .tiny_gguf import tiny_qwen3

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def tiny_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random Qwen3 of half a megabyte, in the format of the real ones."""
    return tiny_qwen3(tmp_path_factory.mktemp("tiny") / "tiny-qwen3.gguf")


@pytest.fixture(scope="session")
def real_shelf() -> Shelf:
    """The shelf that holds the instant model; skipped where there is none."""
    named = (os.environ.get(name, "") for name in ("CSQ_MODELS", "CSQ_MODELS_DIR"))
    for folder in (*named, str(CHECKOUT / ".cache" / "models")):
        if folder and any(one.name == "smollm2-135m-instruct" for one in Shelf(Path(folder)).list()):
            return Shelf(Path(folder))
    pytest.skip(
        "the instant model is not installed (csq model pull instant; CSQ_MODELS_DIR names its folder)"
    )
