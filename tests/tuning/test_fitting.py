"""Training really learns, goes on after it was ended, and computes what peft and transformers would."""

from __future__ import annotations

import json
import math
import resource
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="fitting needs the extra train: make tuning")
pytest.importorskip("peft")

import torch
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import InputError, ModelError, OutputError, UsageError, WeightsError
from cybersecqwen.tuning import fused, losses
from cybersecqwen.tuning.batching import Tokens, batches, tokenised
from cybersecqwen.tuning.building import HELD_FILE, TRAIN
from cybersecqwen.tuning.checkpoints import folders
from cybersecqwen.tuning.fitting import Step, fit, load, rate
from cybersecqwen.tuning.recipe import Base, Lora, Recipe, Run, read_recipe
from cybersecqwen.tuning.records import Record, write_records
from cybersecqwen.tuning.runs import read_log
from tests.amounts import draws

from .tiny import tiny

pytestmark = [
    pytest.mark.filterwarnings("ignore"),  # of libraries that are not ours
    pytest.mark.timeout(300),
]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("base"))


def recipe(**run: object) -> Recipe:
    usual = {"batch": 4, "longest": 400, "precision": "f32", "learning_rate": 5e-3, "save_every": 3}
    return Recipe(
        name="tiny",
        title="Tiny",
        base=Base(model="tiny", architecture="llama"),
        lora=Lora(rank=8, alpha=16),
        run=Run(**{**usual, "evaluate_every": 4, "epochs": 3.0, **run}),  # type: ignore[arg-type]
    )


def records(count: int, start: int = 0) -> list[Record]:
    return [
        Record(
            skill="cwe",
            question="Which weakness is it? The letter alone, or CWE-. "
            f"Number {number}: {'script in a page' if number % 2 else 'query'}",
            answer="CWE-79" if number % 2 else "CWE-89",
            source="test",
        )
        for number in range(start, start + count)
    ]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    write_records(folder / TRAIN, records(24))
    write_records(folder / HELD_FILE, records(6, 100))
    return folder


def weights(folder: Path) -> dict[str, torch.Tensor]:
    from safetensors.torch import load_file

    return load_file(folder / "adapter" / "adapter_model.safetensors")


def test_it_learns(base: Path, data: Path, tmp_path: Path) -> None:
    told: list[Step] = []
    done = fit(recipe(), base, [data], tmp_path / "run", tell=told.append)
    assert done.complete and done.steps == 18 and done.left_out == 0
    rows = read_log(tmp_path / "run")
    assert [row["step"] for row in rows] == [step.step for step in told] == [10, 18]
    assert rows[-1]["loss"] < rows[0]["loss"] / 2
    assert rows[-1]["held"] is not None and math.isfinite(done.held)
    assert any(
        bool(one.abs().sum() > 0) for name, one in weights(tmp_path / "run").items() if "lora_B" in name
    )


def test_a_run_that_was_ended_goes_on_and_ends_the_same(base: Path, data: Path, tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    fit(recipe(), base, [data], whole)
    asked = iter([False] * 6 + [True])
    first = fit(recipe(), base, [data], parts, stop=lambda: next(asked))
    assert not first.complete and first.steps == 7 and not (parts / "adapter").exists()
    second = fit(recipe(), base, [data], parts)
    assert second.complete and second.steps == 18
    assert read_log(parts)[-1]["tokens"] == read_log(whole)[-1]["tokens"] == first.tokens + second.tokens
    for name, one in weights(whole).items():
        assert torch.allclose(one, weights(parts)[name], atol=1e-5), name


def test_a_damaged_checkpoint_is_passed_over(base: Path, data: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    asked = iter([False] * 6 + [True])
    fit(recipe(), base, [data], run, stop=lambda: next(asked))
    before, last = folders(run)
    assert (before.name, last.name) == ("checkpoint-6", "checkpoint-7")
    (last / "adapter.safetensors").write_bytes(b"\x00" * 40)
    done = fit(recipe(), base, [data], run)
    assert done.complete and [path.name for path in done.damaged] == ["damaged-checkpoint-7"]
    assert done.steps == 18 and [path.name for path in folders(run)] == ["checkpoint-15", "checkpoint-18"]
    whole = tmp_path / "whole"
    fit(recipe(), base, [data], whole)
    assert all(torch.allclose(one, weights(run)[name], atol=1e-5) for name, one in weights(whole).items())


def test_a_run_that_is_finished_is_not_made_again(base: Path, data: Path, tmp_path: Path) -> None:
    first = fit(recipe(epochs=1.0), base, [data], tmp_path / "run")
    again = fit(recipe(epochs=1.0), base, [data], tmp_path / "run")
    assert (again.complete, again.steps, again.tokens) == (True, first.steps, 0)
    assert again.loss == pytest.approx(first.loss, abs=1e-4)


def test_a_loss_that_is_no_number_ends_the_run_and_the_checkpoint_stays(
    base: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted, real = iter(range(1_000)), losses.loss_of

    def broken(model: object, some: list[Tokens]) -> tuple[torch.Tensor, int]:
        loss, count = real(model, some)
        return (loss * math.nan if next(counted) > 8 else loss), count

    monkeypatch.setattr(losses, "loss_of", broken)
    with pytest.raises(ModelError, match="no number any more at step"):
        fit(recipe(save_every=2, evaluate_every=1000), base, [data], tmp_path / "run")
    assert folders(tmp_path / "run") and not (tmp_path / "run" / "adapter").exists()
    monkeypatch.undo()
    assert fit(recipe(save_every=2, evaluate_every=1000), base, [data], tmp_path / "run").complete


def test_a_base_that_bounds_its_scores_is_refused(data: Path, tmp_path: Path) -> None:
    other = tiny(tmp_path / "granite", kind="granite", logits_scaling=8.0)
    with pytest.raises(WeightsError, match="computes its loss in a way"):
        fit(replace(recipe(), base=Base(model="x")), other, [data], tmp_path / "run")


def test_a_folder_of_another_run_is_left_alone(base: Path, data: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    fit(recipe(epochs=1.0), base, [data], run)
    before = (run / "run.json").read_bytes()
    with pytest.raises(UsageError, match="another recipe"):
        fit(recipe(epochs=1.0, learning_rate=1e-4), base, [data], run)
    write_records(data / TRAIN, records(20))
    with pytest.raises(UsageError, match="another train"):
        fit(recipe(epochs=1.0), base, [data], run)
    assert (run / "run.json").read_bytes() == before


def test_broken_records(base: Path, data: Path, tmp_path: Path) -> None:
    write_records(data / "some.jsonl", records(3))
    lines = (
        data / "some.jsonl"
    ).read_bytes() + b'{"skill": "cwe", "question": "?", "answer": "", "source": "x"}\n'
    import gzip

    (data / TRAIN).write_bytes(gzip.compress(lines))
    with pytest.raises(InputError, match=r"1 of 4 lines are no records, the first at .*:4: no answer"):
        fit(recipe(), base, [data], tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_records_that_are_too_long_are_left_out_and_counted(base: Path, data: Path, tmp_path: Path) -> None:
    long = [replace(one, question=one.question + " and more" * 400) for one in records(5, 200)]
    write_records(data / TRAIN, [*records(8), *long])
    assert fit(recipe(epochs=1.0), base, [data], tmp_path / "run").left_out == 5
    write_records(data / TRAIN, long)
    with pytest.raises(InputError, match="no record of at most 400 tokens"):
        fit(recipe(epochs=1.0), base, [data], tmp_path / "other")


def test_another_architecture_and_a_base_without_template(data: Path, tmp_path: Path) -> None:
    other = tiny(tmp_path / "other", kind="qwen2")
    with pytest.raises(WeightsError, match=r"architecture 'qwen2', the recipe tiny is for 'llama'"):
        fit(recipe(), other, [data], tmp_path / "run")
    bare = tiny(tmp_path / "bare", template="")
    with pytest.raises(WeightsError, match="no chat template"):
        fit(recipe(), bare, [data], tmp_path / "run")
    (bare / "model.safetensors").write_bytes(b"{}")
    with pytest.raises(WeightsError, match="cannot read"):
        load(recipe(), bare)
    (tmp_path / "none").mkdir()
    with pytest.raises(WeightsError, match=r"config\.json"):
        load(recipe(), tmp_path / "none")


def test_a_tokenizer_of_another_model(data: Path, tmp_path: Path) -> None:
    base = tiny(tmp_path / "base")
    made = json.loads((base / "tokenizer_config.json").read_text())
    whole = json.dumps({**made, "eos_token": None})
    (base / "tokenizer_config.json").write_text(whole)
    with pytest.raises(WeightsError, match="no token that ends an answer"):
        fit(recipe(), base, [data], tmp_path / "run")
    fewer = tiny(tmp_path / "fewer", vocab_size=300)
    with pytest.raises(WeightsError, match=r"makes token 3\d\d, and the model has 300: it is another's"):
        fit(recipe(), fewer, [data], tmp_path / "run")
    refusing = tiny(tmp_path / "refusing", template="{{ raise_exception('no system\\nmessage') }}")
    with pytest.raises(WeightsError, match="refuses a prompt: no system message"):
        fit(recipe(), refusing, [data], tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_full_disk_loses_nothing(base: Path, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    asked = iter([False] * 6 + [True])
    fit(recipe(), base, [data], out, stop=lambda: next(asked))
    before = sorted(path.name for path in out.iterdir())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))  # what a disk with that much room does
    try:
        with pytest.raises(OutputError, match=r"checkpoint.* cannot be written: .*large") as caught:
            fit(recipe(), base, [data], out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "goes on" in caught.value.hint
    assert sorted(path.name for path in out.iterdir()) == before
    assert fit(recipe(), base, [data], out).complete


@pytest.mark.parametrize("kind", ["llama", "qwen2", "qwen3"])
def test_loss_and_gradients_are_those_of_peft(kind: str, tmp_path: Path) -> None:
    """Fused layers, a shared beginning that is read once, and scores of answers alone change nothing."""
    base = tiny(tmp_path / "base", kind=kind)
    mine = replace(recipe(), base=Base(model="tiny", architecture=kind))
    found = []
    for fast in (False, True):
        model, tokenizer, profile = load(mine, base, fused=fast)
        torch.manual_seed(1)
        for name, one in model.named_parameters():
            if "lora_B" in name or name.endswith("bias"):
                torch.nn.init.normal_(one, std=0.05)
        some, _ = tokenised(records(5), tokenizer, profile, 400)
        assert losses.shared(some) > 20
        loss, count = losses.loss_of(model, some, share=fast)
        (loss / count).backward()
        found.append((float(loss), [one.grad for one in model.parameters() if one.requires_grad]))
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-5)
    for one, other in zip(found[0][1], found[1][1], strict=True):
        assert torch.allclose(one, other, atol=1e-5)
    model, tokenizer, profile = load(mine, base)
    some, _ = tokenised(records(1), tokenizer, profile, 400)
    ids = torch.tensor([some[0].ids])
    labels = ids.clone()
    labels[0, : some[0].answer] = -100
    plain = model(input_ids=ids, labels=labels).loss
    loss, count = losses.loss_of(model, some)
    assert float(loss / count) == pytest.approx(float(plain), rel=1e-5)


@pytest.mark.parametrize("targets", [("all-linear",), ("q_proj", "down_proj")])
@pytest.mark.parametrize("checkpointing", [False, True])
def test_the_last_blocks_alone(base: Path, targets: tuple[str, ...], checkpointing: bool) -> None:
    """Their derivatives are those they have where all are fitted, and nothing is kept of the others."""
    made = recipe(checkpointing=checkpointing)
    whole, tokenizer, profile = load(replace(made, lora=Lora(rank=4, alpha=8, targets=targets)), base)
    part, *_ = load(replace(made, lora=Lora(rank=4, alpha=8, targets=targets, blocks=1)), base)
    fitted = {name: one for name, one in part.named_parameters() if one.requires_grad}
    layers = 7 if targets == ("all-linear",) else 2
    assert len(fitted) == 2 * layers and all(".layers.1." in name for name in fitted)
    others = dict(whole.named_parameters())
    with torch.no_grad():
        for name, one in fitted.items():
            torch.nn.init.normal_(one, std=0.1)
            others[name].copy_(one)
    some, _ = tokenised(records(5), tokenizer, profile, 400)
    kept: dict[str, set[bool]] = {"whole": set(), "part": set()}
    """Whether what the last block reads has a way back."""
    for called, model in (("whole", whole), ("part", part)):
        model.get_base_model().model.layers[1].register_forward_pre_hook(
            lambda _, given, seen=kept[called]: seen.add(given[0].requires_grad)
        )
        model.train()
        losses.loss_of(model, some)[0].backward()
    assert kept == {"whole": {True}, "part": {False}}
    for name, one in fitted.items():
        assert torch.allclose(one.grad, others[name].grad, rtol=1e-3, atol=1e-5), name


def test_more_blocks_than_there_are(base: Path, data: Path, tmp_path: Path) -> None:
    made = replace(recipe(), lora=Lora(rank=4, blocks=3))
    with pytest.raises(UsageError, match="blocks is 3, and the base has 2") as caught:
        fit(made, base, [data], tmp_path / "run")
    assert "0 fits all" in caught.value.hint and not (tmp_path / "run").exists()


def test_some_blocks_learn_and_a_run_of_them_goes_on(base: Path, data: Path, tmp_path: Path) -> None:
    made = replace(recipe(), lora=Lora(rank=8, alpha=16, blocks=1))
    fit(made, base, [data], tmp_path / "whole")
    asked = iter([False] * 6 + [True])
    fit(made, base, [data], tmp_path / "run", stop=lambda: next(asked))
    done = fit(made, base, [data], tmp_path / "run")
    rows = read_log(tmp_path / "run")
    assert done.complete and rows[-1]["loss"] < rows[0]["loss"]
    found = weights(tmp_path / "run")
    assert found and all(".layers.1." in name for name in found)
    for name, one in weights(tmp_path / "whole").items():
        assert torch.allclose(one, found[name], atol=1e-5), name


def test_every_layer_is_fused_but_those_that_compute_otherwise(base: Path) -> None:
    model, _, _ = load(recipe(), base)
    assert fused.fuse(model) == 2 * 7
    dropped, _, _ = load(replace(recipe(), lora=Lora(rank=4, dropout=0.1)), base)
    assert fused.fuse(dropped) == 2 * 7


def test_dropout_hides_parts_of_what_an_adapter_reads_and_nothing_else(base: Path) -> None:
    """By hand, with the mask that was drawn: y = x Wᵀ + s (r Aᵀ) Bᵀ and its derivatives."""
    model, _, _ = load(replace(recipe(), lora=Lora(rank=4, alpha=8, dropout=0.5)), base)
    block = model.get_base_model().model.layers[0]
    for layers in ((block.self_attn.o_proj,), (block.mlp.gate_proj, block.mlp.up_proj)):
        for one in layers:
            torch.nn.init.normal_(one.lora_B["default"].weight)
        model.train()
        x = torch.randn(3, layers[0].in_features, requires_grad=True)
        torch.manual_seed(4)
        found = [one(x) for one in layers]
        torch.manual_seed(4)
        r = layers[0].lora_dropout["default"](x)
        assert 0.2 < float((r == 0).float().mean()) < 0.8
        right = [
            x @ one.base_layer.weight.t()
            + 2 * (r @ one.lora_A["default"].weight.t()) @ one.lora_B["default"].weight.t()
            for one in layers
        ]
        weights = [x, *(part["default"].weight for one in layers for part in (one.lora_A, one.lora_B))]
        given = [torch.randn_like(one) for one in found]
        for mine, wanted in zip(
            torch.autograd.grad(found, weights, given),
            torch.autograd.grad(right, weights, given),
            strict=True,
        ):
            assert torch.allclose(mine, wanted, atol=1e-5)
        model.eval()
        assert all(torch.equal(one(x), one(x)) for one in layers)


def test_layers_with_the_same_input_are_one_product_and_others_are_not(base: Path) -> None:
    model, _, _ = load(recipe(), base)
    plain, _, _ = load(recipe(), base, fused=False)
    for of in (model, plain):
        torch.manual_seed(1)
        for name, one in of.named_parameters():
            if "lora_" in name:
                torch.nn.init.normal_(one, std=0.05)
    block, other = (of.get_base_model().model.layers[0] for of in (model, plain))
    names = ("q_proj", "k_proj", "v_proj")
    x, y = torch.randn(1, 3, 64), torch.randn(1, 3, 64)
    joined = [getattr(block.self_attn, name)(x) for name in names]
    assert {one.grad_fn.name() for one in joined} == {"_JoinedBackward"}
    assert {one.grad_fn.name() for one in (block.mlp.gate_proj(x), block.mlp.up_proj(x))} == {
        "_JoinedBackward"
    }
    assert block.input_layernorm(x.requires_grad_()).grad_fn.name() == "_NormedBackward"
    block.self_attn.q_proj(x)
    apart = [getattr(block.self_attn, name)(y) for name in names[1:]]  # not what q_proj read
    wanted = [getattr(other.self_attn, name)(y) for name in names[1:]]
    assert all(torch.allclose(one, two, atol=1e-5) for one, two in zip(apart, wanted, strict=True))


lengths = st.lists(st.integers(2, 300), max_size=60)


@draws(100)
@given(lengths, st.integers(1, 9), st.integers(0, 5), st.sampled_from([0, 500, 4000]))
def test_batches_hold_each_record_once(some: list[int], size: int, seed: int, most: int) -> None:
    tokens = [Tokens(tuple(range(length)), length - 1) for length in some]
    made = batches(tokens, size, seed, most)
    assert Counter(at for batch in made for at in batch) == Counter(range(len(some)))
    assert all(1 <= len(batch) <= size for batch in made)
    assert made == batches(tokens, size, seed, most)
    for batch in made:
        assert not most or len(batch) == 1 or sum(some[at] for at in batch) <= most * 2


@draws(50)
@given(st.integers(1, 500), st.floats(0, 1), st.sampled_from(["cosine", "linear", "constant"]))
def test_rates_rise_and_never_leave_their_bounds(total: int, warmup: float, schedule: str) -> None:
    rates = [rate(schedule, warmup, step, total) for step in range(total)]
    assert all(0 < rate <= 1 for rate in rates)
    top = rates.index(max(rates))
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)


def test_the_reference_recipe_runs_on_its_architecture_at_reduced_width(data: Path, tmp_path: Path) -> None:
    """CyberSecQwen-4B's recipe with all its settings, on a Qwen3 of a few thousand weights."""
    small = tiny(tmp_path / "qwen3", kind="qwen3")
    reference = read_recipe("cybersecqwen-4b")
    made = replace(reference, run=replace(reference.run, steps=3, save_every=2, evaluate_every=2))
    done = fit(made, small, [data], tmp_path / "run")
    assert done.complete and done.steps == 3 and math.isfinite(done.loss)
    kept = json.loads((tmp_path / "run" / "run.json").read_text())["recipe"]
    assert (kept["lora"]["rank"], kept["lora"]["alpha"], kept["lora"]["dropout"]) == (64, 64.0, 0.05)
    assert kept["run"]["learning_rate"] == 5e-5 and kept["run"]["longest"] == 4096
    shutil.rmtree(tmp_path / "run")
