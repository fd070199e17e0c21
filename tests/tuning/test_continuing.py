"""A run that goes on from an adapter begins with that adapter's weights, and with no others."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("gguf", reason="adapters are read with the extra train: make tuning")
pytest.importorskip("peft")

import gguf
import torch

from cybersecqwen.errors import UnknownNameError, UsageError, WeightsError
from cybersecqwen.models.adapters import SHIPPED, Adapter, manifest_text, named, read_adapter
from cybersecqwen.tuning.continuing import take_up
from cybersecqwen.tuning.exporting import to_gguf
from cybersecqwen.tuning.fitting import fit, load
from cybersecqwen.tuning.recipe import Base, Lora, Recipe, Run
from cybersecqwen.tuning.records import write_records
from cybersecqwen.tuning.runs import read_run

from .picks import chances
from .test_fitting import records
from .tiny import tiny

pytestmark = [
    pytest.mark.filterwarnings("ignore"),  # of libraries that are not ours
    pytest.mark.timeout(300),
]
INSTANT = Path(os.environ.get("CSQ_MODELS", "")) / "smollm2-135m-instruct-q4_1.gguf"


def recipe(kind: str = "llama", **lora: Any) -> Recipe:
    return Recipe(
        name="tiny",
        title="Tiny",
        base=Base(model="tiny", architecture=kind),
        lora=Lora(**{"rank": 4, "alpha": 8.0, **lora}),
        run=Run(precision="f32", batch=4, longest=400, steps=2, learning_rate=1e-3),
    )


def header(path: Path, kind: str = "llama") -> Path:
    """A GGUF file that says what `tiny` is; its weights are not read."""
    writer = gguf.GGUFWriter(path, kind)
    writer.add_name("Little")
    writer.add_block_count(2)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_tensor("output_norm.weight", torch.ones(64).numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def learned(model: Any) -> dict[str, torch.Tensor]:
    return {name: one.detach().clone() for name, one in model.named_parameters() if one.requires_grad}


def scattered(model: Any) -> dict[str, torch.Tensor]:
    """Give every layer weights by which it can be told from every other."""
    torch.manual_seed(3)
    with torch.no_grad():
        for one in model.parameters():
            if one.requires_grad:
                one.normal_()
    return learned(model)


def made(folder: Path, kind: str = "llama", **lora: Any) -> tuple[Path, Path, Adapter, Any]:
    """(Folder of the model, GGUF file of its header, an adapter of it, that adapter's weights)."""
    base = tiny(folder / "base", kind=kind)
    file = header(folder / "base.gguf", kind)
    model, _, _ = load(recipe(kind, **lora), base)
    weights = scattered(model)
    model.save_pretrained(folder / "peft")
    path = to_gguf(folder / "peft", file, folder / "mine.gguf", kind="f16")
    adapter = Adapter(
        name="mine", title="Mine", path=path, bytes=path.stat().st_size, sha256=sha(path), base="tiny",
        base_sha256=sha(file), skills=(), learned=(), licence="Apache-2.0",
    )  # fmt: skip
    return base, file, adapter, weights


@pytest.mark.parametrize("kind", ["llama", "qwen2", "qwen3"])
def test_what_was_exported_comes_back(kind: str, tmp_path: Path) -> None:
    base, file, adapter, weights = made(tmp_path, kind)
    fresh, _, _ = load(recipe(kind), base)
    assert not any(torch.allclose(one, weights[name], atol=0.1) for name, one in learned(fresh).items())
    take_up(fresh, adapter, file, recipe(kind).lora)
    found = learned(fresh)
    assert found.keys() == weights.keys() and len(found) == 2 * 2 * 7
    for name, one in found.items():
        assert torch.allclose(one, weights[name], atol=2e-3), name  # of 16 bits


def test_a_run_goes_on_from_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cybersecqwen.tuning import fitting

    base, file, adapter, weights = made(tmp_path)
    given = load
    # Of the base the file has the header alone: the model is read from its folder.
    monkeypatch.setattr(fitting, "load", lambda recipe, _, **more: given(recipe, base, **more))
    write_records(tmp_path / "data" / "train.jsonl.gz", records(8))
    write_records(tmp_path / "data" / "held.jsonl.gz", records(2, 100))
    done = fit(recipe(), file, [tmp_path / "data"], tmp_path / "run", start=adapter)
    assert done.complete
    from safetensors.torch import load_file

    kept = load_file(done.adapter / "adapter_model.safetensors")
    for name, one in weights.items():
        found = kept[name.replace(".default", "")]
        assert torch.allclose(found, one, atol=1e-2) and not torch.equal(found, one), name
    assert read_run(tmp_path / "run")["start"] == {
        "name": "mine",
        "sha256": adapter.sha256,
        "learned": sorted(adapter.learned),
    }
    with pytest.raises(UsageError, match="holds a run of another"):
        fit(recipe(), file, [tmp_path / "data"], tmp_path / "run")


def test_what_does_not_belong_together_is_refused(tmp_path: Path) -> None:
    base, file, adapter, _ = made(tmp_path)
    model, _, _ = load(recipe(), base)
    before = learned(model)
    for lora, said in (
        (Lora(rank=8, alpha=16), "has rank 4 and alpha 8 at .* the recipe 8 and 16"),
        (Lora(rank=4, alpha=4), "rank 4 and alpha 8 at .* the recipe 4 and 4"),
    ):
        with pytest.raises(UsageError, match=said):
            take_up(model, adapter, file, lora)
    with pytest.raises(UsageError, match="is no GGUF file"):
        take_up(model, adapter, base, recipe().lora)
    with pytest.raises(WeightsError, match="not what the adapter mine was made for"):
        take_up(model, replace(adapter, base_sha256="0" * 64), file, recipe().lora)
    with pytest.raises(WeightsError, match="has changed"):
        take_up(model, replace(adapter, sha256="0" * 64), file, recipe().lora)
    with pytest.raises(UsageError, match=r"rank 4 and alpha 4 .* the recipe 4 and 8"):
        take_up(model, replace(adapter, scale=0.5), file, recipe().lora)
    assert all(torch.equal(one, before[name]) for name, one in learned(model).items())


def test_other_layers_are_refused(tmp_path: Path) -> None:
    base, file, adapter, _ = made(tmp_path, targets=("q_proj", "v_proj"))
    every, _, _ = load(recipe(), base)
    with pytest.raises(UsageError, match="does not change what the recipe does"):
        take_up(every, adapter, file, recipe().lora)
    one, _, _ = load(recipe(targets=("q_proj",)), base)
    with pytest.raises(UsageError, match=r"changes 'blk\.0\.attn_v\.weight', which the recipe does not"):
        take_up(one, adapter, file, recipe().lora)


def test_a_base_of_another_size_is_refused(tmp_path: Path) -> None:
    _, file, adapter, _ = made(tmp_path)
    wide, _, _ = load(recipe(), tiny(tmp_path / "wide", hidden=128))
    with pytest.raises(WeightsError, match="does not fit its base"):
        take_up(wide, adapter, file, recipe().lora)


def test_an_adapter_is_found_by_name_or_manifest(tmp_path: Path) -> None:
    _, _, adapter, _ = made(tmp_path)
    manifest = tmp_path / "mine.toml"
    manifest.write_text(manifest_text(adapter))
    assert named(str(manifest), ()) == named("mine", (tmp_path / "none", tmp_path, SHIPPED)) == adapter
    assert named("defence-135m", (tmp_path, SHIPPED)) == read_adapter(SHIPPED / "defence-135m.toml")
    with pytest.raises(UnknownNameError, match="no adapter 'other'") as caught:
        named("other", (tmp_path,))
    assert "mine" in caught.value.hint
    manifest.write_text("schema = 9\n")
    with pytest.raises(WeightsError, match="is damaged"):
        named("mine", (tmp_path, SHIPPED))


@pytest.mark.model
@pytest.mark.skipif(not INSTANT.is_file(), reason="the instant model is not installed (CSQ_MODELS)")
def test_an_adapter_that_ships_computes_in_training_what_it_does_when_served() -> None:
    from cybersecqwen.models.interface import Options, Prompt
    from cybersecqwen.models.llama_cpp import LlamaCpp
    from cybersecqwen.tuning.recipe import read_recipe

    shipped, own = read_adapter(SHIPPED / "weaknesses-135m.toml"), read_recipe("weaknesses")
    model, tokenizer, profile = load(own, INSTANT)
    take_up(model, shipped, INSTANT, own.lora)
    choices, options = ["stone", "apple", "river"], Options(timeout_s=300)
    asked = Prompt(instructions="You choose.", question="Which one is a fruit?")
    expected = chances(model, tokenizer, profile, asked, choices)
    with LlamaCpp(INSTANT, adapters=[(shipped.path, shipped.scale)]) as served:
        given = served.choose(asked, choices, options)
    with LlamaCpp(INSTANT) as bare:
        without = bare.choose(asked, choices, options)
    apart = max(abs(a - b) for a, b in zip(given, expected, strict=True))
    assert apart < 0.05 < max(abs(a - b) for a, b in zip(without, expected, strict=True))
