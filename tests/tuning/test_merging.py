"""A merged model is its base with the adapter's product added, and nothing else."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("gguf", reason="merging needs the extra train: make tuning")

import gguf
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import LimitError, OutputError, UsageError, WeightsError
from cybersecqwen.models.adapters import SHIPPED, Adapter, read_adapter
from cybersecqwen.models.gguf import read_header
from cybersecqwen.models.interface import Options, Prompt
from cybersecqwen.models.llama_cpp import LlamaCpp
from cybersecqwen.tuning.merging import KINDS, merge
from tests.amounts import draws

INSTANT = Path(os.environ.get("CSQ_MODELS", "")) / "smollm2-135m-instruct-q4_1.gguf"
UP, DOWN, NORM, ODD = "blk.0.ffn_up.weight", "blk.0.ffn_down.weight", "output_norm.weight", "blk.0.odd.weight"
TYPES = gguf.GGMLQuantizationType


def base(path: Path, kind: str = "Q4_1", seed: int = 0) -> Path:
    """A file with a packed weight, one in 16 bits, one whose rows are no whole blocks, and a norm."""
    chance = np.random.default_rng(seed)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("Little")
    writer.add_file_type(3)
    writer.add_block_count(1)
    writer.add_rope_freq_base(10_000.0)
    writer.add_token_list(["one", "zwei", "три"])
    writer.add_chat_template("{{ messages }}")
    for name, shape in ((UP, (48, 64)), (DOWN, (64, 96))):
        data = chance.normal(size=shape).astype(np.float32)
        packed = gguf.quants.quantize(data, TYPES[kind])
        writer.add_tensor(name, packed, raw_dtype=TYPES[kind])
    writer.add_tensor(ODD, chance.normal(size=(8, 20)).astype(np.float16))
    writer.add_tensor(NORM, chance.normal(size=64).astype(np.float32))
    closed(writer)
    return path


def closed(writer: Any) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def adapter(
    path: Path, of: Path, *names: str, alpha: float = 8.0, scale: float = 1.0, seed: int = 1
) -> Adapter:
    """One of rank 4 for these weights."""
    chance = np.random.default_rng(seed)
    shapes = {UP: (48, 64), DOWN: (64, 96), ODD: (8, 20)}
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    for name in names:
        rows, columns = shapes.get(name, (16, 16))
        writer.add_tensor(f"{name}.lora_a", chance.normal(size=(4, columns)).astype(np.float32))
        writer.add_tensor(f"{name}.lora_b", chance.normal(size=(rows, 4)).astype(np.float32))
    closed(writer)
    return Adapter(
        name=path.stem, title="Mine", path=path, bytes=path.stat().st_size, sha256=sha(path), base="little",
        base_sha256=sha(of), skills=(), learned=(), licence="Apache-2.0", scale=scale,
    )  # fmt: skip


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def weights(path: Path) -> dict[str, Any]:
    found = {}
    for one in gguf.GGUFReader(path).tensors:
        whole = gguf.quants.dequantize(one.data, one.tensor_type)
        found[one.name] = np.array(whole, np.float32).reshape(tuple(reversed(one.shape.tolist())))
    return found


def product(of: Adapter, name: str) -> Any:
    parts = weights(of.path)
    return parts[f"{name}.lora_b"] @ parts[f"{name}.lora_a"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("before", ["Q4_1", "Q8_0", "F16"])
def test_the_product_is_added_and_the_rest_is_as_it_was(kind: str, before: str, tmp_path: Path) -> None:
    of = base(tmp_path / "base.gguf", before)
    mine = adapter(tmp_path / "mine.gguf", of, UP, ODD, scale=0.5)
    out = tmp_path / "deep" / "merged.gguf"
    told: list[tuple[str, int, int]] = []
    assert merge(mine, of, out, kind=kind, tell=lambda *one: told.append(one)) == (2, out.stat().st_size)
    old, new = weights(of), weights(out)
    assert list(old) == list(new)
    for name in (DOWN, NORM):
        assert np.array_equal(old[name], new[name])
    for name in (UP, ODD):
        wanted = old[name] + 0.5 * 8 / 4 * product(mine, name)
        packed = name == UP and kind != "f16" and (kind, before) != ("same", "F16")
        rough = {"Q4_1": 0.6, "Q8_0": 0.06, "F16": 0.06}[before if kind == "same" else "Q8_0"]
        assert np.abs(new[name] - wanted).max() < (rough if packed else 0.02)
        assert np.abs(new[name] - old[name]).max() > 1
    assert told[-1] == ("Merging", 4, 4)
    assert not list(out.parent.glob(".csq-*"))


def test_what_the_file_says_stays_but_name_and_kind(tmp_path: Path) -> None:
    of = base(tmp_path / "base.gguf")
    merge(adapter(tmp_path / "mine.gguf", of, UP), of, tmp_path / "out.gguf")
    old, new = gguf.GGUFReader(of).fields, gguf.GGUFReader(tmp_path / "out.gguf").fields
    assert set(old) == set(new)
    same = set(old) - {"general.name", "general.file_type", "GGUF.kv_count", "GGUF.tensor_count"}
    for name in same:
        assert old[name].contents() == new[name].contents(), name
        assert old[name].types == new[name].types, name
    assert new["general.name"].contents() == "Little with mine"
    assert new["general.file_type"].contents() == 7
    header = read_header(tmp_path / "out.gguf")
    assert (header.kind or "model", header.architecture) == (read_header(of).kind or "model", "llama")


@draws(30)
@given(alpha=st.floats(0.01, 64), scale=st.floats(0.01, 8), seed=st.integers(0, 99))
def test_any_scale(alpha: float, scale: float, seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("merge")
    of = base(folder / "base.gguf", "F16", seed)
    mine = adapter(folder / "mine.gguf", of, DOWN, alpha=alpha, scale=scale, seed=seed + 1)
    merge(mine, of, folder / "out.gguf", kind="f16")
    wanted = weights(of)[DOWN] + np.float32(scale * alpha / 4) * product(mine, DOWN)
    assert np.allclose(weights(folder / "out.gguf")[DOWN], wanted, rtol=2e-3, atol=2e-3)


def test_what_is_refused(tmp_path: Path) -> None:
    of = base(tmp_path / "base.gguf")
    mine = adapter(tmp_path / "mine.gguf", of, UP)
    out = tmp_path / "out.gguf"
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    other = base(tmp_path / "other.gguf", seed=9)
    before["other.gguf"] = other.read_bytes()
    with pytest.raises(UsageError, match="cannot be kept as 'q2'"):
        merge(mine, of, out, kind="q2")
    for same in (of, mine.path):
        with pytest.raises(UsageError, match="is what is read"):
            merge(mine, of, same)
    with pytest.raises(WeightsError, match="not what the adapter mine was made for"):
        merge(mine, other, out)
    with pytest.raises(WeightsError, match="has changed"):
        merge(replace(mine, sha256="0" * 64), of, out)
    with pytest.raises(WeightsError, match=r"changes 'blk\.7\.odd\.weight', which .* has not"):
        merge(adapter(tmp_path / "more.gguf", of, "blk.7.odd.weight"), of, out)
    with pytest.raises(WeightsError, match=r"does not fit its base at 'output_norm\.weight'"):
        merge(adapter(tmp_path / "wide.gguf", of, NORM), of, out)
    with pytest.raises(OutputError, match="cannot be written"):
        merge(mine, of, of / "below" / "out.gguf")
    assert not out.exists()
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
    assert not list(tmp_path.glob(".csq-*"))


def test_damaged_files(tmp_path: Path) -> None:
    of = base(tmp_path / "base.gguf")
    mine = adapter(tmp_path / "mine.gguf", of, UP)
    for name, whole in (("base", of.read_bytes()), ("mine", mine.path.read_bytes())):
        for cut in (0, 3, 40, len(whole) // 2, len(whole) - 40):
            broken = tmp_path / f"{name}-{cut}.gguf"
            broken.write_bytes(whole[:cut])
            one = (
                replace(mine, base_sha256=sha(broken))
                if name == "base"
                else replace(mine, path=broken, sha256=sha(broken))
            )
            with pytest.raises(WeightsError):
                merge(one, broken if name == "base" else of, tmp_path / "out.gguf")
    assert not (tmp_path / "out.gguf").exists()


@pytest.mark.parametrize(
    ("alpha", "said"), [(float("nan"), "names no alpha"), (1e30, "too large to be kept")]
)
def test_weights_that_are_no_numbers_are_not_written(alpha: float, said: str, tmp_path: Path) -> None:
    of = base(tmp_path / "base.gguf")
    with pytest.raises(WeightsError, match=said):
        merge(adapter(tmp_path / "mine.gguf", of, UP, alpha=alpha), of, tmp_path / "out.gguf")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["base.gguf", "mine.gguf"]


def test_what_the_reader_does_not_know_is_an_error_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = base(tmp_path / "base.gguf")
    mine = adapter(tmp_path / "mine.gguf", of, UP)

    def unknown(*_: object) -> None:
        raise NotImplementedError("Dequantization for IQ9 is not yet implemented")

    monkeypatch.setattr(gguf.quants, "dequantize", unknown)
    with pytest.raises(WeightsError, match="packed in a way that is not known") as caught:
        merge(mine, of, tmp_path / "out.gguf")
    assert "IQ9" in caught.value.hint


def test_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    of = base(tmp_path / "base.gguf")
    mine = adapter(tmp_path / "mine.gguf", of, UP)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 8, 1))  # type: ignore[attr-defined]
    with pytest.raises(LimitError, match="GB are free"):
        merge(mine, of, tmp_path / "out.gguf")


@pytest.mark.model
@pytest.mark.skipif(not INSTANT.is_file(), reason="the instant model is not installed (CSQ_MODELS)")
def test_merged_it_answers_as_beside_its_base(tmp_path: Path) -> None:
    shipped = read_adapter(SHIPPED / "defence-135m.toml")
    merge(shipped, INSTANT, tmp_path / "merged.gguf", kind="f16")
    prompt = Prompt(instructions="You choose.", question="Which one is a fruit?")
    choices, options = ["a stone", "an apple", "a river"], Options(timeout_s=300)
    with LlamaCpp(INSTANT, adapters=[(shipped.path, shipped.scale)]) as both:
        wanted = both.choose(prompt, choices, options)
    with LlamaCpp(INSTANT) as alone:
        without = alone.choose(prompt, choices, options)
    with LlamaCpp(tmp_path / "merged.gguf") as one:
        found = one.choose(prompt, choices, options)
    apart = max(abs(a - b) for a, b in zip(wanted, found, strict=True))
    assert apart < 0.05 < max(abs(a - b) for a, b in zip(wanted, without, strict=True))
