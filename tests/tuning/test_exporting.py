"""An adapter in GGUF answers as it did in training."""

from __future__ import annotations

import json
import math
import os
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="exporting needs the extra train: make tuning")
pytest.importorskip("peft")
pytest.importorskip("gguf")

import torch

from cybersecqwen.errors import UsageError, WeightsError
from cybersecqwen.models.gguf import read_header
from cybersecqwen.models.interface import Options
from cybersecqwen.models.llama_cpp import LlamaCpp
from cybersecqwen.tuning.corpora.roles import role_prompt
from cybersecqwen.tuning.exporting import read_adapter, to_gguf, turned, turned_back
from cybersecqwen.tuning.fitting import load
from cybersecqwen.tuning.recipe import Base, Lora, Recipe, Run

from .picks import chances
from .tiny import packed, tiny

pytestmark = pytest.mark.filterwarnings("ignore")

INSTANT = Path(os.environ.get("CSQ_MODELS", "")) / "smollm2-135m-instruct-q4_1.gguf"
SOME = ["Command", "The server", "A file", "It is", "192.0.2.7"]
"""Beginnings that the base gives some mass each, so that a difference shows."""
RECIPE = Recipe(
    name="test",
    title="Test",
    base=Base(model="instant", architecture="llama"),
    lora=Lora(rank=32, alpha=64),
    run=Run(precision="f32"),
)


def test_halves_become_neighbours() -> None:
    import numpy as np

    rows = np.arange(8.0, dtype=np.float32).reshape(8, 1)
    assert turned(rows, 2)[:, 0].tolist() == [0, 2, 1, 3, 4, 6, 5, 7]
    assert np.array_equal(turned_back(turned(rows, 2), 2), rows)


def adapter(folder: Path, **config: object) -> Path:
    from safetensors.torch import save_file

    folder.mkdir(exist_ok=True)
    save_file({"base_model.model.model.layers.0.mlp.up_proj.lora_A.weight": torch.ones(2, 4)},
              folder / "adapter_model.safetensors")  # fmt: skip
    (folder / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA", "lora_alpha": 4, **config}))
    return folder


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"peft_type": "IA3"}, "no plain LoRA"),
        ({"use_dora": True}, "no plain LoRA"),
        ({"lora_alpha": "much"}, "no readable adapter"),
    ],
)
def test_what_is_no_adapter(config: dict[str, object], said: str, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=said):
        read_adapter(adapter(tmp_path / "a", **config))


def test_damaged_and_missing_files(tmp_path: Path) -> None:
    folder = adapter(tmp_path / "a")
    assert next(iter(read_adapter(folder)[1].values())).shape == (2, 4)
    (folder / "adapter_model.safetensors").write_bytes(b"\xff" * 100)
    with pytest.raises(WeightsError, match="no readable adapter"):
        read_adapter(folder)
    with pytest.raises(WeightsError, match="no readable adapter"):
        read_adapter(tmp_path)


@pytest.mark.parametrize("blocks", [0, 2])
@pytest.mark.parametrize("kind", ["llama", "qwen2", "qwen3"])
def test_a_tiny_base_answers_as_it_did_in_training(kind: str, blocks: int, tmp_path: Path) -> None:
    """Every architecture that has a recipe, with all of its blocks fitted and with the last ones alone."""
    pytest.importorskip("xllamacpp", reason="serving in this process needs the extra llm")
    base = tiny(tmp_path / "base", kind=kind, layers=3, initializer_range=0.1)
    file = packed(base, tmp_path / "base.gguf", kind)
    made = replace(
        RECIPE, base=Base(model="tiny", architecture=kind), lora=Lora(rank=32, alpha=64, blocks=blocks)
    )
    model, tokenizer, profile = load(made, base)
    profile = replace(profile, by_words=True)
    prompt = role_prompt("The implant calls home to 192.0.2.7 every hour.", "192.0.2.7")
    options = Options(timeout_s=60)
    alone = chances(model, tokenizer, profile, prompt, SOME)
    with LlamaCpp(file, profile=profile, context=512) as bare:
        assert bare.choose(prompt, SOME, options) == pytest.approx(alone, abs=0.002)
    torch.manual_seed(7)
    with torch.no_grad():
        for name, one in model.named_parameters():
            if "lora_" in name:
                one.normal_(std=0.1)
    expected = chances(model, tokenizer, profile, prompt, SOME)
    model.save_pretrained(tmp_path / "adapter")
    adapter = to_gguf(tmp_path / "adapter", file, tmp_path / "adapter.gguf", kind="f16")
    with LlamaCpp(file, profile=profile, context=512, adapters=[(adapter, 1.0)]) as served:
        given = served.choose(prompt, SOME, options)
    assert given == pytest.approx(expected, abs=0.005)
    assert max(abs(a - b) for a, b in zip(alone, expected, strict=True)) > 0.05


@pytest.mark.model
@pytest.mark.skipif(not INSTANT.is_file(), reason="the instant model is not installed (CSQ_MODELS)")
def test_served_it_answers_as_it_did_in_training(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Random weights of some size, so that a layer in the wrong place or order would show."""
    model, tokenizer, profile = load(RECIPE, INSTANT)
    assert capfd.readouterr() == ("", "")
    torch.manual_seed(7)
    with torch.no_grad():
        for name, one in model.named_parameters():
            if "lora_" in name:
                one.normal_(std=0.04)
    prompt = role_prompt("The implant calls home to 192.0.2.7 every hour.", "192.0.2.7")
    expected = chances(model, tokenizer, profile, prompt, SOME)

    model.save_pretrained(tmp_path / "adapter")
    options = Options(timeout_s=300)
    with LlamaCpp(INSTANT) as bare:
        before = bare.choose(prompt, SOME, options)
    for kind, bound in (("f16", 0.03), ("q8_0", 0.06)):
        file = to_gguf(tmp_path / "adapter", INSTANT, tmp_path / f"{kind}.gguf", kind=kind)
        header = read_header(file)
        assert (header.kind, header.architecture) == ("adapter", "llama")
        assert header.metadata["adapter.lora.alpha"] == 64.0
        with LlamaCpp(INSTANT, adapters=[(file, 1.0)]) as served:
            given = served.choose(prompt, SOME, options)
        assert max(abs(a - b) for a, b in zip(given, expected, strict=True)) < bound
        assert max(abs(a - b) for a, b in zip(before, expected, strict=True)) > 3 * bound
    assert math.isclose(sum(expected), 1.0, rel_tol=1e-6)
    with pytest.raises(UsageError, match="cannot be kept as 'q2'"):
        to_gguf(tmp_path / "adapter", INSTANT, tmp_path / "x.gguf", kind="q2")
