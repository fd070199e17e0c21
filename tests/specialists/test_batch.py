from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cybersecqwen.specialists.batch import CHUNK, score_all
from cybersecqwen.specialists.linear import Linear, read_arrays, read_manifest, recipe_of

from . import tiny_technique

WORDS = st.lists(st.sampled_from([*tiny_technique.WORDS, "other", "words"]), max_size=12).map(" ".join)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Linear:
    folder: Path = tiny_technique.write(tmp_path_factory.mktemp("tiny"))
    manifest = read_manifest("technique", folder)
    return Linear(read_arrays(manifest, folder), recipe_of(manifest.settings), manifest.settings["labels"])


@given(st.lists(WORDS | st.text(max_size=30), max_size=2 * CHUNK + 3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
def test_many_at_once_score_as_one_by_one(model: Linear, texts: list[str]) -> None:
    together = score_all(model, texts)
    assert together.shape == (len(texts), len(model.labels))
    for text, scores in zip(texts, together, strict=True):
        np.testing.assert_allclose(scores, model.score(text).scores, rtol=1e-4, atol=1e-5)
