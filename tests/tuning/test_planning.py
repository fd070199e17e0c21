"""Planning: sizes as they were published, arithmetic by hand, and a run that does not fit is not begun."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import CsqError, LimitError, WeightsError
from cybersecqwen.models.gguf import read_header
from cybersecqwen.tuning.planning import Plan, Shape, alike, check, plan, shape_of
from cybersecqwen.tuning.recipe import Base, Lora, Recipe, Run, read_recipe
from tests.amounts import draws
from tests.models.tiny_gguf import HEAD, HEADS, INNER, LAYERS, WIDTH, gguf_bytes, tiny_qwen3

SMALL = Shape(
    hidden=8, layers=2, intermediate=20, heads=4, key_heads=2, head_size=3, vocabulary=50, tied=True
)
# From: config.json and the number of parameters that the hub states for each of these models.
SMOLLM = Shape(
    hidden=576, layers=30, intermediate=1536, heads=9, key_heads=3, head_size=64, vocabulary=49_152, tied=True
)
QWEN3 = Shape(
    hidden=2560, layers=36, intermediate=9728, heads=32, key_heads=8, head_size=128, vocabulary=151_936,
    tied=True,
)  # fmt: skip
QWEN25 = Shape(
    hidden=1536, layers=28, intermediate=8960, heads=12, key_heads=2, head_size=128, vocabulary=151_936,
    tied=True,
)  # fmt: skip


def recipe(*, lora: dict[str, Any] | None = None, **run: Any) -> Recipe:
    return Recipe(
        name="mine", title="Mine", base=Base(model="some"), lora=Lora(**(lora or {})), run=Run(**run)
    )


def planned(made: Recipe, shape: Shape = SMOLLM, **more: Any) -> Plan:
    return plan(made, shape, measure=False, **{"available": 1 << 50, **more})


# ---- counts --------------------------------------------------------------------------------------


def test_weights_are_counted_as_published() -> None:
    assert SMOLLM.parameters == 134_515_008
    # Qwen3 has norms of its queries and keys besides: two of 128 in each of 36 layers.
    assert QWEN3.parameters == 4_022_468_096 - 36 * 2 * 128
    # Qwen2 has biases of queries, keys and values besides.
    assert QWEN25.parameters == 1_543_714_304 - 28 * (12 + 2 + 2) * 128


def test_weights_of_a_small_shape_by_hand() -> None:
    # q 8×12, k and v 8×6, o 12×8, gate and up 8×20, down 20×8, two norms of 8
    block = 96 + 2 * 48 + 96 + 3 * 160 + 16
    assert SMALL.in_blocks == 2 * block
    assert SMALL.parameters == 2 * block + 50 * 8 + 8
    assert replace(SMALL, tied=False).parameters == 2 * block + 2 * 50 * 8 + 8


def test_an_adapter_of_a_small_shape_by_hand() -> None:
    # For a layer of in × out: rank × (in + out).
    every = 20 + 14 + 14 + 20 + 28 + 28 + 28
    assert SMALL.adapter(recipe(lora={"rank": 3})) == 2 * 3 * every
    assert SMALL.adapter(recipe(lora={"rank": 1, "targets": ("q_proj", "v_proj")})) == 2 * (20 + 14)
    assert SMALL.adapter(recipe(lora={"rank": 1, "targets": ("q_proj", "all-linear")})) == 2 * every


def test_the_adapters_that_ship_have_the_usual_sizes() -> None:
    assert SMOLLM.adapter(read_recipe("instant")) == 30 * 32 * (1152 + 2 * 768 + 1152 + 3 * 2112)
    assert QWEN3.adapter(read_recipe("cybersecqwen-4b")) == 132_120_576


# ---- what a run takes ----------------------------------------------------------------------------


@given(
    batch=st.integers(1, 32), longest=st.integers(16, 2048), rank=st.integers(1, 128), more=st.integers(1, 9)
)
@draws(60)
def test_memory_grows_with_batch_length_and_rank(batch: int, longest: int, rank: int, more: int) -> None:
    def taken(batch: int, longest: int, rank: int, **run: Any) -> int:
        made = planned(recipe(lora={"rank": rank}, batch=batch, longest=longest, **run))
        assert made.bytes >= made.parameters * 4  # while a file is unpacked, whatever the run is like
        return made.bytes - made.memory["loading"]

    for run in ({}, {"checkpointing": True}, {"attention": "sdpa"}, {"precision": "f32"}):
        least = taken(batch, longest, rank, **run)
        assert least < taken(batch + more, longest, rank, **run)
        assert least < taken(batch, longest + more, rank, **run)
        assert least < taken(batch, longest, rank + more, **run)


def test_less_memory_where_less_is_kept() -> None:
    usual = planned(recipe())
    assert planned(recipe(checkpointing=True)).bytes < usual.bytes
    assert planned(recipe(attention="sdpa")).bytes < usual.bytes
    assert (
        planned(recipe(precision="f32")).memory["weights"] == 2 * usual.memory["weights"] == 4 * 134_515_008
    )
    assert usual.memory["adapter"] == 16 * usual.adapter
    assert usual.bytes == sum(usual.memory.values())
    wide = planned(recipe(lora={"rank": 64}))
    assert wide.memory["activations"] > usual.memory["activations"]
    assert wide.memory["adapter"] == 4 * usual.memory["adapter"]


def test_checkpointing_goes_forward_twice_and_dropout_keeps_its_inputs() -> None:
    usual, again = planned(recipe()), planned(recipe(checkpointing=True))
    assert again.flops - usual.flops == pytest.approx(2 * SMOLLM.in_blocks)
    longest, batch = 512, 3
    plain = planned(recipe(longest=longest, batch=batch))
    dropped = planned(recipe(longest=longest, batch=batch, lora={"dropout": 0.1}))
    # Of 30 blocks: three inputs of 576 and one of 1,536, in two bytes, and a byte for which of them stayed.
    more = batch * longest * 30 * (3 * 576 + 1536) * 3
    assert dropped.memory["activations"] - plain.memory["activations"] == more


def test_the_last_blocks_alone_take_their_share_and_the_way_forward_is_whole() -> None:
    usual = recipe(longest=512, batch=3)
    some = recipe(longest=512, batch=3, lora={"blocks": 6})  # of 30
    all_, part = planned(usual), planned(some)
    assert (part.adapter * 5, part.memory["activations"] * 5) == (all_.adapter, all_.memory["activations"])
    assert part.memory["weights"] == all_.memory["weights"]
    blocks, attention = SMOLLM.in_blocks, 30 * 576 * 512
    assert part.flops == pytest.approx(2.4 * blocks + 6 * part.adapter + (4 + 8 / 5) * attention)
    again = planned(recipe(longest=512, batch=3, lora={"blocks": 6}, checkpointing=True))
    assert again.flops - part.flops == pytest.approx(0.4 * blocks)
    assert again.memory["activations"] < part.memory["activations"]
    more = planned(recipe(longest=512, batch=3, lora={"blocks": 99}))  # refused when the base is loaded
    assert (more.adapter, more.flops) == (all_.adapter, all_.flops)


def test_a_bound_of_tokens_bounds_the_batch() -> None:
    bound = planned(recipe(batch=64, longest=512, pass_tokens=1024))
    assert bound.memory == planned(recipe(batch=2, longest=512)).memory
    assert (
        planned(recipe(batch=1, longest=512, pass_tokens=1 << 20)).memory
        == planned(recipe(batch=1, longest=512)).memory
    )
    assert (
        planned(recipe(batch=8, longest=512, pass_tokens=16)).memory
        == planned(recipe(batch=1, longest=512)).memory
    )


def test_records_shorter_than_the_bound_take_less() -> None:
    made = recipe(longest=1024)
    assert planned(made, lengths=[100, 90]).bytes < planned(made).bytes
    assert planned(made, lengths=[5_000]).bytes == planned(made).bytes
    assert planned(made, lengths=[0]).records == 1


@pytest.mark.parametrize(
    ("run", "steps", "tokens"),
    [
        ({"batch": 4}, 3, 1_000),
        ({"batch": 4, "accumulate": 2}, 2, 1_000),
        ({"batch": 4, "epochs": 2.0}, 6, 2_000),
        ({"batch": 4, "epochs": 0.01}, 1, 333),
        ({"batch": 4, "steps": 2}, 2, 667),
        ({"batch": 4, "steps": 99}, 3, 1_000),
        ({"batch": 4, "pass_tokens": 250}, 5, 1_000),  # two in a pass
        ({"batch": 4, "pass_tokens": 16}, 10, 1_000),
    ],
)
def test_steps_and_tokens(run: dict[str, Any], steps: int, tokens: int) -> None:
    made = planned(recipe(longest=256, **run), lengths=[100] * 10 + [257, 9_999])
    assert (made.records, made.steps, made.tokens) == (10, steps, tokens)


def test_without_data_no_steps_and_no_time() -> None:
    made = planned(recipe())
    assert (made.records, made.steps, made.tokens, made.floor_s, made.usual_s) == (0, 0, 0, 0, (0, 0))
    assert planned(recipe(longest=16), lengths=[17]).steps == 0


def test_time_is_arithmetic_over_speed() -> None:
    made = replace(planned(recipe(longest=256), lengths=[100] * 10), rate=1e9)
    blocks, adapter = SMOLLM.in_blocks, SMOLLM.adapter(recipe())
    assert made.flops == 4 * blocks + 6 * adapter + 12 * 30 * 576 * 100
    assert made.floor_s == pytest.approx(1_000 * made.flops / 1e9)
    quiet, busy = made.usual_s
    assert made.floor_s < quiet < busy


def test_what_records_begin_with_alike_is_read_once() -> None:
    apart = planned(recipe(longest=256, batch=4), lengths=[100] * 10 + [999])
    made = planned(recipe(longest=256, batch=4), lengths=[100] * 10 + [999], alike=[40] * 5 + [0] * 5 + [900])
    assert (apart.tokens, apart.once, made.tokens, made.once) == (1_000, 1_000, 1_000, 1_000 - 5 * 40 * 3 / 4)
    assert replace(made, rate=1e9).floor_s == pytest.approx(850 * made.flops / 1e9)
    alone = planned(recipe(longest=256, batch=1), lengths=[100] * 10, alike=[40] * 10)
    assert alone.once == 1_000  # nobody is there to share with


def test_scores_take_memory_for_the_longest_answers() -> None:
    def scores(answers: list[int], **run: Any) -> int:
        made = planned(recipe(longest=1024, **run), lengths=[100] * 9 + [1_000, 2_000], answers=answers)
        return made.memory["scores"] // (SMOLLM.vocabulary * 4 * 3)

    few = [5] * 9
    assert scores([], batch=4) == 4 * 16
    assert scores([*few, 900, 1_900], batch=4) == 4 * 900  # what is left out takes nothing
    assert scores([*few, 9_999, 9], batch=4) == 4 * 1_000
    assert scores([*few, 9, 9], batch=4) == 4 * 9
    # A pass of long records holds fewer of them.
    assert scores([*few, 900, 9], batch=8, pass_tokens=2_048) == 2 * 900
    assert scores([*few, 9, 9], batch=8, pass_tokens=2_048) == 8 * 5


def test_how_far_texts_begin_alike() -> None:
    some = ["Name the weakness. " + rest for rest in ("a", "b", "c", "d", "e")]
    assert alike([*some, "zz", "q", "another"], 4) == [19, 19, 19, 19, 0, 0, 0, 0]
    assert alike(some, 4) == [19] * 5  # the last goes with those before it
    assert alike(some[:3], 4) == [19] * 3  # too few to fill a pass: they are read together
    assert alike(["same " * 1_000] * 2, 2) == [2_000, 2_000]
    assert alike(["one"], 1) == [0] and alike([], 4) == []


def test_what_fits_is_begun_and_what_does_not_is_not(tmp_path: Path) -> None:
    made = planned(recipe(), out=tmp_path / "not" / "there" / "yet")
    assert made.disk_free > 0
    check(replace(made, disk_free=0))
    tight = planned(recipe(), available=made.bytes)
    for against, said in ((tight, "of memory"), (replace(made, disk_free=made.disk), "of disk")):
        assert said in against.against
        with pytest.raises(LimitError, match=said) as caught:
            check(against)
        assert "smaller batch" in caught.value.hint
        assert (
            f"{(against.bytes if said == 'of memory' else against.disk) / 1e9:.1f} GB" in caught.value.message
        )
    check(planned(recipe(), available=made.bytes * 2))
    check(replace(tight, available=0, disk_free=0))  # nobody can say


def test_the_memory_that_is_free_is_looked_up() -> None:
    assert plan(recipe(), SMALL, measure=False).available > 0


# ---- sizes of a base -----------------------------------------------------------------------------

NOBODY = Base(model="nobody")
CONFIG = {
    "hidden_size": 576, "num_hidden_layers": 30, "intermediate_size": 1536, "num_attention_heads": 9,
    "num_key_value_heads": 3, "vocab_size": 49_152, "tie_word_embeddings": True,
}  # fmt: skip


ODD: tuple[Any, ...] = (None, "wide", [], {}, 0, -576, float("inf"), float("nan"), 10**30)


def config(folder: Path, value: Any) -> Path:
    text = value if isinstance(value, (str, bytes)) else json.dumps(value)
    (folder / "config.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def test_sizes_of_a_config(tmp_path: Path) -> None:
    assert shape_of(config(tmp_path, CONFIG), NOBODY) == SMOLLM
    own = {**CONFIG, "head_dim": 128, "num_key_value_heads": None, "tie_word_embeddings": False}
    found = shape_of(config(tmp_path, own), NOBODY)
    assert (found.head_size, found.key_heads, found.tied) == (128, 9, False)


@pytest.mark.parametrize(
    "damage",
    [
        "", "{", "[]", "null", "1", '"text"', b"\xff", "[" * 100_000, "{}",
        *({name: value for name, value in CONFIG.items() if name != left} for left in list(CONFIG)[:4]),
        *({**CONFIG, "hidden_size": odd} for odd in ODD),
        {**CONFIG, "num_attention_heads": 0}, {**CONFIG, "num_attention_heads": 1_000},
        {**CONFIG, "vocab_size": -1}, {**CONFIG, "head_dim": -64}, {**CONFIG, "num_hidden_layers": 10**9},
        {**CONFIG, "x": "x" * (1 << 20)},
    ],
    ids=lambda damage: str(damage)[:40],
)  # fmt: skip
def test_a_damaged_config_is_a_weights_error(tmp_path: Path, damage: Any) -> None:
    with pytest.raises(WeightsError, match=r"config\.json does not state the sizes"):
        shape_of(config(tmp_path, damage), NOBODY)


def test_sizes_of_a_recipe() -> None:
    made = read_recipe("cybersecqwen-4b")
    assert shape_of(None, made.base) == shape_of(Path("nowhere"), made.base) == QWEN3
    fewer = replace(made.base, key_heads=0, head_size=0)
    assert (shape_of(None, fewer).key_heads, shape_of(None, fewer).head_size) == (32, 80)


def test_a_base_that_is_not_here_and_not_described(tmp_path: Path) -> None:
    for base in (None, tmp_path, tmp_path / "missing.gguf"):
        with pytest.raises(WeightsError, match="nobody is not here") as caught:
            shape_of(base, NOBODY)
        assert "[base]" in caught.value.hint


def test_sizes_of_a_gguf_file(tmp_path: Path) -> None:
    path = tiny_qwen3(tmp_path / "tiny.gguf")
    found = shape_of(path, NOBODY)
    assert (found.hidden, found.layers, found.intermediate) == (WIDTH, LAYERS, INNER)
    assert (found.heads, found.key_heads, found.head_size) == (HEADS, HEADS, HEAD)
    # 259 words that go in and as many that come out; the file does not state how many there are.
    assert found.vocabulary * (1 if found.tied else 2) in range(2 * 259, 2 * 259 + 8)
    assert abs(found.parameters - read_header(path).parameters) < 2 * WIDTH * (LAYERS + 1)


SIZES = {
    "general.architecture": "llama", "llama.embedding_length": 8, "llama.block_count": 2,
    "llama.feed_forward_length": 20, "llama.attention.head_count": 4, "llama.attention.head_count_kv": 2,
    "llama.attention.key_length": 3,
}  # fmt: skip


def small_gguf(folder: Path, values: dict[str, Any], weights: int = SMALL.parameters) -> Path:
    path = folder / "small.gguf"
    path.write_bytes(gguf_bytes(values, [("all", (weights,), bytes(4 * weights))]))
    return path


@pytest.mark.parametrize("tied", [True, False])
def test_sizes_of_a_header(tmp_path: Path, tied: bool) -> None:
    shape = replace(SMALL, tied=tied)
    stated = {**SIZES, "llama.vocab_size": 50}
    assert shape_of(small_gguf(tmp_path, stated, shape.parameters), NOBODY) == shape
    fewer = {
        name: value for name, value in stated.items() if "head_count_kv" not in name and "key_" not in name
    }
    found = shape_of(small_gguf(tmp_path, fewer, 3_000), NOBODY)
    assert (found.key_heads, found.head_size) == (4, 2)


@pytest.mark.parametrize(
    "damage",
    [
        *({name: value for name, value in SIZES.items() if name != left} for left in list(SIZES)[:5]),
        {**SIZES, "llama.embedding_length": 0}, {**SIZES, "llama.block_count": "two"},
        {**SIZES, "llama.block_count": [2, 2]}, {**SIZES, "llama.attention.head_count": (1 << 32) - 1},
        {**SIZES, "llama.attention.key_length": 0}, {**SIZES, "llama.feed_forward_length": 1.5},
        {**SIZES, "llama.vocab_size": 0},
    ],
    ids=range(12),
)  # fmt: skip
def test_a_header_without_sizes_is_a_weights_error(tmp_path: Path, damage: dict[str, Any]) -> None:
    with pytest.raises(WeightsError, match="does not state its"):
        shape_of(small_gguf(tmp_path, damage), NOBODY)


@given(cut=st.integers(0, 400), at=st.integers(0, 300), byte=st.integers(0, 255))
@draws(80)
def test_a_damaged_file_has_sizes_or_a_typed_error(
    tmp_path_factory: pytest.TempPathFactory, cut: int, at: int, byte: int
) -> None:
    path = small_gguf(tmp_path_factory.mktemp("damaged"), SIZES)
    whole = bytearray(path.read_bytes())
    whole[at] = byte
    path.write_bytes(bytes(whole[: len(whole) - cut]) if cut < 200 else bytes(whole[:cut]))
    try:
        found = shape_of(path, NOBODY)
    except CsqError as error:
        assert isinstance(error, WeightsError)
    else:
        assert planned(recipe(), found).bytes > 0
